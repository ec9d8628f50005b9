"""Tables whose cells are frames of their own, with white between them, as separate borders of HTML print them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import Rulings, Segment, overlap
from extractor.document.layout import Box
from extractor.tables.ruled.lattice import SNAP, Lattice, find_lattices

WIDEST = 12.0  # points between two frames of a table; programs put 1 to 8 there (measured)
LOW = 0.7  # of the lower frame: as much white between rows parts tables
LEAST = 3  # frames of a table of one row; two boxes side by side are as often two texts


class Neighbours(NamedTuple):
    """Two frames beside or above each other, by their numbers, and the white between them."""

    first: int
    second: int
    white: float


def with_frames_joined(lattices: Sequence[Lattice], rulings: Rulings) -> list[Lattice]:
    """The lattices with those of single cells that stand beside each other made one, and cells that a page break left
    open with them."""
    frames = [lattice for lattice in lattices if len(lattice.slots) == 1 and lattice.slots[0].closed]
    if len(frames) < LEAST:
        return list(lattices)
    closed = [frame.box for frame in frames]
    boxes = closed + _open_frames(rulings, closed)
    beside, below = _neighbours(boxes, across=True), _neighbours(boxes, across=False)
    out = [lattice for lattice in lattices if lattice not in frames]
    for group in _groups(len(boxes), [*beside, *below]):
        rows = [pair for pair in beside if pair.first in group]
        columns = [pair for pair in below if pair.first in group]
        if (rows and columns and len(group) > LEAST) or (len(rows) >= LEAST - 1 and not columns):
            out += _joined([boxes[n] for n in group], _white(rows or columns), _white(columns or rows))
        else:
            out += [frames[n] for n in group if n < len(frames)]
    return sorted(out, key=lambda lattice: (lattice.ys[0], lattice.xs[0]))


def _open_frames(rulings: Rulings, closed: Sequence[Box]) -> list[Box]:
    """The frames that lack their lower or their upper line, as far as the lowest or the highest of the others."""
    ends = [box.bottom for box in closed], [box.top for box in closed]
    out: list[Box] = []
    for rule in rulings.horizontal:
        for below in (True, False):
            sides = [s for s in rulings.vertical if abs((s.lo if below else s.hi) - rule.at) <= SNAP]
            left = [s for s in sides if abs(s.at - rule.lo) <= SNAP]
            right = [s for s in sides if abs(s.at - rule.hi) <= SNAP]
            if not left or not right:
                continue
            far = left[0].hi if below else left[0].lo
            end = min((y for y in ends[not below]), key=lambda y: abs(y - far), default=far)
            far = end if abs(end - far) <= WIDEST else far
            box = Box(rule.lo, min(rule.at, far), rule.hi, max(rule.at, far))
            if not any(_is_same(box, other) for other in (*closed, *out)):
                out.append(box)
    return out


def _is_same(one: Box, other: Box) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= SNAP


def _neighbours(boxes: Sequence[Box], across: bool) -> list[Neighbours]:
    """The pairs of frames that face each other over a little white."""
    out: list[Neighbours] = []
    ordered = sorted(range(len(boxes)), key=lambda n: boxes[n].x0 if across else boxes[n].top)
    starts = [boxes[n].x0 if across else boxes[n].top for n in ordered]
    for n, box in enumerate(boxes):
        end = box.x1 if across else box.bottom
        for m in ordered[bisect_right(starts, end) : bisect_right(starts, end + WIDEST)]:
            other = boxes[m]
            white = (other.x0 if across else other.top) - end
            low, narrow = min(box.bottom - box.top, other.bottom - other.top), min(box.x1 - box.x0, other.x1 - other.x0)
            shared = _shared(box, other, across)
            if white <= LOW * low and shared > 0.5 * (low if across else narrow):
                out.append(Neighbours(n, m, white))
    return out


def _shared(one: Box, other: Box, across: bool) -> float:
    if across:
        return overlap(one.top, one.bottom, other.top, other.bottom)
    return overlap(one.x0, one.x1, other.x0, other.x1)


def _groups(count: int, pairs: Sequence[Neighbours]) -> list[list[int]]:
    """The numbers of the frames that hang together."""
    group = list(range(count))
    for first, second, _ in pairs:
        one, other = group[first], group[second]
        if one != other:
            group = [one if own == other else own for own in group]
    return [[n for n in range(count) if group[n] == number] for number in dict.fromkeys(group)]


def _white(pairs: Sequence[Neighbours]) -> float:
    return median(pair.white for pair in pairs)


def _joined(boxes: Sequence[Box], across: float, down: float) -> list[Lattice]:
    """The lattice of frames that are so much larger that they meet."""
    wide = [Box(b.x0 - across / 2, b.top - down / 2, b.x1 + across / 2, b.bottom + down / 2) for b in boxes]
    horizontal = [Segment(y, box.x0, box.x1) for box in wide for y in (box.top, box.bottom)]
    vertical = [Segment(x, box.top, box.bottom) for box in wide for x in (box.x0, box.x1)]
    near = max(SNAP, across, down)  # above the copy of a header that a page begins with, the white is put twice
    return find_lattices(Rulings(horizontal, vertical), near, near)
