"""The ruling lines that are seen on a straight page: long thin runs of ink that are no strokes of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.document.geometry import Rulings, Segment, overlap
from extractor.document.layout import Box
from extractor.readers.scan.pixels import dark, grey, value, vision

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

COLOURED = 0.0005  # the share of a page that has colour when there is coloured ink on it
SHORTEST = 13.0  # points; a ruling line is longer than the strokes of body text
THICKEST = 3.6  # points; what is thicker is an area
BRIDGE = 1.5  # points; a gap in a line that the printer or the copier left
INKED = 0.75  # the share of a stretch beside a text that is inked when a wall runs there
EDGE = 0.1  # of the size of a text; what is as near to the edge of its box may be a line beside it
FEW = 0.5  # of the length of a text; a shorter line at its edge is strokes of it
THROUGH = 0.7  # the share of a line that lies in a text when it is a stroke of it


def rulings_of(image: Image, dots: float, shortest: float = SHORTEST) -> Rulings:
    """The ruling lines of a straight page, in pixels; short ones that are coloured may be strokes of a stamp.

    `shortest` in points: shorter runs of ink are none.
    """
    black, shade = value(image), grey(image)
    coloured = image.ndim == 3 and float((black.astype(int) - shade > 30).mean()) > COLOURED
    sides = []
    for upright in (False, True):
        lines = _lines(black, dots, upright, shortest)
        if coloured:
            lines += [s for s in _lines(shade, dots, upright, shortest) if s.hi - s.lo >= 3 * SHORTEST * dots / 72]
        sides.append(lines)
    return Rulings(*sides)


def _lines(shade: Image, dots: float, upright: bool, shortest: float) -> list[Segment]:
    """Long thin runs of ink in one direction."""
    cv2 = vision()
    point = dots / 72
    long, bridge = max(8, round(shortest * point)), max(3, round(BRIDGE * point))

    def bar(length: int, across: bool = False) -> Any:
        return cv2.getStructuringElement(cv2.MORPH_RECT, (1, length) if upright != across else (length, 1))

    # Smoothed along the line alone: a line of one pixel stays, noise goes.
    smooth = max(3, round(3 * point))
    marks = dark(cv2.blur(shade, (1, smooth) if upright else (smooth, 1)), dots)
    closed = cv2.morphologyEx(marks, cv2.MORPH_CLOSE, bar(bridge))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, bar(long))
    # What is thick is an area, and would hide the line that runs into it.
    thick = cv2.morphologyEx(opened, cv2.MORPH_OPEN, bar(round(THICKEST * point) + 1, across=True))
    opened = cv2.subtract(opened, thick)
    # A line that drifts by a pixel breaks into steps, which touch once they are a little thicker.
    opened = cv2.dilate(opened, bar(3, across=True))
    return _segments(opened, point, upright, shortest)


def _segments(marks: Image, point: float, upright: bool, shortest: float) -> list[Segment]:
    count, _, stats, middles = vision().connectedComponentsWithStats(marks, connectivity=8)
    out: list[Segment] = []
    for index in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[index])
        start, length, thick = (y, high, wide) if upright else (x, wide, high)
        if length >= 0.5 * shortest * point and thick - 2 <= THICKEST * point + 0.004 * length:
            smear = min(round(1.5 * point), length // 4)  # what the smoothing added at each end
            place = float(middles[index][0 if upright else 1]) + 0.5
            out.append(Segment(place, start + smear, start + length - smear))
    return out


def without_text(rulings: Rulings, boxes: list[Box]) -> Rulings:
    """The lines that are no strokes of characters: not inside a box of text."""

    def across(s: Segment) -> bool:
        return any(_is_stroke(s, b.x0, b.x1, b.top, b.bottom) or _is_struck(s, b) for b in boxes)

    def upright(s: Segment) -> bool:
        return any(_is_stroke(s, b.top, b.bottom, b.x0, b.x1) for b in boxes)

    return Rulings([s for s in rulings.horizontal if not across(s)], [s for s in rulings.vertical if not upright(s)])


def _is_stroke(segment: Segment, start: float, end: float, near: float, far: float) -> bool:
    """Whether a line lies in a box of text: well inside across its own direction, along it more or less.

    One that is much shorter than the text lies there if it is at the edge: the lower strokes of some characters.
    """
    size = min(end - start, far - near)
    margin = -EDGE * size if segment.hi - segment.lo < FEW * (end - start) else EDGE * size
    inside = near + margin <= segment.at <= far - margin
    return inside and start - 0.3 * size <= segment.lo and segment.hi <= end + 0.3 * size


def _is_struck(segment: Segment, box: Box) -> bool:
    """Whether most of a level line runs through the middle of a line of text, whose box may end too early."""
    quarter = (box.bottom - box.top) / 4
    middle = box.top + quarter <= segment.at <= box.bottom - quarter
    return middle and overlap(segment.lo, segment.hi, box.x0, box.x1) >= THROUGH * (segment.hi - segment.lo)


def without_strokes(rulings: Rulings, texts: list[Box], marks: Image) -> Rulings:
    """The lines without the parts that are strokes of characters above each other.

    A wall between two cells goes on where the text ends; between a stroke and the next line is white.
    """
    turned = marks.T
    beside = [Box(b.top, b.x0, b.bottom, b.x1) for b in texts]
    return Rulings(
        [part for s in rulings.horizontal for part in _uncrossed(s, beside, turned)],
        [part for s in rulings.vertical for part in _uncrossed(s, texts, marks)],
    )


def _uncrossed(segment: Segment, texts: list[Box], marks: Image) -> list[Segment]:
    """An upright line cut where it runs through a text only by the strokes of it."""
    at, lo, hi = segment
    out = [segment]
    for box in texts:
        size = min(box.bottom - box.top, box.x1 - box.x0)
        if not (box.x0 + 0.15 * size < at < box.x1 - 0.15 * size and lo < box.bottom and box.top < hi):
            continue
        over, under = (box.top - 0.2 * size, box.top + 0.1 * size), (box.bottom - 0.1 * size, box.bottom + 0.2 * size)
        if any(lo < b and a < hi and _inked(marks, at, max(a, lo), min(b, hi)) < INKED for a, b in (over, under)):
            out = [part for piece in out for part in _without(piece, over[0], under[1])]
    return out


def _inked(marks: Image, x: float, start: float, end: float) -> float:
    """The share of an upright stretch in which there is ink."""
    part = marks[max(0, round(start)) : round(end), max(0, round(x) - 2) : round(x) + 3]
    return float((part.max(axis=1) > 0).mean()) if part.size else 1.0


def _without(segment: Segment, start: float, end: float) -> list[Segment]:
    at, lo, hi = segment
    if start >= hi or end <= lo:
        return [segment]
    return [Segment(at, a, b) for a, b in ((lo, start), (end, hi)) if b - a > 1]
