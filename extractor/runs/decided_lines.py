"""The lines of `records.jsonl` and `documents.jsonl` with what people decided: the values as read, or as corrected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from extractor.accounting import added_forms, decided
from extractor.accounting.settled import DOCUMENT, beside_records
from extractor.document.decision import Decision
from extractor.ledger import lookups, result_rows, store
from extractor.ledger.store import Ledger

Decisions = Mapping[tuple[str, int], Sequence[Decision]]
"""The decisions of a task, by the hash of the document and the number of the form."""


def records(ledger: Ledger, decisions: Decisions) -> Iterator[str]:
    """The lines of `records.jsonl`: values as read, what is in doubt after the decisions."""
    if not decisions:
        yield from store.record_lines(ledger)
        return
    for keyed in lookups.keyed_record_lines(ledger):
        about = decisions.get((keyed.sha256, keyed.form))
        yield result_rows.dumps(decided.as_read(json.loads(keyed.line), about)) if about else keyed.line


def reviewed(ledger: Ledger, decisions: Decisions) -> Iterator[str]:
    """The same lines with the corrected values, and `reviewed`, `deleted` and `stale` behind them; then added forms."""
    for keyed in lookups.keyed_record_lines(ledger):
        about = decisions.get((keyed.sha256, keyed.form), ())
        yield result_rows.dumps(decided.as_reviewed(json.loads(keyed.line), about))
    for sha256, about in added_forms.added(decisions):
        source = lookups.input_of(ledger, sha256)
        line = added_forms.line_of(about, source.name) if source else None
        if line is not None:
            yield result_rows.dumps(decided.as_reviewed(line, about))


def documents(ledger: Ledger, decisions: Decisions, corrected: bool = False) -> Iterator[str]:
    """The lines of `documents.jsonl`, settled as the decisions leave them (of the corrected values on request)."""
    if not decisions:
        yield from store.document_lines(ledger)
        return
    touched = {sha256 for sha256, _ in decisions}
    settled = _settled(ledger, decisions, touched, corrected)
    for text in store.document_lines(ledger):
        line = json.loads(text)
        if line["sha256"] in touched and line["status"] == "done":
            line["settled"] = settled.get(line["sha256"], True) and _is_clear(line, decisions)
            text = result_rows.dumps(line)
        yield text


def _settled(ledger: Ledger, decisions: Decisions, touched: set[str], corrected: bool) -> dict[str, bool]:
    """Whether all records of each of these documents are settled."""
    show = decided.as_reviewed if corrected else decided.as_read
    out: dict[str, bool] = {}
    for keyed in lookups.keyed_record_lines(ledger):
        if keyed.sha256 in touched:
            line: dict[str, Any] = show(json.loads(keyed.line), decisions.get((keyed.sha256, keyed.form), ()))
            out[keyed.sha256] = out.get(keyed.sha256, True) and line["settled"]
    return out


def _is_clear(line: dict[str, Any], decisions: Decisions) -> bool:
    """Whether nothing about the document beside its records is in doubt."""
    record = beside_records(line)
    if record is None:
        return True
    return not decided.review(record, decisions.get((line["sha256"], DOCUMENT), ())).unsettled
