"""Walls of which a copier left only stubs: found again between the cells of a lattice, by ink and by text.

A line that bounds the cells above or below is looked for where it is missing. Ink on it, thin and beside no text, is
what is left of a wall; texts on both sides of it, with white between, stand in two cells. Where a line stops for one
row, and neither says why, the cell may be two: that is a doubt about the cell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from extractor.document.geometry import Rulings, Segment, overlap
from extractor.document.layout import Box
from extractor.tables.ruled.lattice import Lattice, find_lattices

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

SNAP = 3.0  # points; as for drawn lines
JOIN = 9.0  # points; a gap that a copier leaves in a line
NEAR = 1.6  # points; so far from its line the ink of a stub may be
BESIDE = 5.0  # points; ink as far beside it is that of something wider than a line
STUB = 1.5  # points; a shorter piece of ink is a speck
LEFT = 0.12  # the share of a wall that is left where there was one
EMPTY = 0.9  # of the height of text; so much white beside a line parts two texts
SHARED = 0.3  # of the height of a text; with less of it beside a line it stands in another row
ENDS = 0.2  # of the height of text; so far from a level line its ink reaches
SPECK = 0.1  # of the height of text; less ink above each other is none of a text
THIN = 0.16  # of the height of text; ink no farther from a place is that of a thin line there
FAR = 1.5  # of the height of text; so far from each other two texts of a line stand in two cells
GAPS = 2  # walls found again from which on a page has gaps


class Doubt(NamedTuple):
    """A part of a page where cells may be read as one, or one as two; `rows`: cells above each other."""

    box: Box
    rows: bool = False


class Walls(NamedTuple):
    """The lines of a page with the walls that were found again, and the cells that may be two."""

    rulings: Rulings
    doubts: tuple[Doubt, ...] = ()


def with_walls(rulings: Rulings, texts: Sequence[Box], marks: Image, point: float) -> Walls:
    """The lines with the walls that left a trace. `texts` and `marks` (255 is ink) are in pixels, as all is."""
    seen = _bridged(rulings, point)
    inked = _with_stubs(seen, texts, marks, point)
    found = _count(inked) - _count(seen)
    parted: list[Segment] = []
    doubts: list[Doubt] = []
    for lattice in found_lattices(inked, point):
        for side in (s for s in _missing(lattice) if not crossed(s, texts, marks)):
            if _parts(side, lattice, texts):
                parted.append(side)
            elif _stops(side, lattice):
                doubts.append(Doubt(_cell_of(side, lattice)))
    lines = inked._replace(vertical=[*inked.vertical, *parted])
    return Walls(lines, tuple(doubts) if found + len(parted) >= GAPS else ())


def _count(rulings: Rulings) -> int:
    return len(rulings.horizontal) + len(rulings.vertical)


def _with_stubs(rulings: Rulings, texts: Sequence[Box], marks: Image, point: float) -> Rulings:
    """The lines with the walls of which ink is left."""
    beside = [Box(b.top, b.x0, b.bottom, b.x1) for b in texts]

    def stubs(lattice: Lattice, texts: Sequence[Box], marks: Image) -> list[Segment]:
        sides = (side for side in _missing(lattice) if not crossed(side, texts, marks))
        return [side for side in sides if _stub(side, texts, marks, point)]

    lattices = found_lattices(rulings, point)
    upright = [segment for lattice in lattices for segment in stubs(lattice, texts, marks)]
    level = [segment for lattice in lattices for segment in stubs(_turned(lattice), beside, marks.T)]
    return Rulings([*rulings.horizontal, *level], [*rulings.vertical, *upright])


def found_lattices(rulings: Rulings, point: float) -> list[Lattice]:
    """The lattices of a scan, in pixels; so is `point`."""
    return find_lattices(rulings, SNAP * point, JOIN * point)


def _bridged(rulings: Rulings, point: float) -> Rulings:
    """The lines, with those closed at which gaps cut a table in two: it goes on where the first part ends, as wide."""
    level = list(rulings.horizontal)
    for above, below in pairwise(found_lattices(rulings, point)):
        one, other = above.box, below.box
        sides = max(abs(one.x0 - other.x0), abs(one.x1 - other.x1))
        if max(sides, abs(other.top - one.bottom)) <= 2 * SNAP * point:
            level += [Segment(y, min(one.x0, other.x0), max(one.x1, other.x1)) for y in (one.bottom, other.top)]
    return rulings._replace(horizontal=level)


def _turned(lattice: Lattice) -> Lattice:
    """The lattice with its axes exchanged; only edges and owners, which are all that is asked for."""
    wide, high = len(lattice.xs) - 1, len(lattice.ys) - 1
    owner = tuple(lattice.owner[row * wide + col] for col in range(wide) for row in range(high))
    return Lattice(lattice.ys, lattice.xs, (), owner)


def _missing(lattice: Lattice) -> Iterator[Segment]:
    """The sides inside of cells on which an upright line runs elsewhere."""
    wide = len(lattice.xs) - 1
    for row in range(len(lattice.ys) - 1):
        for col in range(1, wide):
            if lattice.owner[row * wide + col - 1] == lattice.owner[row * wide + col]:
                yield Segment(lattice.xs[col], lattice.ys[row], lattice.ys[row + 1])


def _is_wall(lattice: Lattice, x: float, y: float) -> bool:
    """Whether a line stands between the slots beside a point."""
    left, right = lattice.slot_at(x - 0.01, y), lattice.slot_at(x + 0.01, y)
    return left >= 0 and right >= 0 and left != right


def crossed(side: Segment, texts: Sequence[Box], marks: Image, white: float = EMPTY) -> bool:
    """Whether a text runs over a side: one whose box does, and that has no white there, `white` of its height wide."""
    for box in texts:
        high = _size(box)
        if not (box.x0 + 0.2 * high < side.at < box.x1 - 0.2 * high):
            continue
        if overlap(box.top, box.bottom, side.lo, side.hi) < SHARED * min(high, side.hi - side.lo):
            continue
        if white_at(marks, side, box).width < white * high:
            return True
    return False


def _size(box: Box) -> float:
    """How high the characters of a line or a stack are, whichever way the page is turned."""
    return min(box.bottom - box.top, box.x1 - box.x0)


class White(NamedTuple):
    """How far the ink of a text is from a place, to the left and to the right; infinite where there is none."""

    left: float
    right: float

    @property
    def width(self) -> float:
        """How wide the white is, infinite where the text stands on one side alone."""
        return self.left + self.right


def white_at(marks: Image, side: Segment, box: Box) -> White:
    """The white beside an upright side in a text that runs over it; a thin line at the place itself does not count.

    Nor do the level lines at the ends of the side, which the box of a text may reach.
    """
    import numpy as np

    high = _size(box)
    top, bottom = max(box.top, side.lo + ENDS * high, 0), min(box.bottom, side.hi - ENDS * high)
    rows = marks[round(top) : max(0, round(bottom)), max(0, round(box.x0)) : round(box.x1)]
    if not rows.size:
        return White(0.0, 0.0)
    inked = np.flatnonzero((rows > 0).sum(axis=0) > SPECK * high) + round(box.x0)
    left, right = inked[inked < side.at - THIN * high], inked[inked > side.at + THIN * high]
    return White(
        float(side.at - left[-1]) if left.size else math.inf, float(right[0] - side.at) if right.size else math.inf
    )


def _stub(side: Segment, texts: Sequence[Box], marks: Image, point: float) -> bool:
    """Whether thin ink stands on a side, outside of text."""
    import numpy as np

    near, beside = max(1, round(NEAR * point)), max(3, round(BESIDE * point))
    top, bottom, x = round(side.lo + 2 * point), round(side.hi - 2 * point), round(side.at)
    part = marks[max(0, top) : bottom, max(0, x - beside) : x + beside + 1] > 0
    if part.shape[0] < 3 or part.shape[1] < 2 * near + 3:
        return False
    middle = part.shape[1] // 2
    wide = part[:, : middle - 2 * near].any(axis=1) | part[:, middle + 2 * near + 1 :].any(axis=1)
    thin = np.logical_and(part[:, middle - near : middle + near + 1].any(axis=1), ~wide)
    for box in texts:
        if box.x0 - near <= x <= box.x1 + near:
            thin[max(0, round(box.top) - top) : max(0, round(box.bottom) - top)] = False
    edges = np.flatnonzero(np.diff(np.r_[False, thin, False].astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return bool(runs[runs >= STUB * point].sum() >= LEFT * (bottom - top))


def side_by_side(lattices: Sequence[Lattice], texts: Sequence[Box]) -> Iterator[Doubt]:
    """The cells with two texts beside each other, far apart: they may be two, of whose wall nothing is left."""
    for lattice in lattices:
        cells: dict[int, list[Box]] = defaultdict(list)
        for box in texts:
            cells[lattice.slot_at((box.x0 + box.x1) / 2, (box.top + box.bottom) / 2)].append(box)
        cells.pop(-1, None)
        for slot, own in cells.items():
            if any(_is_apart(one, other) for one, other in combinations(own, 2)):
                yield Doubt(lattice.slot_box(lattice.slots[slot]))


def _is_apart(one: Box, other: Box) -> bool:
    high = min(one.bottom - one.top, other.bottom - other.top)
    beside = overlap(one.top, one.bottom, other.top, other.bottom) > 0.5 * high
    return beside and max(one.x0, other.x0) - min(one.x1, other.x1) > FAR * high


def _parts(side: Segment, lattice: Lattice, texts: Sequence[Box]) -> bool:
    """Whether texts stand on both sides within the cell, where the line goes on above or below."""
    cell = _cell_of(side, lattice)
    own = [
        box
        for box in texts
        if overlap(box.top, box.bottom, side.lo, side.hi) > SHARED * (box.bottom - box.top)
        and cell.x0 <= (box.x0 + box.x1) / 2 <= cell.x1
    ]
    both = any((b.x0 + b.x1) / 2 < side.at for b in own) and any((b.x0 + b.x1) / 2 > side.at for b in own)
    return both and any(_is_wall(lattice, side.at, y) for y in _beyond(side))


def _cell_of(side: Segment, lattice: Lattice) -> Box:
    """The cell that a side is inside of."""
    return lattice.slot_box(lattice.slots[lattice.slot_at(side.at, (side.lo + side.hi) / 2)])


def _stops(side: Segment, lattice: Lattice) -> bool:
    """Whether a line stops for this row alone: it stands above and below."""
    return all(_is_wall(lattice, side.at, y) for y in _beyond(side))


def _beyond(side: Segment) -> tuple[float, float]:
    return side.lo - 1, side.hi + 1
