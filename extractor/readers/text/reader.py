"""Text files: OCR text with tab-separated rows, page text as `pdftotext` prints it, or both in one file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from extractor.config import Settings
from extractor.document.layout import Document, Note, Page
from extractor.errors import DocumentError
from extractor.readers.page_blocks import Blocks
from extractor.readers.text import text_rows
from extractor.readers.text.encoding import clean, decode
from extractor.tables.unruled import spaced_text


class Loaded(NamedTuple):
    """A text file's content, without characters that print nothing, with its hash and remarks on its encoding."""

    text: str
    sha256: str
    notes: tuple[Note, ...]


def load(path: Path, declared: str | None = None) -> Loaded:
    """The text of a file. DocumentError: it is in no encoding known, or white."""
    data = path.read_bytes()
    decoded = decode(data, declared)
    cleaned = clean(decoded.text)
    if not cleaned.text or cleaned.text.isspace():
        raise DocumentError("the file holds nothing but white space; check that it was saved, or leave it out")
    return Loaded(cleaned.text, hashlib.sha256(data).hexdigest(), (*decoded.notes, *cleaned.notes))


def read(path: Path, name: str, settings: Settings) -> Document:
    """A text file as pages of lines and tab-separated rows; HTML, Markdown and XML are read as that."""
    from extractor.readers.html import reader
    from extractor.readers.text import markdown, structured_data

    loaded = load(path)
    if reader.is_html(loaded.text):
        return reader.document(loaded, name)
    if markdown.is_markdown(loaded.text):
        return markdown.document(loaded, name)
    if loaded.text.lstrip().startswith("<?xml"):
        return structured_data.document(loaded, name)
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
    text_rows.add(text_rows.physical_lines(text), blocks)
    return blocks.finished("text")
