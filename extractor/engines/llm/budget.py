"""What calls cost: tokens and money, and the budget that a run stops at before it is passed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from extractor.engines.llm.transport import Completion, Request, Send, texts_of
from extractor.errors import StopRun
from extractor.forms.token_counts import tokens_in

MILLION = 1_000_000
MOST_TIMES = 2  # no tokenizer met so far takes more than this many times the estimate


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a million tokens: of prompt, of prompt that the provider had cached, of completion."""

    prompt: float | None = None
    cached: float | None = None
    completion: float | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a run may use; None for no limit."""

    tokens: int | None = None
    money: float | None = None


class Usage(NamedTuple):
    """Tokens of one call or of many: prompt (cached ones among them), completion."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.prompt + self.completion

    def plus(self, other: Usage) -> Usage:
        """The sum of both."""
        return Usage(self.prompt + other.prompt, self.cached + other.cached, self.completion + other.completion)


NOTHING = Usage()


def usage_of(completion: Mapping[str, Any]) -> Usage:
    """What a completion says that it used."""
    told = completion.get("usage") or {}
    details = told.get("prompt_tokens_details") or {}
    # DeepSeek names its cache hits outside of the details.
    cached = details.get("cached_tokens") or told.get("prompt_cache_hit_tokens") or 0
    return Usage(int(told.get("prompt_tokens") or 0), int(cached), int(told.get("completion_tokens") or 0))


def money(usage: Usage, prices: Prices) -> float | None:
    """The cost of some tokens, or None where a price is not set."""
    if prices.prompt is None or prices.completion is None:
        return None
    cached = prices.prompt if prices.cached is None else prices.cached
    fresh = usage.prompt - usage.cached
    return (fresh * prices.prompt + usage.cached * cached + usage.completion * prices.completion) / MILLION


def most(request: Request) -> Usage:
    """More tokens than a request can use: a generous count of its text, and the longest answer that it allows."""
    prompt = sum(MOST_TIMES * tokens_in(text) + 1 for text in texts_of(request))
    return Usage(prompt, 0, int(request.get("max_tokens") or 8_000))


class CommonBudget(Protocol):
    """A budget of several purses, handed out in portions."""

    def portion(self, budget: Budget) -> Budget | None:
        """A further portion; None where nothing is left."""

    def give_back(self, rest: Budget) -> None:
        """What was not used of the portions that one purse took."""


class Purse:
    """Counts what is used, and holds back what calls in flight may still use."""

    def __init__(
        self,
        budget: Budget,
        prices: Prices,
        used: Usage = NOTHING,
        common: CommonBudget | None = None,
    ) -> None:
        self.budget, self.prices, self.used = budget, prices, used
        self._whole, self._common = budget, common
        if common is not None:  # nothing is this purse's own before the first portion
            spent = money(used, prices)
            self.budget = Budget(
                None if budget.tokens is None else used.tokens, None if budget.money is None else spent or 0.0
            )
        self._held: list[Usage] = []
        self._returned = asyncio.Condition()

    def metered(self, send: Send) -> Send:
        """`send`, within the budget. Raises `StopRun` before a call that might pass it."""

        async def within(request: Request) -> Completion:
            hold = most(request)
            await self._reserve(hold)
            try:
                completion = await send(request)
                self.used = self.used.plus(usage_of(completion))
                return completion
            finally:
                self._held.remove(hold)
                async with self._returned:
                    self._returned.notify_all()

        return within

    async def _reserve(self, hold: Usage) -> None:
        """Wait until the call fits beside those in flight; stop when it does not even fit alone."""
        async with self._returned:
            while not self._fits([*self._held, hold]):
                if await self._extended():
                    continue
                if not self._fits([hold]) or not self._held:
                    raise StopRun(self._used_up())
                await self._returned.wait()
            self._held.append(hold)

    async def _extended(self) -> bool:
        """Whether a further portion of a common budget was had."""
        more = None if self._common is None else await asyncio.to_thread(self._common.portion, self._whole)
        if more is None:
            return False
        self.budget = Budget(
            None if self.budget.tokens is None else self.budget.tokens + (more.tokens or 0),
            None if self.budget.money is None else self.budget.money + (more.money or 0.0),
        )
        return True

    def close(self) -> None:
        """Give back what is left of portions of a common budget."""
        if self._common is None:
            return
        spent = money(self.used, self.prices)
        tokens = None if self.budget.tokens is None else max(0, self.budget.tokens - self.used.tokens)
        left = None if self.budget.money is None else max(0.0, self.budget.money - (spent or 0.0))
        if tokens or left:
            self._common.give_back(Budget(tokens, left))

    def _fits(self, held: list[Usage]) -> bool:
        total = self.used
        for usage in held:
            total = total.plus(usage)
        cost = money(total, self.prices)
        in_tokens = self.budget.tokens is None or total.tokens <= self.budget.tokens
        in_money = self.budget.money is None or cost is None or cost <= self.budget.money
        return in_tokens and in_money

    def _used_up(self) -> str:
        cost = money(self.used, self.prices)
        spent = f"{self.used.tokens} tokens" + (f", {cost:.4f} in money" if cost is not None else "")
        return (
            f"the budget is used up but for less than one call ({spent}); what is finished is kept; raise it to go on"
        )
