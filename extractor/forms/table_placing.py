"""How a table lies on its page against its part on the page before: put aside, or photographed from nearer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.document.layout import Cell, Unit
from extractor.document.results import Row
from extractor.forms.parted_cells import EDGE, SAME_PLACE, Placing, last_part, same_columns

SHIFT = 24.0  # points by which a page may have been put aside on the scanner
SCALE = 0.08  # by so much the scale of two photographed pages may differ


def follows(above: Sequence[Row], rows: Sequence[Row]) -> bool:
    """Whether a table begins the page after the one that a table ends, as wide as that."""
    if not above or not rows or not (rows[0].table and above[-1].exact_columns and rows[0].exact_columns):
        return False
    page = max(last_part(u).page for u in above[-1].units if isinstance(u, Cell))
    one, other = _ends(above), _ends(rows)
    if rows[0].page != page + 1 or one is None or other is None:
        return False
    wide = one[1] - one[0]
    same = abs(wide - (other[1] - other[0])) <= EDGE or _same_shares(above, rows)
    return abs(other[0] - one[0]) <= SHIFT and same


def _same_shares(above: Sequence[Row], rows: Sequence[Row]) -> bool:
    """Whether a scanned table has its columns where the one above has them, each in its share of the width, and they
    are as many: pages that are photographed from other distances differ in scale."""
    placing = placing_of(above, rows)
    if not 1 - SCALE <= placing.scale <= 1 + SCALE:
        return False
    sure = [word.confidence for row in (above[-1], rows[0]) for unit in row.units for word in unit.words]
    first = [u for u in rows[0].units if isinstance(u, Cell)]
    last = lowest_cells(above)
    scanned = bool(sure) and None not in sure
    return scanned and len(first) > 2 and all(any(same_columns(last_part(c), u, placing) for c in last) for u in first)


def _ends(rows: Sequence[Row]) -> tuple[float, float] | None:
    boxes = [last_part(u).box for r in rows for u in r.units if isinstance(u, Cell)]
    known = [box for box in boxes if box is not None]
    return (min(b.x0 for b in known), max(b.x1 for b in known)) if known and len(known) == len(boxes) else None


def placing_of(above: Sequence[Row], below: Sequence[Row]) -> Placing:
    """How the table below lies against the table above: its sides are those of that."""
    one, other = _ends(above), _ends(below)
    if one is None or other is None or one[1] <= one[0]:
        return SAME_PLACE
    scale = (other[1] - other[0]) / (one[1] - one[0])
    return Placing(scale, other[0] - scale * one[0])


def aligned(rows: Sequence[Row], placing: Placing) -> list[Row]:
    """The rows with the boxes of their cells where the page before would have them: columns are told from those.

    The boxes of words stay where they are printed; a cell without any keeps its own, and so do all.
    """
    cells = [unit for row in rows for unit in row.units if isinstance(unit, Cell)]
    if placing == SAME_PLACE or placing.scale <= 0 or any(cell.text.strip() and not cell.words for cell in cells):
        return list(rows)

    def moved(unit: Unit) -> Unit:
        if not isinstance(unit, Cell) or unit.box is None:
            return unit
        x0, x1 = ((x - placing.shift) / placing.scale for x in (unit.box.x0, unit.box.x1))
        return replace(unit, box=unit.box._replace(x0=x0, x1=x1))

    return [row._replace(units=tuple(map(moved, row.units))) for row in rows]


def lowest_cells(rows: Sequence[Row]) -> list[Cell]:
    """The cells of the last row, and those from above that reach down to it."""
    cells = [u for r in rows for u in r.units if isinstance(u, Cell)]
    page = max(last_part(cell).page for cell in cells)
    parts = [part for cell in cells if (part := last_part(cell)).page == page]
    bottom = max(part.row + part.row_span for part in parts)
    return [
        cell
        for cell in cells
        if cell in rows[-1].units or ((p := last_part(cell)).page == page and p.row + p.row_span >= bottom)
    ]
