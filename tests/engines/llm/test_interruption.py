"""Ctrl-C and SIGTERM while a model is asked: no new call, finished work is written, exit status 130."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.cli import main
from extractor.cli.show import calls_so_far
from extractor.config import Settings
from extractor.engines import llm
from tests.engines.llm.test_engine import forms, good
from tests.engines.llm.test_runs import NAMES, WANTED, folder, projects, right
from tests.fault_server import Faults, Server, Step, running

__all__ = ["folder"]  # the fixture
COMMAND = [sys.executable, "-c", "import sys; from extractor.cli import main; sys.exit(main())"]
QUICK = 5  # so many are answered; all others hang


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    answered: set[str] = set()

    def respond(request: dict[str, object]) -> Step:
        name = next(name for name in NAMES if name in str(request["messages"]))
        answered.add(name)
        return right(request) if len(answered) <= QUICK else Step("stall")

    with running(Faults(respond=respond)) as own:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", own.url)
        yield own


def begun(server: Server, calls: int) -> subprocess.Popen[str]:
    """A run of two calls at once that has sent so many calls."""
    call = subprocess.Popen(
        [*COMMAND, "run", "docs", "--out", "out", "--engine", "llm", "--concurrency", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while call.poll() is None and len(server.faults.requests) < calls:
        time.sleep(0.01)
    return call


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_no_call_go_out_and_keeps_what_is_finished(
    number: signal.Signals, folder: Path, server: Server
) -> None:
    call = begun(server, QUICK + 2)
    sent = len(server.faults.requests)
    os.kill(call.pid, number)
    _, messages = call.communicate(timeout=120)
    assert call.returncode == 130
    assert messages.splitlines()[-1] == "extractor: stopped; the same command again goes on from here"
    assert "Traceback" not in messages
    assert len(server.faults.requests) == sent
    assert len(projects(folder / "out")) == QUICK
    server.faults.respond = right
    assert main(["run", "docs", "--out", "out", "--engine", "llm"]) == 0
    assert projects(folder / "out") == WANTED
    assert len(server.faults.requests) == sent + len(NAMES) - QUICK


def test_a_second_signal_ends_at_once(folder: Path, server: Server) -> None:
    call = begun(server, QUICK + 2)
    assert call.stderr is not None
    os.kill(call.pid, signal.SIGINT)
    while "once more ends it at once" not in call.stderr.readline():
        assert call.poll() is None
    os.kill(call.pid, signal.SIGINT)
    assert call.wait(timeout=60) == 130
    assert "stopped; the same command" not in call.stderr.read()


def test_the_bar_counts_calls_tokens_and_cost() -> None:
    assert calls_so_far() == ""
    with running(Faults((good(),))) as server:
        own = Settings(model="m", base_url=server.url, answer_mode="tools", price_prompt=1.0, price_completion=2.0)
        with llm.serving(own):
            llm.extract(forms(), own)
            seen = llm.current_traffic()
            assert seen is not None and seen.usage.tokens > 0
            assert calls_so_far() == f"1 calls, 0 in flight, {seen.usage.tokens} tokens, {seen.cost:.4f} in money"
