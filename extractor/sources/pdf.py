"""PDF files, page by page: digital text by pypdfium2, by pdfminer where that reads a page better, scans by OCR."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from extractor.config import Settings
from extractor.errors import DocumentError
from extractor.geometry import turn
from extractor.layout import Box, Document, Note, Page
from extractor.sources.pdf_text import Sheet, read_sheet
from extractor.sources.printed import blocks_of, moved

SHOWN = 80  # characters of hidden text in a note


def read(path: Path, name: str, settings: Settings) -> Document:
    """The PDF as a document. DocumentError: encrypted, damaged, without pages, or over a limit."""
    from extractor.sources import sha256

    notes: list[Note] = []
    with opened(path, settings) as pdf:
        if len(pdf) > settings.max_pages:
            over = f"{len(pdf)} pages are more than the limit of {settings.max_pages}"
            raise DocumentError(f"{over}; split the file or raise max_pages")
        pages = [_page(pdf, index, notes) for index in range(len(pdf))]
    return Document(name, sha256(path), tuple(pages), all(p.reader != "ocr" for p in pages), tuple(notes))


@contextmanager
def opened(path: Path, settings: Settings) -> Iterator[Any]:
    """The open pypdfium2 document, closed afterwards."""
    import pypdfium2  # type: ignore[import-untyped]  # it has no types

    password = settings.password.get_secret_value() if settings.password else None
    try:
        pdf = pypdfium2.PdfDocument(path, password=password)
    except pypdfium2.PdfiumError as error:
        raise DocumentError(_reason(error, password)) from error
    try:
        yield pdf
    finally:
        pdf.close()


def _reason(error: Exception, password: str | None) -> str:
    code = getattr(error, "err_code", None)
    if code == 4:
        wrong = "encrypted: the given password does not open it"
        return wrong if password else "encrypted: give its password with --password"
    if code == 5:
        return "protected by a security handler that is not supported: save it without protection"
    return "damaged or no PDF: open it in a viewer and save it again"


def _page(pdf: Any, index: int, notes: list[Note]) -> Page:
    sheet = sheet_of(pdf, index)
    notes += notes_of(sheet)
    return page_of(sheet)


def sheet_of(pdf: Any, index: int) -> Sheet:
    """One page read by pypdfium2; the page is closed at once, else memory grows with the pages."""
    page = pdf[index]
    try:
        return read_sheet(page, index + 1)
    finally:
        page.close()


def page_of(sheet: Sheet) -> Page:
    """The page in the frame in which it is displayed."""
    blocks = tuple(blocks_of(sheet.tokens, sheet.rulings, sheet.number, sheet.shades))
    page = Page(sheet.number, blocks, sheet.width, sheet.height, sheet.reader)
    if not sheet.turned:
        return page
    back, width, height = (4 - sheet.turned) % 4, sheet.width, sheet.height

    def move(box: Box) -> Box:
        return turn(box, back, width, height)

    if back % 2:
        page = Page(page.number, page.blocks, height, width, page.reader)
    return moved(page, move)


def notes_of(sheet: Sheet) -> list[Note]:
    """What a person should know of a page: text that is there and not seen, why, and what it says."""
    out: list[Note] = []
    for reason, count in Counter(reason for reason, token in sheet.hidden if not token.text.isspace()).items():
        text = " ".join("".join(token.text for why, token in sheet.hidden if why == reason).split())
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        out.append(Note("hidden_text", sheet.number, f"{count} characters are {reason} and were left out: “{shown}”"))
    return out
