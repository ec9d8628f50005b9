"""Tables without ruling lines: lines that are laid out in columns become grids of cells.

For text as `pdftotext -layout` prints it (columns held apart by runs of spaces), and for lines whose words have boxes.
What the geometry leaves open is marked: cells in doubt carry words of low confidence, and a note names their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import union
from extractor.document.layout import Cell, Grid, Line, Note, Word
from extractor.tables.unruled.line_columns import GAP, Column, RowPlace, boundaries, may_span, numbered, sections, tile
from extractor.tables.unruled.line_rows import Band, Part, Reading, Rows, read_bands
from extractor.tables.unruled.line_segments import Segment, segmented

UNSURE = 0.5
"""The confidence of words whose row or column is in doubt."""
APART = 3
"""Lines this far from a table, with blank ones between, are not of it."""
CLOSE = 0.6
"""Where the costs of centred and of topped rows are so near, merged cells tell which of them it is."""
BLANK = 1.6
"""Lines farther from each other, in lines, have a blank one between."""
SHOWN = 40


class Found(NamedTuple):
    """The blocks of a page in reading order, and what is doubtful in them.

    Of each grid: the columns of its sections, and how many rows the first of them has.
    """

    blocks: list[Line | Grid]
    notes: list[Note]
    columns: list[list[list[Column]]]
    heights: list[int]


def grids(lines: Sequence[Line], page: int, first_table: int, goes_on: bool = False) -> Found:
    """The lines of a page, those in columns as grids numbered from `first_table`.

    `goes_on` says that the page before ends with a table.
    """
    rows = segmented(lines)
    out = Found([], [], [], [])
    at = 0
    for start, end in _tables(rows, goes_on):
        out.blocks.extend(lines[at:start])
        draft, grid, notes = _grid(rows[start:end], page, first_table)
        out.blocks.append(grid)
        out.notes.extend(notes)
        out.columns.append(draft.sections)
        out.heights.append(min((b for b in draft.breaks if b), default=grid.rows))
        first_table += 1
        at = end
    out.blocks.extend(lines[at:])
    return out


# Tables on the page


def _tables(rows: Sequence[Sequence[Segment]], goes_on: bool) -> list[tuple[int, int]]:
    """Runs of lines (first, one past the last) that are tables."""
    out: list[tuple[int, int]] = []
    start = -1
    plain: list[bool] = []
    for n in range(len(rows)):
        plain.append(_is_plain(rows, n) or _below_title(rows, plain))
    for n, alone in enumerate([*plain, True]):
        if not alone and start < 0:
            start = n
        if alone and start >= 0:
            least = 1 if goes_on and start <= 2 else 2  # a table may go on with one row at the top of a page
            if sum(len(row) > 1 for row in rows[start:n]) >= least:
                out.append((start, n))
            start = -1
    return out


def _below_title(rows: Sequence[Sequence[Segment]], plain: Sequence[bool]) -> bool:
    """Whether a line goes on with a title: it stands right below one that belongs to no table, on its middle."""
    n = len(plain)
    if not n or not plain[-1] or len(rows[n]) != 1 or len(rows[n - 1]) != 1:
        return False
    one, other = rows[n][0], rows[n - 1][0]
    return one.y - other.y < 2.1 and abs(one.x0 + one.x1 - other.x0 - other.x1) <= 12


def _is_plain(rows: Sequence[Sequence[Segment]], n: int) -> bool:
    """Whether a line belongs to no table."""
    if len(rows[n]) != 1:
        return not rows[n]
    one = rows[n][0]
    above = next((row for row in reversed(rows[:n]) if len(row) > 1), None)
    below = next((row for row in rows[n + 1 :] if len(row) > 1), None)
    if above is None and below is None:
        return True
    before, after = _distance(rows, n, -1), _distance(rows, n, 1)
    if min(abs(row[0].y - one.y) for row in (above, below) if row) > APART and not _runs_on(rows, n):
        return True
    if below is None and before > 2 * BLANK:
        return True
    near = [row for row in rows[max(0, n - 40) : n + 40] if len(row) > 1]
    left, right = min(row[0].x0 for row in near), max(row[-1].x1 for row in near)
    middle = abs(one.x0 + one.x1 - left - right) / 2 <= 0.04 * (right - left) + 1
    if above is None and after > BLANK and (middle or not _aligned(one, rows[n : n + 25])):
        return True
    crossed = [sum(s.x0 < one.x1 and one.x0 < s.x1 for s in row) for row in (above, below) if row]
    if one.x0 <= left + 1 and (max(crossed) > 1 or one.x1 - one.x0 > 0.25 * (right - left)):
        return True
    if before > 2 * BLANK and abs(one.x0 + one.x1 - left - right) / 2 <= 0.15 * (right - left):
        return True
    beside = [row for row in rows[max(0, n - 2) : n + 3] if row and row[0] is not one and abs(row[0].y - one.y) < 3]
    if any(abs(s.x0 - one.x0) < 0.6 for row in beside for s in row):
        return False
    aligned = _aligned(one, [row for row in rows[max(0, n - 8) : n + 9] if len(row) > 1])
    if middle and (not aligned or before > 2 * BLANK):
        return True
    inside = abs(one.x0 + one.x1 - left - right) / 2 <= 0.1 * (right - left)
    if inside and before > BLANK and _between_columns(one, above, below):
        return True
    return (above is None or below is None) and not (aligned or _aligned(one, beside)) and max(crossed) != 1


def _between_columns(
    one: Segment, above: Sequence[Segment] | None, below: Sequence[Segment] | None
) -> bool:  # fmt: skip
    """Whether a line stands in no column of the rows above and below it, and not to the left of them."""
    return all(
        row is not None and row[0].x1 <= one.x0 and not any(s.x0 < one.x1 and one.x0 < s.x1 for s in row)
        for row in (above, below)
    )


def _distance(rows: Sequence[Sequence[Segment]], n: int, step: int) -> float:
    """How far the next line with anything on it is."""
    at = n + step
    while 0 <= at < len(rows) and not rows[at]:
        at += step
    return abs(rows[at][0].y - rows[n][0].y) if 0 <= at < len(rows) else 2.0 * APART


def _runs_on(rows: Sequence[Sequence[Segment]], n: int) -> bool:
    """Whether lines with at most one blank one between lead from a line to a table, and it stands as those beside it.

    It has their left edge, or stands beside them.
    """
    one = rows[n][0]
    for step in (-1, 1):
        at, seen = n, False
        while 0 <= at + step < len(rows) and rows[at + step] and abs(rows[at + step][0].y - rows[at][0].y) < 2.1:
            at += step
            seen = seen or any(abs(s.x0 - one.x0) < 0.6 or s.x0 >= one.x1 or s.x1 <= one.x0 for s in rows[at])
            if len(rows[at]) > 1:
                return seen
    return False


def _aligned(one: Segment, near: Sequence[Sequence[Segment]]) -> bool:
    """Whether a segment shares its left edge or its middle with others near: with two, or one next to it."""
    middle = one.x0 + one.x1
    same = [
        s for row in near for s in row
        if s is not one and (abs(s.x0 - one.x0) < 0.6 or abs(s.x0 + s.x1 - middle) <= 1)
    ]  # fmt: skip
    return len(same) > 1 or any(abs(s.y - one.y) < 2.1 for s in same)


# Grids


@dataclass(slots=True)
class _Slot:
    """A cell being made."""

    segments: list[Segment]
    row: int
    col: int
    row_span: int
    col_span: int
    doubt: str = ""


@dataclass(slots=True)
class _Draft:
    """A table being read: its rows of bands, the section and columns of each band, its cells so far."""

    reading: Reading
    rows: Rows
    row_of: list[int]
    columns: list[list[Column]]
    breaks: frozenset[int]
    cost: float
    cells: list[_Slot] = field(default_factory=list)

    @property
    def sections(self) -> list[list[Column]]:
        """The columns of each section."""
        return [columns for n, columns in enumerate(self.columns) if not n or columns is not self.columns[n - 1]]

    @property
    def bands(self) -> tuple[Band, ...]:
        return self.reading.bands

    def column(self, band: int, part: Part) -> Column:
        """The column of a part."""
        return next(c for c in self.columns[band] if c.x0 < part.x1 and part.x0 < c.x1)


def grid_of(rows: Sequence[Sequence[Segment]], page: int) -> Grid:
    """The table that printed lines make, read from white alone: its columns are hints."""
    _, grid = _read(rows, page, 0)
    return replace(grid, ragged=True)


def _read(rows: Sequence[Sequence[Segment]], page: int, number: int) -> tuple[_Draft, Grid]:
    own = [[s._replace(line=n) for s in row] for n, row in enumerate(rows)]
    draft = _draft(own)
    _doubt_rows(draft)
    cells = [_cell(slot, page, number) for slot in sorted(_apart(draft.cells), key=lambda s: (s.row, s.col))]
    return draft, Grid(page, number, tuple(cells), union(c.box for c in cells if c.box is not None))


def _grid(rows: Sequence[Sequence[Segment]], page: int, number: int) -> tuple[_Draft, Grid, list[Note]]:
    draft, grid = _read(rows, page, number)
    notes = [
        Note(
            FindingKind.UNRULED_DOUBT,
            page,
            f"{Cell(page, number, s.row, s.col, '').id} “{_text(s)[:SHOWN]}”: {s.doubt}",
        )
        for s in draft.cells
        if s.doubt
    ]
    return draft, grid, notes


def _doubt_rows(draft: _Draft) -> None:
    """Puts the cells of rows in doubt that may as well be cut elsewhere."""
    for band in draft.bands:
        at = [n for n in draft.reading.unsure if band.first <= n <= band.last + 1]
        if at and band.is_row:
            own = {s for part in band.parts[band.floats :] for s in part.segments}
            for slot in draft.cells:
                if own & set(slot.segments):
                    slot.doubt = slot.doubt or "its row may begin or end at another line"


def _draft(lines: Sequence[Sequence[Segment]]) -> _Draft:
    """The table read with its cells in the middle of rows, or at their tops, whichever costs less in all."""
    rows = Rows(lines)
    centred, topped = read_bands(lines)
    if abs(centred.cost - topped.cost) > CLOSE:
        return _filled(min(centred, topped, key=lambda r: r.cost), rows)
    return min((_filled(reading, rows) for reading in (centred, topped)), key=lambda d: d.cost)


def _filled(reading: Reading, rows: Rows) -> _Draft:
    parts = [band.parts for band in reading.bands]
    runs = sections(parts)
    points = boundaries(parts, runs)
    columns: list[list[Column]] = []
    for (first, end), own in zip(runs, numbered(parts, runs, points), strict=True):
        columns += [own] * (end - first)
    row_of: list[int] = []
    count = 0
    for band in reading.bands:
        row_of.append(count if band.is_row else -1)
        count += band.is_row
    breaks = frozenset(next((row_of[n] for n in range(first, end) if row_of[n] >= 0), 0) for first, end in runs)
    draft = _Draft(reading, rows, row_of, columns, breaks, reading.cost)
    _fill(draft)
    return draft


def _fill(draft: _Draft) -> None:
    """Gives every segment to a cell, column by column from the left."""
    walls: set[int] = set()
    for col in sorted({c.start for columns in draft.columns for c in columns}):
        for first, end in _strands(draft, col):
            _strand(draft, col, first, end, walls)


def _strands(draft: _Draft, col: int) -> list[tuple[int, int]]:
    """Runs of bands in which a column has the same boundaries."""
    out: list[tuple[int, int]] = []
    last: tuple[int, int] | None = None
    for n, columns in enumerate(draft.columns):
        own = next(((c.start, c.end) for c in columns if c.start == col), None)
        if own is not None and own == last:
            out[-1] = (out[-1][0], n + 1)
        elif own is not None:
            out.append((n, n + 1))
        last = own
    return out


def _strand(draft: _Draft, col: int, first: int, end: int, walls: set[int]) -> None:
    """The cells of one column over a run of bands."""
    entries: list[tuple[int, Part, bool]] = []
    for n in range(first, end):
        band = draft.bands[n]
        for at, part in enumerate(band.parts):
            if draft.column(n, part).start == col:
                entries.append((n, part, at < band.floats))
    if not entries:
        return
    column = draft.column(entries[0][0], entries[0][1])
    segments = sorted((s for _, part, _ in entries for s in part.segments), key=lambda s: s.y)
    rows = [n for n in range(first, end) if draft.row_of[n] >= 0]
    floating = any(floats for _, _, floats in entries)
    span = column.end - column.start
    if rows and draft.reading.centred and (floating or may_span(draft.rows, segments)):
        places = [_place(draft, n, col) for n in rows]
        offset = draft.row_of[rows[0]]
        own_walls = frozenset(w - offset for w in walls)
        breaks = frozenset(b - offset for b in draft.breaks)
        found = tile(draft.rows, places, segments, own_walls, breaks, first == 0)
        if found:
            draft.cost += found[-1].cost
            for one in found:
                draft.cells.append(
                    _Slot(list(one.segments), offset + one.start, col, one.end - one.start, span, one.doubt)
                )
                walls.update((offset + one.start, offset + one.end))
            return
    _in_rows(draft, entries, col, span, walls)
    if not draft.reading.centred and may_span(draft.rows, segments) and first:
        draft.cost += GAP * sum(1 for n in rows if n < entries[0][0])


def _place(draft: _Draft, n: int, col: int) -> RowPlace:
    """Where a row stands, told from what is to the right of a column."""
    band = draft.bands[n]
    parts = [p for p in band.parts[band.floats :] if draft.column(n, p).start > col] or band.parts[band.floats :]
    return RowPlace(min(p.top for p in parts), max(p.bottom for p in parts))


def _in_rows(draft: _Draft, entries: Sequence[tuple[int, Part, bool]], col: int, span: int, walls: set[int]) -> None:
    """Cells that stand in the rows they were read in; what floats goes on with the cell above."""
    last: _Slot | None = None
    for n, part, floats in entries:
        row = draft.row_of[n]
        if floats and last is not None:
            last.segments.extend(part.segments)
            last.doubt = last.doubt or ("" if not draft.reading.centred else "it is not clear which lines are its own")
            continue
        doubt = "it stands beside no row" if floats else ""
        if row < 0:
            row = next((draft.row_of[m] for m in range(n, len(draft.row_of)) if draft.row_of[m] >= 0), 0)
        last = _Slot(list(part.segments), row, col, 1, span, doubt)
        draft.cells.append(last)
        walls.update((row, row + 1))


def _apart(cells: Sequence[_Slot]) -> list[_Slot]:
    """The cells, those at the same place as one, in doubt."""
    out: dict[tuple[int, int], _Slot] = {}
    for cell in cells:
        other = out.get((cell.row, cell.col))
        if other is None:
            out[cell.row, cell.col] = cell
        else:
            other.segments = sorted([*other.segments, *cell.segments], key=lambda s: (s.y, s.x0))
            other.doubt = "two cells may stand here"
    return list(out.values())


def _text(slot: _Slot) -> str:
    return "\n".join(s.text for s in slot.segments)


def _cell(slot: _Slot, page: int, number: int) -> Cell:
    words: list[Word] = []
    at = 0
    for segment in slot.segments:
        for word in segment.words:
            sure = min(UNSURE, word.confidence or 1.0) if slot.doubt else word.confidence
            words.append(replace(word, start=at + word.start - segment.start, confidence=sure))
        if slot.doubt and not segment.words:
            words.append(Word(at, segment.text, None, UNSURE))
        at += len(segment.text) + 1
    box = union(w.box for w in words if w.box is not None)
    return Cell(page, number, slot.row, slot.col, _text(slot), slot.row_span, slot.col_span, box, tuple(words))
