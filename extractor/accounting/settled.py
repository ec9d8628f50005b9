"""What is settled: the one place that says which values, records and documents may be used without a look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from extractor.accounting.settling_rule import SettlingRule, judged
from extractor.document.results import DocumentResult, Finding


def unsettled(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The paths in doubt, sorted: those that a finding about the reading names; "" stands for the whole record.

    A path that holds others (`indicators[3]`) unsettles all that it holds.
    """
    return tuple(sorted({f.path for f in findings if f.about == "reading"}))


def settle(result: DocumentResult, rule: SettlingRule | None = None) -> DocumentResult:
    """The result with the paths in doubt of each record, and whether the document is settled.

    A rule of the user adds findings, so it can only unsettle.

    A document is settled when it was read, its records are settled, no text like a table is unclaimed and no finding
    says that a form may be lost.
    """
    judged_records = (judged(record, rule) for record in result.records)
    records = tuple(replace(record, unsettled=unsettled(record.findings)) for record in judged_records)
    settled = (
        result.status == "done"
        and all(record.settled for record in records)
        and not any(line.kind == "table" for line in result.unclaimed)
        and not unsettled(result.findings)
    )
    return replace(result, records=records, settled=settled)


DOCUMENT = -1
"""The number of the form that stands for what is in doubt about a document beside its records."""


def beside_records(line: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is in doubt about a document beside its records, as a record without values; None where nothing is.

    `line` is a line of `documents.jsonl`; the residue of the record is the text like a table that no form claims.
    """
    findings = [f for f in line["findings"] if f["about"] == "reading"]
    tables = [unclaimed for unclaimed in line["unclaimed"] if unclaimed["kind"] == "table"]
    if line["status"] != "done" or not (findings or tables):
        return None
    residue = [{**unclaimed, "start": 0, "end": len(unclaimed["text"])} for unclaimed in tables]
    return {
        "document": line["document"], "sha256": line["sha256"], "form": DOCUMENT, "schema": "", "values": {},
        "evidence": {}, "findings": findings, "residue": residue, "settled": False, "unsettled": [""],
    }  # fmt: skip
