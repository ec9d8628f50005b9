"""The decisions of people: in the run's ledger, and line by line in `DIR/decisions.jsonl` beside it.

The ledger is written first. What the file lacks is added when the log is opened, and lines of the file that the ledger
lacks (a new ledger in the folder, a file brought from elsewhere) are taken in: none is lost, none counts twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from extractor.document.decision import Decision, from_json
from extractor.errors import CallError
from extractor.ledger import result_rows, store
from extractor.ledger.migrations import migrate, transaction
from extractor.ledger.store import Ledger

FILE = "decisions.jsonl"
RECENT = 30
"""The last decisions whose seconds tell how long the next ones take."""
CLAIM_SECONDS = 120.0
"""How long a document stays claimed after the last sign of who claimed it: longer than a look at a page takes."""

Form = tuple[str, int]
"""The hash of a document and the number of a form in it."""


class Effort(NamedTuple):
    """What was decided lately: the batches of decisions, and the median of seconds that one took."""

    batches: int
    seconds: float


@contextlib.contextmanager
def opened(directory: Path) -> Iterator[Ledger]:
    """The ledger of a run for reading and for adding decisions, while a run may be at work in the same folder."""
    path = directory / store.FILE
    if not path.is_file():
        raise CallError(f"{directory}: no run is kept here (no {store.FILE}); make one with: extractor run")
    if not os.access(directory, os.W_OK) or not os.access(path, os.W_OK):
        raise CallError(f"{directory}: decisions cannot be written here; copy the folder to where they can")
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)) as ledger:
        ledger.execute("PRAGMA journal_mode = WAL")
        ledger.execute("PRAGMA synchronous = FULL")  # a decision that was confirmed outlives a power cut
        migrate(ledger, directory)
        import_lines(ledger, directory)
        write_lines(ledger, directory)
        yield ledger


def add(ledger: Ledger, decisions: Sequence[Decision]) -> bool:
    """Adds decisions in one transaction; False where they were there already (a request that was sent twice)."""
    with transaction(ledger):
        return _insert(ledger, decisions)


def _insert(ledger: Ledger, decisions: Iterable[Decision]) -> bool:
    before = ledger.total_changes
    ledger.executemany(
        "INSERT OR IGNORE INTO decisions (id, batch, undoes, task, who, sha256, form, seconds, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (d.id, d.batch, d.undoes, d.task, d.who, d.sha256, d.form, d.seconds, result_rows.dumps(d.to_json()))
            for d in decisions
        ),
    )
    return ledger.total_changes > before


_LIVE = """
    FROM decisions d WHERE d.undoes = '' AND d.task = :task
    AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.undoes = d.batch)
"""


def of_form(ledger: Ledger, sha256: str, form: int, task: str) -> tuple[Decision, ...]:
    """The decisions about one form that nobody took back, in order."""
    rows = ledger.execute(
        f"SELECT d.body {_LIVE} AND d.sha256 = :sha256 AND d.form = :form ORDER BY d.number",
        {"task": task, "sha256": sha256, "form": form},
    )
    return tuple(from_json(json.loads(body)) for (body,) in rows)


def by_form(ledger: Ledger, task: str) -> dict[Form, tuple[Decision, ...]]:
    """All decisions of a task that nobody took back, by document and form, in order; none in an old ledger."""
    if not is_kept(ledger):
        return {}
    out: dict[Form, list[Decision]] = {}
    rows = ledger.execute(f"SELECT d.sha256, d.form, d.body {_LIVE} ORDER BY d.number", {"task": task})
    for sha256, form, body in rows:
        out.setdefault((sha256, form), []).append(from_json(json.loads(body)))
    return {key: tuple(decisions) for key, decisions in out.items()}


def is_kept(ledger: Ledger) -> bool:
    """Whether the ledger has a place for decisions; one that an older version wrote has none."""
    return ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'decisions'").fetchone() is not None


def forms_of(ledger: Ledger, sha256: str) -> list[int]:
    """The forms of a document that anybody has decided about, also where that was taken back."""
    return [form for (form,) in ledger.execute("SELECT DISTINCT form FROM decisions WHERE sha256 = ?", (sha256,))]


def latest(ledger: Ledger, sha256: str, form: int, task: str) -> int:
    """The number of the last decision or undo about a form; 0 where there is none."""
    row = ledger.execute(
        "SELECT coalesce(max(number), 0) FROM decisions WHERE sha256 = ? AND form = ? AND task = ?",
        (sha256, form, task),
    ).fetchone()
    return int(row[0])


def last_batch(ledger: Ledger, who: str, task: str) -> tuple[Decision, ...]:
    """The decisions of a person's last batch that was not taken back."""
    last = ledger.execute(
        f"SELECT d.batch {_LIVE} AND d.who = :who ORDER BY d.number DESC LIMIT 1", {"task": task, "who": who}
    ).fetchone()
    rows = ledger.execute("SELECT body FROM decisions WHERE batch = ? ORDER BY number", last or ("",))
    return tuple(from_json(json.loads(body)) for (body,) in rows)


def tasks(ledger: Ledger) -> list[str]:
    """The tasks that decisions were made in."""
    return [task for (task,) in ledger.execute("SELECT DISTINCT task FROM decisions ORDER BY task")]


def effort(ledger: Ledger, task: str) -> Effort:
    """The last batches of a task, at most `RECENT`, and the median of the seconds of each: a pause moves it little."""
    rows = ledger.execute(
        f"SELECT max(d.seconds) {_LIVE} AND d.seconds > 0 GROUP BY d.batch ORDER BY max(d.number) DESC LIMIT :last",
        {"task": task, "last": RECENT},
    )
    seconds = [row[0] for row in rows]
    return Effort(len(seconds), median(seconds) if seconds else 0.0)


# Claims


def claim(ledger: Ledger, sha256: str, task: str, who: str, session: str, now: float | None = None) -> str:
    """Claims a document for a session; the name of the person who has it where that is another, else ""."""
    now = time.time() if now is None else now
    with transaction(ledger):
        row = ledger.execute(
            "SELECT who, session FROM claims WHERE sha256 = ? AND task = ? AND until > ?", (sha256, task, now)
        ).fetchone()
        if row is not None and row[1] != session:
            return str(row[0])
        ledger.execute(
            "INSERT OR REPLACE INTO claims (sha256, task, who, session, until) VALUES (?, ?, ?, ?, ?)",
            (sha256, task, who, session, now + CLAIM_SECONDS),
        )
        ledger.execute("DELETE FROM claims WHERE session = ? AND sha256 != ? AND task = ?", (session, sha256, task))
    return ""


def claimed(ledger: Ledger, task: str, session: str, now: float | None = None) -> dict[str, str]:
    """The documents that other sessions have claimed, and for whom."""
    rows = ledger.execute(
        "SELECT sha256, who FROM claims WHERE task = ? AND session != ? AND until > ?",
        (task, session, time.time() if now is None else now),
    )
    return dict(rows)


# The file


def write_lines(ledger: Ledger, directory: Path) -> None:
    """Adds to `decisions.jsonl` the decisions that it lacks, and waits until the disk has them."""
    path = directory / FILE
    with _locked(path) as file:
        there = {decision.id for decision in _lines(path)}
        rows = ledger.execute("SELECT id, body FROM decisions ORDER BY number")
        missing = [body for id_, body in rows if id_ not in there]
        if missing:
            _append(file, missing)


def append(directory: Path, decisions: Sequence[Decision]) -> None:
    """Adds decisions that the ledger has just taken to `decisions.jsonl`."""
    with _locked(directory / FILE) as file:
        _append(file, [result_rows.dumps(d.to_json()) for d in decisions])


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _append(file: int, lines: Sequence[str]) -> None:
    size = os.fstat(file).st_size
    torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
    os.write(file, (("\n" if torn else "") + "".join(line + "\n" for line in lines)).encode())
    os.fsync(file)


def _lines(path: Path) -> Iterator[Decision]:
    """The decisions of the file; a line that a crash tore is left out, the ledger has it."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            with contextlib.suppress(ValueError, AttributeError):
                yield from_json(json.loads(line))


def import_lines(ledger: Ledger, directory: Path) -> None:
    """Takes the decisions of `decisions.jsonl` into the ledger where it lacks them."""
    decisions = list(_lines(directory / FILE))
    if decisions:
        add(ledger, decisions)


def in_folder(directory: Path, task: str) -> dict[Form, tuple[Decision, ...]]:
    """The decisions of a task in a folder's `decisions.jsonl` that nobody took back: for those who have no ledger."""
    once = {decision.id: decision for decision in _lines(directory / FILE)}.values()
    undone = {decision.undoes for decision in once if decision.undoes}
    out: dict[Form, list[Decision]] = {}
    for decision in once:
        if decision.task == task and not decision.undoes and decision.batch not in undone:
            out.setdefault((decision.sha256, decision.form), []).append(decision)
    return {key: tuple(decisions) for key, decisions in out.items()}
