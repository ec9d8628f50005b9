"""Tables without ruling lines: consecutive printed lines whose runs stand in the same columns.

Which lines make a row, and which columns they have, is read as in text that is laid out by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from extractor.document.layout import Grid
from extractor.tables.text_runs import Row, Run, is_prose, row_box
from extractor.tables.unruled.line_segments import segments_of
from extractor.tables.unruled.line_tables import grid_of

LEAST_ROWS = 3
FAR = 2.6  # of the type size: a wider gap between two lines ends a table
CROSSED = 0.15  # the share of rows that may cross the gap between two columns
# What stands before an item of a list.
MARKER = re.compile(r"\W|o|[(（]?\w{1,3}[.)）、]?")


class Loose(NamedTuple):
    """A table found among rows: the first row, one past the last, and its grid."""

    start: int
    end: int
    grid: Grid


class Place(NamedTuple):
    """A run in a row of the table: its columns from first to last."""

    run: Run
    first: int
    last: int


def find_unruled(rows: Sequence[Row], page: int) -> list[Loose]:
    """The unruled tables among rows that stand below each other."""
    out: list[Loose] = []
    for start, end in _candidates(rows):
        part = rows[start:end]
        columns = column_gaps(part)
        if not columns:
            continue
        placed = [_placed(row, columns) for row in part]
        if _is_table(placed, len(columns) + 1):
            out.append(Loose(start, end, grid_of(segments_of(part), page)))
    return out


def _candidates(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Ranges of rows that begin and end with more than one run, with few single runs between."""
    out: list[tuple[int, int]] = []
    start, last = -1, -1
    for index, row in enumerate(rows):
        if start >= 0 and (row[0].grid is not None or index - last > 3 or _far(rows[index - 1], row)):
            out.append((start, last + 1))
            start = -1
        if len(row) > 1 and all(run.grid is None for run in row):
            if start < 0:
                start = index
            last = index
    if start >= 0:
        out.append((start, last + 1))
    return [(a, b) for a, b in out if sum(len(row) > 1 for row in rows[a:b]) >= LEAST_ROWS]


def _far(above: Row, below: Row) -> bool:
    one, two = row_box(above), row_box(below)
    return two.top - one.bottom > FAR * max(one.bottom - one.top, two.bottom - two.top)


def column_gaps(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """The vertical strips that (nearly) no row crosses, between the first and the last run."""
    many = [row for row in rows if len(row) > 1]
    size = median(run.box.bottom - run.box.top for row in many for run in row)
    events = sorted(
        [(run.box.x0, 1) for row in many for run in row] + [(run.box.x1, -1) for row in many for run in row]
    )
    allowed = int(CROSSED * len(many))
    out: list[tuple[float, float]] = []
    depth, free_from = 0, events[0][0]
    seen = False
    for x, step in events:
        if step > 0 and depth <= allowed < depth + 1 and seen and x - free_from >= 0.4 * size:
            out.append((free_from, x))
        depth += step
        if step > 0 and depth > allowed:
            seen = True
        if step < 0 and depth == allowed:
            free_from = x
    return out


def _placed(row: Row, strips: Sequence[tuple[float, float]]) -> list[Place]:
    """The columns that each run of a row stands in."""
    out: list[Place] = []
    for run in row:
        width = run.box.x1 - run.box.x0
        first = sum((lo + hi) / 2 <= run.box.x0 + 0.1 * width for lo, hi in strips)
        last = sum((lo + hi) / 2 <= run.box.x1 - 0.1 * width for lo, hi in strips)
        first = max(first, out[-1].last) if out else first
        out.append(Place(run, first, max(first, last)))
    return out


def _is_table(rows: Sequence[Sequence[Place]], columns: int) -> bool:
    """Whether enough rows fill more than one column, and the columns are not lines of prose side by side."""
    full = [row for row in rows if len({p.first for p in row}) > 1]
    if len(full) < LEAST_ROWS or len(full) < 0.5 * len(rows):
        return False
    if columns == 2 and all(MARKER.fullmatch(row[0].run.text) for row in full if row[0].first == 0):
        return False
    sides = [[p.run for row in rows for p in row if p.first == p.last == column] for column in range(columns)]
    filled = sum(len({p.first for p in row}) for row in full) / (len(full) * columns)
    return filled >= 0.4 and not all(is_prose(side) for side in sides)
