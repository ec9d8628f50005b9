"""What the sessions of several machines share: answers that were paid for, one budget, and the rates of one account."""

from __future__ import annotations

import asyncio
import json
from typing import Protocol

from extractor.engines.llm.budget import CommonBudget
from extractor.engines.llm.transport import Completion


class SharedCalls(CommonBudget, Protocol):
    """What a session asks of whoever keeps the common things. Called from threads."""

    def answer(self, key: str) -> bytes | None:
        """The answer that somebody has kept for a request."""

    def keep(self, key: str, body: bytes) -> None:
        """Keep an answer for all."""

    def share(self) -> float:
        """This session's share of the requests and tokens a minute, above 0 and at most 1."""


async def find(shared: SharedCalls | None, key: str) -> Completion | None:
    """The answer that others have paid for."""
    body = None if shared is None else await asyncio.to_thread(shared.answer, key)
    return None if body is None else dict(json.loads(body))


async def give(shared: SharedCalls | None, key: str, completion: Completion) -> None:
    """An answer for others, before anything else is asked."""
    if shared is not None:
        body = json.dumps(completion, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        await asyncio.to_thread(shared.keep, key, body)
