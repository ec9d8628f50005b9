"""The records of the last run one by one, and what is in doubt of documents beside their records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from extractor.accounting import added_forms
from extractor.accounting.judged_reading import Line
from extractor.accounting.settled import beside_records
from extractor.document.decision import Decision
from extractor.ledger import decision_log, lookups, store
from extractor.ledger.store import Ledger
from extractor.review import doubts

Decisions = Mapping[tuple[str, int], Sequence[Decision]]


class RunRecord(NamedTuple):
    """A record, and the position of its document in the run."""

    record: Line
    position: int


def run_records(ledger: Ledger, with_settled: bool, decisions: Decisions) -> Iterator[RunRecord]:
    """The records of the last run in order, then what stands beside them, then forms that people added.

    Without the settled ones on request, except those that somebody has decided about.
    """
    positions = dict(ledger.execute("SELECT sha256, min(position) FROM inputs GROUP BY sha256"))
    for keyed in lookups.keyed_record_lines(ledger):
        if with_settled or '"unsettled":[]' not in keyed.line or (keyed.sha256, keyed.form) in decisions:
            yield RunRecord(json.loads(keyed.line), positions[keyed.sha256])
    for text in store.document_lines(ledger):
        beside = beside_records(json.loads(text))
        if beside is not None:
            yield RunRecord(beside, positions[beside["sha256"]])
    for sha256, about in added_forms.added(decisions):
        source = lookups.input_of(ledger, sha256)
        line = added_forms.line_of(about, source.name) if source else None
        if line is not None:
            yield RunRecord(line, positions[sha256])


ENOUGH = 8
"""Decisions before a time is told: the first ones are slow, and the median of a few is any of them."""


class Remaining(NamedTuple):
    """What is left of a run: doubts; decisions that settle them, identical doubts at once; and the seconds that these
    take by the decisions so far (None: unknown)."""

    doubts: int
    decisions: int
    seconds: float | None


def remaining(ledger: Ledger, task: str) -> Remaining:
    """How much is left to decide of the last run."""
    decisions = decision_log.by_form(ledger, task)
    left: Counter[tuple[str, str]] = Counter(
        (doubt.alike, doubt.value)
        for record, position in run_records(ledger, with_settled=False, decisions=decisions)
        for doubt in doubts.of_record(record, position, decisions.get((record["sha256"], record["form"]), ()))
    )
    return estimated(ledger, task, left.total(), len(left))


def estimated(ledger: Ledger, task: str, found: int, decisions: int) -> Remaining:
    """The time that so many decisions take, by the median of the last ones; None before there are enough of them."""
    effort = decision_log.effort(ledger, task) if decision_log.is_kept(ledger) else None
    return Remaining(found, decisions, decisions * effort.seconds if effort and effort.batches >= ENOUGH else None)
