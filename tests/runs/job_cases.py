"""Places on small stores, workers without processes of their own, and a clock that runs when somebody waits."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from obstore.store import MemoryStore

from extractor.config import Settings
from extractor.ledger.store import Task
from extractor.runs import place_copies, planning, result_files, run, work
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.run import Plan, Process
from extractor.runs.shards import ShardSize
from extractor.runs.work import Worked, WorkLimits
from extractor.runs.workers import Answer
from tests import fake_engine

SMALL = ShardSize(pages=4)
LEASE = 60.0


class Died(BaseException):
    """What stands for the end of a whole worker: nothing is given up, nothing is said."""


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def memory() -> ObjectFolder:
    return ObjectFolder("memory://place", MemoryStore(), wait=lambda _: None)


def in_this_process(
    plan: Plan, process: Process | None, tasks: Iterable[Task], count: int
) -> Generator[Answer, None, None]:
    """What `run.answers` gives, without processes: a task whose content says `die` ends the worker."""
    read = run.reader(process or fake_engine.process, plan.settings, plan.schemas, plan.engine, plan.out / "none")
    for task in tasks:
        if "die" in Path(task.path).read_text(encoding="utf-8"):
            raise Died
        yield Answer(task, read(task), None, 0.1)


class _NoRecall:
    def __init__(self, *_: object) -> None:
        pass

    def taken(self) -> None:
        return None

    def read(self, *_: object) -> None:
        raise AssertionError("the stand-in engine reads for itself")


@pytest.fixture
def without_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "answers", in_this_process)
    monkeypatch.setattr(run, "Recall", _NoRecall)


def inputs(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def many(folder: Path, count: int) -> Path:
    return inputs(folder, {f"{number:03d}.txt": f"project {number}" for number in range(count)})


def planned(place: ObjectFolder, *paths: Path, size: ShardSize = SMALL) -> planning.Planned:
    return planning.plan([str(path) for path in paths], place, size=size)


def worked(place: ObjectFolder, scratch: Path, clock: Clock | None = None, **changed: Any) -> Worked:
    clock = clock or Clock()
    limits = WorkLimits(lease_seconds=LEASE, **{k: v for k, v in changed.items() if k in WorkLimits._fields})
    settings = Settings(**{k: v for k, v in changed.items() if k in Settings.model_fields})
    plan = Plan((), scratch, settings, (), "rules")
    return work.work(place, plan, limits, fake_engine.process, clock=clock, sleep=clock.sleep)


def results(place: ObjectFolder, key: str = "records", fingerprint: str | None = None) -> list[dict[str, Any]]:
    """The lines of a place's records or documents, without the time that they took."""
    from extractor.ledger import store

    with place_copies.folder_of(place, fingerprint) as folder:
        with store.reading(folder) as ledger:
            files = result_files.lines(ledger, folder)
        text = getattr(files, key).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    return [{k: v for k, v in line.items() if k not in {"seconds", "ocr_seconds"}} for line in lines]


def local_results(out: Path, *paths: Path) -> list[dict[str, Any]]:
    """What an ordinary run on this disk gives."""
    plan = Plan(paths, out, Settings(workers=1), (), "rules")
    summary = run.run(plan, process=fake_engine.process)
    return [json.loads(line) for line in summary.records.read_text(encoding="utf-8").splitlines()]
