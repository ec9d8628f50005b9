"""Which values a table without ruling lines puts in doubt, where a schema asks for some of a page."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from extractor.accounting.value_paths import field_of, spans
from extractor.document.layout import Cell
from extractor.document.results import Candidate, Form

Key = tuple[int, str]


def in_doubt(
    form: Form, candidates: Sequence[Candidate], proven: Container[str], by_model: bool, page: int
) -> Iterator[str]:
    """The paths of values in such tables of a page whose place white alone tells.

    A value is not in doubt that its label stands beside, or a header over: but for cells that hold values of several
    rows, and for those of several lines where spaces alone lay out the text. With one value of a row, the row is in
    doubt. Who reads by columns alone, and no model, may have missed rows and values too: then the whole list is.
    """
    cells = {
        (row.page, unit.id): unit
        for row in form.rows
        if row.page == page and row.table
        for unit in row.units
        if isinstance(unit, Cell) and (unit.box is None or not row.exact_columns)
    }
    rows: dict[Key, set[str]] = {}
    for candidate in candidates:
        for place in () if spans(form.schema, candidate.path) else candidate.places:
            rows.setdefault((place.page, place.unit), set()).add(_row_of(candidate.path))
    for candidate in candidates:
        own = [key for place in candidate.places if (key := (place.page, place.unit)) in cells]
        serves_many = spans(form.schema, candidate.path)
        row = "" if serves_many and by_model else _row_of(candidate.path)
        spaced = bool(row) and any(cells[key].box is None and "\n" in cells[key].text for key in own)
        shared = not serves_many and any(len(rows[key]) > 1 for key in own)
        if own and (spaced or shared or candidate.path not in proven or (row and not by_model)):
            yield (row if by_model else field_of(candidate.path)) if row else candidate.path


def _row_of(path: str) -> str:
    return path[: path.index("]") + 1] if "]." in path else ""
