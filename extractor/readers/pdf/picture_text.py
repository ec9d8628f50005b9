"""Pictures on a page that seem to show text which the file does not have: dark signs on light paper, no photographs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from extractor.document.geometry import area, covered
from extractor.document.layout import Box
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.readers.pdf.rendered_ink import picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIGHT = 200  # 0..255; paper, also of a grey scan, is lighter
RIM = 2  # pixels around characters whose ink is theirs


def note_unread(page: Any, sheet: Sheet) -> None:
    """Note on a sheet which share of its page is taken by pictures of text that is not in the file."""
    whole = Box(0, 0, sheet.width, sheet.height)
    large = [box for box in sheet.images if area(box) * covered(box, whole) >= LIMITS.large_picture * area(whole)]
    if not large or len(sheet.tokens) < LIMITS.few:  # without text of its own a page with a picture is a scan anyway
        return
    seen = _lightness(picture(page, sheet))
    _blank(seen, (Box(*token[1:5]) for token in sheet.tokens))
    shares = [area(box) * covered(box, whole) / area(whole) for box in large if _shows_text(_part(seen, box))]
    sheet.unread_picture = max(shares, default=0.0)


def _lightness(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The least of the three colours: coloured ink is ink."""
    import numpy as np

    darkest: NDArray[np.uint8] = np.minimum(np.minimum(pixels[:, :, 0], pixels[:, :, 1]), pixels[:, :, 2])
    return darkest


def _blank(seen: NDArray[np.uint8], boxes: Iterable[Box]) -> None:
    """Make the places of characters white."""
    scale = LIMITS.ink_dpi / 72
    for box in boxes:
        top, bottom = max(int(scale * box.top) - RIM, 0), int(scale * box.bottom) + RIM
        left, right = max(int(scale * box.x0) - RIM, 0), int(scale * box.x1) + RIM
        seen[top:bottom, left:right] = 255


def _part(seen: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    scale = LIMITS.ink_dpi / 72
    top, left = max(int(scale * box.top), 0), max(int(scale * box.x0), 0)
    return seen[top : int(scale * box.bottom), left : int(scale * box.x1)]


def _shows_text(part: NDArray[np.uint8]) -> bool:
    """Whether a part of a picture is light paper with a little ink on it."""
    if part.size == 0:
        return False
    ink = part < LIMITS.dark
    share = float(ink.mean())
    return float((part > LIGHT).mean()) >= LIMITS.paper and LIMITS.least_ink <= share <= LIMITS.most_ink
