from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from pydantic import BaseModel

from extractor.engines.llm.client import Endpoint, Reply, asker, open_client, wire
from extractor.engines.llm.rate_limits import Ceilings, Gate
from extractor.engines.llm.transport import (
    CallFailed,
    Completion,
    Filtered,
    Line,
    Policy,
    Rejected,
    TooLong,
    retry_after,
)
from extractor.errors import ExtractorError, StopRun
from tests.fault_server import Faults, Server, Step, running

REQUEST: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "你好"}]}
GOOD = Step(answer='{"name": "ok"}')
MOST_BYTES = 2_000_000


class Waits:
    """Sleeps that take no time and are written down."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)

    def clock(self) -> float:
        return time.monotonic() + sum(self.seconds)


class Thing(BaseModel):
    name: str


def talk(server: Server, do: Callable[[Line], Any], **policy: Any) -> Any:
    """Run `do` with a line to the server."""

    async def main() -> Any:
        async with open_client(Endpoint("m", server.url, "k"), MOST_BYTES) as client:
            waits = Waits()
            gate = Gate(Ceilings(8), clock=waits.clock, sleep=waits)
            return await do(Line(wire(client), gate, Policy(**{"sleep": waits, **policy})))

    return asyncio.run(main())


def send(steps: list[Step], **policy: Any) -> tuple[Completion | ExtractorError, Server]:
    """One call against a script of steps: the completion, or the error it ended in."""
    with running(Faults(steps)) as server:

        async def once(line: Line) -> Completion | ExtractorError:
            try:
                return await line.send(REQUEST)
            except ExtractorError as error:
                return error

        return talk(server, once, **policy), server


def content(completion: Completion | ExtractorError) -> str:
    assert isinstance(completion, dict), completion
    return str(completion["choices"][0]["message"]["content"])


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
def test_a_passing_status_is_tried_again(status: int) -> None:
    result, server = send([Step(status=status), Step(status=status), GOOD])
    assert content(result) == GOOD.answer
    assert len(server.faults.requests) == 3


@pytest.mark.parametrize(
    "fault", ["drop", "drop_half", "garbage", "cut_body", "nested", "choices_null", "message_list"]
)
def test_a_broken_answer_is_tried_again(fault: str) -> None:
    result, server = send([Step(fault), GOOD])
    assert content(result) == GOOD.answer
    assert len(server.faults.requests) == 2


@pytest.mark.parametrize("fault", ["stall", "drip"])
def test_a_body_that_never_ends_is_given_up_and_tried_again(fault: str) -> None:
    result, server = send([Step(fault), GOOD], timeout=0.5)
    assert content(result) == GOOD.answer
    assert len(server.faults.requests) == 2


def test_retry_after_in_seconds_is_the_least_wait() -> None:
    waits = Waits()
    send([Step(status=429, headers=(("Retry-After", "7"),)), GOOD], sleep=waits)
    assert len(waits.seconds) == 1
    assert 7 <= waits.seconds[0] <= 7.5


def test_retry_after_as_a_date() -> None:
    waits = Waits()
    send(
        [Step(status=503, headers=(("Retry-After", formatdate(1_000_020, usegmt=True)),)), GOOD],
        sleep=waits,
        now=lambda: 1_000_000.0,
    )
    assert 20 <= waits.seconds[0] <= 20.5


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, 0.0) == seconds


def test_without_retry_after_waits_grow_at_random() -> None:
    waits = Waits()
    send([Step(status=500)] * 6 + [GOOD], sleep=waits, first_wait=1.0, longest_wait=8.0)
    assert len(waits.seconds) == 6
    assert all(0 <= wait <= min(8.0, 2.0**n) for n, wait in enumerate(waits.seconds))
    assert len(set(waits.seconds)) > 1


def test_attempts_are_bounded() -> None:
    with running(Faults([GOOD, Step(status=500)])) as server:

        async def twice(line: Line) -> None:
            await line.send(REQUEST)
            with pytest.raises(CallFailed, match="HTTP 500"):
                await line.send(REQUEST)

        talk(server, twice, attempts=3)
    assert len(server.faults.requests) == 4


def test_total_time_is_bounded() -> None:
    result, server = send([Step(status=429, headers=(("Retry-After", "400"),))], seconds=1000.0)
    assert isinstance(result, StopRun)
    assert len(server.faults.requests) == 3  # 400 + 400 seconds of waiting fit into 1000, a third wait does not


@pytest.mark.parametrize(("status", "words"), [(401, "key"), (402, "credit"), (403, "forbids"), (404, "no such model")])
def test_what_would_hit_every_call_stops_the_run_at_once(status: int, words: str) -> None:
    result, server = send([Step("model gone", status=status)])
    assert isinstance(result, StopRun)
    assert words in str(result)
    assert str(status) in str(result)
    assert len(server.faults.requests) == 1


def test_no_quota_stops_the_run_though_its_status_is_429() -> None:
    result, server = send([Step("no quota", status=429, code="insufficient_quota")])
    assert isinstance(result, StopRun)
    assert len(server.faults.requests) == 1


def test_a_dead_endpoint_stops_the_run() -> None:
    async def main() -> None:
        async with open_client(Endpoint("m", "http://127.0.0.1:9/v1", "k")) as client:
            line = Line(wire(client), Gate(Ceilings(1)), Policy(attempts=2, sleep=Waits()))
            with pytest.raises(StopRun, match="no call has gone through"):
                await line.send(REQUEST)

    asyncio.run(main())


def test_a_stopped_line_makes_no_further_call() -> None:
    with running(Faults([Step(status=401)])) as server:

        async def many(line: Line) -> list[Any]:
            first = await asyncio.gather(line.send(REQUEST), return_exceptions=True)
            rest = await asyncio.gather(*(line.send(REQUEST) for _ in range(20)), return_exceptions=True)
            return [*first, *rest]

        results = talk(server, many)
    assert all(isinstance(r, StopRun) for r in results)
    assert len(server.faults.requests) == 1


@pytest.mark.parametrize(
    ("step", "kind", "calls"),
    [
        (
            Step("This model's maximum context length is 8 tokens", status=400, code="context_length_exceeded"),
            TooLong,
            1,
        ),
        (Step("payload", status=413), TooLong, 1),
        (Step("blocked", status=400, code="content_filter"), Filtered, 1),
        (Step("bad field", status=400), StopRun, 2),
        (Step("bad field", status=422), StopRun, 2),
    ],
)
def test_a_bad_request_by_its_reason(step: Step, kind: type[ExtractorError], calls: int) -> None:
    """A second call is one line asked the same way: it says whether the fault would hit every call."""
    result, server = send([step])
    assert type(result) is kind
    assert len(server.faults.requests) == calls


@pytest.mark.parametrize("fault", [Step("odd", status=400), Step("odd", status=500), Step("endless"), Step("nested")])
def test_a_first_call_that_fails_alone_stops_no_run(fault: Step) -> None:
    def respond(request: dict[str, Any]) -> Step:
        return fault if request["messages"] == REQUEST["messages"] else GOOD

    with running(Faults(respond=respond)) as server:

        async def two(line: Line) -> str:
            with pytest.raises((Rejected, CallFailed)):
                await line.send(REQUEST)
            return content(await line.send({**REQUEST, "messages": [{"role": "user", "content": "other"}]}))

        assert talk(server, two, attempts=2) == GOOD.answer


@pytest.mark.parametrize("fault", ["endless", "packed"])
def test_a_body_beyond_the_cap_is_given_up_while_it_is_read(fault: str) -> None:
    with running(Faults([GOOD, Step(fault), GOOD])) as server:

        async def three(line: Line) -> str:
            await line.send(REQUEST)
            with pytest.raises(Rejected, match="larger than 2000000 bytes"):
                await line.send(REQUEST)
            return content(await line.send(REQUEST))

        assert talk(server, three) == GOOD.answer
    assert len(server.faults.requests) == 3


def test_a_bad_request_after_good_ones_costs_that_call_alone() -> None:
    with running(Faults([GOOD, Step("odd", status=400), GOOD])) as server:

        async def three(line: Line) -> str:
            await line.send(REQUEST)
            with pytest.raises(Rejected, match="odd"):
                await line.send(REQUEST)
            return content(await line.send(REQUEST))

        assert talk(server, three) == GOOD.answer


# --- asking for an instance of a model


def ask(step: Step, mode: Any = "tools") -> tuple[Reply[Thing], Server]:
    with running(Faults([step])) as server:

        async def once(line: Line) -> Reply[Thing]:
            return await asker(line.send, mode)(Thing, dict(REQUEST))

        return talk(server, once), server


@pytest.mark.parametrize("mode", ["tools", "json_schema", "json"])
def test_each_mode_gives_an_instance(mode: str) -> None:
    reply, server = ask(GOOD, mode)
    assert reply.outcome == "valid"
    assert reply.value is not None and reply.value.name == "ok"
    assert reply.usage["total_tokens"] > 0
    sent = server.faults.requests[0]
    assert {"tools": "tools", "json_schema": "response_format", "json": "response_format"}[mode] in sent


def test_text_mode_reads_a_code_block() -> None:
    reply, server = ask(Step(answer='Here:\n```json\n{"name": "ok"}\n```'), "text")
    assert reply.value is not None and reply.value.name == "ok"
    assert "response_format" not in server.faults.requests[0]


@pytest.mark.parametrize("mode", ["tools", "json_schema", "json", "text"])
@pytest.mark.parametrize("answer", ['{"name": ', '{"name": 3}', "{}", "", "no"])
def test_an_answer_that_is_no_instance_is_invalid_and_not_asked_again(mode: str, answer: str) -> None:
    reply, server = ask(Step(answer=answer), mode)
    assert reply.outcome == "invalid"
    assert reply.error is not None
    assert reply.text == answer
    assert len(server.faults.requests) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"), [("length", "cut"), ("refusal", "refused"), ("content_filter", "refused")]
)
def test_an_answer_cut_off_or_refused_says_so(fault: str, outcome: str) -> None:
    reply, server = ask(Step(fault, GOOD.answer))
    assert reply.outcome == outcome
    assert len(server.faults.requests) == 1


@pytest.mark.parametrize("mode", ["tools", "json_schema", "json", "text"])
@pytest.mark.parametrize("answer", ["[" * 100_000, '{"name": ' * 100_000, '{"name": ' + "[" * 900 + "]" * 900 + "}"])
def test_an_answer_nested_to_death_is_invalid(mode: str, answer: str) -> None:
    reply, _ = ask(Step(answer=answer), mode)
    assert reply.outcome == "invalid"
    assert reply.text == answer


@pytest.mark.parametrize("mode", ["tools", "json"])
@pytest.mark.parametrize("fault", ["content_number", "content_nested", "calls_text", "calls_empty", "arguments_number"])
def test_a_message_of_wrong_types_is_an_invalid_answer(fault: str, mode: str) -> None:
    reply, server = ask(Step(fault), mode)
    assert reply.outcome == "invalid"
    assert len(server.faults.requests) == 1


@pytest.mark.parametrize("fault", ["usage_text", "usage_wrong", "finish_number"])
def test_wrong_types_beside_the_answer_do_not_matter(fault: str) -> None:
    reply, _ = ask(Step(fault, GOOD.answer))
    assert reply.value is not None and reply.value.name == "ok"


def test_errors_of_the_transport_come_through_as_they_are() -> None:
    with running(Faults([Step(status=401)])) as server:

        async def once(line: Line) -> None:
            with pytest.raises(StopRun, match="key"):
                await asker(line.send, "tools")(Thing, dict(REQUEST))

        talk(server, once)
