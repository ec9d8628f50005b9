"""Answers that were paid for once: in the run's ledger, each committed when it arrives, before the next call.

Keyed by the model, its parameters and the messages: after a change of one prompt a rerun pays for that prompt alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

from extractor.engines.llm import call_sharing
from extractor.engines.llm.budget import Usage, usage_of
from extractor.engines.llm.call_sharing import SharedCalls
from extractor.engines.llm.completions import tidied
from extractor.engines.llm.transport import Completion, Request, Send
from extractor.ledger.migrations import migrate, transaction


class About(NamedTuple):
    """Whom a call is made for: the document's content and the form's number."""

    document: str = ""
    form: int = -1


NOBODY = About()
ABOUT: ContextVar[About] = ContextVar("about", default=NOBODY)


def key_of(request: Request) -> str:
    """The hash of a request: model, parameters, messages, schema."""
    text = json.dumps(request, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own to the ledger at `path`, for use in any one thread at a time."""
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)) as own:
        own.execute("PRAGMA journal_mode = WAL")
        own.execute("PRAGMA synchronous = NORMAL")
        migrate(own, path.parent)
        yield own


def get(ledger: sqlite3.Connection, key: str) -> Completion | None:
    """The completion that was kept for a request."""
    row = ledger.execute("SELECT body FROM responses WHERE key = ?", (key,)).fetchone()
    return None if row is None else tidied(json.loads(row[0]))


def put(
    ledger: sqlite3.Connection,
    key: str,
    model: str,
    completion: Completion,
    seconds: float,
    about: About,
    reused: bool = False,
) -> None:
    """Keep a completion and write down its call, in one transaction; `reused`: another machine has paid for it."""
    body = json.dumps(completion, ensure_ascii=False, separators=(",", ":"))
    with transaction(ledger):
        ledger.execute("INSERT OR REPLACE INTO responses VALUES (?, ?, ?)", (key, model, body))
        note(ledger, key, model, usage_of(completion), seconds, reused, about)


def note(
    ledger: sqlite3.Connection, key: str, model: str, usage: Usage, seconds: float, reused: bool, about: About
) -> None:
    """Write down one call: for whom it was, what it used."""
    ledger.execute(
        "INSERT INTO calls (at, key, model, document, form, prompt_tokens, cached_tokens, completion_tokens, seconds,"
        " reused) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (time.time(), key, model, *about, *usage, seconds, reused),
    )


def used(ledger: sqlite3.Connection) -> Usage:
    """What all calls of the ledger used, reused answers left out."""
    row = ledger.execute(
        "SELECT coalesce(sum(prompt_tokens), 0), coalesce(sum(cached_tokens), 0), coalesce(sum(completion_tokens), 0)"
        " FROM calls WHERE NOT reused"
    ).fetchone()
    return Usage(*row)


def kept(send: Send, ledger: sqlite3.Connection, thread: Executor, shared: SharedCalls | None = None) -> Send:
    """`send`, with every answer kept, and none asked for twice. `thread` is one thread, which alone uses the ledger.

    What other machines have asked is taken from what is `shared`, and what this one asks is given there.
    """

    async def once(request: Request) -> Completion:
        run, about = asyncio.get_running_loop().run_in_executor, ABOUT.get()
        key, model = key_of(request), str(request.get("model", ""))
        known = await run(thread, get, ledger, key)
        if known is not None:
            await run(thread, note, ledger, key, model, usage_of(known), 0.0, True, about)
            return known
        others = await call_sharing.find(shared, key)
        if others is not None:
            await run(thread, put, ledger, key, model, others, 0.0, about, True)
            return others
        start = time.perf_counter()
        completion = await send(request)
        await run(thread, put, ledger, key, model, completion, time.perf_counter() - start, about)
        await call_sharing.give(shared, key, completion)
        return completion

    return once
