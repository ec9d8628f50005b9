"""Single records and documents of the last run, and all of them with their keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from extractor.ledger.store import DONE, Ledger, last_run, with_name


class KeyedLine(NamedTuple):
    """A line of `records.jsonl` with the hash of its document and the number of its form."""

    sha256: str
    form: int
    line: str


def keyed_record_lines(ledger: Ledger) -> Iterator[KeyedLine]:
    """The lines of `records.jsonl` as they were read, each with its document and its form, in order."""
    rows = ledger.execute(
        f"SELECT i.name, i.sha256, c.form, c.body {DONE} JOIN records c ON c.result = r.id ORDER BY i.position, c.form",
        {"fingerprint": last_run(ledger).fingerprint},
    )
    for name, sha256, form, body in rows:
        yield KeyedLine(sha256, form, with_name(name, body))


def record_line(ledger: Ledger, sha256: str, form: int) -> str | None:
    """The line of `records.jsonl` of one form of the last run, under the first name of its document; None without."""
    row = ledger.execute(
        f"SELECT i.name, c.body {DONE} JOIN records c ON c.result = r.id"
        " WHERE r.sha256 = :sha256 AND c.form = :form ORDER BY i.position LIMIT 1",
        {"fingerprint": last_run(ledger).fingerprint, "sha256": sha256, "form": form},
    ).fetchone()
    return None if row is None else with_name(*row)


def document_line(ledger: Ledger, sha256: str) -> str | None:
    """The line of `documents.jsonl` of a document that is done, under its first name; None without."""
    row = ledger.execute(
        f"SELECT i.name, r.body {DONE} WHERE r.sha256 = :sha256 ORDER BY i.position LIMIT 1",
        {"fingerprint": last_run(ledger).fingerprint, "sha256": sha256},
    ).fetchone()
    return None if row is None else with_name(*row)


def pages_of(ledger: Ledger, sha256: str) -> int:
    """How many pages a document that is done has; 0 for another."""
    row = ledger.execute(
        "SELECT pages FROM results WHERE sha256 = ? AND fingerprint = ?", (sha256, last_run(ledger).fingerprint)
    ).fetchone()
    return 0 if row is None else int(row[0])


class NamedInput(NamedTuple):
    """The name of an input, and where it is: a path, or the URL of a store."""

    name: str
    address: str


def input_of(ledger: Ledger, sha256: str) -> NamedInput | None:
    """The first input that has a content; None where none has."""
    row = ledger.execute(
        "SELECT name, path FROM inputs WHERE sha256 = ? ORDER BY position LIMIT 1", (sha256,)
    ).fetchone()
    return None if row is None else NamedInput(row[0], os.fsdecode(row[1]))
