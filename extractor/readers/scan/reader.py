"""Scanned pages: pictures to lines and tables by OCR and the ruling lines that are seen; image files too.

The page is set upright and straight first; its lines give the cells, the pieces of text that the OCR finds are cut at
the walls of the cells and read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import Rulings, Segment, covered
from extractor.document.layout import Box, Document, Note, Page, Turn
from extractor.errors import DocumentError
from extractor.readers.file_hash import sha256
from extractor.readers.scan import ocr
from extractor.readers.scan.broken_lines import JOIN, found_lattices, with_walls
from extractor.readers.scan.image_files import frames
from extractor.readers.scan.pixels import (
    anchored,
    firm_ink,
    ink,
    noise,
    quarter_turned,
    rotated,
    rulings_of,
    skew,
    stamped,
    without_stamp,
    without_strokes,
    without_text,
)
from extractor.readers.scan.unread_ink import unread, with_leftovers
from extractor.tables.page_tables import blocks_of
from extractor.tables.ruled.lattice import Lattice
from extractor.tables.words import Token, is_cjk

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

SAMPLE = 8  # pieces of text that tell whether a page is upside down
SURE = 0.85  # their mean confidence when it is not
NOISY = 0.06  # of the contrast of print; where the noise is more, characters are mistaken without a doubt
BLURRED = 0.8  # the confidence of a character below which it counts against its page
POOR = 0.15  # the share of such characters above which a page is not to be relied upon
UNREAD = 0.5  # the confidence of a character beside which something was not read
TALL = 1.6  # times as high as wide: a piece of text that runs downwards
MOST_RENDERED = 36_000_000  # pixels; more shows the OCR nothing


class Scanned(NamedTuple):
    """A page read by OCR, and what is to be said of it."""

    page: Page
    notes: list[Note]


class View(NamedTuple):
    """A picture set upright and straight: quarter turns clockwise, then degrees counter-clockwise."""

    image: Image
    quarters: int
    angle: float


def read(path: Path, name: str, settings: Settings) -> Document:
    """An image file as a document. DocumentError: damaged, over a limit, or OCR is off."""

    if settings.ocr == "off":
        raise DocumentError("an image, and OCR is off: set ocr to rapidocr or tesseract")
    pages: list[Page] = []
    notes: list[Note] = []
    for number, (image, points) in enumerate(frames(path, settings), start=1):
        page, remarks = read_image(image, number, points, settings)
        pages.append(page)
        notes += remarks
    return Document(name, sha256(path), tuple(pages), exact=False, notes=tuple(notes))


@contextmanager
def rendered(pdf: Any, index: int, settings: Settings) -> Iterator[tuple[Image, float]]:
    """A page of an open PDF as displayed: its RGB pixels, and how many points one pixel is wide."""
    page = pdf[index]
    try:
        wide, high = page.get_size()
        most = min(settings.max_pixels, MOST_RENDERED)
        scale = min(settings.dpi / 72, math.sqrt(most / max(1.0, wide * high)))
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
    view, tokens, rulings, doubt = ENGINES[settings.ocr](image, points, settings)
    blocks = blocks_of(_in_points(tokens, points), _scaled(rulings, points), number, join=JOIN)
    turned = Turn(view.quarters, view.angle)
    page = Page(number, tuple(blocks), wide * points, high * points, "ocr", turned)
    notes = _notes(tokens, view.image, number)
    if doubt:
        message = "the ruling lines have gaps, and a line stops for one row of the table: its cell may be two"
        notes.append(Note(FindingKind.BROKEN_LINES, number, message))
    return Scanned(page, notes)


class Found(NamedTuple):
    """What was seen on a picture, in its pixels."""

    view: View
    tokens: list[Token]
    rulings: Rulings
    doubt: bool = False
    """Whether cells may be two, of whose wall nothing is left."""


def _in_points(tokens: list[Token], points: float) -> list[Token]:
    return [
        t._replace(x0=t.x0 * points, top=t.top * points, x1=t.x1 * points, bottom=t.bottom * points) for t in tokens
    ]


def _scaled(rulings: Rulings, by: float) -> Rulings:
    return Rulings(*([Segment(s.at * by, s.lo * by, s.hi * by) for s in side] for side in rulings))


def _notes(tokens: Sequence[Token], image: Image, number: int) -> list[Note]:
    """The remark that a page is too poor for its characters to be relied upon."""
    scores = [t.confidence for t in tokens if t.confidence is not None]
    low = sum(score < BLURRED for score in scores) / max(1, len(scores))
    noisy = noise(image, [Box(t.x0, t.top, t.x1, t.bottom) for t in tokens])
    if noisy <= NOISY and low <= POOR:
        return []
    why = f"noise is {noisy:.0%} of the contrast of its print, {low:.0%} of its characters are in doubt"
    return [
        Note(FindingKind.POOR_SCAN, number, f"the scan is too poor to be relied upon: {why}; scan it again, at 300 dpi")
    ]


def seen_rulings(image: Image, points: float, texts: Sequence[Box]) -> Rulings:
    """The ruling lines on a straight picture, in points; `texts` are the boxes of its characters."""
    dots = 72 / points
    return anchored(without_text(_scaled(rulings_of(image, dots), points), list(texts)), list(texts), 1.0)


def _tesseract(image: Image, points: float, settings: Settings) -> Found:
    angle = skew(image)
    view = View(rotated(image, angle) if angle else image, 0, angle)
    words = ocr.tesseract(view.image, settings, 72 / points)
    tokens = [Token(w.text, *w.box, i, 0, w.confidence) for i, w in enumerate(words)]
    boxes = [word.box for word in words]
    lines = without_text(rulings_of(view.image, 72 / points), boxes)
    return Found(view, tokens, anchored(lines, boxes, 1 / points))


def _rapid(image: Image, points: float, settings: Settings) -> Found:
    angle = skew(image)
    straight = rotated(image, angle) if angle else image
    view, boxes = _upright(straight, angle, settings)
    dots = 72 / points
    seen, boxes = _unstamped(view.image, boxes, settings)
    marks = ink(seen, dots)
    lines = without_strokes(without_text(rulings_of(seen, dots), boxes), boxes, marks)
    rulings = anchored(lines, boxes, 1 / points)
    rulings, doubt = with_walls(rulings, boxes, marks, 1 / points)
    lattices = found_lattices(rulings, 1 / points)
    boxes = [part for box in boxes for part in cut(box, lattices, 2 / points)]
    firm = firm_ink(seen, dots, boxes)
    parts = with_leftovers(boxes, lattices, firm, points)
    tokens = _read(seen, parts.boxes, firm, settings)
    tokens += [Token(mark.text, *mark.box, 0, 0, mark.confidence) for mark in parts.strokes]
    return Found(view, tokens, rulings, doubt)


def _unstamped(image: Image, boxes: list[Box], settings: Settings) -> tuple[Image, list[Box]]:
    """The picture without a red stamp, and the boxes of its text."""
    red = stamped(image)
    if red is None:
        return image, boxes
    clean = without_stamp(image, red)
    return clean, ocr.detect(clean, settings)


def _upright(image: Image, angle: float, settings: Settings) -> tuple[View, list[Box]]:
    """The picture turned so that its text reads from left to right, and the boxes of its text."""
    boxes = ocr.detect(image, settings)
    long = [b for b in boxes if max(b.x1 - b.x0, b.bottom - b.top) > 2.5 * min(b.x1 - b.x0, b.bottom - b.top)]
    sideways = sum(b.bottom - b.top > b.x1 - b.x0 for b in long) > 0.6 * len(long) and len(long) > 2
    ways = (1, 3) if sideways else (0, 2)
    best, best_score = ways[0], -1.0
    for quarters in ways:
        score = _sample_score(image, boxes, quarters, settings)
        if score > best_score:
            best, best_score = quarters, score
        if score >= SURE:
            break
    if not best:
        return View(image, 0, angle), boxes
    turned = quarter_turned(image, best)
    # The skew was taken off before the turn; seen from the turned page it is the same angle.
    return View(turned, best, angle), ocr.detect(turned, settings)


def _sample_score(image: Image, boxes: list[Box], quarters: int, settings: Settings) -> float:
    """The mean confidence of the longest pieces of text, read after so many quarter turns."""
    sample = sorted(boxes, key=lambda b: -max(b.x1 - b.x0, b.bottom - b.top))[:SAMPLE]
    crops = [quarter_turned(crop, quarters) for box in sample if (crop := _crop(image, box)) is not None]
    scores = [c.confidence for chars in ocr.recognise(crops, settings) for c in chars]
    return fmean(scores) if scores else 0.0


def _crop(image: Image, box: Box, margin: float = 0.0) -> Image | None:
    high, wide = image.shape[:2]
    x0, x1 = max(0, round(box.x0 - margin)), min(wide, round(box.x1 + margin))
    y0, y1 = max(0, round(box.top - margin)), min(high, round(box.bottom + margin))
    return image[y0:y1, x0:x1] if x1 - x0 >= 3 and y1 - y0 >= 3 else None


def cut(box: Box, lattices: Sequence[Lattice], margin: float) -> list[Box]:
    """A piece of text cut at the walls that stand between the cells it runs over."""
    lattice = next((a for a in lattices if covered(box, a.box) > 0.5), None)
    if lattice is None:
        return [box]
    middle = (box.top + box.bottom) / 2
    edges = [x for x in lattice.xs if box.x0 + 2 * margin < x < box.x1 - 2 * margin]
    walls = [x for x in edges if lattice.slot_at(x - 0.01, middle) != lattice.slot_at(x + 0.01, middle)]
    places = [box.x0, *walls, box.x1]
    out: list[Box] = []
    for index, (x0, x1) in enumerate(pairwise(places)):
        left = x0 + (margin / 2 if index else 0)
        right = x1 - (margin / 2 if index < len(walls) else 0)
        out.append(Box(left, box.top, right, box.bottom))
    return out


def _read(image: Image, boxes: Sequence[Box], marks: Image, settings: Settings) -> list[Token]:
    """The characters in boxes of text, each with its own box."""
    parts = [(box, crop) for box in boxes if (crop := _crop(image, box)) is not None]
    flat = [(box, crop) for box, crop in parts if not _is_tall(box)]
    out: list[Token] = []
    for (box, _), chars in zip(flat, ocr.recognise([crop for _, crop in flat], settings), strict=True):
        out += _tokens(box, _doubted(box, chars, marks), len(out))
    for box, crop in parts:
        if _is_tall(box):
            out += _stack(box, crop, settings, len(out))
    return out


def _doubted(box: Box, chars: ocr.Chars, marks: Image) -> ocr.Chars:
    """The characters of a line; those beside ink that none of them accounts for are in doubt."""
    wide = box.x1 - box.x0
    printed = [n for n, char in enumerate(chars) if char.text != " "]
    places = [box.x0 + chars[n].middle * wide for n in printed]
    doubted = {printed[n] for n in unread(box, places, marks)}
    return tuple(
        char._replace(confidence=min(char.confidence, UNREAD)) if n in doubted else char for n, char in enumerate(chars)
    )


def _is_tall(box: Box) -> bool:
    return box.bottom - box.top > TALL * (box.x1 - box.x0)


def _tokens(box: Box, chars: ocr.Chars, order: int) -> list[Token]:
    """Characters of a line as tokens; edges between neighbours are shared, so that no space appears between them."""
    wide, size = box.x1 - box.x0, box.bottom - box.top
    out: list[Token] = []
    for char in chars:
        x0, x1 = box.x0 + char.start * wide, box.x0 + char.end * wide
        most = (1.5 if is_cjk(char.text) else 1.0) * size
        if x1 - x0 > most:  # a gap stands beside the character
            x0, x1 = (x0 + x1 - most) / 2, (x0 + x1 + most) / 2
        confidence = None if char.text == " " else round(char.confidence, 4)
        out.append(Token(char.text, x0, box.top, x1, box.bottom, order + len(out), 0, confidence))
    return out


def _stack(box: Box, crop: Image, settings: Settings, order: int) -> list[Token]:
    """A tall piece of text: upright characters below each other, or a line turned by a quarter; the surer counts."""
    pieces = _steps(crop)
    strips = [_strip(crop, pieces), quarter_turned(crop, 1), quarter_turned(crop, 3)]
    readings = [[c for c in chars if c.text != " "] for chars in ocr.recognise(strips, settings)]
    scores = [fmean(c.confidence for c in chars) if chars else 0.0 for chars in readings]
    best = max(range(3), key=scores.__getitem__)
    marks = readings[best]
    if best == 0 or _alike(readings[0], marks):
        return _stacked(box, marks, pieces, order)
    return _along(box, marks, best, order)


def _alike(one: Sequence[ocr.Char], other: Sequence[ocr.Char]) -> bool:
    """Whether most characters are the same: the OCR reads upright characters in a turned line too."""
    same = sum(a.text == b.text for a, b in zip(one, other, strict=False))
    return 2 * same > max(len(one), len(other))


def _stacked(box: Box, marks: Sequence[ocr.Char], pieces: Sequence[tuple[int, int]], order: int) -> list[Token]:
    """Tokens below each other; as many as there are steps stand on them, else they share the height."""
    out: list[Token] = []
    high = box.bottom - box.top
    for index, char in enumerate(marks):
        if len(marks) == len(pieces):
            y0, y1 = box.top + pieces[index][0], box.top + pieces[index][1]
        else:
            y0, y1 = box.top + high * index / len(marks), box.top + high * (index + 1) / len(marks)
        out.append(Token(char.text, box.x0, y0, box.x1, y1, order + index, 0, round(char.confidence, 4)))
    return out


def _along(box: Box, marks: Sequence[ocr.Char], quarters: int, order: int) -> list[Token]:
    """Tokens of a line that was turned clockwise by a quarter (so it reads upwards) or by three (downwards)."""
    out: list[Token] = []
    high = box.bottom - box.top
    for index, char in enumerate(marks):
        if quarters == 1:
            y0, y1 = box.bottom - char.end * high, box.bottom - char.start * high
        else:
            y0, y1 = box.top + char.start * high, box.top + char.end * high
        direction = 3 if quarters == 1 else 1
        out.append(Token(char.text, box.x0, y0, box.x1, y1, order + index, direction, round(char.confidence, 4)))
    return out


def _steps(crop: Image) -> list[tuple[int, int]]:
    """From where to where each character of a stack reaches: cut where rows are white, pieces about as high as wide."""
    from extractor.readers.scan.pixels import grey

    shade = grey(crop)
    high, wide = shade.shape
    dark = (shade < (int(shade.max()) + int(shade.min())) / 2).sum(axis=1) > 0.03 * wide
    runs: list[list[int]] = []
    for row in range(high):
        if dark[row]:
            if runs and row - runs[-1][1] <= 0.06 * wide:
                runs[-1][1] = row + 1
            else:
                runs.append([row, row + 1])
    out: list[tuple[int, int]] = []
    for start, end in runs:
        if (
            out
            and not _is_apart(out[-1], (start, end), wide)
            and end - out[-1][0] <= 1.05 * wide
            and (end - start < 0.45 * wide or out[-1][1] - out[-1][0] < 0.45 * wide)
        ):
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out or [(0, high)]


def _is_apart(above: tuple[int, int], below: tuple[int, int], wide: int) -> bool:
    """Whether a flat piece is a character of its own, such as 一: its middle is as far off as that of a character."""
    flat = min(above[1] - above[0], below[1] - below[0]) < 0.2 * wide
    return flat and abs(sum(above) - sum(below)) / 2 >= 0.6 * wide


def _strip(crop: Image, pieces: Sequence[tuple[int, int]]) -> Image:
    """The pieces of a stack side by side, as a line."""
    import numpy as np

    wide = crop.shape[1]
    side = max(wide, *(end - start for start, end in pieces))
    paper = int(np.median(crop[:2]))
    cells = []
    for start, end in pieces:
        cell = np.full((side + 4, wide + 2, 3), max(paper, 200), np.uint8)
        above = 2 + (side - (end - start)) // 2
        cell[above : above + end - start, 1 : wide + 1] = crop[start:end]
        cells.append(cell)
    out: Image = np.concatenate(cells, axis=1)
    return out


ENGINES = {"rapidocr": _rapid, "tesseract": _tesseract}
