"""Bulk work at batch price: requests that no answer is kept for go to the provider in files, answers come back later.

`submit` plays every form against the answers that the ledger holds, and sends off the questions that are still open:
first ones, and corrections once the first are answered. `collect` puts answers into the ledger. When nothing is open,
an ordinary run finishes without a call. A request that waits in a batch is not sent again; one that failed is.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from extractor.document.results import Form
from extractor.engines.llm import call_cache
from extractor.engines.llm.call_cache import About, kept, key_of
from extractor.engines.llm.call_sharing import SharedCalls
from extractor.engines.llm.client import asker, open_client
from extractor.engines.llm.completions import tidied
from extractor.engines.llm.conversation import answer
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.mode_probe import mode_of
from extractor.engines.llm.transport import BrokenBody, Completion, Request
from extractor.errors import ExtractorError
from extractor.ledger.migrations import transaction

if TYPE_CHECKING:
    from openai import AsyncOpenAI

URL: Final = "/v1/chat/completions"
Tell = Callable[[], None]
RUNNING = ("validating", "in_progress", "finalizing", "cancelling")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider takes in one file, and how often a failed request is sent again."""

    requests: int = 50_000
    size: int = 190_000_000
    attempts: int = 3


LIMITS = Limits()


class Status(NamedTuple):
    """One batch: its id, what the provider says of it, and its requests: all, answered, failed."""

    id: str
    status: str
    requests: int
    done: int
    failed: int


class Collected(NamedTuple):
    """What `collect` brought in: answers, failures, and batches that still run."""

    answers: int
    failures: int
    running: int


class Deferred(ExtractorError):
    """The answer is not there yet: it has been asked for in a batch."""


async def open_requests(
    documents: Iterable[tuple[str, Sequence[Form]]], options: Options, ledger: Path, shared: SharedCalls | None = None
) -> list[Request]:
    """The questions about these documents' forms that the ledger, and what is `shared`, hold no answer to."""
    found: dict[str, Request] = {}

    async def defer(request: Request) -> Completion:
        found.setdefault(key_of(request), request)
        raise Deferred("the answer is not there yet")

    with call_cache.opened(ledger) as own, ThreadPoolExecutor(1) as thread:
        ask = asker(kept(defer, own, thread, shared), await mode_of(options, own))
        for document, forms in documents:
            await asyncio.gather(*(answer(form, document, ask, options) for form in forms), return_exceptions=True)
            while others := asyncio.all_tasks() - {asyncio.current_task()}:  # the other chunks of a deferred form
                await asyncio.wait(others)
    return list(found.values())


async def submit(
    requests: Sequence[Request], options: Options, ledger: Path, limits: Limits = LIMITS, told: Tell = lambda: None
) -> int:
    """Send off the requests that wait in no batch and have not failed too often; returns how many.

    `told` is called whenever the ledger knows more of batches; of a new one before the provider hears of it.
    """
    with call_cache.opened(ledger) as own:
        fresh = [r for r in requests if _may_be_sent(own, key_of(r), limits)]
        async with open_client(options.endpoint) as client:
            await _recover(client, own)
            for part in parts([_line(r) for r in fresh], limits):
                await _send(client, own, part, told)
            told()
    return len(fresh)


def _may_be_sent(ledger: sqlite3.Connection, key: str, limits: Limits) -> bool:
    row = ledger.execute("SELECT state, attempts FROM batch_requests WHERE key = ?", (key,)).fetchone()
    return row is None or (row[0] == "failed" and row[1] < limits.attempts)


class Line(NamedTuple):
    """One request as a line of a batch file."""

    key: str
    text: str


def _line(request: Request) -> Line:
    key = key_of(request)
    line = {"custom_id": key, "method": "POST", "url": URL, "body": request}
    return Line(key, json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def parts(lines: Iterable[Line], limits: Limits) -> Iterator[list[Line]]:
    """The lines in files that a provider takes."""
    part: list[Line] = []
    size = 0
    for line in lines:
        own = len(line.text.encode("utf-8"))
        if part and (len(part) >= limits.requests or size + own > limits.size):
            yield part
            part, size = [], 0
        part.append(line)
        size += own
    if part:
        yield part


async def _send(client: AsyncOpenAI, ledger: sqlite3.Connection, part: Sequence[Line], told: Tell) -> None:
    """Upload a file and start its batch; what was begun is in the ledger before the provider hears of it."""
    mark = hashlib.sha256("".join(line.key for line in part).encode() + str(time.time()).encode()).hexdigest()[:32]
    with transaction(ledger):
        ledger.execute("INSERT INTO batches VALUES (?, NULL, ?, 'begun')", (mark, time.time()))
        ledger.executemany(
            "INSERT INTO batch_requests VALUES (?, ?, 'waiting', 1, NULL) ON CONFLICT (key) DO UPDATE SET"
            " mark = excluded.mark, state = 'waiting', attempts = attempts + 1",
            [(line.key, mark) for line in part],
        )
    told()
    data = "".join(line.text for line in part).encode("utf-8")
    file = await client.files.create(file=(f"{mark}.jsonl", io.BytesIO(data)), purpose="batch")
    batch = await client.batches.create(
        input_file_id=file.id, endpoint=URL, completion_window="24h", metadata={"mark": mark}
    )
    ledger.execute("UPDATE batches SET id = ?, status = ? WHERE mark = ?", (batch.id, batch.status, mark))


async def _recover(client: AsyncOpenAI, ledger: sqlite3.Connection) -> None:
    """Batches that were begun by a call that died: found again at the provider by their mark, or given up."""
    begun = {row[0] for row in ledger.execute("SELECT mark FROM batches WHERE status = 'begun'")}
    if not begun:
        return
    async for batch in client.batches.list(limit=100):
        mark = (batch.metadata or {}).get("mark", "")
        if mark in begun:
            ledger.execute("UPDATE batches SET id = ?, status = ? WHERE mark = ?", (batch.id, batch.status, mark))
            begun.remove(mark)
    for mark in begun:
        _give_up(ledger, mark, "lost")


def _give_up(ledger: sqlite3.Connection, mark: str, status: str) -> int:
    """Mark a batch as over; those of its requests that have no answer have failed."""
    with transaction(ledger):
        ledger.execute("UPDATE batches SET status = ? WHERE mark = ?", (status, mark))
        return ledger.execute(
            "UPDATE batch_requests SET state = 'failed', reason = ? WHERE mark = ? AND state = 'waiting'",
            (status, mark),
        ).rowcount


async def collect(options: Options, ledger: Path) -> Collected:
    """Bring in what is finished: answers into the ledger, failed lines marked to be sent again."""
    answers = failures = running = 0
    with call_cache.opened(ledger) as own:
        async with open_client(options.endpoint) as client:
            await _recover(client, own)
            for mark, ident in own.execute("SELECT mark, id FROM batches WHERE status != 'collected'").fetchall():
                if ident is None:
                    continue
                batch = await client.batches.retrieve(ident)
                if batch.status in RUNNING:
                    running += 1
                    own.execute("UPDATE batches SET status = ? WHERE mark = ?", (batch.status, mark))
                    continue
                for file in filter(None, (batch.output_file_id, batch.error_file_id)):
                    text = (await client.files.content(file)).text
                    got = _take(own, text, options.endpoint.model)
                    answers, failures = answers + got[0], failures + got[1]
                failures += _give_up(own, mark, "collected")
    return Collected(answers, failures, running)


def _take(ledger: sqlite3.Connection, text: str, model: str) -> tuple[int, int]:
    """The lines of a result file into the ledger: how many are answers, how many failed."""
    answers = failures = 0
    for line in filter(str.strip, text.split("\n")):  # an answer may hold other characters that end a line
        told = _told(line)
        if told is None:
            continue  # its request is among those that have no answer when the batch is over
        key, body, reason = told
        if body is not None:
            if call_cache.get(ledger, key) is None:
                call_cache.put(ledger, key, model, body, 0.0, About())
            answers += 1
            ledger.execute("UPDATE batch_requests SET state = 'done' WHERE key = ?", (key,))
        else:
            failures += 1
            ledger.execute("UPDATE batch_requests SET state = 'failed', reason = ? WHERE key = ?", (reason[:300], key))
    return answers, failures


class Told(NamedTuple):
    """One line of a result file: whose it is, and the completion or the reason why there is none."""

    key: str
    body: Completion | None
    reason: str


def _told(line: str) -> Told | None:
    """What a line says; None for one that says nothing about any request."""
    try:
        entry = json.loads(line)
        key = entry["custom_id"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    if not isinstance(key, str):
        return None
    response = entry.get("response") if isinstance(entry.get("response"), dict) else {}
    body = response.get("body")
    if response.get("status_code") == 200:
        try:
            return Told(key, tidied(body), "")
        except BrokenBody as error:
            return Told(key, None, str(error))
    faults = (where.get("error") for where in (entry, body) if isinstance(where, dict))
    said = next((fault.get("message") for fault in faults if isinstance(fault, dict)), None)
    return Told(key, None, str(said or response.get("status_code")))


async def status(options: Options, ledger: Path) -> list[Status]:
    """All batches of the ledger, as the provider sees those that still run."""
    out = []
    with call_cache.opened(ledger) as own:
        async with open_client(options.endpoint) as client:
            for mark, ident, known in own.execute("SELECT mark, id, status FROM batches ORDER BY at").fetchall():
                now = known
                if ident is not None and known != "collected":
                    now = (await client.batches.retrieve(ident)).status
                counts = dict(
                    own.execute("SELECT state, count(*) FROM batch_requests WHERE mark = ? GROUP BY state", (mark,))
                )
                done, failed = counts.get("done", 0), counts.get("failed", 0)
                out.append(Status(ident or "", now, sum(counts.values()), done, failed))
    return out
