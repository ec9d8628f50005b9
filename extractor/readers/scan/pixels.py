"""The pixels of a scanned page: its skew, its ruling lines, ink. Images are arrays of rows of grey or RGB bytes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from extractor.document.geometry import Rulings, Segment, joined, overlap, snapped
from extractor.document.layout import Box
from extractor.errors import MissingPackage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

STEEPEST = 6.0  # degrees; a page that is more askew than this is left as it is
LEVEL = 0.04  # degrees; below this a page is straight
SHORTEST = 13.0  # points; a ruling line is longer than the strokes of body text
THICKEST = 3.6  # points; what is thicker is an area
STAMP = (0.0005, 0.08)  # the share of a page that is red when there is a stamp on it
REACH = 6.0  # points; a line may end this far from the one it meets, or be broken by as much
PALE = 0.9  # of the brightness of paper; what is brighter than this below a stamp is paper
INKED = 0.75  # the share of a stretch beside a text that is inked when a wall runs there
THROUGH = 0.7  # the share of a line that lies in a text when it is a stroke of it
WIDE = 15  # pixels; the smoothing that leaves the paper and takes its noise
SPARSE = 3  # pixels; one in so many tells as much of a page's noise as all
FAINT = 12  # of 255; what is so much darker than what is around it is ink
FIRM = 0.4  # of the darkness of text; what is as dark is print
MEND = 26.0  # points; the widest gap in a line that a copier leaves
EVEN = 1.5  # points; lines that end so far from each other end in line
LONG = 40.0  # points; a line this long needs one end that meets another, thrice as long none
BRIDGE = 1.5  # points; a gap in a line that the printer or the copier left


def vision() -> Any:
    """OpenCV. MissingPackage: it is not installed."""
    try:
        import cv2
    except ImportError as error:
        raise MissingPackage("reading scans needs OpenCV: pip install 'extractor[ocr]'") from error
    return cv2


def grey(image: Image) -> Image:
    """The brightness of each pixel."""
    if image.ndim == 2:
        return image
    out: Image = vision().cvtColor(image, vision().COLOR_RGB2GRAY)
    return out


def value(image: Image) -> Image:
    """The brightness of the brightest colour of each pixel: coloured ink is pale, black ink is dark."""
    if image.ndim == 2:
        return image
    cv2 = vision()
    red, green, blue = cv2.split(image)
    out: Image = cv2.max(cv2.max(red, green), blue)
    return out


def stamped(image: Image) -> Image | None:
    """Where the page has red ink, if it has about as much as a stamp has."""
    import numpy as np

    if image.ndim == 2:
        return None
    others = np.maximum(image[:, :, 1], image[:, :, 2])
    red = (image[:, :, 0] > others) & (image[:, :, 0] - others > 40)
    share = float(red.mean())
    return red.astype(np.uint8) * 255 if STAMP[0] <= share <= STAMP[1] else None


def without_stamp(image: Image, red: Image) -> Image:
    """The page with its red ink made as bright as its paper; black ink below it stays dark."""
    import numpy as np

    bright, inked = value(image), red > 0
    paper, stamp = float(np.median(bright)), float(np.median(bright[inked]))
    lifted = np.clip(bright.astype(np.float32) * (paper / max(stamp, 1.0)), 0, paper).astype(np.uint8)
    reach = vision().dilate(red, vision().getStructuringElement(vision().MORPH_RECT, (5, 5))) > 0
    shade = np.where(inked, lifted, bright)[reach]
    out = image.copy()
    out[reach] = np.where(shade > PALE * paper, paper, shade)[:, None]  # the soft edges of the stamp too
    return out


def ink(image: Image, dots: float) -> Image:
    """255 where there is print, 0 where there is paper, by the brightness around; `dots` are pixels per inch."""
    cv2 = vision()
    return dark(cv2.GaussianBlur(value(image), (3, 3), 0), dots)


def dark(shade: Image, dots: float) -> Image:
    """255 where a picture in grey is darker than what is around, 0 elsewhere."""
    cv2 = vision()
    mean, inverse = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    out: Image = cv2.adaptiveThreshold(shade, 255, mean, inverse, _block(dots), FAINT)
    return out


def _block(dots: float) -> int:
    """The side of the square around a pixel that tells how bright the paper is there."""
    return max(15, int(dots / 7) | 1)


def firm_ink(image: Image, dots: float, texts: list[Box]) -> Image:
    """255 where there is ink about as dark as that of the texts (their boxes): no noise, no rest of a stamp."""
    import numpy as np

    cv2 = vision()
    shade = cv2.GaussianBlur(value(image), (3, 3), 0).astype(np.int16)
    block = _block(dots)
    depth = cv2.blur(shade, (block, block)) - shade
    parts = [depth[round(b.top) : round(b.bottom), round(b.x0) : round(b.x1)] for b in texts]
    inked = np.concatenate([part[part > FAINT] for part in parts]) if parts else np.zeros(0)
    least = max(FAINT, FIRM * float(np.percentile(inked, 90))) if inked.size else FAINT
    out: Image = (depth > least).astype(np.uint8) * 255
    return out


def noise(image: Image, texts: list[Box]) -> float:
    """The noise of the paper as a share of the contrast between paper and print; `texts` are boxes of text.

    The spread (by the median deviation) of what a wide smoothing takes away.
    """
    import numpy as np

    shade = value(image)
    rest = vision().absdiff(shade, vision().blur(shade, (WIDE, WIDE)))[::SPARSE, ::SPARSE]
    parts = [shade[round(b.top) : round(b.bottom), round(b.x0) : round(b.x1)].ravel() for b in texts]
    print_ = float(np.percentile(np.concatenate(parts), 5)) if parts else 0.0
    contrast = max(1.0, float(np.percentile(shade[::SPARSE, ::SPARSE], 75)) - print_)
    return 1.4826 * float(np.median(rest)) / contrast


def skew(image: Image) -> float:
    """The angle in degrees by which the page must be turned counter-clockwise to stand straight.

    The rows and columns of a straight page differ most from their neighbours (projection profiles).
    """
    cv2 = vision()
    scale = min(1.0, 1000 / max(image.shape[:2]))
    small = cv2.resize(grey(image), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    marks = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    best = 0.0
    for step, reach in ((0.5, STEEPEST), (0.1, 0.4), (0.03, 0.09)):
        count = round(reach / step)
        angles = [best + step * i for i in range(-count, count + 1)]
        best = max(angles, key=lambda angle: _sharpness(marks, angle))
    return best if LEVEL < abs(best) < STEEPEST - 0.2 else 0.0


def _sharpness(marks: Image, angle: float) -> float:
    import numpy as np

    turned = rotated(marks, angle, 0)
    rows, cols = turned.sum(axis=1, dtype=np.int64), turned.sum(axis=0, dtype=np.int64)
    return float((np.diff(rows) ** 2).sum() + (np.diff(cols) ** 2).sum())


def rotated(image: Image, angle: float, paper: int = 255) -> Image:
    """The image turned counter-clockwise about its middle by so many degrees, its size kept."""
    cv2 = vision()
    high, wide = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    way = cv2.INTER_NEAREST if image.ndim == 2 and paper == 0 else cv2.INTER_LINEAR
    border = (paper,) * 3 if image.ndim == 3 else paper
    out: Image = cv2.warpAffine(
        image, matrix, (wide, high), flags=way, borderMode=cv2.BORDER_CONSTANT, borderValue=border
    )
    return out


def quarter_turned(image: Image, quarters: int) -> Image:
    """The image turned clockwise by so many quarters."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(image, -quarters))


def rulings_of(image: Image, dots: float) -> Rulings:
    """The ruling lines of a straight page, in pixels; short ones that are coloured may be strokes of a stamp."""
    black, shade = value(image), grey(image)
    coloured = image.ndim == 3 and float((black.astype(int) - shade > 30).mean()) > STAMP[0]
    sides = []
    for upright in (False, True):
        lines = _lines(black, dots, upright)
        if coloured:
            lines += [s for s in _lines(shade, dots, upright) if s.hi - s.lo >= 3 * SHORTEST * dots / 72]
        sides.append(lines)
    return Rulings(*sides)


def _lines(shade: Image, dots: float, upright: bool) -> list[Segment]:
    """Long thin runs of ink in one direction."""
    cv2 = vision()
    point = dots / 72
    long, bridge = max(8, round(SHORTEST * point)), max(3, round(BRIDGE * point))

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
    return _segments(opened, point, upright)


def _segments(marks: Image, point: float, upright: bool) -> list[Segment]:
    count, _, stats, middles = vision().connectedComponentsWithStats(marks, connectivity=8)
    out: list[Segment] = []
    for index in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[index])
        start, length, thick = (y, high, wide) if upright else (x, wide, high)
        if length >= 0.5 * SHORTEST * point and thick - 2 <= THICKEST * point + 0.004 * length:
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
    """Whether a line lies in a box of text: well inside across its own direction, along it more or less."""
    size = min(end - start, far - near)
    inside = near + 0.1 * size <= segment.at <= far - 0.1 * size
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


def anchored(rulings: Rulings, texts: list[Box], point: float) -> Rulings:
    """The lines that end where others run, or are long: strokes of text hang in the air; their gaps closed.

    `texts` are the boxes of text, which no closed gap runs through; `point` is in pixels.
    """
    beside = [Box(b.top, b.x0, b.bottom, b.x1) for b in texts]
    horizontal = joined(snapped(rulings.horizontal, 2 * point), REACH * point)
    vertical = joined(snapped(rulings.vertical, 2 * point), REACH * point)
    for _ in range(2):
        horizontal = mended(horizontal, vertical, beside, point)
        vertical = mended(vertical, horizontal, texts, point)
    for _ in range(2):
        horizontal = _held(horizontal, vertical, point)
        vertical = _held(vertical, horizontal, point)
    return Rulings(horizontal, vertical)


def mended(segments: list[Segment], others: list[Segment], texts: list[Box], point: float) -> list[Segment]:
    """Lines with the gaps closed that a copier left: an end that meets no other line was not the end.

    For upright lines as they are; for level ones the boxes of text are given with their axes exchanged.
    """
    out: list[Segment] = []
    for segment in segments:
        last = out[-1] if out else None
        if last is not None and last.at == segment.at and segment.lo - last.hi <= _widest(last, segment, point):
            ends = _meets(last.hi, last.at, others, point) and _meets(segment.lo, last.at, others, point)
            if not ends and not _through(texts, last.at, last.hi, segment.lo):
                out[-1] = Segment(last.at, last.lo, max(last.hi, segment.hi))
                continue
        out.append(segment)
    return [_reaching(segment, others, texts, point) for segment in out]


def _widest(one: Segment, other: Segment, point: float) -> float:
    """The widest gap between two pieces of a line that a copier leaves: several side by side where both are long."""
    return max(MEND * point, min(3 * MEND * point, 0.5 * (one.hi - one.lo + other.hi - other.lo)))


def _meets(end: float, at: float, others: list[Segment], point: float) -> bool:
    near, reach = 3 * point, REACH * point
    return any(abs(o.at - end) <= near and o.lo - reach <= at <= o.hi + reach for o in others)


def _through(texts: list[Box], at: float, start: float, end: float) -> bool:
    """Whether a line from start to end would run through a text."""
    for box in texts:
        margin = 0.2 * min(box.x1 - box.x0, box.bottom - box.top)
        if box.x0 + margin < at < box.x1 - margin and box.top + margin < end and start < box.bottom - margin:
            return True
    return False


def _reaching(segment: Segment, others: list[Segment], texts: list[Box], point: float) -> Segment:
    """A long line whose end hangs in the air, drawn on to the next line that it would meet."""
    if segment.hi - segment.lo < 1.5 * LONG * point:
        return segment
    at, lo, hi = segment
    far, reach = MEND * point, REACH * point
    crossing = [o.at for o in others if o.lo - reach <= at <= o.hi + reach]
    if not _meets(lo, at, others, point):
        to = max((x for x in crossing if lo - far <= x < lo), default=lo)
        lo = lo if _through(texts, at, to, lo) else to
    if not _meets(hi, at, others, point):
        to = min((x for x in crossing if hi < x <= hi + far), default=hi)
        hi = hi if _through(texts, at, hi, to) else to
    return Segment(at, lo, hi)


def _held(segments: list[Segment], others: list[Segment], point: float) -> list[Segment]:
    """The lines that end where others run, or are long.

    One end is enough where two more lines end beside the other: a page break leaves a row open.
    """
    ends = sorted(end for segment in segments for end in (segment.lo, segment.hi))

    def is_held(segment: Segment) -> bool:
        free = [end for end in (segment.lo, segment.hi) if not _ends_at(end, segment.at, others, point)]
        length = (segment.hi - segment.lo) / point
        if len(free) == 1 and length < LONG:
            beside = bisect_right(ends, free[0] + EVEN * point) - bisect_left(ends, free[0] - EVEN * point)
            return beside > 2
        return not free or len(free) == 1 or length >= 3 * LONG

    return [segment for segment in segments if is_held(segment)]


def _ends_at(end: float, at: float, others: list[Segment], point: float) -> bool:
    """Whether a line ends about where another crosses its place."""
    reach = REACH * point
    return any(abs(o.at - end) <= reach and o.lo - reach <= at <= o.hi + reach for o in others)


def ink_boxes(marks: Image, box: Box, least: float) -> list[Box]:
    """The boxes of the connected pieces of ink in a box, without specks: those less than `least` wide and high."""
    x0, top, x1, bottom = (max(0, round(v)) for v in box)
    part = marks[top:bottom, x0:x1]
    if part.size == 0:
        return []
    count, _, stats, _ = vision().connectedComponentsWithStats(part, connectivity=8)
    kept = [[int(v) for v in stats[i][:4]] for i in range(1, count) if max(stats[i][2], stats[i][3]) >= least]
    return [Box(x0 + left, top + up, x0 + left + wide, top + up + high) for left, up, wide, high in kept]
