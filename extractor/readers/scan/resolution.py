"""The resolution at which a page is read: that of its picture, made larger where small, smaller where needlessly fine.

Fewer pixels cost less and hide no text; on too few, lines and strokes are no wider than the noise.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.config import Settings
from extractor.readers.scan.pixels import resized

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

COARSEST = 200.0  # per inch; a picture of fewer dots is made larger before it is read
MOST = 36_000_000  # pixels; more shows the OCR nothing
EQUAL = 0.02  # a resolution that differs by no more is the same
LARGE = 0.05  # of the page; a smaller picture says nothing about its resolution
INVISIBLE = 3  # the render mode of text that is not drawn, as that of an OCR


class Sized(NamedTuple):
    """A picture, and how many points one of its pixels is wide."""

    image: Image
    points: float


def reading_dots(dots: float, settings: Settings) -> float:
    """At how many dots per inch a picture of so many is read."""
    return min(max(dots, COARSEST), float(settings.dpi))


def sized(image: Image, points: float, settings: Settings) -> Sized:
    """The picture at the resolution at which it is read."""
    scale = reading_dots(72 / points, settings) * points / 72
    scale = min(scale, max(1.0, math.sqrt(MOST / image[:, :, 0].size)))
    if abs(scale - 1) <= EQUAL:
        return Sized(image, points)
    return Sized(resized(image, scale), points / scale)


def dots_of(page: Any) -> float | None:
    """How many dots per inch the pictures of a PDF page have; None where it shows more than pictures."""
    from pypdfium2 import raw  # type: ignore[import-untyped]  # it has no types

    wide, high = page.get_size()
    found: list[float] = []
    for drawn in page.get_objects():
        if drawn.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(drawn) == INVISIBLE:
            continue
        if drawn.type == raw.FPDF_PAGEOBJ_IMAGE:
            found += _dots(drawn, wide * high)
        elif drawn.type != raw.FPDF_PAGEOBJ_FORM:  # what a form object holds is listed too
            return None
    return max(found, default=None)


def _dots(picture: Any, page: float) -> list[float]:
    """The dots per inch of a picture on a page of so many square points; none where it is small."""
    left, bottom, right, top = picture.get_bounds()
    across, down = picture.get_px_size()
    area = (right - left) * (top - bottom)
    return [72 * math.sqrt(across * down / area)] if area > LARGE * page else []
