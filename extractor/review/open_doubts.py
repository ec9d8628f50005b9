"""What is left to decide of a run, in memory: in an order, by filters, with counts; brought up to date as one works."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from extractor.review.doubts import Doubt

Place = tuple[Any, ...]
ORDERS: dict[str, Callable[[Doubt], Place]] = {
    "worst": lambda d: (d.gravity, d.position, d.form, d.order),
    "document": lambda d: (d.position, d.form, d.order),
    "kind": lambda d: (d.kinds, d.position, d.form, d.order),
    "field": lambda d: (d.schema, d.field, d.position, d.form, d.order),
    "label": lambda d: (not d.label, d.label, d.schema, d.field, d.position, d.form, d.order),
    "alike": lambda d: (d.alike, d.value, d.position, d.form, d.order),
}
"""The orders in which one can go through the doubts."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which doubts are wanted: of a kind, a field (`schema:path`), a document; "" for any."""

    kind: str = ""
    field: str = ""
    document: str = ""

    def wants(self, doubt: Doubt) -> bool:
        """Whether the filter lets a doubt through."""
        return (
            (not self.kind or self.kind in doubt.kinds)
            and (not self.field or self.field == f"{doubt.schema}:{doubt.field}")
            and (not self.document or self.document == doubt.document)
        )


class Counts(NamedTuple):
    """How many doubts are left: in all, by kind, by field, by document."""

    total: int
    kinds: Counter[str]
    fields: Counter[str]
    documents: Counter[str]


class Alike(NamedTuple):
    """How many doubts are like one: of the same value, and of any value."""

    same: int
    any: int


class OpenDoubts:
    """The doubts that are left, by record. Not safe for several threads: who shares it holds a lock."""

    def __init__(self) -> None:
        self.by_record: dict[tuple[str, int], list[Doubt]] = {}
        self.positions: dict[str, int] = {}
        self._orders: dict[str, list[tuple[Place, Doubt]]] = {}
        self._all = Counts(0, Counter(), Counter(), Counter())
        self._alike: Counter[str] = Counter()
        self._same: Counter[tuple[str, str]] = Counter()

    def put(self, sha256: str, form: int, found: Sequence[Doubt]) -> None:
        """The doubts of a record as they are now."""
        old = self.by_record.get((sha256, form), [])
        if old == found:
            return
        for name, order in self._orders.items():
            for doubt in old:
                place = ORDERS[name](doubt)
                del order[bisect.bisect_left(order, place, key=lambda item: item[0])]
            for doubt in found:
                bisect.insort(order, (ORDERS[name](doubt), doubt), key=lambda item: item[0])
        self.by_record[sha256, form] = list(found)
        for doubt in old:
            self._count(doubt, -1)
        for doubt in found:
            self._count(doubt, 1)

    def _count(self, doubt: Doubt, by: int) -> None:
        """Takes a doubt into the counts, or out of them; what counts nothing is not kept."""
        total, kinds, fields, documents = self._all
        for kind in doubt.kinds:
            _add(kinds, kind, by)
        _add(fields, f"{doubt.schema}:{doubt.field}", by)
        _add(documents, doubt.document, by)
        _add(self._alike, doubt.alike, by)
        _add(self._same, (doubt.alike, doubt.value), by)
        self._all = Counts(total + by, kinds, fields, documents)

    def like(self, doubt: Doubt) -> Alike:
        """How many doubts are like one: of the same value, and of any."""
        return Alike(self._same[doubt.alike, doubt.value], self._alike[doubt.alike])

    @property
    def decisions(self) -> int:
        """How many decisions settle all doubts, where identical ones are decided at once."""
        return len(self._same)

    def all(self) -> Iterator[Doubt]:
        """Every doubt that is left, in no order."""
        return (doubt for found in self.by_record.values() for doubt in found)

    def ordered(self, order: str) -> list[tuple[Place, Doubt]]:
        """The doubts in an order, each behind its place in it."""
        if order not in self._orders:
            self._orders[order] = sorted(((ORDERS[order](d), d) for d in self.all()), key=lambda item: item[0])
        return self._orders[order]

    def following(self, order: str, wanted: Filter, after: Doubt | None, elsewhere: Iterable[str] = ()) -> Doubt | None:
        """The next doubt behind another in an order, from the start again at the end; documents `elsewhere` are not."""
        items = self.ordered(order)
        start = bisect.bisect_right(items, ORDERS[order](after), key=lambda item: item[0]) if after else 0
        taken = set(elsewhere)
        for number in range(len(items)):
            doubt = items[(start + number) % len(items)][1]
            if wanted.wants(doubt) and doubt.sha256 not in taken:
                return doubt
        return None

    def preceding(self, order: str, wanted: Filter, before: Doubt, elsewhere: Iterable[str] = ()) -> Doubt | None:
        """The doubt in front of another in an order, from the end again at the start."""
        items = self.ordered(order)
        start = bisect.bisect_left(items, ORDERS[order](before), key=lambda item: item[0])
        taken = set(elsewhere)
        for number in range(1, len(items) + 1):
            doubt = items[(start - number) % len(items)][1]
            if wanted.wants(doubt) and doubt.sha256 not in taken:
                return doubt
        return None

    def counts(self, wanted: Filter) -> Counts:
        """What is left of the doubts that a filter wants."""
        if wanted == Filter():
            return self._all
        kinds: Counter[str] = Counter()
        fields: Counter[str] = Counter()
        documents: Counter[str] = Counter()
        total = 0
        for doubt in self.all():
            if wanted.wants(doubt):
                total += 1
                kinds.update(doubt.kinds)
                fields[f"{doubt.schema}:{doubt.field}"] += 1
                documents[doubt.document] += 1
        return Counts(total, kinds, fields, documents)

    def group(self, of: Doubt, same_value: bool) -> list[Doubt]:
        """The doubts of the same field for the same reasons (and of the same value): one decision can settle all."""
        found = (d for d in self.all() if d.alike == of.alike and (not same_value or d.value == of.value))
        return sorted(found, key=ORDERS["document"])

    def find(self, sha256: str, form: int, path: str) -> Doubt | None:
        """The doubt on a path of a record; None where there is none any more."""
        return next((d for d in self.by_record.get((sha256, form), ()) if d.path == path), None)


def _add(counter: Counter[Any], key: Any, by: int) -> None:
    counter[key] += by
    if not counter[key]:
        del counter[key]
