"""A form over several pages: where it breaks, what stands between, and long texts that are cut."""

from __future__ import annotations

from collections.abc import Sequence

from eval.studies.layouts.cells import Cell, GridLine, blank, once
from eval.studies.layouts.drawing import Drawing

PAGED = {"running_head", "page_number", "page_break_in_text", "header_repeated"}
ROWS = (6, 16)
"""Rows of a page, from and to: few, so that forms of these sizes break."""


def pages(drawing: Drawing, lines: Sequence[GridLine]) -> list[list[GridLine]]:
    """The rows by page; one page where nothing that needs pages was drawn."""
    if not PAGED & drawing.features:
        return [list(lines)]
    whole = _cut_text(drawing, lines) if "page_break_in_text" in drawing.features else [list(lines)]
    out: list[list[GridLine]] = []
    for part in whole:
        rest = part
        while len(rest) > ROWS[0] and PAGED & drawing.features != {"page_break_in_text"}:
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


def _cut_text(drawing: Drawing, lines: Sequence[GridLine]) -> list[list[GridLine]]:
    """The rows in two parts, the break inside of one long text; what stands beside it stays before the break."""
    places = [(k, cell) for k, line in enumerate(lines) for cell in once(line) if cell.kind == "long"]
    places = [(k, cell) for k, cell in places if len(cell.text) >= 30]
    if not places:
        return [list(lines)]
    drawing.effects.add("page_break_in_text")
    k, cell = drawing.rng.choice(places)
    at = drawing.rng.randint(10, len(cell.text) - 15)
    while at < len(cell.text) and (cell.text[at - 1].isascii() or cell.text[at].isascii()):
        at += 1  # no page breaks inside of a number
    first, second = (Cell(text, "long", cell.path) for text in (cell.text[:at], cell.text[at:].lstrip("\n")))
    line = lines[k]
    cut = GridLine(tuple(first if c is cell else c for c in line.cells), line.part)
    empty = {c: blank() for c in once(line)}
    rest = GridLine(tuple(second if c is cell else empty[c] for c in line.cells), line.part)
    return [[*lines[:k], cut], [rest, *lines[k + 1 :]]]


def between(drawing: Drawing, number: int, head: str) -> list[str]:
    """The lines between two pages: the foot of the one, the running head of the next."""
    out = [""]
    if drawing.has("page_number"):
        style = drawing.rng.choice(("{}", "- {} -", "第{}页", "第 {} 页 共 9 页", "{} / 9"))
        out += [style.format(number), ""]
    if drawing.has("running_head"):
        out += [head, ""]
    return out
