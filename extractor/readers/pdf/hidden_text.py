"""Characters that a reader of the page does not see: suspected by the file's data, decided by the page's picture."""

from __future__ import annotations

from collections.abc import Callable

from extractor.document.geometry import inside
from extractor.readers.pdf.page_content import Sheet, Style, Suspect, covers_page
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token

INVISIBLE = "drawn invisibly"
OFF_PAGE = "off the page"
PAPER = 236  # 255 less the contrast that an eye needs: paler paint on white paper is looked at

Paint = tuple[int, tuple[int, int, int, int] | None]


class Judge:
    """Says of each character of a sheet whether a reader may not see it, and why."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.colours = {fill.colour for fill in sheet.fills}
        self.last = sheet.fills[-1].z if sheet.fills else 0
        self.known: dict[Paint, str | None] = {}

    def reason(self, handle: int) -> str | None:
        """Why no character of a text object is seen; empty: all are; None: to be judged one by one."""
        style = self.sheet.styles.get(handle)
        if style is None:
            return ""
        look = (style.mode, style.colour)
        if look not in self.known:
            self.known[look] = self._reason(style)
        known = self.known[look]
        return None if known == "" and (self.last > style.z or style.clip is not None) else known

    def _reason(self, style: Style) -> str | None:
        """The same for what is drawn like this where nothing lies above it."""
        if style.mode in (3, 7):
            return INVISIBLE
        if style.colour is None:
            return ""
        if style.colour[3] < LIMITS.alpha:
            return "drawn transparently"
        pale = min(style.colour[:3]) >= PAPER or any(_near(style.colour, colour) for colour in self.colours)
        return None if pale and style.mode in (0, 4) else ""

    def place(self, token: Token, handle: int, reason: str | None, is_drawn: Callable[[int, int], bool]) -> None:
        """Put a character that is in doubt among the seen or hidden ones, or those that the picture decides on.

        `is_drawn` says whether the renderer has a glyph for it: where it has none, its picture is no evidence.
        """
        certain = reason or self._unreadable(token)
        if certain:
            self.sheet.hidden.append((certain, token))
            return
        why = self._why(token, handle)
        if why and is_drawn(token.order, handle):
            self.sheet.suspects.append(Suspect(why, token, handle))
        else:
            self.sheet.tokens.append(token)

    def _unreadable(self, token: Token) -> str:
        x, y = (token.x0 + token.x1) / 2, (token.top + token.bottom) / 2
        if not (0 <= x <= self.sheet.width and 0 <= y <= self.sheet.height):
            return OFF_PAGE
        if max(token.bottom - token.top, token.x1 - token.x0) <= LIMITS.smallest:
            return "too small to read"
        return ""

    def _why(self, token: Token, handle: int) -> str:
        x, y = (token.x0 + token.x1) / 2, (token.top + token.bottom) / 2
        style = self.sheet.styles.get(handle)
        if style is None:
            return ""
        if style.clip is not None and not inside(x, y, style.clip):
            return "clipped away"
        below: tuple[int, int, int] | None = (255, 255, 255)
        for fill in self.sheet.fills:
            if fill.box.x0 <= x <= fill.box.x1 and fill.box.top <= y <= fill.box.bottom:
                if fill.z < style.z:
                    below = fill.colour
                elif fill.colour is not None:
                    return "covered"
                else:
                    return "under a picture" if covers_page(self.sheet, fill.box) else "covered by a picture"
        same = style.colour is not None and style.mode in (0, 4) and _near(style.colour, below)
        return "the colour of its background" if same else ""


def _near(one: tuple[int, ...] | None, other: tuple[int, ...] | None) -> bool:
    """Whether two colours can't be told apart."""
    return (
        one is not None
        and other is not None
        and all(abs(p - q) < LIMITS.contrast for p, q in zip(one[:3], other[:3], strict=True))
    )
