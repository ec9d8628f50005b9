"""Text files: OCR text with tab-separated rows, page text as `pdftotext` prints it, or both in one file."""

from __future__ import annotations

from extractor.document.layout import Document, Page
from extractor.readers.page_blocks import Blocks
from extractor.readers.text import text_rows
from extractor.readers.text.separators import tabbed
from extractor.readers.text_file import Loaded
from extractor.tables.unruled import spaced_text


def document(loaded: Loaded, name: str) -> Document:
    """A text as pages of lines and tab-separated rows; tables that spaces lay out are grids."""
    laid = spaced_text.laid_out(pages(loaded.text))
    return Document(name, loaded.sha256, laid.pages, notes=(*loaded.notes, *laid.notes))


def pages(text: str) -> tuple[Page, ...]:
    """The pages of a text, cut at form feeds; a form feed at the very end starts no page."""
    parts = text.split("\f")
    while len(parts) > 1 and (not parts[-1] or parts[-1].isspace()):
        parts.pop()
    return tuple(_page(part, number) for number, part in enumerate(parts, 1))


def _page(text: str, number: int) -> Page:
    blocks = Blocks(number)
    text_rows.add(tabbed(text_rows.physical_lines(text)), blocks)
    return blocks.finished("text")
