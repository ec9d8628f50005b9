"""What a document looks like before any engine sees it: pages, tables, forms, chunks as they would be sent.

No model is called. The shape of `describe` is that of `extractor look --json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from extractor.config import Settings
from extractor.document.geometry import displayed, union
from extractor.document.layout import Box, Document, Grid, Line, Page, Unit, parts_of
from extractor.document.results import Chunk, Form
from extractor.forms.chunks import chunks
from extractor.forms.regions import cut
from extractor.inspect.pictures import Area
from extractor.second_look import line_readers
from schemas.spec import SchemaSpec


def describe(document: Document, settings: Settings, schemas: Sequence[SchemaSpec]) -> dict[str, Any]:
    """The document as JSON: pages (their tables before stitching), forms, chunks, and an estimate of tokens."""
    regions = cut(document, schemas)
    parts = [chunk for form in regions.forms for chunk in chunks(form, settings.token_budget)]
    return {
        "document": document.name,
        "sha256": document.sha256,
        "notes": [{"kind": n.kind, "page": n.page, "message": n.message} for n in document.notes],
        "pages": [_page(page) for page in document.pages],
        "forms": [_form(form) for form in regions.forms],
        "chunks": [_chunk(chunk) for chunk in parts],
        "tokens": sum(chunk.tokens for chunk in parts),
    }


def areas(document: Document, settings: Settings, schemas: Sequence[SchemaSpec]) -> list[Area]:
    """Where the forms and the chunks of a document stand, page by page."""
    out: list[Area] = []
    for form in cut(document, schemas).forms:
        units = [part for row in (*form.title_rows, *form.rows) for unit in row.units for part in parts_of(unit)]
        out += _areas("form", f"form {form.index}: {form.schema.name}", units)
        for number, chunk in enumerate(chunks(form, settings.token_budget), start=1):
            label = f"chunk {number}: {chunk.tokens} tokens"
            out += _areas("chunk", label, [part for unit in chunk.units for part in parts_of(unit)])
    return out


def reader_areas(document: Document, path: Path, settings: Settings) -> list[Area]:
    """The lines that OCR was unsure of: in doubt, or confirmed by a second reader, whose name is written at them."""
    return [
        Area("confirmed" if readers else "unsure", line.page, line.box, ", ".join(readers))
        for line, readers in line_readers(document, path, settings)
    ]


def _areas(kind: str, label: str, units: Sequence[Unit]) -> Iterator[Area]:
    """One box a page around the units that have boxes."""
    for page in sorted({unit.page for unit in units}):
        box = union(unit.box for unit in units if unit.page == page and unit.box is not None)
        if box is not None:
            yield Area(kind, page, box, label)


def _page(page: Page) -> dict[str, Any]:
    page = displayed(page)
    return {
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "reader": page.reader,
        "lines": [{"text": b.text, "box": _box(b.box)} for b in page.blocks if isinstance(b, Line)],
        "tables": [_table(b) for b in page.blocks if isinstance(b, Grid)],
    }


def _table(grid: Grid) -> dict[str, Any]:
    cells = [
        {
            "row": c.row,
            "col": c.col,
            "row_span": c.row_span,
            "col_span": c.col_span,
            "text": c.text,
            "box": _box(c.box),
        }
        for c in grid.cells
    ]
    return {"box": _box(grid.box), "cells": cells}


def _form(form: Form) -> dict[str, Any]:
    rows = (*form.title_rows, *form.rows)
    pages = sorted({row.page for row in rows})
    title = " ".join(unit.text.strip() for row in form.title_rows for unit in row.units)
    return {"form": form.index, "schema": form.schema.name, "title": title, "pages": pages, "rows": len(rows)}


def _chunk(chunk: Chunk) -> dict[str, Any]:
    return {"form": chunk.form, "schema": chunk.schema.name, "tokens": chunk.tokens, "text": chunk.text}


def _box(box: Box | None) -> list[float] | None:
    return None if box is None else [round(v, 2) for v in box]
