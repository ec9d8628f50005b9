"""Blank cells that a print drops, and what a person cannot settle any more because of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from eval.studies.layouts.cells import Cell, GridLine
from eval.studies.layouts.drawing import Drawing

RATE = 0.35
ALONE = "overall_goal"
"""A goal text that stands alone is the annual one, whatever column it was printed in: so gold is labelled."""


def without_blanks(drawing: Drawing, line: GridLine, cells: Sequence[Cell | None]) -> list[Cell]:
    """The cells that have text; notes which values nobody can give a column now."""
    note(drawing, line, cells, [k for k, cell in enumerate(cells) if cell is None or not cell.text])
    return [cell for cell in cells if cell is not None and cell.text]


def with_losses(drawing: Drawing, line: GridLine, cells: Sequence[Cell | None]) -> list[Cell | None]:
    """The row with one or more blank cells dropped and as many at its end, where the draw falls on it."""
    if "lost_cells" not in drawing.features or drawing.rng.random() > RATE:
        return list(cells)
    last = max((k for k, cell in enumerate(cells) if cell is not None and cell.text), default=0)
    blanks = [k for k, cell in enumerate(cells[:last]) if cell is None or not cell.text]
    if not blanks:
        return list(cells)
    drawing.effects.add("lost_cells")
    gone = blanks if drawing.rng.random() < 0.5 else [drawing.rng.choice(blanks)]
    note(drawing, line, cells, gone)
    return [cell for k, cell in enumerate(cells) if k not in gone] + [None] * len(gone)


def note(drawing: Drawing, line: GridLine, cells: Sequence[Cell | None], gone: Sequence[int]) -> None:
    """Marks as ambiguous: a dropped value with all later values up to the next label; a row with one lone cell."""
    for k in gone:
        cell = cells[k]
        if cell is None or cell.path in ("", ALONE):
            continue
        later: list[Cell] = []
        for other in cells[k + 1 :]:
            if other is not None and other.kind == "label":
                break
            if other is not None and other.text:
                later.append(other)
        if later:
            drawing.ambiguous |= {cell.path, *(other.path for other in later if other.path)}
    left = [cell for cell in cells if cell is not None and cell.text]
    if line.part == "indicators" and len(left) == 1 and left[0].kind == "level":
        row = re.sub(r"\.\w+$", "", left[0].path)
        drawing.ambiguous |= {f"{row}.level2", f"{row}.level3"}


def note_adjacent(drawing: Drawing, cells: Sequence[tuple[Cell, int]]) -> None:
    """Marks as ambiguous two wrapped cells, one after the other, where no sign tells where the first one ends."""
    for (first, lines), (second, more) in pairwise(cells):
        if not first.path or not second.path or first.kind != second.kind:
            continue
        told = _told(first, second) if first.kind == "long" else _signed(first, second)
        if told or lines + more < (3 if first.kind == "long" else 4):
            continue
        drawing.ambiguous |= {first.path, second.path}


def _signed(first: Cell, second: Cell) -> bool:
    """Whether a sign shows where the first value ends, or where the second one begins."""
    return first.kind != "value" or first.text[-1] in ")）%" or second.text[0] in "=≥≤><0123456789"


def _told(first: Cell, second: Cell) -> bool:
    """Whether a long text shows that it begins: its numbers start again."""
    return bool(re.match(r"[(（]?1", second.text)) and len(first.text) > 1
