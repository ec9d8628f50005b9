from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.accounting.assembly import assemble
from extractor.document.results import Form
from extractor.engines.llm import batch_api
from extractor.engines.llm.batch_api import Collected, Limits, Line, collect, open_requests, parts, status, submit
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.session import session
from tests.engines.llm.test_engine import GOOD, TEXT, forms, good, options, said
from tests.fault_server import Faults, Step, running

NAMES = ("湖滨步道", "北山步道", "南溪步道")


def documents() -> list[tuple[str, list[Form]]]:
    return [(name, forms(TEXT.replace("湖滨步道", name))) for name in NAMES]


def right(request: dict[str, Any]) -> Step:
    """The right answer about each of the documents."""
    text = request["messages"][1]["content"]
    return good(project_name=next(name for name in NAMES if name in text) + "修缮")


def advance(own: Options, ledger: Path, limits: Limits = batch_api.LIMITS) -> int:
    asked = asyncio.run(open_requests(documents(), own, ledger))
    return asyncio.run(submit(asked, own, ledger, limits))


def until_done(own: Options, ledger: Path) -> Collected:
    got = asyncio.run(collect(own, ledger))
    while got.running:
        got = asyncio.run(collect(own, ledger))
    return got


def finish(own: Options, ledger: Path) -> list[str]:
    with session(own, ledger) as talk:
        answers = [talk.extract(own_forms, name)[0] for name, own_forms in documents()]
    return [assemble(forms()[0].schema, a.candidates).values["project_name"] for a in answers]


def test_a_batch_answers_what_a_run_would_ask(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with running(Faults(respond=right)) as server:
        own = options(server)
        assert advance(own, ledger) == 3
        assert [s.status for s in asyncio.run(status(own, ledger))] == ["in_progress"]
        assert until_done(own, ledger) == Collected(3, 0, 0)
        assert [(s.status, s.requests, s.done, s.failed) for s in asyncio.run(status(own, ledger))] == [
            ("collected", 3, 3, 0)
        ]
        assert advance(own, ledger) == 0
        assert finish(own, ledger) == [f"{name}修缮" for name in NAMES]
        assert server.faults.requests == []  # not one call outside of the batch


def test_what_waits_is_not_sent_again(tmp_path: Path) -> None:
    with running(Faults(respond=right)) as server:
        own = options(server)
        assert advance(own, tmp_path / "l.sqlite") == 3
        assert advance(own, tmp_path / "l.sqlite") == 0
        assert len(server.faults.batches) == 1


@pytest.mark.parametrize("fault", [Step("overloaded", status=500), Step("lost")], ids=["error", "missing"])
def test_failed_lines_are_sent_again_and_not_for_ever(fault: Step, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    bad = {"left": 1}

    def respond(request: dict[str, Any]) -> Step:
        if NAMES[1] in request["messages"][1]["content"] and bad["left"]:
            bad["left"] -= 1
            return fault
        return right(request)

    with running(Faults(respond=respond)) as server:
        own = options(server)
        advance(own, ledger)
        assert until_done(own, ledger) == Collected(2, 1, 0)
        assert advance(own, ledger) == 1
        assert until_done(own, ledger) == Collected(1, 0, 0)
        assert finish(own, ledger) == [f"{name}修缮" for name in NAMES]
    with running(Faults(respond=lambda r: fault)) as server:
        own, other = options(server), tmp_path / "other.sqlite"
        for _ in range(3):
            assert advance(own, other) == 3
            until_done(own, other)
        assert advance(own, other) == 0


def test_corrections_go_into_the_next_batch(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"

    def respond(request: dict[str, Any]) -> Step:
        if len(request["messages"]) > 2:
            return Step(answer=said({"rating": "优"}))
        return Step(answer=said(json.loads(right(request).answer), rating="良"))

    with running(Faults(respond=respond)) as server:
        own = options(server)
        assert advance(own, ledger) == 3
        until_done(own, ledger)
        assert advance(own, ledger) == 3
        until_done(own, ledger)
        assert advance(own, ledger) == 0
        assert server.faults.requests == []


def test_a_batch_begun_by_a_call_that_died_is_found_again(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with running(Faults(respond=right)) as server:
        own = options(server)
        advance(own, ledger)
        with sqlite3.connect(ledger) as db:  # as if the call had died before the provider's answer was written down
            db.execute("UPDATE batches SET id = NULL, status = 'begun'")
        assert advance(own, ledger) == 0
        assert until_done(own, ledger) == Collected(3, 0, 0)
        with sqlite3.connect(ledger) as db:  # as if it had died before the provider heard of it
            db.execute("DELETE FROM responses")
            db.execute("UPDATE batch_requests SET state = 'waiting'")
            db.execute("UPDATE batches SET id = NULL, status = 'begun'")
        server.faults.batches.clear()
        until_done(own, ledger)
        assert advance(own, ledger) == 3


def test_files_keep_within_the_providers_limits(tmp_path: Path) -> None:
    with running(Faults(respond=right)) as server:
        own = options(server)
        assert advance(own, tmp_path / "l.sqlite", Limits(requests=2)) == 3
        assert len(server.faults.batches) == 2
        assert sorted(data.count(b"\n") for data in server.faults.files.values()) == [1, 2]


@given(st.lists(st.text(min_size=1, max_size=20), max_size=30), st.integers(1, 5), st.integers(20, 60))
def test_parts_hold_every_line_once(texts: list[str], count: int, size: int) -> None:
    lines = [Line(str(n), text) for n, text in enumerate(texts)]
    made = list(parts(lines, Limits(count, size)))
    assert [line for part in made for line in part] == lines
    assert all(len(part) <= count for part in made)
    assert all(len(part) == 1 or sum(len(line.text.encode()) for line in part) <= size for part in made)


def test_a_line_holds_the_request_and_no_key(tmp_path: Path) -> None:
    with running(Faults(respond=right)) as server:
        own = options(server)
        advance(own, tmp_path / "l.sqlite")
        (data,) = server.faults.files.values()
    entry = json.loads(data.splitlines()[0])
    assert entry["url"] == "/v1/chat/completions"
    assert entry["body"]["model"] == "m"
    assert GOOD["project_name"] in entry["body"]["messages"][1]["content"]
    assert own.endpoint.api_key.encode() not in data
