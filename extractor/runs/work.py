"""`work`: takes units of a place until none is left, each read as a local run reads, and committed by its marker.

One pool of processes goes from unit to unit: while the last documents of one are read, those of the next are fetched.
A worker may be killed, frozen or cut off at any point: what is not committed is done by another, and what two have
done counts once.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from extractor.engines import llm
from extractor.errors import StopRun
from extractor.ledger import run_counts, store
from extractor.ledger.store import Input, Ledger, Task
from extractor.runs import object_folders, run, shard_inputs, shard_parts, shards, shared_readings, work_units
from extractor.runs.fingerprint import fingerprint, reading_mark
from extractor.runs.leases import FREE, SECONDS, Clock, Heartbeat, Lease, LeaseBook
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.run import Plan, Process
from extractor.runs.shard_parts import ReadUnit
from extractor.runs.shards import Block, Entry
from extractor.runs.shared_calls import PlaceCalls
from extractor.runs.work_units import Unit
from extractor.runs.workers import Answer
from extractor.version import __version__

T = TypeVar("T")
LOOK = 8
"""Blocks that a worker looks at before it waits: ten thousand that look at all of them would flood a store."""


def again_first(blocks: list[T]) -> list[T]:
    """The order of the next look, after one that found nothing and moved its blocks to the end.

    Half of them come first once more: only who sees a lease twice, as long apart as it lasts, finds its owner dead.
    """
    half = min(LOOK, len(blocks)) // 2
    return blocks[len(blocks) - half :] + blocks[: len(blocks) - half]


class WorkerStopped(BaseException):
    """The worker is to end (SIGTERM, or its deadline); what it holds is given up."""


class WorkLimits(NamedTuple):
    """How much a worker takes, how long its leases last, and whether it waits for units that others hold."""

    units: int | None = None
    lease_seconds: float = SECONDS
    wait: bool = True
    block: str | None = None
    unit: str | None = None


class Worked(NamedTuple):
    """What one worker did: units that it committed, documents of them, those that failed; and what is open still."""

    units: int
    documents: int
    failed: int
    left: int


@dataclass
class _Taken:
    """A unit that this worker holds."""

    lease: Lease
    reading: ReadUnit
    folder: Path
    close: Callable[[], None]
    left: int = 0
    failed: int = 0


@dataclass
class _Count:
    units: int = 0
    documents: int = 0
    failed: int = 0
    taken: int = 0


@dataclass
class _Worker:
    """One worker's state. `plan.out` is a folder of its own on the local disk."""

    folder: ObjectFolder
    plan: Plan
    limits: WorkLimits
    mark: str
    book: LeaseBook
    ledger: Ledger
    process: Process | None
    told: Callable[[str], None]
    blocks: list[Block]
    sleep: Callable[[float], None] = time.sleep
    held: dict[str, _Taken] = field(default_factory=dict)  # by the path of each document that is under way
    open: dict[Path, _Taken] = field(default_factory=dict)  # by the folder of each unit
    count: _Count = field(default_factory=_Count)

    def run(self) -> Worked:
        """Takes units until there is none, or the limit is reached. Raises `StopRun` where no unit can be done."""
        asks = run.asks(self.plan)
        if asks:
            self.book.count()
        with Heartbeat(self.book, count=asks), llm.sharing(PlaceCalls(self.folder, self.book)):
            try:
                wait = self.limits.lease_seconds / 6
                while True:
                    before = self.count.taken
                    self._pass()
                    if not self.blocks or not self.limits.wait or self._enough():
                        left = sum(len(self._open(block)) for block in self.blocks)
                        return Worked(self.count.units, self.count.documents, self.count.failed, left)
                    # who finds nothing asks ever less often: thousands that wait at the end must not flood a store
                    fresh = self.count.taken > before
                    wait = self.limits.lease_seconds / 6 if fresh else min(wait * 1.5, 2 * self.limits.lease_seconds)
                    self.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311  # no secret
            finally:
                self.book.give_up_all()
                for taken in list(self.open.values()):
                    self._close(taken)

    def _pass(self) -> None:
        """All that can be taken now. Processes are started when the first task is there."""
        tasks = self._tasks()
        first = next(tasks, None)
        if first is None:
            return

        def all_tasks() -> Iterator[Task]:
            yield first
            yield from tasks

        count = self.plan.settings.workers or run.cores()
        with contextlib.closing(run.answers(self.plan, self.process, all_tasks(), count)) as answers:
            for answer in answers:
                self._record(answer)

    def _tasks(self) -> Iterator[Task]:
        while not self._enough():
            taken = self._claim()
            if taken is None:
                return
            tasks = list(store.waiting(taken.reading.ledger))
            if not tasks:
                self._finish(taken)
            yield from tasks

    def _enough(self) -> bool:
        return self.limits.units is not None and self.count.taken >= self.limits.units

    # Taking

    def _open(self, block: Block) -> list[Unit]:
        found = work_units.state(self.folder, self.mark, block.name).open(block)
        return [unit for unit in found if self.limits.unit is None or unit.shard == self.limits.unit]

    def _claim(self) -> _Taken | None:
        """A unit that nobody else holds, fetched to the disk; each look is at a few blocks, the next at others."""
        done = work_units.finished(self.folder, self.mark)
        self.blocks = [block for block in self.blocks if block.name not in done]
        looked = 0
        for block in list(self.blocks):
            if looked == LOOK:
                break
            units = self._open(block)
            if not units:
                self.blocks.remove(block)
                if self.limits.unit is None:
                    work_units.finish(self.folder, self.mark, block.name, self.book.owner)
                continue
            looked += 1
            leases = self.book.states(block.name)
            random.shuffle(units)  # workers must not all try the same
            for unit in units:
                state = leases.get(unit.name, FREE)
                if not state.free:
                    continue
                if state.deaths >= unit.may_die():
                    self._part(unit)
                    return self._claim()
                lease = self.book.take(block.name, unit.name, state)
                if lease is not None:
                    return self._begin(unit, lease)
            self.blocks.remove(block)
            self.blocks.append(block)
        self.blocks = again_first(self.blocks)
        return None

    def _part(self, unit: Unit) -> None:
        """A unit that kills its workers: halved, or set aside where it is one document."""
        entries = self._entries(unit)
        if len(entries) > 1:
            work_units.halve(self.folder, self.mark, unit, len(entries), self.book.owner)
            self.told(f"{unit.block}/{unit.name}: its workers died; it is halved")
            return
        reason = f"set aside: {unit.may_die()} workers died while they read it"
        inputs = [Input(e.name, Path(e.url), e.size, None, reason) for e in entries]
        taken = self._opened(unit, inputs, entries, self._folder())
        shard_parts.commit(self.folder, taken.reading, taken.folder, set_aside=len(entries))
        self._close(taken)
        self.told(f"{entries[0].name}: {reason}")

    def _entries(self, unit: Unit) -> list[Entry]:
        return list(shards.entries(self.folder, unit.block, unit.shard)[unit.first : unit.last])

    def _begin(self, unit: Unit, lease: Lease) -> _Taken:
        """Fetches the documents of a unit."""
        entries = self._entries(unit)
        folder = self._folder()
        self.count.taken += 1
        try:
            inputs = shard_inputs.fetch(entries, folder, self.plan.settings.max_bytes)
            if shards.kind_of(entries[0].url) != "text":
                shared_readings.recall(self.folder, inputs, reading_mark(self.plan.settings), self.ledger)
            taken = self._opened(unit, inputs, entries, folder, lease)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        taken.left = store.waiting_count(taken.reading.ledger)
        for task in store.waiting(taken.reading.ledger):
            self.held[task.path] = taken
        return taken

    def _folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="unit-", dir=self.plan.out))

    def _opened(
        self,
        unit: Unit,
        inputs: list[Input],
        entries: list[Entry],
        folder: Path,
        lease: Lease | None = None,
    ) -> _Taken:
        stack = contextlib.ExitStack()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        ledger = stack.enter_context(store.writing(folder / "ledger"))
        public = self.plan.settings.public()
        names = run.names_of(self.plan.schemas)
        store.begin(ledger, self.mark, self.plan.engine, names, public, __version__, inputs)
        reading = ReadUnit(unit, entries, ledger, self.ledger, self.mark)
        taken = self.open[folder] = _Taken(lease or Lease("", "", 0), reading, folder, stack.close)
        return taken

    def _close(self, taken: _Taken) -> None:
        taken.close()
        del self.open[taken.folder]

    # Finishing

    def _record(self, answer: Answer) -> None:
        task: Task = answer.task
        taken = self.held.pop(task.path)
        row = run.row_of(answer)
        if row.reading is not None:
            shared_readings.keep(self.folder, task.sha256, task.suffix, row.reading)
        store.record(taken.reading.ledger, self.mark, task, row)
        taken.left -= 1
        if not taken.left:
            self._finish(taken)

    def _finish(self, taken: _Taken) -> None:
        counts = run_counts.counts(taken.reading.ledger)
        if shard_parts.commit(self.folder, taken.reading, taken.folder):
            self.count.units += 1
            self.count.documents += counts.documents
            self.count.failed += counts.failed
        self.book.end(taken.lease)
        self._close(taken)
        self.told(f"{taken.lease.unit}: {counts.documents} documents, {counts.failed} failed")


def work(
    folder: ObjectFolder,
    plan: Plan,
    limits: WorkLimits,
    process: Process | None = None,
    told: Callable[[str], None] = lambda _: None,
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Worked:
    """Works on a place until nothing is left that it may take. `plan.out` is a folder on the local disk, for it alone.

    Raises `CallError` where nothing is planned or the store cannot be trusted, `StopRun` where it must stop.
    """
    mark = fingerprint(plan.settings, run.load_schemas(plan.schemas, plan.settings.labels), plan.engine)
    object_folders.refuse_careless(folder)
    blocks = [block for block in shards.blocks(folder) if limits.block in (None, block.name)]
    random.shuffle(blocks)
    _tell_call(folder, plan, mark)
    with _told_of_a_full_disk(plan.out), store.writing(plan.out) as ledger:
        book = LeaseBook(folder, mark, limits.lease_seconds, clock)
        return _Worker(folder, plan, limits, mark, book, ledger, process, told, blocks, sleep).run()


@contextlib.contextmanager
def _told_of_a_full_disk(scratch: Path) -> Iterator[None]:
    """A full disk ends the worker, and no document: others go on, and this one when there is room."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        full = error.errno in shard_inputs.NO_SPACE if isinstance(error, OSError) else "disk is full" in str(error)
        if not full:
            raise
        raise StopRun(f"{scratch}: no space is left on the disk of this worker; make room") from None


def _tell_call(folder: ObjectFolder, plan: Plan, mark: str) -> None:
    """Which engine, schemas and settings a fingerprint stands for; the endpoint may hold a key, and stays out."""
    settings = {name: value for name, value in plan.settings.public().items() if name != "base_url"}
    told = {"engine": plan.engine, "schemas": run.names_of(plan.schemas), "settings": settings, "version": __version__}
    folder.put(f"call/{mark}.json", json.dumps(told).encode())
