"""Printed rows among those of a list that are shown to be no rows of it: they state the sum of the rows above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from extractor.document.layout import Cell
from extractor.document.results import Candidate, Form
from schemas.spec import FieldSpec, generic

_LEAST_ROWS = 2
"""A number that equals one row's alone may be a row that is printed twice."""


class _Addend(NamedTuple):
    """A number of a list: its printed row, its column in the table, its value."""

    row: int
    column: int
    value: Decimal


def sum_rows(form: Form, candidates: Sequence[Candidate]) -> set[int]:
    """The numbers of the form's rows with one number alone: that of all rows above it, or of those since the last sum.

    It stands in the column that it sums up; its row has a text beside it and nothing else.
    """
    cells = {(row.page, u.id): (n, u) for n, row in enumerate(form.rows) for u in row.units if isinstance(u, Cell)}
    addends: dict[str, tuple[FieldSpec, list[_Addend]]] = {}
    used: set[int] = set()
    for candidate in candidates:
        spec = form.schema.field(candidate.path)
        at = [cells[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in cells]
        used.update(n for n, _ in at)
        if spec is not None and spec.kind == "amount" and "]." in candidate.path and at:
            value = _number(spec, candidate.text)
            if value is not None:
                own = addends.setdefault(generic(candidate.path), (spec, []))[1]
                own.append(_Addend(at[0][0], at[0][1].col, value))
    return {n for spec, own in addends.values() for n in _sums(form, spec, sorted(own), used)}


def _sums(form: Form, spec: FieldSpec, addends: Sequence[_Addend], used: set[int]) -> Iterator[int]:
    since = -1
    for n, row in enumerate(form.rows):
        filled = [u for u in row.units if isinstance(u, Cell) and u.text.strip()]
        if n in used or len(filled) > 2 or not filled:
            continue
        value, column = _number(spec, filled[-1].text), filled[-1].col
        above = [a for a in addends if a.row < n and a.column == column]
        parts = [above, [a for a in above if a.row > since]]
        if any(len(part) >= _LEAST_ROWS and sum(a.value for a in part) == value for part in parts):
            since = n
            yield n


def _number(spec: FieldSpec, text: str) -> Decimal | None:
    try:
        return Decimal(str(spec.readings(text)[0]))
    except (ValueError, ArithmeticError):
        return None
