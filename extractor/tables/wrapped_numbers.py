"""Numbers that are wider than their cell and go on in its next line: `3,841,50` above `0.00` is one number.

A line is broken off where the next character has no room. Lines that are numbers of their own, with as many decimals
each, stay apart: nothing shows that they are one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import NamedTuple

from extractor.document.layout import Box, Cell, Grid, Word

SLACK = 0.75  # points; programs lay out in pixels and round (measured)
NUMBER = re.compile(r"[-+(]?[$€£¥]?(?:\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?[%)]?")


class Printed(NamedTuple):
    """One line of a cell: its words, and from where to where it reaches."""

    words: tuple[Word, ...]
    x0: float
    x1: float

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(word.text for word in self.words)


def rejoined(grid: Grid) -> Grid:
    """The table with wrapped numbers in one line each."""
    wrapped = [cell for cell in grid.cells if is_one_number(cell.text.splitlines())]
    if not wrapped:
        return grid
    room = _padding(grid)
    made = {cell.id: joined for cell in wrapped if (joined := _joined(cell, room)) is not None}
    return replace(grid, cells=tuple(made.get(cell.id, cell) for cell in grid.cells)) if made else grid


def is_one_number(lines: Sequence[str]) -> bool:
    """Whether lines can be read as one number alone, as far as their texts say."""
    parts = [line.strip() for line in lines]
    if len(parts) < 2 or NUMBER.fullmatch("".join(parts)) is None:
        return False
    found = [NUMBER.fullmatch(part) for part in parts]
    return len({len(match[1] or "") if match else -1 for match in found}) > 1 or None in found


def _padding(grid: Grid) -> float:
    """The white between texts and the nearer side of their cell, as little as in one of ten: others are centred."""
    lines = ((cell.box, line) for cell in grid.cells if cell.box is not None for line in _lines(cell))
    white = sorted(near for box, line in lines if (near := min(line.x0 - box.x0, box.x1 - line.x1)) >= 0)
    return white[len(white) // 10] if white else 0.0


def _lines(cell: Cell) -> list[Printed]:
    """The printed lines of a cell; none where a word has no place."""
    out: list[Printed] = []
    for _, group in groupby(cell.words, key=lambda word: cell.text.count("\n", 0, word.start)):
        words = tuple(group)
        boxes = [word.box for word in words if word.box is not None]
        if len(boxes) < len(words):
            return []
        out.append(Printed(words, min(b.x0 for b in boxes), max(b.x1 for b in boxes)))
    return out


def _joined(cell: Cell, padding: float) -> Cell | None:
    """The cell with its number in one line; None where it may be several."""
    lines = _lines(cell)
    if cell.box is None or not lines:
        return None
    if not all(_is_full(line, below, cell.box, padding) for line, below in pairwise(lines)):
        return None
    words: list[Word] = []
    for word in cell.words:
        words.append(replace(word, start=sum(len(before.text) for before in words)))
    return replace(cell, text="".join(word.text for word in words), words=tuple(words))


def _is_full(line: Printed, below: Printed, box: Box, padding: float) -> bool:
    """Whether what the next line begins with has no room in a line: a character, or what stands behind a point."""
    character = (below.x1 - below.x0) / max(len(below.text), 1)
    kept = re.match(r"\d+", below.text) if line.text[-1] in ".," else None
    piece = len(kept[0]) if kept else 1
    return (box.x1 - box.x0) - (line.x1 - line.x0) - 2 * padding < piece * character + SLACK
