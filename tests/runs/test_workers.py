"""Real processes that really crash, hang, grow and leak."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.errors import ExtractorError, SchemaError, StopRun
from extractor.runs import workers
from extractor.runs.workers import Answer, Limits
from tests.operations import operations
from tests.paths import ROOT

LIMITS = Limits(seconds=20, memory_mb=1_000)


def setup(*arguments: Any) -> Callable[[Any], Any]:
    return task


def broken_setup() -> Callable[[Any], Any]:
    os._exit(3)


def task(what: Any) -> Any:
    return ACTIONS[what](what) if what in ACTIONS else (what, os.getpid())


def hang_with_child(what: str) -> None:
    child = subprocess.Popen(["sleep", "600"])
    Path(os.environ["CHILD_PID"]).write_text(str(child.pid))
    child.wait()


def spin(what: str) -> None:
    sum(range(10**15))  # never gives the interpreter back


def stop(what: str) -> None:
    raise StopRun("the endpoint refuses the key")


ACTIONS: dict[Any, Callable[[Any], Any]] = {
    "raise": lambda _: 1 / 0,
    "exit": lambda _: sys.exit(4),
    "die": lambda _: os._exit(5),
    "kill": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "crash": lambda _: os.kill(os.getpid(), signal.SIGSEGV),
    "hang": hang_with_child,
    "spin": spin,
    "grow": lambda _: len(bytearray(2_000_000_000)),
    "print": lambda _: print("noise of a library"),
    "big": lambda _: "x" * 5_000_000,
    "stop": stop,
    "unpicklable": lambda _: lambda: None,
}


def run(tasks: list[Any], count: int = 1, limits: Limits = LIMITS) -> dict[Any, Answer]:
    answers = list(workers.map(setup, (), tasks, count, limits))
    assert sorted(map(str, (a.task for a in answers))) == sorted(map(str, tasks)), "one answer a task"
    return {a.task: a for a in answers}


def good(answers: dict[Any, Answer]) -> list[Any]:
    return [task for task, answer in answers.items() if answer.reason is None]


def test_every_task_is_answered_once() -> None:
    answers = run(list(range(500)), count=2)
    assert all(a.value[0] == t and a.reason is None for t, a in answers.items())
    assert os.getpid() not in {a.value[1] for a in answers.values()}


def test_no_tasks_start_no_worker() -> None:
    assert list(workers.map(broken_setup, (), [], 4, LIMITS)) == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("raise", "internal error: ZeroDivisionError: division by zero"),
        ("exit", "internal error: SystemExit: 4"),
        ("die", "the worker that read it died (exit status 5)"),
        ("kill", "the worker that read it died (signal SIGKILL)"),
        ("crash", "the worker that read it died (signal SIGSEGV)"),
        ("grow", "needs more memory than 1000 MB (setting memory_mb)"),
        ("unpicklable", "internal error: "),
    ],
)
def test_a_bad_task_costs_itself_and_nothing_else(bad: str, reason: str) -> None:
    answers = run([*range(20), bad, *range(20, 40)])
    assert good(answers) == list(range(40))
    assert str(answers[bad].reason).startswith(reason)


def test_several_bad_tasks_in_a_row() -> None:
    answers = run([1, "die", "crash", "kill", "grow", 2], count=2)
    assert sorted(good(answers)) == [1, 2]


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_hanging_task_is_given_up_with_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHILD_PID", str(tmp_path / "pid"))
    answers = run([1, "hang", "spin", 2, 3], limits=Limits(seconds=1.5, memory_mb=1_000))
    assert good(answers) == [1, 2, 3]
    assert answers["hang"].reason == answers["spin"].reason == "took longer than the 1.5 s that it is allowed"
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_queued_task_is_not_charged_for_the_one_before() -> None:
    limits = Limits(seconds=6.0, memory_mb=1_000)
    answers = list(workers.map(sleeper, (), [0.0] * 20 + [0.4] * 20, 1, limits))  # 8 seconds in all
    assert [a.reason for a in answers] == [None] * 40


def test_a_task_can_be_allowed_more_or_less_than_the_others() -> None:
    limits = Limits(seconds=1.0, memory_mb=1_000)
    answers = list(workers.map(patient, (), [(0.0, 0.0), (3.0, 1.5), (0.0, 3.0), (0.3, 3.0), (3.0, 0.5)], 1, limits))
    assert {a.task: a.reason for a in answers} == {
        (0.0, 0.0): None,
        (3.0, 1.5): None,
        (0.0, 3.0): "took longer than the 1 s that it is allowed",
        (0.3, 3.0): "took longer than the 0.3 s that it is allowed",
        (3.0, 0.5): None,
    }


def patient() -> Callable[[tuple[float, float]], None]:
    return wait_longer


def wait_longer(task: tuple[float, float]) -> None:
    allowed, seconds = task
    if allowed:
        workers.allow(allowed)
    time.sleep(seconds)


def sleeper() -> Callable[[float], None]:
    return time.sleep


def test_a_worker_that_cannot_start_ends_the_call() -> None:
    with pytest.raises(ExtractorError, match="no worker process can start: it ended with exit status 3"):
        list(workers.map(broken_setup, (), [1], 2, LIMITS))


def unwilling_setup() -> Callable[[Any], Any]:
    raise SchemaError("no such schema file")


def test_an_error_of_the_call_in_a_worker_is_the_callers() -> None:
    with pytest.raises(SchemaError, match="no such schema file"):
        list(workers.map(unwilling_setup, (), [1], 2, LIMITS))


def test_a_task_can_stop_everything() -> None:
    answers = workers.map(setup, (), [1, 2, "stop", *range(3, 500)], 1, LIMITS)
    assert [next(answers).task, next(answers).task] == [1, 2]
    with pytest.raises(StopRun, match="refuses the key"):
        next(answers)


def test_tasks_are_taken_as_workers_become_free() -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(1_000):
            taken += 1
            yield number

    answered = 0
    for _ in workers.map(setup, (), tasks(), 2, LIMITS):
        answered += 1
        assert taken - answered <= 2 * (workers.AHEAD + 1)
    assert answered == 1_000


def test_workers_are_replaced_after_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "TASKS_PER_WORKER", 20)
    assert len({a.value[1] for a in run(list(range(100))).values()}) == 5


def test_large_values_and_noise(capfd: pytest.CaptureFixture[str]) -> None:
    answers = run(["big", "print"])
    assert len(answers["big"].value) == 5_000_000
    seen = capfd.readouterr()
    assert (seen.out, "noise of a library" in seen.err) == ("", True)


def test_workers_end_when_the_caller_stops_listening() -> None:
    answers = workers.map(setup, (), range(100), 1, LIMITS)
    pid = next(answers).value[1]
    assert alive(pid)
    answers.close()
    assert not alive(pid)


def test_workers_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import tests.runs.test_workers as t\n"
        "if __name__ == '__main__':\n"
        "    for a in t.workers.map(t.setup, (), range(10), 1, t.LIMITS):\n"
        "        print(a.value[1], flush=True)\n"
        "        t.time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    assert alive(worker)
    parent.kill()
    parent.wait()
    while alive(worker):  # the suite's own limit ends a worker that does not end
        time.sleep(0.02)
    parent.stdout.close()


def test_a_task_costs_the_parent_few_calls() -> None:
    answers = workers.map(setup, (), range(2_001), 1, LIMITS)
    next(answers)  # the start of the worker is not a task's
    assert operations(lambda: sum(1 for _ in answers)) / 2_000 < 150
