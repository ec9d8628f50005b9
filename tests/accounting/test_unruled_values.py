"""Rows of a list that spaces lay out: no doubt where each value has a line of its own and a header over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.accounting.unruled_values import in_doubt
from extractor.document.layout import Cell, Document, Grid, Page
from extractor.document.results import Candidate, Place
from extractor.forms.regions import cut
from tests.accounting.asked_cases import NUMBER, TEXT, rows_of, schema

PATHS = {"items[0].item": "T1R1C0", "items[0].price": "T1R1C1", "items[1].item": "T1R2C0", "items[1].price": "T1R2C1"}


@pytest.mark.parametrize(
    ("name", "unproven", "expected"),
    [
        ("Anchor", "", set()),
        ("Anchor\nof steel", "", {"items[1]"}),
        ("Anchor", "items[1].price", {"items[1]"}),
    ],
)
def test_a_row_is_in_doubt_with_a_cell_of_several_lines_or_a_value_without_proof(
    tmp_path: Path, name: str, unproven: str, expected: set[str]
) -> None:
    texts = (("Item", "Price"), ("Rope", "12.50"), (name, "8.00"))
    cells = tuple(Cell(1, 1, row, col, text) for row, own in enumerate(texts) for col, text in enumerate(own))
    document = Document("case.txt", "", (Page(1, (Grid(1, 1, cells),)),))
    (form,) = cut(document, [schema(tmp_path, {"items": rows_of(item=TEXT, price=NUMBER)})]).forms
    by_id = {cell.id: cell.text for cell in cells}
    own = [Candidate(path, by_id[at], (Place(1, at, 0, len(by_id[at])),)) for path, at in PATHS.items()]
    assert set(in_doubt(form, own, set(PATHS) - {unproven}, True, 1)) == expected
