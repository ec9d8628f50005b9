"""Heights of rows, estimated from the widths of characters, for programs that need them before they draw."""

from __future__ import annotations

import math
import unicodedata

from eval.studies.producers.design import Design
from eval.studies.producers.raised import flat
from eval.synth.sheet import Cell, Table, slots

NARROW = 0.58
"""Width of a character that is not full width, in ems: on the safe side for digits of the typefaces used."""


def ems(text: str) -> float:
    """The width of a text in ems."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else NARROW for char in text)


def lines(text: str, width: float, size: float) -> int:
    """How many lines a text takes at most, where lines end at any character."""
    room = max(1.0, math.floor(width / size * 2) / 2 - 0.5)
    return sum(max(1, math.ceil(ems(line) / room)) for line in flat(text).split("\n"))


def row_heights(table: Table, design: Design, inner_width: float) -> list[float]:
    """The height of each row, in points, so that every cell's text has room, merged ones too."""
    whole = sum(table.widths)
    widths = [inner_width * width / whole for width in table.widths]
    heights = [design.size * design.leading + 2 * design.padding[0]] * len(table.rows)
    for row, col, cell in sorted(slots(table), key=lambda slot: slot.cell.row_span):
        needed = _needed(cell, sum(widths[col : col + cell.col_span]), design)
        rows = range(row, row + cell.row_span)
        lack = needed - sum(heights[i] for i in rows)
        for i in rows if lack > 0 else ():
            heights[i] += lack / cell.row_span
    return heights


def _needed(cell: Cell, width: float, design: Design) -> float:
    vertical, horizontal = design.padding
    return lines(cell.text, width - 2 * horizontal, design.size) * design.size * design.leading + 2 * vertical
