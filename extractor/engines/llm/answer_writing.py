"""Candidates in the compact form: the answer that would give them. The other way round than `reading`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from extractor.document.results import Candidate, Form, Place
from extractor.engines.llm.prompting import as_row
from schemas.spec import FieldSpec

LONGEST_COPY = 24  # characters; of a longer text on a shared line only the first and last words are given
ENDS = 8


class Printed:
    """The text of a form as one string, and where its rows and their units begin in it."""

    def __init__(self, form: Form) -> None:
        parts: list[str] = []
        length = 0
        self._start: dict[tuple[int, str], int] = {}
        self._row: dict[tuple[int, str], int] = {}
        self._rows: dict[int, tuple[int, int]] = {}
        for row in (*form.title_rows, *form.rows):
            begin = length
            for unit in row.units:
                self._start[row.page, unit.id] = length
                self._row[row.page, unit.id] = row.number
                parts.append(unit.text)
                length += len(unit.text)
            self._rows[row.number] = (begin, length)
        self.text = "".join(parts)

    def row(self, place: Place) -> int:
        """The number of the row that a place stands in."""
        return self._row[place.page, place.unit]

    def ends(self, place: Place) -> tuple[int, int]:
        """The first character of a place, and the one behind its last."""
        start = self._start[place.page, place.unit]
        return start + place.start, start + place.end

    def fills(self, first: Place, last: Place) -> bool:
        """Whether nothing else stands in the rows from one place to another."""
        (begin, _), (_, end) = self._rows[self.row(first)], self._rows[self.row(last)]
        return not (self.text[begin : self.ends(first)[0]] + self.text[self.ends(last)[1] : end]).strip()

    def goes_on(self, before: Place, place: Place) -> bool:
        """Whether nothing but white space stands between a place and the next."""
        end, start = self.ends(before)[1], self.ends(place)[0]
        return end <= start and not self.text[end:start].strip()


def compact(form: Form, candidates: Iterable[Candidate]) -> dict[str, Any]:
    """Candidates as an answer about the form; rows of lists are numbered from 0 without gaps."""
    return _fields(form.schema.fields, "", {c.path: c for c in candidates}, Printed(form))


def _fields(
    fields: Iterable[FieldSpec], parent: str, by_path: dict[str, Candidate], printed: Printed
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for spec in fields:
        path = f"{parent}.{spec.name}" if parent else spec.name
        if as_row(spec) and spec.structure == "rows":
            count = 1 + max(
                (int(p[len(path) + 1 :].split("]")[0]) for p in by_path if p.startswith(path + "[")), default=-1
            )
            out[spec.name] = _spanning(spec, [_row(spec, f"{path}[{n}]", by_path, printed) for n in range(count)])
        elif as_row(spec):
            row = _row(spec, path, by_path, printed)
            out[spec.name] = row if any(row[1:]) else None
        elif spec.structure == "group":
            out[spec.name] = _fields(spec.children, path, by_path, printed)
        elif spec.structure == "texts":
            own = [c for p, c in by_path.items() if p.startswith(path + "[")]
            out[spec.name] = [_said(c, printed, spec) for c in own]
        elif path in by_path:
            out[spec.name] = _said(by_path[path], printed, spec)
    return {k: v for k, v in out.items() if v}


def _row(spec: FieldSpec, path: str, by_path: dict[str, Candidate], printed: Printed) -> list[str]:
    own = [by_path.get(f"{path}.{c.name}") for c in spec.children]
    places = [p for c, v in zip(spec.children, own, strict=True) if v and not c.printed.spans for p in v.places]
    places = places or [p for v in own if v for p in v.places]
    at = rows_named(printed.row(p) for p in places) if places else ""
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


def rows_named(numbers: Iterable[int]) -> str:
    """`13` or `12-14`: the first of some rows and the last."""
    every = sorted(numbers)
    first, last = every[0], every[-1]
    return str(first) if first == last else f"{first}-{last}"


def _said(candidate: Candidate, printed: Printed, spec: FieldSpec) -> str:
    """A short value as its text; of a long one the places, as few as there can be."""
    if not (spec.printed.long or spec.structure == "texts"):
        return "".join(candidate.text.split("\n"))
    spans: list[list[Place]] = []  # places that follow each other
    for place in candidate.places:
        if spans and printed.goes_on(spans[-1][-1], place):
            spans[-1].append(place)
        else:
            spans.append([place])
    return "".join(_span(own[0], own[-1], printed) for own in spans)


def _span(first: Place, last: Place, printed: Printed) -> str:
    named = f"[{rows_named((printed.row(first), printed.row(last)))}]"
    if printed.fills(first, last):
        return named
    text = printed.text[printed.ends(first)[0] : printed.ends(last)[1]]
    return f"{named} {text}" if len(text) < LONGEST_COPY else f"{named} {text[:ENDS]}…{text[-ENDS:]}"
