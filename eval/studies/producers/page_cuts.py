"""Tables cut at page breaks, for programs that cannot break a merged cell themselves."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from eval.synth.sheet import Cell, Table, slots


def breaks(heights: list[float], first_room: float, room: float) -> list[int]:
    """The rows before which a page ends, for rows of these heights; a row alone may be higher than the room."""
    out, left = [], first_room
    for i, height in enumerate(heights):
        if height > left and (i or first_room < room):
            out.append(i)
            left = room
        left -= height
    return out


def cut(table: Table, at: list[int], keep: str) -> list[Table]:
    """The parts of a table between the rows `at`; a merged cell keeps its text in the part that `keep` names."""
    edges = [0, *at, len(table.rows)]
    parts = list(pairwise(edges))
    rows: list[list[list[tuple[int, Cell]]]] = [[[] for _ in range(last - first)] for first, last in parts]
    for row, col, cell in slots(table):
        touched = [i for i, (first, last) in enumerate(parts) if row < last and row + cell.row_span > first]
        home = {"first": touched[0], "middle": touched[len(touched) // 2], "last": touched[-1]}[keep]
        for i in touched:
            first, last = parts[i]
            top, bottom = max(row, first), min(row + cell.row_span, last)
            text = cell.text if i == home else ""
            rows[i][top - first].append((col, replace(cell, text=text, row_span=bottom - top)))
    return [
        Table(table.widths, tuple(tuple(c for _, c in sorted(row, key=lambda at: at[0])) for row in part), table.head)
        for part in rows
    ]
