"""How many calls go out at once, and how fast: the gate that every call passes.

Three limits hold together. The *window* is the number of calls in flight: a 429 takes it down at once to what is in
flight (by at most 30 % for the calls of one window), each window of successes lets it up by one, never above the
ceiling. The *pace* is calls a second: a 429 sets it to what the server let in during the last second, and it goes up
by 5 % a second. Both go up faster the longer no 429 comes. The *meters* are the requests and tokens a minute that a
person set.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

DOWN = 0.7
PACE_UP = 0.05  # a second
DOUBLES = 2.0  # seconds without a 429 after which pace and window go up twice as fast
CREDIT = 0.1  # seconds of pace that a late timer may catch up
PACE_START = 4.0  # the first calls go out over a quarter of a second
SPAN = 1.0  # seconds over which admitted calls are counted
SHORTEST = 0.25


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What a person allows: calls at once, requests a minute, tokens a minute."""

    concurrency: int = 16
    rpm: float | None = None
    tpm: float | None = None


class Meter:
    """Spends units evenly at `rate` a second; `credit` seconds that timers came late may be caught up."""

    def __init__(self, rate: float, credit: float = 0.0) -> None:
        self.rate = rate
        self.credit = credit
        self._free = float("-inf")

    def delay(self, now: float) -> float:
        """Seconds until the next unit may be spent."""
        return max(0.0, self._free - now)

    def spend(self, now: float, units: float = 1.0) -> None:
        """Spend units; more of them push the next call further away, negative ones bring it nearer."""
        self._free = max(self._free, now - self.credit) + units / self.rate


class Ticket:
    """One call's passage through the gate: when it started, and the estimate of its tokens."""

    __slots__ = ("start", "tokens")

    def __init__(self, start: float, tokens: int) -> None:
        self.start = start
        self.tokens = tokens


class Door:
    """A lock that lets waiters in by their turn, those in a hurry before all others."""

    def __init__(self) -> None:
        self._open = True
        self._waiting: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]] = (deque(), deque())

    @asynccontextmanager
    async def mine(self, hurry: bool = False) -> AsyncIterator[None]:
        """Hold the door."""
        if self._open:
            self._open = False
        else:
            await self._turn(self._waiting[0 if hurry else 1])
        try:
            yield
        finally:
            self._pass_on()

    async def _turn(self, queue: deque[asyncio.Future[None]]) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it was given the door while it was being cancelled
            raise

    def _pass_on(self) -> None:
        for queue in self._waiting:
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._open = True


class Gate:
    """Lets calls through, one after another in the order in which they came; see the module's text."""

    def __init__(
        self,
        ceilings: Ceilings,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        share: Callable[[], float] | None = None,
    ) -> None:
        self.ceilings, self._share = ceilings, share
        self.window = float(ceilings.concurrency)
        self.in_flight = 0
        self._clock, self._sleep = clock, sleep
        self._door = Door()
        self._room = asyncio.Event()
        self._pace = Meter(ceilings.concurrency * PACE_START, CREDIT)
        self._paced = False  # whether a 429 has set the pace
        self._latency = 0.0  # a running mean, seconds
        self._lowered = float("-inf")  # when the window was last lowered
        self._raised = 0.0  # when the pace was last raised
        self._complained = 0.0  # when the last 429 came
        self._starts: deque[float] = deque()
        self._refused: deque[float] = deque()
        self._meters: list[tuple[Meter, bool]] = []
        if ceilings.rpm:
            self._meters.append((Meter(ceilings.rpm / 60), False))
        if ceilings.tpm:
            self._meters.append((Meter(ceilings.tpm / 60), True))

    @property
    def pace(self) -> float | None:
        """Calls a second, or None while no server has complained."""
        return self._pace.rate if self._paced else None

    @asynccontextmanager
    async def passage(self, tokens: int = 0, again: bool = False) -> AsyncIterator[Ticket]:
        """Wait for a place, hold it for the time of one call; one that is tried `again` goes before new ones."""
        async with self._door.mine(again):
            await self._wait_for_room()
            await self._wait_for_pace()
            ticket = self._start(tokens)
        try:
            yield ticket
        finally:
            self.in_flight -= 1
            self._room.set()

    async def _wait_for_room(self) -> None:
        while self.in_flight >= int(self.window):
            self._room.clear()
            await self._room.wait()

    async def _wait_for_pace(self) -> None:
        while (delay := self._delay()) > 0:
            await self._sleep(delay)

    def _delay(self) -> float:
        now = self._clock()
        if self._paced:
            self._raise_pace(now)
        return max(self._pace.delay(now), *(m.delay(now) for m, _ in self._meters), 0.0)

    def _start(self, tokens: int) -> Ticket:
        now = self._clock()
        self.in_flight += 1
        self._starts.append(now)
        if self._paced or now - self._starts[0] < SHORTEST:
            self._pace.spend(now)
        for meter, counts_tokens in self._meters:
            self._scale(meter, counts_tokens)
            meter.spend(now, tokens if counts_tokens else 1)
        self._forget(now)
        return Ticket(now, tokens)

    def _scale(self, meter: Meter, counts_tokens: bool) -> None:
        """What a person set holds for an account, which several machines may use: each takes its share."""
        if self._share is not None:
            whole = self.ceilings.tpm if counts_tokens else self.ceilings.rpm
            meter.rate = (whole or 0.0) / 60 * self._share()

    def _forget(self, now: float) -> None:
        # One start older than the span stays, so that a run's first moment can be told from later ones.
        while len(self._starts) > 1 and self._starts[1] < now - SPAN:
            self._starts.popleft()
        while self._refused and self._refused[0] < now - SPAN:
            self._refused.popleft()

    def _raise_pace(self, now: float) -> None:
        up = min(PACE_UP * self._faster(now), 1.0)
        self._pace.rate *= 1 + up * min(now - self._raised, 1.0)
        self._raised = now

    def _faster(self, now: float) -> float:
        return float(2 ** min((now - self._complained) / DOUBLES, 16))

    def used(self, ticket: Ticket, tokens: int) -> None:
        """Correct the estimate by the tokens that the endpoint counted."""
        for meter, counts_tokens in self._meters:
            if counts_tokens:
                meter.spend(self._clock(), tokens - ticket.tokens)

    def succeeded(self, ticket: Ticket) -> None:
        """A call went through: the window grows by one for each window of these, by more when all is quiet."""
        self._latency += ((self._clock() - ticket.start) - self._latency) * (0.1 if self._latency else 1.0)
        up = min(self._faster(self._clock()) / self.window, 1.0)
        self.window = min(float(self.ceilings.concurrency), self.window + up)
        self._room.set()

    def refused(self, ticket: Ticket, retry_after: float | None = None) -> None:
        """A call was answered 429: down at once."""
        now = self._clock()
        self._refused.append(ticket.start)
        self._forget(now)
        self._set_pace(now, retry_after)
        if ticket.start > self._lowered:
            # So many in flight are what the server bears: those that are there, or what the pace needs.
            bears = max(self.in_flight - 1, self._pace.rate * self._latency)
            self.window = max(self.window * DOWN, min(self.window, bears), 1.0)
            self._lowered = now

    def _set_pace(self, now: float, retry_after: float | None) -> None:
        span = min(SPAN, max(now - self._starts[0], SHORTEST))
        admitted = sum(t >= now - SPAN for t in self._starts) - sum(t >= now - SPAN for t in self._refused)
        ceiling = self._pace.rate if self._paced else float("inf")
        self._pace.rate = min(ceiling, max(admitted / span, 0.5))
        self._paced, self._raised, self._complained = True, now, now
        if admitted <= 0 and retry_after:
            # Nothing at all gets in: nobody needs to try before the server says so.
            self._pace.spend(now, self._pace.rate * max(0.0, retry_after - self._pace.delay(now)))
