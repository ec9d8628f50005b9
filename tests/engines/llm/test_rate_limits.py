from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from extractor.engines.llm.rate_limits import Ceilings, Gate


@dataclass
class World:
    """Simulated time: sleeps are put in order and played without waiting."""

    now: float = 0.0
    _sleepers: list[tuple[float, int, asyncio.Event]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        heapq.heappush(self._sleepers, (self.now + max(seconds, 0.0), next(self._order), event))
        await event.wait()

    async def play(self, task: asyncio.Future[None]) -> None:
        while not task.done():
            for _ in range(200):
                await asyncio.sleep(0)
            if task.done():
                break
            at, _, event = heapq.heappop(self._sleepers)
            self.now = max(self.now, at)
            event.set()
        task.result()


Admit = Callable[[float], bool]


def bucket(rate: float, burst: float) -> Admit:
    state = {"tokens": burst, "at": 0.0}

    def admit(now: float) -> bool:
        state["tokens"] = min(burst, state["tokens"] + (now - state["at"]) * rate)
        state["at"] = now
        if state["tokens"] < 1 - 1e-9:
            return False
        state["tokens"] -= 1
        return True

    return admit


def fixed(rate: int) -> Admit:
    seen: dict[int, int] = {}

    def admit(now: float) -> bool:
        seen[int(now)] = seen.get(int(now), 0) + 1
        return seen[int(now)] <= rate

    return admit


def sliding(rate: int) -> Admit:
    seen: deque[float] = deque()

    def admit(now: float) -> bool:
        while seen and seen[0] <= now - 1:
            seen.popleft()
        if len(seen) >= rate:
            return False
        seen.append(now)
        return True

    return admit


@dataclass
class Outcome:
    seconds: float
    refused: int
    most_at_once: int
    gate: Gate
    starts: list[float]


def simulate(
    calls: int, ceilings: Ceilings, latency: float, admit: Admit, tokens: int = 0, retry_after: float = 1.0
) -> Outcome:
    """Play `calls` calls through a gate against a server that admits some of them."""
    world = World()
    gate = Gate(ceilings, world.clock, world.sleep)
    out = Outcome(0.0, 0, 0, gate, [])

    async def call() -> None:
        while True:
            async with gate.passage(tokens) as ticket:
                out.most_at_once = max(out.most_at_once, gate.in_flight)
                out.starts.append(world.now)
                if admit(world.now):
                    await world.sleep(latency)
                    gate.succeeded(ticket)
                    return
                await world.sleep(0.005)
                gate.refused(ticket, retry_after)
                out.refused += 1
            await world.sleep(retry_after)

    async def main() -> None:
        async def every() -> None:
            await asyncio.gather(*(call() for _ in range(calls)))

        await world.play(asyncio.ensure_future(every()))

    asyncio.run(main())
    out.seconds = world.now
    return out


def test_without_complaints_the_ceiling_is_used_fully_and_never_passed() -> None:
    out = simulate(640, Ceilings(64), 1.0, lambda now: True)
    assert out.most_at_once == 64
    assert out.seconds < 640 / 64 * 1.05
    assert out.gate.pace is None


@pytest.mark.parametrize("latency", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("server", ["bucket", "fixed", "sliding"])
def test_nine_tenths_of_what_a_server_admits_are_used(server: str, latency: float) -> None:
    servers = {"bucket": bucket(40, 40), "fixed": fixed(40), "sliding": sliding(40)}
    out = simulate(2000, Ceilings(64), latency, servers[server])
    assert 2000 / 40 / (out.seconds - latency) >= 0.9
    assert out.refused <= 2000 * 0.15


def test_a_server_with_no_burst_is_used_too() -> None:
    out = simulate(2000, Ceilings(64), 1.0, bucket(40, 5))
    assert 2000 / 40 / (out.seconds - 1) >= 0.85


def test_a_429_takes_the_window_down_at_once_and_successes_bring_it_up_slowly() -> None:
    async def main() -> None:
        world = World()
        gate = Gate(Ceilings(10), world.clock, world.sleep)
        async with gate.passage() as ticket:
            gate.refused(ticket)
        assert gate.window == pytest.approx(7)
        for _ in range(7):
            gate.succeeded(ticket)
        assert 7.8 <= gate.window <= 8
        for _ in range(200):
            gate.succeeded(ticket)
        assert gate.window == 10

    asyncio.run(main())


def test_the_429s_of_one_burst_count_once() -> None:
    async def main() -> None:
        gate = Gate(Ceilings(10))
        async with gate.passage() as first, gate.passage() as second:
            gate.refused(first)
            before = gate.window
            gate.refused(second)
            assert gate.window == before

    asyncio.run(main())


def test_a_server_that_bears_few_at_once_is_not_pressed() -> None:
    flying = {"n": 0}
    world = World()
    gate = Gate(Ceilings(64), world.clock, world.sleep)
    refused = {"n": 0}

    async def call() -> None:
        while True:
            async with gate.passage() as ticket:
                if flying["n"] < 4:
                    flying["n"] += 1
                    await world.sleep(1.0)
                    flying["n"] -= 1
                    gate.succeeded(ticket)
                    return
                refused["n"] += 1
                gate.refused(ticket, 1.0)
            await world.sleep(1.0)

    async def main() -> None:
        async def every() -> None:
            await asyncio.gather(*(call() for _ in range(200)))

        await world.play(asyncio.ensure_future(every()))

    asyncio.run(main())
    assert world.now < 200 / 4 * 1.3
    assert refused["n"] < 200


def test_while_nothing_gets_in_nobody_tries() -> None:
    """A quota of a minute is used up: the calls wait for its end, and don't hammer."""
    out = simulate(300, Ceilings(16), 0.1, lambda now: now < 1 or now >= 60, retry_after=30.0)
    assert out.refused < 300
    assert out.seconds >= 60


def test_requests_a_minute_are_kept() -> None:
    out = simulate(50, Ceilings(16, rpm=120), 0.1, lambda now: True)
    assert 49 / 2 <= out.seconds <= 49 / 2 + 1
    assert all(b - a >= 0.5 - 1e-6 for a, b in itertools.pairwise(out.starts))


def test_tokens_a_minute_are_kept() -> None:
    out = simulate(50, Ceilings(16, tpm=60_000), 0.1, lambda now: True, tokens=500)
    assert out.seconds >= 49 * 0.5


def test_the_tokens_that_were_really_used_correct_the_estimate() -> None:
    async def main() -> None:
        world = World()
        gate = Gate(Ceilings(4, tpm=60), world.clock, world.sleep)
        async with gate.passage(10) as ticket:
            gate.used(ticket, 30)
        assert gate._delay() == pytest.approx(30)

    asyncio.run(main())


def test_a_call_that_is_tried_again_goes_before_new_ones() -> None:
    async def main() -> list[str]:
        order: list[str] = []
        gate = Gate(Ceilings(1))

        async def call(name: str, again: bool = False) -> None:
            async with gate.passage(again=again):
                order.append(name)
                await asyncio.sleep(0)

        first = asyncio.ensure_future(call("first"))
        await asyncio.sleep(0)
        rest = [asyncio.ensure_future(call(f"new {n}")) for n in range(3)]
        await asyncio.sleep(0)
        rest.append(asyncio.ensure_future(call("again", again=True)))
        await asyncio.gather(first, *rest)
        return order

    assert asyncio.run(main()) == ["first", "new 0", "again", "new 1", "new 2"]


def test_a_cancelled_waiter_does_not_keep_the_door() -> None:
    async def main() -> int:
        gate, through = Gate(Ceilings(4)), []

        async def call(n: int) -> None:
            async with gate.passage():
                await asyncio.sleep(0.001)
                through.append(n)

        tasks = [asyncio.ensure_future(call(n)) for n in range(20)]
        await asyncio.sleep(0)
        for task in tasks[5:15]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert gate.in_flight == 0
        return len(through)

    assert asyncio.run(main()) == 10
