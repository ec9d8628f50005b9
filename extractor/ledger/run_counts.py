"""What stands in the ledger of the last call, summed up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from extractor.ledger.store import DONE, Ledger, last_run


class Counts(NamedTuple):
    """What stands in the ledger of the last call's inputs."""

    documents: int
    done: int
    failed: int
    waiting: int
    settled_documents: int
    forms: int
    settled: int
    residue: int
    seconds: float


class SchemaCount(NamedTuple):
    """The forms of one schema, and how many of them are settled."""

    schema: str
    forms: int
    settled: int
    residue: int


class Asked(NamedTuple):
    """What the forms of the last call's inputs took of a model: how many needed it, with calls and tokens."""

    forms: int
    calls: int
    prompt_tokens: int
    completion_tokens: int


class Failure(NamedTuple):
    """A document that could not be read, and why."""

    name: str
    reason: str


def counts(ledger: Ledger) -> Counts:
    """The figures of the summary."""
    by_status = dict(ledger.execute("SELECT status, count(*) FROM inputs GROUP BY status"))
    settled, seconds = ledger.execute(
        f"SELECT coalesce(sum(r.settled), 0), coalesce(sum(r.seconds), 0) {DONE}",
        {"fingerprint": last_run(ledger).fingerprint},
    ).fetchone()
    schemas = schema_counts(ledger)
    return Counts(
        sum(by_status.values()),
        by_status.get("done", 0),
        by_status.get("failed", 0),
        by_status.get("waiting", 0),
        settled,
        sum(s.forms for s in schemas),
        sum(s.settled for s in schemas),
        sum(s.residue for s in schemas),
        seconds,
    )


def schema_counts(ledger: Ledger) -> list[SchemaCount]:
    """Forms by schema, in the order of their names."""
    rows = ledger.execute(
        f"""
        SELECT c.schema, count(*), sum(c.settled), sum(c.residue) {DONE}
        JOIN records c ON c.result = r.id GROUP BY c.schema ORDER BY c.schema
        """,
        {"fingerprint": last_run(ledger).fingerprint},
    )
    return [SchemaCount(*row) for row in rows]


def pages(ledger: Ledger) -> int:
    """The pages of all documents that are done; of documents of the same content, each counts."""
    row = ledger.execute(
        f"SELECT coalesce(sum(r.pages), 0) {DONE}", {"fingerprint": last_run(ledger).fingerprint}
    ).fetchone()
    return int(row[0])


def asked(ledger: Ledger) -> Asked:
    """What the records say of their usage; of documents of the same content, each counts."""
    sums = ", ".join(
        f"coalesce(sum(json_extract(c.body, '$.usage.{name}')), 0)"
        for name in ("calls", "prompt_tokens", "completion_tokens")
    )
    row = ledger.execute(
        f"SELECT count(*), {sums} {DONE} JOIN records c ON c.result = r.id"
        " WHERE json_extract(c.body, '$.usage.calls') > 0",
        {"fingerprint": last_run(ledger).fingerprint},
    ).fetchone()
    return Asked(*row)


def failures(ledger: Ledger) -> Iterator[Failure]:
    """The documents of the last call that failed, in order, with their reasons."""
    rows = ledger.execute("SELECT name, reason FROM inputs WHERE status = 'failed' ORDER BY position")
    for name, reason in rows:
        yield Failure(name, reason)
