"""Tables whose columns gaps prove: the grid of some rows, and the columns that it may go on with on the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.document.geometry import stab
from extractor.document.layout import Box, Cell, Grid
from extractor.tables.column_gaps import Band, Block, Column, Section, gutters_of, sections_of
from extractor.tables.ruled.lattice import Slot, tile
from extractor.tables.text_runs import Run, lines_of
from extractor.tables.words import passage


class Text(NamedTuple):
    """Where the column of a text begins, and from where to where the text reaches."""

    start: float
    lo: float
    hi: float


class Going(NamedTuple):
    """The rows that a page ends with, which share columns, and the two sides of their table; none where it ends there.

    `topped` says that cells are known to begin at the tops of their rows, `apart` is the least white between rows.
    """

    rows: tuple[tuple[Text, ...], ...]
    left: float
    right: float
    topped: bool = False
    apart: float = 0.0


class Clear(NamedTuple):
    """A table whose columns are proved, and those of its last rows."""

    grid: Grid
    going: Going


Above = list[list[bool]]
"""For each row and each column, whether a cell begins there; one row more than there are."""


Held = Sequence[tuple[int, int, Block]]
"""The texts of a table, each with its row and the column that it begins in."""

Ruled = Callable[[list[float], Held], Above]
"""Where lines stand above the columns between given places, which hold given texts."""


def clear_grid(bands: Sequence[Band], page: int, sides: Box, ruled: Ruled | None, going: Going | None) -> Clear | None:
    """The table of some rows, None where its columns are in doubt.

    `ruled` says where lines stand above columns; without it a row that begins with white goes
    on with the cells above. `going` are columns of the page before that the table may go on with.
    """
    before = [] if going is None else _ghosts(going, sides.top)
    sections = sections_of([*before, *bands], len(before))
    if sections is None:
        return None if going is None else clear_grid(bands, page, sides, ruled, None)
    if ruled is None and going is not None and any(section.first < len(before) < section.end for section in sections):
        # Without lines a table reaches as far as its texts, and those of its other rows stand on the page before.
        sides = sides._replace(x1=max(sides.x1, going.right))
    shared = [_shared(section, going, len(before)) for section in sections if section.end > len(before)]
    sections = [_without(section, len(before)) for section in sections if section.end > len(before)]
    edges = _edges(sections, shared)
    left = min(sides.x0, *(own[0] or sides.x0 for own in edges))
    xs = [left, *sorted({x for own in edges for x in own if left < x < sides.x1}), sides.x1]
    if len(xs) < 3:
        return None
    starts = [[max(n for n, place in enumerate(xs) if n == 0 or place <= x) for x in own] for own in edges]
    held = _held(sections, starts)
    above = _begun(held, len(bands), len(xs) - 1) if ruled is None else ruled(xs, held)
    slots, owner = tile(_walls(sections, starts, xs, len(bands)), above)
    ys = [bands[0].top, *(_between(a, b) for a, b in pairwise(bands)), sides.bottom]
    texts: list[list[Run]] = [[] for _ in slots]
    for row, col, block in held:
        texts[owner[row * (len(xs) - 1) + col]] += block.runs
    cells = [_cell(slot, runs, xs, ys, page) for slot, runs in zip(slots, texts, strict=True)]
    grid = Grid(page, 0, tuple(cells), Box(xs[0], ys[0], xs[-1], ys[-1]))
    return Clear(grid, _going(held, xs, sections[-1].first))


def _ghosts(going: Going, top: float) -> list[Band]:
    """The rows of the page before, as far as they show columns."""
    walls = tuple(sorted({text.start for row in going.rows for text in row}))
    return [
        Band(top, top, tuple(Block((), Box(text.lo, top, text.hi, top)) for text in row), walls) for row in going.rows
    ]


def _going(held: Held, xs: Sequence[float], first: int) -> Going:
    rows: dict[int, list[Text]] = {}
    for row, col, block in held:
        if row >= first:
            rows.setdefault(row, []).append(Text(xs[col], block.box.x0, block.box.x1))
    return Going(tuple(map(tuple, rows.values())), xs[0], xs[-1])


def _without(section: Section, before: int) -> Section:
    """A section without the rows of the page before."""
    own = [Column(c.lo, c.hi, {i - before: b for i, b in c.blocks.items() if i >= before}) for c in section.columns]
    return Section(max(0, section.first - before), section.end - before, own)


def _shared(section: Section, going: Going | None, before: int) -> list[float | None]:
    """For each column of a section, where it begins on the page before, unless text stands there now."""
    out: list[float | None] = []
    reach = 0.0
    for column in section.columns:
        last = max((n for n in column.blocks if n < before), default=None)
        known = None
        if last is not None and going is not None:
            known = next(text.start for text in going.rows[last] if text.lo == column.blocks[last].box.x0)
        out.append(known if known is not None and known >= reach - 1 else None)
        reach = column.hi
    return out


def _edges(sections: Sequence[Section], shared: Sequence[Sequence[float | None]]) -> list[list[float]]:
    """Where the columns of each section begin: at as few places as possible."""
    given = sorted({x for known in shared for x in known if x is not None})
    free = [
        gap
        for section, known in zip(sections, shared, strict=True)
        for gap, x in zip(gutters_of(section), known[1:], strict=True)
        if x is None
    ]
    places = stab(free, given)
    return [
        [
            _place(hi, lo, places) if x is None else x
            for hi, lo, x in zip([0.0, *(c.hi for c in columns)], (c.lo for c in columns), known, strict=False)
        ]
        for (_, _, columns), known in zip(sections, shared, strict=True)
    ]


def _place(hi: float, lo: float, places: Sequence[float]) -> float:
    """The last of the places in a gap: a wide gap is a column without text, and the white before the next."""
    return max((x for x in places if hi - 1 <= x <= lo + 1), default=0.0)


def _held(sections: Sequence[Section], starts: Sequence[Sequence[int]]) -> list[tuple[int, int, Block]]:
    """Each block with its row and the column that it begins in."""
    return sorted(
        (
            (row, col, block)
            for section, own in zip(sections, starts, strict=True)
            for column, col in zip(section.columns, own, strict=True)
            for row, block in column.blocks.items()
        ),
        key=lambda at: at[:2],
    )


def _walls(
    sections: Sequence[Section], starts: Sequence[Sequence[int]], xs: Sequence[float], rows: int
) -> list[list[bool]]:
    """For each place, the rows in which a cell begins there: those of a section that has a column or white there."""
    out = [[n in (0, len(xs) - 1)] * rows for n in range(len(xs))]
    for (first, end, columns), own in zip(sections, starts, strict=True):
        for n, x in enumerate(xs):
            if n in own or not any(c.lo + 1 < x < c.hi - 1 for c in columns):
                out[n][first:end] = [True] * (end - first)
    return out


def _begun(held: Held, rows: int, columns: int) -> Above:
    """Rows begin with their first text: what is white before it goes on with the cells above."""
    firsts = [min((col for row, col, _ in held if row == n), default=0) for n in range(rows)]
    return [[col >= first for col in range(columns)] for first in (0, *firsts[1:], 0)]


def _between(above: Band, below: Band) -> float:
    return (above.bottom + below.top) / 2


def _cell(slot: Slot, runs: Sequence[Run], xs: Sequence[float], ys: Sequence[float], page: int) -> Cell:
    text, words = passage(lines_of(runs))
    box = Box(xs[slot.col], ys[slot.row], xs[slot.col + slot.col_span], ys[slot.row + slot.row_span])
    return Cell(page, 0, slot.row, slot.col, text, slot.row_span, slot.col_span, box, words)
