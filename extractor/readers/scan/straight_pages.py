"""The pages that OCR has read, as pictures set straight again: where a box of the document is a box of pixels.

The same file gives the same pixels: nothing is detected anew, the page's own turn says all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.config import Settings
from extractor.document.layout import Document, Page, Turn
from extractor.readers.detect import HEAD, kind_of_bytes
from extractor.readers.scan.flat_view import cleaned_sheet
from extractor.readers.scan.image_files import Frame, frames
from extractor.readers.scan.pixels import quarter_turned, rotated
from extractor.readers.scan.resolution import sized
from extractor.readers.scan.seals import seal_ink, without_seal
from extractor.readers.scan.straightening import warped

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image


class StraightPage(NamedTuple):
    """A page of a document and its picture, whose pixels are `points` wide, as it was set straight to be read."""

    page: Page
    points: float
    image: Image
    """In the colours of the file."""
    clean: Image
    """Without stamps, streaks, specks and what lies around the sheet."""


def straight_pages(
    path: Path, document: Document, numbers: Collection[int], settings: Settings
) -> Iterator[StraightPage]:
    """The pages of these numbers that OCR has read; none of a file that is no PDF and no image."""
    pages = {page.number: page for page in document.pages if page.number in numbers and page.reader == "ocr"}
    if not pages:
        return
    for number, frame in _frames(path, sorted(pages), settings):
        page, (image, points) = pages[number], sized(*frame, settings)
        clean = straight(cleaned_sheet(image, points).image, page.turn)
        red = seal_ink(clean, points)
        shown = clean if red is None else without_seal(clean, red)
        yield StraightPage(page, points, straight(image, page.turn), shown)


def straight(image: Image, turn: Turn) -> Image:
    """A picture of a page as displayed, turned and set straight as the page was."""
    level = rotated(image, turn.angle) if turn.angle else image
    flat = warped(level, turn.mesh) if turn.mesh else level
    return quarter_turned(flat, turn.quarters) if turn.quarters else flat


def _frames(path: Path, numbers: list[int], settings: Settings) -> Iterator[tuple[int, Frame]]:
    with path.open("rb") as file:
        kind = kind_of_bytes(path, file.read(HEAD))
    if kind == "image":
        yield from ((number, one) for number, one in enumerate(frames(path, settings), 1) if number in numbers)
    elif kind == "pdf":
        yield from _pdf_frames(path, numbers, settings)


def _pdf_frames(path: Path, numbers: list[int], settings: Settings) -> Iterator[tuple[int, Frame]]:
    from extractor.readers.pdf.reader import opened
    from extractor.readers.scan.reader import rendered

    with opened(path, settings) as pdf:
        for number in numbers if pdf is not None else ():
            with rendered(pdf, number - 1, settings) as (image, points):
                yield number, Frame(image, points)
