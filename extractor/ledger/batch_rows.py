"""What a ledger knows of batches, as bytes: for a place, where a shard's ledger lives no longer than a call."""

from __future__ import annotations

import json

from extractor.ledger.migrations import transaction
from extractor.ledger.store import Ledger

OVER = ("collected", "lost")
"""The states of a batch of which nothing more is to come."""


def dump(ledger: Ledger) -> bytes:
    """All batches and their requests."""
    batches = ledger.execute("SELECT mark, id, at, status FROM batches").fetchall()
    requests = ledger.execute("SELECT key, mark, state, attempts, reason FROM batch_requests").fetchall()
    return json.dumps({"batches": batches, "requests": requests}).encode()


def load(ledger: Ledger, text: bytes) -> None:
    """The batches and requests of another ledger, beside those that are there."""
    told = json.loads(text)
    with transaction(ledger):
        ledger.executemany("INSERT OR IGNORE INTO batches VALUES (?, ?, ?, ?)", told["batches"])
        ledger.executemany("INSERT OR IGNORE INTO batch_requests VALUES (?, ?, ?, ?, ?)", told["requests"])


def waiting(text: bytes) -> set[str]:
    """The keys of the requests that wait for an answer."""
    return {key for key, _, state, *_ in json.loads(text)["requests"] if state == "waiting"}


def are_over(text: bytes) -> bool:
    """Whether nothing more is to come of these batches."""
    return all(status in OVER for *_, status in json.loads(text)["batches"])
