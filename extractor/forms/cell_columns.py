"""The columns of a table whose column numbers are only the order of print: told from where its cells stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from extractor.document.layout import Cell
from extractor.document.results import Row

Columns = dict[int, int]
"""By the identity of a cell, its column."""


class _Column(NamedTuple):
    left: float
    right: float


def cell_columns(rows: Sequence[Row]) -> Columns:
    """The columns of the cells of such tables; none for rows in which a cell stands in no one column, or two in one."""
    out: Columns = {}
    for table, group in groupby(rows, key=lambda row: row.table):
        own = [row for row in group if not row.exact_columns]
        if table and own:
            out.update(_columns_of(own))
    return out


def _columns_of(rows: Sequence[Row]) -> Columns:
    """The columns are those of the fullest row, each as wide as all the cells that stand in it alone."""
    cells = [[unit for unit in row.units if isinstance(unit, Cell) and unit.text.strip()] for row in rows]
    if any(cell.box is None for row in cells for cell in row):
        return {}
    fullest = max(cells, key=len)
    columns = [_Column(cell.box.x0, cell.box.x1) for cell in fullest if cell.box is not None]
    out: Columns = {}
    for row in sorted(cells, key=len, reverse=True):
        taken = [_nearest(cell, columns) for cell in row]
        if None in taken or len(set(taken)) < len(taken):
            continue
        for cell, column in zip(row, taken, strict=True):
            if column is not None and cell.box is not None:
                out[id(cell)] = column
                columns[column] = _Column(
                    min(columns[column].left, cell.box.x0), max(columns[column].right, cell.box.x1)
                )
    return out if _are_apart(columns) else {}


def _nearest(cell: Cell, columns: Iterable[_Column]) -> int | None:
    """The one column that a cell stands in; None where it stands in none, or in several."""
    box = cell.box
    found = [n for n, c in enumerate(columns) if box is not None and box.x0 < c.right and c.left < box.x1]
    return found[0] if len(found) == 1 else None


def _are_apart(columns: Sequence[_Column]) -> bool:
    return all(one.right <= other.left for one, other in pairwise(columns))
