"""Whole runs that ask a model, from the command line: resumed, recorded, estimated, in batches, no secret left."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from tests.engines.llm.test_engine import KEY, TEXT, good
from tests.fault_server import Faults, Server, Step, running

NAMES = [f"第{n}段步道" for n in range(12)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXTRACTOR_API_KEY", KEY)
    monkeypatch.setenv("EXTRACTOR_MODEL", "m")
    monkeypatch.setenv("EXTRACTOR_WORKERS", "1")
    docs = tmp_path / "docs"
    docs.mkdir()
    for n, name in enumerate(NAMES):
        (docs / f"{n:02}.txt").write_text(TEXT.replace("湖滨步道", name), encoding="utf-8")
    return tmp_path


def right(request: dict[str, Any]) -> Step:
    text = request["messages"][1]["content"]
    return good(project_name=next(name for name in NAMES if name in text) + "修缮")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with running(Faults(respond=right)) as own:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", own.url)
        yield own


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "records.jsonl").read_text(encoding="utf-8").splitlines()]


def projects(out: Path) -> list[str]:
    return [record["values"]["project_name"] for record in records(out)]


YES = Step(answer='{"word": "yes"}')
WANTED = [f"{name}修缮" for name in NAMES]


def test_a_run_asks_once_for_each_form_and_again_for_none(folder: Path, server: Server) -> None:
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--concurrency", "8"]) == 0
    assert projects(folder / "out") == WANTED
    assert all(record["settled"] for record in records(folder / "out"))
    assert records(folder / "out")[0]["model"] == "m"
    assert len(server.faults.requests) == len(NAMES)
    assert server.faults.most_at_once <= 8
    assert main(["run", "docs", "--out", "out", "--engine", "llm"]) == 0
    assert len(server.faults.requests) == len(NAMES)


def test_a_run_that_stops_goes_on_where_it_stopped(folder: Path, server: Server) -> None:
    answered = {"n": 0}

    def respond(request: dict[str, Any]) -> Step:
        answered["n"] += 1
        return Step("no more", status=402) if answered["n"] == 8 else right(request)

    server.faults.respond = respond
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--concurrency", "1"]) != 0
    with sqlite3.connect(folder / "out" / "ledger.sqlite") as ledger:
        assert ledger.execute("SELECT count(*) FROM responses").fetchone() == (7,)
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--concurrency", "1"]) == 0
    assert projects(folder / "out") == WANTED
    assert answered["n"] == len(NAMES) + 1


def test_a_document_without_an_answer_fails_and_the_others_are_done(
    folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTRACTOR_CALL_ATTEMPTS", "2")
    server.faults.respond = lambda r: Step(status=500) if NAMES[3] in str(r["messages"]) else right(r)
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--concurrency", "1"]) == 1
    assert projects(folder / "out") == [w for w in WANTED if not w.startswith(NAMES[3])]
    line = (folder / "out" / "documents.jsonl").read_text(encoding="utf-8").splitlines()[3]
    assert "the model gave no answer: HTTP 500" in json.loads(line)["reason"]


def test_no_form_is_lost_to_a_server_that_throttles(folder: Path, server: Server) -> None:
    server.faults.admit, server.faults.share = 20, 0.1
    server.faults.latency = 0.05
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--concurrency", "32"]) == 0
    assert projects(folder / "out") == WANTED


def test_a_key_that_is_refused_stops_the_run_at_once(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.respond = lambda r: Step(f"bad key {KEY}", status=401)
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--concurrency", "1"]) != 0
    assert len(server.faults.requests) == 1
    said = capsys.readouterr()
    assert "does not accept the key" in said.err
    assert KEY not in said.err + said.out


def test_rules_first_costs_nothing_where_they_settle(folder: Path, server: Server) -> None:
    assert main(["run", "docs", "--out", "out", "--engine", "hybrid"]) == 0
    assert projects(folder / "out") == WANTED
    assert server.faults.requests == []


def test_the_end_of_a_run_says_how_many_forms_needed_the_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    goals = "修缮步道共三公里\n加装路灯二十盏。\n步道已完工\n灯也亮了。"
    for n in range(3):
        unclear = TEXT.replace("修缮步道三公里，加装路灯。 已按期完工。", goals).replace("湖滨步道", NAMES[n])
        (folder / "docs" / f"{n:02}.txt").write_text(unclear, encoding="utf-8")
    with running(Faults((Step(answer="{}"),))) as own:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", own.url)
        assert main(["run", "docs", "--out", "out", "--engine", "hybrid"]) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["forms", "that", "needed", "the", "model", "3", "(25.0", "%)"] in shown
    usage = [record["usage"] for record in records(folder / "out") if record["usage"]]
    assert ["calls", str(sum(u["calls"] for u in usage))] in shown
    assert ["tokens", "of", "prompts", str(sum(u["prompt_tokens"] for u in usage))] in shown
    assert main(["run", "docs", "--out", "alone", "--engine", "rules"]) == 0
    assert "needed the model" not in capsys.readouterr().out


def test_the_prompts_of_hybrid_are_those_of_what_rules_leave_open(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["look", "docs/00.txt", "--prompt", "--engine", "hybrid"]) == 0
    assert capsys.readouterr().out.strip() == ""


def test_an_estimate_calls_nothing(folder: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--estimate"]) == 0
    assert f"about {len(NAMES)} calls" in capsys.readouterr().out
    assert server.faults.requests == []


@pytest.mark.parametrize("budget", ["15000tokens", "0.02"])
def test_a_budget_stops_the_run(
    budget: str, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXTRACTOR_PRICE_PROMPT", "1")
    monkeypatch.setenv("EXTRACTOR_PRICE_COMPLETION", "2")
    monkeypatch.setenv("EXTRACTOR_MAX_OUTPUT_TOKENS", "2000")
    call = ["run", "docs", "--out", "out", "--engine", "llm", "--budget", budget]
    assert main(call) != 0
    assert "budget is used up" in capsys.readouterr().err
    assert 0 < len(records(folder / "out")) < len(NAMES)


def test_a_recorded_run_is_replayed_without_a_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Faults(respond=right)) as server:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", server.url)
        assert main(["run", "docs", "--out", "out", "--engine", "llm", "--record", "calls.jsonl"]) == 0
    assert main(["run", "docs", "--out", "again", "--engine", "llm", "--replay", "calls.jsonl"]) == 0
    assert projects(folder / "again") == WANTED
    (folder / "docs" / "99.txt").write_text(TEXT, encoding="utf-8")
    assert main(["run", "docs", "--out", "more", "--engine", "llm", "--replay", "calls.jsonl"]) != 0


def test_batches_from_the_command_line(folder: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", "submit", "docs", "--out", "out", "--engine", "llm"]) == 0
    assert f"{len(NAMES)} questions about {len(NAMES)} documents" in capsys.readouterr().out
    while main(["batch", "collect", "--out", "out"]) == 0:
        if "0 batches still run" in capsys.readouterr().out:
            break
    assert main(["batch", "status", "--out", "out"]) == 0
    assert f"collected, {len(NAMES)} requests, {len(NAMES)} answered" in capsys.readouterr().out
    assert main(["run", "docs", "--out", "out", "--engine", "llm"]) == 0
    assert projects(folder / "out") == WANTED
    assert server.faults.requests == []


def test_what_is_shown_is_the_prompt(folder: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["look", "docs/00.txt", "--prompt"]) == 0
    shown = capsys.readouterr().out
    assert NAMES[0] in shown
    assert "tokens" in shown
    assert server.faults.requests == []


def test_the_doctor_says_which_modes_the_endpoint_serves(
    server: Server, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.small = lambda r: Step("no tools", status=400) if "tools" in r else YES
    assert main(["doctor"]) == 0
    said = capsys.readouterr()
    assert "it serves json_schema, json, text; used: json_schema" in said.out
    assert "mode tools: fails: HTTP 400: no tools" in said.out
    assert [line for line in said.err.splitlines() if "mode json:" in line] == ["extractor: mode json: works"]
    assert KEY not in said.out + said.err


def test_the_mode_is_found_by_one_small_question_and_kept(folder: Path, server: Server) -> None:
    server.faults.small = lambda r: Step("tools?", status=500) if "tools" in r else YES
    run = ["run", "docs", "--out", "out", "--engine", "llm"]
    assert main(run) == 0
    assert all("response_format" in request for request in server.faults.requests)
    assert server.faults.small_questions == 3  # a fault of the server is tried twice
    (folder / "docs" / "more.txt").write_text(TEXT.replace("湖滨步道", NAMES[0] + "二"), encoding="utf-8")
    assert main(run) == 0
    assert server.faults.small_questions == 3
    assert len(server.faults.requests) > len(NAMES)


def test_a_model_that_gives_no_valid_answer_is_asked_in_the_first_mode_that_answers(
    folder: Path, server: Server
) -> None:
    server.faults.small = lambda r: Step("no", status=400) if "tools" in r else Step(answer="sorry")
    assert main(["run", "docs", "--out", "out", "--engine", "llm"]) == 0
    assert all("response_format" in request for request in server.faults.requests)


def test_an_endpoint_that_serves_no_mode_stops_the_run_with_every_reason(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.small = lambda r: Step("not so", status=400)
    assert main(["run", "docs", "--out", "out", "--engine", "llm"]) == 1
    said = capsys.readouterr().err
    assert "the endpoint serves no mode: tools, json_schema, json, text: HTTP 400: not so" in said
    assert server.faults.requests == []


def test_no_secret_is_left_by_a_run(folder: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    faults = iter([Step(f"slow down {KEY}", status=429), Step(f"oops {KEY}", status=500)])
    server.faults.respond = lambda r: next(faults, None) or right(r)
    assert main(["run", "docs", "--out", "out", "--engine", "llm", "--record", "calls.jsonl"]) == 0
    said = capsys.readouterr()
    left = [said.out, said.err, *(f.read_bytes().decode("utf-8", "replace") for f in folder.rglob("*") if f.is_file())]
    assert len(left) > len(NAMES) + 4
    assert [text for text in left if KEY in text] == []
