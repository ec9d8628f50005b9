"""Tables of text whose cells all begin at exact columns of characters, and at the tops of their rows.

So programs print tables that wrap their cells to columns of fixed widths. There the wrap tells the rows: a line goes on
with a cell if what it begins with would not have fitted on the line above, and all cells of a row begin on one line.
A page is read so only if nearly all of it agrees; else columns and rows are told from white (`line_tables`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import prod
from typing import NamedTuple

from extractor.document.layout import Cell, Grid, Line, Word
from extractor.tables.unruled.line_rows import ITEM, read_bands, unit_width
from extractor.tables.unruled.line_segments import display_width, segmented

LEAST_EDGES = 3
"""A table has so many columns at least; two may be a letter's head."""
ALIGNED = 0.97
"""So many of the entries begin where another one of the page begins; numbers that are set right do not."""
LEAST_TOPPED = 2
"""So many rows must show that cells stand at their tops: a cell of one line beside one of several."""
COINCIDENCE = 0.05
"""Where full lines are so likely, a line below them is a row, in doubt, if rows of its columns are known."""
NEARLY = 4
"""Half-width characters that the widest line of a column may leave free where lines wrap there."""
FILLED = 3
"""So many lines of one entry that end at the same place fill their column."""
NARROWEST = 7
"""Half-width characters between two columns at least; nearer ones are the same column, laid out again."""
UNSURE = 0.5
"""The confidence of words of which it is in doubt to which row they belong."""

_ENTRY = re.compile(r"[^ ](?:[^ ]| (?! ))*(?<! )")
_FIGURE = re.compile(r"[-+]?\d[\d,.]*%?")
_SENTENCE_END = ("。", "；", ";", "！", "？", ".", "!", "?")


class Entry(NamedTuple):
    """What stands in one column of a line; `x0` and `x1` count half-width characters."""

    text: str
    x0: int
    x1: int
    line: int


@dataclass(slots=True)
class _Slot:
    """A cell being made: its lines, and whether each but the first goes on with the one above or is a paragraph."""

    entries: list[Entry]
    joined: list[bool] = field(default_factory=list)
    doubtful: bool = False

    def go_on(self, entry: Entry, *, joined: bool) -> None:
        """Takes the next line."""
        self.entries.append(entry)
        self.joined.append(joined)

    @property
    def text(self) -> str:
        out = self.entries[0].text
        for entry, joined in zip(self.entries[1:], self.joined, strict=True):
            out += (_space(out, entry.text) if joined else "\n") + entry.text
        return out


_Row = dict[int, _Slot]
"""Edge → the cell that begins there."""


@dataclass(slots=True)
class _Reading:
    """The rows of a page's tables, and what speaks for and against their cells standing at the tops of rows.

    `widths`: how wide the cells between two edges are, by the distance of the edges. `beside`: the edges that stand
    right of one, each with its line. `last`: where the cells end that are the last of their rows, as
    far as lines show it; `right`: where the page's tables end. `patterns`: the
    columns of rows that begin beyond doubt.
    """

    edges: list[int]
    widths: dict[int, int]
    beside: dict[int, list[tuple[int, int]]]
    last: dict[int, int]
    right: int
    tables: list[list[_Row]] = field(default_factory=list)
    patterns: set[tuple[int, ...]] = field(default_factory=set)

    @property
    def rows(self) -> list[_Row]:
        return [row for table in self.tables for row in table]

    def ends(self, row: _Row, edge: int) -> list[int]:
        """Where the cell that begins at an edge may end: at the next cell of its row, or at one that may be empty."""
        following = min((other for other in row if other > edge), default=None)
        seen = self.beside.get(edge, [])
        above = [b for line, b in seen if line < row[edge].entries[0].line]
        empty = above[-1:] or [b for line, b in seen if line > row[edge].entries[-1].line][:1]
        ends = [edge + self.widths[b - edge] for b in empty if following is None or b < following]
        return [*ends, self.last.get(edge, self.right) if following is None else edge + self.widths[following - edge]]


def grids(lines: Sequence[Line], page: int) -> list[Line | Grid] | None:
    """The lines of a page with its tables as grids; None where they are not laid out so."""
    printed = _apart(lines)
    parts = [_laid_out(part) for part in _parts(printed)]
    found = parts if None not in parts else [_laid_out(printed)]
    out: list[Line | Grid] = []
    for part in found:
        if part is None:
            return None
        for block in part.blocks:
            number = sum(isinstance(b, Grid) for b in out) + 1
            out.append(block if isinstance(block, Line) else _grid(block, page, number, part.edges))
    return out


class _Printed(NamedTuple):
    """A line, what stands in its columns, and whether it is of no table."""

    line: Line
    entries: list[Entry]
    apart: bool


class _Blocks(NamedTuple):
    """Lines and tables in reading order; the columns of the tables begin at the edges."""

    blocks: list[Line | list[_Row]]
    edges: list[int]


def _parts(printed: Sequence[_Printed]) -> list[list[_Printed]]:
    """The lines of each form: columns may be others below a title, of two lines of no table one below the other."""
    out: list[list[_Printed]] = [[]]
    joined = {b.line.number for a, b in pairwise(printed) if a.apart and b.apart and b.line.number == a.line.number + 1}
    for one in printed:
        if one.line.number + 1 in joined and one.line.number not in joined:
            out.append([])
        out[-1].append(one)
    return [part for part in out if part]


def _laid_out(part: Sequence[_Printed]) -> _Blocks | None:
    tabled = [p.entries for p in part if not p.apart]
    if not tabled:
        return _Blocks([p.line for p in part], [])
    edges = _edges(tabled)
    if edges is None:
        return None
    gap = min(b.x0 - a.x1 for row in tabled for a, b in pairwise(row))
    right = max(e.x1 for row in tabled for e in row)
    widths, beside, last = _widths(tabled, edges, gap), _beside(tabled, edges), _last(tabled, edges, gap, right)
    first = _Reading(edges, widths, beside, last, right)
    _blocks(part, first)  # it tells the columns of rows
    reading = _Reading(edges, widths, beside, last, right, patterns=first.patterns)
    blocks = _blocks(part, reading)
    return _Blocks(blocks, edges) if _is_topped(reading, [p.line for p in part]) else None


def _entries(line: Line) -> list[Entry]:
    out = []
    for match in _ENTRY.finditer(line.text):
        x0 = display_width(line.text[: match.start()])
        out.append(Entry(match[0], x0, x0 + display_width(match[0]), line.number))
    return out


def _edges(printed: Sequence[Sequence[Entry]]) -> list[int] | None:
    """Where the columns begin, in half-width characters; None where entries do not stand below each other."""
    inner = Counter(e.x0 for row in printed for e in row if e.x0)
    if sum(len(row) > 1 for row in printed) < LEAST_EDGES:
        return None
    edges = [x for x, count in inner.items() if count > 1 and not _is_indent(x, inner)]
    begun = sum(count for x, count in inner.items() if x in edges or _is_indent(x, inner))
    if len(edges) + 1 < LEAST_EDGES or begun < ALIGNED * inner.total():
        return None
    found = [0, *sorted(x for x in inner if not _is_indent(x, inner))]
    return found if all(b - a >= NARROWEST for a, b in pairwise(found)) else None


def _widths(printed: Sequence[Sequence[Entry]], edges: Sequence[int], gap: int) -> dict[int, int]:
    """How wide cells are, by how far the next column is: as the widest line there, if that nearly fills it."""
    widest = Counter[int]()
    for row in printed:
        for a, b in pairwise(row):
            widest[b.x0 - a.x0] = max(widest[b.x0 - a.x0], a.x1 - a.x0)
    far = {b - a for a in edges for b in edges if b > a}
    return {d: widest[d] if widest[d] > d - gap - NEARLY else d - gap for d in far}


def _beside(printed: Sequence[Sequence[Entry]], edges: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """The edges that stand right of each edge, each with the line in which they do."""
    out: dict[int, list[tuple[int, int]]] = {}
    for row in printed:
        for a, b in pairwise(_by_edge(row, edges)):
            out.setdefault(a, []).append((row[0].line, b))
    return out


def _last(tabled: Sequence[Sequence[Entry]], edges: Sequence[int], gap: int, right: int) -> dict[int, int]:
    """Where the cells of each edge end if nothing stands right of them: as the widest, if it shows the width.

    It does where it nearly fills the page, or where several lines of nothing else are as wide, and fill a column.
    """
    ends: dict[int, list[int]] = {edge: [] for edge in edges}
    for row in tabled:
        ends[max(e for e in edges if e <= row[-1].x0)].append(row[-1].x1 if len(row) == 1 else -row[-1].x1)
    out: dict[int, int] = {}
    for (edge, own), column in zip(ends.items(), [*edges[1:], right + gap], strict=True):
        widest = max(map(abs, own), default=0)
        filled = sum(x1 > widest - 2 for x1 in own) >= FILLED and widest >= column - gap - 1
        if widest > right - NEARLY or filled:
            out[edge] = widest
    return out


def _is_indent(x: int, inner: Counter[int]) -> bool:
    """Whether an entry only seems to begin there: its line begins with the space at which it was broken."""
    return inner[x - 1] > inner[x]


def _blocks(part: Sequence[_Printed], reading: _Reading) -> list[Line | list[_Row]]:
    """Lines and tables in reading order; a table ends where lines stand between that are no part of it."""
    out: list[Line | list[_Row]] = []
    before: Line | None = None
    titled = False
    for line, entries, apart in part:
        if apart:
            titled = titled or (bool(out) and isinstance(out[-1], Line) and out[-1].number == line.number - 1)
            out.append(line)
            before = None
            continue
        if not (out and isinstance(out[-1], list)):
            reading.tables.append([])
            out.append(reading.tables[-1])
        own = _by_edge(entries, reading.edges)
        if titled:
            _begin(reading, own, sure=True)
        else:
            _take(reading, own, broken=before is None or line.number > before.number + 1)
        before, titled = line, False
    return [block for block in out if block]


def _apart(lines: Sequence[Line]) -> list[_Printed]:
    """The lines; one is of no table if no line around it, up to a blank one, has entries below those of other lines."""
    printed = [_entries(line) for line in lines]
    inner = Counter(e.x0 for row in printed for e in row if e.x0)
    numbers = [line.number - n for n, line in enumerate(lines)]
    out: list[_Printed] = []
    for _, group in groupby(range(len(lines)), key=numbers.__getitem__):
        block = list(group)
        tabled = [n for n in block if any(inner[e.x0] > 1 for e in printed[n] if e.x0)]
        for n in block:
            apart = not tabled or n < tabled[0] or _is_below(printed, block, n, tabled[-1])
            out.append(_Printed(lines[n], printed[n], apart))
    return out


def _is_below(printed: Sequence[list[Entry]], block: Sequence[int], n: int, last: int) -> bool:
    """Whether a line stands below all of a block's rows, and is too wide to go on in their first column."""
    return n > last and printed[n][0].x1 >= min(e.x0 for row in (printed[m] for m in block) for e in row if e.x0)


def _by_edge(row: Sequence[Entry], edges: Sequence[int]) -> dict[int, Entry]:
    return {max(e for e in edges if e <= entry.x0): entry for entry in row}


def _take(reading: _Reading, entries: dict[int, Entry], *, broken: bool) -> None:
    """Gives a line's entries to the last row, or begins one."""
    row = (reading.rows or [{}])[-1]
    slots = {edge: row[edge] for edge in entries if edge in row}
    beside = len(slots) == len(entries)
    if broken and beside and 0 not in entries and tuple(entries) not in reading.patterns:
        for edge, slot in slots.items():  # the end of a row that a page break cut
            slot.go_on(entries[edge], joined=not _is_paragraph(slot, entries[edge]))
        return
    near = {edge: slot for edge, slot in slots.items() if slot.entries[-1].line == entries[edge].line - 1}
    limits = {edge: _limit(reading, row, edge, entries[edge]) for edge in near}
    full = {edge: limit for edge, limit in limits.items() if limit is not None}
    wrapped = set(full)
    if full and max(row) in near and max(row) not in reading.last:
        wrapped.add(max(row))  # nobody knows how wide it is
    goes_on = len(near) == len(entries) and all(
        edge in wrapped or (0 not in entries and _is_paragraph(slot, entries[edge])) for edge, slot in near.items()
    )
    if goes_on and len(full) == len(entries) and tuple(entries) in reading.patterns:
        chance = prod(2.0 / max(2, limit - edge) for edge, limit in full.items())
        if chance > COINCIDENCE:  # as rows of these columns are known, it may be one
            for slot in near.values():
                slot.doubtful = True
            _begin(reading, entries, sure=False, doubtful=True)
            return
    if goes_on:
        for edge, slot in near.items():
            slot.go_on(entries[edge], joined=edge in wrapped)
        return
    _begin(reading, entries, sure=not full)


def _begin(reading: _Reading, entries: dict[int, Entry], *, sure: bool, doubtful: bool = False) -> None:
    reading.tables[-1].append({edge: _Slot([entry], doubtful=doubtful) for edge, entry in entries.items()})
    if sure:
        reading.patterns.add(tuple(entries))


def _limit(reading: _Reading, row: _Row, edge: int, here: Entry) -> int | None:
    """Where a cell ends on whose last line there was no room for what stands below; None where there was."""
    last = row[edge].entries[-1]
    needed = last.x1 + display_width(here.text[:1])
    if not (_FIGURE.fullmatch(last.text) and _FIGURE.fullmatch(here.text)):  # a word stays whole; a space may be gone
        space = 2 if "\u3000" in last.text else int(" " in last.text or last.text[-1].isascii())
        needed = max(needed, last.x1 + round(2 * unit_width(here.text))) + space
    ends = [end for end in reading.ends(row, edge) if last.x1 <= end < needed]
    if ends:
        return ends[0]
    return last.x1 if here.x0 > edge else None  # it begins with the space at which the line was broken


def _is_paragraph(slot: _Slot, entry: Entry) -> bool:
    """Whether an entry below a line that is not full goes on with its cell as another paragraph."""
    item = ITEM.match(entry.text) and ITEM.match(slot.entries[0].text)
    return bool(item) or slot.entries[-1].text.endswith(_SENTENCE_END)


def _is_topped(reading: _Reading, lines: Sequence[Line]) -> bool:
    """Whether cells stand at the tops of rows: rows show it, and by white alone it is the cheaper reading too."""
    uneven = sum(len({len(slot.entries) for slot in row.values()}) > 1 for row in reading.rows)
    if uneven < LEAST_TOPPED:
        return False
    centred, topped = read_bands([[s._replace(line=n) for s in row] for n, row in enumerate(segmented(lines))])
    return topped.cost < centred.cost


def _grid(rows: Sequence[_Row], page: int, number: int, edges: Sequence[int]) -> Grid:
    cells = []
    for n, row in enumerate(rows):
        starts = [*row, None]
        for (edge, slot), following in zip(row.items(), starts[1:], strict=True):
            col = edges.index(edge)
            wide = max(entry.x1 for entry in slot.entries)
            end = edges.index(following) if following is not None else sum(e < max(wide, edge + 1) for e in edges)
            words = (Word(0, slot.text, None, UNSURE),) if slot.doubtful else ()
            cells.append(Cell(page, number, n, col, slot.text, 1, max(1, end - col), words=words))
    return Grid(page, number, tuple(cells))


def _space(before: str, after: str) -> str:
    """What stands between two lines that a wrap parted: a space between words of letters."""
    return " " if before[-1].isascii() and before[-1].isalpha() and after[0].isascii() and after[0].isalnum() else ""
