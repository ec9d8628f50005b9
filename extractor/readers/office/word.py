"""Word documents: paragraphs and tables in the order of the body, merged cells as true spans.

The file's XML is read as it stands: python-docx repeats a merged cell's text in every place that it covers, and leaves
out content controls, text boxes and footnotes. Page breaks are the work of whoever prints the file: it is one page.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.config import Settings
from extractor.document.layout import Document, Note
from extractor.errors import DocumentError
from extractor.readers.encoding import clean
from extractor.readers.office.ooxml import local, texts
from extractor.readers.office.word_body import Body, Styles
from extractor.readers.office.word_numbers import Numbering
from extractor.readers.office.zip_package import WORD_MAIN, damage_named, pictures, refuse_bomb
from extractor.readers.page_blocks import Blocks

if TYPE_CHECKING:
    from lxml.etree import _Element

FURNITURE = re.compile(r"word/(?:header|footer)\d*\.xml")
NOTES = ("word/footnotes.xml", "word/endnotes.xml")

# Blank lines above a foot: it stands apart from the text.
FOOT = 10
# Of a header or footer: what prints the number of the page alone.
PAGE_NUMBER = re.compile(r"[\s\d第共页页頁/|·.\-–—~～]|page|of", re.I)


def read(path: Path, name: str, settings: Settings) -> Document:
    """A .docx file as one page. DocumentError: it is damaged, a zip bomb, or holds no text."""
    with damage_named("Word"):
        refuse_bomb(path, settings)
        with zipfile.ZipFile(path) as package:
            document = _document(package, name, hashlib.sha256(path.read_bytes()).hexdigest())
        return replace(document, notes=(*document.notes, *pictures(path, "word/media/")))


def _document(package: zipfile.ZipFile, name: str, sha256: str) -> Document:
    names = package.namelist()
    body = Body(Styles(_optional(package, "word/styles.xml")), Numbering(_optional(package, "word/numbering.xml")))
    body.container(_part(package, next(member for member in sorted(names) if WORD_MAIN.fullmatch(member))))
    for member in NOTES:
        _add_notes(_optional(package, member), body)
    blocks = Blocks(1)
    running = sorted(member for member in names if FURNITURE.fullmatch(member))
    heads = _running_lines([_part(package, member) for member in running if "header" in member])
    feet = [
        text
        for text in _running_lines([_part(package, member) for member in running if "footer" in member])
        if text not in heads
    ]
    for text in heads:
        blocks.line(text)
    above = len(blocks.blocks)
    removed = _add(body, blocks)
    if len(blocks.blocks) == above:
        raise DocumentError(
            "the Word file holds no text; if it holds pictures of pages, print it to PDF, and give that"
        )
    for text in feet:
        blocks.line(text, blocks.last_line + FOOT)
    return Document(name, sha256, (blocks.finished("word"),), notes=(*removed, *body.notes()))


def _add(body: Body, blocks: Blocks) -> tuple[Note, ...]:
    """Adds what was read to the page, without characters that print nothing."""
    notes: list[Note] = []
    for item in body.flow.finished():
        if isinstance(item, str):
            cleaned = clean(item)
            blocks.line(cleaned.text)
            notes += cleaned.notes
        else:
            cells = [(spot, clean(spot.text)) for spot in item]
            blocks.grid(spot._replace(text=cleaned.text) for spot, cleaned in cells)
            notes += [note for _, cleaned in cells for note in cleaned.notes]
    return tuple(dict.fromkeys(notes))


def _add_notes(part: _Element | None, body: Body) -> None:
    """Adds footnotes after the text; those that only draw a line are no text."""
    for note in () if part is None else part:
        kind = next((value for key, value in note.attrib.items() if local(key) == "type"), "")
        if kind not in ("separator", "continuationSeparator", "continuationNotice"):
            body.container(note)


def _running_lines(parts: list[_Element]) -> list[str]:
    """The lines of headers, or of footers, each once; page numbers are none."""
    paragraphs = (p for part in parts for p in part.iter() if local(p.tag) == "p")
    found = dict.fromkeys(clean(" ".join("".join(texts(p)).split())).text for p in paragraphs)
    return [text for text in found if PAGE_NUMBER.sub("", text)]


def _part(package: zipfile.ZipFile, member: str) -> _Element:
    from lxml import etree

    # Entities come from the file alone, and libxml2 bounds their growth and the depth of the tree.
    parser = etree.XMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(package.read(member), parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(
            f"the Word file is damaged: {member} is no well-formed XML ({error}); open it in Word and save it again"
        ) from None


def _optional(package: zipfile.ZipFile, member: str) -> _Element | None:
    return _part(package, member) if member in package.namelist() else None
