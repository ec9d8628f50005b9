"""The two cells of a column on both sides of a page break, and rows that have cells on both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extractor.document.layout import Cell
from extractor.document.results import Row

EDGE = 5.0  # points by which the same ruling line may differ from page to page
FILLED = 3  # rows with text in a column; fewer may have it by chance


class Pair(NamedTuple):
    """What stands above and below a break in the same columns."""

    above: Cell
    below: Cell

    @property
    def spanning(self) -> bool:
        """Whether one of the halves serves several rows."""
        return last_part(self.above).row_span > 1 or self.below.row_span > 1


def last_part(unit: Cell) -> Cell:
    """The part of a cell that stands last."""
    return unit.parts[-1] if unit.parts else unit


class Placing(NamedTuple):
    """How a table lies on its page against its part on the page before: `x` there is `x * scale + shift` here."""

    scale: float = 1.0
    shift: float = 0.0


SAME_PLACE = Placing()


def same_columns(above: Cell, below: Cell, placing: Placing = SAME_PLACE) -> bool:
    """Whether two cells stand in the same columns; the table below may be shifted, or photographed from nearer."""
    if above.box is None or below.box is None:
        return False
    scale, shift = placing
    sides = ((above.box.x0, below.box.x0), (above.box.x1, below.box.x1))
    return all(abs(one * scale + shift - other) <= EDGE for one, other in sides)


def are_halves(rows: Sequence[Row], pairs: Sequence[Pair]) -> bool:
    """Whether a row has some of its cells above the break and the others below: printers keep the lines of a cell
    together. No column has text in both, and one of each half has text in all other rows of the table."""
    own = [pair for pair in pairs if pair.above.row_span == 1]
    up = [pair.above for pair in own if pair.above.text.strip() and not pair.below.text.strip()]
    down = [pair.below for pair in own if pair.below.text.strip() and not pair.above.text.strip()]
    if len(up) + len(down) < len([pair for pair in own if pair.above.text.strip() or pair.below.text.strip()]):
        return False
    cells = [u for row in rows for u in row.units if isinstance(u, Cell) and u not in (p for pair in own for p in pair)]
    return any(_is_always_filled(cell, cells) for cell in up) and any(_is_always_filled(cell, cells) for cell in down)


def _is_always_filled(cell: Cell, cells: Sequence[Cell]) -> bool:
    """Whether all other cells of a column hold text, and there are some."""
    column = [other for other in cells if other.row_span == 1 and same_columns(other, cell)]
    return len(column) >= FILLED and all(other.text.strip() for other in column)
