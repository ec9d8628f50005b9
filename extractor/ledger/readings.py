"""Documents that OCR has read, kept in the ledger: a change of an engine or of accounting reads no page again.

A reading is kept under the content of its file, its suffix, and the fingerprint of all that can change it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from pydantic import TypeAdapter

from extractor.document.layout import Document


class Reading(NamedTuple):
    """A document as the ledger keeps it; `mark` is the fingerprint under which it was read."""

    mark: str
    body: bytes


@cache
def _adapter() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


def packed(document: Document, mark: str) -> Reading:
    """The document as bytes: compressed JSON."""
    return Reading(mark, zlib.compress(_adapter().dump_json(document), 1))


def any_kept(ledger: sqlite3.Connection) -> bool:
    """Whether any reading is kept: where none is, no file needs to be hashed to look for one."""
    return ledger.execute("SELECT 1 FROM readings LIMIT 1").fetchone() is not None


def find(ledger: sqlite3.Connection, sha256: str, suffix: str, mark: str, name: str) -> Document | None:
    """The document that was read of this content before, under the name that it has now."""
    row = ledger.execute(
        "SELECT body FROM readings WHERE sha256 = ? AND suffix = ? AND mark = ?", (sha256, suffix, mark)
    ).fetchone()
    return None if row is None else replace(_adapter().validate_json(zlib.decompress(row[0])), name=name)


def keep(ledger: sqlite3.Connection, sha256: str, suffix: str, reading: Reading) -> None:
    """Puts the reading into the ledger; an older one of the same content gives way."""
    ledger.execute(
        "INSERT OR REPLACE INTO readings (sha256, suffix, mark, body) VALUES (?, ?, ?, ?)", (sha256, suffix, *reading)
    )


def every(ledger: sqlite3.Connection) -> Iterator[tuple[str, str, Reading]]:
    """All readings, each behind the hash and the suffix of its document."""
    for sha256, suffix, mark, body in ledger.execute("SELECT sha256, suffix, mark, body FROM readings"):
        yield sha256, suffix, Reading(mark, body)
