"""Where a cell of a table without ruling lines stands tells its column, and not how many cells are before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

import schemas
from extractor.document.layout import Box, Cell, Grid
from tests.form_cases import lines, paged, result_of

HEADER = ("Test", "Result", "Flag", "Units", "Reference Range")
LEFT = (60.0, 240.0, 300.0, 340.0, 440.0)
ROWS = (
    ("Ferritin", "18", "L", "ng/mL", "30 - 400"),
    ("Cobalamin", "311", "", "pg/mL", "200 - 900"),
    ("Folate", "7.2", "", "ng/mL", "3.9 - 26.8"),
    ("Ketones", "Negative", "", "", "Negative"),
)


def results(rows: Sequence[Sequence[str]], numbers: Sequence[int] = range(5)) -> list[Any]:
    """The tests of a report whose cells stand at their places; empty ones are not there. `numbers` are the columns'."""
    cells = [
        Cell(1, 1, r, numbers[c], text, box=Box(LEFT[c], 100.0 + 20 * r, LEFT[c] + 30, 110.0 + 20 * r))
        for r, row in enumerate((HEADER, *rows))
        for c, text in enumerate(row)
        if text
    ]
    above = lines("LABORATORY REPORT", "Patient Name: Odell, Marta", "Accession #: QX-7", first=2)
    document = paged([*above, Grid(1, 1, tuple(cells), ragged=True)])
    return list(result_of(document, [schemas.load("lab_report")]).records[0].values["results"])


@pytest.mark.parametrize("numbers", [range(5), (0, 2, 3, 5, 8)])
def test_cells_behind_an_empty_one_stay_under_their_labels(numbers: Sequence[int]) -> None:
    read = results(ROWS, numbers)
    names = ("test", "result", "flag", "unit", "reference_range")
    assert [tuple(row[name] or "" for name in names) for row in read] == list(ROWS)
