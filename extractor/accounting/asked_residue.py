"""The residue that matters where a schema accounts for what it asks for alone.

It matters between the rows of a list's table, in rows of that table that were passed over, between the places of one
value or long text, and between a label and its value in the same row. The rest of the page is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.accounting.number_marks import marks_of_numbers, may_go_on
from extractor.accounting.sum_rows import sum_rows
from extractor.accounting.value_paths import spans
from extractor.document.layout import Cell, Unit
from extractor.document.results import Candidate, Form, Place, Quoted, Residue, Row
from extractor.forms.chunks import header_rows
from extractor.forms.form_tokens import form_tokens
from schemas.spec import generic
from schemas.values import Kind

_LEAST_SHARE = 0.5
"""A row of a list's table that was passed over is a lost row if it fills this share of the columns that rows fill.

A caption or a subtotal with its label fills fewer. No source: half is the point where it is nearer to a row.
"""

Key = tuple[int, str]


class AskedResidue(NamedTuple):
    """The pieces of residue that matter, and by piece the values that it may be the rest of.

    What has no such value stands among the rows of a list, or of a text: it may be anything around it.
    """

    pieces: list[Residue]
    rest_of: dict[Place, frozenset[str]]


def asked_residue(
    form: Form,
    candidates: Sequence[Candidate],
    labels: Sequence[Place],
    residue: Sequence[Residue],
    quoted: Sequence[Quoted] = (),
) -> AskedResidue:
    """The pieces of residue that may be part of what is asked for, or a lost row of a list."""
    own = marks_of_numbers(form, candidates, residue)
    residue = [piece for piece in residue if piece.place not in own]
    if not residue:
        return AskedResidue([], {})
    rows = {(row.page, unit.id): n for n, row in enumerate(form.rows) for unit in row.units}
    headers = header_rows(form)
    heads = {n for n, row in enumerate(form.rows) if id(row) in headers}
    inner = {*_list_rows(form, candidates, rows), *_text_rows(candidates, rows)} - heads
    inner.update(_next_lines(form, candidates, rows))
    inner -= sum_rows(form, candidates)
    named = _quoted_headers(form, candidates, quoted, rows)
    heads |= {rows[key] for key in named}
    others = _other_columns(form, candidates, heads, named)
    inner -= heads
    spans = _spans(candidates, labels)
    cells = _cells_between(form, candidates, labels, rows)
    beside = _beside(form, candidates, residue)
    rest_of: dict[Place, frozenset[str]] = {}
    pieces: list[Residue] = []
    for piece in residue:
        place = piece.place
        key = (place.page, place.unit)
        within = {path for first, last, path in spans.get(key, ()) if first <= place.start < last}
        rest = within | cells.get(key, set()) | beside.get(place, set())
        among = rows.get(key) in inner and key not in others
        if rest and not among:
            rest_of[place] = frozenset(rest)
        if rest or among:
            pieces.append(piece)
    return AskedResidue(pieces, rest_of)


def rows_passed_over(form: Form, candidates: Sequence[Candidate]) -> dict[Key, str]:
    """The units of rows without values, among and next to the rows of a list and as full as these; by unit the list.

    No header is one, and a label that spans rows is no value of any.
    """
    rows = {(row.page, unit.id): n for n, row in enumerate(form.rows) for unit in row.units}
    own_values = [c for c in candidates if not spans(form.schema, c.path)]
    used = set(rows_with_values(own_values, rows))
    used |= sum_rows(form, candidates)
    headers = header_rows(form)
    out: dict[Key, str] = {}
    for name, own in _rows_by_list(own_values, rows).items():
        least = least_filled(form, own)
        for n in rows_around(form, own):
            if n not in used and filled(form.rows[n]) > least and id(form.rows[n]) not in headers:
                out.update(((form.rows[n].page, unit.id), name) for unit in form.rows[n].units)
    return out


def rows_around(form: Form, own: set[int]) -> Iterator[int]:
    """The rows among those of a list, and those above and below it: up to a header, the table's end, another label."""
    known = form_tokens(form)
    ends = {
        known.tokens[hit.first].row
        for hit in known.hits.values()
        if hit.targets and not any(target.column for target in hit.targets)
    }
    headers = header_rows(form)
    tables = {form.rows[n].table for n in own}
    in_table = 0 not in tables

    def goes_on(n: int) -> bool:
        return n not in ends and bool(form.rows[n].table) == in_table

    yield from (n for n in range(min(own), max(own) + 1) if form.rows[n].table in tables or not in_table)
    for n in range(min(own) - 1, -1, -1):
        if id(form.rows[n]) in headers or not goes_on(n):
            break
        yield n
    for n in range(max(own) + 1, len(form.rows)):
        if not goes_on(n):
            break
        yield n


def _rows_by_list(candidates: Sequence[Candidate], rows: dict[Key, int]) -> dict[str, set[int]]:
    """By the name of a list, the rows in which its values stand."""
    out: dict[str, set[int]] = {}
    for candidate in candidates:
        if "]." in candidate.path:
            at = {rows[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in rows}
            out.setdefault(candidate.path.split("[")[0], set()).update(at)
    return {name: at for name, at in out.items() if at}


def least_filled(form: Form, own: set[int]) -> float:
    """What a row must be filled with more than, to be one of a list's."""
    return max(1.0, _LEAST_SHARE * sorted(filled(form.rows[n]) for n in own)[len(own) // 2])


def _list_rows(form: Form, candidates: Sequence[Candidate], rows: dict[Key, int]) -> set[int]:
    """The rows of lists: from the first that gave a value to the last, and rows passed over below it in its table."""
    out: set[int] = set()
    for at in _rows_by_list(candidates, rows).values():
        tables = {form.rows[n].table for n in at}
        out.update(n for n in range(min(at), max(at) + 1) if form.rows[n].table in tables)
    out.update(rows[key] for key in rows_passed_over(form, candidates))
    return out


def rows_with_values(candidates: Sequence[Candidate], rows: dict[Key, int]) -> Iterator[int]:
    """The rows of the form in which any value stands."""
    for candidate in candidates:
        yield from (rows[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in rows)


def filled(row: Row) -> int:
    """How many cells of a row hold text; of a line, how many pieces that gaps part."""
    if not row.table:
        return len(_GAP.split(row.units[0].text.strip()))
    return sum(1 for unit in row.units if isinstance(unit, Cell) and unit.text.strip())


_GAP = re.compile(r"\t|\s{2,}")


def _quoted_headers(
    form: Form, candidates: Sequence[Candidate], quoted: Sequence[Quoted], rows: dict[Key, int]
) -> set[Key]:
    """The cells of headers that an engine names, of lists each of whose columns has a value.

    Of a list that lacks one, a column that the engine does not name may be that one.
    """
    valued = set(rows_with_values(candidates, rows))
    given = {generic(candidate.path) for candidate in candidates}
    out: dict[int, set[Key]] = {}
    for one in quoted:
        parent = form.schema.field(one.field.rpartition("[]")[0])
        if parent is None or any(c.path not in given and not c.derived for c in parent.children):
            continue
        for key in {(place.page, place.unit) for place in one.places} & rows.keys():
            if rows[key] not in valued:
                out.setdefault(rows[key], set()).add(key)
    return set().union(*(keys for keys in out.values() if len(keys) > 1))


def _other_columns(form: Form, candidates: Sequence[Candidate], heads: set[int], quoted: set[Key]) -> set[Key]:
    """The cells of columns that no list asks for: they give no value, and no column of a list is headed so."""
    known = form_tokens(form)
    headers = (hit for hit in known.hits.values() if any(target.column for target in hit.targets))
    named = {(t.page, t.unit.id) for hit in headers for t in known.tokens[hit.first : hit.last + 1]} | quoted
    valued = {(place.page, place.unit) for candidate in candidates for place in candidate.places}
    used: dict[int, set[int]] = {}
    other: dict[int, set[int]] = {}
    for n, row in enumerate(form.rows):
        for cell in (u for u in row.units if isinstance(u, Cell) and row.table and row.exact_columns):
            columns = range(cell.col, cell.col + cell.col_span)
            if (row.page, cell.id) in valued:
                used.setdefault(row.table, set()).update(columns)
            elif n in heads and cell.text.strip() and (row.page, cell.id) not in named:
                other.setdefault(row.table, set()).update(columns)
    return {
        (row.page, cell.id)
        for row in form.rows
        for cell in row.units
        if isinstance(cell, Cell) and cell.col in other.get(row.table, set()) - used.get(row.table, set())
    }


def _text_rows(candidates: Sequence[Candidate], rows: dict[Key, int]) -> Iterator[int]:
    """The rows between the first and the last of a value that stands in several."""
    for candidate in candidates:
        at = sorted({rows[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in rows})
        for one, other in pairwise(at):
            yield from range(one + 1, other)


def _next_lines(form: Form, candidates: Sequence[Candidate], rows: dict[Key, int]) -> Iterator[int]:
    """The lines right below long texts, which may go on there."""
    for candidate in candidates:
        spec = form.schema.field(candidate.path)
        at = [rows[p.page, p.unit] for p in candidate.places if (p.page, p.unit) in rows]
        if spec is None or not spec.printed.long or not at or max(at) + 1 >= len(form.rows):
            continue
        last, after = form.rows[max(at)], form.rows[max(at) + 1]
        if not (last.table or after.table or after.gap):
            yield max(at) + 1


def _spans(candidates: Sequence[Candidate], labels: Sequence[Place]) -> dict[Key, list[tuple[int, int, str]]]:
    """By unit, from the first to the last character of each value, and from the label before it to the value."""
    ends: dict[Key, list[int]] = {}
    for label in labels:
        ends.setdefault((label.page, label.unit), []).append(label.end)
    out: dict[Key, list[tuple[int, int, str]]] = {}
    for candidate in candidates:
        by_unit: dict[Key, list[Place]] = {}
        for place in candidate.places:
            by_unit.setdefault((place.page, place.unit), []).append(place)
        for n, (key, places) in enumerate(by_unit.items()):
            first, last = min(p.start for p in places), max(p.end for p in places)
            before = [end for end in ends.get(key, ()) if end <= first and n == 0]
            out.setdefault(key, []).append((max(before, default=first), last, candidate.path))
    return out


def _beside(form: Form, candidates: Sequence[Candidate], residue: Sequence[Residue]) -> dict[Place, set[str]]:
    """What stands in the cell of a value, or right beside a value in its line, and may be the rest of it; of which."""
    units = {(row.page, unit.id): unit for row in form.rows for unit in row.units}
    ends: dict[Key, list[tuple[Place, Candidate, Kind]]] = {}
    for candidate in candidates:
        spec = form.schema.field(candidate.path)
        for place in candidate.places:
            ends.setdefault((place.page, place.unit), []).append((place, candidate, spec.kind if spec else "text"))
    out: dict[Place, set[str]] = {}
    for piece in residue:
        key = (piece.place.page, piece.place.unit)
        for place, candidate, kind in ends.get(key, ()):
            if _goes_on(units[key], piece, place, kind):
                out.setdefault(piece.place, set()).add(candidate.path)
    return out


def _goes_on(unit: Unit, piece: Residue, value: Place, kind: Kind) -> bool:
    """Whether a piece of text may be the rest of a value in the same unit. A date is whole, or it is none."""
    if kind in ("amount", "integer"):
        return may_go_on(unit.text, piece.place, value)
    before = piece.place.end <= value.start
    between = unit.text[piece.place.end : value.start] if before else unit.text[value.end : piece.place.start]
    near = isinstance(unit, Cell) or len(between) < _WIDE
    return near and kind != "date" and re.search(r"\w", piece.text) is not None


_WIDE = 2
"""So many spaces part two pieces of a line."""


def _cells_between(
    form: Form, candidates: Sequence[Candidate], labels: Sequence[Place], rows: dict[Key, int]
) -> dict[Key, set[str]]:
    """The cells that stand between a label and the value behind it, in a row of a table; of which value."""
    named = {(label.page, label.unit) for label in labels}
    valued = {(place.page, place.unit) for candidate in candidates for place in candidate.places}
    out: dict[Key, set[str]] = {}
    for candidate in candidates:
        first = candidate.places[0] if candidate.places else None
        row = form.rows[rows[first.page, first.unit]] if first and (first.page, first.unit) in rows else None
        if first is None or row is None or not row.table or "[" in candidate.path:
            continue
        passed: list[Key] = []
        for unit in reversed(row.units[: next(n for n, u in enumerate(row.units) if u.id == first.unit)]):
            key = (row.page, unit.id)
            if key in named:
                for cell in passed:
                    out.setdefault(cell, set()).add(candidate.path)
                break
            if key in valued:
                break
            passed.append(key)
    return out
