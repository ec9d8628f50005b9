"""A form that the run missed and a person added: a record without anything read, to which decisions give its values.

Its number is below `DOCUMENT` (-2, -3, …): no run gives such numbers, so it stays what it is after another run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from extractor.accounting.settled import DOCUMENT
from extractor.document.decision import Decision

PERSON = "person"
"""The engine of a form that was added."""


def line_of(decisions: Sequence[Decision], document: str) -> dict[str, Any] | None:
    """The line of an added form, from its decisions; None where its addition was taken back."""
    added = next((decision for decision in decisions if decision.action == "add"), None)
    return None if added is None else empty_line(added.sha256, added.form, document, added.to)


def empty_line(sha256: str, form: int, document: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """The line of a form of which nothing is read yet; `told` are its schema and its empty values."""
    return {
        "document": document, "sha256": sha256, "form": form, "schema": told["schema"], "values": told["values"],
        "evidence": {}, "findings": [], "residue": [], "settled": False, "unsettled": [""], "engine": PERSON,
        "model": None, "usage": {},
    }  # fmt: skip


def added(decisions: Mapping[tuple[str, int], Sequence[Decision]]) -> Iterator[tuple[str, Sequence[Decision]]]:
    """The decisions about each added form, with the hash of its document, in the order of their addition."""
    for sha256, form in sorted(decisions, key=lambda key: (key[0], -key[1])):
        if is_added(form):
            yield sha256, decisions[sha256, form]


def is_added(form: int) -> bool:
    """Whether a number is that of an added form."""
    return form < DOCUMENT


def next_number(forms: Iterable[int]) -> int:
    """The number of the next added form of a document."""
    return min((form for form in forms if is_added(form)), default=DOCUMENT) - 1
