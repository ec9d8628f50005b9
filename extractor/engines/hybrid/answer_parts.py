"""An answer taken apart: its fields, the rows of its lists, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from extractor.accounting.assembly import assemble
from extractor.accounting.checks import check
from extractor.accounting.grounding import ground
from extractor.accounting.value_paths import field_of, moved, row_of
from extractor.document.results import Answer, Finding, Form, Place, Residue


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


def row_count(answer: Answer, name: str) -> int:
    """How many rows of a list have values."""
    return 1 + max((row_of(c.path) or 0 for c in answer.candidates if field_of(c.path) == name), default=-1)


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
