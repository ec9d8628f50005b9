"""Workers on a place: what one run gives, whoever dies, sleeps, races or comes again."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.config import Settings
from extractor.errors import CallError, StopRun
from extractor.ledger import result_rows, store
from extractor.ledger.readings import Reading
from extractor.ledger.store import Task
from extractor.runs import (
    job_status,
    leases,
    object_folders,
    replanning,
    run,
    shard_inputs,
    shard_parts,
    shards,
    work_units,
)
from extractor.runs.fingerprint import fingerprint, reading_mark
from extractor.runs.leases import LeaseBook
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.run import Plan, Process
from extractor.runs.work import Worked, WorkerStopped
from extractor.runs.work_units import Unit
from extractor.runs.workers import Answer
from tests.runs.job_cases import (
    LEASE,
    Clock,
    Died,
    inputs,
    local_results,
    many,
    memory,
    planned,
    results,
    without_processes,
    worked,
)

__all__ = ["without_processes"]
pytestmark = pytest.mark.usefixtures("without_processes")


def test_a_place_gives_what_a_folder_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, folder = memory(), many(tmp_path / "in", 10)
    inputs(folder, {"bad.txt": "fail no text", "twice.txt": "project 1", "odd.txt": "odd?\ntwo forms"})
    planned(place, folder)
    did = worked(place, tmp_path / "w")
    assert (did.units, did.documents, did.failed, did.left) == (4, 13, 1, 0)
    monkeypatch.undo()
    assert results(place) == local_results(tmp_path / "out", folder)
    reasons = {line["document"]: line["reason"] for line in results(place, "documents")}
    assert len(reasons) == 13
    assert reasons["bad.txt"] == "no text"


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 5)
    planned(place, folder)
    worked(place, tmp_path / "w")
    before = {item.key: item.etag for item in place.objects() if not item.key.startswith(("call/", "finished/"))}
    assert worked(place, tmp_path / "w2").units == 0
    assert {
        item.key: item.etag for item in place.objects() if not item.key.startswith(("call/", "finished/"))
    } == before


def test_another_setting_has_results_of_its_own(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 5)
    planned(place, folder)
    worked(place, tmp_path / "w")
    assert worked(place, tmp_path / "w2", dpi=200).units == 2
    first, second = job_status.calls(place)
    assert first.fingerprint != second.fingerprint
    assert results(place, fingerprint=first.fingerprint) == results(place, fingerprint=second.fingerprint)
    assert job_status.status(place, first).done == job_status.status(place, second).done == 2


def test_inputs_that_came_later_are_all_that_is_read(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 4)
    planned(place, folder)
    worked(place, tmp_path / "w")
    inputs(folder, {"new.txt": "new", "001.txt": "changed"})
    planned(place, folder)
    assert worked(place, tmp_path / "w2").documents == 2
    found = {line["document"]: line["values"]["project_name"] for line in results(place)}
    assert found == {"000.txt": "project 0", "001.txt": "changed", "002.txt": "project 2", "003.txt": "project 3",
                     "new.txt": "new"}  # fmt: skip


def test_a_file_that_changed_since_the_plan_fails_with_that_reason(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 2)
    planned(place, folder)
    inputs(folder, {"001.txt": "changed"})
    worked(place, tmp_path / "w")
    reasons = {line["document"]: line["reason"] for line in results(place, "documents")}
    assert reasons == {"000.txt": None, "001.txt": "changed since it was planned; run plan again"}


def test_what_is_not_done_waits(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 12)
    planned(place, folder)
    did = worked(place, tmp_path / "w", units=1)
    assert (did.units, did.left) == (1, 2)
    told = job_status.status(place, job_status.call_named(place, None))
    assert (told.waiting, told.leased, told.done, told.documents, told.documents_done) == (2, 0, 1, 12, 4)
    assert len(results(place, "documents")) == 4


def test_workers_that_race_do_each_unit_once(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 60)
    planned(place, folder)
    did = []

    def one(number: int) -> None:
        did.append(worked(place, tmp_path / f"w{number}", wait=False))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(worker.units for worker in did) == 15
    assert sum(worker.documents for worker in did) == 60
    assert [line["document"] for line in results(place)] == [f"{number:03d}.txt" for number in range(60)]


def test_a_unit_of_a_dead_worker_is_taken_over(tmp_path: Path) -> None:
    place, folder, clock = memory(), many(tmp_path / "in", 4), Clock()
    planned(place, folder)
    mark = dead_worker(place, clock)
    did = worked(place, tmp_path / "w", clock)
    assert did.documents == 4
    assert clock.now >= LEASE
    assert list(place.objects(f"lease/{mark}/{shards.blocks(place)[0].name}/0000/0002")) == []


def dead_worker(place: ObjectFolder, clock: Clock) -> str:
    mark = fingerprint(Settings(), run.load_schemas(()), "rules")
    for block in shards.blocks(place):
        LeaseBook(place, mark, LEASE, clock).take(block.name, "0000", leases.FREE)
    return mark


def test_a_frozen_worker_that_wakes_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped before its commit; another one does its unit; then it goes on."""
    place, folder, clock = memory(), many(tmp_path / "in", 4), Clock()
    planned(place, folder)
    real = shard_parts.commit
    came: list[Worked] = []

    def frozen(*arguments, **named):  # type: ignore[no-untyped-def]  # the signature of `commit`
        if not clock.now:
            clock.sleep(LEASE)
            came.append(worked(place, tmp_path / "other", clock))
        return real(*arguments, **named)

    monkeypatch.setattr(shard_parts, "commit", frozen)
    did = worked(place, tmp_path / "w", clock)
    assert [worker.units for worker in came] == [1]
    assert (did.units, did.left) == (0, 0)
    assert len(results(place)) == 4
    parts = {item.key.rsplit("/", 1)[0] for item in place.objects("part")}
    assert len(parts) == 1, "the part that lost is removed"


def test_a_worker_that_is_stopped_gives_up_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, folder, clock = memory(), many(tmp_path / "in", 8), Clock()
    planned(place, folder)
    real = shard_parts.commit
    calls = iter([False, True])

    def stopped(*arguments, **named):  # type: ignore[no-untyped-def]  # the signature of `commit`
        if next(calls, False):
            raise WorkerStopped("SIGTERM")
        return real(*arguments, **named)

    monkeypatch.setattr(shard_parts, "commit", stopped)
    with pytest.raises(WorkerStopped):
        worked(place, tmp_path / "w", clock)
    assert not list((tmp_path / "w").glob("unit-*"))
    assert worked(place, tmp_path / "w2", clock).units == 1
    assert clock.now == 0, "nobody had to wait"
    assert len(results(place)) == 8


def test_a_document_that_kills_workers_is_found_and_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, folder, clock = memory(), many(tmp_path / "in", 16), Clock()
    inputs(folder, {"007.txt": "die"})
    planned(place, folder, size=shards.SIZE)
    monkeypatch.setattr(LeaseBook, "give_up_all", lambda self: None)  # who dies gives nothing up
    deaths = 0
    while True:
        try:
            did = worked(place, tmp_path / f"w{deaths}", clock)
            break
        except Died:
            deaths += 1
    assert did.left == 0
    assert deaths == work_units.DEATHS + 3 * work_units.DEATHS_OF_HALF + work_units.DEATHS
    documents = {line["document"]: line["reason"] for line in results(place, "documents")}
    assert len(documents) == 16
    assert {name: reason for name, reason in documents.items() if reason} == {
        "007.txt": "set aside: 3 workers died while they read it"
    }
    assert len(results(place)) == 15
    told = job_status.status(place, job_status.call_named(place, None))
    assert (told.set_aside, told.documents_failed, told.documents_done, told.left) == (1, 1, 15, 0)


def test_the_halves_of_a_unit_are_the_unit() -> None:
    whole = Unit("b", "0003")
    left, right = whole.halves(5)
    assert (left.name, right.name) == ("0003.0-2", "0003.2-5")
    assert [half.name for half in right.halves(3)] == ["0003.2-3", "0003.3-5"]


def test_a_commit_of_the_whole_counts_though_it_was_halved_since(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 4)
    planned(place, folder)
    worked(place, tmp_path / "w")
    call = job_status.call_named(place, None)
    (block,) = shards.blocks(place)
    work_units.halve(place, call.fingerprint, Unit(block.name, "0000"), 4, "late")
    assert len(results(place)) == 4
    assert worked(place, tmp_path / "w2").units == 0


def test_secrets_are_nowhere_in_a_place(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 2)
    planned(place, folder)
    worked(place, tmp_path / "w", api_key="SECRET-1", password="SECRET-2", base_url="http://me:SECRET-3@host/v1")
    texts = [place.get(item.key) or b"" for item in place.objects()]
    assert not [text for text in texts if b"SECRET" in text]


def test_a_status_before_any_worker_says_what_to_do(tmp_path: Path) -> None:
    place = memory()
    planned(place, many(tmp_path / "in", 1))
    with pytest.raises(CallError, match="no worker was here yet; start one with: extractor work"):
        job_status.call_named(place, None)


def test_what_failed_is_planned_again_as_it_is_now(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 4)
    inputs(folder, {"002.txt": "fail no text", "003.txt": "fail no text"})
    planned(place, folder)
    worked(place, tmp_path / "w")
    inputs(folder, {"002.txt": "mended"})
    (folder / "003.txt").unlink()
    call = job_status.call_named(place, None)
    assert replanning.plan_failed(place, call) == (1, 0, 1, 3)
    assert worked(place, tmp_path / "w2").documents == 1
    reasons = {line["document"]: line["reason"] for line in results(place, "documents")}
    assert reasons == {"000.txt": None, "001.txt": None, "002.txt": None, "003.txt": "no text"}
    assert [line["values"]["project_name"] for line in results(place)] == ["project 0", "project 1", "mended"]


def test_blocks_that_are_done_are_told_to_all(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 40)
    planned(place, folder, size=shards.ShardSize(pages=1, shards_in_block=2))
    assert worked(place, tmp_path / "w").units == 40
    call = job_status.call_named(place, None)
    assert work_units.finished(place, call.fingerprint) == {block.name for block in shards.blocks(place)}
    assert worked(place, tmp_path / "w2").units == 0


def test_a_full_disk_ends_the_worker_and_fails_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, folder = memory(), many(tmp_path / "in", 4)
    box = object_folders.opened(f"{tmp_path}/store")
    for path in folder.iterdir():
        box.put(path.name, path)
    entries = [shards.Entry(item.key, f"s3://box/{item.key}", item.etag, item.size) for item in box.objects()]
    shards.write(place, entries, 1)
    monkeypatch.setattr(shard_inputs, "_store", lambda base: box)

    def full(self: ObjectFolder, key: str, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(ObjectFolder, "fetch", full)
        with pytest.raises(StopRun, match="no space is left"):
            worked(place, tmp_path / "w")
    assert list(place.objects("done")) == []
    assert worked(place, tmp_path / "w2").failed == 0


def test_a_full_disk_under_the_ledger_ends_the_worker_and_fails_no_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself says that the disk is full: the ledger of a unit may not grow beyond a few pages."""
    place, folder = memory(), many(tmp_path / "in", 40)
    planned(place, folder, size=shards.SIZE)
    begin = store.begin

    def small(ledger: Any, *arguments: Any) -> int:
        count = begin(ledger, *arguments)
        ledger.execute(f"PRAGMA max_page_count = {ledger.execute('PRAGMA page_count').fetchone()[0] + 2}")
        return count

    with monkeypatch.context() as patched:
        patched.setattr(store, "begin", small)
        with pytest.raises(StopRun, match="no space is left on the disk of this worker"):
            worked(place, tmp_path / "w")
    assert list(place.objects("done")) == []
    did = worked(place, tmp_path / "w2")
    assert (did.documents, did.failed, did.left) == (40, 0, 0)


def test_a_store_that_lets_nobody_read_ends_the_worker_and_fails_no_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = memory()
    shards.write(place, [shards.Entry("a.txt", "s3://closed/a.txt", "e", 1)], 1)

    def closed(base: str) -> ObjectFolder:
        raise object_folders.Refused("s3://closed: no right to copy a; check the credentials of the store")

    monkeypatch.setattr(shard_inputs, "_store", closed)
    with pytest.raises(StopRun, match="no right to copy a"):
        worked(place, tmp_path / "w")
    assert list(place.objects("done")) == []


def test_pages_that_ocr_has_read_are_not_read_again_after_a_takeover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker dies after one of two documents; the second one has its reading before it starts."""
    place, folder, clock = memory(), inputs(tmp_path / "in", {"a.png": "one", "b.png": "two"}), Clock()
    planned(place, folder, size=shards.SIZE)
    mark = reading_mark(Settings())

    def answers(plan: Plan, process: Process | None, tasks: Iterable[Task], count: int) -> Iterator[Answer]:
        for number, task in enumerate(tasks):
            if number and dying:
                raise Died
            row = result_rows.failed("not asked", 0.0)._replace(reading=Reading(mark, task.name.encode()))
            yield Answer(task, row, None, 1.0)

    def kept(scratch: Path) -> list[tuple[str, bytes]]:
        with store.reading(scratch) as ledger:
            return list(ledger.execute("SELECT suffix, body FROM readings ORDER BY body"))

    monkeypatch.setattr(run, "answers", answers)
    monkeypatch.setattr(LeaseBook, "give_up_all", lambda self: None)
    dying = True
    with pytest.raises(Died):
        worked(place, tmp_path / "w", clock)
    dying = False
    assert worked(place, tmp_path / "w2", clock).units == 1
    assert kept(tmp_path / "w") == []
    assert kept(tmp_path / "w2") == [(".png", b"a.png")]
