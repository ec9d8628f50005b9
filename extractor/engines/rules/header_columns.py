"""The columns of a header, and which of them a cell stands under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.forms.tokens import Token, in_column
from schemas.spec import FieldSpec


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a header: its field (of a matrix: of its first row), the grid columns of its label (-1 in lines).

    `x0` is its label's left edge in points, where boxes are known: on another page the grid may count differently.
    """

    field: FieldSpec
    col: int
    end: int
    token: int
    x0: float | None = None


class Foreign(NamedTuple):
    """A cell in a header's rows that is none of its labels: what stands below it belongs to none of the columns."""

    col: int
    x0: float | None
    token: int
    labels: bool = False
    """Whether it is a label of another part of the form."""


def is_foreign(token: Token, columns: Sequence[Column], foreign: Sequence[Foreign]) -> bool:
    """Whether a cell stands below a header's cell that is no label."""
    if not foreign or not in_column(token):
        return False
    under = column_under(token, columns)
    box = token.unit.box
    for cell in foreign:
        if box is not None and cell.x0 is not None:
            start = columns[under].x0 if under >= 0 else None
            below = cell.x0 <= box.x0 + EDGE and (start is None or start < cell.x0)
        else:
            below = cell.col <= token.col and (under < 0 or columns[under].col < cell.col)
        if below:
            return True
    return False


def column_under(token: Token, columns: Sequence[Column]) -> int:
    """The column under whose label a cell begins; -1 for none."""
    box = token.unit.box
    best = -1
    for n, column in enumerate(columns):
        if column.x0 is not None and box is not None:
            under = column.x0 <= box.x0 + EDGE
        else:
            under = 0 <= column.col <= token.col
        if under:
            best = n
    return best


EDGE = 3.0
"""Points by which the same ruling line may differ from page to page."""


def heads_units(text: str) -> bool:
    """Whether a folded text is the header of a column of units: `度量单位`."""
    return _UNITS.search(text) is not None


_UNITS = re.compile(r"单位$|^units?$")
