"""Pictures of what was understood: each page with its words, lines, cells, tables, forms and chunks outlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from extractor.config import Settings
from extractor.document.geometry import displayed, displayed_box
from extractor.document.layout import Box, Document, Grid, Line, Page
from extractor.errors import DocumentError
from extractor.readers import detect
from extractor.readers.scan.image_files import frames, pillow

# What is outlined: its colour and how thick, in pixels.
WORD, LINE, CELL, TABLE = ("#9a9a9a", 1), ("#1f77b4", 2), ("#2ca02c", 2), ("#d62728", 4)
AREAS = {  # and how far outside of what it holds
    "form": ("#9467bd", 3, 9), "chunk": ("#ff7f0e", 2, 5), "unsure": ("#e377c2", 3, 1), "confirmed": ("#17becf", 3, 1),
}  # fmt: skip
LABEL = 11  # pixels above what an area holds; outside of the widest outline
WIDEST = 1600  # pixels of a picture
SMALLEST = 4  # pixels of a place that can hold a character
Outline = tuple[Box, str, int]


class Area(NamedTuple):
    """What of a page belongs to a form or to a chunk, or a line and who read it.

    A box on the page as it was read, and what to write at it.
    """

    kind: str
    page: int
    box: Box
    label: str


def draw(document: Document, path: Path, directory: Path, settings: Settings, areas: Sequence[Area] = ()) -> list[Path]:
    """Write one PNG a page: words grey, lines blue, cells green, tables red, forms violet, chunks orange.

    On scans, lines that the OCR was unsure of are pink; blue-green with the name of the reader that confirms them.

    DocumentError: the file has no pages that could be drawn (a text file), or they can't be shown.
    """
    directory.mkdir(parents=True, exist_ok=True)
    out: list[Path] = []
    for page, picture in _pictures(document, path, settings):
        target = directory / f"{path.stem}-{page.number:04}.png"
        outlined(picture, page, [area for area in areas if area.page == page.number]).save(target)
        out.append(target)
    if not out:
        raise DocumentError(f"{document.name}: only PDF files and images have pages to draw")
    return out


def outlined(picture: Any, page: Page, areas: Sequence[Area] = ()) -> Any:
    """A picture of a page with everything that was read outlined."""
    from PIL import ImageDraw

    scale = picture.width / page.width if page.width else 1.0
    pen = ImageDraw.Draw(picture)
    for box, colour, thick in outlines(page):
        corners = [box.x0 * scale, box.top * scale, box.x1 * scale, box.bottom * scale]
        pen.rectangle(
            [min(corners[0], corners[2]), min(corners[1], corners[3]), *corners[2:]], outline=colour, width=thick
        )
    for area in areas:
        _outline(pen, area, page, scale)
    label = f"{page.reader}: {len(_grids(page))} tables, {len(page.blocks) - len(_grids(page))} lines"
    pen.text((4, 4), label, fill=TABLE[0])
    return picture


def _outline(pen: Any, area: Area, page: Page, scale: float) -> None:
    """A form or a chunk: around what it holds, its label at the corner."""
    colour, thick, around = AREAS[area.kind]
    x0, top, x1, bottom = (side * scale for side in displayed_box(area.box, page))
    pen.rectangle([x0 - around, top - around, x1 + around, bottom + around], outline=colour, width=thick)
    corner, anchor = (x1 + around, "rb") if area.kind == "chunk" else (x0 - around, "lb")
    pen.text((corner, top - LABEL), area.label, fill=colour, anchor=anchor)


def outlines(page: Page) -> list[Outline]:
    """What to outline on a page, the larger things last."""
    page = displayed(page)
    words = [(word.box, *WORD) for unit in page.units() for word in unit.words]
    lines = [(block.box, *LINE) for block in page.blocks if isinstance(block, Line)]
    cells = [(cell.box, *CELL) for grid in _grids(page) for cell in grid.cells]
    tables = [(grid.box, *TABLE) for grid in _grids(page)]
    everything: Sequence[tuple[Box | None, str, int]] = [*words, *lines, *cells, *tables]
    return [(box, colour, thick) for box, colour, thick in everything if box is not None]


def _grids(page: Page) -> list[Grid]:
    return [block for block in page.blocks if isinstance(block, Grid)]


def _pictures(document: Document, path: Path, settings: Settings) -> Iterator[tuple[Page, Any]]:
    """The pages with their pictures, as displayed; none for files that have no pages."""
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        yield from _pdf_pictures(document, path, settings)
    elif all(page.reader == "ocr" for page in document.pages):
        pil = pillow()
        for page, frame in zip(document.pages, frames(path, settings), strict=True):
            picture = pil.Image.fromarray(frame.image)
            picture.thumbnail((WIDEST, 4 * WIDEST))
            yield page, picture


def _pdf_pictures(document: Document, path: Path, settings: Settings) -> Iterator[tuple[Page, Any]]:
    from extractor.readers.pdf.reader import opened

    pillow()
    with opened(path, settings) as pdf:
        if pdf is None:
            raise DocumentError(f"{document.name}: too damaged to be drawn")
        for page in document.pages:
            if page.reader == "unread" or not page.width:
                continue
            sheet = pdf[page.number - 1]
            try:
                yield page, sheet.render(scale=min(2.0, WIDEST / max(page.width, page.height))).to_pil()
            finally:
                sheet.close()


class PagePicture(NamedTuple):
    """A page as it is displayed: a Pillow image, and the size of the page in points."""

    image: Any
    width: float
    height: float


def has_pages(path: Path) -> bool:
    """Whether a file has pages that can be drawn: a PDF or an image."""
    with path.open("rb") as file:
        head = file.read(detect.HEAD)
    try:
        return detect.kind_of_bytes(path, head) in ("pdf", "image")
    except DocumentError:
        return False


def page_picture(path: Path, number: int, settings: Settings) -> PagePicture:
    """One page of a PDF or an image, by its number from 1. DocumentError: there is none, or it cannot be shown."""
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    return _pdf_page(path, number, settings) if is_pdf else _image_page(path, number, settings)


def _pdf_page(path: Path, number: int, settings: Settings) -> PagePicture:
    from extractor.readers.pdf.reader import opened

    pillow()
    with opened(path, settings) as pdf:
        if pdf is None or not 1 <= number <= len(pdf):
            raise DocumentError(f"page {number} cannot be drawn")
        sheet = pdf[number - 1]
        try:
            width, height = sheet.get_size()
            image = sheet.render(scale=min(2.0, WIDEST / max(width, height, 1))).to_pil()
        finally:
            sheet.close()
    return PagePicture(image, width, height)


def _image_page(path: Path, number: int, settings: Settings) -> PagePicture:
    frame = next((f for n, f in enumerate(frames(path, settings), 1) if n == number), None)
    if frame is None:
        raise DocumentError(f"the image has no page {number}")
    picture = pillow().Image.fromarray(frame.image)
    width, height = picture.width * frame.points, picture.height * frame.points
    picture.thumbnail((WIDEST, 4 * WIDEST))
    return PagePicture(picture, width, height)


def text_inside(path: Path, number: int, box: Box, settings: Settings) -> str:
    """The text printed inside of a box of a displayed page: its characters, or what OCR reads on the picture there."""
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    text = _pdf_text(path, number, box, settings) if is_pdf else ""
    return text or _ocr_text(path, number, box, settings)


def _pdf_text(path: Path, number: int, box: Box, settings: Settings) -> str:
    from extractor.readers.pdf.reader import opened

    with opened(path, settings) as pdf:
        if pdf is None or not 1 <= number <= len(pdf):
            return ""
        sheet = pdf[number - 1]
        try:
            if sheet.get_rotation():
                return ""  # the picture shows it; OCR reads it there
            text = sheet.get_textpage()
            height = sheet.get_size()[1]
            found = text.get_text_bounded(box.x0, height - box.bottom, box.x1, height - box.top)
        finally:
            sheet.close()
    return "\n".join(line.strip() for line in found.splitlines() if line.strip())


def _ocr_text(path: Path, number: int, box: Box, settings: Settings) -> str:
    """What OCR reads inside of a box, line by line from the top."""
    import numpy as np

    from extractor.readers.scan import ocr

    page = page_picture(path, number, settings)
    scale = page.image.width / page.width
    corners = (box.x0 * scale, box.top * scale, box.x1 * scale, box.bottom * scale)
    crop = np.asarray(page.image.convert("RGB").crop(tuple(round(c) for c in corners)))
    if min(crop.shape[:2], default=0) < SMALLEST:
        return ""
    found = ocr.boxes_of(ocr.detect(crop, settings, 72 * scale))
    lines = sorted(found, key=lambda b: b.top) or [Box(0, 0, crop.shape[1], crop.shape[0])]
    pieces = [crop[max(0, int(b.top)) : int(b.bottom) + 1, max(0, int(b.x0)) : int(b.x1) + 1] for b in lines]
    return "\n".join("".join(char.text for char in chars) for chars in ocr.recognise(pieces, settings) if chars)
