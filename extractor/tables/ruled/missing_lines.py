"""Lattices that lack lines inside: cells that hold several texts side by side, or the rows of several columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extractor.document.geometry import clusters, covered
from extractor.document.layout import Grid
from extractor.tables.column_gaps import ALIGNED, block_of
from extractor.tables.merged_rows import NUMBER, hides_rows, least_white
from extractor.tables.ruled.lattice import Lattice
from extractor.tables.text_runs import RUN_GAP, Run
from extractor.tables.words import Piece, Token, pieces_of, rows_of

FEW = 2  # cells in a quarter of the rows of a lattice, or of its columns; one that has more is not looked at
LEAST_ROWS = 2  # that hold texts side by side in one cell
LEAST_SHARE = 0.5  # of the rows that hold text
LEAST_CELLS = 3  # that hold lines at the same height, each of a row of its own
FOUND = 0.5  # the share of a lattice that a table must cover to be found in its place

_GROUP = re.compile(r"\d{3}(?:[.,]\d+)?")

_SIDE_BY_SIDE = re.compile(r"(?m)^[\d.,]*\d (?!\d{3}(?:[.,]\d+)?$)[\d.,]*\d$")

Lines = dict[int, list[list[Piece]]]
"""The printed lines in each cell of a lattice that has text."""


def lacking(lattices: Sequence[Lattice], tokens: Sequence[Token]) -> list[Lattice]:
    """The lattices in which lines between columns or between rows are not drawn."""
    out = []
    for lattice in lattices:
        columns, rows = _has_few(_rows(lattice)), _has_few(_columns(lattice))
        if columns or rows:
            lines = _lines(lattice, tokens)
            if (columns and _lacks_columns(lattice, lines)) or (rows and _lacks_rows(lattice, lines)):
                out.append(lattice)
    return out


def not_found(lattices: Iterable[Lattice], grids: Sequence[Grid]) -> list[Lattice]:
    """The lattices in whose place there is no table."""
    boxes = [grid.box for grid in grids if grid.box is not None]
    return [lattice for lattice in lattices if not any(covered(lattice.box, box) > FOUND for box in boxes)]


def holds_columns(grid: Grid, lattices: Iterable[Lattice]) -> bool:
    """Whether a table in the place of one of these lattices still holds numbers side by side in several cells."""
    box = grid.box
    if box is None or not any(covered(lattice.box, box) > FOUND for lattice in lattices):
        return False
    return sum(bool(_SIDE_BY_SIDE.search(cell.text)) for cell in grid.cells) >= LEAST_ROWS


def _has_few(lines: Sequence[set[int]]) -> bool:
    """Whether a quarter of the rows, or columns, has few cells."""
    counts = sorted(map(len, lines))
    return counts[len(counts) // 4] <= FEW


def _rows(lattice: Lattice) -> list[set[int]]:
    wide = len(lattice.xs) - 1
    return [set(lattice.owner[r * wide : (r + 1) * wide]) for r in range(len(lattice.ys) - 1)]


def _columns(lattice: Lattice) -> list[set[int]]:
    wide = len(lattice.xs) - 1
    return [set(lattice.owner[c::wide]) for c in range(wide)]


def _lines(lattice: Lattice, tokens: Sequence[Token]) -> Lines:
    held: dict[int, list[Token]] = defaultdict(list)
    for token in tokens:
        index = lattice.slot_at((token.x0 + token.x1) / 2, (token.top + token.bottom) / 2)
        if index >= 0 and token.turn == 0:
            held[index].append(token)
    read = {index: [words for row in rows_of(own) if (words := pieces_of(row))] for index, own in held.items()}
    return {index: lines for index, lines in read.items() if lines}


def _lacks_columns(lattice: Lattice, lines: Lines) -> bool:
    """Whether some cells hold texts side by side: in half of the rows, or in two where they begin in line."""
    rows = [own & lines.keys() for own in _rows(lattice)]
    starts = [{x for index in own for line in lines[index] for x in _starts(line)} for own in rows]
    inline = any(len(group) > 1 for group in clusters([x for own in starts for x in own], ALIGNED / 2))
    several, filled = sum(map(bool, starts)), sum(map(bool, rows))
    least = LEAST_SHARE * filled
    return several >= max(1, least) if len(lattice.xs) == 2 else several >= LEAST_ROWS and (inline or several >= least)


def _starts(line: Sequence[Piece]) -> list[float]:
    """Where words begin behind wide white, but for white of spaces, which writers use to spread a word; and where a
    number begins behind a whole number."""
    return [b.box.x0 for a, b in pairwise(line) if _is_wide(a, b) or _are_numbers(a, b)]


def _is_wide(before: Piece, piece: Piece) -> bool:
    return not piece.spaced and piece.box.x0 - before.box.x1 > RUN_GAP * piece.size


def _are_numbers(before: Piece, piece: Piece) -> bool:
    """Whether both words are numbers, the second no group of digits that a space sets apart."""
    whole = NUMBER.fullmatch(before.text) and NUMBER.fullmatch(piece.text)
    return bool(whole) and not _GROUP.fullmatch(piece.text)


def _lacks_rows(lattice: Lattice, lines: Lines) -> bool:
    """Whether several cells beside each other hold lines that are rows of their own."""
    blocks = {index: block_of(Run(line[0].box, tuple(line)) for line in own) for index, own in lines.items()}
    least = least_white(blocks.values())
    rows = [own & blocks.keys() for own in _rows(lattice)]
    return any(hides_rows([blocks[index] for index in own], least, LEAST_CELLS) for own in rows)
