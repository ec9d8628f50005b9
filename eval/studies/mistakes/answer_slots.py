"""A recorded answer as something that can be altered: its single values, its rows, its texts, and the printed rows."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from extractor.document.results import Form
from extractor.engines.llm.prompting import as_row
from schemas.spec import FieldSpec

REFERENCE = re.compile(r"\[(\d+)(?:-(\d+))?\]")
"""The printed rows that an answer names: `[7]`, `[20-35]`."""


class Slot(NamedTuple):
    """One string of an answer: what holds it, its key there, its field, the row numbers of its row ('' for none)."""

    holder: Any
    key: Any
    spec: FieldSpec
    at: str = ""

    @property
    def text(self) -> str:
        """The string."""
        return str(self.holder[self.key] or "")

    def put(self, text: str) -> None:
        """Set the string."""
        self.holder[self.key] = text


class Listing(NamedTuple):
    """A list that is answered in rows: its field and its rows, each `[at, item, item, ...]`."""

    spec: FieldSpec
    rows: list[list[str]]

    def column(self, row: int, child: int) -> Slot:
        """The item of one row under one child field."""
        return Slot(self.rows[row], child + 1, self.spec.children[child], self.rows[row][0])

    def own(self) -> list[int]:
        """The numbers of the children that are no spanning labels."""
        return [n for n, child in enumerate(self.spec.children) if not child.printed.spans]

    def spanning(self) -> list[int]:
        """The numbers of the children that are spanning labels."""
        return [n for n, child in enumerate(self.spec.children) if child.printed.spans]


@dataclass(frozen=True, slots=True)
class AlteredAnswer:
    """A copy of an answer about a form, free to be altered, and the text of the form's printed rows by number."""

    form: Form
    values: dict[str, Any]
    lines: dict[int, str]
    elsewhere: tuple[str, ...] = ()

    def singles(self) -> list[Slot]:
        """The values that stand in no list, long texts excepted."""
        return [s for s in _singles(self.form.schema.fields, self.values) if s.text and not s.spec.printed.long]

    def free_texts(self) -> list[Slot]:
        """The single values that are texts of any words."""
        return [s for s in self.singles() if s.spec.kind == "text" and not s.spec.printed.vocabulary]

    def longs(self) -> list[Slot]:
        """The long texts that stand in no list."""
        return [s for s in _singles(self.form.schema.fields, self.values) if s.text and s.spec.printed.long]

    def listings(self) -> list[Listing]:
        """The lists of rows, spanning labels written out in every row."""
        found = []
        for spec in self.form.schema.fields:
            rows = self.values.get(spec.name)
            if as_row(spec) and spec.structure == "rows" and rows:
                _spell_out(spec, rows)
                found.append(Listing(spec, rows))
        return found

    def items(self) -> list[tuple[FieldSpec, list[str]]]:
        """The lists of texts."""
        fields = (spec for spec in self.form.schema.fields if spec.structure == "texts")
        return [(spec, own) for spec in fields if (own := self.values.get(spec.name))]

    def cells(self) -> list[Slot]:
        """All items of all rows that are no spanning labels and not empty."""
        return [
            slot
            for one in self.listings()
            for n in range(len(one.rows))
            for child in one.own()
            if (slot := one.column(n, child)).text
        ]


def altered(form: Form, values: dict[str, Any], elsewhere: tuple[str, ...] = ()) -> AlteredAnswer:
    """A copy of an answer to be altered. `elsewhere` are values of other forms of the same document."""
    rows = (*form.title_rows, *form.rows)
    lines = {row.number: " ".join(u.text.strip() for u in row.units if u.text.strip()) for row in rows}
    return AlteredAnswer(form, copy.deepcopy(values), lines, elsewhere)


def _singles(fields: tuple[FieldSpec, ...], values: dict[str, Any]) -> Iterator[Slot]:
    for spec in fields:
        value = values.get(spec.name)
        if value is None or spec.structure in ("rows", "texts"):
            continue
        if as_row(spec):
            yield from (Slot(value, n + 1, child, value[0]) for n, child in enumerate(spec.children))
        elif spec.structure == "group":
            yield from _singles(spec.children, value)
        else:
            yield Slot(values, spec.name, spec)


def _spell_out(spec: FieldSpec, rows: list[list[str]]) -> None:
    spanning = [n + 1 for n, child in enumerate(spec.children) if child.printed.spans]
    for above, row in pairwise(rows):
        for n in spanning:
            row[n] = row[n] or above[n]
