"""Shards on a Ray cluster of this machine; skipped where Ray is not installed (`pip install extractor[ray]`)."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pytest

from extractor.cli import main
from extractor.config import Settings
from extractor.runs import job_status, object_folders, ray_tasks
from extractor.runs.shards import Kind
from tests.paths import ROOT
from tests.runs.job_cases import many, results

HAS_RAY = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not HAS_RAY, reason="Ray is not installed: pip install extractor[ray]")


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed")
def test_without_ray_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    many(tmp_path / "in", 2)
    assert main(["run", "in", "--out", "place", "--on", "ray", "--engine", "rules"]) == 1
    assert "--on ray needs Ray: pip install extractor[ray]" in capsys.readouterr().err


def test_a_cluster_that_does_not_exist_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", ".", "--out", "place", "--on", "dask"]) == 2
    assert "--on dask: no such cluster; there are: ray, ray://HOST:PORT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "gpus", "on_gpus"),
    [
        (Settings(), 0.0, set()),
        (Settings(), 1.0, {"image"}),
        (Settings(ocr_device="cuda"), 0.0, {"image", "pdf"}),
        (Settings(ocr_device="cpu"), 8.0, set()),
        (Settings(ocr="tesseract"), 8.0, set()),
        (Settings(ocr="off", ocr_device="cuda"), 8.0, set()),
    ],
)
def test_scans_ask_for_a_gpu_where_ocr_can_use_one(settings: Settings, gpus: float, on_gpus: set[Kind]) -> None:
    kinds = get_args(Kind)
    asked = {kind: ray_tasks.demands(kind, settings, gpus) for kind in kinds}
    assert {kind for kind in kinds if "num_gpus" in asked[kind]} == on_gpus
    assert all(one["num_cpus"] == 1 and 0 < one.get("num_gpus", 0.5) < 1 for one in asked.values())
    assert asked["text"]["memory"] < asked["pdf"]["memory"] < asked["image"]["memory"]


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "extractor", "run", "in", "--out", "place", "--on", "ray", "--engine", "rules"]
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [*command, "--schema", "project_target"], cwd=folder, env=variables, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def tasks(of: subprocess.Popen[bytes], name: bytes) -> list[int]:
    """Processes of the cluster that `of` has started: those of its session whose command line has the name."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and name in (folder / "cmdline").read_bytes():
                session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
                if session == of.pid or name == b"ray::read_shard":
                    found.append(int(folder.name))
        except OSError:
            continue
    return found


@needs_ray
@pytest.mark.timeout(600)
@pytest.mark.parametrize("killed", ["nobody", "a task"])
def test_a_cluster_gives_what_a_worker_gives(tmp_path: Path, killed: str) -> None:
    many(tmp_path / "in", 600)
    process = start(tmp_path)
    deaths = 0
    while process.poll() is None and killed == "a task" and not deaths:
        for task in tasks(process, b"ray::read_shard"):
            os.kill(task, signal.SIGKILL)
            deaths += 1
        time.sleep(0.05)
    told, _ = process.communicate(timeout=500)
    assert process.returncode == 0, told.decode()
    assert deaths > 0 or killed == "nobody"
    place = object_folders.opened(str(tmp_path / "place"))
    documents = results(place, "documents")
    assert len(documents) == 600
    assert {line["status"] for line in documents} == {"done"}
    assert json.dumps(documents).count('"reason": null') == 600
    assert job_status.status(place, job_status.call_named(place, None)).left == 0
