"""The pixels of a scanned page: its skew, its stamps, ink. Images are arrays of rows of grey or RGB bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.document.layout import Box
from extractor.errors import MissingPackage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

STEEPEST = 6.0  # degrees; a page that is more askew than this is left as it is
LEVEL = 0.04  # degrees; below this a page is straight
WIDE = 15  # pixels; the smoothing that leaves the paper and takes its noise
SPARSE = 3  # pixels; one in so many tells as much of a page's noise as all
RIM = 16  # pixels; the paper around ink that the OCR sees
FAINT = 12  # of 255; what is so much darker than what is around it is ink
ABOVE_NOISE = 4.0  # σ of its noise; fainter paper is as dark by chance, in one pixel of 30,000
FIRM = 0.4  # of the darkness of text; what is as dark is print


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


def ink(image: Image, dots: float) -> Image:
    """255 where there is print, 0 where there is paper, by the brightness around; `dots` are pixels per inch."""
    cv2 = vision()
    return dark(cv2.GaussianBlur(value(image), (3, 3), 0), dots)


def dark(shade: Image, dots: float) -> Image:
    """255 where a picture in grey is darker than what is around, by more than the noise of its paper; 0 elsewhere."""
    cv2 = vision()
    mean, inverse = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    least = max(FAINT, ABOVE_NOISE * roughness(shade))
    out: Image = cv2.adaptiveThreshold(shade, 255, mean, inverse, _block(dots), least)
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
    """The noise of the paper as a share of the contrast between paper and print; `texts` are boxes of text."""
    import numpy as np

    shade = value(image)
    parts = [shade[round(b.top) : round(b.bottom), round(b.x0) : round(b.x1)].ravel() for b in texts]
    print_ = float(np.percentile(np.concatenate(parts), 5)) if parts else 0.0
    contrast = max(1.0, float(np.percentile(shade[::SPARSE, ::SPARSE], 75)) - print_)
    return roughness(shade) / contrast


def roughness(shade: Image) -> float:
    """The noise of a picture in grey: σ of brightness, by the median of what a wide smoothing takes away."""
    import numpy as np

    rest = vision().absdiff(shade, vision().blur(shade, (WIDE, WIDE)))[::SPARSE, ::SPARSE]
    return 1.4826 * float(np.median(rest))


def resized(image: Image, scale: float) -> Image:
    """The image made smaller or larger."""
    cv2 = vision()
    if scale == 1:
        return image
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    out: Image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=way)
    return out


def inked_part(image: Image) -> Box | None:
    """The part of an image that holds all of its ink, with a rim of paper; None where it has none."""
    import numpy as np

    cv2 = vision()
    small = cv2.resize(value(image), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    marks = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, FAINT)
    rows, cols = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    if not rows.size:
        return None
    high, wide = image.shape[:2]
    x0, x1, top, bottom = (2.0 * int(n) for n in (cols[0], cols[-1] + 1, rows[0], rows[-1] + 1))
    return Box(max(0, x0 - RIM), max(0, top - RIM), min(wide, x1 + RIM), min(high, bottom + RIM))


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


def ink_boxes(marks: Image, box: Box, least: float) -> list[Box]:
    """The boxes of the connected pieces of ink in a box, without specks: those less than `least` wide and high."""
    x0, top, x1, bottom = (max(0, round(v)) for v in box)
    part = marks[top:bottom, x0:x1]
    if part.size == 0:
        return []
    count, _, stats, _ = vision().connectedComponentsWithStats(part, connectivity=8)
    kept = [[int(v) for v in stats[i][:4]] for i in range(1, count) if max(stats[i][2], stats[i][3]) >= least]
    return [Box(x0 + left, top + up, x0 + left + wide, top + up + high) for left, up, wide, high in kept]
