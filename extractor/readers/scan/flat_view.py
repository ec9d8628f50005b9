"""A picture of a page set upright, straight and flat: skew, perspective, curl and quarter turns taken out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from extractor.config import Settings
from extractor.document.layout import Box, Mesh
from extractor.readers.scan import ocr
from extractor.readers.scan.box_text import TALL, Readings, crop_of, is_tall, stack_line
from extractor.readers.scan.paper import without_background
from extractor.readers.scan.pixels import quarter_turned, rotated, skew
from extractor.readers.scan.seals import seal_ink, without_seal
from extractor.readers.scan.specks import Cleaned, without_specks
from extractor.readers.scan.straightening import straightened
from extractor.readers.scan.streaks import without_streaks

if TYPE_CHECKING:
    from extractor.readers.scan.ocr import Quad
    from extractor.readers.scan.pixels import Image

SAMPLE = 8  # pieces of text that tell whether a page is upside down
FIT = 6.0  # times as long as high: a piece of text that is quickly read, and has enough characters to tell
SURE = 0.85  # their mean confidence when it is not
STACKS = 3  # pieces of text that run downwards, from which on a page may as well lie on its side
LINES = 2  # pieces of text that run across, from which on they tell that it does not
ROUGH = 1.0  # points; where lines are bent by more after all, rows and columns are not to be relied upon
WIDE = 8.0  # times as wide as high: a piece of text that shows whether lines of text are level
ASLANT = 0.4  # of its height; a piece of text whose ends differ by more is not level
FEW = 0.15  # the share of such pieces above which a page is not flat


class View(NamedTuple):
    """A picture set upright and straight, without its red stamp: quarter turns clockwise, what was bent, degrees."""

    image: Image
    quarters: int
    angle: float
    mesh: Mesh | None = None
    bent: str = ""
    """Why the page is not flat after all; empty where it is."""
    specked: bool = False
    """Whether specks of toner were taken out: others that touch print are left."""


class Seen(NamedTuple):
    """A view, the boxes of its text, and the characters of those boxes that were read already."""

    view: View
    boxes: list[Box]
    known: Readings


def flat_view(image: Image, points: float, settings: Settings) -> Seen:
    """The picture, whose pixels are `points` wide, as a scanner would show it."""
    sheet, specks = cleaned_sheet(image, points)
    angle = skew(sheet)
    flat = straightened(rotated(sheet, angle) if angle else sheet, points)
    red = seal_ink(flat.image, points)
    clean = flat.image if red is None else without_seal(flat.image, red)
    quads = ocr.detect(clean, settings, 72 / points)
    quarters, _, known = _quarters(clean, ocr.boxes_of(quads), settings)
    # The skew was taken off before the turn; seen from the turned page it is the same angle.
    view = View(quarter_turned(clean, quarters), quarters, angle, flat.mesh, specked=specks > 0)
    if quarters:
        quads = ocr.detect(view.image, settings, 72 / points)
    return Seen(view._replace(bent=_bent(flat.left, quads)), ocr.boxes_of(quads), known)


def cleaned_sheet(image: Image, points: float) -> Cleaned:
    """The picture without what lies around the sheet, streaks and specks."""
    return without_specks(without_streaks(without_background(image), points), points)


def _bent(left: float, quads: Sequence[Quad]) -> str:
    """What shows that a page is not flat; empty where nothing does."""
    if left > ROUGH:
        return f"its ruling lines are bent by {left:.1f} points"
    wide = [q for q in quads if q[1][0] - q[0][0] > WIDE * abs(q[3][1] - q[0][1])]
    aslant = sum(abs(q[1][1] - q[0][1]) > ASLANT * abs(q[3][1] - q[0][1]) for q in wide)
    return f"{aslant} of {len(wide)} lines of text are not level" if aslant > max(1, FEW * len(wide)) else ""


class _Way(NamedTuple):
    """Quarter turns clockwise, how surely text is read after them, and what was read after none."""

    quarters: int
    score: float
    known: Readings


def _quarters(image: Image, boxes: list[Box], settings: Settings) -> _Way:
    """The quarter turns clockwise after which the text reads from left to right.

    An OCR reads a stack of upright characters as surely as a line on its side. So lines decide where a page has some,
    be it full of stacks.
    """
    stacks = [box for box in boxes if is_tall(box)]
    lines = [box for box in boxes if not is_tall(box)]
    way = _surest(image, _fit(lines, SAMPLE), (0, 2), settings)
    if len(stacks) < STACKS or (way.score >= SURE and len(lines) >= LINES):
        return way
    sample = _fit(lines, SAMPLE // 2) + _fit(stacks, SAMPLE // 2)
    return _surest(image, sample, (1, 3, 0, 2), settings)


def _surest(image: Image, sample: Sequence[Box], ways: Sequence[int], settings: Settings) -> _Way:
    """The way after which the pieces of text are read best; of two, the first that reads them surely."""
    best = _Way(ways[0], -1.0, {})
    for quarters in ways:
        read = _readings(image, sample, quarters, settings)
        score = fmean(map(_score, read.values())) if read else 0.0
        if score > best.score:
            known = {} if quarters else {box: chars for box, chars in read.items() if not is_tall(box)}
            best = _Way(quarters, score, known)
        if score >= SURE and len(ways) == 2:
            break
    return best


def _fit(boxes: Sequence[Box], count: int) -> list[Box]:
    """Some pieces of text of fit length."""
    return sorted(boxes, key=lambda b: abs(_length(b) - FIT))[:count]


def _readings(image: Image, boxes: Sequence[Box], quarters: int, settings: Settings) -> Readings:
    """The characters of pieces of text after so many quarter turns; what is tall then is read as a stack."""
    crops = {box: quarter_turned(crop, quarters) for box in boxes if (crop := crop_of(image, box)) is not None}
    pictures = [stack_line(crop) if crop.shape[0] > TALL * crop.shape[1] else crop for crop in crops.values()]
    return dict(zip(crops, ocr.recognise(pictures, settings), strict=True))


def _score(chars: ocr.Chars) -> float:
    """The mean confidence of a piece of text; 0 where nothing was read."""
    return fmean(c.confidence for c in chars) if chars else 0.0


def _length(box: Box) -> float:
    """How many times as long as high (or as high as wide) a box is."""
    wide, high = box.x1 - box.x0, box.bottom - box.top
    return max(wide, high) / max(1.0, min(wide, high))
