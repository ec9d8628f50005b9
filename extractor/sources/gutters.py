"""Columns of tables without vertical lines: strips of white that no text of a section of rows enters.

A section is a range of rows whose texts stand in the same columns. It is proof of its columns: no text reaches from
one into another, and no two texts of a row stand in the same. Where that leaves a choice, there is no reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractor.geometry import stab, union
from extractor.layout import Box, Cell, Grid
from extractor.sources.columns import Run, lines_of, row_box
from extractor.sources.tables import Slot, tile
from extractor.sources.words import Piece, passage

TOUCH = 0.5  # points by which texts may overlap that stand side by side
NARROWEST = 0.3  # of the type size: less white between two texts is no gutter
JUMP = 0.6  # of the type size: wider white where no space is drawn parts two cells
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


@dataclass(slots=True)
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


def block_of(runs: Iterable[Run]) -> Block:
    """The block of some runs."""
    own = tuple(runs)
    return Block(own, row_box(list(own)))


def parted(run: Run) -> list[Run]:
    """A run cut at white that is wider than any between words, unless a space is drawn there."""
    parts: list[list[Piece]] = [[run.pieces[0]]]
    for before, piece in pairwise(run.pieces):
        if not piece.spaced and piece.box.x0 - before.box.x1 > JUMP * piece.size:
            parts.append([])
        parts[-1].append(piece)
    return [Run(box, tuple(part)) for part in parts if (box := union(p.box for p in part)) is not None]


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
    return [block_of(runs) for runs in out]


def sections_of(bands: Sequence[Band]) -> list[Section] | None:
    """The sections of a table, cut from below: a header stands above its rows. None where a column is in doubt."""
    out: list[Section] = []
    end = len(bands)
    while end:
        columns: list[Column] = []
        first = end
        while first and (wider := _with(columns, first - 1, bands[first - 1])) is not None:
            columns, first = wider, first - 1
        if first == end:
            return None
        settled = _settled(columns, bands)
        if settled is None:
            return None
        out.append(Section(first, end, settled))
        end = first
    return out[::-1]


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
    return sorted(out, key=lambda c: c.lo)


def _settled(columns: list[Column], bands: Sequence[Band]) -> list[Column] | None:
    """Columns that never stand side by side joined where they can only be one; None where nobody knows."""
    out = list(columns)
    n = 0
    while n + 1 < len(out):
        if out[n].blocks.keys() & out[n + 1].blocks.keys() or not _may_be_one(out, n, bands):
            n += 1
            continue
        near = [m for m in (n - 1, n, n + 1) if 0 <= m < len(out) - 1 and _open(out, m, bands)]
        if near != [n]:
            return None
        out[n : n + 2] = [_one(out[n], out[n + 1])]
        n = max(0, n - 1)
    return out


def _open(columns: list[Column], n: int, bands: Sequence[Band]) -> bool:
    return not (columns[n].blocks.keys() & columns[n + 1].blocks.keys()) and _may_be_one(columns, n, bands)


def _may_be_one(columns: list[Column], n: int, bands: Sequence[Band]) -> bool:
    """Whether two neighbours may be one column: no line parts them, and their texts begin, end or centre alike."""
    left, right = columns[n], columns[n + 1]
    held = {index for c in (left, right) for index in c.blocks}
    if any(left.hi - ALIGNED <= x <= right.lo + ALIGNED for index in held for x in bands[index].walls):
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
    return Column(left.lo, right.hi, {**left.blocks, **right.blocks})


def gutters_of(section: Section) -> list[tuple[float, float]]:
    """The white between the columns of a section."""
    return [(a.hi, b.lo) for a, b in pairwise(section.columns)]


def are_clear(sections: Sequence[Section]) -> bool:
    """Whether all gutters are wide enough to be some."""
    sizes = [r.box.bottom - r.box.top for s in sections for c in s.columns for b in c.blocks.values() for r in b.runs]
    return all(hi - lo >= NARROWEST * median(sizes) for s in sections for lo, hi in gutters_of(s))


class Going(NamedTuple):
    """The columns that a page ends with: their edges, and from where to where the texts of each reach."""

    edges: tuple[float, ...]
    reach: tuple[tuple[float, float], ...]


class Clear(NamedTuple):
    """A table whose columns are proved, and those of its last rows."""

    grid: Grid
    going: Going


Above = list[list[bool]]
"""For each row and each column, whether a cell begins there; one row more than there are."""


def clear_grid(
    bands: Sequence[Band], page: int, sides: Box, ruled: Callable[[list[float]], Above] | None, going: Going | None
) -> Clear | None:
    """The table of some rows, None where its columns are in doubt.

    `ruled` says where lines stand above the columns between given places; without it a row that begins with white goes
    on with the cells above. `going` are columns of the page before that the table may go on with.
    """
    ghost = [] if going is None else [_ghost(going, sides.top)]
    sections = sections_of([*ghost, *bands])
    if sections is None or not are_clear(sections):
        return None
    edges = _edges(sections, going)
    if ghost:
        edges = edges[sections[0].end == 1 :]
        sections = _without_ghost(sections)
    xs = [sides.x0, *sorted({x for own in edges for x in own}), sides.x1]
    if len(xs) < 3:
        return None
    starts = [
        [max(x for x in xs if x <= max(xs[0], s.columns[0].lo)), *own] for s, own in zip(sections, edges, strict=True)
    ]
    held = _held(sections, starts, xs)
    walls = _walls(sections, starts, xs, len(bands))
    slots, owner = tile(walls, _begun(held, len(bands), len(xs) - 1) if ruled is None else ruled(xs))
    ys = [bands[0].top, *(_between(a, b) for a, b in pairwise(bands)), bands[-1].bottom]
    texts: list[list[Run]] = [[] for _ in slots]
    for row, col, block in held:
        texts[owner[row * (len(xs) - 1) + col]] += block.runs
    cells = [_cell(slot, runs, xs, ys, page) for slot, runs in zip(slots, texts, strict=True)]
    grid = Grid(page, 0, tuple(cells), Box(xs[0], ys[0], xs[-1], ys[-1]))
    return Clear(grid, Going((xs[0], *edges[-1], xs[-1]), tuple((c.lo, c.hi) for c in sections[-1].columns)))


def _ghost(going: Going, top: float) -> Band:
    """The columns of the page before as a row of texts."""
    return Band(top, top, tuple(Block((), Box(lo, top, hi, top)) for lo, hi in going.reach))


def _without_ghost(sections: list[Section]) -> list[Section]:
    """Sections without the row that stands for the page before."""
    out: list[Section] = []
    for first, end, columns in sections:
        own = [Column(c.lo, c.hi, {i - 1: b for i, b in c.blocks.items() if i}) for c in columns]
        out.append(Section(max(0, first - 1), end - 1, own))
    return [section for section in out if section.end > section.first]


def _edges(sections: Sequence[Section], going: Going | None) -> list[list[float]]:
    """Where the columns of each section begin, but for its first: at as few places as possible."""
    known: dict[tuple[float, float], float] = {}
    if going is not None:
        for gap, column in zip(gutters_of(sections[0]), sections[0].columns[1:], strict=True):
            own = [n for n, (lo, hi) in enumerate(going.reach) if column.lo <= lo and hi <= column.hi]
            if own:
                known[gap] = going.edges[own[0]]
    free = [gap for section in sections for gap in gutters_of(section) if gap not in known]
    places = stab(free, sorted(known.values()))
    return [[known.get(gap) or _place(gap, places) for gap in gutters_of(section)] for section in sections]


def _place(gap: tuple[float, float], places: Sequence[float]) -> float:
    return min(places, key=lambda x: (max(gap[0] - x, x - gap[1], 0.0), x))


def _held(
    sections: Sequence[Section], starts: Sequence[Sequence[float]], xs: Sequence[float]
) -> list[tuple[int, int, Block]]:
    """Each block with its row and the column that it begins in."""
    out: list[tuple[int, int, Block]] = []
    for section, own in zip(sections, starts, strict=True):
        for column, start in zip(section.columns, own, strict=True):
            out += [(row, xs.index(start), block) for row, block in column.blocks.items()]
    return sorted(out, key=lambda at: at[:2])


def _walls(
    sections: Sequence[Section], starts: Sequence[Sequence[float]], xs: Sequence[float], rows: int
) -> list[list[bool]]:
    """For each place, in which rows a column begins there."""
    out = [[n in (0, len(xs) - 1)] * rows for n in range(len(xs))]
    for section, own in zip(sections, starts, strict=True):
        for x in own:
            out[xs.index(x)][section.first : section.end] = [True] * (section.end - section.first)
    return out


def _begun(held: Sequence[tuple[int, int, Block]], rows: int, columns: int) -> Above:
    """Rows begin with their first text: what is white before it goes on with the cells above."""
    firsts = [min((col for row, col, _ in held if row == n), default=0) for n in range(rows)]
    return [[col >= first for col in range(columns)] for first in (0, *firsts[1:], 0)]


def _between(above: Band, below: Band) -> float:
    return (above.bottom + below.top) / 2


def _cell(slot: Slot, runs: Sequence[Run], xs: Sequence[float], ys: Sequence[float], page: int) -> Cell:
    text, words = passage(lines_of(runs))
    box = Box(xs[slot.col], ys[slot.row], xs[slot.col + slot.col_span], ys[slot.row + slot.row_span])
    return Cell(page, 0, slot.row, slot.col, text, slot.row_span, slot.col_span, box, words)
