"""The objects of a PDF page in painting order: ruling lines, fills, images, and the style of each text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import pairwise

from extractor.document.geometry import Segment, strung
from extractor.document.layout import Box
from extractor.readers.pdf.clip_paths import clip_of, cuts, is_gone, within
from extractor.readers.pdf.page_content import Fill, Sheet, Style
from extractor.readers.pdf.painted_paths import Painted, painted, shape_of
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.readers.pdf.pdfium import raw
from extractor.readers.pdf.transforms import IDENTITY, Frame, Matrix, times

RECTANGLE = 5  # corners of a closed rectangle; a path with more may hold several shapes


class Objects:
    """Walks the objects of a page in painting order, forms included."""

    def __init__(self, sheet: Sheet, view: Frame) -> None:
        self.sheet, self.lib, self.z = sheet, raw(), 0
        self.around: dict[int, Matrix] = {}
        self.drawn_on = False
        self.dots: list[tuple[float, float]] = []
        self.clip: Box | None = None
        self.view: Frame = view
        self.floats = (ctypes.c_float * 4)()
        self.floats_at = [ctypes.addressof(self.floats) + 4 * i for i in range(4)]
        self.ints = (ctypes.c_uint * 4)()
        self.ints_at = [ctypes.addressof(self.ints) + 4 * i for i in range(4)]

    def read(self, page: int, own: int | None = None) -> None:
        """Read all objects; of those from number `own` on, which annotations draw, the texts alone."""
        lib, limit = self.lib, LIMITS.max_objects
        handles = [lib.get_object(page, i) for i in range(min(lib.count_objects(page), limit))]
        self._walk(handles if own is None else handles[:own], None, 0)
        if own is not None:
            self.drawn_on = True
            self._walk(handles[own:], None, 0)
        self.sheet.rulings.horizontal.extend(strung([(y, x) for x, y in self.dots], LIMITS.dot_step))
        self.sheet.rulings.vertical.extend(strung(self.dots, LIMITS.dot_step))
        if self.z >= limit:
            self.sheet.problems.append(f"more than {limit} objects on the page")

    def origin(self, handle: int) -> tuple[float, float]:
        """Where a text object begins, in the reading frame."""
        matrix = times(self._matrix(handle), self.around.get(handle))
        return self._seen([(matrix.e, matrix.f)], None)[0]

    def _walk(self, objects: list[int], outer: Matrix | None, depth: int, held: Box | None = None) -> None:
        """Read objects in the order in which they are painted; `held` is the clip of the form around them."""
        kind_of, types, limit = self.lib.type, self.lib.pdfium, LIMITS.max_objects
        for handle in objects:
            self.z += 1
            if self.z >= limit:
                return
            kind = kind_of(handle)
            self.clip = self._clip(handle, outer, held)
            if kind == types.FPDF_PAGEOBJ_TEXT:
                self._text(handle, outer)
            elif kind == types.FPDF_PAGEOBJ_FORM:
                if depth < LIMITS.max_depth:
                    count = min(max(self.lib.form_count(handle), 0), limit - self.z)
                    inner = [self.lib.form_object(handle, i) for i in range(count)]
                    self._walk(inner, times(self._matrix(handle), outer), depth + 1, self.clip)
            elif self.drawn_on:
                continue
            elif kind == types.FPDF_PAGEOBJ_PATH:
                self._path(handle, outer)
            elif kind in (types.FPDF_PAGEOBJ_IMAGE, types.FPDF_PAGEOBJ_SHADING):
                self._image(handle, outer, kind == types.FPDF_PAGEOBJ_IMAGE)

    def _text(self, handle: int, outer: Matrix | None) -> None:
        """Note how a text object is drawn."""
        mode = self.lib.render_mode(handle)
        self.sheet.styles[handle] = Style(self.z, mode, self._colour(handle), self._cut(handle, outer))
        if outer is not None:
            self.around[handle] = outer

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

    def _image(self, handle: int, outer: Matrix | None, is_picture: bool) -> None:
        """Note a picture, or an area of changing colour."""
        box = self._bounds(handle, outer)
        if box is not None and not is_gone(box, self.clip):
            box = within(box, self.clip)
            if is_picture:
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
        if min(box.bottom - box.top, box.x1 - box.x0) <= LIMITS.thin:
            self._ruling(box.x0, box.top, box.x1, box.bottom)
            return
        if fill:
            self._fill(handle, box, outer, fill)
        if stroke:
            self._edges(handle, outer)

    def _fill(self, handle: int, box: Box, outer: Matrix | None, rule: int) -> None:
        """Note what a path fills: ruling lines where it is thin, areas elsewhere."""
        colour = self._colour(handle)
        if colour is not None and colour[3] < LIMITS.alpha:
            return
        areas = [box]
        if self.lib.count_segments(handle) > RECTANGLE:
            found = self._painted(handle, outer, rule)
            areas = []
            for area in [*found.areas, *found.sides]:
                if not is_gone(area, self.clip):
                    areas.append(within(area, self.clip))
        covers = (colour is None or colour[3] == 255) and not self.lib.transparent(handle)
        for area in areas:
            if min(area.x1 - area.x0, area.bottom - area.top) <= LIMITS.thin:
                self._ruling(area.x0, area.top, area.x1, area.bottom)
                continue
            if covers:
                self.sheet.fills.append(Fill(self.z, area, None if colour is None else colour[:3]))
            if colour is None or min(colour[:3]) < LIMITS.shade_light:
                self.sheet.shades.append(area)

    def _painted(self, handle: int, outer: Matrix | None, rule: int) -> Painted:
        """What a path of several shapes fills."""
        matrix = self._own(handle, outer)
        shapes = [shape_of(self._seen(path, matrix)) for path in self._subpaths(handle, whole=True)]
        return painted(shapes, rule == self.lib.pdfium.FPDF_FILLMODE_ALTERNATE)

    def _own(self, handle: int, outer: Matrix | None) -> Matrix | None:
        """The matrix from a path's own space to that of the page."""
        own = self._matrix(handle)
        return times(own, outer) if own != IDENTITY else outer

    def _ruling(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Keep a straight segment that runs along an axis, as far as it is seen."""
        if self.clip is not None:
            box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            if is_gone(box, self.clip):
                return
            if cuts(self.clip, box):
                x0, y0, x1, y1 = within(box, self.clip)
        wide, high = abs(x1 - x0), abs(y1 - y0)
        if max(wide, high) <= LIMITS.dot and max(wide, high) <= 1.5 * min(wide, high):
            self.dots.append(((x0 + x1) / 2, (y0 + y1) / 2))
        elif high <= wide and high <= LIMITS.thin:
            self.sheet.rulings.horizontal.append(Segment((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif wide < high and wide <= LIMITS.thin:
            self.sheet.rulings.vertical.append(Segment((x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def _edges(self, handle: int, outer: Matrix | None) -> None:
        """The straight segments of a path."""
        matrix = self._own(handle, outer)
        for path in self._subpaths(handle):
            points = self._seen(path, matrix)
            for (x0, y0), (x1, y1) in pairwise(points):
                self._ruling(x0, y0, x1, y1)

    def _subpaths(self, handle: int, whole: bool = False) -> Iterator[list[tuple[float, float]]]:
        """The corners of the parts of a path: its straight lines, or `whole` outlines with the ends of curves."""
        lib, types = self.lib, self.lib.pdfium
        points: list[tuple[float, float]] = []
        for index in range(min(lib.count_segments(handle), LIMITS.max_objects)):
            segment = lib.path_segment(handle, index)
            lib.point(segment, self.floats_at[0], self.floats_at[1])
            point = (self.floats[0], self.floats[1])
            kind = lib.segment_type(segment)
            begins = kind == types.FPDF_SEGMENT_MOVETO or (kind != types.FPDF_SEGMENT_LINETO and not whole)
            if begins:  # a curve is no ruling line
                if len(points) > 1:
                    yield points
                points = [point]
            else:
                points.append(point)
            if not whole and lib.segment_close(segment) and len(points) > 1:
                points.append(points[0])
        if len(points) > 1:
            yield points
