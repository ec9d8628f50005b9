"""The ink of ruling lines taken out of a picture, so that no rest of a line is read as a character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractor.document.geometry import Rulings, Segment
from extractor.readers.scan.pixels import dark, value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.readers.scan.pixels import Image

REACH = 1.8  # points; the ink of a line is no farther from its middle
FREE = 0.6  # points; how wide the white beside it is: what has none may be a character


def without_lines(image: Image, rulings: Rulings, dots: float) -> Image:
    """The picture with its ruling lines, in pixels, painted as bright as the paper beside them."""
    out = image.copy()
    marks = dark(value(image), dots) > 0
    for segment in rulings.vertical:
        _paint(out, marks, segment, dots / 72)
    turned, beside = out.transpose(1, 0, 2), marks.T
    for segment in rulings.horizontal:
        _paint(turned, beside, segment, dots / 72)
    return out


def _paint(image: Image, marks: NDArray[np.bool_], segment: Segment, point: float) -> None:
    """Paints an upright line in those rows in which white stands on both sides of it, in place."""
    reach, free = max(2, round(REACH * point)), max(1, round(FREE * point))
    x, rows = round(segment.at), slice(max(0, round(segment.lo)), max(0, round(segment.hi)))
    left, right = x - reach - free, x + reach + free
    if left < 0 or right >= marks.shape[1]:
        return
    white = ~marks[rows, left : left + free].any(axis=1) & ~marks[rows, right - free + 1 : right + 1].any(axis=1)
    part = image[rows, left : right + 1]
    part[white, free:-free] = part[white][:, :1]
