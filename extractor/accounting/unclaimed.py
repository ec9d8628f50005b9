"""Accounts for what stands outside of every form: tables become records of the schema `table`, lines are listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from extractor.accounting.table_records import table_record
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Cell, Document, Unit, parts_of
from extractor.document.results import Finding, Form, Place, Record, Residue, Row, Unclaimed, finding
from extractor.forms.tokens import row_shaped
from schemas.values import fold

_LONGEST_TITLE = 60

Doubts = Callable[[Sequence[Row]], tuple[Finding, ...]]
"""What the reader of the file doubted where these rows stand."""


def account(
    document: Document, rows: Sequence[Row], first: int, doubts: Doubts
) -> tuple[tuple[Record, ...], tuple[Unclaimed, ...]]:
    """The tables among the rows as records numbered from `first`, and the lines."""
    tables: list[Record] = []
    lines: list[Unclaimed] = []
    before: Row | None = None
    above: list[Row] = []
    for number, group in groupby(rows, key=lambda r: r.table):
        own = list(group)
        if number and sum(1 for r in own for u in r.units if u.text.strip()) > 1:
            title = before if before is not None and _is_title(before) else None
            if title is not None:
                lines.pop()
            tables.append(table_record(document, own, title, first + len(tables), doubts(own)))
            if _may_go_on(above, own, tables[-1]):
                tables[-2:] = [_in_doubt(record) for record in tables[-2:]]
            above = own
        else:  # a text alone in the cells of a table is no table
            lines.extend(_unclaimed(r, u) for r in own for u in r.units[: None if number else 1] if u.text.strip())
        before = own[-1] if not number else None
    return tuple(tables), tuple(lines)


def _may_go_on(above: Sequence[Row], rows: Sequence[Row], record: Record) -> bool:
    """Whether a table that begins with data has the columns of the last one on the page before."""
    no_header = any(found.kind == FindingKind.NO_HEADER for found in record.findings)
    if not above or not no_header:
        return False
    one, other = ([u for row in own for u in row.units if isinstance(u, Cell)] for own in (above, rows))
    last = max(part.page for cell in one for part in parts_of(cell))
    columns = {max(cell.col + cell.col_span for cell in cells) for cells in (one, other)}
    return rows[0].page == last + 1 and len(columns) == 1


def _in_doubt(record: Record) -> Record:
    doubt = finding(FindingKind.GOES_ON, "", "a table on the next page has the same columns and no header")
    return replace(record, findings=(*record.findings, doubt))


def lists_cut(
    document: Document, forms: Sequence[Form], records: Sequence[Record], rows: Sequence[Row]
) -> list[Record]:
    """The records of forms; a scanned one whose table ends its page is in doubt about its lists where the next page
    has a table among the `rows` outside of forms, or a line in columns: a table may have lost its lines."""
    scanned = {page.number for page in document.pages if page.reader == "ocr"}
    apart = {row.page for row in rows if row.table or _in_columns(row)} & scanned
    out = list(records)
    for n, form in enumerate(forms):
        last = form.rows[-1] if form.rows else None
        if last is None or not last.table:
            continue
        page = max(part.page for unit in last.units for part in parts_of(unit))
        if page + 1 in apart and not any(row.page == page + 1 for other in forms for row in other.rows):
            lists = [f.path for f in form.schema.fields if f.structure == "rows"]
            message = f"the table on page {page + 1} was read as another; it may go on with this list"
            doubts = [finding(FindingKind.GOES_ON, path, message) for path in lists]
            out[n] = replace(out[n], findings=(*out[n].findings, *doubts))
    return out


def _in_columns(row: Row) -> bool:
    """Whether a line has three texts or more that stand apart, as the cells of a row do."""
    return len(_APART.split(row.units[0].text.strip())) >= COLUMNS


COLUMNS = 3
_APART = re.compile(r"\s{2,}")


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


def _unclaimed(row: Row, unit: Unit) -> Unclaimed:
    return Unclaimed(row.page, unit.id, unit.text.strip(), "table" if row_shaped(unit.text) else "text")
