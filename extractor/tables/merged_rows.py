"""Whether what looks like one row of a table may be several: told by the lines of its cells, beside each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extractor.tables.column_gaps import Block
from extractor.tables.text_runs import Run, middle

ROOM = 0.4  # of the type size: so much wider is white between rows that cells have room around their texts
WIDEST = 0.62  # of the type size: wider white is never one between lines of a cell
LEVEL = 3  # cells that have lines at the same heights
MANY = 3  # numbers below each other
TEXT = 12.0  # type sizes; a wider cell holds a text, whose paragraphs end where they end
NUMBER = re.compile(r"[-+(]?[\d.,]*\d[\d.,]*[%)]?")


def hides_rows(blocks: Sequence[Block], least: float, cells: int = 2) -> bool:
    """Whether what looks like one row may be several: in so many cells or more, lines that stand at the same height do
    not go on with the line above, which had room for them, or is a number as they are, or is farther than lines are.

    `least` is the least white between two lines of a cell, in type sizes, as far as the table shows it.
    """
    found = Counter(
        round(below.box.top / 3)
        for block in blocks
        for above, below in _below_each_other(block)
        if _white(above, below) > least + ROOM or _begins_anew(block, above, below)
    )
    return any(count >= cells for count in found.values()) or _are_level(blocks) or any(map(_is_column, blocks))


def _is_column(block: Block) -> bool:
    """Whether a cell holds so many whole numbers below each other that they are a column of a table."""
    return sum(bool(NUMBER.fullmatch(run.text)) and run.text[-1] not in ",." for run in block.runs) >= MANY


def _are_level(blocks: Sequence[Block]) -> bool:
    """Whether several cells have all their lines at the same heights, and one of them has room for more in a line or
    holds whole numbers: wrapped texts have as many lines as they need."""
    level: dict[frozenset[int], list[Block]] = {}
    for block in blocks:
        level.setdefault(frozenset(round(middle(run) / 3) for run in block.runs), []).append(block)
    several = [own for heights, own in level.items() if len(heights) > 1 and len(own) >= LEVEL]
    return any(
        _has_room(block, above) or _are_alike(above, below)
        for own in several
        for block in own
        for above, below in _below_each_other(block)
    )


def _are_alike(above: Run, below: Run) -> bool:
    """Whether two lines are numbers with the same decimals, and not one that is broken off."""
    one, other = NUMBER.fullmatch(above.text), NUMBER.fullmatch(below.text)
    return bool(one and other) and _decimals(above.text) == _decimals(below.text)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2].rstrip("%)"))


def least_white(blocks: Iterable[Block]) -> float:
    """The least white between two lines of a cell, in type sizes."""
    return min((_white(*pair) for block in blocks for pair in _below_each_other(block)), default=0.0)


def widest_white(blocks: Iterable[Block]) -> float:
    """The widest white between two lines of a cell, in type sizes."""
    return max((_white(*pair) for block in blocks for pair in _below_each_other(block)), default=0.0)


def _below_each_other(block: Block) -> list[tuple[Run, Run]]:
    return [(a, b) for a, b in pairwise(sorted(block.runs, key=middle)) if b.box.top > middle(a)]


def _white(above: Run, below: Run) -> float:
    """The white between two lines, in type sizes."""
    return (below.box.top - above.box.bottom) / max(1.0, below.box.bottom - below.box.top)


def _begins_anew(block: Block, above: Run, below: Run) -> bool:
    wide = above.box.x1 - above.box.x0
    if NUMBER.fullmatch(above.text) and NUMBER.fullmatch(below.text) and below.box.x1 - below.box.x0 > 0.6 * wide:
        return True
    return _has_room(block, above)


def _has_room(block: Block, line: Run) -> bool:
    """Whether a line of a cell that is no text has room for one more character."""
    size, column = line.box.bottom - line.box.top, block.box.x1 - block.box.x0
    return column - (line.box.x1 - line.box.x0) > 1.5 * size and column < TEXT * size
