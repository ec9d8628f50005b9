"""Batches of a place: a batch a shard, answers for every worker, and nothing sent twice whoever dies."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from extractor.config import Settings
from extractor.engines.llm import batch_api
from extractor.errors import CallError
from extractor.runs import job_status, object_folders, place_batches, planning
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.run import Plan
from extractor.runs.shards import ShardSize
from tests.engines.llm.test_runs import NAMES, WANTED, folder, right, server
from tests.fault_server import Server, Step
from tests.runs.job_cases import Died, results

__all__ = ["folder", "server"]
IN_SHARD = 6


@pytest.fixture
def place(folder: Path, server: Server) -> Iterator[ObjectFolder]:
    opened = object_folders.opened("place")
    planning.plan(["docs"], opened, size=ShardSize(pages=IN_SHARD))
    yield opened


def batch(step: str, *more: str) -> int:
    return main(["batch", step, *more, "--out", "place"])


def until_collected(capsys: pytest.CaptureFixture[str]) -> str:
    """What the last `collect` said."""
    while True:
        assert batch("collect") == 0
        said = capsys.readouterr().out
        if "0 batches still run" in said:
            return said


def work() -> int:
    return main(["work", "place", "--engine", "llm"])


def questions(server: Server) -> list[str]:
    """The marks of all questions that were sent in batches."""
    sent = [server.faults.files[one["input_file_id"]] for one in server.faults.batches.values()]
    return [json.loads(line)["custom_id"] for file in sent for line in file.decode().splitlines()]


def test_each_shard_is_a_batch_and_workers_make_no_call(
    place: ObjectFolder, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch("submit", "--engine", "llm") == 0
    assert f"{len(NAMES)} questions about {len(NAMES)} documents" in capsys.readouterr().out
    assert len(server.faults.batches) == len(NAMES) // IN_SHARD
    until_collected(capsys)
    assert batch("status") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(NAMES) // IN_SHARD
    assert all(f"collected, {IN_SHARD} requests, {IN_SHARD} answered, 0 failed" in line for line in lines)
    assert work() == 0
    assert [line["values"]["project_name"] for line in results(place)] == WANTED
    assert server.faults.requests == []
    told = job_status.status(place, job_status.call_named(place, None))
    assert told.calls == len(NAMES)


def test_what_was_sent_or_answered_is_not_sent_again(
    place: ObjectFolder, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert batch("submit", "--engine", "llm") == 0
    assert len(questions(server)) == len(NAMES)
    until_collected(capsys)
    assert batch("submit", "--engine", "llm") == 0
    assert "0 questions" in capsys.readouterr().out
    assert batch("collect") == 0
    assert capsys.readouterr().out.startswith("0 answers came in")
    assert len(questions(server)) == len(NAMES)
    assert list(place.objects("lease")) == []


@pytest.mark.parametrize("calls", [1, 2], ids=["in one call", "in a later call"])
def test_two_shards_that_hold_the_same_document_ask_once(
    calls: int, folder: Path, place: ObjectFolder, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    if calls == 2:
        assert batch("submit", "--engine", "llm") == 0
    shutil.copytree("docs", "copies")
    planning.plan(["copies"], place, size=ShardSize(pages=IN_SHARD))
    assert batch("submit", "--engine", "llm") == 0
    assert len(questions(server)) == len(set(questions(server))) == len(NAMES)
    until_collected(capsys)
    assert work() == 0
    assert [line["values"]["project_name"] for line in results(place)] == WANTED * 2
    assert server.faults.requests == []


def test_a_call_that_also_names_documents_plans_them(folder: Path, server: Server) -> None:
    (folder / "place" / "job").mkdir(parents=True)
    assert batch("submit", "docs", "--engine", "llm") == 0
    assert sorted(questions(server)) == sorted(set(questions(server)))
    assert len(questions(server)) == len(NAMES)


def test_lines_that_failed_go_into_a_further_batch(
    place: ObjectFolder, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    left = {"n": 2}

    def respond(request: dict[str, Any]) -> Step:
        left["n"] -= 1
        return Step("overloaded", status=500) if left["n"] >= 0 else right(request)

    server.faults.respond = respond
    batch("submit", "--engine", "llm")
    until_collected(capsys)
    batch("submit", "--engine", "llm")
    assert "2 questions" in capsys.readouterr().out
    until_collected(capsys)
    assert work() == 0
    assert [line["values"]["project_name"] for line in results(place)] == WANTED
    assert server.faults.requests == []


def plan(scratch: Path) -> Plan:
    return Plan((), scratch, Settings.load(None, model="m"), (), "llm")


@pytest.mark.parametrize("heard", [False, True], ids=["before the provider heard of it", "after it"])
def test_what_a_call_that_died_has_sent_is_found_again(
    heard: bool, place: ObjectFolder, server: Server, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    put = ObjectFolder.put_if_absent

    def dying(self: ObjectFolder, key: str, body: bytes) -> bool:
        known = json.loads(body)["batches"] if key.startswith("batch/") else []
        if heard and known and known[0][1] is not None:
            raise Died
        made = put(self, key, body)
        if known and not heard:
            raise Died
        return made

    with monkeypatch.context() as patch:
        patch.setattr(ObjectFolder, "put_if_absent", dying)
        with pytest.raises(Died):
            place_batches.submit(place, plan(Path()))
    assert len(server.faults.batches) == heard
    until_collected(capsys)
    assert batch("submit", "--engine", "llm") == 0
    until_collected(capsys)
    assert sorted(questions(server)) == sorted(set(questions(server)))
    assert work() == 0
    assert [line["values"]["project_name"] for line in results(place)] == WANTED
    assert server.faults.requests == []


def test_of_two_calls_that_would_send_the_same_one_is_refused(
    place: ObjectFolder, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first was frozen past its lease: it wakes when the second has sent all."""
    begin = batch_api.open_requests
    entered = {"n": 0}

    async def overtaken(*given: Any) -> Any:
        found = await begin(*given)
        entered["n"] += 1
        if entered["n"] == 1:
            for item in list(place.objects("lease")):
                place.delete(item.key)
            other = threading.Thread(target=place_batches.submit, args=(place, plan(Path())))
            other.start()
            other.join()
        return found

    monkeypatch.setattr(batch_api, "open_requests", overtaken)
    place_batches.submit(place, plan(Path()))
    assert sorted(questions(server)) == sorted(set(questions(server)))
    assert len(questions(server)) == len(NAMES)


def test_an_engine_that_asks_no_model_is_refused(place: ObjectFolder) -> None:
    with pytest.raises(CallError, match="engine rules asks no model"):
        place_batches.submit(place, plan(Path())._replace(engine="rules"))


def test_without_documents_and_without_a_place_the_call_is_wrong(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch", "submit", "--out", "out"]) == 2
    assert "give files or folders, or a place as --out" in capsys.readouterr().err
