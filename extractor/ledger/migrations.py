"""The tables of the ledger, as migrations: each is applied once, in order, and only ever added at the end."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from extractor.errors import CallError


class Migration(NamedTuple):
    """One step: its name, and the statements that make it."""

    name: str
    script: str


MIGRATIONS: tuple[Migration, ...] = (
    Migration("results", """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        started REAL NOT NULL,
        finished REAL,
        fingerprint TEXT NOT NULL,
        engine TEXT NOT NULL,
        schemas TEXT NOT NULL,
        settings TEXT NOT NULL,
        version TEXT NOT NULL
    );
    CREATE TABLE inputs (
        position INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        path BLOB NOT NULL UNIQUE,
        suffix TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        sha256 TEXT,
        status TEXT NOT NULL CHECK (status IN ('waiting', 'done', 'failed')),
        reason TEXT,
        seconds REAL NOT NULL DEFAULT 0
    );
    CREATE INDEX inputs_by_content ON inputs (sha256, suffix);
    CREATE TABLE results (
        id INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL,
        suffix TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        pages INTEGER NOT NULL,
        settled INTEGER NOT NULL,
        seconds REAL NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (sha256, suffix, fingerprint)
    );
    CREATE TABLE records (
        result INTEGER NOT NULL REFERENCES results (id),
        form INTEGER NOT NULL,
        schema TEXT NOT NULL,
        settled INTEGER NOT NULL,
        findings INTEGER NOT NULL,
        residue INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (result, form)
    ) WITHOUT ROWID;
    """),
    Migration("readings", """
    CREATE TABLE readings (
        sha256 TEXT NOT NULL,
        suffix TEXT NOT NULL,
        mark TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (sha256, suffix)
    ) WITHOUT ROWID
    """),
    Migration("decisions", """
    CREATE TABLE decisions (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        batch TEXT NOT NULL,
        undoes TEXT NOT NULL,
        task TEXT NOT NULL,
        who TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        form INTEGER NOT NULL,
        seconds REAL NOT NULL,
        body TEXT NOT NULL
    );
    CREATE INDEX decisions_by_form ON decisions (sha256, form);
    CREATE INDEX decisions_by_undoes ON decisions (undoes);
    CREATE INDEX decisions_by_batch ON decisions (batch);
    CREATE TABLE claims (
        sha256 TEXT NOT NULL,
        task TEXT NOT NULL,
        who TEXT NOT NULL,
        session TEXT NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (sha256, task)
    ) WITHOUT ROWID;
    """),
    # IF NOT EXISTS: ledgers from before this list held them have these tables already.
    Migration("model_calls", """
    CREATE TABLE IF NOT EXISTS responses (
        key TEXT PRIMARY KEY,
        model TEXT NOT NULL,
        body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS calls (
        id INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        key TEXT NOT NULL,
        model TEXT NOT NULL,
        document TEXT NOT NULL,
        form INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        seconds REAL NOT NULL,
        reused INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS calls_by_document ON calls (document, form);
    CREATE TABLE IF NOT EXISTS batches (
        mark TEXT PRIMARY KEY,
        id TEXT,
        at REAL NOT NULL,
        status TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS batch_requests (
        key TEXT PRIMARY KEY,
        mark TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
        attempts INTEGER NOT NULL,
        reason TEXT
    ) WITHOUT ROWID
    """),
    Migration("answer_modes", """
    CREATE TABLE answer_modes (
        base_url TEXT NOT NULL,
        model TEXT NOT NULL,
        mode TEXT NOT NULL,
        PRIMARY KEY (base_url, model)
    ) WITHOUT ROWID
    """),
)  # fmt: skip


def migrate(ledger: sqlite3.Connection, directory: Path) -> None:
    """Brings the ledger up to date, one transaction a migration."""
    done = refuse_newer(ledger, directory)
    for number, migration in enumerate(MIGRATIONS[done:], done + 1):
        with transaction(ledger):
            if refuse_newer(ledger, directory) >= number:  # another process was here first
                continue
            for statement in migration.script.split(";"):
                ledger.execute(statement)
            ledger.execute(f"PRAGMA user_version = {number}")


def refuse_newer(ledger: sqlite3.Connection, directory: Path) -> int:
    """The number of migrations that the ledger has; raises `CallError` where it has some that are unknown here."""
    done = int(ledger.execute("PRAGMA user_version").fetchone()[0])
    if done > len(MIGRATIONS):
        raise CallError(f"{directory}: its ledger was written by a newer version; use that one, or another folder")
    return done


@contextlib.contextmanager
def transaction(ledger: sqlite3.Connection) -> Iterator[None]:
    """All of the block is kept, or nothing of it."""
    ledger.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if ledger.in_transaction:  # a full disk has rolled it back already
            ledger.execute("ROLLBACK")
        raise
    ledger.execute("COMMIT")
