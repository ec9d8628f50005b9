"""An answer taken apart: its fields, the rows of its lists, what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from extractor.accounting.assembly import assemble
from extractor.accounting.checks import check
from extractor.accounting.grounding import ground
from extractor.document.results import Answer, Finding, Form, Place, Residue
from schemas.spec import SchemaSpec

_ROW = re.compile(r"^([^.\[\]]+)\[(\d+)\]")


class Region(NamedTuple):
    """A field of the schema's top level; of a list its rows from `first` to `last` (exclusive), or all (None)."""

    name: str
    first: int = 0
    last: int | None = None

    def holds(self, path: str) -> bool:
        """Whether a path lies in the region: of rows, only what names one of them."""
        if field_of(path) != self.name:
            return False
        row = row_of(path)
        return self.last is None or (row is not None and self.first <= row < self.last)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with an answer: findings about the reading, failed checks, text that nothing accounts for."""

    reading: tuple[Finding, ...]
    failed: tuple[Finding, ...]
    residue: tuple[Residue, ...]

    def of(self, name: str) -> int:
        """How many findings about the reading touch a field."""
        return sum(field_of(f.path) in (name, "") for f in self.reading)


def judge(form: Form, answer: Answer) -> Judged:
    """What is wrong with an answer. A check fails on the reading or on the source; here both count."""
    assembled = assemble(form.schema, answer.candidates)
    grounded = ground(form, answer)
    found = (*answer.findings, *assembled.findings, *grounded.findings)
    failed = check(form.schema, assembled.values, "source")
    return Judged(tuple(f for f in found if f.about == "reading"), tuple(failed), grounded.residue)


def field_of(path: str) -> str:
    """The field of the schema's top level that a path lies in."""
    return path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]


def row_of(path: str) -> int | None:
    """The number of the row of a top-level list that a path lies in."""
    match = _ROW.match(path)
    return int(match[2]) if match else None


def moved(path: str, by: int) -> str:
    """The path of the same value `by` rows further down."""
    return _ROW.sub(lambda m: f"{m[1]}[{int(m[2]) + by}]", path)


def spans(schema: SchemaSpec, path: str) -> bool:
    """Whether a path is that of a spanning label, which stands for several rows."""
    spec = schema.field(path)
    return spec is not None and spec.printed.spans


def row_count(answer: Answer, name: str) -> int:
    """How many rows of a list have values."""
    return 1 + max((row_of(c.path) or 0 for c in answer.candidates if field_of(c.path) == name), default=-1)


def own_places(schema: SchemaSpec, answer: Answer, name: str) -> dict[int, tuple[Place, ...]]:
    """The places of the values that each row of a list has alone; of a row of labels, those of its labels."""
    own: dict[int, tuple[Place, ...]] = {}
    labels: dict[int, tuple[Place, ...]] = {}
    for candidate in answer.candidates:
        row = row_of(candidate.path)
        if row is not None and field_of(candidate.path) == name:
            out = labels if spans(schema, candidate.path) else own
            out[row] = (*out.get(row, ()), *candidate.places)
    return labels | own


def positions(form: Form) -> Callable[[Place], tuple[int, int]]:
    """Where places stand in the order of reading."""
    units = (u for row in (*form.title_rows, *form.rows) for u in row.units)
    order = {(u.page, u.id): n for n, u in enumerate(units)}
    return lambda place: (order.get((place.page, place.unit), -1), place.start)


def shifted(answer: Answer, name: str, start: int, by: int) -> Answer:
    """The answer with the rows of a list from `start` on moved down by so many."""

    def path(old: str) -> str:
        row = row_of(old)
        return moved(old, by) if field_of(old) == name and row is not None and row >= start else old

    return replace(
        answer,
        candidates=tuple(replace(c, path=path(c.path)) for c in answer.candidates),
        findings=tuple(replace(f, path=path(f.path)) for f in answer.findings),
    )
