"""What a page's picture shows of its characters: the page drawn with and without them, at a low resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.readers.pdf.pdfium import raw
from extractor.tables.words import Token

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def decide(page: Any, sheet: Sheet) -> None:
    """Put each suspect of a sheet among the characters that are seen, or among the hidden ones, by its ink.

    The ink of a character is what the picture loses when its text object is switched off: a white letter on
    a dark cell has some, a letter under a patch has none, whatever their colours and painting order say.
    """
    handles = {s.handle for s in sheet.suspects if not s.token.text.isspace()}
    if handles:
        ink, seen = _ink(page, sheet, handles), False
        for suspect in sheet.suspects:
            blank = suspect.token.text.isspace()  # a space is seen if the character before it is
            seen = seen if blank else _shows(ink, suspect.token)
            if seen:
                sheet.tokens.append(suspect.token)
            else:
                sheet.hidden.append((suspect.reason, suspect.token))
        sheet.tokens.sort(key=lambda token: token.order)
    sheet.suspects = []


def _ink(page: Any, sheet: Sheet, handles: set[int]) -> NDArray[np.bool_]:
    """The pixels of a page's picture in the reading frame that change when some text objects are switched off."""
    import numpy as np

    lib = raw()
    whole = picture(page, sheet)
    try:
        for handle in handles:
            lib.set_active(handle, 0)
        without = picture(page, sheet)
    finally:
        for handle in handles:
            lib.set_active(handle, 1)
    unlike = np.maximum(whole, without) - np.minimum(whole, without) >= LIMITS.contrast
    ink: NDArray[np.bool_] = unlike[:, :, 0] | unlike[:, :, 1] | unlike[:, :, 2]
    return ink


def picture(page: Any, sheet: Sheet) -> NDArray[np.uint8]:
    """The page in the reading frame as pixels of three colours, at a low resolution."""
    bitmap = page.render(scale=LIMITS.ink_dpi / 72, rotation=90 * sheet.turned, may_draw_forms=False)
    try:
        pixels: NDArray[np.uint8] = bitmap.to_numpy()[:, :, :3].copy()
    finally:
        bitmap.close()
    return pixels


def _shows(ink: NDArray[np.bool_], token: Token) -> bool:
    """Whether a character's box holds ink of it; its rim may hold a neighbour's."""
    import numpy as np

    scale = LIMITS.ink_dpi / 72
    rim_x, rim_y = 0.1 * (token.x1 - token.x0), 0.1 * (token.bottom - token.top)
    left, right = int(scale * (token.x0 + rim_x)), int(scale * (token.x1 - rim_x)) + 1
    top, bottom = int(scale * (token.top + rim_y)), int(scale * (token.bottom - rim_y)) + 1
    part = ink[max(top, 0) : bottom, max(left, 0) : right]
    return part.size > 0 and int(np.count_nonzero(part)) >= LIMITS.ink_share * part.size
