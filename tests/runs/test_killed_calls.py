"""Workers that really die while a model answers: what was paid for is not paid again, and the budget holds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from extractor.runs import job_status, object_folders
from tests.engines.llm.test_runs import NAMES, WANTED, folder, right, server
from tests.fault_server import Server, Step
from tests.paths import ROOT
from tests.runs.job_cases import results
from tests.runs.test_shared_calls import total

__all__ = ["folder", "server"]
pytestmark = pytest.mark.timeout(600)
CONCURRENCY = 3
KILLS = 3


class Model:
    """Answers slowly, and counts what was asked, what was answered, and what is under way."""

    def __init__(self) -> None:
        self.asked = 0

    def respond(self, request: dict[str, Any]) -> Step:
        self.asked += 1
        return right(request)


def worker(*more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "extractor", "work", "place", "--engine", "llm", "--lease", "2", "--workers", "1"]
    return subprocess.Popen(
        [*command, "--concurrency", str(CONCURRENCY), *more], env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def killed_in_calls(model: Model, *more: str) -> int:
    """Kills workers one after another while the model is asked; how many calls may have been under way then."""
    for _ in range(KILLS):
        before, process = model.asked, worker(*more)
        while model.asked == before and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
    return KILLS * CONCURRENCY


def test_calls_that_are_paid_twice_are_those_under_way_at_a_kill(folder: Path, server: Server) -> None:
    model = Model()
    server.faults.respond, server.faults.latency = model.respond, 0.3
    assert main(["plan", "docs", "--out", "place"]) == 0
    under_way = killed_in_calls(model)
    last = worker()
    assert last.wait(300) == 0
    assert len(NAMES) <= model.asked <= len(NAMES) + under_way
    place = object_folders.opened("place")
    assert [line["values"]["project_name"] for line in results(place)] == WANTED
    told = job_status.status(place, job_status.call_named(place, None))
    assert told.calls == len(NAMES)
    assert len(list(place.objects("answer"))) == len(NAMES)


def test_takeovers_never_pass_the_budget_of_a_place(folder: Path, server: Server) -> None:
    model = Model()
    server.faults.respond, server.faults.latency = model.respond, 0.3
    assert main(["plan", "docs", "--out", "place"]) == 0
    budget = ("--budget", "60000tokens")
    killed_in_calls(model, *budget)
    worker(*budget).wait(300)
    place = object_folders.opened("place")
    assert 0 < total(place) <= 60_000, "what dead workers held counts as spent"
