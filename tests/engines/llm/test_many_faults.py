"""A run of 200 documents, an endpoint that plays 50 faults at random: nothing is lost, nothing is asked twice."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from tests.engines.llm.test_engine import TEXT, good
from tests.engines.llm.test_runs import records
from tests.fault_server import Faults, Step, running

DOCUMENTS = [f"第{n}号步道" for n in range(200)]
PASSING = {  # tried again, or corrected
    "429": Step(status=429, headers=(("Retry-After", "0.01"),)),
    "500": Step(status=500),
    "503": Step(status=503),
    "drop": Step("drop"),
    "half": Step("drop_half"),
    "page": Step("garbage"),
    "cut body": Step("cut_body"),
    "nested": Step("nested"),
    "no choices": Step("choices_null"),
    "empty": Step(answer=""),
    "brackets": Step(answer="[" * 20_000),
    "number": Step("content_number"),
    "wrong types": Step(answer='{"year": [], "indicators": 3}'),
}
STAYING = {"400": Step("odd", status=400), "refusal": Step("refusal"), "endless": Step("endless")}
EVERY = {**PASSING, **STAYING}


def test_fifty_faults_in_a_run_lose_nothing_and_ask_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(20261128)  # noqa: S311 (no secret)
    faults = {name: chance.choice(list(EVERY)) for name in chance.sample(DOCUMENTS, 50)}
    lost = {name for name, fault in faults.items() if fault in STAYING}
    assert lost and set(faults.values()) == set(EVERY)
    left, answered = dict(faults), Counter[str]()

    def respond(request: dict[str, Any]) -> Step:
        text = str(request["messages"][1]["content"])
        name = next(name for name in DOCUMENTS if name in text)
        fault = left.pop(name, None)
        if fault is not None:
            return EVERY[fault]
        answered[json.dumps(request, sort_keys=True)] += 1
        return good(project_name=f"{name}修缮")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXTRACTOR_MODEL", "m")
    monkeypatch.setenv("EXTRACTOR_MAX_ANSWER_BYTES", "200000")
    Path("docs").mkdir()
    for name in DOCUMENTS:
        Path("docs", f"{name}.txt").write_text(TEXT.replace("湖滨步道", name), encoding="utf-8")
    command = ["run", "docs", "--out", "out", "--engine", "llm", "--workers", "1"]
    with running(Faults(respond=respond)) as server:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", server.url)
        assert main(command) == 0
        sent = len(server.faults.requests)
        assert main(command) == 0
        assert len(server.faults.requests) == sent, "a second run asks nothing"
    read = {record["document"].removesuffix(".txt"): record for record in records(tmp_path / "out")}
    assert set(read) == set(DOCUMENTS)
    assert not left and max(answered.values()) == 1
    for name, record in read.items():
        if name in lost:
            assert record["values"]["project_name"] is None
            assert {f["kind"] for f in record["findings"]} & {"refused", "invalid_answer"}
            assert not record["settled"]
        else:
            assert record["values"]["project_name"] == f"{name}修缮"
            assert record["settled"]
