"""What goes over the line to an endpoint: counted for whoever watches, and held back once a run is to end."""

from __future__ import annotations

from dataclasses import dataclass

from extractor.engines.llm.budget import NOTHING, Prices, Usage, money, usage_of
from extractor.engines.llm.transport import Completion, Request, Send
from extractor.errors import StopRun


@dataclass
class Traffic:
    """The calls of one session so far: answered, in flight, what they used."""

    prices: Prices
    done: int = 0
    in_flight: int = 0
    usage: Usage = NOTHING
    stopped: StopRun | None = None

    @property
    def cost(self) -> float | None:
        """In money, or None where a price is not set."""
        return money(self.usage, self.prices)

    def stop(self) -> None:
        """Let no further call go out."""
        self.stopped = StopRun("the run is to end: no further call goes out")

    def watched(self, send: Send) -> Send:
        """`send`, counted; raises `StopRun` once no further call may go out."""

        async def one(request: Request) -> Completion:
            if self.stopped is not None:
                raise self.stopped
            self.in_flight += 1
            try:
                completion = await send(request)
            finally:
                self.in_flight -= 1
            self.done += 1
            self.usage = self.usage.plus(usage_of(completion))
            return completion

        return one
