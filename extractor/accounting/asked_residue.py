"""The residue that matters where a schema accounts for what it asks for alone.

It matters between the rows of a list's table, in rows of that table that were passed over, between the places of one
value or long text, and between a label and its value in the same row. The rest of the page is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.document.layout import Cell
from extractor.document.results import Candidate, Form, Place, Residue, Row
from extractor.forms.chunks import header_rows

_LEAST_SHARE = 0.5
"""A row of a list's table that was passed over is a lost row if it fills this share of the columns that rows fill.

A caption or a subtotal with its label fills fewer. No source: half is the point where it is nearer to a row.
"""

Key = tuple[int, str]


def asked_residue(
    form: Form, candidates: Sequence[Candidate], labels: Sequence[Place], residue: Sequence[Residue]
) -> list[Residue]:
    """The pieces of residue that may be part of what is asked for, or a lost row of a list."""
    if not residue:
        return []
    rows = {(row.page, unit.id): n for n, row in enumerate(form.rows) for unit in row.units}
    inner = {*_list_rows(form, candidates, rows), *_text_rows(candidates, rows)}
    spans = _spans(candidates, labels)
    cells = _cells_between(form, candidates, labels, rows)

    def matters(place: Place) -> bool:
        key = (place.page, place.unit)
        within = any(first <= place.start < last for first, last in spans.get(key, ()))
        return rows.get(key) in inner or key in cells or within

    return [piece for piece in residue if matters(piece.place)]


def rows_passed_over(form: Form, candidates: Sequence[Candidate]) -> set[Key]:
    """The units of rows that gave no value, in and below the rows of a list and as full as these; no header is one."""
    rows = {(row.page, unit.id): n for n, row in enumerate(form.rows) for unit in row.units}
    used = set(rows_with_values(candidates, rows))
    headers = header_rows(form)
    out: set[Key] = set()
    for own in _rows_by_list(candidates, rows).values():
        tables = {form.rows[n].table for n in own}
        least = _least(form, own)
        between = (n for n in range(min(own), max(own) + 1) if form.rows[n].table in tables)
        for n in {*between, *_passed_over(form, own, used)} - used:
            if _filled(form.rows[n]) > least and id(form.rows[n]) not in headers:
                out.update((form.rows[n].page, unit.id) for unit in form.rows[n].units)
    return out


def _rows_by_list(candidates: Sequence[Candidate], rows: dict[Key, int]) -> dict[str, set[int]]:
    """By the name of a list, the rows in which its values stand."""
    out: dict[str, set[int]] = {}
    for candidate in candidates:
        if "]." in candidate.path:
            at = {rows[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in rows}
            out.setdefault(candidate.path.split("[")[0], set()).update(at)
    return {name: at for name, at in out.items() if at}


def _least(form: Form, own: set[int]) -> float:
    """What a row must be filled with more than, to be one of a list's."""
    return max(1.0, _LEAST_SHARE * sorted(_filled(form.rows[n]) for n in own)[len(own) // 2])


def _list_rows(form: Form, candidates: Sequence[Candidate], rows: dict[Key, int]) -> set[int]:
    """The rows of lists: from the first that gave a value to the last, and rows passed over below it in its table."""
    out: set[int] = set()
    for at in _rows_by_list(candidates, rows).values():
        tables = {form.rows[n].table for n in at}
        between = range(min(at), max(at) + 1)
        out.update(n for n in between if form.rows[n].table in tables)
        out.update(_passed_over(form, at, set(rows_with_values(candidates, rows))))
    return out


def rows_with_values(candidates: Sequence[Candidate], rows: dict[Key, int]) -> Iterator[int]:
    """The rows of the form in which any value stands."""
    for candidate in candidates:
        yield from (rows[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in rows)


def _passed_over(form: Form, own: set[int], used: set[int]) -> Iterator[int]:
    """Rows below the last of a list, in its table, that are as full as its rows and gave no value."""
    last = max(own)
    table = form.rows[last].table
    if not table:
        return
    least = _least(form, own)
    for n in range(last + 1, len(form.rows)):
        row = form.rows[n]
        if row.table == table and n not in used and _filled(row) > least:
            yield n


def _filled(row: Row) -> int:
    """How many cells of a row hold text; of a line, how many pieces that gaps part."""
    if not row.table:
        return len(_GAP.split(row.units[0].text.strip()))
    return sum(1 for unit in row.units if isinstance(unit, Cell) and unit.text.strip())


_GAP = re.compile(r"\t|\s{2,}")


def _text_rows(candidates: Sequence[Candidate], rows: dict[Key, int]) -> Iterator[int]:
    """The rows between the first and the last of a value that stands in several."""
    for candidate in candidates:
        at = sorted({rows[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in rows})
        for one, other in pairwise(at):
            yield from range(one + 1, other)


def _spans(candidates: Sequence[Candidate], labels: Sequence[Place]) -> dict[Key, list[tuple[int, int]]]:
    """By unit, from the first to the last character of each value, and from the label before it to the value."""
    ends: dict[Key, list[int]] = {}
    for label in labels:
        ends.setdefault((label.page, label.unit), []).append(label.end)
    out: dict[Key, list[tuple[int, int]]] = {}
    for candidate in candidates:
        by_unit: dict[Key, list[Place]] = {}
        for place in candidate.places:
            by_unit.setdefault((place.page, place.unit), []).append(place)
        for n, (key, places) in enumerate(by_unit.items()):
            first, last = min(p.start for p in places), max(p.end for p in places)
            before = [end for end in ends.get(key, ()) if end <= first and n == 0]
            out.setdefault(key, []).append((max(before, default=first), last))
    return out


def _cells_between(
    form: Form, candidates: Sequence[Candidate], labels: Sequence[Place], rows: dict[Key, int]
) -> set[Key]:
    """The cells that stand between a label and the value behind it, in a row of a table."""
    named = {(label.page, label.unit) for label in labels}
    valued = {(place.page, place.unit) for candidate in candidates for place in candidate.places}
    out: set[Key] = set()
    for candidate in candidates:
        first = candidate.places[0] if candidate.places else None
        row = form.rows[rows[first.page, first.unit]] if first and (first.page, first.unit) in rows else None
        if first is None or row is None or not row.table or "[" in candidate.path:
            continue
        passed: list[Key] = []
        for unit in reversed(row.units[: next(n for n, u in enumerate(row.units) if u.id == first.unit)]):
            key = (row.page, unit.id)
            if key in named:
                out.update(passed)
                break
            if key in valued:
                break
            passed.append(key)
    return out
