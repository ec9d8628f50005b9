"""The text of a PDF page: its characters by pypdfium2, each with its run, baseline, direction and place."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from operator import itemgetter
from typing import Any, NamedTuple

from extractor.readers.pdf import picture_text, rendered_ink, superscripts, watermarks
from extractor.readers.pdf.character_pitch import with_pitch
from extractor.readers.pdf.font_mapping import base_name
from extractor.readers.pdf.form_fields import Opened, add_fields
from extractor.readers.pdf.glyph_shapes import Glyph
from extractor.readers.pdf.hidden_text import Judge
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.page_objects import Objects
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.readers.pdf.pdfium import address, raw
from extractor.readers.pdf.transforms import Frame, frame
from extractor.readers.pdf.unread_objects import gaps_of, has_glyphs
from extractor.tables.words import WORD_GAP, Token, is_cjk

TURN, RUN = Token._fields.index("turn"), Token._fields.index("run")
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


def read_sheet(opened: Opened, number: int) -> Sheet:
    """Read a pypdfium2 page; a second time, turned, when most of its text is not upright as displayed."""
    page = opened.page
    textpage = page.get_textpage()
    try:
        text, handle = address(textpage.raw), address(page.raw)
        rotation, bounds = page.get_rotation() // 90, tuple(page.get_bbox())
        place = Place(text, handle, number, bounds, rotation, opened.own)
        sheet = _sheet(place, 0)
        turned = -_most_turned(sheet) % 4
        sheet = _sheet(place, turned) if turned else sheet
        rendered_ink.decide(page, sheet)
        picture_text.note_unread(page, sheet)
    finally:
        textpage.close()
    if opened.fields:
        add_fields(sheet, opened.fields, _view(place, sheet.turned))
    return sheet


def finish(sheet: Sheet) -> None:
    """What is told from all characters of a page together: watermarks, pitch, superscripts."""
    watermarks.put_aside(sheet)
    lengths = Counter(map(itemgetter(RUN), sheet.tokens))
    sheet.tokens = superscripts.marked(with_pitch(sheet.tokens, sheet.sizes, lengths), sheet.sizes, lengths)


class Place(NamedTuple):
    """A page as pdfium knows it: the addresses of its text and of itself, its number, visible box and rotation."""

    text: int
    page: int
    number: int
    bounds: tuple[float, ...]
    rotation: int
    own: int | None


def _view(place: Place, turned: int) -> Frame:
    left, bottom, right, top = place.bounds
    return frame(left, bottom, right, top, place.rotation + turned)


def _sheet(place: Place, turned: int) -> Sheet:
    view = _view(place, turned)
    sheet = Sheet(place.number, view.width, view.height, turned)
    objects = Objects(sheet, view)
    objects.read(place.page, place.own)
    seen = Characters(sheet, place.text, view, (place.rotation + turned) % 4).read()
    sheet.gaps = gaps_of(sheet, seen, objects.origin)
    return sheet


def _most_turned(sheet: Sheet) -> int:
    """The direction of most of the text."""
    votes = Counter(map(itemgetter(TURN), sheet.tokens))
    votes.update(suspect.token.turn for suspect in sheet.suspects)
    votes.pop(-1, None)
    return votes.most_common(1)[0][0] if votes else 0


class Writing(NamedTuple):
    """How a text object is set: its run, direction in quarter turns, type size, and for upright text its line."""

    run: int = 0
    turn: int = 0
    size: float = 0.0
    baseline: float | None = None
    top: float = 0.0
    bottom: float = 0.0


class Font(NamedTuple):
    """A font as pdfium knows it: its name, whether it is in the file, whether its glyphs are known, some of them."""

    name: str
    is_embedded: bool
    has_glyphs: bool
    glyphs: list[Glyph]


def quarters_of(matrix: Any) -> int:
    """The direction of a baseline in quarter turns clockwise, -1 when it is slanted; sheared letters do not count."""
    quarters = -math.atan2(matrix.b, matrix.a) / (math.pi / 2)
    nearest = round(quarters)
    return nearest % 4 if abs(quarters - nearest) < LIMITS.slanted / 90 else -1


class Characters:
    """Reads the characters of a text page onto a sheet, those that may be unseen apart."""

    def __init__(self, sheet: Sheet, text: int, view: Frame, quarters: int) -> None:
        self.sheet, self.text, self.view, self.quarters = sheet, text, view, quarters
        self.lib, self.judge = raw(), Judge(sheet)
        self.matrix = self.lib.pdfium.FS_MATRIX()
        self.matrix_at = ctypes.addressof(self.matrix)
        self.place = (ctypes.c_double * 2)()
        self.spaces: dict[int, float] = {}
        self.fonts: dict[int, Font] = {}

    def read(self) -> set[int]:
        """Read all characters; gives the addresses of the text objects that they were drawn by."""
        lib, text, tokens = self.lib, self.text, self.sheet.tokens
        unicode, loose_box, text_object, map_error = lib.unicode, lib.loose_box, lib.text_object, lib.map_error
        box = lib.pdfium.FS_RECTF()
        box_ref = ctypes.addressof(box)
        a, b, c, d, e, f, width, height = self.view
        upright = self.quarters == 0
        seen: set[int] = set()
        current, spaced, unmapped, reason = 0, False, False, None
        flat, smallest = LIMITS.flat_box, LIMITS.smallest
        how, new = Writing(), tuple.__new__  # the constructor of a named tuple takes twice the time
        run, turn, size, baseline = how.run, how.turn, how.size, how.baseline
        for index in range(lib.count_chars(text)):
            handle = text_object(text, index)
            if not handle:  # a space or a line end that pdfium put in
                spaced = True
                continue
            code = unicode(text, index)
            if handle != current:
                current = handle
                seen.add(handle)
                how = self._writing(index, handle)
                run, turn, size, baseline = how.run, how.turn, flat * how.size, how.baseline
                reason = self.judge.reason(handle)
                unmapped = bool(map_error(text, index))
            if code < 32 or code in BAD or 0xD800 <= code <= 0xF8FF or code > 0x10FFFF or unmapped:
                code = self._odd(index, code)
                if not code:
                    continue
            if not loose_box(text, index, box_ref):
                self.sheet.problems.append("a character has no box")
                continue
            u0, v0, u1, v1 = box.left, box.bottom, box.right, box.top
            if upright:
                x0, x1, y0, y1 = u0 + e, u1 + e, f - v1, f - v0
            else:
                x0, x1 = sorted((a * u0 + c * v0 + e, a * u1 + c * v1 + e))
                y0, y1 = sorted((b * u0 + d * v0 + f, b * u1 + d * v1 + f))
            if baseline is not None and y1 - y0 < size:
                y0, y1 = how.top, how.bottom
            char = chr(code) if code < 0x2E80 or 0x2FDF < code < 0xFB00 else printed(code)
            token = new(Token, (char, x0, y0, x1, y1, index, turn, None, run, baseline))
            if spaced:
                spaced = False
                if tokens and baseline is not None:
                    self._space(tokens[-1], token, handle, how)
            on_page = 0 <= x0 + x1 <= 2 * width and 0 <= y0 + y1 <= 2 * height
            if reason == "" and on_page and (y1 - y0 > smallest or turn):
                tokens.append(token)
            else:
                self.judge.place(token, handle, reason, self._is_drawn)
        return seen

    def _writing(self, index: int, handle: int) -> Writing:
        """How the text object of a character is set.

        Its line reaches from its type size above the baseline to below: where a font does not say how high its
        lines are, pdfium's box of a character is as flat as what is drawn of it.
        """
        style = self.sheet.styles.get(handle)
        run = style.z if style is not None else 0
        lib, at = self.lib, ctypes.addressof(self.place)
        if not lib.char_matrix(self.text, index, self.matrix_at):
            return Writing(run)
        matrix, view = self.matrix, self.view
        along = math.hypot(matrix.a, matrix.b)
        size = lib.font_size(self.text, index) * (
            abs(matrix.a * matrix.d - matrix.b * matrix.c) / along if along else 0
        )
        found = quarters_of(matrix)
        turn = -1 if found < 0 else (self.quarters + found) % 4
        self.sheet.sizes[run] = size
        font = self._font(handle)
        self.sheet.fonts[run] = font.name
        if not font.has_glyphs and not self._is_drawn(index, handle):
            self.sheet.undrawn.add(run)
        if turn or not lib.char_origin(self.text, index, at, at + 8):
            return Writing(run, turn, size)
        if font.is_embedded and size > 0 and abs(matrix.b) < abs(matrix.a) and len(font.glyphs) < LIMITS.glyph_samples:
            self._sample(index, handle, font, size)
        baseline = view.b * self.place[0] + view.d * self.place[1] + view.f
        above = LIMITS.above_baseline
        return Writing(run, turn, size, baseline, baseline - above * size, baseline + (1 - above) * size)

    def _font(self, handle: int) -> Font:
        """The font of a text object."""
        lib, address_of_font = self.lib, self.lib.text_font(handle)
        if address_of_font not in self.fonts:
            buffer = ctypes.create_string_buffer(128)
            lib.font_name(address_of_font, ctypes.addressof(buffer), len(buffer))
            name = base_name(buffer.value.decode("latin-1"))
            glyphs = self.sheet.glyphs.setdefault(name, [])
            is_embedded = lib.font_embedded(address_of_font) == 1
            self.sheet.has_embedded |= is_embedded
            self.fonts[address_of_font] = Font(name, is_embedded, has_glyphs(address_of_font), glyphs)
        return self.fonts[address_of_font]

    def _sample(self, index: int, handle: int, font: Font, size: float) -> None:
        """Note how high and low the glyphs of the first characters of a text object reach."""
        lib, text, y = self.lib, self.text, self.place[1]
        box = (ctypes.c_double * 4)()
        at = ctypes.addressof(box)
        for n in range(index, index + LIMITS.glyphs_a_run):
            code = lib.unicode(text, n) if lib.text_object(text, n) == handle else 0
            if not code:
                return
            if 32 < code <= 0xFFFF and lib.char_box(text, n, at, at + 8, at + 16, at + 24):
                left, right, bottom, top = box
                font.glyphs.append(Glyph(chr(code), (top - y) / size, (y - bottom) / size, (right - left) / size))

    def _space(self, last: Token, token: Token, handle: int, how: Writing) -> None:
        """Put a space between two characters of a run where pdfium saw one: fonts have narrower spaces than most."""
        gap = token.x0 - last.x1
        if last.run != token.run:
            return
        if is_cjk(token.text[0]) or is_cjk(last.text[-1]) or last.text.isspace() or token.text.isspace():
            return
        if LIMITS.space * self._space_width(handle) * how.size <= gap <= WORD_GAP * (last.bottom - last.top):
            space = Token(" ", last.x1, token.top, token.x0, token.bottom, last.order, 0, None, last.run, last.baseline)
            self.sheet.tokens.append(space)

    def _space_width(self, handle: int) -> float:
        """The width of a font's own space in type sizes, a quarter where the font does not say."""
        font = self.lib.text_font(handle)
        if font not in self.spaces:
            width = ctypes.c_float()
            self.lib.glyph_width(font, 32, 1.0, ctypes.addressof(width))
            self.spaces[font] = width.value if 0.15 <= width.value <= 0.4 else 0.25
        return self.spaces[font]

    def _is_drawn(self, index: int, handle: int) -> bool:
        """Whether the renderer has a glyph for a character: its font is embedded, or its substitute has one."""
        if self.lib.font_embedded(self.lib.text_font(handle)) == 1:
            return True
        box = (ctypes.c_double * 4)()
        at = ctypes.addressof(box)
        return bool(self.lib.char_box(self.text, index, at, at + 8, at + 16, at + 24)) and box[1] > box[0]

    def _odd(self, index: int, code: int) -> int:
        """What to make of a control, private or unmapped character: 0 to leave it out, else its code."""
        if not self.lib.map_error(self.text, index):
            if code in (9, 10, 13):  # what a font calls its space
                return 0x20
            if code in (2, 0xFFFE):  # pdfium's mark for a hyphen at a line end
                return 0x2D
            if 32 <= code <= 0x10FFFF and code not in BAD and not 0xD800 <= code <= 0xF8FF:
                return code
        self.sheet.bad += 1
        is_text = 32 <= code <= 0x10FFFF and code not in BAD and not 0xD800 <= code <= 0xDFFF
        return code if is_text else 0xFFFD


def printed(code: int) -> str:
    """What a code point prints: the ideograph for a radical, the letters of a ligature, an Arabic letter for its shape.

    Arabic shapes of several letters are given in the order of the page, from left to right.
    """
    if 0x2E80 <= code <= 0x2FDF:
        return radical(code)
    if 0xFB00 <= code <= 0xFB17:
        return unicodedata.normalize("NFKC", chr(code))
    if 0xFB1D <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC:
        return unicodedata.normalize("NFKC", chr(code))[::-1]
    return chr(code)


def radical(code: int) -> str:
    """The ideograph for a radical's code point."""
    return RADICALS.get(code) or unicodedata.normalize("NFKC", chr(code))
