"""Tables whose columns gaps prove: the grid of some rows, and the columns that it may go on with on the next page."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.document.geometry import Segment, overlap, stab
from extractor.document.layout import Box, Cell, Grid
from extractor.tables.column_gaps import Band, Block, Column, Section, gutters_of, sections_of
from extractor.tables.ruled.lattice import Slot, tile
from extractor.tables.text_runs import Run, lines_of
from extractor.tables.words import passage

EXACT = 0.5  # points by which the texts of a header that is repeated may be off


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


def clear_grid(
    bands: Sequence[Band],
    page: int,
    sides: Box,
    ruled: Ruled | None,
    going: Going | None,
    edges: Sequence[Segment] = (),
) -> Clear | None:
    """The table of some rows, None where its columns are in doubt.

    `ruled` says where lines stand above columns; without it a row that begins with white goes
    on with the cells above, unless there are `edges` of colour. `going` are columns of the page before that the table
    must go on with: rows of both pages share columns. A header that it repeats is one row.
    """
    before = [] if going is None else _ghosts(going, sides.top)
    again = _repeated(before, bands)
    pages = Pages(again, len(before))
    sections = sections_of([*bands[:again], *before[again:], *bands[again:]], len(before))
    if sections is None or (going is not None and not _is_shared(sections, pages)):
        return None
    if ruled is None and going is not None:
        # Without lines a table reaches as far as its texts, and those of its other rows stand on the page before.
        sides = sides._replace(x1=max(sides.x1, going.right))
    sections = [section for section in sections if pages.here(section.first) < pages.here(section.end)]
    shared = [_shared(section, going, len(before)) for section in sections]
    sections = [_without(section, pages) for section in sections]
    begins = _edges(sections, shared)
    left = min(sides.x0, *(own[0] or sides.x0 for own in begins))
    xs = [left, *sorted({x for own in begins for x in own if left < x < sides.x1}), sides.x1]
    if len(xs) < 3:
        return None
    starts = [[max(n for n, place in enumerate(xs) if n == 0 or place <= x) for x in own] for own in begins]
    held = _held(sections, starts)
    above = _begun(held, bands, xs, edges) if ruled is None else ruled(xs, held)
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


class Pages(NamedTuple):
    """Rows of two pages in one list: first a header that both have, then the other rows of the page before."""

    again: int
    before: int

    def here(self, row: int) -> int:
        """The number of a row on its own page; of one of the page before, the next."""
        return min(row, self.again) if row < self.before else row - self.before + self.again

    def is_here(self, row: int) -> bool:
        """Whether a row is on the page."""
        return not self.again <= row < self.before


def _is_shared(sections: Sequence[Section], pages: Pages) -> bool:
    """Whether rows of two pages have columns in common."""
    return pages.again > 0 or any(section.first < pages.before < section.end for section in sections)


def _repeated(before: Sequence[Band], bands: Sequence[Band]) -> int:
    """How many rows stand exactly where the first rows of the page before do: a header that is repeated."""
    count = 0
    for one, other in zip(before, bands, strict=False):
        places = [[(b.box.x0, b.box.x1) for b in band.blocks] for band in (one, other)]
        if len(places[0]) < 2 or len(places[0]) != len(places[1]):
            break
        if any(abs(a - b) > EXACT for pair in zip(*places, strict=True) for a, b in zip(*pair, strict=True)):
            break
        count += 1
    return count


def _without(section: Section, pages: Pages) -> Section:
    """A section without the rows of the page before."""
    own = [
        Column(c.lo, c.hi, {pages.here(i): block for i, block in c.blocks.items() if pages.is_here(i)})
        for c in section.columns
    ]
    return Section(pages.here(section.first), pages.here(section.end), own)


def _shared(section: Section, going: Going | None, before: int) -> list[float | None]:
    """For each column of a section, where it begins on the page before, unless text stands there now."""
    out: list[float | None] = []
    reach = 0.0
    for column in section.columns:
        last = max((n for n in column.blocks if n < before), default=None)
        known = None
        if last is not None and going is not None:
            lo = column.blocks[last].box.x0
            known = min(going.rows[last], key=lambda text: abs(text.lo - lo)).start
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


def _begun(held: Held, bands: Sequence[Band], xs: Sequence[float], edges: Sequence[Segment]) -> Above:
    """Rows begin with their first text: what is white before it goes on with the cells above, as far as no edge of
    colour is between them."""
    rows = len(bands)
    firsts = [min((col for row, col, _ in held if row == n), default=0) for n in range(rows)]
    out = [[col >= first for col in range(len(xs) - 1)] for first in (0, *firsts[1:], 0)]
    for edge in edges:
        row = bisect_left([band.top for band in bands], edge.at - 1)
        if 0 < row < rows:
            for col, (left, right) in enumerate(pairwise(xs)):
                out[row][col] |= overlap(edge.lo, edge.hi, left, right) > 0.5 * (right - left)
    return out


def _between(above: Band, below: Band) -> float:
    return (above.bottom + below.top) / 2


def _cell(slot: Slot, runs: Sequence[Run], xs: Sequence[float], ys: Sequence[float], page: int) -> Cell:
    text, words = passage(lines_of(runs))
    box = Box(xs[slot.col], ys[slot.row], xs[slot.col + slot.col_span], ys[slot.row + slot.row_span])
    return Cell(page, 0, slot.row, slot.col, text, slot.row_span, slot.col_span, box, words)
