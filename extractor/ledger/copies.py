"""Rows of a ledger that go to another one: what a shard's ledger gives a place, and a place's copy takes.

The names of documents are the inputs'; a body is a line of the run's files without its `document`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from extractor.ledger.store import Ledger


class CopiedRecord(NamedTuple):
    """A record, beside the position of its document among the inputs and the document's name."""

    position: int
    document: str
    form: int
    schema: str
    settled: bool
    findings: int
    residue: int
    body: str


class CopiedDocument(NamedTuple):
    """An input that is done, failed or waiting; `pages`, `settled` and `body` are those of its result."""

    position: int
    document: str
    address: str
    suffix: str
    bytes: int
    sha256: str | None
    status: str
    reason: str | None
    seconds: float
    pages: int
    settled: bool
    body: str


class CopiedCall(NamedTuple):
    """A call of a model that was made for a shard."""

    at: float
    key: str
    model: str
    document: str
    form: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    seconds: float
    reused: bool


_RECORDS = """
    SELECT i.position, i.name, c.form, c.schema, c.settled, c.findings, c.residue, c.body
    FROM inputs i JOIN results r ON r.sha256 = i.sha256 AND r.suffix = i.suffix AND r.fingerprint = ?
    JOIN records c ON c.result = r.id ORDER BY i.position, c.form
"""
_DOCUMENTS = """
    SELECT i.position, i.name, i.path, i.suffix, i.bytes, i.sha256, i.status, i.reason, i.seconds,
    coalesce(r.pages, 0), coalesce(r.settled, 0), coalesce(r.body, '')
    FROM inputs i LEFT JOIN results r ON r.sha256 = i.sha256 AND r.suffix = i.suffix AND r.fingerprint = ?
    ORDER BY i.position
"""


def records(ledger: Ledger, fingerprint: str) -> Iterator[CopiedRecord]:
    """The records of the last call, in order."""
    return map(CopiedRecord._make, ledger.execute(_RECORDS, (fingerprint,)))


def documents(ledger: Ledger, fingerprint: str) -> Iterator[CopiedDocument]:
    """The inputs of the last call, in order."""
    rows = ledger.execute(_DOCUMENTS, (fingerprint,))
    return (CopiedDocument(row[0], row[1], os.fsdecode(row[2]), *row[3:]) for row in rows)


def failed(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Name and address of each input of the last call that failed, in order."""
    rows = ledger.execute("SELECT name, path FROM inputs WHERE status = 'failed' ORDER BY position")
    return ((name, os.fsdecode(path)) for name, path in rows)


def calls(ledger: Ledger, contents: Iterable[str]) -> Iterator[CopiedCall]:
    """The calls about documents of these contents (SHA-256), where the ledger has any."""
    if ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'calls'").fetchone() is None:
        return
    for content in contents:
        rows = ledger.execute(
            "SELECT at, key, model, document, form, prompt_tokens, cached_tokens, completion_tokens, seconds, reused"
            " FROM calls WHERE document = ? ORDER BY id",
            (content,),
        )
        yield from map(CopiedCall._make, rows)


def add_document(ledger: Ledger, fingerprint: str, document: CopiedDocument) -> int | None:
    """An input, and its result where it is done; the number under which its records are added.

    None where an input of this name is there, or the result of its content: then its records are there too.
    """
    try:
        ledger.execute(
            "INSERT INTO inputs (position, name, path, suffix, bytes, sha256, status, reason, seconds)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *document[:2], os.fsencode(document.address), *document[3:9]
            ),
        )  # fmt: skip
    except sqlite3.IntegrityError:
        return None
    if document.status != "done":
        return None
    kept = ledger.execute(
        "INSERT OR IGNORE INTO results (sha256, suffix, fingerprint, pages, settled, seconds, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (document.sha256, document.suffix, fingerprint, document.pages, document.settled, document.seconds,
         document.body),
    )  # fmt: skip
    return kept.lastrowid if kept.rowcount else None


def add_record(ledger: Ledger, result: int, record: CopiedRecord) -> None:
    """A record of a result that was added."""
    ledger.execute(
        "INSERT INTO records (result, form, schema, settled, findings, residue, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (result, *record[2:]),
    )
