"""Tables that were found from spaces, as they are printed: the lines of the file, and where in them each cell stands.

The reader keeps the texts of cells and not their places, so they are looked for: where as many cells have a text as
there are places for it, they stand in the same order, down and then across. Of a cell for which that gives no place,
the lines are known, and not the characters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from extractor.document.layout import Cell, Grid, Line, Page
from extractor.readers.text import reader
from extractor.readers.text_file import load

_PIECE = re.compile(r"\S+(?: \S+)*")


class Place(NamedTuple):
    """Characters of a printed line that are those of a unit from its character `first` on."""

    unit: str
    line: int
    start: int
    end: int
    first: int


class _Part(NamedTuple):
    """One line of a cell's text, and where in the text it begins."""

    cell: Cell
    text: str
    first: int


class _Slot(NamedTuple):
    """A run of printed characters without a gap: its line and where it begins."""

    line: int
    start: int


def printed(path: Path, read: Page) -> list[Line] | None:
    """The lines of a page as the file has them; None where its tables are not those of spaced text."""
    if read.reader != "text" or not any(isinstance(block, Grid) for block in read.blocks):
        return None
    page = next((p for p in reader.pages(load(path).text) if p.number == read.number), None)
    lines = [block for block in page.blocks if isinstance(block, Line)] if page is not None else []
    return lines if page is not None and len(lines) == len(page.blocks) else None


def blocks(lines: Sequence[Line], read: Page) -> list[dict[str, Any]]:
    """The lines with the units that stand in each: places of characters, and units of which only the line is known."""
    places: defaultdict[int, list[Place]] = defaultdict(list)
    near: defaultdict[int, list[str]] = defaultdict(list)
    kept = {block.number for block in read.blocks if isinstance(block, Line)}
    for grid, own in _stretches(lines, read):
        found = located(grid, own)
        for place in found:
            places[place.line].append(place)
        for unit, at in _unplaced(grid, found, own):
            near[at].append(unit)
    for line in lines:
        if line.number in kept:
            places[line.number] = [Place(line.id, line.number, 0, len(line.text), 0)]
    texts = {line.number: line.text for line in lines}
    return [
        {
            "line": number,
            "printed": texts.get(number, ""),  # white lines are no blocks
            "places": [place._asdict() for place in sorted(places[number], key=lambda p: p.start)],
            "near": near[number],
        }
        for number in range(1, lines[-1].number + 1)
    ]


def _stretches(lines: Sequence[Line], read: Page) -> Iterator[tuple[Grid, list[Line]]]:
    """Each grid with the printed lines that it can stand in: those between the lines that were kept around it."""
    above = 0
    for n, block in enumerate(read.blocks):
        if isinstance(block, Line):
            above = block.number
            continue
        below = next((b.number for b in read.blocks[n + 1 :] if isinstance(b, Line)), 1 << 60)
        yield block, [line for line in lines if above < line.number < below]


def located(grid: Grid, lines: Sequence[Line]) -> list[Place]:
    """Where the lines of the cells of a grid stand: only those of which there is no doubt."""
    waiting = [part for cell in grid.cells for part in _parts(cell)]
    free: defaultdict[str, list[_Slot]] = defaultdict(list)
    for line in lines:
        for piece in _PIECE.finditer(line.text):
            free[piece.group()].append(_Slot(line.number, piece.start()))
    found: list[Place] = []
    by_text: defaultdict[str, list[_Part]] = defaultdict(list)
    for part in waiting:
        by_text[part.text].append(part)
    for text, parts in by_text.items():
        slots = free[text] or list(_inside(text, lines))
        if len(slots) == len(parts):
            found += [_place(part, slot) for part, slot in zip(parts, slots, strict=True)]
    wrong = _contradicted(grid, found)
    return [place for place in found if place.unit not in wrong]


def _contradicted(grid: Grid, found: Sequence[Place]) -> set[str]:
    """The cells whose lines do not follow one another, or that stand left of a cell which precedes them in the row."""
    cells = {cell.id: cell for cell in grid.cells}
    by_cell = sorted(found, key=lambda p: (p.unit, p.first))
    out = {b.unit for a, b in pairwise(by_cell) if a.unit == b.unit and a.line >= b.line}
    by_line = sorted(found, key=lambda p: (p.line, p.start))
    for a, b in pairwise(by_line):
        if a.line == b.line and cells[a.unit].col > cells[b.unit].col:
            out |= {a.unit, b.unit}
    return out


def _inside(text: str, lines: Iterable[Line]) -> Iterator[_Slot]:
    """Where a text stands inside of longer runs of characters."""
    for line in lines:
        yield from (_Slot(line.number, found.start()) for found in re.finditer(re.escape(text), line.text))


def _parts(cell: Cell) -> Iterator[_Part]:
    at = 0
    for text in cell.text.split("\n"):
        bare = text.strip()
        if bare:
            yield _Part(cell, bare, at + text.index(bare))
        at += len(text) + 1


def _place(part: _Part, slot: _Slot) -> Place:
    return Place(part.cell.id, slot.line, slot.start, slot.start + len(part.text), part.first)


def _unplaced(grid: Grid, found: Sequence[Place], lines: Sequence[Line]) -> Iterator[tuple[str, int]]:
    """The units with a text that is not placed, with lines of their row, or those between the rows around it."""
    known = {(place.unit, place.first) for place in found}
    rows: defaultdict[int, set[int]] = defaultdict(set)
    numbers = {cell.id: cell.row for cell in grid.cells}
    for place in found:
        rows[numbers[place.unit]].add(place.line)
    for cell in grid.cells:
        if any((cell.id, part.first) not in known for part in _parts(cell)):
            texts = [part.text for part in _parts(cell)]
            low = max((max(rows[r]) for r in rows if r < cell.row), default=0)
            high = min((min(rows[r]) for r in rows if r > cell.row), default=1 << 60)
            own = rows.get(cell.row) or {line.number for line in lines if low <= line.number <= high}
            wide = {line.number for line in lines if min(own, default=0) - 2 <= line.number <= max(own, default=0) + 2}
            holding = {line.number for line in lines if line.number in wide and any(t in line.text for t in texts)}
            yield from ((cell.id, number) for number in sorted(holding or own))
