"""What workers share about a model: answers are paid for once, the budget is never passed, rates are divided."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from extractor.engines.llm.budget import Budget, Prices, Purse
from extractor.engines.llm.rate_limits import Ceilings, Gate
from extractor.errors import StopRun
from extractor.runs import job_status, object_folders, shared_calls
from extractor.runs.leases import FREE, LeaseBook
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.shared_calls import PlaceCalls
from tests.engines.llm.test_runs import NAMES, WANTED, folder, right, server
from tests.fault_server import Server, Step
from tests.runs.job_cases import LEASE, Clock, memory, results

__all__ = ["folder", "server"]


def calls(place: ObjectFolder) -> PlaceCalls:
    return PlaceCalls(place, LeaseBook(place, "mark", LEASE, Clock()))


def total(place: ObjectFolder) -> float:
    import json

    told = [json.loads(place.get(item.key) or b"") for item in place.objects("budget")]
    return sum((one["tokens"] or 0) + (one["money"] or 0.0) for one in told)


def test_an_answer_of_one_worker_is_there_for_the_next() -> None:
    place = memory()
    calls(place).keep("abc", b"first")
    calls(place).keep("abc", b"second")
    assert calls(place).answer("abc") == b"first"
    assert calls(place).answer("abd") is None


@pytest.mark.parametrize("budget", [Budget(tokens=10_007), Budget(money=2.5)])
def test_workers_that_race_for_a_budget_get_all_of_it_and_no_more(budget: Budget) -> None:
    place = memory()
    had: list[float] = []

    def spend() -> None:
        own = calls(place)
        while (portion := own.portion(budget)) is not None:
            had.append((portion.tokens or 0) + (portion.money or 0.0))

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = budget.tokens or budget.money or 0
    assert sum(had) == pytest.approx(whole)
    assert total(place) == pytest.approx(whole)
    assert len(had) >= shared_calls.PORTIONS


def test_what_is_given_back_is_there_for_others_and_a_larger_budget_adds_the_rest() -> None:
    place = memory()
    first, second = calls(place), calls(place)
    taken = 0
    while (portion := first.portion(Budget(tokens=1_000))) is not None:
        taken += portion.tokens or 0
    assert taken == 1_000
    assert second.portion(Budget(tokens=1_000)) is None
    first.give_back(Budget(tokens=300))
    left = 0
    while (portion := second.portion(Budget(tokens=1_200))) is not None:
        left += portion.tokens or 0
    assert left == 500


def test_a_purse_spends_its_portions_alone_and_gives_the_rest_back() -> None:
    place = memory()
    purse = Purse(Budget(tokens=100_000), Prices(), common=calls(place))

    async def send(request: dict[str, Any]) -> dict[str, Any]:
        return {"usage": {"prompt_tokens": 900, "completion_tokens": 100}}

    async def ask() -> int:
        answered = 0
        metered = purse.metered(send)
        with pytest.raises(StopRun, match="the budget is used up"):
            while True:
                await metered({"messages": [{"content": "x" * 1_000}], "max_tokens": 1_000})
                answered += 1
        return answered

    answered = asyncio.run(ask())
    assert purse.used.tokens == answered * 1_000 <= 100_000
    assert 98 <= answered <= 100
    purse.close()
    assert total(place) == purse.used.tokens


def test_a_rate_is_shared_by_live_leases() -> None:
    place, clock = memory(), Clock()
    one, other = (LeaseBook(place, "mark", LEASE, clock) for _ in range(2))
    for number in range(3):
        one.take("b", f"{number:04d}", FREE)
    one.count()
    assert PlaceCalls(place, one).share() == 1.0
    other.take("c", "0000", FREE)
    for book in (one, other):
        book.count()
    assert (one.share, other.share) == (0.75, 0.25)
    one.give_up_all()
    other.count()
    assert other.share == 1.0


@pytest.mark.parametrize(("share", "seconds"), [(1.0, 9.0), (0.25, 36.0)])
def test_calls_go_out_at_the_share_of_the_rate(share: float, seconds: float) -> None:
    clock = Clock()

    async def sleep(wait: float) -> None:
        clock.sleep(wait)

    async def ask() -> None:
        gate = Gate(Ceilings(16, rpm=60), clock, sleep, lambda: share)
        for _ in range(10):
            async with gate.passage(100):
                pass

    asyncio.run(ask())
    assert clock.now == pytest.approx(seconds)


def work(*more: str) -> int:
    return main(["work", "place", "--engine", "llm", "--concurrency", "1", *more])


def test_a_worker_that_takes_over_pays_for_nothing_twice(folder: Path, server: Server) -> None:
    answered = {"n": 0}

    def respond(request: dict[str, Any]) -> Step:
        answered["n"] += 1
        return Step("no more", status=402) if answered["n"] == 8 else right(request)

    server.faults.respond = respond
    assert main(["plan", "docs", "--out", "place"]) == 0
    assert work() == 3
    assert main(["status", "place"]) == 3
    assert work() == 0
    assert answered["n"] == len(NAMES) + 1
    place = object_folders.opened("place")
    assert [line["values"]["project_name"] for line in results(place)] == WANTED
    told = job_status.status(place, job_status.call_named(place, None))
    assert told.calls == len(NAMES), "those that the first worker paid for, too"


def test_a_budget_of_a_place_holds_for_all_workers(folder: Path, server: Server) -> None:
    assert main(["plan", "docs", "--out", "place"]) == 0
    assert work("--budget", "30000tokens") == 3
    place = object_folders.opened("place")
    asked = len(server.faults.requests)
    assert 0 < asked < len(NAMES)
    assert total(place) <= 30_000
    assert work("--budget", "30000tokens") == 3
    assert total(place) <= 30_000
    assert work("--budget", "500000tokens") == 0
    assert len(server.faults.requests) == len(NAMES)
