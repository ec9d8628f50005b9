"""Scanned pages: pictures to lines and tables by OCR and the ruling lines that are seen; image files too.

The page is set upright and straight first; its lines give the cells, the pieces of text that the OCR finds are cut at
the walls of the cells and read.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import Rulings, Segment, covered
from extractor.document.layout import Box, Document, Note, Page, Turn
from extractor.errors import DocumentError
from extractor.readers.file_hash import sha256
from extractor.readers.scan import ocr
from extractor.readers.scan.box_text import is_tall, read_boxes
from extractor.readers.scan.broken_lines import JOIN, Doubt, Walls, found_lattices, side_by_side, with_walls
from extractor.readers.scan.flat_view import View, flat_view
from extractor.readers.scan.image_files import frames
from extractor.readers.scan.line_ink import without_lines
from extractor.readers.scan.line_pieces import SHORT, line_pieces, with_stubs
from extractor.readers.scan.mended_lines import anchored
from extractor.readers.scan.pixels import firm_ink, ink, noise, rotated, skew
from extractor.readers.scan.resolution import MOST, dots_of, reading_dots, sized
from extractor.readers.scan.ruling_lines import rulings_of, without_strokes, without_text
from extractor.readers.scan.unread_ink import with_leftovers
from extractor.readers.scan.wall_sides import walls_of
from extractor.tables.page_tables import blocks_of
from extractor.tables.ruled.lattice import Lattice
from extractor.tables.words import Token

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

BROKEN = "the ruling lines have gaps, and one may run through this cell, or end beside it"
NOISY = 0.06  # of the contrast of print; where the noise is more, characters are mistaken without a doubt
BLURRED = 0.8  # the confidence of a character below which it counts against its page
UNSURE = 0.9  # the confidence of a character on a poor page, at most; a value is settled from 0.93
SLIVER = 0.35  # of the size of a piece of text; a narrower part of it beyond a wall holds no character
POOR = 0.15  # the share of such characters above which a page is not to be relied upon


class Scanned(NamedTuple):
    """A page read by OCR, and what is to be said of it."""

    page: Page
    notes: list[Note]


def read(path: Path, name: str, settings: Settings) -> Document:
    """An image file as a document. DocumentError: damaged, over a limit, or OCR is off."""

    if settings.ocr == "off":
        raise DocumentError("an image, and OCR is off: set ocr to rapidocr or tesseract")
    started = time.perf_counter()
    pages: list[Page] = []
    notes: list[Note] = []
    for number, frame in enumerate(frames(path, settings), start=1):
        image, points = sized(*frame, settings)
        page, remarks = read_image(image, number, points, settings)
        pages.append(page)
        notes += remarks
    taken = time.perf_counter() - started
    return Document(name, sha256(path), tuple(pages), exact=False, notes=tuple(notes), ocr_seconds=taken)


@contextmanager
def rendered(pdf: Any, index: int, settings: Settings) -> Iterator[tuple[Image, float]]:
    """A page of an open PDF as displayed: its RGB pixels, and how many points one pixel is wide."""
    page = pdf[index]
    try:
        wide, high = page.get_size()
        most = min(settings.max_pixels, MOST)
        dots = dots_of(page)
        scale = settings.dpi if dots is None else reading_dots(dots, settings)
        scale = min(scale / 72, math.sqrt(most / max(1.0, wide * high)))
        bitmap = page.render(scale=scale, rev_byteorder=True)
        try:
            pixels = bitmap.to_numpy()[:, :, :3].copy()
        finally:
            bitmap.close()
    finally:
        page.close()
    yield pixels, 1 / scale


def read_image(image: Image, number: int, points: float, settings: Settings) -> Scanned:
    """One picture, whose pixels are `points` wide, as a page."""
    high, wide = image.shape[:2]
    view, tokens, rulings, doubts = ENGINES[settings.ocr](image, points, settings)
    poor = _poor(tokens, view.image)
    tokens = _unsure(tokens) if poor else tokens
    blocks = blocks_of(_in_points(tokens, points), _scaled(rulings, points), number, join=JOIN)
    turned = Turn(view.quarters, view.angle, view.mesh)
    page = Page(number, tuple(blocks), wide * points, high * points, "ocr", turned)
    notes = [Note(FindingKind.POOR_SCAN, number, poor)] if poor else []
    if view.bent:
        notes.append(Note(FindingKind.BENT_PAGE, number, f"the page is not flat: {view.bent}"))
    notes += [
        Note(FindingKind.BROKEN_LINES, number, BROKEN, Box(*(v * points for v in doubt.box)), doubt.rows)
        for doubt in dict.fromkeys(doubts)
    ]
    return Scanned(page, notes)


class Found(NamedTuple):
    """What was seen on a picture, in its pixels."""

    view: View
    tokens: list[Token]
    rulings: Rulings
    doubts: tuple[Doubt, ...] = ()
    """The cells that may be two, of whose wall nothing is left."""


def _in_points(tokens: list[Token], points: float) -> list[Token]:
    return [
        t._replace(x0=t.x0 * points, top=t.top * points, x1=t.x1 * points, bottom=t.bottom * points) for t in tokens
    ]


def _scaled(rulings: Rulings, by: float) -> Rulings:
    return Rulings(*([Segment(s.at * by, s.lo * by, s.hi * by) for s in side] for side in rulings))


def _poor(tokens: Sequence[Token], image: Image) -> str:
    """Why a page is too poor for its characters to be relied upon; empty where it is not."""
    scores = [t.confidence for t in tokens if t.confidence is not None]
    low = sum(score < BLURRED for score in scores) / max(1, len(scores))
    noisy = noise(image, [Box(t.x0, t.top, t.x1, t.bottom) for t in tokens])
    if noisy <= NOISY and low <= POOR:
        return ""
    why = f"noise is {noisy:.0%} of the contrast of its print, {low:.0%} of its characters are in doubt"
    return f"the scan is too poor to be relied upon: {why}; scan it again, at 300 dpi"


def _unsure(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, none of them so sure that its value is settled: a second reader may settle it."""
    return [t if t.confidence is None else t._replace(confidence=min(t.confidence, UNSURE)) for t in tokens]


def _tesseract(image: Image, points: float, settings: Settings) -> Found:
    angle = skew(image)
    view = View(rotated(image, angle) if angle else image, 0, angle)
    words = ocr.tesseract(view.image, settings, 72 / points)
    tokens = [Token(w.text, *w.box, i, 0, w.confidence) for i, w in enumerate(words)]
    boxes = [word.box for word in words]
    lines = without_text(rulings_of(view.image, 72 / points), boxes)
    return Found(view, tokens, anchored(lines, boxes, 1 / points))


def _rapid(image: Image, points: float, settings: Settings) -> Found:
    view, boxes, known = flat_view(image, points, settings)
    dots = 72 / points
    seen = view.image
    marks = ink(seen, dots)
    (rulings, doubts), broken = _lines_of(seen, boxes, marks, points)
    lattices = found_lattices(rulings, 1 / points)
    boxes = [part for box in boxes for part in cut(box, lattices, 2 / points)]
    if broken:
        seen, known = without_lines(seen, rulings, dots), {}
    firm = firm_ink(seen, dots, boxes)
    parts = with_leftovers(boxes, lattices, firm, points)
    tokens = read_boxes(seen, parts.boxes, firm, settings, known, view.specked)
    tokens += [Token(mark.text, *mark.box, 0, 0, mark.confidence) for mark in parts.strokes]
    return Found(view, tokens, rulings, doubts)


class Lines(NamedTuple):
    """The walls of a page, and whether a copier left gaps in them."""

    walls: Walls
    broken: bool


def _lines_of(image: Image, boxes: list[Box], marks: Image, points: float) -> Lines:
    """The ruling lines of a picture, the gaps in them closed, in pixels; whether cells are left that may be two."""
    found, point = rulings_of(image, 72 / points), 1 / points
    pieces = line_pieces(found, boxes, marks, point)
    if not pieces.are_broken:
        lines = without_strokes(without_text(found, boxes), boxes, marks)
        return Lines(with_walls(anchored(lines, boxes, point), boxes, marks, point), False)
    stubs = with_stubs(pieces, rulings_of(image, 72 / points, SHORT), marks, point)
    sides = walls_of(stubs, boxes, marks, point)
    walls = with_walls(sides.rulings, boxes, marks, point)
    left = (*map(Doubt, sides.upright), *(Doubt(box, rows=True) for box in sides.level))
    apart = side_by_side(found_lattices(walls.rulings, point), boxes)
    return Lines(walls._replace(doubts=(*walls.doubts, *left, *apart)), True)


def cut(box: Box, lattices: Sequence[Lattice], margin: float) -> list[Box]:
    """A piece of text cut at the walls that stand between the cells it runs over; a stack at the level ones too.

    What is left of it beyond a wall, too narrow for a character, is none: ink there is looked for anyway.
    """
    lattice = next((a for a in lattices if covered(box, a.box) > 0.5), None)
    if lattice is None:
        return [box]
    grid, middle = lattice, (box.top + box.bottom) / 2
    least = SLIVER * min(box.x1 - box.x0, box.bottom - box.top)
    edges = [x for x in grid.xs if grid.slot_at(x - 0.01, middle) != grid.slot_at(x + 0.01, middle)]
    parts = [box._replace(x0=x0, x1=x1) for x0, x1 in _between(box.x0, box.x1, edges, margin, least)]
    return [piece for part in parts for piece in (_cut_down(part, grid, margin, least) if is_tall(part) else [part])]


def _cut_down(box: Box, lattice: Lattice, margin: float, least: float) -> list[Box]:
    """A stack cut at the walls between cells above each other."""
    x = (box.x0 + box.x1) / 2
    edges = [y for y in lattice.ys if lattice.slot_at(x, y - 0.01) != lattice.slot_at(x, y + 0.01)]
    return [box._replace(top=top, bottom=end) for top, end in _between(box.top, box.bottom, edges, margin, least)]


class _Stretch(NamedTuple):
    lo: float
    hi: float


def _between(start: float, end: float, edges: Sequence[float], margin: float, least: float) -> list[_Stretch]:
    """The stretches between walls, each a little inside of them; none where it is shorter than `least`."""
    walls = [edge for edge in edges if start + 2 * margin < edge < end - 2 * margin]
    places = [start, *walls, end]
    inner = [
        _Stretch(lo + (margin / 2 if n else 0), hi - (margin / 2 if n < len(walls) else 0))
        for n, (lo, hi) in enumerate(pairwise(places))
    ]
    return [one for one in inner if not walls or one.hi - one.lo >= least]


ENGINES = {"rapidocr": _rapid, "tesseract": _tesseract}
