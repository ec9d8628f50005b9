"""What stands on a page of a PDF: characters, ruling lines, fills and images, by pypdfium2 or, as a fallback, pdfminer.

Boxes are in the *reading frame*: the page as displayed, turned so that most of its text is upright
(`Sheet.turned` quarter turns clockwise beyond the display).
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from extractor.geometry import Rulings, Segment, inside, strung
from extractor.layout import Box
from extractor.sources.clip import clip_of, cuts, is_gone, within
from extractor.sources.matrix import IDENTITY, Frame, Matrix, frame, times
from extractor.sources.words import Token

THIN = 3.0  # a filled path not thicker than this is a ruling line
DOT = 2.5  # a square path not larger than this is a dot, maybe of a dotted line
STEP = 5.0  # how far the dots of a line are from each other at most
MAX_OBJECTS = 200_000  # on one page; more is a bomb or a drawing
COVER = 0.6  # the share of a page that a picture covers when the page is a scan
MAX_DEPTH = 12  # of forms within forms
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


class Fill(NamedTuple):
    """A painted area: its turn in the painting order, its box, its colour (None: an image or a pattern)."""

    z: int
    box: Box
    colour: tuple[int, int, int] | None


class Style(NamedTuple):
    """How the characters of one text object are drawn; `clip` is what may be seen of them, where it is not all."""

    z: int
    mode: int
    colour: tuple[int, int, int, int] | None
    clip: Box | None = None


@dataclass(slots=True)
class Sheet:
    """One page as read: size in the reading frame, tokens that are seen, those that are not, lines, fills."""

    number: int
    width: float
    height: float
    turned: int = 0
    reader: str = "pdfium"
    tokens: list[Token] = field(default_factory=list)
    hidden: list[tuple[str, Token]] = field(default_factory=list)
    rulings: Rulings = field(default_factory=lambda: Rulings([], []))
    fills: list[Fill] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    paths: int = 0
    bad: int = 0
    problems: list[str] = field(default_factory=list)


@cache
def raw() -> Any:
    """pypdfium2's C functions, and quicker prototypes of those that are called for each character."""
    from types import SimpleNamespace

    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it has no types

    def quick(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
        return ctypes.CFUNCTYPE(result, *arguments)(address or 0)

    pointer, integer = ctypes.c_void_p, ctypes.c_int
    return SimpleNamespace(
        pdfium=pdfium,
        count_chars=quick("FPDFText_CountChars", integer, pointer),
        unicode=quick("FPDFText_GetUnicode", ctypes.c_uint, pointer, integer),
        loose_box=quick("FPDFText_GetLooseCharBox", integer, pointer, integer, pointer),
        char_angle=quick("FPDFText_GetCharAngle", ctypes.c_float, pointer, integer),
        text_object=quick("FPDFText_GetTextObject", pointer, pointer, integer),
        map_error=quick("FPDFText_HasUnicodeMapError", integer, pointer, integer),
        count_objects=quick("FPDFPage_CountObjects", integer, pointer),
        get_object=quick("FPDFPage_GetObject", pointer, pointer, integer),
        form_count=quick("FPDFFormObj_CountObjects", integer, pointer),
        form_object=quick("FPDFFormObj_GetObject", pointer, pointer, ctypes.c_ulong),
        type=quick("FPDFPageObj_GetType", integer, pointer),
        clip_path=quick("FPDFPageObj_GetClipPath", pointer, pointer),
        clip_paths=quick("FPDFClipPath_CountPaths", integer, pointer),
        clip_segments=quick("FPDFClipPath_CountPathSegments", integer, pointer, integer),
        clip_segment=quick("FPDFClipPath_GetPathSegment", pointer, pointer, integer, integer),
        bounds=quick("FPDFPageObj_GetBounds", integer, pointer, pointer, pointer, pointer, pointer),
        matrix=quick("FPDFPageObj_GetMatrix", integer, pointer, pointer),
        fill_colour=quick("FPDFPageObj_GetFillColor", integer, pointer, pointer, pointer, pointer, pointer),
        transparent=quick("FPDFPageObj_HasTransparency", integer, pointer),
        render_mode=quick("FPDFTextObj_GetTextRenderMode", integer, pointer),
        draw_mode=quick("FPDFPath_GetDrawMode", integer, pointer, pointer, pointer),
        count_segments=quick("FPDFPath_CountSegments", integer, pointer),
        path_segment=quick("FPDFPath_GetPathSegment", pointer, pointer, integer),
        point=quick("FPDFPathSegment_GetPoint", integer, pointer, pointer, pointer),
        segment_type=quick("FPDFPathSegment_GetType", integer, pointer),
        segment_close=quick("FPDFPathSegment_GetClose", integer, pointer),
    )


def address(handle: Any) -> int:
    """The address behind a ctypes pointer."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


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
    styles = _Objects(sheet, view).read(page)
    _read_chars(sheet, text, view, (rotation + turned) % 4, styles)
    return sheet


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
        char = chr(code) if not 0x2E80 <= code <= 0x2FDF else radical(code)
        token = Token(char, x0, y0, x1, y1, index, turn)
        if reason == "" and 0 <= x0 + x1 <= 2 * width and 0 <= y0 + y1 <= 2 * height and (y1 - y0 > 1.5 or turn):
            tokens.append(token)
        else:
            judge.place(token, handle, reason)


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


def covers_page(sheet: Sheet, box: Box) -> bool:
    """Whether a picture covers most of a page, as a scan does."""
    wide = min(box.x1, sheet.width) - max(box.x0, 0)
    high = min(box.bottom, sheet.height) - max(box.top, 0)
    return min(wide, high) > 0 and wide * high >= COVER * sheet.width * sheet.height


def _near(one: tuple[int, ...] | None, other: tuple[int, ...] | None) -> bool:
    """Whether two colours can't be told apart."""
    return (
        one is not None and other is not None and all(abs(p - q) < 20 for p, q in zip(one[:3], other[:3], strict=True))
    )


class _Objects:
    """Walks the objects of a page in painting order, forms included."""

    def __init__(self, sheet: Sheet, view: Frame) -> None:
        self.sheet, self.lib, self.z = sheet, raw(), 0
        self.styles: dict[int, Style] = {}
        self.dots: list[tuple[float, float]] = []
        self.clip: Box | None = None
        self.view: Frame = view
        self.floats = (ctypes.c_float * 4)()
        self.floats_at = [ctypes.addressof(self.floats) + 4 * i for i in range(4)]
        self.ints = (ctypes.c_uint * 4)()
        self.ints_at = [ctypes.addressof(self.ints) + 4 * i for i in range(4)]

    def read(self, page: int) -> dict[int, Style]:
        """Read all objects; gives the style of each text object by its address."""
        lib = self.lib
        self._walk([lib.get_object(page, i) for i in range(min(lib.count_objects(page), MAX_OBJECTS))], None, 0)
        self.sheet.rulings.horizontal.extend(strung([(y, x) for x, y in self.dots], STEP))
        self.sheet.rulings.vertical.extend(strung(self.dots, STEP))
        if self.z >= MAX_OBJECTS:
            self.sheet.problems.append(f"more than {MAX_OBJECTS} objects on the page")
        return self.styles

    def _walk(self, objects: list[int], outer: Matrix | None, depth: int, held: Box | None = None) -> None:
        """Read objects in the order in which they are painted; `held` is the clip of the form around them."""
        kind_of, types = self.lib.type, self.lib.pdfium
        for handle in objects:
            self.z += 1
            if self.z >= MAX_OBJECTS:
                return
            kind = kind_of(handle)
            self.clip = self._clip(handle, outer, held)
            if kind == types.FPDF_PAGEOBJ_PATH:
                self._path(handle, outer)
            elif kind == types.FPDF_PAGEOBJ_TEXT:
                self.styles[handle] = Style(
                    self.z, self.lib.render_mode(handle), self._colour(handle), self._cut(handle, outer)
                )
            elif kind == types.FPDF_PAGEOBJ_IMAGE:
                self._image(handle, outer)
            elif kind == types.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                count = min(max(self.lib.form_count(handle), 0), MAX_OBJECTS - self.z)
                inner = [self.lib.form_object(handle, i) for i in range(count)]
                self._walk(inner, times(self._matrix(handle), outer), depth + 1, self.clip)

    def _clip(self, handle: int, outer: Matrix | None, held: Box | None) -> Box | None:
        """What may be seen of an object, where that is not the whole page."""
        own = clip_of(self.lib, handle, lambda points: self._boxed(points, outer, len(points)))
        if own is not None and not cuts(own, Box(0, 0, self.sheet.width, self.sheet.height)):
            own = None
        return held if own is None else within(own, held)

    def _cut(self, handle: int, outer: Matrix | None) -> Box | None:
        """The clip of a text, where it cuts something of it away."""
        box = self._bounds(handle, outer) if self.clip is not None else None
        return self.clip if box is not None and cuts(self.clip, box) else None

    def _matrix(self, handle: int) -> Matrix:
        found = self.lib.pdfium.FS_MATRIX()
        self.lib.matrix(handle, ctypes.addressof(found))
        return Matrix(found.a, found.b, found.c, found.d, found.e, found.f)

    def _colour(self, handle: int) -> tuple[int, int, int, int] | None:
        if not self.lib.fill_colour(handle, *self.ints_at):
            return None
        red, green, blue, alpha = self.ints
        return (red, green, blue, alpha)

    def _bounds(self, handle: int, outer: Matrix | None) -> Box | None:
        if not self.lib.bounds(handle, *self.floats_at):
            return None
        left, bottom, right, top = self.floats
        return self._boxed([(left, bottom), (right, top), (left, top), (right, bottom)], outer)

    def _boxed(self, points: list[tuple[float, float]], outer: Matrix | None, needed: int = 2) -> Box:
        seen = self._seen(points if outer is not None else points[:needed], outer)
        xs, ys = [p[0] for p in seen], [p[1] for p in seen]
        return Box(min(xs), min(ys), max(xs), max(ys))

    def _seen(self, points: list[tuple[float, float]], outer: Matrix | None) -> list[tuple[float, float]]:
        if outer is not None:
            points = [outer.apply(u, v) for u, v in points]
        a, b, c, d, e, f, _, _ = self.view
        return [(a * u + c * v + e, b * u + d * v + f) for u, v in points]

    def _image(self, handle: int, outer: Matrix | None) -> None:
        box = self._bounds(handle, outer)
        if box is not None and not is_gone(box, self.clip):
            box = within(box, self.clip)
            self.sheet.images.append(box)
            if not self.lib.transparent(handle):
                self.sheet.fills.append(Fill(self.z, box, None))

    def _path(self, handle: int, outer: Matrix | None) -> None:
        lib = self.lib
        lib.draw_mode(handle, self.ints_at[0], self.ints_at[1])
        fill, stroke = self.ints[0], self.ints[1]
        if not fill and not stroke:
            return
        self.sheet.paths += 1
        box = self._bounds(handle, outer)
        if box is None:
            self.sheet.problems.append("a path has no bounds")
            return
        if is_gone(box, self.clip):
            return
        if fill and not stroke:
            box = within(box, self.clip)
        wide, high = box.x1 - box.x0, box.bottom - box.top
        if high <= THIN or wide <= THIN:
            self._ruling(box.x0, box.top, box.x1, box.bottom)
            return
        if fill:
            self._fill(handle, box)
        if stroke:
            self._edges(handle, outer)

    def _fill(self, handle: int, box: Box) -> None:
        """Note a filled area: what it covers, and, unless white, that its edges may be those of a cell."""
        colour = self._colour(handle)
        if colour is not None and colour[3] < 13:
            return
        if (colour is None or colour[3] == 255) and not self.lib.transparent(handle):
            self.sheet.fills.append(Fill(self.z, box, None if colour is None else colour[:3]))
        if colour is None or min(colour[:3]) < 250:
            self.sheet.shades.append(box)

    def _ruling(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Keep a straight segment that runs along an axis, as far as it is seen."""
        if self.clip is not None:
            box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            if is_gone(box, self.clip):
                return
            if cuts(self.clip, box):
                x0, y0, x1, y1 = within(box, self.clip)
        wide, high = abs(x1 - x0), abs(y1 - y0)
        if max(wide, high) <= DOT and max(wide, high) <= 1.5 * min(wide, high):
            self.dots.append(((x0 + x1) / 2, (y0 + y1) / 2))
        elif high <= wide and high <= THIN:
            self.sheet.rulings.horizontal.append(Segment((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif wide < high and wide <= THIN:
            self.sheet.rulings.vertical.append(Segment((x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def _edges(self, handle: int, outer: Matrix | None) -> None:
        """The straight segments of a path."""
        own = self._matrix(handle)
        matrix = times(own, outer) if own != IDENTITY else outer
        for path in self._subpaths(handle):
            points = self._seen(path, matrix)
            for (x0, y0), (x1, y1) in pairwise(points):
                self._ruling(x0, y0, x1, y1)

    def _subpaths(self, handle: int) -> Iterator[list[tuple[float, float]]]:
        lib, types = self.lib, self.lib.pdfium
        points: list[tuple[float, float]] = []
        for index in range(min(lib.count_segments(handle), MAX_OBJECTS)):
            segment = lib.path_segment(handle, index)
            lib.point(segment, self.floats_at[0], self.floats_at[1])
            point = (self.floats[0], self.floats[1])
            kind = lib.segment_type(segment)
            if kind != types.FPDF_SEGMENT_LINETO:  # a move, or a curve, which is no ruling line
                if len(points) > 1:
                    yield points
                points = [point]
            else:
                points.append(point)
            if lib.segment_close(segment) and len(points) > 1:
                points.append(points[0])
        if len(points) > 1:
            yield points
