"""Streaks of a scratched drum on a copy: thin, upright, and broken without order, unlike ruling lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractor.readers.scan.pixels import value, vision
from extractor.readers.scan.specks import tones

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.readers.scan.pixels import Image

DOTS = 150.0  # per inch; the resolution at which streaks are looked for
LENGTH = 60.0  # points; a streak is longer
BROKEN = 3.5  # points; the widest of its gaps
PALE = 0.35  # of the darkness between paper and the middle to print; a pixel of a small streak is as dark
THIN = 1.6  # points; it is no wider
INKED = (0.2, 0.85)  # the share of its length that is inked
CHANGES = 0.4  # how often ink and white change places, in each point
UNEVEN = 0.45  # the spread of the lengths of its pieces beside their mean; that of a dotted line is less


def without_streaks(image: Image, points: float) -> Image:
    """The picture, as it came from the scanner, with its streaks painted over; where they cross print they stay."""
    import numpy as np

    cv2 = vision()
    shade = value(image)
    scale = min(1.0, DOTS * points / 72)
    small = cv2.resize(shade, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper, middle = tones(small)
    pixel = points / scale
    marks = (small < paper - PALE * (paper - middle)).astype(np.uint8)  # a broken streak is pale on a small picture
    closed = cv2.morphologyEx(marks, cv2.MORPH_CLOSE, np.ones((max(3, round(BROKEN / pixel)), 1), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((round(LENGTH / pixel), 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    out = image
    for x, y, wide, high, _ in stats[1:].tolist():
        rows = slice(round(y / scale), round((y + high) / scale))
        left, right = round(x / scale) - 1, round((x + wide) / scale) + 1
        if wide * pixel <= THIN and left >= 4 and _is_streak(shade[rows, left:right] < middle, points):
            out = out.copy() if out is image else out
            _paint(out[rows, left - 4 : right + 4], shade[rows, left - 4 : right + 4], round(paper), middle)
    return out


def _is_streak(marks: NDArray[np.bool_], points: float) -> bool:
    """Whether ink comes and goes without order along an upright strip."""
    import numpy as np

    inked = marks.any(axis=1)
    if inked.size < 3 or not INKED[0] <= inked.mean() <= INKED[1]:
        return False
    edges = np.flatnonzero(np.diff(inked.astype(np.int8)))
    pieces = np.diff(edges)
    if len(pieces) < 8 or len(edges) < CHANGES * inked.size * points:
        return False
    return bool(pieces.std() > UNEVEN * pieces.mean())


def _paint(part: Image, shade: Image, paper: int, middle: float) -> None:
    """Paints the middle of a strip as paper in those rows in which there is no ink beside it, in place."""
    free = (shade[:, :3] > middle).all(axis=1) & (shade[:, -3:] > middle).all(axis=1)
    part[free, 3:-3] = paper
