"""Printed lines outside of ruled tables: their runs (words without a column gap between them) and columns of prose."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import gaps, union
from extractor.document.layout import Box, Grid
from extractor.tables.words import Piece, is_cjk

RUN_GAP = 1.0  # of the type size: a wider gap may be one between columns
SPREAD = 1.35  # of the type size: a label may be spread with a full-width space between its characters
GUTTER = 0.8  # of the type size: the least gap between columns of prose
LEAST_LINES = 4  # in each column of prose
LEAST_WIDTH = 10.0  # type sizes: narrower columns are columns of a table
LARGER = 1.15  # times the type size of a table: a title
LEAST_FILL = 0.7  # the share of its column that a line of prose usually fills


class Run(NamedTuple):
    """Words of one line without a column gap between them, or a whole table in place of words."""

    box: Box
    pieces: tuple[Piece, ...] = ()
    grid: Grid | None = None

    @property
    def text(self) -> str:
        """The words."""
        return " ".join(p.text for p in self.pieces)


Row = list[Run]


class Region(NamedTuple):
    """Consecutive rows: in one column, or in several columns of prose, each with its rows."""

    columns: list[list[Row]]


def row_box(row: Row) -> Box:
    """The box of a row."""
    found = union(run.box for run in row)
    assert found is not None, "a row has a run"  # noqa: S101 - rows are never empty
    return found


def middle(run: Run) -> float:
    """The height at which a run stands."""
    return (run.box.top + run.box.bottom) / 2


def lines_of(runs: Sequence[Run]) -> list[list[Piece]]:
    """Runs of one cell as printed lines."""
    out: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: (middle(r), r.box.x0)):
        if out and middle(run) - middle(out[-1][-1]) < 0.5 * (run.box.bottom - run.box.top):
            out[-1].append(run)
        else:
            out.append([run])
    return [[p for run in sorted(line, key=lambda r: r.box.x0) for p in run.pieces] for line in out]


def may_go_on(rows: Sequence[Row], start: int) -> bool:
    """Whether a table that begins at a row may go on from the page before: nothing but a running head is above it."""
    size = median(run.box.bottom - run.box.top for run in rows[start])
    return start < 3 and all(
        len(row) == 1 and row[0].grid is None and row[0].box.bottom - row[0].box.top <= LARGER * size
        for row in rows[:start]
    )


def runs_of(pieces: Sequence[Piece], walls: Sequence[Box] = ()) -> Row:
    """Cut a line of words at its wide gaps, and where a table stands between two words."""
    out: list[list[Piece]] = []
    for piece in pieces:
        last = out[-1][-1] if out else None
        if last is None or piece.box.x0 - last.box.x1 > _widest(last, piece) or _between(last.box, piece.box, walls):
            out.append([piece])
        else:
            out[-1].append(piece)
    return [Run(box, tuple(run)) for run in out if (box := union(p.box for p in run)) is not None]


def _widest(last: Piece, piece: Piece) -> float:
    """The widest white between two words of a run."""
    return (SPREAD if is_spread(last, piece) else RUN_GAP) * piece.size


def is_spread(last: Piece, piece: Piece) -> bool:
    """Whether white between two words may spread a label: it is a drawn space, or both are one ideograph each."""
    if not (is_cjk(last.text[-1]) and is_cjk(piece.text[0])):
        return False
    return piece.spaced or len(last.text) == len(piece.text) == 1


def _between(left: Box, right: Box, walls: Sequence[Box]) -> bool:
    middle = (left.top + left.bottom) / 2
    return any(w.top <= middle <= w.bottom and left.x1 <= w.x0 + 2 and w.x1 <= right.x0 + 2 for w in walls)


def split_columns(rows: list[Row]) -> list[Region]:
    """Cut rows (from top to bottom) into regions, those set in columns of prose apart from the rest."""
    for gutter in _gutters(rows):
        found = _prose_range(rows, gutter)
        if found is not None:
            start, end = found
            left = [side for row in rows[start:end] if (side := [r for r in row if r.box.x1 <= gutter])]
            right = [side for row in rows[start:end] if (side := [r for r in row if r.box.x0 >= gutter])]
            middle = Region([left, *_deeper(right)])
            return [*split_columns(rows[:start]), middle, *split_columns(rows[end:])]
    return [Region([rows])] if rows else []


def _deeper(rows: list[Row]) -> list[list[Row]]:
    """The columns right of a gutter: again cut where all of it is in columns."""
    regions = split_columns(rows)
    return regions[0].columns if len(regions) == 1 else [rows]


def _gutters(rows: list[Row]) -> list[float]:
    """The middles of the vertical strips that narrow runs leave free."""
    runs = [run for row in rows for run in row]
    if len(runs) < 2 * LEAST_LINES:
        return []
    page = row_box(runs)
    narrow = [run for run in runs if run.grid is None and run.box.x1 - run.box.x0 < 0.6 * (page.x1 - page.x0)]
    if not narrow:
        return []
    size = median(run.box.bottom - run.box.top for run in narrow)
    return [(lo + hi) / 2 for lo, hi in gaps([(r.box.x0, r.box.x1) for r in narrow], GUTTER * size)]


def _prose_range(rows: list[Row], gutter: float) -> tuple[int, int] | None:
    """The first range of rows that a gutter parts into two columns of prose."""
    start = 0
    for end in range(len(rows) + 1):
        if end == len(rows) or any(r.box.x0 < gutter < r.box.x1 for r in rows[end]):
            part = rows[start:end]
            left = [r for row in part for r in row if r.box.x1 <= gutter]
            right = [r for row in part for r in row if r.box.x0 >= gutter]
            if is_prose(left) and is_prose(right):
                return (start, end)
            start = end + 1
    return None


def is_prose(runs: Sequence[Run]) -> bool:
    """Whether runs that stand below each other are the lines of a column of prose, and not cells of a table."""
    runs = [run for run in runs if run.grid is None]
    if len(runs) < LEAST_LINES:
        return False
    column = row_box(list(runs))
    width = column.x1 - column.x0
    size = median(run.box.bottom - run.box.top for run in runs)
    filled = median(run.box.x1 - run.box.x0 for run in runs)
    return width >= LEAST_WIDTH * size and filled >= LEAST_FILL * width
