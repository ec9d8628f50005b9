"""Lays tables out on pages: cells into lines, rows into heights, pages cut between rows or through them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from eval.synth.fonts import width
from eval.synth.sheet import Cell, Slot, Table, slots
from eval.synth.template import Template
from eval.synth.wrap import wrap


class Part(NamedTuple):
    """The part of a row that stands on one page: row, top and bottom from the top of the page; a repeated head row."""

    row: int
    top: float
    bottom: float
    repeated: bool = False


class Piece(NamedTuple):
    """The part of a cell that stands on one page, with the lines that it prints there."""

    cell: Cell
    x0: float
    top: float
    x1: float
    bottom: float
    lines: tuple[str, ...]
    first: bool


@dataclass(slots=True)
class Laid:
    """A table laid out: the parts of rows and the pieces of cells, page by page; where the last page is filled to."""

    pages: list[list[Piece]] = field(default_factory=list)
    end: float = 0.0


def columns(table: Table, template: Template) -> list[float]:
    """The x of every column's edges."""
    narrow = template.squeeze if len(table.widths) > 4 else 1.0
    widths = [w * (narrow if i < 2 else 1.0) for i, w in enumerate(table.widths)]
    room = template.paper[0] - 2 * template.margin
    edges = [template.margin]
    for each in widths:
        edges.append(edges[-1] + each * room / sum(widths))
    return edges


def lay(table: Table, template: Template, top: float) -> Laid:
    """Lay a table out from `top` on the first page on; later pages begin at the top margin."""
    edges = columns(table, template)
    placed = slots(table)
    lines = [_lines(s, edges, template) for s in placed]
    heights = _heights(table, placed, lines, template)
    for _ in range(6):
        parts = _parts(table, heights, placed, template, top)
        short = _too_short(placed, lines, parts, template)
        if not short:
            break
        for row, extra in short.items():
            heights[row] += extra
    return Laid(_pieces(placed, lines, parts, edges, template), max(p.bottom for p in parts[-1]))


def _lines(slot: Slot, edges: list[float], template: Template) -> list[str]:
    room = edges[slot.col + slot.cell.col_span] - edges[slot.col] - 2 * template.padding
    return wrap(slot.cell.text, (room - 1) / template.size, width)


def _needed(count: int, template: Template) -> float:
    return max(count, 1) * template.leading + 2 * template.padding


def _heights(table: Table, placed: list[Slot], lines: list[list[str]], template: Template) -> list[float]:
    heights = [_needed(1, template)] * len(table.rows)
    spanning = sorted(range(len(placed)), key=lambda i: placed[i].cell.row_span)
    for i in spanning:
        row, _, cell = placed[i]
        rows = range(row, row + cell.row_span)
        missing = _needed(len(lines[i]), template) - sum(heights[r] for r in rows)
        if missing > 0:
            heights[rows[-1]] += missing
    return heights


def _parts(table: Table, heights: list[float], placed: list[Slot], template: Template, top: float) -> list[list[Part]]:
    """Which part of which row stands on which page."""
    bottom = template.paper[1] - template.margin
    pages: list[list[Part]] = [[]]
    y = top
    for row, height in enumerate(heights):
        rest = height
        while y + rest > bottom + 0.01:
            room = _cut_at(bottom - y, rest, template)
            if room:
                pages[-1].append(Part(row, y, y + room))
                rest = rest - room + 2 * template.padding
            pages.append([])
            y = template.margin
            if template.repeat_head and table.head and row > table.head[0]:
                head = heights[table.head[0]]
                pages[-1].append(Part(table.head[0], y, y + head, True))
                y += head
        pages[-1].append(Part(row, y, y + rest))
        y += rest
    return [page for page in pages if page]


def _cut_at(room: float, height: float, template: Template) -> float:
    """How much of a row may stand before a page break: whole lines, or nothing."""
    page = template.paper[1] - 2 * template.margin
    if not template.cut and height < page * 0.5:
        return 0.0
    count = int((room - 2 * template.padding) / template.leading)
    most = int((height - 2 * template.padding) / template.leading) - 1
    count = min(count, most)
    return _needed(count, template) if count >= 2 else 0.0


def _extents(slot: Slot, parts: list[list[Part]]) -> list[tuple[int, float, float]]:
    """On which pages a cell stands, from where to where."""
    out = []
    for page, on_page in enumerate(parts):
        mine = [p for p in on_page if slot.row <= p.row < slot.row + slot.cell.row_span and not p.repeated]
        if mine:
            out.append((page, min(p.top for p in mine), max(p.bottom for p in mine)))
    return out


def _room(top: float, bottom: float, template: Template) -> int:
    return int((bottom - top - 2 * template.padding) / template.leading + 0.01)


def _too_short(
    placed: list[Slot], lines: list[list[str]], parts: list[list[Part]], template: Template
) -> dict[int, float]:
    """Rows that must grow, because a page break leaves less room for a cell's lines than they need."""
    out: dict[int, float] = {}
    for slot, text in zip(placed, lines, strict=True):
        room = sum(_room(top, bottom, template) for _, top, bottom in _extents(slot, parts))
        if room < len(text):
            row = slot.row + slot.cell.row_span - 1
            out[row] = max(out.get(row, 0.0), (len(text) - room) * template.leading)
    return out


def _pieces(
    placed: list[Slot], lines: list[list[str]], parts: list[list[Part]], edges: list[float], template: Template
) -> list[list[Piece]]:
    pages: list[list[Piece]] = [[] for _ in parts]
    for slot, text in zip(placed, lines, strict=True):
        x0, x1 = edges[slot.col], edges[slot.col + slot.cell.col_span]
        extents = _extents(slot, parts)
        rest = text
        for i, (page, top, bottom) in enumerate(extents):
            count = _room(top, bottom, template) if i + 1 < len(extents) else len(rest)
            shown, rest = rest[:count], rest[count:]
            if template.again and i and not shown and ".level" in slot.cell.path:
                shown = text[: _room(top, bottom, template)] if _room(top, bottom, template) >= len(text) else []
            pages[page].append(Piece(slot.cell, x0, top, x1, bottom, tuple(shown), i == 0))
    for page, on_page in enumerate(parts):
        for part in on_page:
            if part.repeated:
                pages[page] += _repeated(part, placed, lines, edges)
    return pages


def _repeated(part: Part, placed: list[Slot], lines: list[list[str]], edges: list[float]) -> list[Piece]:
    """The head row again, at the top of a page; a label that spans further is left blank."""
    out = []
    for slot, text in zip(placed, lines, strict=True):
        if slot.row == part.row:
            shown = tuple(text) if slot.cell.row_span == 1 else ()
            right = edges[slot.col + slot.cell.col_span]
            out.append(Piece(slot.cell, edges[slot.col], part.top, right, part.bottom, shown, False))
    return out
