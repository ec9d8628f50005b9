"""From zones to candidates: values behind labels, rows of a matrix, columns of text, rows of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extractor.labels import same_merged_cell
from extractor.regions import PAGE_GAP
from extractor.results import Candidate, Finding, Place
from extractor.rules import texts
from extractor.rules.lists import NULLS, Listing, ListRow, Widths, column_kind, parses, read_rows
from extractor.rules.stacks import repeats
from extractor.rules.zones import Bucket, Column, column_under
from extractor.tokens import Token
from schemas.spec import FieldSpec


@dataclass(slots=True)
class Draft:
    """What the engine has read so far."""

    tokens: Sequence[Token]
    listings: dict[int, Listing]
    widths: Widths
    candidates: list[Candidate] = field(default_factory=list)
    nulls: list[Place] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    def doubt(self, path: str, kind: str, message: str) -> None:
        """A finding about the reading."""
        self.findings.append(Finding(path, "reading", kind, "warning", message))

    def give(self, path: str, positions: Iterable[int], text: str | None = None) -> None:
        """A value from tokens; its text is theirs, joined as wrapped lines are."""
        places = tuple(self.tokens[p].place for p in positions)
        if places:
            self.candidates.append(Candidate(path, text if text is not None else self.join(positions), places))

    def join(self, positions: Iterable[int]) -> str:
        """The tokens' text as one line."""
        return join([self.tokens[p].text for p in positions])

    def null(self, positions: Iterable[int]) -> None:
        """Marks that say that nothing stands here."""
        self.nulls.extend(self.tokens[p].place for p in positions)


def join(parts: Sequence[str]) -> str:
    """Pieces of wrapped text joined: nothing between, one space between two Latin words."""
    out = ""
    for part in parts:
        part = "".join(line.strip() if n else line for n, line in enumerate(part.splitlines()))
        space = out and part and out[-1].isascii() and part[0].isascii() and out[-1].isalnum() and part[0].isalnum()
        out += (" " if space else "") + part
    return out


def value(draft: Draft, bucket: Bucket) -> None:
    """The value behind a label."""
    spec = bucket.fields[0]
    _merge_repeats(draft, bucket)
    if not bucket.tokens:
        return
    if bucket.doubtful:
        draft.doubt(spec.path, "label_again", f"{bucket.doubtful}: {draft.join(bucket.tokens)[:40]}")
        draft.loose.extend(bucket.tokens)
        return
    if spec.structure == "texts":
        _items(draft, spec, bucket.tokens)
        return
    if spec.printed.long:
        _long(draft, spec.path, texts.lines_of(draft.tokens, bucket.tokens))
        return
    joined = "".join(draft.tokens[p].fold for p in bucket.tokens)
    if joined in NULLS:
        draft.null(bucket.tokens)
        return
    taken = _fitting(draft, spec, bucket.tokens)
    if not taken:
        draft.doubt(spec.path, "not_a_value", f"what stands behind the label is no {spec.kind}: {joined[:40]}")
    draft.give(spec.path, taken)
    rest = bucket.tokens[len(taken) :]
    if rest:
        draft.doubt(spec.path, "text_left", f"more text stands behind the value: {draft.join(rest)[:40]}")
        draft.loose.extend(rest)


def _merge_repeats(draft: Draft, bucket: Bucket) -> None:
    """Drops the repeats of a merged cell that was written out once a column."""
    kept: list[int] = []
    for p in bucket.tokens:
        if kept and same_merged_cell(draft.tokens[p - 1], draft.tokens[p], numbers=True):
            draft.null([p])
        else:
            kept.append(p)
    bucket.tokens[:] = kept


def _fitting(draft: Draft, spec: FieldSpec, tokens: Sequence[int]) -> Sequence[int]:
    """As many tokens from the front as make a value of the field's kind."""
    if spec.kind == "text":
        return tokens
    for end in range(len(tokens), 0, -1):
        if parses(spec.kind, "".join(draft.tokens[p].fold for p in tokens[:end])):
            return tokens[:end]
    return []


def _long(draft: Draft, path: str, lines: Sequence[texts.TextLine]) -> None:
    """A long text: wrapped lines joined, paragraphs kept apart by a line end."""
    if not lines:
        return
    draft.give(path, [p for line in lines for p in line.positions], _paragraph_text(texts.paragraphs(lines)))


def _paragraph_text(parts: Sequence[Sequence[texts.TextLine]]) -> str:
    return "\n".join(_joined_lines(part) for part in parts)


def _joined_lines(lines: Sequence[texts.TextLine]) -> str:
    if lines[0].tokens[0].table:
        return "\n".join(line.text for line in lines)  # a cell keeps its own paragraphs
    return join([line.text for line in lines])


def _items(draft: Draft, spec: FieldSpec, positions: Sequence[int]) -> None:
    """A list of texts, cut at its numbers."""
    lines = texts.lines_of(draft.tokens, positions)
    number = draft.rows.get(spec.path, 0)
    for part in _item_parts(draft, lines):
        places, text = part
        draft.candidates.append(Candidate(f"{spec.path}[{number}]", text, places))
        number += 1
    draft.rows[spec.path] = number


def _item_parts(draft: Draft, lines: Sequence[texts.TextLine]) -> list[tuple[tuple[Place, ...], str]]:
    out: list[tuple[tuple[Place, ...], str]] = []
    prose = [line for line in lines if not line.tokens[0].table]
    for line in lines:
        if line.tokens[0].table:
            out.extend(_cell_items(line.tokens[0]))
    for item in texts.items(texts.paragraphs(prose)) if prose else []:
        own = [line for part in item for line in part]
        places = tuple(draft.tokens[p].place for line in own for p in line.positions)
        out.append((places, _paragraph_text(item)))
    return out


def _cell_items(token: Token) -> list[tuple[tuple[Place, ...], str]]:
    """The paragraphs of a cell, those without a number joined to the one before where the list is numbered."""
    text = token.unit.text
    out: list[tuple[tuple[Place, ...], str]] = []
    starts = [m.start() for m in re.finditer(r"[^\n]+", text[token.start : token.end])]
    bounds = [
        (token.start + s, token.start + e) for s, e in zip(starts, [*starts[1:], token.end - token.start], strict=True)
    ]
    numbered = any(texts.is_item(text[s:e]) for s, e in bounds)
    for start, end in bounds:
        end = start + len(text[start:end].rstrip())
        if numbered and out and not texts.is_item(text[start:end]):
            before = out[-1][0][0]
            out[-1] = ((before._replace(end=end),), text[before.start : end])
        else:
            out.append(((Place(token.page, token.unit.id, start, end),), text[start:end]))
    return out


def matrix_row(draft: Draft, bucket: Bucket) -> None:
    """One row of a matrix: as many values as there are columns, or by their place under the headers."""
    group = bucket.fields[0]
    columns = bucket.columns
    repeated = [p for n, p in enumerate(bucket.tokens) if n and repeats(draft.tokens, p, columns)]
    draft.null(repeated)
    bucket.tokens[:] = [p for p in bucket.tokens if p not in repeated]
    by_name = {c.field.name: f"{group.path}.{c.field.name}" for c in columns}
    order = [by_name[c.field.name] for c in columns]
    placed = _under(draft, columns, bucket.tokens)
    if len(bucket.tokens) == len(order):
        placed = {n: [p] for n, p in enumerate(bucket.tokens)}
    if bucket.tokens and placed is None:
        draft.doubt(
            group.path, "columns_lost", f"{len(bucket.tokens)} values for {len(order)} columns: which is which?"
        )
        draft.loose.extend(bucket.tokens)
        return
    for n, positions in (placed or {}).items():
        text = "".join(draft.tokens[p].fold for p in positions)
        if text in NULLS:
            draft.null(positions)
        elif parses(columns[n].field.kind, text):
            draft.give(order[n], positions)
        else:
            draft.doubt(order[n], "not_a_value", f"not a number: {text[:40]}")
            draft.loose.extend(positions)


def _under(draft: Draft, columns: Sequence[Column], positions: Sequence[int]) -> dict[int, list[int]] | None:
    """Cells by the column they stand under, where columns are facts."""
    if not all(draft.tokens[p].exact for p in positions):
        return None
    out: dict[int, list[int]] = {}
    for p in positions:
        best = column_under(draft.tokens[p], columns)
        if best < 0:
            return None
        out.setdefault(best, []).append(p)
    return out


def labelled_row(draft: Draft, bucket: Bucket) -> None:
    """Values behind a label that several fields share, in the order of their columns (a row of totals)."""
    values = [p for p in bucket.tokens if draft.tokens[p].fold not in NULLS]
    fitting = [p for p in values if parses(bucket.fields[0].kind, draft.tokens[p].fold)]
    draft.null(p for p in bucket.tokens if p not in values)
    if len(bucket.tokens) == len(bucket.fields):
        for spec, p in zip(bucket.fields, bucket.tokens, strict=True):
            if p in fitting:
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
            draft.doubt(spec.path, "columns_lost", f"which column is it? {draft.join(rest)[:40]}")
        draft.loose.extend(rest)


def text_columns(draft: Draft, bucket: Bucket) -> None:
    """Long texts in columns, under a row of labels."""
    if not bucket.tokens:
        return
    fields = [c.field for c in bucket.columns]
    _merge_repeats(draft, bucket)
    if draft.tokens[bucket.tokens[0]].table:
        _grid_columns(draft, bucket, fields)
        return
    lines = texts.lines_of(draft.tokens, bucket.tokens)
    alone = next((f for f in fields if f.printed.alone), None)
    if len(fields) != 2:
        _long(draft, fields[0].path, lines)
        return
    split = texts.side_by_side(lines, draft.tokens)
    if split is None and alone is not None and len(lines) == 1:
        _long(draft, alone.path, lines)
        return
    if split is None:
        split = _sequence(draft, lines, alone is not None)
    left, right = split.left, split.right
    if alone is not None and not (left and right):
        left, right = ([], left or right) if fields[1] is alone else (left or right, [])
    for spec, own in zip(fields, (left, right), strict=True):
        _long(draft, spec.path, own)
        if split.doubt or (alone is None and not own):
            draft.doubt(
                spec.path, "columns_unclear", split.doubt or "the texts of the two columns cannot be told apart"
            )


def _sequence(draft: Draft, lines: list[texts.TextLine], alone: bool) -> texts.Split:
    """Columns printed one after the other, page by page."""
    segments: list[list[texts.TextLine]] = [[]]
    for line in lines:
        token = line.tokens[0]
        last = segments[-1][-1].tokens[0] if segments[-1] else None
        if last is not None and (token.gap >= PAGE_GAP or token.page != last.page):
            segments.append([])
        segments[-1].append(line)
    left: list[texts.TextLine] = []
    right: list[texts.TextLine] = []
    splits, doubt = texts.one_after_the_other(segments, alone)
    for segment, split in zip(segments, splits, strict=True):
        left.extend(segment[:split])
        right.extend(segment[split:])
    return texts.Split(left, right, doubt)


def _grid_columns(draft: Draft, bucket: Bucket, fields: Sequence[FieldSpec]) -> None:
    """Cells under the columns' labels; a cell that a page break cut goes on in the column that it began in."""
    own: dict[int, list[int]] = {}
    last: dict[int, int] = {}
    alone = next((n for n, f in enumerate(fields) if f.printed.alone), None)
    for row in _by_row(draft, bucket.tokens):
        cells = [p for p in row if draft.tokens[p].table]
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
        _long(draft, fields[column].path, texts.lines_of(draft.tokens, positions))


def _trusted(draft: Draft, row: Sequence[int]) -> bool:
    return all(draft.tokens[p].exact for p in row)


def _columns_of(draft: Draft, cells: Sequence[int], columns: Sequence[Column], last: dict[int, int]) -> list[int]:
    """The column of each cell of a row: all in order, or the one it stands under, or the only one that goes on."""
    if len(cells) == len(columns):
        return list(range(len(columns)))
    out = []
    for p in cells:
        under = max(0, column_under(draft.tokens[p], columns))
        if len(last) == 1 and not draft.tokens[p].exact:
            under = next(iter(last))
        out.append(under)
    return out


def _by_row(draft: Draft, positions: Sequence[int]) -> list[list[int]]:
    out: list[list[int]] = []
    for p in positions:
        if not out or draft.tokens[out[-1][-1]].row != draft.tokens[p].row:
            out.append([])
        out[-1].append(p)
    return out


def list_rows(draft: Draft, bucket: Bucket) -> None:
    """The rows under a list's header; spanning labels are carried down."""
    columns = bucket.columns
    list_path = columns[0].field.path.split("[]")[0]
    draft.null(p for n, p in enumerate(bucket.tokens) if n and repeats(draft.tokens, p, columns))
    rows = read_rows(draft.listings[bucket.label], draft.widths)
    above: dict[int, tuple[int, ...]] = {}
    kinds = [column_kind(c.field) for c in columns]
    number = draft.rows.get(list_path, 0)
    words = [n for n, k in enumerate(kinds) if k == "word"]
    for row, following in zip(rows, [*rows[1:], {}], strict=True):
        if set(row) <= set(words) and not _own_row(draft, row, following, words[-1]):
            above.update({n: cell_tokens(cell) for n, cell in row.items()})
            continue
        _give_row(draft, columns, kinds, row, above, f"{list_path}[{number}]")
        number += 1
    draft.rows[list_path] = number


def cell_tokens(cell: object) -> tuple[int, ...]:
    """The positions of all tokens of a cell."""
    return tuple(p for piece in cell.pieces for p in piece.tokens)  # type: ignore[attr-defined]


def _own_row(draft: Draft, row: ListRow, following: ListRow, lowest: int) -> bool:
    """Whether labels alone are a row of their own: in a grid, or in lines where the next row has its own label."""
    in_grid = any(draft.tokens[p].table for cell in row.values() for p in cell_tokens(cell))
    return in_grid or (lowest in row and (lowest in following or not following))


def _give_row(
    draft: Draft,
    columns: Sequence[Column],
    kinds: Sequence[str],
    row: ListRow,
    above: dict[int, tuple[int, ...]],
    path: str,
) -> None:
    for n, column in enumerate(columns):
        name = f"{path}.{column.field.name}"
        cell = row.get(n)
        if cell is None:
            if kinds[n] == "word" and n in above:
                draft.give(name, above[n])
            continue
        positions = cell_tokens(cell)
        if kinds[n] == "word":
            above[n] = positions
        text = "".join(draft.tokens[p].fold for p in positions)
        if text in NULLS:
            draft.null(positions)
            continue
        draft.give(name, positions)
        if cell.doubtful:
            draft.doubt(
                name, "column_unclear", f"it could stand in another column or row: {draft.join(positions)[:40]}"
            )
    first = row[min(row)]
    if any(cell.hides_row for cell in row.values()):
        whole = draft.join(p for cell in row.values() for p in cell_tokens(cell))
        draft.doubt(path.split("[")[0], "row_hidden", f"two rows may have been read as one: {whole[:60]}")
    if first.doubtful and draft.tokens[first.pieces[0].tokens[0]].first:
        draft.doubt(path, "row_unclear", f"a row may begin elsewhere: {draft.join(cell_tokens(first))[:40]}")
    _complete(draft, columns, kinds, row, path)


def _complete(draft: Draft, columns: Sequence[Column], kinds: Sequence[str], row: ListRow, path: str) -> None:
    """A row of lines that lacks a value is in doubt: without columns nobody sees that the cell was empty."""
    in_lines = not any(draft.tokens[p].table for cell in row.values() for p in cell_tokens(cell))
    lacking = [c.field.name for n, c in enumerate(columns) if kinds[n] not in ("word", "text") and n not in row]
    if in_lines and lacking and set(row) & {n for n, k in enumerate(kinds) if k != "word"}:
        draft.doubt(path, "row_incomplete", f"no {', '.join(lacking)} stands in this row")
    elif len(row) == 1 and lacking and "word" not in {kinds[n] for n in row}:
        draft.doubt(path, "row_incomplete", f"a lone cell was read as a row; no {', '.join(lacking)}")
