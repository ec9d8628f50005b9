"""Whether what looks like one row of a table may be several: told by the lines of its cells, beside each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extractor.sources.columns import Run, middle
from extractor.sources.gutters import Block

ROOM = 0.4  # of the type size: so much wider is white between rows that cells have room around their texts
LEVEL = 3  # cells that have lines at the same heights
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
    return any(count >= cells for count in found.values()) or (bool(found) and _are_level(blocks))


def _are_level(blocks: Sequence[Block]) -> bool:
    """Whether several cells have lines at the same heights, all of them: wrapped texts have as many as they need."""
    heights = [frozenset(round(middle(run) / 3) for run in block.runs) for block in blocks]
    return any(count >= LEVEL for own, count in Counter(heights).items() if len(own) > 1)


def least_white(blocks: Iterable[Block]) -> float:
    """The least white between two lines of a cell, in type sizes."""
    return min((_white(*pair) for block in blocks for pair in _below_each_other(block)), default=0.0)


def _below_each_other(block: Block) -> list[tuple[Run, Run]]:
    return [(a, b) for a, b in pairwise(sorted(block.runs, key=middle)) if b.box.top > middle(a)]


def _white(above: Run, below: Run) -> float:
    """The white between two lines, in type sizes."""
    return (below.box.top - above.box.bottom) / max(1.0, below.box.bottom - below.box.top)


def _begins_anew(block: Block, above: Run, below: Run) -> bool:
    size, wide = below.box.bottom - below.box.top, above.box.x1 - above.box.x0
    if NUMBER.fullmatch(above.text) and NUMBER.fullmatch(below.text) and below.box.x1 - below.box.x0 > 0.6 * wide:
        return True
    column = block.box.x1 - block.box.x0
    return column - wide > 1.5 * size and column < TEXT * size
