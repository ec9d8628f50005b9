"""Two goal texts side by side, printed line by line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from eval.reports.figure_tables import width_of
from eval.studies.layouts.cells import Cell, GridLine, blank, once
from eval.studies.layouts.drawing import Drawing
from eval.studies.layouts.look import DROPS_BLANKS, Look
from eval.studies.layouts.wrapping import wrapped

MARKUP = ("sep_markdown", "sep_html", "sep_cell_lines", "sep_aligned")
"""Separators with which texts do not interleave, or do by themselves."""


def interleaved(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[GridLine]:
    """The rows, with the row of two goal texts cut into a row for each of their lines where that was drawn."""
    asked = {"goals_interleaved", "goals_unaligned"} & drawing.features
    if not asked or look.separator in MARKUP:
        return list(lines)
    out: list[GridLine] = []
    for line in lines:
        texts = [cell for cell in once(line) if cell.kind == "long"]
        out += _rows(look, drawing, line, *texts) if line.part == "goals" and len(texts) == 2 else [line]
    return out


def _rows(look: Look, drawing: Drawing, line: GridLine, left: Cell, right: Cell) -> list[GridLine]:
    loose = "goals_unaligned" in drawing.features and look.separator in DROPS_BLANKS
    width = look.long_width or drawing.rng.randint(14, 30)
    columns = [wrapped(cell.text, width) for cell in (left, right)]
    if max(map(len, columns)) == 1:
        return [line]
    drawing.effects.add("goals_unaligned" if loose else "goals_interleaved")
    if loose and len(columns[0]) != len(columns[1]):
        drawing.ambiguous |= {left.path, right.path}
    out = []
    empty = {cell: blank() for cell in once(line)} if look.separator not in DROPS_BLANKS else {}
    for a, b in zip_longest(*columns, fillvalue=""):
        if look.separator in DROPS_BLANKS:
            out.append(GridLine((Cell(_joined(a, b, width, loose), "joined"),) * len(line.cells), "goals"))
            continue
        first = {left: Cell(a, "long", left.path), right: Cell(b, "long", right.path)}
        out.append(GridLine(tuple(first.get(c) or (empty[c] if out else c) for c in line.cells), "goals"))
    return out


def _joined(left: str, right: str, width: int, loose: bool) -> str:
    if loose:
        return "   ".join(text for text in (left, right) if text)
    return (left + " " * (2 * width + 3 - width_of(left)) + right).rstrip()
