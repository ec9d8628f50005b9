"""A doubt about the row of a value ends where its characters stand on one printed line with its row or its label."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from extractor.accounting.grounding import ground
from extractor.accounting.printed_line import without_placed
from extractor.document.layout import Box, Cell, Document, Grid, Page, Word
from extractor.document.results import Answer, Candidate, Place
from extractor.forms.regions import cut
from tests.accounting.asked_cases import NUMBER, TEXT, rows_of, schema

HEIGHT = 10.0
ROWS = (("Item", "Price"), ("Rope", "12.50"), ("Berth Number", "17"))


def page(sink: float, sure: float = 0.5) -> Document:
    """A table whose second column is unsure, and stands lower by so many points."""
    cells = [
        Cell(1, 1, row, col, text, box=box, words=(Word(0, text, box, sure if col else 1.0),))
        for row, texts in enumerate(ROWS)
        for col, text in enumerate(texts)
        for top in (20.0 * row + col * sink,)
        for box in (Box(100.0 * col, top, 100.0 * col + 60, top + HEIGHT),)
    ]
    return Document("case.pdf", "", (Page(1, (Grid(1, 1, tuple(cells)),)),))


def doubted(document: Document, folder: Path) -> set[str]:
    spec = schema(folder, {"berth_number": TEXT, "items": rows_of(item=TEXT, price=NUMBER)})
    (form,) = cut(document, [spec]).forms
    places = {"items[0].item": "T1R1C0", "items[0].price": "T1R1C1", "berth_number": "T1R2C1"}
    texts = {cell.id: cell.text for row in form.rows for cell in row.units}
    own = [Candidate(path, texts[at], (Place(1, at, 0, len(texts[at])),)) for path, at in places.items()]
    grounded = ground(form, Answer(tuple(own)))
    left = without_placed(document, form, own, grounded.evidence, grounded.findings)
    return {f.path for f in left if f.kind == "low_confidence"}


@pytest.mark.parametrize(("sink", "expected"), [(4.0, set()), (6.0, {"items[0].price", "berth_number"})])
def test_half_a_line_lower_is_another_line(tmp_path: Path, sink: float, expected: set[str]) -> None:
    assert doubted(page(sink), tmp_path) == expected


def test_what_ocr_is_unsure_of_stays_in_doubt(tmp_path: Path) -> None:
    assert doubted(replace(page(0.0), exact=False), tmp_path) == {"items[0].price", "berth_number"}
