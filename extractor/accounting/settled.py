"""What is settled: the one place that says which values, records and documents may be used without a look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from extractor.document.results import DocumentResult, Finding


def unsettled(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The paths in doubt, sorted: those that a finding about the reading names; "" stands for the whole record.

    A path that holds others (`indicators[3]`) unsettles all that it holds.
    """
    return tuple(sorted({f.path for f in findings if f.about == "reading"}))


def settle(result: DocumentResult) -> DocumentResult:
    """The result with the paths in doubt of each record, and whether the document is settled.

    A document is settled when it was read, its records are settled, no text like a table is unclaimed and no finding
    says that a form may be lost.
    """
    records = tuple(replace(record, unsettled=unsettled(record.findings)) for record in result.records)
    settled = (
        result.status == "done"
        and all(record.settled for record in records)
        and not any(line.kind == "table" for line in result.unclaimed)
        and not unsettled(result.findings)
    )
    return replace(result, records=records, settled=settled)
