"""The pixels of a scanned page: its skew, its ruling lines, ink. Images are arrays of rows of grey or RGB bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.errors import MissingPackage
from extractor.geometry import Rulings, Segment
from extractor.layout import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

STEEPEST = 6.0  # degrees; a page that is more askew than this is left as it is
LEVEL = 0.04  # degrees; below this a page is straight
SHORTEST = 13.0  # points; a ruling line is longer than the strokes of body text
THICKEST = 3.6  # points; what is thicker is an area
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


def ink(image: Image, dots: float) -> Image:
    """255 where there is print, 0 where there is paper, by the brightness around; `dots` are pixels per inch."""
    cv2 = vision()
    return _dark(cv2.GaussianBlur(grey(image), (3, 3), 0), dots)


def _dark(shade: Image, dots: float) -> Image:
    cv2 = vision()
    block = max(15, int(dots / 7) | 1)
    out: Image = cv2.adaptiveThreshold(shade, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 12)
    return out


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
    out: Image = cv2.warpAffine(image, matrix, (wide, high), flags=way, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
    return out


def quarter_turned(image: Image, quarters: int) -> Image:
    """The image turned clockwise by so many quarters."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(image, -quarters))


def rulings_of(image: Image, dots: float) -> Rulings:
    """The ruling lines of a straight page, in pixels."""
    shade = grey(image)
    return Rulings(
        [Segment(y, lo, hi) for y, lo, hi in _lines(shade, dots, False)],
        [Segment(x, lo, hi) for x, lo, hi in _lines(shade, dots, True)],
    )


def _lines(shade: Image, dots: float, upright: bool) -> list[tuple[float, float, float]]:
    """Long thin runs of ink in one direction: place, start, end."""
    cv2 = vision()
    point = dots / 72
    long, bridge = max(8, round(SHORTEST * point)), max(3, round(BRIDGE * point))

    def bar(length: int) -> Any:
        return cv2.getStructuringElement(cv2.MORPH_RECT, (1, length) if upright else (length, 1))

    # Smoothed along the line alone: a line of one pixel stays, noise goes.
    smooth = max(3, round(3 * point))
    marks = _dark(cv2.blur(shade, (1, smooth) if upright else (smooth, 1)), dots)
    closed = cv2.morphologyEx(marks, cv2.MORPH_CLOSE, bar(bridge))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, bar(long))
    # A line that drifts by a pixel breaks into steps, which touch once they are a little thicker.
    opened = cv2.dilate(opened, cv2.getStructuringElement(cv2.MORPH_RECT, (3, 1) if upright else (1, 3)))
    count, _, stats, middles = cv2.connectedComponentsWithStats(opened, connectivity=8)
    out: list[tuple[float, float, float]] = []
    for index in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[index])
        thick = (wide if upright else high) - 2
        drift = 0.004 * (high if upright else wide)
        if thick <= THICKEST * point + drift:
            place = float(middles[index][0 if upright else 1]) + 0.5
            out.append((place, y, y + high) if upright else (place, x, x + wide))
    return out


def without_text(rulings: Rulings, boxes: list[Box]) -> Rulings:
    """The lines that are no strokes of characters: not inside a box of text."""

    def stroke(x0: float, y0: float, x1: float, y1: float) -> bool:
        for box in boxes:
            margin = 0.1 * min(box.bottom - box.top, box.x1 - box.x0)
            if (
                box.x0 - margin <= x0
                and x1 <= box.x1 + margin
                and box.top + margin <= y0
                and y1 <= box.bottom - margin
            ) or (
                box.x0 + margin <= x0
                and x1 <= box.x1 - margin
                and box.top - margin <= y0
                and y1 <= box.bottom + margin
            ):
                return True
        return False

    return Rulings(
        [s for s in rulings.horizontal if not stroke(s.lo, s.at, s.hi, s.at)],
        [s for s in rulings.vertical if not stroke(s.at, s.lo, s.at, s.hi)],
    )


def ink_box(marks: Image, box: Box) -> Box | None:
    """The smallest box around the ink in a box, specks apart; None for white paper."""
    cv2 = vision()
    x0, top, x1, bottom = (round(v) for v in box)
    part = marks[max(0, top) : bottom, max(0, x0) : x1]
    if part.size == 0:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    kept = [stats[i] for i in range(1, count) if stats[i][4] >= 12 and max(stats[i][2], stats[i][3]) >= 6]
    if not kept:
        return None
    left, up = min(int(s[0]) for s in kept), min(int(s[1]) for s in kept)
    right, low = max(int(s[0] + s[2]) for s in kept), max(int(s[1] + s[3]) for s in kept)
    return Box(max(0, x0) + left, max(0, top) + up, max(0, x0) + right, max(0, top) + low)
