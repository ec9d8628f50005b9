"""The text of a PDF page: its characters by pypdfium2, those that a reader sees and those that are hidden."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from typing import Any

from extractor.document.geometry import inside
from extractor.readers.pdf.page_content import Sheet, Style, covers_page
from extractor.readers.pdf.page_objects import Objects
from extractor.readers.pdf.pdfium import address, raw
from extractor.readers.pdf.transforms import Frame, frame
from extractor.tables.words import Token

FLAT = 0.75  # of the type size; a character's box that is flatter is not that of its line
SLANTED = 0.2  # the share of slanted characters up to which they are a watermark
ABOVE = 0.88  # of the type size; so much of a line is above its baseline, as ideographs are drawn
BAD = {0, 0xFFFD, 0xFFFE, 0xFFFF}
# Radicals that fonts map where the ideograph is meant, and that compatibility normalisation leaves or gets wrong.
RADICALS = {
    ord(sign): meant
    for sign, meant in zip(
        "⺁⺄⺈⺌⺗⺝⺠⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻩⻬⻮⻰⻳⼾",
        "厂乙刀小心月民见角贝车长长青韦页风飞食马鬼鱼鸟黄齐齿龙龟户",
        strict=True,
    )
}


def read_sheet(page: Any, number: int) -> Sheet:
    """Read a pypdfium2 page; a second time, turned, when most of its text is not upright as displayed."""
    textpage = page.get_textpage()
    try:
        text, handle = address(textpage.raw), address(page.raw)
        rotation, bounds = page.get_rotation() // 90, tuple(page.get_bbox())
        sheet = _sheet(text, handle, number, bounds, rotation, 0)
        turned = -_most_turned(sheet) % 4
        return _sheet(text, handle, number, bounds, rotation, turned) if turned else sheet
    finally:
        textpage.close()


def _sheet(text: int, page: int, number: int, bounds: tuple[float, ...], rotation: int, turned: int) -> Sheet:
    left, bottom, right, top = bounds
    view = frame(left, bottom, right, top, rotation + turned)
    sheet = Sheet(number, view.width, view.height, turned)
    styles = Objects(sheet, view).read(page)
    _read_chars(sheet, text, view, (rotation + turned) % 4, styles)
    _put_watermark_aside(sheet)
    return sheet


def _put_watermark_aside(sheet: Sheet) -> None:
    """Takes slanted characters from a page on which few are: a watermark runs over what is to be read."""
    slanted = [t for t in sheet.tokens if t[6] < 0]
    if 0 < len(slanted) < SLANTED * len(sheet.tokens):
        sheet.tokens = [t for t in sheet.tokens if t[6] >= 0]
        sheet.hidden += [("slanted, as a watermark is,", token) for token in slanted]


def _most_turned(sheet: Sheet) -> int:
    """The direction of most of the text."""
    votes = Counter([t[6] for t in sheet.tokens])
    votes.pop(-1, None)
    return votes.most_common(1)[0][0] if votes else 0


def _quarters(angle: float) -> int:
    """An angle in radians as quarter turns, -1 when it is more than 8° off one."""
    quarters = angle / 1.5707963267948966
    nearest = round(quarters)
    return nearest % 4 if abs(quarters - nearest) < 0.09 else -1


def _read_chars(sheet: Sheet, text: int, view: Frame, quarters: int, styles: dict[int, Style]) -> None:
    """Put the characters of a text page on the sheet, the unseen ones apart."""
    lib = raw()
    unicode, loose_box, text_object, map_error = lib.unicode, lib.loose_box, lib.text_object, lib.map_error
    box = lib.pdfium.FS_RECTF()
    box_ref = ctypes.addressof(box)
    a, b, c, d, e, f, width, height = view
    judge = Judge(sheet, styles)
    upright = quarters == 0
    tokens = sheet.tokens
    current = turn = 0
    em: tuple[float, float] | None = None
    unmapped = False
    reason: str | None = ""
    for index in range(lib.count_chars(text)):
        handle = text_object(text, index)
        if not handle:  # a space or a line end that pdfium put in
            continue
        code = unicode(text, index)
        if handle != current:
            current = handle
            found = _quarters(lib.char_angle(text, index))
            turn = -1 if found < 0 else (quarters + found) % 4
            em = _em(text, index, view) if not turn else None
            reason = judge.reason(handle)
            unmapped = bool(map_error(text, index))
        if code < 32 or code in BAD or 0xE000 <= code <= 0xF8FF or unmapped:
            code = _odd(sheet, text, index, code)
            if not code:
                continue
        if not loose_box(text, index, box_ref):
            sheet.problems.append("a character has no box")
            continue
        u0, v0, u1, v1 = box.left, box.bottom, box.right, box.top
        if upright:
            x0, x1, y0, y1 = u0 + e, u1 + e, f - v1, f - v0
        else:
            x0, x1 = sorted((a * u0 + c * v0 + e, a * u1 + c * v1 + e))
            y0, y1 = sorted((b * u0 + d * v0 + f, b * u1 + d * v1 + f))
        if em is not None and y1 - y0 < FLAT * (em[1] - em[0]):
            y0, y1 = em
        char = chr(code) if not 0x2E80 <= code <= 0x2FDF else radical(code)
        token = Token(char, x0, y0, x1, y1, index, turn)
        if reason == "" and 0 <= x0 + x1 <= 2 * width and 0 <= y0 + y1 <= 2 * height and (y1 - y0 > 1.5 or turn):
            tokens.append(token)
        else:
            judge.place(token, handle, reason)


def _em(text: int, index: int, view: Frame) -> tuple[float, float] | None:
    """From where to where the line of an upright character reaches: its type size, from above the baseline to below.

    Where a font does not say how high its lines are, pdfium's box of a character is as flat as what is drawn of it.
    """
    lib = raw()
    place, matrix = (ctypes.c_double * 2)(), lib.pdfium.FS_MATRIX()
    at = ctypes.addressof(place)
    if not (lib.char_origin(text, index, at, at + 8) and lib.char_matrix(text, index, ctypes.addressof(matrix))):
        return None
    size = lib.font_size(text, index) * math.hypot(matrix.c, matrix.d)
    baseline = view.b * place[0] + view.d * place[1] + view.f
    return baseline - ABOVE * size, baseline + (1 - ABOVE) * size


def _odd(sheet: Sheet, text: int, index: int, code: int) -> int:
    """What to make of a control, private or unmapped character: 0 to leave it out, else its code."""
    if not raw().map_error(text, index):
        if code in (9, 10, 13):
            return 0
        if code in (2, 0xFFFE):  # pdfium's mark for a hyphen at a line end
            return 0x2D
        if code >= 32 and code not in BAD and not 0xE000 <= code <= 0xF8FF:
            return code
    sheet.bad += 1
    return 0xFFFD if code < 32 or code in BAD else code


def radical(code: int) -> str:
    """The ideograph for a radical's code point."""
    import unicodedata

    return RADICALS.get(code) or unicodedata.normalize("NFKC", chr(code))


class Judge:
    """Says of each character of a sheet whether a reader sees it, and if not, why."""

    def __init__(self, sheet: Sheet, styles: dict[int, Style]) -> None:
        self.sheet = sheet
        self.styles = styles
        self.colours = {fill.colour for fill in sheet.fills}
        self.last = sheet.fills[-1].z if sheet.fills else 0
        self.known: dict[tuple[int, tuple[int, int, int, int] | None], str | None] = {}

    def reason(self, handle: int) -> str | None:
        """Why no character of a text object is seen; empty: all are; None: to be judged one by one."""
        style = self.styles.get(handle)
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
            return "drawn invisibly"
        if style.colour is None:
            return ""
        if style.colour[3] < 13:
            return "drawn transparently"
        pale = min(style.colour[:3]) >= 236 or any(_near(style.colour, colour) for colour in self.colours)
        return None if pale and style.mode in (0, 4) else ""

    def place(self, token: Token, handle: int, reason: str | None) -> None:
        """Put a character that is in doubt among the seen or the hidden ones."""
        reason = reason or self._why(token, handle)
        if reason:
            self.sheet.hidden.append((reason, token))
        else:
            self.sheet.tokens.append(token)

    def _why(self, token: Token, handle: int) -> str:
        x, y = (token.x0 + token.x1) / 2, (token.top + token.bottom) / 2
        if not (0 <= x <= self.sheet.width and 0 <= y <= self.sheet.height):
            return "off the page"
        if max(token.bottom - token.top, token.x1 - token.x0) <= 1.5:
            return "too small to read"
        style = self.styles.get(handle)
        if style is None:
            return ""
        if style.clip is not None and not inside(x, y, style.clip):
            return "clipped away"
        below: tuple[int, int, int] | None = (255, 255, 255)
        for fill in self.sheet.fills:
            if fill.box.x0 <= x <= fill.box.x1 and fill.box.top <= y <= fill.box.bottom:
                # A picture may let through what is below it, so only plain colour covers; a scan is a case of its own.
                if fill.z < style.z:
                    below = fill.colour
                elif fill.colour is not None:
                    return "covered"
                elif covers_page(self.sheet, fill.box):
                    return "under a picture"
        same = style.colour is not None and style.mode in (0, 4) and _near(style.colour, below)
        return "the colour of its background" if same else ""


def _near(one: tuple[int, ...] | None, other: tuple[int, ...] | None) -> bool:
    """Whether two colours can't be told apart."""
    return (
        one is not None and other is not None and all(abs(p - q) < 20 for p, q in zip(one[:3], other[:3], strict=True))
    )
