"""Rows of a lattice that have no lines between them: a row whose cells hold whole numbers below each other is several.

Numbers do not wrap where their cell has room. The heights of their lines are those of the rows; every other text of the
row either has its lines at these heights, or stands in the middle of all of them, as a label of them does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import clusters, union
from extractor.tables.column_gaps import Block, block_of
from extractor.tables.merged_rows import NUMBER
from extractor.tables.ruled.lattice import Lattice, Slot
from extractor.tables.text_runs import Run, middle
from extractor.tables.words import Token, pieces_of, rows_of
from extractor.tables.wrapped_numbers import is_one_number

TALL = 1.9  # of the type size: a row that is lower has no place for two lines
NEAR = 0.35  # of the type size: lines of different cells that differ by less in height are of one row
ROOM = 0.8  # of the type size: white beside a line that one more character and the padding of the cell need
WIDE = 2.0  # of the type size: white that no number leaves which goes on in the next line, whatever the padding
LEAST = 2  # cells of one row that hold numbers below each other, or as many texts as another holds numbers
MANY = 3  # texts below each other that are one for each number beside them


class Parted(NamedTuple):
    """A lattice with the rows put in that have no lines between them; `sure` says that every column agrees on them."""

    lattice: Lattice
    sure: bool


class Split(NamedTuple):
    """Where a row is cut, from top to bottom, and the cells that are not cut with it."""

    places: list[float]
    whole: frozenset[int]
    sure: bool


def with_rows(lattice: Lattice, tokens: Sequence[Token], texts: bool = False) -> Parted | None:
    """The lattice with its rows parted, None where none holds several; `texts` says that texts may show rows too."""
    splits: dict[int, Split] = {}
    for row, cells in _candidates(lattice, tokens, texts).items():
        split = _split(lattice, {i: block for i, own in cells.items() if (block := _block(own)) is not None}, texts)
        if split is not None:
            splits[row] = split
    if not splits:
        return None
    return Parted(_cut(lattice, splits), all(split.sure for split in splits.values()))


def _candidates(lattice: Lattice, tokens: Sequence[Token], texts: bool) -> dict[int, dict[int, list[Token]]]:
    """For each row in which several cells have digits at several heights, the tokens of its cells."""
    size = median([t.bottom - t.top for t in tokens[:200]] or [1.0])
    tall = {n for n, (a, b) in enumerate(pairwise(lattice.ys)) if b - a > TALL * size}
    if not tall:
        return {}
    held: dict[int, list[Token]] = defaultdict(list)
    heights: dict[int, set[int]] = defaultdict(set)
    top, bottom = lattice.ys[0], lattice.ys[-1]
    for token in tokens:
        if token.bottom < top or token.top > bottom:
            continue
        index = lattice.slot_at((token.x0 + token.x1) / 2, (token.top + token.bottom) / 2) if token.turn == 0 else -1
        if index < 0 or lattice.slots[index].row not in tall or lattice.slots[index].row_span > 1:
            continue
        held[index].append(token)
        if token.text[0].isdigit() or texts:
            heights[index].add(round((token.top + token.bottom) / size))
    rows: dict[int, dict[int, list[Token]]] = defaultdict(dict)
    for index, own in held.items():
        rows[lattice.slots[index].row][index] = own
    return {n: own for n, own in rows.items() if any(len(heights[index]) > 1 for index in own)}


def _block(tokens: Sequence[Token]) -> Block | None:
    """The printed lines of a cell."""
    lines = [words for row in rows_of(tokens) if (words := pieces_of(row))]
    runs = [Run(box, tuple(words)) for words in lines if (box := union(word.box for word in words)) is not None]
    return block_of(runs) if runs else None


def _holds_entries(block: Block, wide: float, texts: bool) -> bool:
    """Whether the lines of a cell of some width are entries of their own: whole numbers that had room for more."""
    runs = sorted(block.runs, key=middle)
    least = WIDE if is_one_number([run.text for run in runs]) else ROOM
    room = all(wide - (run.box.x1 - run.box.x0) > least * (run.box.bottom - run.box.top) for run in runs[:-1])
    numbers = all(NUMBER.fullmatch(p.text) and p.text[-1] not in ",." for run in runs for p in run.pieces)
    return len(runs) > 1 and room and (texts or numbers)


def _split(lattice: Lattice, blocks: dict[int, Block], texts: bool) -> Split | None:
    """Where to cut a row that holds these texts, None where nothing shows that it is several."""
    wide = {index: (box := lattice.slot_box(lattice.slots[index])).x1 - box.x0 for index in blocks}
    shown = [index for index, block in blocks.items() if _holds_entries(block, wide[index], texts)]
    lines = [len(blocks[index].runs) for index in shown]
    alike = sum(len(block.runs) in lines and len(block.runs) >= MANY for block in blocks.values())
    if not shown or max(len(shown), alike) < LEAST:
        return None
    near = NEAR * median(run.box.bottom - run.box.top for block in blocks.values() for run in block.runs)
    levels = clusters([middle(run) for index in shown for run in blocks[index].runs], near)
    centre = (levels[0][0] + levels[-1][-1]) / 2
    whole: set[int] = set()
    full = 0
    for index, block in blocks.items():
        at = {_level(levels, middle(run), near) for run in block.runs}
        if len(block.runs) == 1 and abs(middle(block.runs[0]) - centre) < near:
            whole.add(index)
            full += -1 in at
        elif -1 in at:
            return Split([], frozenset(), False)
        else:
            full += len(at) == len(levels)
    places = [(above[-1] + below[0]) / 2 for above, below in pairwise(levels)]
    return Split(places, frozenset(whole), full == len(blocks))


def _level(levels: Sequence[Sequence[float]], y: float, near: float) -> int:
    """The number of the level that a line stands at, -1 for none."""
    return next((n for n, group in enumerate(levels) if group[0] - near <= y <= group[-1] + near), -1)


def _cut(lattice: Lattice, splits: dict[int, Split]) -> Lattice:
    """The lattice with rows cut at the places of their splits."""
    starts, ys = [0], [lattice.ys[0]]
    for row, below in enumerate(lattice.ys[1:]):
        places = splits[row].places if row in splits else []
        ys += [*places, below]
        starts.append(starts[-1] + len(places) + 1)
    slots: list[Slot] = []
    for index, slot in enumerate(lattice.slots):
        first, end = starts[slot.row], starts[slot.row + slot.row_span]
        split = splits.get(slot.row) if slot.row_span == 1 else None
        if split is None or index in split.whole:
            slots.append(slot._replace(row=first, row_span=end - first))
        else:
            slots += [
                slot._replace(row=row, row_span=1, open_below=slot.open_below and row == end - 1)
                for row in range(first, end)
            ]
    slots.sort(key=lambda slot: (slot.row, slot.col))
    wide = len(lattice.xs) - 1
    owner = [-1] * (wide * (len(ys) - 1))
    for index, slot in enumerate(slots):
        for row in range(slot.row, slot.row + slot.row_span):
            owner[row * wide + slot.col : row * wide + slot.col + slot.col_span] = [index] * slot.col_span
    return Lattice(lattice.xs, tuple(ys), tuple(slots), tuple(owner))
