"""Accounts for what stands outside of every form: tables become records of the schema `table`, lines are listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from extractor.document.layout import Cell, Document, Unit
from extractor.document.results import Finding, Place, Record, Residue, Row, Span, Unclaimed, placed
from extractor.forms.tokens import row_shaped
from schemas.values import fold

_LONGEST_TITLE = 60
_FIGURE = re.compile(r"[-+]?[\d,]*\.?\d+%?")

Doubts = Callable[[Sequence[Row]], tuple[Finding, ...]]
"""What the reader of the file doubted where these rows stand."""


def account(
    document: Document, rows: Sequence[Row], first: int, doubts: Doubts
) -> tuple[tuple[Record, ...], tuple[Unclaimed, ...]]:
    """The tables among the rows as records numbered from `first`, and the lines."""
    tables: list[Record] = []
    lines: list[Unclaimed] = []
    before: Row | None = None
    for number, group in groupby(rows, key=lambda r: r.table):
        own = list(group)
        if number and any(u.text.strip() for r in own for u in r.units):
            title = before if before is not None and _is_title(before) else None
            if title is not None:
                lines.pop()
            tables.append(_table(document, own, title, first + len(tables), doubts(own)))
        else:
            lines.extend(_unclaimed(r) for r in own if r.units[0].text.strip())
        before = own[-1] if not number else None
    return tuple(tables), tuple(lines)


def in_order(document: Document, rows: Sequence[Row]) -> list[Row]:
    """The rows in the order of the document."""
    if not rows:
        return []
    order = {(u.page, u.id): n for n, u in enumerate(document.units())}
    return sorted(rows, key=lambda r: order[r.page, r.units[0].id])


def furniture(document: Document, places: Iterable[Place]) -> tuple[Residue, ...]:
    """Page furniture with its text, in the order of the pages."""
    wanted = {(p.page, p.unit): p for p in places}
    found = ((wanted.get((u.page, u.id)), u.text) for u in document.units()) if wanted else ()
    return tuple(Residue(place, text[place.start : place.end]) for place, text in found if place is not None)


def _is_title(row: Row) -> bool:
    text = fold(row.units[0].text)
    return 0 < len(text) <= _LONGEST_TITLE and text[-1] not in ".;,:。；，："


def _unclaimed(row: Row) -> Unclaimed:
    return Unclaimed(
        row.page, row.units[0].id, row.units[0].text.strip(), "table" if row_shaped(row.units[0].text) else "text"
    )


def _table(
    document: Document, rows: Sequence[Row], title: Row | None, index: int, doubts: tuple[Finding, ...]
) -> Record:
    """A record of the schema `table`: the first row is its header."""
    evidence: dict[str, tuple[Span, ...]] = {}
    if title is not None:
        evidence["title"] = tuple(_spans(title.units[0]))
    grid: list[list[str | None]] = []
    for n, row in enumerate(rows):
        cells = [u for u in row.units if isinstance(u, Cell)]
        grid.append([c.text.strip() or None for c in cells])
        for m, cell in enumerate(cells):
            if cell.text.strip():
                path = f"header[{m}]" if n == 0 else f"rows[{n - 1}][{m}]"
                evidence[path] = tuple(_spans(cell))
    values = {
        "title": title.units[0].text.strip() if title is not None else None,
        "header": grid[0] if grid else [],
        "rows": grid[1:],
    }
    findings = (*doubts, *_header_doubt(grid))
    return Record(document.name, document.sha256, index, "table", values, evidence, findings, (), "rules")


def _header_doubt(grid: Sequence[Sequence[str | None]]) -> Iterator[Finding]:
    """No schema says which row is the header: a first row of figures, or with few cells filled, may be none."""
    filled = [[fold(text) for text in row if text] for row in grid[:1]]
    widest = max((sum(text is not None for text in row) for row in grid), default=0)
    for header in filled:
        figures = any(_FIGURE.fullmatch(text) for text in header)
        if figures or 2 * len(header) <= widest:
            why = "holds figures" if figures else "is half empty"
            yield Finding("header", "reading", "no_header", "warning", f"the first row {why}; it may be no header")


def _spans(unit: Unit) -> Iterator[Span]:
    text = unit.text
    for part, place in placed(unit, len(text) - len(text.lstrip()), len(text.rstrip())):
        yield Span(place, part.text[place.start : place.end])
