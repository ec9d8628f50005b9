"""Lattices that lack lines inside: cells that hold several texts side by side, or the rows of several columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extractor.geometry import covered
from extractor.layout import Grid
from extractor.sources.columns import RUN_GAP, Run
from extractor.sources.gutters import block_of, hides_rows, least_white
from extractor.sources.tables import Lattice
from extractor.sources.words import Piece, Token, pieces_of, rows_of

FEW = 2.0  # cells in a row of a lattice, or in a column; one that has more is not looked at
LEAST_ROWS = 2  # that hold texts side by side in one cell
LEAST_SHARE = 0.5  # of the rows that hold text
LEAST_CELLS = 3  # that hold lines at the same height, each of a row of its own
FOUND = 0.5  # the share of a lattice that a table must cover to be found in its place

Lines = dict[int, list[list[Piece]]]
"""The printed lines in each cell of a lattice that has text."""


def lacking(lattices: Sequence[Lattice], tokens: Sequence[Token]) -> list[Lattice]:
    """The lattices in which lines between columns or between rows are not drawn."""
    out = []
    for lattice in lattices:
        columns, rows = _per_row(lattice) <= FEW, _per_column(lattice) <= FEW
        if columns or rows:
            lines = _lines(lattice, tokens)
            if (columns and _lacks_columns(lattice, lines)) or (rows and _lacks_rows(lattice, lines)):
                out.append(lattice)
    return out


def not_found(lattices: Iterable[Lattice], grids: Sequence[Grid]) -> list[Lattice]:
    """The lattices in whose place there is no table."""
    boxes = [grid.box for grid in grids if grid.box is not None]
    return [lattice for lattice in lattices if not any(covered(lattice.box, box) > FOUND for box in boxes)]


def _per_row(lattice: Lattice) -> float:
    wide, high = len(lattice.xs) - 1, len(lattice.ys) - 1
    return sum(len(set(lattice.owner[r * wide : (r + 1) * wide])) for r in range(high)) / high


def _per_column(lattice: Lattice) -> float:
    wide = len(lattice.xs) - 1
    return sum(len(set(lattice.owner[c::wide])) for c in range(wide)) / wide


def _lines(lattice: Lattice, tokens: Sequence[Token]) -> Lines:
    held: dict[int, list[Token]] = defaultdict(list)
    for token in tokens:
        index = lattice.slot_at((token.x0 + token.x1) / 2, (token.top + token.bottom) / 2)
        if index >= 0 and token.turn == 0:
            held[index].append(token)
    read = {index: [words for row in rows_of(own) if (words := pieces_of(row))] for index, own in held.items()}
    return {index: lines for index, lines in read.items() if lines}


def _lacks_columns(lattice: Lattice, lines: Lines) -> bool:
    """Whether in half of the rows some cell holds texts side by side."""
    wide = len(lattice.xs) - 1
    rows = [set(lattice.owner[r * wide : (r + 1) * wide]) & lines.keys() for r in range(len(lattice.ys) - 1)]
    filled = [own for own in rows if own]
    several = sum(any(_is_parted(line) for index in own for line in lines[index]) for own in filled)
    return several >= max(LEAST_ROWS, LEAST_SHARE * len(filled))


def _is_parted(line: Sequence[Piece]) -> bool:
    """Whether wide white stands between two words, and no spaces, which writers use to spread a word."""
    return any(not b.spaced and b.box.x0 - a.box.x1 > RUN_GAP * b.size for a, b in pairwise(line))


def _lacks_rows(lattice: Lattice, lines: Lines) -> bool:
    """Whether several cells beside each other hold lines that are rows of their own."""
    blocks = {index: block_of(Run(line[0].box, tuple(line)) for line in own) for index, own in lines.items()}
    least = least_white(blocks.values())
    wide = len(lattice.xs) - 1
    rows = [set(lattice.owner[r * wide : (r + 1) * wide]) & blocks.keys() for r in range(len(lattice.ys) - 1)]
    return any(hides_rows([blocks[index] for index in own], least, LEAST_CELLS) for own in rows)
