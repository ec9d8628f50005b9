"""Columns of tables without vertical lines: strips of white that no text of a section of rows enters.

A section is a range of rows whose texts stand in the same columns. It is proof of its columns: no text reaches from
one into another, and no two texts of a row stand in the same. Where that leaves a choice, there is no reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from extractor.document.geometry import clusters, union
from extractor.document.layout import Box
from extractor.tables.text_runs import SPREAD, Run, is_spread, row_box
from extractor.tables.words import DECIMAL, Piece

TOUCH = 0.5  # points by which texts may overlap that stand side by side
NARROWEST = 0.3  # of the type size: less white between two texts is no gutter
TOUCHING = 0.15  # of the type size: less white between two texts of a row is no gutter either
JUMP = 0.33  # of the type size: wider white where no space is drawn parts two cells
WORDS = 0.6  # the same beside a Latin letter: some writers draw no spaces at all
INDENT = 2.5  # of the type size: so far a first line is indented at most
ALIGNED = 1.5  # points


class Block(NamedTuple):
    """The lines of one cell."""

    runs: tuple[Run, ...]
    box: Box


class Band(NamedTuple):
    """What is printed in one row, from the top to the bottom, and where lines show that a column ends."""

    top: float
    bottom: float
    blocks: tuple[Block, ...]
    walls: tuple[float, ...] = ()


@dataclass(slots=True, eq=False)
class Column:
    """A column of a section: from where to where its texts reach, and its block in each band that has one."""

    lo: float
    hi: float
    blocks: dict[int, Block] = field(default_factory=dict)


class Section(NamedTuple):
    """Bands, from the first to one past the last, that share columns."""

    first: int
    end: int
    columns: list[Column]


def parts_of_row(row: Sequence[Run]) -> list[Run]:
    """The runs of a row, each cut where it holds several texts; a table stays as it is."""
    return [part for run in row for part in (parted(run) if run.pieces else [run])]


def block_of(runs: Iterable[Run]) -> Block:
    """The block of some runs."""
    own = tuple(runs)
    return Block(own, row_box(list(own)))


def parted(run: Run) -> list[Run]:
    """A run cut at white that is wider than any between words, unless a space is drawn there."""
    parts: list[list[Piece]] = [[run.pieces[0]]]
    for before, piece in pairwise(run.pieces):
        least = WORDS if _is_latin(before.text[-1]) or _is_latin(piece.text[0]) else JUMP
        least = SPREAD if is_spread(before, piece) else least
        two = DECIMAL.fullmatch(before.text) and DECIMAL.fullmatch(piece.text)
        if two or (not piece.spaced and piece.box.x0 - before.box.x1 > least * piece.size):
            parts.append([])
        parts[-1].append(piece)
    return [Run(box, tuple(part)) for part in parts if (box := union(p.box for p in part)) is not None]


def _is_latin(char: str) -> bool:
    return char < "\u2e80" and char.isalpha()


def side_by_side(runs: Iterable[Run]) -> list[Block]:
    """The stretches of a row that hold text, from left to right."""
    out: list[list[Run]] = []
    reach = 0.0
    for run in sorted(runs, key=lambda r: r.box.x0):
        if out and run.box.x0 < reach + TOUCH:
            out[-1].append(run)
        else:
            out.append([run])
        reach = max(reach, run.box.x1) if len(out[-1]) > 1 else run.box.x1
    return _with_indents([block_of(runs) for runs in out])


def _with_indents(blocks: Sequence[Block]) -> list[Block]:
    """Blocks with a short second line that ends before its indented first line begins joined to that: as a cell of its
    own it would stand at the height of others."""
    out: list[Block] = []
    for block in blocks:
        if out and _is_indented(block, out[-1]):
            out[-1] = block_of([*block.runs, *out[-1].runs])
        else:
            out.append(block)
    return out


def _is_indented(first: Block, second: Block) -> bool:
    if len(first.runs) > 1 or len(second.runs) > 1:
        return False
    size = second.box.bottom - second.box.top
    below = -0.3 * size < second.box.top - first.box.bottom < size
    return below and first.box.x0 - second.box.x0 < INDENT * size


def fits(bands: Sequence[Band], index: int, end: int) -> bool:
    """Whether the texts of a row can stand in the columns of the rows that end above it."""
    columns = _columns(bands, _reach(bands, end), end)
    return columns is not None and _with(columns, index, bands[index]) is not None


def sections_of(bands: Sequence[Band], before: int = 0) -> list[Section] | None:
    """The sections of a table, cut from below: a header stands above its rows. None where a column is in doubt.

    The first bands, `before` so many, stand on the page before; rows that are in line with them go on with them.
    """
    out: list[Section] = []
    starts = _starts(bands)
    end = len(bands)
    while end:
        first = _reach(bands, end)
        label = _label(bands, first, end)
        while 0 < first < end - 1 and (first < label or len(bands[first].blocks) < 2):
            if _columns(bands, first - 1, first + 1) is None:
                break
            first += 1
        if first == before:
            first += _going_on(bands, before, end)
        columns = _columns(bands, first, end)
        settled = columns and _settled(columns, bands, starts)
        if not settled:
            return None
        out.append(Section(first, end, settled))
        end = first
    return out[::-1]


def _going_on(bands: Sequence[Band], before: int, end: int) -> int:
    """How many rows on top of a section are in line with the rows of the page before, and stand in their columns."""
    columns = _columns(bands, 0, before) if before else None
    places = [_set(block) for band in bands[:before] for block in band.blocks]
    count = 0
    while columns is not None and before + count < end - 1:
        band = bands[before + count]
        if not all(any(_alike(_set(block), place) for place in places) for block in band.blocks):
            break
        columns = _with(columns, before + count, band)
        count += columns is not None
    return count


def _label(bands: Sequence[Band], first: int, end: int) -> int:
    """The row in which a column that begins with texts that are set alike has one that is set like none above it: a
    label of other columns. What stands above it goes with the rows above; so does a lone text."""
    found = [first]
    for column in _columns(bands, first, end) or ():
        rows = sorted(column.blocks)
        texts = [_set(column.blocks[row]) for row in rows]
        if len(texts) > 2 and _alike(texts[0], texts[1]):
            odd = (n for n in range(2, len(texts)) if not any(_alike(texts[n], other) for other in texts[:n]))
            found += [rows[n] for n in odd]
    return min(found[1:], default=first)


def _alike(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether two texts begin, end or have their middles in line."""
    return any(abs(a - b) <= ALIGNED for a, b in zip(one, other, strict=True))


def _reach(bands: Sequence[Band], end: int) -> int:
    """The first of the bands up to `end` that share columns."""
    columns: list[Column] = []
    first = end
    while first and (wider := _with(columns, first - 1, bands[first - 1])) is not None:
        columns, first = wider, first - 1
    return first


def _columns(bands: Sequence[Band], first: int, end: int) -> list[Column] | None:
    """The columns that some bands share."""
    columns: list[Column] | None = []
    for index in reversed(range(first, end)):
        columns = None if columns is None else _with(columns, index, bands[index])
    return columns


def _with(columns: list[Column], index: int, band: Band) -> list[Column] | None:
    """The columns with the blocks of one more band; None where they don't fit."""
    out = [Column(c.lo, c.hi, dict(c.blocks)) for c in columns]
    for block in band.blocks:
        met = [c for c in out if c.lo < block.box.x1 - TOUCH and block.box.x0 < c.hi - TOUCH]
        joined = Column(block.box.x0, block.box.x1, {index: block})
        for column in met:
            if joined.blocks.keys() & column.blocks.keys():
                return None
            joined.blocks.update(column.blocks)
            joined.lo, joined.hi = min(joined.lo, column.lo), max(joined.hi, column.hi)
        out = [c for c in out if c not in met] + [joined]
    size = max((r.box.bottom - r.box.top for b in band.blocks for r in b.runs), default=0.0)
    return _with_gutters(sorted(out, key=lambda c: c.lo), size)


def _with_gutters(columns: Sequence[Column], size: float) -> list[Column] | None:
    """Columns with those joined that have no gutter between them; None where two of them stand side by side."""
    out: list[Column] = []
    for column in columns:
        white = column.lo - out[-1].hi if out else size
        if white >= NARROWEST * size:
            out.append(column)
        elif not out[-1].blocks.keys() & column.blocks.keys():
            out[-1] = _one(out[-1], column)
        elif white >= TOUCHING * size:
            out.append(column)
        else:
            return None
    return out


def _starts(bands: Sequence[Band]) -> list[float]:
    """Where texts of several rows begin behind others: columns of the whole table begin there."""
    found = clusters([block.box.x0 for band in bands for block in band.blocks[1:]], ALIGNED / 2)
    return [sum(group) / len(group) for group in found if len(group) > 1]


def _settled(columns: list[Column], bands: Sequence[Band], starts: Sequence[float]) -> list[Column] | None:
    """Columns that never stand side by side joined where they can only be one; None where nobody knows."""
    out = list(columns)
    n = 0
    while n + 1 < len(out):
        if out[n].blocks.keys() & out[n + 1].blocks.keys() or not _may_be_one(out, n, bands, starts):
            n += 1
            continue
        near = [m for m in (n - 1, n, n + 1) if 0 <= m < len(out) - 1 and _open(out, m, bands, starts)]
        if near != [n]:
            return None
        out[n : n + 2] = [_one(out[n], out[n + 1])]
        n = max(0, n - 1)
    return out


def _open(columns: list[Column], n: int, bands: Sequence[Band], starts: Sequence[float]) -> bool:
    return not (columns[n].blocks.keys() & columns[n + 1].blocks.keys()) and _may_be_one(columns, n, bands, starts)


def _may_be_one(columns: list[Column], n: int, bands: Sequence[Band], starts: Sequence[float]) -> bool:
    """Whether two neighbours may be one column: no line parts them, and their texts begin, end or centre alike."""
    left, right = columns[n], columns[n + 1]
    held = {index for c in (left, right) for index in c.blocks}
    if any(left.hi - ALIGNED <= x <= right.lo + ALIGNED for index in held for x in bands[index].walls):
        return False
    if any(abs(x - right.lo) <= ALIGNED for x in starts):
        return False
    return not (_strays(left, right) or _strays(right, left))


def _strays(one: Column, other: Column) -> bool:
    """Whether no text of a column is set as those of another are, which all begin, end or centre alike.

    The topmost text is left out: it may be a label, which is centred over figures that are not.
    """
    top = min(*one.blocks, *other.blocks)
    own, theirs = ([_set(b) for n, b in c.blocks.items() if n != top] for c in (one, other))
    if len(own) < 2 or not theirs:
        return False
    alike = [k for k in range(3) if max(p[k] for p in own) - min(p[k] for p in own) <= ALIGNED]
    return bool(alike) and all(abs(p[k] - own[0][k]) > 2 * ALIGNED for p in theirs for k in alike)


def _set(block: Block) -> tuple[float, float, float]:
    """Where a text begins, has its middle (twice) and ends."""
    return (block.box.x0, block.box.x0 + block.box.x1, block.box.x1)


def _one(left: Column, right: Column) -> Column:
    return Column(left.lo, max(left.hi, right.hi), {**left.blocks, **right.blocks})


def gutters_of(section: Section) -> list[tuple[float, float]]:
    """The white between the columns of a section."""
    return [(a.hi, b.lo) for a, b in pairwise(section.columns)]
