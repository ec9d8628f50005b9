"""Values behind labels, and long texts under a row of labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import overlap
from extractor.document.results import Candidate, Place
from extractor.engines.rules import long_texts
from extractor.engines.rules.drafts import Draft, join
from extractor.engines.rules.header_columns import Column, column_under
from extractor.engines.rules.value_extents import inner_label
from extractor.engines.rules.value_kinds import is_amount, is_null, parses
from extractor.engines.rules.zones import Bucket
from extractor.forms.merged_cells import same_merged_cell
from extractor.forms.regions import PAGE_GAP
from extractor.forms.tokens import Token, in_column
from schemas.spec import FieldSpec


def value(draft: Draft, bucket: Bucket) -> None:
    """The value behind a label."""
    spec = bucket.fields[0]
    _merge_repeats(draft, bucket)
    if not bucket.tokens:
        return
    if bucket.doubtful:
        draft.doubt(spec.path, FindingKind.LABEL_AGAIN, f"{bucket.doubtful}: {draft.join(bucket.tokens)[:40]}")
        draft.loose.extend(bucket.tokens)
        return
    _doubt_end(draft, bucket)
    if spec.structure == "texts":
        _items(draft, spec, bucket.tokens)
        return
    if spec.printed.long:
        _long(draft, spec.path, long_texts.lines_of(draft.tokens, bucket.tokens))
        return
    joined = "".join(draft.tokens[p].fold for p in bucket.tokens)
    if is_null(spec.kind, joined):
        draft.null(bucket.tokens)
        draft.empty.add(spec.path)
        return
    taken = _fitting(draft, spec, bucket.tokens)
    if not taken:
        draft.doubt(
            spec.path, FindingKind.NOT_A_VALUE, f"what stands behind the label is no {spec.kind}: {joined[:40]}"
        )
    draft.give(spec.path, taken)
    rest = bucket.tokens[len(taken) :]
    if rest:
        draft.doubt(spec.path, FindingKind.TEXT_LEFT, f"more text stands behind the value: {draft.join(rest)[:40]}")
        draft.loose.extend(rest)


def _doubt_end(draft: Draft, bucket: Bucket) -> None:
    """Doubts about where a value ends: it goes on over lines, one cell more stands in its row, a label stands in it."""
    path, text = bucket.fields[0].path, draft.join(bucket.tokens)[:40]
    if bucket.lines:
        draft.doubt(path, FindingKind.VALUE_END_UNCLEAR, f"read over {bucket.lines + 1} lines: {text}")
    if bucket.beside % 2:
        draft.doubt(path, FindingKind.VALUE_END_UNCLEAR, f"one more cell stands behind it in its row: {text}")
    several = [p for p in bucket.tokens if draft.tokens[p].table and "\n" in draft.tokens[p].text.strip()]
    if several and bucket.fields[0].kind == "text" and not bucket.fields[0].printed.long and draft.asked:
        draft.doubt(path, FindingKind.VALUE_END_UNCLEAR, f"its cell has several lines: {text}")
    label = inner_label(draft.tokens, bucket.tokens)
    if label:
        draft.doubt(path, FindingKind.VALUE_END_UNCLEAR, f"{label!r} in it ends like a label: {text}")


def _merge_repeats(draft: Draft, bucket: Bucket) -> None:
    """Drops the repeats of a merged cell that was written out once a column."""
    kept = bucket.tokens[:1]
    for before, p in pairwise(bucket.tokens):
        if same_merged_cell(draft.tokens[before], draft.tokens[p], numbers=True):
            draft.null([p])
        else:
            kept.append(p)
    bucket.tokens[:] = kept


def _fitting(draft: Draft, spec: FieldSpec, tokens: Sequence[int]) -> Sequence[int]:
    """As many tokens from the front as make a value of the field's kind."""
    if spec.kind == "text":
        return tokens
    for end in range(len(tokens), 0, -1):
        if _is_value(draft, spec, draft.join(tokens[:end])):
            return tokens[:end]
    return []


def _is_value(draft: Draft, spec: FieldSpec, text: str) -> bool:
    return is_amount(text, draft.units) if spec.kind == "amount" else parses(spec.kind, text)


def _long(draft: Draft, path: str, lines: Sequence[long_texts.TextLine]) -> None:
    """A long text: wrapped lines joined, paragraphs kept apart by a line end."""
    if not lines:
        return
    draft.give(path, [p for line in lines for p in line.positions], _paragraph_text(long_texts.paragraphs(lines)))


def _paragraph_text(parts: Sequence[Sequence[long_texts.TextLine]]) -> str:
    out = ""
    for n, part in enumerate(parts):
        out += ("\n" if n and not long_texts.cuts_cell(parts[n - 1][-1], part[0]) else "") + _joined_lines(part)
    return out


def _joined_lines(lines: Sequence[long_texts.TextLine]) -> str:
    if lines[0].tokens[0].table:
        return "\n".join(line.text for line in lines)  # a cell keeps its own paragraphs
    return join([line.text for line in lines])


def _items(draft: Draft, spec: FieldSpec, positions: Sequence[int]) -> None:
    """A list of texts, cut at its numbers."""
    lines = long_texts.lines_of(draft.tokens, positions)
    number = draft.rows.get(spec.path, 0)
    parts = _item_parts(draft, lines)
    strange = next((text for _, text in parts if not long_texts.is_item(text)), None)
    if strange is not None and long_texts.is_item(parts[0][1]):
        message = f"no item of the numbered list, and maybe of another field: {strange[:40]}"
        draft.doubt(spec.path, FindingKind.ITEM_UNNUMBERED, message)
    joined = next((text for _, text in parts if long_texts.run_on(text)), None)
    if joined is not None:
        draft.doubt(
            spec.path, FindingKind.ITEMS_RUN_ON, f"several items of a numbered list, read as one: {joined[:40]}"
        )
    for places, text in parts:
        draft.candidates.append(Candidate(f"{spec.path}[{number}]", text, places))
        number += 1
    draft.rows[spec.path] = number


def _item_parts(draft: Draft, lines: Sequence[long_texts.TextLine]) -> list[tuple[tuple[Place, ...], str]]:
    out: list[tuple[tuple[Place, ...], str]] = []
    prose = [line for line in lines if not line.tokens[0].table]
    for line in lines:
        if line.tokens[0].table:
            out.extend(_cell_items(line.tokens[0]))
    for item in long_texts.items(long_texts.paragraphs(prose)) if prose else []:
        own = [line for part in item for line in part]
        places = tuple(draft.tokens[p].place for line in own for p in line.positions)
        out.append((places, _paragraph_text(item)))
    return out


def _cell_items(token: Token) -> list[tuple[tuple[Place, ...], str]]:
    """The paragraphs of a cell, those without a number joined to the one before where the list is numbered."""
    text = token.unit.text
    out: list[tuple[tuple[Place, ...], str]] = []
    whole = text[token.start : token.end]
    run_on = long_texts.run_on(whole) if long_texts.is_item(whole) else []
    starts = sorted({*(m.start() for m in re.finditer(r"[^\n]+", whole)), *run_on})
    bounds = [
        (token.start + s, token.start + e) for s, e in zip(starts, [*starts[1:], token.end - token.start], strict=True)
    ]
    numbered = any(long_texts.is_item(text[s:e]) for s, e in bounds)
    for start, end in bounds:
        end = start + len(text[start:end].rstrip())
        if numbered and out and not long_texts.is_item(text[start:end]):
            before = out[-1][0][0]
            out[-1] = ((before._replace(end=end),), text[before.start : end])
        else:
            out.append(((Place(token.page, token.unit.id, start, end),), text[start:end]))
    return out


def labelled_row(draft: Draft, bucket: Bucket) -> None:
    """Values behind a label that several fields share, in the order of their columns (a row of totals)."""
    values = [p for p in bucket.tokens if not is_null(bucket.fields[0].kind, draft.tokens[p].fold)]
    fitting = [p for p in values if _is_value(draft, bucket.fields[0], draft.tokens[p].fold)]
    draft.null(p for p in bucket.tokens if p not in values)
    if len(bucket.tokens) == len(bucket.fields):
        for spec, p in zip(bucket.fields, bucket.tokens, strict=True):
            if p in fitting:
                draft.give(spec.path, [p])
        return
    told = _told_by_header(draft, bucket, fitting) if len(fitting) == len(values) < len(bucket.fields) else None
    if told is not None:
        for spec, p in zip(told, fitting, strict=True):
            draft.give(spec.path, [p])
        return
    if len(fitting) >= len(bucket.fields):
        for spec, p in zip(bucket.fields, fitting, strict=False):
            draft.give(spec.path, [p])
        rest = [p for p in values if p not in fitting[: len(bucket.fields)]]
    else:
        rest = values
    if rest:
        for spec in bucket.fields:
            draft.doubt(spec.path, FindingKind.COLUMNS_LOST, f"which column is it? {draft.join(rest)[:40]}")
        draft.loose.extend(rest)


def _told_by_header(draft: Draft, bucket: Bucket, positions: Sequence[int]) -> list[FieldSpec] | None:
    """The field of each value of a row in true columns: that of the list's column it stands under."""
    above = [one.columns for label, one in draft.listings.items() if label < bucket.label]
    if not positions or not above or not all(draft.tokens[p].exact for p in positions):
        return None
    under = [column_under(draft.tokens[p], above[-1]) for p in positions]
    labels = [set(above[-1][n].field.printed.column) if n >= 0 else set() for n in under]
    found = [[f for f in bucket.fields if own & set(f.printed.column)] for own in labels]
    fields = [own[0] for own in found if len(own) == 1]
    return fields if len({f.path for f in fields}) == len(positions) else None


def text_columns(draft: Draft, bucket: Bucket) -> None:
    """Long texts in columns, under a row of labels."""
    if not bucket.tokens:
        return
    fields = [c.field for c in bucket.columns]
    _merge_repeats(draft, bucket)
    if any(draft.tokens[p].table for p in bucket.tokens):
        _grid_columns(draft, bucket, fields)
        return
    cut_off = bool(draft.tokens[bucket.columns[0].token].table)  # the labels stand in a table that lost its texts
    lines = long_texts.lines_of(draft.tokens, bucket.tokens)
    alone = next((f for f in fields if f.printed.alone), None)
    if len(fields) != 2:
        _long(draft, fields[0].path, lines)
        return
    split = long_texts.side_by_side(lines, draft.tokens)
    if split is None and alone is not None and len(lines) == 1 and not cut_off:
        _long(draft, alone.path, lines)
        return
    in_turn = split is None
    if split is None:
        split = _sequence(draft, lines, alone is not None)
    left, right = split.left, split.right
    if alone is not None and not (left and right):
        left, right = ([], left or right) if fields[1] is alone else (left or right, [])
    doubt = split.doubt or long_texts.parted([*left, *right])
    doubt = doubt or (long_texts.cut_amid(left, right) if in_turn else "")
    for spec, own in zip(fields, (left, right), strict=True):
        _long(draft, spec.path, own)
        if doubt or cut_off or (alone is None and not own):
            draft.doubt(
                spec.path, FindingKind.COLUMNS_UNCLEAR, doubt or "the texts of the two columns cannot be told apart"
            )


def _sequence(draft: Draft, lines: list[long_texts.TextLine], alone: bool) -> long_texts.Split:
    """Columns printed one after the other, page by page."""
    segments: list[list[long_texts.TextLine]] = [[]]
    for line in lines:
        token = line.tokens[0]
        last = segments[-1][-1].tokens[0] if segments[-1] else None
        if last is not None and (token.gap >= PAGE_GAP or token.page != last.page):
            segments.append([])
        segments[-1].append(line)
    left: list[long_texts.TextLine] = []
    right: list[long_texts.TextLine] = []
    splits, doubt = long_texts.one_after_the_other(segments, alone)
    for segment, split in zip(segments, splits, strict=True):
        left.extend(segment[:split])
        right.extend(segment[split:])
    return long_texts.Split(left, right, doubt)


def _grid_columns(draft: Draft, bucket: Bucket, fields: Sequence[FieldSpec]) -> None:
    """Cells under the columns' labels; a cell that a page break cut goes on in the column that it began in."""
    own: dict[int, list[int]] = {}
    last: dict[int, int] = {}
    alone = next((n for n, f in enumerate(fields) if f.printed.alone), None)
    for row in _by_row(draft, bucket.tokens):
        cells = [p for p in row if draft.tokens[p].table]
        if len(cells) > len(fields):  # the rest of a label that a page break cut stands before them
            beside = [p for p in cells if draft.tokens[p].exact and column_under(draft.tokens[p], bucket.columns) < 0]
            draft.loose.extend(beside)
            row = [p for p in row if p not in beside]
            cells = [p for p in cells if p not in beside]
        columns = _columns_of(draft, cells, bucket.columns, last)
        if alone is not None and len(cells) == 1 and not draft.tokens[cells[0]].exact and not own:
            first = draft.tokens[cells[0]].col <= bucket.columns[0].col
            columns = [
                0 if first and bucket.columns[0].col >= 0 and alone != 0 and _trusted(draft, row) else columns[0]
            ]
        for p, column in zip(cells, columns, strict=True):
            own.setdefault(column, []).append(p)
            last[column] = draft.tokens[p].col
        for p in row:
            if not draft.tokens[p].table and own:
                own[max(own)].append(p)
    for column, positions in sorted(own.items()):
        below = [draft.tokens[p] for p in positions]
        rows = {(token.page, token.row) for token in below}
        lines = len(rows) > len({page for page, _ in rows})
        several = lines and all(map(in_column, below))
        mixed = len({t.row for t in below if t.table}) > 1 and not all(t.table for t in below)
        # a line below cells that no place tells may go on with each of them
        loose = lines and len(own) > 1 and not several
        for field in fields if mixed or loose else [fields[column]] if several else ():
            message = f"cells of several rows stand below its label: {draft.join(positions[-1:])[:40]}"
            draft.doubt(field.path, FindingKind.COLUMNS_UNCLEAR, message)
        _long(draft, fields[column].path, long_texts.lines_of(draft.tokens, positions))


def _trusted(draft: Draft, row: Sequence[int]) -> bool:
    return all(draft.tokens[p].exact for p in row)


def _columns_of(draft: Draft, cells: Sequence[int], columns: Sequence[Column], last: dict[int, int]) -> list[int]:
    """The column of each cell of a row: all in order, or the one it stands under, or the only one that goes on."""
    if len(cells) == len(columns):
        return list(range(len(columns)))
    out = []
    for p in cells:
        told = _told_under(draft, p, columns)
        under = max(0, told)
        if told < 0 and not last and draft.tokens[p].exact:
            for column in columns:
                message = f"it stands before all labels: {draft.join([p])[:40]}"
                draft.doubt(column.field.path, FindingKind.COLUMNS_UNCLEAR, message)
        if len(last) == 1 and not draft.tokens[p].exact:
            under = next(iter(last))
        elif _stands_apart(draft, p, columns):
            under = next((n for n, c in enumerate(columns) if c.field.printed.alone), under)
            for column in columns:
                message = f"it stands under none of the labels: {draft.join([p])[:40]}"
                draft.doubt(column.field.path, FindingKind.COLUMNS_UNCLEAR, message)
        out.append(under)
    return out


def _told_under(draft: Draft, position: int, columns: Sequence[Column]) -> int:
    """The column of a cell by its place; overleaf a page may lie aside, so where the number of its column tells
    another one, the nearer label counts and both are in doubt."""
    cell = draft.tokens[position]
    by_place = column_under(cell, columns)
    by_number = max((n for n, c in enumerate(columns) if 0 <= c.col <= cell.col), default=-1)
    box, overleaf = cell.unit.box, all(draft.tokens[c.token].page < cell.page for c in columns)
    if by_place == by_number or min(by_place, by_number) < 0 or not (cell.exact and box is not None and overleaf):
        return by_place
    for n in (by_place, by_number):
        message = f"its place and the number of its column tell two labels: {draft.join([position])[:40]}"
        draft.doubt(columns[n].field.path, FindingKind.COLUMNS_UNCLEAR, message)
    left = box.x0
    return min((by_place, by_number), key=lambda n: abs((columns[n].x0 or 0.0) - left))


def _stands_apart(draft: Draft, position: int, columns: Sequence[Column]) -> bool:
    """Whether a cell stands below none of the labels of a table on its page."""
    cell = draft.tokens[position]
    labels = [label.unit.box for c in columns if (label := draft.tokens[c.token]).page == cell.page]
    box = cell.unit.box
    boxes = [label for label in labels if label is not None]
    return box is not None and bool(boxes) and not any(overlap(box.x0, box.x1, b.x0, b.x1) > 1 for b in boxes)


def _by_row(draft: Draft, positions: Sequence[int]) -> list[list[int]]:
    out: list[list[int]] = []
    for p in positions:
        if not out or draft.tokens[out[-1][-1]].row != draft.tokens[p].row:
            out.append([])
        out[-1].append(p)
    return out
