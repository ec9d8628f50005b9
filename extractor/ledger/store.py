"""The run's ledger, `DIR/ledger.sqlite`: sole keeper of what is done.

`inputs` are the documents of the last call, in order; `results` and their `records` are kept by content
(`sha256`), the way it is read (`suffix`) and the fingerprint of all that can change an answer, from every call.
A document's result is one transaction. The tables stand in `extractor.ledger.migrations`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from extractor.document.results import DocumentResult
from extractor.errors import CallError
from extractor.ledger import readings
from extractor.ledger.migrations import migrate, refuse_newer, transaction
from extractor.ledger.result_rows import ResultRow, dumps

Ledger = sqlite3.Connection

FILE = "ledger.sqlite"
LOCK = "ledger.lock"


class Input(NamedTuple):
    """A document of this call: its name, where it is, its bytes; its content, or the reason why it has none."""

    name: str
    path: Path
    bytes: int
    sha256: str | None
    reason: str | None


class Task(NamedTuple):
    """A content that is to be read, by the first input that has it."""

    position: int
    name: str
    path: str
    sha256: str
    suffix: str


class Run(NamedTuple):
    """One call, as it was recorded."""

    id: int
    fingerprint: str
    engine: str
    schemas: tuple[str, ...]
    finished: bool
    settings: Mapping[str, Any]


# Opening


@contextlib.contextmanager
def writing(directory: Path) -> Iterator[Ledger]:
    """The ledger of `directory`, made if it is not there, for one process alone."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / LOCK).open("ab")
    except OSError as error:
        raise CallError(f"{directory}: results cannot be written here: {_why(error)}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CallError(
                f"{directory}: another run is at work here; wait for it, or choose another folder"
            ) from None
        with contextlib.closing(_connect(directory / FILE)) as ledger:
            migrate(ledger, directory)
            yield ledger


@contextlib.contextmanager
def reading(directory: Path) -> Iterator[Ledger]:
    """The ledger of a run that was made before; raises `CallError` where there is none."""
    if not (directory / FILE).is_file():
        raise CallError(
            f"{directory}: no run is kept here (no {FILE}); make one with: extractor run PATH --out {directory}"
        )
    with contextlib.closing(connect_to_read(directory / FILE)) as ledger:
        refuse_newer(ledger, directory)
        ledger.execute("BEGIN")  # one view of it, also while a run goes on
        yield ledger


def _connect(path: Path) -> Ledger:
    try:
        ledger = sqlite3.connect(path, timeout=30, isolation_level=None)
        ledger.execute("PRAGMA journal_mode = WAL")
        ledger.execute("PRAGMA synchronous = NORMAL")
        ledger.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        raise CallError(f"{path}: cannot be opened as a ledger: {error}") from None
    return ledger


def connect_to_read(path: Path) -> Ledger:
    """Where the folder cannot be written, SQLite must be told that nobody else writes it."""
    writable = os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    mode = "mode=ro" if writable else "immutable=1"
    try:
        ledger = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", timeout=30, isolation_level=None, uri=True)
        ledger.execute("PRAGMA user_version")
    except sqlite3.Error as error:
        raise CallError(f"{path}: cannot be opened as a ledger: {error}") from None
    return ledger


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


# Writing


def begin(
    ledger: Ledger,
    fingerprint: str,
    engine: str,
    schemas: Iterable[str],
    settings: dict[str, Any],
    version: str,
    inputs: Iterable[Input],
) -> int:
    """Records a call and its inputs, which replace those of the call before; returns the number of inputs."""
    with transaction(ledger):
        ledger.execute(
            "INSERT INTO runs (started, fingerprint, engine, schemas, settings, version) VALUES (?, ?, ?, ?, ?, ?)",
            (time.time(), fingerprint, engine, json.dumps(list(schemas)), json.dumps(settings), version),
        )
        ledger.execute("DELETE FROM inputs")
        for position, item in enumerate(inputs):
            _insert(ledger, position, item)
        ledger.execute(
            """
            UPDATE inputs SET status = 'done', seconds = r.seconds FROM results r
            WHERE r.sha256 = inputs.sha256 AND r.suffix = inputs.suffix AND r.fingerprint = ?
            """,
            (fingerprint,),
        )
        return int(ledger.execute("SELECT count(*) FROM inputs").fetchone()[0])


def _insert(ledger: Ledger, position: int, item: Input) -> None:
    ledger.execute(
        """
        INSERT INTO inputs (position, name, path, suffix, bytes, sha256, status, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            position,
            item.name,
            os.fsencode(item.path),
            item.path.suffix.lower(),
            item.bytes,
            item.sha256,
            "failed" if item.reason else "waiting",
            item.reason,
        ),
    )


def has_name(ledger: Ledger, name: str) -> bool:
    """Whether an input of this call has this name."""
    return ledger.execute("SELECT 1 FROM inputs WHERE name = ?", (name,)).fetchone() is not None


def has_path(ledger: Ledger, path: Path) -> bool:
    """Whether an input of this call is this file."""
    return ledger.execute("SELECT 1 FROM inputs WHERE path = ?", (os.fsencode(path),)).fetchone() is not None


def waiting(ledger: Ledger, page: int = 200) -> Iterator[Task]:
    """What is to be read, one task for each content, in the order of the inputs; safe against writes in between."""
    after = -1
    while True:
        rows = ledger.execute(
            """
            SELECT position, name, path, sha256, suffix FROM inputs i WHERE status = 'waiting' AND position > ?
            AND position = (SELECT min(position) FROM inputs j WHERE j.sha256 = i.sha256 AND j.suffix = i.suffix)
            ORDER BY position LIMIT ?
            """,
            (after, page),
        ).fetchall()
        if not rows:
            return
        for position, name, path, sha256, suffix in rows:
            yield Task(position, name, os.fsdecode(path), sha256, suffix)
        after = rows[-1][0]


def waiting_count(ledger: Ledger) -> int:
    """How many contents are to be read."""
    row = ledger.execute(
        "SELECT count(*) FROM (SELECT DISTINCT sha256, suffix FROM inputs WHERE status = 'waiting')"
    ).fetchone()
    return int(row[0])


def record(ledger: Ledger, fingerprint: str, task: Task, result: ResultRow) -> None:
    """One document's result, in one transaction, for all inputs of the same content."""
    with transaction(ledger):
        if result.status == "done":
            _keep(ledger, fingerprint, task, result)
        if result.reading is not None:
            readings.keep(ledger, task.sha256, task.suffix, result.reading)
        ledger.execute(
            "UPDATE inputs SET status = ?, reason = ?, seconds = ? WHERE sha256 = ? AND suffix = ?",
            (result.status, result.reason, result.seconds, task.sha256, task.suffix),
        )


def _keep(ledger: Ledger, fingerprint: str, task: Task, result: ResultRow) -> None:
    kept = ledger.execute(
        "INSERT INTO results (sha256, suffix, fingerprint, pages, settled, seconds, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (task.sha256, task.suffix, fingerprint, result.pages, result.settled, result.seconds, result.body),
    )
    ledger.executemany(
        "INSERT INTO records (result, form, schema, settled, findings, residue, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((kept.lastrowid, *row) for row in result.records),
    )


def finish(ledger: Ledger) -> None:
    """Marks the last call as finished."""
    ledger.execute("UPDATE runs SET finished = ? WHERE id = (SELECT max(id) FROM runs)", (time.time(),))


# Reading


def last_run(ledger: Ledger) -> Run:
    """The last call; raises `CallError` where there was none."""
    row = ledger.execute(
        "SELECT id, fingerprint, engine, schemas, finished, settings FROM runs ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise CallError("the ledger holds no run yet")
    return Run(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4] is not None, json.loads(row[5]))


DONE = """
    FROM inputs i JOIN results r ON r.sha256 = i.sha256 AND r.suffix = i.suffix AND r.fingerprint = :fingerprint
"""


def record_lines(ledger: Ledger) -> Iterator[str]:
    """The lines of `records.jsonl` as they were read: the last call's inputs in order, their forms in order."""
    rows = ledger.execute(
        f"SELECT i.name, c.body {DONE} JOIN records c ON c.result = r.id ORDER BY i.position, c.form",
        {"fingerprint": last_run(ledger).fingerprint},
    )
    for name, body in rows:
        yield with_name(name, body)


class DoneInput(NamedTuple):
    """An input of the last call that is done or failed, with the lines of its records."""

    name: str
    reason: str | None
    records: tuple[str, ...]


def done_inputs(ledger: Ledger, task: Task | None = None) -> Iterator[DoneInput]:
    """The inputs that are done or failed, in order; of a task those that have its content."""
    mark = last_run(ledger).fingerprint
    if task is None:
        inputs = ledger.execute(
            "SELECT name, reason, sha256, suffix FROM inputs WHERE status != 'waiting' ORDER BY position"
        )
    else:
        inputs = ledger.execute(
            "SELECT name, reason, sha256, suffix FROM inputs WHERE sha256 = ? AND suffix = ? ORDER BY position",
            (task.sha256, task.suffix),
        )
    for name, reason, sha256, suffix in inputs.fetchall():
        rows = ledger.execute(
            "SELECT c.body FROM records c JOIN results r ON c.result = r.id"
            " WHERE r.sha256 = ? AND r.suffix = ? AND r.fingerprint = ? ORDER BY c.form",
            (sha256, suffix, mark),
        )
        yield DoneInput(name, reason, tuple(with_name(name, body) for (body,) in rows) if reason is None else ())


def document_lines(ledger: Ledger) -> Iterator[str]:
    """The lines of `documents.jsonl`: every input of the last call that is done or failed, in order."""
    rows = ledger.execute(
        """
        SELECT i.name, i.sha256, i.reason, i.seconds, r.body FROM inputs i LEFT JOIN results r
        ON r.sha256 = i.sha256 AND r.suffix = i.suffix AND r.fingerprint = :fingerprint
        WHERE i.status != 'waiting' ORDER BY i.position
        """,
        {"fingerprint": last_run(ledger).fingerprint},
    )
    for name, sha256, reason, seconds, body in rows:
        if body is None:
            yield dumps(DocumentResult(name, sha256 or "", "failed", reason=reason, seconds=seconds).to_json())
        else:
            yield with_name(name, body)


def with_name(name: str, body: str) -> str:
    """The line of a body with the name of its document in front."""
    return f'{{"document":{dumps(name)},{body[1:]}'
