"""Places on real object stores: conditions, races, and workers that are killed; skipped where no store is installed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from extractor.runs import job_status, object_folders, planning, shards
from extractor.runs.object_folders import ObjectFolder
from tests.paths import ROOT
from tests.runs import object_servers
from tests.runs.job_cases import SMALL, inputs, local_results, many, planned, results, without_processes, worked
from tests.runs.object_servers import ObjectServer

__all__ = ["without_processes"]
RACES = 1_000


@pytest.fixture(scope="module", params=["ministack", "azurite"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    if request.param == "ministack":
        with object_servers.ministack() as running:
            yield running
    else:
        with object_servers.azurite(tmp_path_factory.mktemp("azurite")) as running:
            yield running


@pytest.fixture
def place(
    server: ObjectServer, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> ObjectFolder:
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    return object_folders.opened(f"{server.url}/{request.node.originalname}")


def test_the_store_keeps_to_its_conditions(place: ObjectFolder) -> None:
    object_folders.refuse_careless(place)
    assert list(place.objects()) == []


def test_two_race_for_a_thousand_markers_and_each_has_one_winner(place: ObjectFolder) -> None:
    together = threading.Barrier(2)

    def take(who: int) -> list[int]:
        won = []
        for number in range(RACES):
            together.wait(60)
            if place.put_if_absent(f"done/{number}", b"%d" % who):
                won.append(number)
        return won

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(take, (1, 2))
    assert sorted([*first, *second]) == list(range(RACES))
    assert len(list(place.objects("done"))) == RACES


def test_etags_are_the_same_however_they_are_asked_for(place: ObjectFolder, tmp_path: Path) -> None:
    place.put("in/a.txt", b"text")
    (listed,) = place.objects("in")
    head, got = place.head("in/a.txt"), place.fetch("in/a.txt", tmp_path / "copy")
    assert head is not None and got is not None
    assert listed.etag == head.etag == got.etag != ""


@pytest.mark.usefixtures("without_processes")
def test_documents_in_a_store_give_what_documents_on_a_disk_give(
    place: ObjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = many(tmp_path / "in", 10)
    inputs(folder, {"b/ä 报告.txt": "project 99", "bad.txt": "fail no text"})
    for path in sorted(folder.rglob("*.txt")):
        place.put(f"in/{path.relative_to(folder)}", path)
    job = object_folders.opened(f"{place.url}/job")
    assert planning.plan([f"{place.url}/in"], job, size=SMALL).documents == 12
    assert worked(job, tmp_path / "w").documents == 12
    place.put("in/000.txt", b"changed since")
    assert planning.plan([f"{place.url}/in"], job, size=SMALL) == (1, 1, 1, 11)
    place.put("in/000.txt", b"changed again")
    worked(job, tmp_path / "w2")
    reasons = {line["document"]: line["reason"] for line in results(job, "documents")}
    assert reasons.pop("000.txt") == "changed since it was planned; run plan again"
    assert reasons.pop("bad.txt") == "no text"
    assert set(reasons.values()) == {None}
    found = results(job)
    monkeypatch.undo()
    expected = [line for line in local_results(tmp_path / "out", folder) if line["document"] != "000.txt"]
    assert found == expected


def start(place: str, scratch: Path, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "extractor", "work", place, "--workers", "1", "--lease", "2", "--engine", "rules"]
    return subprocess.Popen(
        [*command, "--schema", "project_target", "--scratch", str(scratch)],
        env=os.environ | variables | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_workers_that_are_killed_frozen_and_stopped_lose_nothing(
    place: ObjectFolder, server: ObjectServer, tmp_path: Path
) -> None:
    """One is killed, one is frozen past its lease and woken, one gets SIGTERM, each while it holds a shard."""
    folder = many(tmp_path / "in", 24)
    planned(place, folder)
    for number, fault in enumerate((signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM)):
        process = start(place.url, tmp_path / f"w{number}", server.variables)
        wait_for_a_lease(place, process)
        process.send_signal(fault)
        if fault == signal.SIGSTOP:
            frozen = process
        else:
            assert process.wait(60) == {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 3}[fault]
    last = start(place.url, tmp_path / "last", server.variables)
    told, _ = last.communicate(timeout=240)
    assert last.returncode == 0, told.decode()
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(120) == 0
    documents = results(place, "documents")
    assert [line["document"] for line in documents] == [f"{number:03d}.txt" for number in range(24)]
    assert {line["status"] for line in documents} == {"done"}
    state = job_status.status(place, job_status.call_named(place, None))
    assert (state.done, state.left) == (sum(block.shards for block in shards.blocks(place)), 0)
    markers = [json.loads(place.get(item.key) or b"") for item in place.objects("done")]
    assert {item.key.rsplit("/", 1)[0] for item in place.objects("part")} >= {m["part"] for m in markers}


def wait_for_a_lease(place: ObjectFolder, process: subprocess.Popen[bytes]) -> None:
    """Until the process holds a shard that it has not done."""
    before = {item.key for item in place.objects("lease")}
    while process.poll() is None:
        if {item.key for item in place.objects("lease")} - before:
            return
        time.sleep(0.02)
    told = process.stdout.read().decode() if process.stdout else ""
    raise AssertionError(f"it ended before it held anything: {told}")
