"""Characters that stand for two values: right where one print serves many rows, else a doubt on both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractor.accounting.value_paths import field_of
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Cell, Unit
from extractor.document.results import Candidate, Finding, Form, Place, finding
from schemas.spec import generic

Key = tuple[int, str]


class SharedEvidence:
    """Which value has which characters of a form."""

    def __init__(self, form: Form, candidates: Sequence[Candidate]) -> None:
        self._schema = form.schema
        self._rows = {(row.page, unit.id): n for n, row in enumerate(form.rows) for unit in row.units}
        self._units: dict[Key, Unit] = {(row.page, unit.id): unit for row in form.rows for unit in row.units}
        self._owners: dict[Key, list[tuple[int, int, str]]] = {}
        self._fields: dict[int, set[str]] = {}
        self._cells: dict[str, set[int]] = {}
        for candidate in candidates if form.schema.accounts == "asked" else ():
            for place in candidate.places:
                key = (place.page, place.unit)
                self._fields.setdefault(self._rows.get(key, -1), set()).add(generic(candidate.path))
                unit = self._units.get(key)
                if isinstance(unit, Cell):
                    self._cells.setdefault(candidate.path.rpartition(".")[0], set()).add(unit.row)

    def doubts(self, candidate: Candidate) -> Iterator[Finding]:
        """A finding on this value, and on each earlier one, that has some of the same characters and must not.

        Words that mean a value may be another value, too.
        """
        if candidate.meaning is not None and not any(map(str.isdigit, candidate.text)):
            return
        for place in candidate.places:
            own = self._owners.setdefault((place.page, place.unit), [])
            for start, end, path in own:
                overlaps = path != candidate.path and start < place.end and place.start < end
                shared = overlaps and (
                    self._is_unit(path, candidate, place) or self._may_share(path, candidate.path, place)
                )
                if overlaps and not shared:
                    message = f"the same characters stand for {path} and for {candidate.path}"
                    yield finding(FindingKind.SHARED_EVIDENCE, candidate.path, message)
                    yield finding(FindingKind.SHARED_EVIDENCE, path, message)
                    top = field_of(path)
                    if self._schema.accounts == "asked" and "]." in path and top == field_of(candidate.path):
                        yield finding(FindingKind.SHARED_EVIDENCE, top, f"{message}: a row may be misread")
            own.append((place.start, place.end, candidate.path))

    def _is_unit(self, path: str, candidate: Candidate, place: Place) -> bool:
        """Whether a place is the unit of two numbers of a row: a cell without figures, beside the value's own."""
        row, other = path.rpartition(".")[0], candidate.path.rpartition(".")[0]
        kinds = [spec.kind for spec in map(self._schema.field, (path, candidate.path)) if spec is not None]
        text = self._units[place.page, place.unit].text[place.start : place.end]
        beside = len(candidate.places) > 1 and not any(map(str.isdigit, text))
        return row == other and kinds == ["indicator", "indicator"] and beside

    def _may_share(self, one: str, other: str, place: Place) -> bool:
        """Whether a print serves both: one field in several rows, declared so, or a heading, or a cell over them."""
        field = generic(one)
        spec = self._schema.field(one)
        if field != generic(other) or spec is None:
            return False
        if spec.printed.spans:
            return True
        if self._schema.accounts == "all" or "]." not in one:
            return False
        return self._is_heading(place, field) or all(self._is_beside(place, path) for path in (one, other))

    def _is_heading(self, place: Place, field: str) -> bool:
        """Whether no other field of a list has a value in the printed row of a place."""
        parent = field.rpartition(".")[0]
        beside = self._fields.get(self._rows.get((place.page, place.unit), -1), set())
        return not any(other != field and other.startswith(f"{parent}.") for other in beside)

    def _is_beside(self, place: Place, path: str) -> bool:
        """Whether the cell of a place goes down to the row of a value."""
        cell = self._units.get((place.page, place.unit))
        rows = self._cells.get(path.rpartition(".")[0], set())
        if not isinstance(cell, Cell) or cell.row_span < 2:
            return False
        return any(cell.row <= row < cell.row + cell.row_span for row in rows if row != cell.row) or rows == {cell.row}
