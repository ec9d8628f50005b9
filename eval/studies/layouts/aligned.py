"""Columns aligned by spaces: cells wrap side by side, a merged cell runs down beside its rows."""

from __future__ import annotations

from collections.abc import Sequence

from eval.reports.figure_tables import width_of
from eval.studies.layouts.cells import Cell, GridLine, once
from eval.studies.layouts.drawing import Drawing
from eval.studies.layouts.look import Look, lines_of, shown
from eval.studies.layouts.wrapping import longest

GAP = 3
"""Spaces between two columns at least; fewer would look like a space inside of a cell."""


def aligned(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[str]:
    """The rows as text of fixed columns."""
    widths = _widths(look, lines)
    out: list[str] = []
    waiting: dict[Cell, list[str]] = {}
    for k, line in enumerate(lines):
        fresh = shown(look, drawing, line)
        for cell in (cell for cell in fresh if cell is not None and cell.text):
            waiting[cell] = lines_of(look, drawing, cell, _room(line, cell, widths) // 2)
        if line.part == "goals" and sum(c.kind == "long" for c in once(line)) > 1:
            drawing.effects.add("goals_interleaved")
        following = lines[k + 1].cells if k + 1 < len(lines) else ()
        ending = [len(waiting.get(cell, ())) for cell in once(line) if cell not in following]
        height = max(1, *ending)
        out += [_text(line, waiting, widths, row) for row in range(height)]
        for cell in once(line):
            waiting[cell] = waiting.get(cell, [])[height:]
    return out


def _widths(look: Look, lines: Sequence[GridLine]) -> list[int]:
    """Display columns of each grid column: room for the longest piece that cannot wrap."""
    base = 2 * max(3, look.value_width // 2)
    out = [base] * len(lines[0].cells)
    for line in lines:
        for cell in once(line):
            places = [k for k, other in enumerate(line.cells) if other is cell]
            need = longest(cell.text) - GAP * (len(places) - 1)
            short = need - sum(out[k] for k in places)
            if short > 0:
                out[places[-1]] += short
    return out


def _room(line: GridLine, cell: Cell, widths: list[int]) -> int:
    places = [k for k, other in enumerate(line.cells) if other is cell]
    return sum(widths[k] for k in places) + GAP * (len(places) - 1)


def _text(line: GridLine, waiting: dict[Cell, list[str]], widths: list[int], row: int) -> str:
    text, at = "", 0
    for cell in once(line):
        pieces = waiting.get(cell, [])
        if row < len(pieces):
            text += " " * max(GAP if text.strip() else 0, at - width_of(text)) + pieces[row]
        at += _room(line, cell, widths) + GAP
    return text
