"""Rows under a list's header, as candidates; spanning labels are carried down, and doubts with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from extractor.document.finding_kinds import FindingKind
from extractor.engines.rules.drafts import Draft
from extractor.engines.rules.header_columns import Column, is_foreign
from extractor.engines.rules.list_rows import Cell, ListRow, read_rows
from extractor.engines.rules.pieces import column_kind
from extractor.engines.rules.reading_costs import UNKNOWN, shape
from extractor.engines.rules.stacked_labels import repeats
from extractor.engines.rules.unknown_columns import is_unknown
from extractor.engines.rules.value_kinds import is_null
from extractor.engines.rules.zones import Bucket
from extractor.forms.page_breaks import may_go_on
from extractor.forms.tokens import first_unit, in_column
from schemas.spec import FieldSpec, SchemaSpec


def list_rows(draft: Draft, bucket: Bucket, schema: SchemaSpec) -> None:
    """The rows under a list's header."""
    columns = bucket.columns
    list_path = columns[0].field.path.split("[]")[0]
    draft.null(p for n, p in enumerate(bucket.tokens) if n and repeats(draft.tokens, p, columns))
    _set_aside(draft, bucket, list_path)
    rows = read_rows(draft.listings[bucket.label], draft.widths)
    if not rows:
        draft.doubt(list_path, FindingKind.HEADER_UNCLEAR, "no row was found under its header")
    above: dict[int, Cell] = {}
    kinds = [column_kind(c.field) for c in columns]
    number = draft.rows.get(list_path, 0)
    words = [n for n, k in enumerate(kinds) if k == "word"]
    for n, row in enumerate(rows):
        following = rows[n + 1] if n + 1 < len(rows) else {}
        stale = _carry(above, row, words)
        if set(row) <= set(words) and not _own_row(row, following, words[-1]):
            continue
        path = f"{list_path}[{number}]"
        _give_row(draft, columns, kinds, row, above, path)
        for column in stale:
            label = draft.join(cell_tokens(above[column]))
            message = f"no label of its own stands below the new label above it; carried on: {label[:40]}"
            draft.doubt(f"{path}.{columns[column].field.name}", FindingKind.LABEL_CARRIED, message)
        if number and _is_rest(row, kinds) and _is_parted(rows[n - 1], row):
            key = next(m for m in row if kinds[m] == "key")
            message = f"the row below may be its end: {draft.join(cell_tokens(row[key]))[:40]}"
            draft.doubt(f"{list_path}[{number - 1}].{columns[key].field.name}", FindingKind.ROW_UNCLEAR, message)
            draft.doubt(f"{list_path}[{number}]", FindingKind.ROW_UNCLEAR, "it may be the end of the row above")
        if n and number and _may_end(row, rows[n - 1], kinds):
            rest = draft.join(p for cell in row.values() for p in cell_tokens(cell))
            for at in (number - 1, number):
                message = f"one row, or two that the page break parts: {rest[:40]}"
                draft.doubt(f"{list_path}[{at}]", FindingKind.ROW_UNCLEAR, message)
        number += 1
    spec = schema.field(list_path)
    if spec is not None and any(set(row) <= set(words) for row in rows) and _lacks_level(spec, bucket):
        message = "rows of labels alone, and a column of labels is missing: what tells rows apart may not be printed"
        draft.doubt(list_path, FindingKind.HEADER_UNCLEAR, message)
    if draft.rows.get(list_path, 0) < number:
        _doubt_missing(draft, bucket, schema, range(draft.rows.get(list_path, 0), number))
    draft.rows[list_path] = number


def _set_aside(draft: Draft, bucket: Bucket, list_path: str) -> None:
    """What stands in columns that no field declares, and a finding on each of them."""
    columns = bucket.columns
    foreign = [cell for cell in bucket.foreign if not cell.labels]
    draft.foreign.extend(cell.token for cell in foreign)
    draft.foreign.extend(p for p in bucket.tokens if is_foreign(draft.tokens[p], columns, foreign))
    names = [draft.tokens[cell.token].text for cell in foreign]
    names += [draft.tokens[c.token].text for c in columns if is_unknown(c.field)]
    for name in dict.fromkeys(names):
        draft.doubt(list_path, FindingKind.COLUMN_UNKNOWN, f"a column that no field declares: {name[:40]}")


def _lacks_level(spec: FieldSpec, bucket: Bucket) -> bool:
    """Whether the lowest column of spanning labels is not in the header of a list that has another one."""
    found = {c.field.path for c in bucket.columns}
    spanning = [child.path for child in spec.children if child.printed.spans]
    return bool(found & set(spanning)) and spanning[-1] not in found


def _doubt_missing(draft: Draft, bucket: Bucket, schema: SchemaSpec, rows: Iterable[int]) -> None:
    """Doubts about the values of columns that are not found, where a column stands under an unknown label."""
    list_path = bucket.columns[0].field.path.split("[]")[0]
    spec = schema.field(list_path)
    strange = bool(bucket.foreign) or any(is_unknown(c.field) for c in bucket.columns)
    if spec is None or not strange:
        return
    found = {c.field.path for c in bucket.columns}
    missing = [c.name for c in spec.children if c.printed.column and c.path not in found]
    for row in rows:
        for name in missing:
            message = "its column is not found; it may stand under a label that no field declares"
            draft.doubt(f"{list_path}[{row}].{name}", FindingKind.HEADER_UNCLEAR, message)


def _may_end(row: ListRow, before: ListRow, kinds: Sequence[str]) -> bool:
    """Whether a row of a grid that begins a page may be the end of the row before, as far as its places tell: no cell
    above had room for what stands below it. Where they tell nothing, it lacks what a row has; without its key it is
    no row of its own, whatever they tell."""
    first, last = row[min(row)].pieces[0].token, before[max(before)].pieces[-1].token
    filled = [n for n in row if kinds[n] != "word"]
    if not first.exact or first.page == last.page or not filled:
        return False
    if "key" in kinds and "key" not in [kinds[n] for n in filled]:
        return True
    both = [n for n in filled if n in before]
    going = [may_go_on(before[n].pieces[-1].token.unit, row[n].pieces[0].token.unit) for n in both]
    if False in going or (True in going and None not in going):
        return False not in going
    return len(filled) == 1 or not both


def _is_rest(row: ListRow, kinds: Sequence[str]) -> bool:
    """Whether a row has a key and nothing else beside its labels: the key above may go on in it."""
    return [kinds[n] for n in row if kinds[n] not in {"word", *UNKNOWN}] == ["key"] and "indicator" in kinds


def _is_parted(before: ListRow, row: ListRow) -> bool:
    """Whether something stands between two rows of cells: another table begins with the second."""
    last, first = before[max(before)].pieces[-1].token, row[min(row)].pieces[0].token
    return last.table != first.table or last.page != first.page


def _carry(above: dict[int, Cell], row: ListRow, words: Sequence[int]) -> list[int]:
    """Takes a row's spanning labels over; gives the columns whose label is older than one in a column before it."""
    stale: list[int] = []
    fresh = False
    for n in words:
        if n in row:
            above[n] = row[n]
            fresh = True
        elif fresh and n in above:
            # until a label stands here, the old one is carried, and in doubt
            above[n] = Cell(above[n].pieces, True)
            stale.append(n)
    return stale


def cell_tokens(cell: Cell) -> tuple[int, ...]:
    """The positions of all tokens of a cell."""
    return tuple(p for piece in cell.pieces for p in piece.tokens)


def _in_grid(row: ListRow) -> bool:
    return any(piece.token.table for cell in row.values() for piece in cell.pieces)


def _own_row(row: ListRow, following: ListRow, lowest: int) -> bool:
    """Whether labels alone are a row of their own: in a grid, or in lines where the next row has its own label."""
    return _in_grid(row) or (lowest in row and (lowest in following or not following))


def _give_row(
    draft: Draft, columns: Sequence[Column], kinds: Sequence[str], row: ListRow, above: dict[int, Cell], path: str
) -> None:
    quantities = _quantities(kinds, row)
    parts = {p for order in quantities.values() for m in order for p in cell_tokens(row[m])}
    for n, column in enumerate(columns):
        cell = above.get(n) if kinds[n] == "word" else row.get(n)
        if cell is None:
            continue
        name, positions = f"{path}.{column.field.name}", cell_tokens(cell)
        if kinds[n] in UNKNOWN:
            draft.foreign.extend(p for p in positions if p not in parts)
            for m in (m for m, kind in enumerate(kinds) if kind == "text" and m not in row and not _in_grid(row)):
                message = f"it may stand in a column that no field knows: {draft.join(positions)[:40]}"
                draft.doubt(f"{path}.{columns[m].field.name}", FindingKind.COLUMN_UNCLEAR, message)
            if cell.doubtful:
                message = f"a text of a column that no field knows could be another's: {draft.join(positions)[:40]}"
                draft.doubt(path, FindingKind.COLUMN_UNCLEAR, message)
            if _may_hold_more(cell):
                message = f"a column that no field knows may hold a row's cells: {draft.join(positions)[:40]}"
                draft.doubt(path.split("[")[0], FindingKind.ROW_HIDDEN, message)
            continue
        if is_null(column.field.kind, "".join(draft.tokens[p].fold for p in positions)):
            draft.null(positions)
            continue
        cells = [cell_tokens(row[m]) for m in quantities.get(n, ())] or [positions]
        draft.give(name, [p for own in cells for p in own], "\t".join(map(draft.join, cells)))
        if cell.doubtful:
            message = f"it could stand in another column or row: {draft.join(positions)[:40]}"
            draft.doubt(name, FindingKind.COLUMN_UNCLEAR, message)
    _doubt_row(draft, columns, kinds, row, path)


def _may_hold_more(cell: Cell) -> bool:
    """Whether a cell of an unknown column may be those of a row: it is made of several and in doubt, or compares."""
    compares = any(shape(p.fold).comparison and not _SIGN.fullmatch(p.fold) for p in cell.pieces)
    return compares or (cell.doubtful and len(cell.pieces) > 1)


def _may_hold_end(last: Cell, kind: str) -> bool:
    """Whether a line below a row, read as going on with its last cell, may be the end of its name: the cell is of an
    unknown column, or was whole without it.
    """
    below = any(piece.first for piece in last.pieces[1:])
    return below and (kind in UNKNOWN or (kind == "indicator" and shape(last.pieces[0].fold).complete))


def _may_go_on(row: ListRow, columns: Sequence[Column]) -> bool:
    """Whether a row of laid out text may be the last lines of the one above: nothing in it is a word of its column."""
    cells = [(cell.pieces[0], columns[n].field) for n, cell in row.items()]
    tokens = [piece.token for piece, _ in cells]
    guessed = all(t.exact and t.unit.box is None and not in_column(t) for t in tokens)
    return guessed and not any(piece.fold in field.printed.vocabulary for piece, field in cells)


def _quantities(kinds: Sequence[str], row: ListRow) -> dict[int, list[int]]:
    """By the column of a number, the columns of a quantity that is printed in several: its sign, the number, its unit.

    The sign is that of the first number; a unit is that of all numbers without one.
    """
    signs = [n for n in row if kinds[n] == "unknown" and _SIGN.fullmatch(row[n].pieces[0].fold)]
    units = [n for n in row if kinds[n] == "unit" and not is_null("text", row[n].pieces[0].fold)]
    own = [n for n in sorted(row) if kinds[n] == "indicator" and _NUMBER.fullmatch(_text(row[n]))]
    bare = [n for n in own if shape(_text(row[n])).number]
    parts = {n: [*(signs[:1] if n in bare[:1] else ()), n, *units[:1]] for n in own}
    return {n: order for n, order in parts.items() if len(order) > 1}


def _text(cell: Cell) -> str:
    return "".join(piece.fold for piece in cell.pieces)


_SIGN = re.compile(r"[≥≤><=≧≦⩾⩽]")
_NUMBER = re.compile(r"[≥≤><=≧≦⩾⩽]?[\d,]+(?:\.\d+)?")


def _fills(draft: Draft, columns: Sequence[Column], key: Cell, tail: Cell) -> bool:
    """Whether a key's last line has no room for what stands below the row: that may be its next line."""
    path = next(c.field.path for c in columns if c.field.printed.key)
    known = draft.widths.get(path)
    needed = key.pieces[-1].token.width + first_unit(tail.pieces[0].token.text)
    return known is not None and needed > known.widest - 0.1


def _misplaced(columns: Sequence[Column], kinds: Sequence[str], row: ListRow, lacks: bool) -> list[Cell]:
    """The cells of a row in columns of labels that hold a label of another column, or none in a row that `lacks` cells:
    it stands to the left by as many cells as it lacks.
    """
    labels = [(n, cell) for n, cell in row.items() if kinds[n] == "word"]
    others = [cell for n, cell in labels if any(p.word and n not in p.word for p in cell.pieces)]
    closed = [cell for n, cell in labels if columns[n].field.printed.vocabulary]
    return others or [cell for cell in closed if lacks and not any(p.word for p in cell.pieces)]


def _doubt_row(draft: Draft, columns: Sequence[Column], kinds: Sequence[str], row: ListRow, path: str) -> None:
    """What one may doubt of a row as a whole: where it begins, whether it is two, whether it is complete."""
    first = row[min(row)]
    guessed = sum(cell.guessed for n, cell in row.items() if kinds[n] != "word")
    if any(cell.hides_row for cell in row.values()) or guessed > 1:
        whole = draft.join(p for cell in row.values() for p in cell_tokens(cell))
        draft.doubt(path.split("[")[0], FindingKind.ROW_HIDDEN, f"two rows may have been read as one: {whole[:60]}")
    if (first.doubtful and first.pieces[0].first) or _may_go_on(row, columns):
        draft.doubt(path, FindingKind.ROW_UNCLEAR, f"a row may begin elsewhere: {draft.join(cell_tokens(first))[:40]}")
    tail = next((row[n] for n, kind in enumerate(kinds) if kind == "text" and n in row), None)
    key = next((row[n] for n, kind in enumerate(kinds) if kind == "key" and n in row), None)
    if (
        tail
        and key
        and not _in_grid(row)
        and tail.pieces[0].first
        and len(row) > 2
        and _fills(draft, columns, key, tail)
    ):
        message = f"it may be the end of {draft.join(cell_tokens(key))[:30]}: {draft.join(cell_tokens(tail))[:40]}"
        for cell in (tail, key):
            column = next(n for n, own in row.items() if own is cell)
            draft.doubt(f"{path}.{columns[column].field.name}", FindingKind.COLUMN_UNCLEAR, message)
    last = row[max(row)]
    if key and not _in_grid(row) and _may_hold_end(last, kinds[max(row)]):
        name = next(columns[n].field.name for n in row if row[n] is key)
        message = f"its end may stand below the row: {draft.join(cell_tokens(last))[:40]}"
        draft.doubt(f"{path}.{name}", FindingKind.COLUMN_UNCLEAR, message)
    bare = any(kinds[n] == "indicator" and shape(cell.pieces[0].fold).number for n, cell in row.items())
    if key and bare and not _in_grid(row) and any(piece.first for piece in key.pieces[1:]):
        message = f"a line of its name may be a cell of its own: {draft.join(cell_tokens(key))[:40]}"
        draft.doubt(path, FindingKind.COLUMN_UNCLEAR, message)
    may_lack = ("word", "text", *UNKNOWN)
    lacking = [c.field.name for n, c in enumerate(columns) if kinds[n] not in may_lack and n not in row]
    empty = any(kinds[n] == "amount" and is_null("amount", _text(cell)) for n, cell in row.items())
    misplaced = _misplaced(columns, kinds, row, bool(lacking) or empty)
    if misplaced:
        positions = cell_tokens(misplaced[0])
        message = f"what stands here is no label of its column, the row may be shifted: {draft.join(positions)[:40]}"
        # a row is not shifted alone: the table was read wrongly, or two rows as one
        draft.doubt(path.split("[")[0], FindingKind.ROW_SHIFTED, message)
    labels = {n for n, kind in enumerate(kinds) if kind == "word"}
    if not _in_grid(row) and lacking and set(row) - labels:
        # without columns nobody sees that a cell was empty
        draft.doubt(path, FindingKind.ROW_INCOMPLETE, f"no {', '.join(lacking)} stands in this row")
    elif len(row) == 1 and lacking and not set(row) & labels and not (key and key.pieces[0].drawn):
        draft.doubt(path, FindingKind.ROW_INCOMPLETE, f"a lone cell was read as a row; no {', '.join(lacking)}")
    elif key is None and "key" in kinds and set(row) - labels:
        draft.doubt(path, FindingKind.ROW_INCOMPLETE, "no key stands in this row; it may be the end of the row above")
