"""Candidates in the compact form: the answer that would give them. The other way round than `reading`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from extractor.layout import Unit
from extractor.prompting import as_row
from extractor.results import Candidate, Form, Place
from schemas.spec import FieldSpec

Units = dict[tuple[int, str], Unit]
LONGEST_COPY = 24  # characters; of a longer text on a shared line only the first and last words are given
ENDS = 8


def compact(form: Form, candidates: Iterable[Candidate]) -> dict[str, Any]:
    """Candidates as an answer about the form; rows are numbered from 0 without gaps."""
    by_path = {c.path: c for c in candidates}
    units = {(u.page, u.id): u for row in (*form.title_rows, *form.rows) for u in row.units}
    return _fields(form.schema.fields, "", by_path, many_pages(form), units)


def many_pages(form: Form) -> bool:
    """Whether ids are shown with their pages."""
    return len({row.page for row in (*form.title_rows, *form.rows)}) > 1


def row_id(place: Place, pages: bool) -> str:
    """The id of the line or of the table's row that a place stands in, as a chunk shows it."""
    unit = place.unit.split("C")[0]
    return f"p{place.page}.{unit}" if pages else unit


def _fields(
    fields: Iterable[FieldSpec], parent: str, by_path: dict[str, Candidate], pages: bool, units: Units
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for spec in fields:
        path = f"{parent}.{spec.name}" if parent else spec.name
        if as_row(spec) and spec.structure == "rows":
            count = 1 + max(
                (int(p[len(path) + 1 :].split("]")[0]) for p in by_path if p.startswith(path + "[")), default=-1
            )
            out[spec.name] = _spanning(spec, [_row(spec, f"{path}[{n}]", by_path, pages) for n in range(count)])
        elif as_row(spec):
            row = _row(spec, path, by_path, pages)
            out[spec.name] = row if any(row[1:]) else None
        elif spec.structure == "group":
            out[spec.name] = _fields(spec.children, path, by_path, pages, units)
        elif spec.structure == "texts":
            own = [c for p, c in by_path.items() if p.startswith(path + "[")]
            out[spec.name] = [_said(c, pages, units, spec) for c in own]
        elif path in by_path:
            out[spec.name] = _said(by_path[path], pages, units, spec)
    return {k: v for k, v in out.items() if v}


def _row(spec: FieldSpec, path: str, by_path: dict[str, Candidate], pages: bool) -> list[str]:
    own = [by_path.get(f"{path}.{c.name}") for c in spec.children]
    places = [p for c, v in zip(spec.children, own, strict=True) if v and not c.printed.spans for p in v.places]
    places = places or [p for v in own if v for p in v.places]
    at = "" if not places else _range(places[0], places[-1], pages)
    return [at, *("" if v is None else "".join(v.text.split("\n")) for v in own)]


def _spanning(spec: FieldSpec, rows: list[list[str]]) -> list[list[str]]:
    """Repeated spanning labels left out, absent ones marked."""
    above: list[str] = ["" for _ in spec.children]
    out = []
    for at, *items in rows:
        row = [at]
        for n, (child, item) in enumerate(zip(spec.children, items, strict=True)):
            spans = child.printed.spans
            row.append("" if spans and item == above[n] else "-" if spans and not item and above[n] else item)
            above[n] = item
        out.append(row)
    return out


def _range(first: Place, last: Place, pages: bool) -> str:
    a, b = row_id(first, pages), row_id(last, pages)
    return a if a == b else f"{a}-{b}"


def _said(candidate: Candidate, pages: bool, units: Units, spec: FieldSpec) -> str:
    """A short value as its text; of a long one the places, as few as there can be."""
    if not (spec.printed.long or spec.structure == "texts"):
        return "".join(candidate.text.split("\n"))
    order = {key: n for n, key in enumerate(units)}
    spans: list[list[Place]] = []  # places that follow each other with nothing but white space in between
    for place in candidate.places:
        if spans and _goes_on(spans[-1][-1], place, units, order):
            spans[-1].append(place)
        else:
            spans.append([place])
    return "".join(_span(own, pages, units) for own in spans)


def _goes_on(before: Place, place: Place, units: Units, order: dict[tuple[int, str], int]) -> bool:
    left, right = (before.page, before.unit), (place.page, place.unit)
    if left == right:
        return not units[left].text[before.end : place.start].strip()
    between = list(units.values())[order[left] + 1 : order[right]]
    rest = units[left].text[before.end :] + "".join(u.text for u in between) + units[right].text[: place.start]
    return order[left] < order[right] and not rest.strip()


def _span(own: list[Place], pages: bool, units: Units) -> str:
    first, last = own[0], own[-1]
    before = units[first.page, first.unit].text[: first.start].strip()
    after = units[last.page, last.unit].text[last.end :].strip()
    page = (f"p{first.page}." if pages else "", f"p{last.page}." if pages else "")
    named = f"[{page[0]}{first.unit}]" if first.unit == last.unit else f"[{page[0]}{first.unit}-{page[1]}{last.unit}]"
    if not before and not after:
        return named
    text = "".join(units[p.page, p.unit].text[p.start : p.end] for p in own)
    return f"{named} {text}" if len(text) < LONGEST_COPY else f"{named} {text[:ENDS]}…{text[-ENDS:]}"
