"""The documents behind the records, for the page: pictures of pages, or the text of lines and cells.

One source is read at a time (PDFium is not safe for threads); what was made is kept in memory.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from extractor import readers
from extractor.config import Settings
from extractor.document.geometry import displayed
from extractor.document.layout import Box, Document, Grid, Line, Page
from extractor.errors import DocumentError
from extractor.inspect import pictures
from extractor.review import source_lines

Made = TypeVar("Made")
KEPT = {"document": 8, "picture": 64}
"""How many of each are kept: a document may take 100 MB, a picture of a page 0.5 MB."""
UNITS_SHOWN = 400
"""Lines and rows around the place in question that are sent at once."""


class Source(NamedTuple):
    """A document of the run: its hash, its name, where its file is."""

    sha256: str
    name: str
    path: Path


class Picture(NamedTuple):
    """A page as PNG, and its size in points: the unit of the boxes of evidence."""

    png: bytes
    width: float
    height: float


class Sources:
    """Reads and draws the documents of a run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {kind: OrderedDict() for kind in KEPT}
        self._lock = threading.Lock()

    def _once(self, kind: str, key: Hashable, make: Callable[[], Made]) -> Made:
        with self._lock:
            kept = self._kept[kind]
            if key in kept:
                kept.move_to_end(key)
            else:
                kept[key] = make()
                if len(kept) > KEPT[kind]:
                    kept.popitem(last=False)
            found: Made = kept[key]
            return found

    def has_pictures(self, source: Source) -> bool:
        """Whether the document's pages can be drawn: a PDF or an image. DocumentError: the file is gone or changed."""
        kind: bool = self._once("document", ("kind", source.sha256), lambda: _is_drawn(source))
        return kind

    def picture(self, source: Source, page: int) -> Picture:
        """A page's picture. DocumentError: the page cannot be shown."""
        return self._once("picture", (source.sha256, page), lambda: self._drawn(source, page))

    def _drawn(self, source: Source, page: int) -> Picture:
        _check(source)
        drawn = pictures.page_picture(source.path, page, self.settings)
        data = io.BytesIO()
        drawn.image.convert("RGB").save(data, "PNG")
        return Picture(data.getvalue(), drawn.width, drawn.height)

    def document(self, source: Source) -> Document:
        """The document as it is read. DocumentError: it cannot be read, or its file is another one now."""
        return self._once("document", source.sha256, lambda: self._read(source))

    def _read(self, source: Source) -> Document:
        _check(source)
        return readers.read(source.path, source.name, self.settings)

    def text_in(self, source: Source, page: int, box: Box) -> str:
        """The text that is printed inside of a box of a page: its characters, or what OCR reads there."""
        if not self.has_pictures(source):
            raise DocumentError("this document has no pages with places; select text instead")
        with self._lock:
            return pictures.text_inside(source.path, page, box, self.settings)

    def units(self, source: Source, page: int, around: str) -> dict[str, Any]:
        """The lines and tables of a page around a unit, with their texts."""
        document = self.document(source)
        found = next((p for p in document.pages if p.number == page), None)
        if found is None:
            raise DocumentError(f"there is no page {page}; the document has {len(document.pages)}")
        lines = source_lines.printed(source.path, found)
        blocks = source_lines.blocks(lines, found) if lines else _blocks(displayed(found))
        return {"page": page, "pages": len(document.pages), **_near(blocks, around)}


def _is_drawn(source: Source) -> bool:
    _check(source)
    return pictures.has_pages(source.path)


def _check(source: Source) -> None:
    if not source.path.is_file():
        raise DocumentError(f"{source.path}: the file is not there any more; put it back")
    if readers.sha256(source.path) != source.sha256:
        raise DocumentError(f"{source.path}: the file has changed since it was read; run again")


def _blocks(page: Page) -> list[dict[str, Any]]:
    """The lines and the rows of the tables of a page."""
    blocks: list[dict[str, Any]] = []
    for block in page.blocks:
        if isinstance(block, Line):
            blocks.append({"line": block.number, "unit": block.id, "text": block.text})
        else:
            blocks.extend(_rows(block))
    return blocks


def _near(blocks: list[dict[str, Any]], around: str) -> dict[str, Any]:
    """Those of many blocks that are near the unit `around`."""
    place = next((n for n, block in enumerate(blocks) if around in _ids(block)), 0)
    first = max(0, place - UNITS_SHOWN // 2)
    chosen = blocks[first : first + UNITS_SHOWN]
    return {"blocks": chosen, "above": first, "below": max(0, len(blocks) - first - UNITS_SHOWN)}


def _rows(grid: Grid) -> list[dict[str, Any]]:
    rows: dict[int, list[dict[str, Any]]] = {}
    for cell in grid.cells:
        shown = {"unit": cell.id, "text": cell.text, "rows": cell.row_span, "columns": cell.col_span}
        rows.setdefault(cell.row, []).append(shown)
    return [{"table": grid.number, "row": row, "cells": cells} for row, cells in sorted(rows.items())]


def _ids(block: dict[str, Any]) -> list[str]:
    if "printed" in block:
        return [*(place["unit"] for place in block["places"]), *block["near"]]
    return [block["unit"]] if "unit" in block else [cell["unit"] for cell in block["cells"]]
