"""A form over several pages: where it breaks, what stands between, and long texts that are cut."""

from __future__ import annotations

from collections.abc import Sequence

from eval.studies.layouts.cells import Cell, GridLine, blank, once
from eval.studies.layouts.drawing import Drawing

CUTS = ("page_break_in_text", "page_break_in_row")
PAGED = {"running_head", "page_number", "header_repeated", *CUTS}
ROWS = (6, 16)
"""Rows of a page, from and to: few, so that forms of these sizes break."""
LONG = 30
NAME = 8
"""Characters that a long text, or a name, has at least where a page break cuts it."""


def pages(drawing: Drawing, lines: Sequence[GridLine], shows_blanks: bool) -> list[list[GridLine]]:
    """The rows by page; one page where nothing that needs pages was drawn.

    `shows_blanks` says that the print can show in which column the rest of a cut cell stands.
    """
    parts = [list(lines)]
    if "page_break_in_text" in drawing.features:
        parts = [half for part in parts for half in _cut_text(drawing, part)]
    if "page_break_in_row" in drawing.features:
        parts = [half for part in parts for half in _cut_name(drawing, part, shows_blanks)]
    out: list[list[GridLine]] = []
    for part in parts:
        rest = part
        while len(rest) > ROWS[0] and PAGED - set(CUTS) & drawing.features:
            size = drawing.rng.randint(*ROWS)
            out.append(rest[:size])
            rest = rest[size:]
        out += [rest] if rest else []
    return [_with_header(drawing, lines, out[k - 1] if k else [], page) for k, page in enumerate(out)]


def _with_header(
    drawing: Drawing, lines: Sequence[GridLine], before: Sequence[GridLine], page: list[GridLine]
) -> list[GridLine]:
    inside = before and page[0].part == "indicators"
    if not inside or not drawing.has("header_repeated"):
        return page
    (header,) = (line for line in lines if line.part == "header")
    copies = {cell: Cell(cell.text, cell.kind, cell.path) for cell in once(header)}
    first = page[0].cells[0]
    if first in copies:
        copies[first] = first  # the label of the whole block runs on
    return [GridLine(tuple(copies[cell] for cell in header.cells), "header"), *page]


def _cut_text(drawing: Drawing, lines: list[GridLine]) -> list[list[GridLine]]:
    """The rows in two parts, the break inside of one long text; what stands beside it stays before the break."""
    places = [(k, cell) for k, line in enumerate(lines) for cell in once(line) if cell.kind == "long"]
    places = [(k, cell) for k, cell in places if len(cell.text) >= LONG]
    if not places:
        return [lines]
    drawing.effects.add("page_break_in_text")
    k, cell = drawing.rng.choice(places)
    at = drawing.rng.randint(10, len(cell.text) - 15)
    while at < len(cell.text) and (cell.text[at - 1].isascii() or cell.text[at].isascii()):
        at += 1  # no page breaks inside of a number
    return _cut(lines, k, cell, at)


def _cut_name(drawing: Drawing, lines: list[GridLine], shows_blanks: bool) -> list[list[GridLine]]:
    """The rows in two parts, the break inside of an indicator's name; all other cells of its row stay before it."""
    places = [(k, cell) for k, line in enumerate(lines) for cell in once(line) if cell.path.endswith(".level3")]
    places = [(k, cell) for k, cell in places if len(cell.text) >= NAME]
    if not places or drawing.has("page_break_in_text"):
        return [lines]
    drawing.effects.add("page_break_in_row")
    k, cell = drawing.rng.choice(places)
    if not shows_blanks:
        drawing.ambiguous.add(cell.path)
    return _cut(lines, k, cell, len(cell.text) - drawing.rng.randint(2, 4))


def _cut(lines: list[GridLine], k: int, cell: Cell, at: int) -> list[list[GridLine]]:
    first, second = (Cell(text, cell.kind, cell.path) for text in (cell.text[:at], cell.text[at:].lstrip("\n")))
    line = lines[k]
    above = GridLine(tuple(first if c is cell else c for c in line.cells), line.part)
    empty = {c: c if k + 1 < len(lines) and c in lines[k + 1].cells else blank() for c in once(line)}
    below = GridLine(tuple(second if c is cell else empty[c] for c in line.cells), line.part)
    return [[*lines[:k], above], [below, *lines[k + 1 :]]]


def between(drawing: Drawing, number: int, head: str) -> list[str]:
    """The lines between two pages: the foot of the one, the running head of the next."""
    out = [""]
    if drawing.has("page_number"):
        style = drawing.rng.choice(("{}", "- {} -", "第{}页", "第 {} 页 共 9 页", "{} / 9"))
        out += [style.format(number), ""]
    if drawing.has("running_head"):
        out += [head, ""]
    return out
