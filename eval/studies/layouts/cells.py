"""A form before it is printed: lines of cells on a grid. A cell that stands in several places is a merged one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

CellKind = Literal["label", "value", "level", "long", "joined", "blank"]
Part = Literal["title", "head", "funding", "goals", "tasks", "header", "indicators", "foot", "rest"]


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One printed cell, compared by identity; `path` is the value that it holds, '' for labels and foreign values."""

    text: str
    kind: CellKind
    path: str = ""


class GridLine(NamedTuple):
    """One row of the grid: as many places as the grid is wide; a cell that spans columns stands in each of them."""

    cells: tuple[Cell, ...]
    part: Part


def label(text: str) -> Cell:
    """A label's cell."""
    return Cell(text, "label")


def value(text: str | None, path: str = "") -> Cell:
    """A value's cell; blank where there is none."""
    return Cell(text, "value", path) if text else Cell("", "blank", path)


def long_text(text: str | None, path: str = "") -> Cell:
    """The cell of a long text; blank where there is none."""
    return Cell(text, "long", path) if text else Cell("", "blank", path)


def blank() -> Cell:
    """An empty cell that holds no value."""
    return Cell("", "blank")


def spread(cells: Sequence[Cell], width: int, part: Part) -> GridLine:
    """The cells over `width` columns, as evenly as they go; the last ones take what is left."""
    n = len(cells)
    if n > width:
        raise ValueError(f"{n} cells do not fit into {width} columns")
    return GridLine(tuple(cells[min(k * n // width, n - 1)] for k in range(width)), part)


def once(line: GridLine) -> tuple[Cell, ...]:
    """The cells of a line without the places that a cell takes to the right of its first one."""
    return tuple(dict.fromkeys(line.cells))
