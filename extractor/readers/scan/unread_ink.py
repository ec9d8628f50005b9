"""Ink in the cells of a scan that the OCR's boxes of text leave out: lone digits, dashes, the first or last character.

What stands beside or below a box goes into it; the rest is read by itself. A single stroke that is all that a cell
holds is a dash or a slash, whatever an OCR takes it for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

from extractor.document.geometry import covered, gaps, overlap, union
from extractor.document.layout import Box
from extractor.readers.scan.pixels import ink_boxes
from extractor.tables.ruled.lattice import Lattice

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

SMALLEST = 0.14  # of the size of text; a piece of ink that is smaller both ways is a speck
FLAT = 0.25  # of the size of text; a stroke that is no higher is a dash
SHORT = 0.62  # of the size of text; a wider stroke is a long one
BESIDE = 0.8  # sizes; what is no farther from the end of a line belongs to it
BELOW = 1.2  # sizes; what is no farther from the end of a stack belongs to it
SEVERAL = 1.8  # sizes; a box as high, and wider than a stack, may hold several lines of text
LINE = 0.4  # sizes; ink of a line is as high
WIDEST = 1.2  # sizes; a wider piece of text is no part of a stack of single characters
NARROW = 2.2  # sizes; text in a cell that is no wider stands in a stack
LEAN = 0.25  # how far a slash goes to the right for its height
SURE = 0.95  # the confidence of a mark that is told by its shape
ONE, EITHER = "一", 0.5  # a long stroke: a dash or the numeral, and nothing in it tells which
APART = 0.66  # widths of a character; ink that is farther from the middle of one is none of it
BEHIND = 0.6  # the same behind the last character, where small marks stand that are easily lost
INSET = 2.0  # points; so far from its walls the ink of a cell begins


class Stroke(NamedTuple):
    """A stroke that stands alone in its cell: what it is, where, and how sure that is."""

    text: str
    box: Box
    confidence: float


class Parts(NamedTuple):
    """The boxes of text of a page, and the strokes that need not be read."""

    boxes: list[Box]
    strokes: list[Stroke]


def with_leftovers(boxes: Sequence[Box], lattices: Sequence[Lattice], marks: Image, points: float) -> Parts:
    """The boxes with the ink of their cells that they left out; `points` is the width of a pixel."""
    size = median(b.bottom - b.top for b in boxes) if boxes else 10 / points
    parts = Parts([], [])
    rest = list(boxes)
    for lattice in lattices:
        inside = defaultdict(list)
        for box in rest:
            inside[lattice.slot_at((box.x0 + box.x1) / 2, (box.top + box.bottom) / 2)].append(box)
        rest = inside.pop(-1, [])
        for index, slot in enumerate(lattice.slots):
            if slot.closed:
                area = _inner(lattice.slot_box(slot), INSET / points)
                own = [line for box in inside.pop(index, []) for line in _lines(box, area, marks, size)]
                found = _completed(_parted(own, marks), area, marks, size)
                _add(parts, _stacked(found, area, size), area, marks, size)
        rest += [box for kept in inside.values() for box in kept]
    return parts._replace(boxes=parts.boxes + rest)


def unread(box: Box, places: Sequence[float], marks: Image) -> list[int]:
    """Which of the characters of a line have ink beside them that is no part of any: maybe a mark that was not read.

    `places` are the middles of the characters across the picture; the ink of each is within half its width.
    """
    if not places:
        return []
    steps = [b - a for a, b in pairwise(places)]
    size = box.bottom - box.top
    pitch = median(step for step in steps if step > 0.6 * size) if any(step > 0.6 * size for step in steps) else size
    out: set[int] = set()
    for piece in ink_boxes(marks, box, SMALLEST * size):
        middle = (piece.x0 + piece.x1) / 2
        near = min(range(len(places)), key=lambda n: abs(places[n] - middle))
        apart = BEHIND if middle > places[-1] else APART
        inside = piece.x0 > box.x0 + 1 and piece.x1 < box.x1 - 1  # else it is the wall of the cell
        if abs(places[near] - middle) > apart * pitch and inside and piece.x1 - piece.x0 < pitch:
            out.add(near)
    return sorted(out)


def _inner(box: Box, by: float) -> Box:
    return Box(box.x0 + by, box.top + by, box.x1 - by, box.bottom - by)


def _completed(boxes: list[Box], area: Box, marks: Image, size: float) -> list[Box]:
    """The boxes of a cell, grown by the ink beside and below them, and those of the ink that stands by itself."""
    out = list(boxes)
    alone: list[Box] = []
    ink = [part for part in ink_boxes(marks, area, SMALLEST * size) if not _at_edge(part, area)]
    for piece in _pieces([part for part in ink if not any(covered(part, box) > 0.5 for box in boxes)], size):
        near = next((n for n, box in enumerate(out) if _belongs(piece, box, area, size)), None)
        if near is not None:
            out[near] = union((out[near], piece)) or piece
        elif piece.bottom - piece.top < 2 * size:
            alone.append(piece)
    return out + [piece if _is_flat(piece, size) else _grown(piece, size) for piece in alone]


def _at_edge(part: Box, area: Box) -> bool:
    """Whether ink goes on beyond a cell's inner area: it is its wall."""
    sides = (part.x0 - area.x0, part.top - area.top, area.x1 - part.x1, area.bottom - part.bottom)
    return min(sides) <= 1


def _pieces(found: Sequence[Box], size: float) -> list[Box]:
    """Ink of one line that is close together as one piece."""
    out: list[Box] = []
    for box in sorted(found):
        last = next((n for n, b in enumerate(out) if _is_beside(box, b, 0.5 * size)), None)
        if last is None:
            out.append(box)
        else:
            out[last] = union((out[last], box)) or box
    return out


def _is_beside(piece: Box, box: Box, far: float) -> bool:
    """Whether a piece stands on the line of a box, no farther from it than so much."""
    shared = overlap(piece.top, piece.bottom, box.top, box.bottom)
    least = min(piece.bottom - piece.top, box.bottom - box.top)
    return shared >= 0.6 * least and max(piece.x0 - box.x1, box.x0 - piece.x1) <= far


def _belongs(piece: Box, box: Box, area: Box, size: float) -> bool:
    """Whether ink is a part of the text in a box: on its line, or in its stack."""
    if box.bottom - box.top < 1.6 * size and _is_beside(piece, box, BESIDE * size):
        return True
    stacked = area.x1 - area.x0 < NARROW * size or box.bottom - box.top > 1.6 * (box.x1 - box.x0)
    middle = abs(piece.x0 + piece.x1 - box.x0 - box.x1) / 2 < 0.4 * size
    return stacked and middle and max(piece.top - box.bottom, box.top - piece.bottom) <= BELOW * size


def _stacked(boxes: list[Box], area: Box, size: float) -> list[Box]:
    """The boxes of a narrow cell; the characters of a stack, and pieces of it, are one piece of text."""
    whole = union(boxes)
    if whole is None or len(boxes) < 2 or area.x1 - area.x0 >= NARROW * size:
        return boxes
    middle = fmean((box.x0 + box.x1) / 2 for box in boxes)
    if any(box.x1 - box.x0 > WIDEST * size or abs((box.x0 + box.x1) / 2 - middle) > 0.6 * size for box in boxes):
        return boxes
    return boxes if gaps(((box.top, box.bottom) for box in boxes), BELOW * size) else [whole]


def _is_flat(box: Box, size: float) -> bool:
    wide, high = box.x1 - box.x0, box.bottom - box.top
    return high < FLAT * size and 1.5 * high < wide


def _grown(box: Box, size: float) -> Box:
    """Room around ink, so that it looks like a piece of a line."""
    high = max(0.0, (0.8 * size - (box.bottom - box.top)) / 2) + 0.15 * size
    wide = max(0.2 * size, (size - (box.x1 - box.x0)) / 2)
    return Box(box.x0 - wide, box.top - high, box.x1 + wide, box.bottom + high)


def _lines(box: Box, area: Box, marks: Image, size: float) -> list[Box]:
    """The lines of text in a box, in which the OCR may have found several: cut where rows of it are white."""
    part = _within(box, area)
    if part.bottom - part.top < SEVERAL * size or part.x1 - part.x0 < NARROW * size:
        return [box]
    top, bottom, left, right = (max(0, round(v)) for v in (part.top, part.bottom, part.x0, part.x1))
    rows = (marks[top:bottom, left:right].max(axis=1) > 0).tolist()
    starts = [n for n, inked in enumerate(rows) if inked and not (n and rows[n - 1])]
    lines = [(top + n, top + _run_end(rows, n)) for n in starts if _run_end(rows, n) - n >= LINE * size]
    cuts = [(above[1] + below[0]) / 2 for above, below in pairwise(lines)]
    return [box._replace(top=start, bottom=end) for start, end in pairwise((box.top, *cuts, box.bottom))]


def _run_end(rows: Sequence[bool], start: int) -> int:
    return next((n for n in range(start, len(rows)) if not rows[n]), len(rows))


def _parted(boxes: list[Box], marks: Image) -> list[Box]:
    """The boxes of a cell, those of one line that overlap joined; where one reaches into the next below it, both end in
    the white between them."""
    out = sorted(_merged(boxes), key=lambda box: (box.top + box.bottom) / 2)
    for n, (above, below) in enumerate(pairwise(out)):
        if below.top < above.bottom and overlap(above.x0, above.x1, below.x0, below.x1):
            left, right = round(min(above.x0, below.x0)), round(max(above.x1, below.x1))
            start = round(below.top)
            inked = marks[start : round(above.bottom), left:right].max(axis=1)
            white = [start + row for row, dark in enumerate(inked.tolist()) if not dark]
            if white:
                middle = float(white[len(white) // 2])
                out[n], out[n + 1] = above._replace(bottom=middle), below._replace(top=middle)
    return out


def _merged(boxes: Sequence[Box]) -> list[Box]:
    """The boxes, those joined that overlap on one line: a text found twice, or the rest of one cut at a wall."""
    out: list[Box] = []
    for box in sorted(boxes):
        n = next((n for n, own in enumerate(out) if _is_beside(box, own, 0.0)), None)
        if n is None:
            out.append(box)
        else:
            out[n] = union((out[n], box)) or box
    return out


def _add(parts: Parts, boxes: Sequence[Box], area: Box, marks: Image, size: float) -> None:
    """Sorts the boxes of a cell: a stroke that is all there is need not be read."""
    stroke = _stroke(_within(boxes[0], area), marks, size) if len(boxes) == 1 else None
    if stroke is None:
        parts.boxes.extend(boxes)
    else:
        parts.strokes.append(stroke)


def _within(box: Box, area: Box) -> Box:
    return Box(max(box.x0, area.x0), max(box.top, area.top), min(box.x1, area.x1), min(box.bottom, area.bottom))


def _stroke(box: Box, marks: Image, size: float) -> Stroke | None:
    """The one flat or slanting stroke that is all the ink of a box; None where there is other ink."""
    found = ink_boxes(marks, box, SMALLEST * size)
    whole = union(found)
    if whole is None:
        return None
    if _is_flat(whole, size):
        short = whole.x1 - whole.x0 < SHORT * size
        return Stroke("-", whole, SURE) if short else Stroke(ONE, whole, EITHER)
    return Stroke("/", whole, SURE) if len(found) == 1 and _is_slash(whole, marks) else None


def _is_slash(box: Box, marks: Image) -> bool:
    """Whether ink is one thin straight line that leans to the right, unlike a `1` or a `7`."""
    import numpy as np

    part = marks[round(box.top) : round(box.bottom), round(box.x0) : round(box.x1)] > 0
    high, wide = part.shape
    if wide < LEAN * high or not part.any(axis=1).all():
        return False
    places = np.arange(wide)
    middles = np.array([float(places[row].mean()) for row in part])
    widths = part.sum(axis=1)
    line = np.polyfit(np.arange(high), middles, 1)
    off = np.abs(np.polyval(line, np.arange(high)) - middles)
    return bool(line[0] < -LEAN / 2 and widths.max() < 0.5 * wide and off.max() < 0.15 * wide)
