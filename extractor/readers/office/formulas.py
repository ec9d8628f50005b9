"""Formulas of a workbook without a stored result: what LibreOffice computes, where it is installed, else the formula.

A program wrote such a file, and no spreadsheet has opened it since. Either text is a doubt about its cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from extractor.config import Settings
from extractor.document.results import LOW_CONFIDENCE
from extractor.errors import DocumentError
from extractor.readers.office.conversion import recalculated
from extractor.readers.office.number_format import shown

if TYPE_CHECKING:
    from openpyxl import Workbook

UNKNOWN = 0.0
"""The confidence of a formula in place of its result."""
COMPUTED = LOW_CONFIDENCE - 0.03
"""The confidence of a result that the file does not hold."""

Place = tuple[str, int, int]
"""A sheet's title, a row and a column, from 1."""


class Result(NamedTuple):
    """What a cell shows in place of a stored result."""

    text: str
    confidence: float


class Results(NamedTuple):
    """What the cells without stored results show; `computed` says that LibreOffice computed them."""

    cells: dict[Place, Result]
    computed: bool


NO_RESULTS = Results({}, False)


def results(path: Path, stored: Workbook, settings: Settings) -> Results:
    """The cells of a workbook's formulas whose results are not in the file (`stored` is the workbook with results)."""
    formulas = dict(_formulas(_opened(path, results=False), stored))
    if not formulas:
        return NO_RESULTS
    computed = _computed(path, formulas, settings)
    shown_as = {place: computed.get(place) or Result(text, UNKNOWN) for place, text in formulas.items()}
    return Results(shown_as, bool(computed))


def _opened(path: Path, *, results: bool) -> Workbook:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore")
        return load_workbook(file, data_only=results)


def _formulas(book: Workbook, stored: Workbook) -> Iterator[tuple[Place, str]]:
    for sheet in book.worksheets:
        for (row, col), cell in sheet._cells.items():
            if cell.data_type == "f" and stored[sheet.title].cell(row, col).value is None:
                text = cell.value if isinstance(cell.value, str) else getattr(cell.value, "text", None)
                yield (sheet.title, row, col), text or "="


def _computed(path: Path, formulas: dict[Place, str], settings: Settings) -> dict[Place, Result]:
    """The results that LibreOffice computes; none where it is not installed or fails."""
    with TemporaryDirectory() as folder:
        try:
            book = _opened(recalculated(path, Path(folder), settings), results=True)
        except (DocumentError, OSError, KeyError, ValueError):
            return {}
    found: dict[Place, Result] = {}
    for title, row, col in formulas:
        cell = book[title].cell(row, col) if title in book.sheetnames else None
        if cell is not None and cell.value is not None:
            found[title, row, col] = Result(shown(cell.value, cell.number_format or "General"), COMPUTED)
    return found
