"""A model for tests: answers a prompt from values with places, in the compact form, as a careful reader would.

Its answers come from the built-in engine's candidates, so it knows of a form what that engine knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from extractor import rules
from extractor.layout import Unit
from extractor.prompting import as_row
from extractor.results import Candidate, Chunk, Form, Place
from schemas.spec import FieldSpec, SchemaSpec


def answers_for(forms: Sequence[Form]) -> dict[int, dict[str, Any]]:
    """The compact answer about each whole form, by its index."""
    return {
        form.index: compact(form, answer.candidates) for form, answer in zip(forms, rules.extract(forms), strict=True)
    }


def compact(form: Form, candidates: Iterable[Candidate]) -> dict[str, Any]:
    """Candidates as the answer that would give them."""
    by_path = {c.path: c for c in candidates}
    pages = len({row.page for row in (*form.title_rows, *form.rows)}) > 1
    units = {(u.page, u.id): u for row in (*form.title_rows, *form.rows) for u in row.units}
    return _fields(form.schema, form.schema.fields, "", by_path, pages, units)


Units = dict[tuple[int, str], Unit]


def _fields(
    schema: SchemaSpec,
    fields: Iterable[FieldSpec],
    parent: str,
    by_path: dict[str, Candidate],
    pages: bool,
    units: Units,
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
            out[spec.name] = _fields(schema, spec.children, path, by_path, pages, units)
        elif spec.structure == "texts":
            own = [c for p, c in by_path.items() if p.startswith(path + "[")]
            out[spec.name] = [said(c, pages, units, spec) for c in own]
        elif path in by_path:
            out[spec.name] = said(by_path[path], pages, units, spec)
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
    a, b = (f"p{p.page}.{p.unit.split('C')[0]}" if pages else p.unit.split("C")[0] for p in (first, last))
    return a if a == b else f"{a}-{b}"


def said(candidate: Candidate, pages: bool, units: Units, spec: FieldSpec) -> str:
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
    return f"{named} {text}" if len(text) < 24 else f"{named} {text[:8]}…{text[-8:]}"


def reply(request: dict[str, Any], chunks: Sequence[tuple[Chunk, dict[str, Any]]]) -> str:
    """The answer to a request: that of the chunk whose text stands in it."""
    text = "\n".join(str(m.get("content") or "") for m in request["messages"])
    found = next((values for chunk, values in chunks if chunk.text in text), {})
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
