"""What the workers of a place share about a model, without a broker: answers, one budget, and the rates of an account.

`answer/KEY` holds an answer, put there before anything else is asked. `budget/NUMBER`, made only if absent, is a
portion of the budget that one worker took, or (below zero) what it gave back: their sum never passes the budget. A
rate is shared by leases: who holds two of ten live ones takes a fifth of it.
"""

from __future__ import annotations

import json
import threading
from uuid import uuid4

from extractor.engines.llm.budget import Budget
from extractor.runs.leases import LeaseBook
from extractor.runs.object_folders import ObjectFolder

PORTIONS = 200
"""Portions of a budget: small ones leave something for workers that come late."""
LEAST_SHARE = 0.0001


class PlaceCalls:
    """The common things of a place, for one worker."""

    def __init__(self, folder: ObjectFolder, book: LeaseBook) -> None:
        self._folder, self._book = folder, book
        self._portions: dict[str, Budget] = {}
        self._lock = threading.Lock()

    def answer(self, key: str) -> bytes | None:
        """The answer that a worker has kept for a request."""
        return self._folder.get(_answer_key(key))

    def keep(self, key: str, body: bytes) -> None:
        """Keep an answer for all workers; the first one stays."""
        self._folder.put_if_absent(_answer_key(key), body)

    def portion(self, budget: Budget) -> Budget | None:
        """A further portion of the budget; None where the portions that were taken are all of it."""
        with self._lock:
            while (left := _left(budget, taken := self._taken())) is not None:
                if self._write(len(taken), left):
                    return left
            return None

    def give_back(self, rest: Budget) -> None:
        """What this worker took and did not use."""
        back = Budget(None if rest.tokens is None else -rest.tokens, None if rest.money is None else -rest.money)
        with self._lock:
            while not self._write(len(self._taken()), back):
                pass

    def _write(self, number: int, portion: Budget) -> bool:
        body = {"tokens": portion.tokens, "money": portion.money, "owner": self._book.owner, "nonce": uuid4().hex}
        return self._folder.put_if_absent(f"budget/{number:06d}", json.dumps(body).encode())

    def _taken(self) -> list[Budget]:
        for item in self._folder.objects("budget"):
            if item.key not in self._portions:
                told = json.loads(self._folder.get(item.key) or b"{}")
                self._portions[item.key] = Budget(told["tokens"], told["money"])
        return list(self._portions.values())

    def share(self) -> float:
        """The share of the live leases that are this worker's, as the last heartbeat saw them."""
        return max(LEAST_SHARE, self._book.share)


def _answer_key(key: str) -> str:
    return f"answer/{key[:2]}/{key}.json"


def _left(budget: Budget, taken: list[Budget]) -> Budget | None:
    """The next portion, where the budget admits one."""
    tokens = money = None
    if budget.tokens is not None:
        left = budget.tokens - sum(one.tokens or 0 for one in taken)
        tokens = min(max(budget.tokens // PORTIONS, 1), left)
    if budget.money is not None:
        rest = budget.money - sum(one.money or 0.0 for one in taken)
        money = min(budget.money / PORTIONS, rest)
    enough = (tokens is None or tokens > 0) and (money is None or money > 1e-9)
    return Budget(tokens, money) if enough else None
