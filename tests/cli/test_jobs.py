"""`plan`, `work`, `status`, and runs on places, as a person calls them: output, files, exit status."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.cli import main
from tests.paths import ROOT, SAMPLES
from tests.runs.job_cases import many

TEXTS = ("linhe-2022-department-targets.txt", "yunling-2021-department-targets.txt")
RULES = ("--engine", "rules", "--workers", "1")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def test_a_place_is_planned_read_watched_and_exported(capsys: pytest.CaptureFixture[str]) -> None:
    samples = [str(SAMPLES / name) for name in TEXTS]
    assert main(["plan", *samples, "--out", "place"]) == 0
    assert "2 documents planned in 1 shards; 0 were planned before" in capsys.readouterr().out
    assert main(["work", "place", *RULES]) == 0
    assert "1 shards done: 2 documents, 0 failed; 0 shards are left" in capsys.readouterr().out
    assert main(["status", "place", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["done"], told["documents_done"], told["waiting"], told["leased"]) == (1, 2, 0, 0)
    assert main(["status", "place", "--fingerprint", told["fingerprint"][:6]]) == 0
    assert main(["status", "place", "--fingerprint", "zz"]) == 2
    assert main(["export", "place", "--to", "records.jsonl"]) == 0
    assert main(["run", *samples, "--out", "out", *RULES]) == 0
    assert lines("records.jsonl") == lines("out/records.jsonl")


def test_a_run_reads_a_store_and_writes_to_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_bytes((SAMPLES / TEXTS[0]).read_bytes())
    (folder / "in" / "empty.txt").write_text("")
    assert main(["run", f"file://{folder}/in", "--out", f"file://{folder}/place", *RULES]) == 1
    assert "1 shards done: 2 documents, 1 failed" in capsys.readouterr().out
    assert main(["status", "place"]) == 1
    assert "failed: empty.txt: " in capsys.readouterr().out


def test_the_folder_of_a_run_has_a_status_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_bytes((SAMPLES / TEXTS[0]).read_bytes())
    (folder / "in" / "empty.txt").write_text("")
    assert main(["run", "in", "--out", "out", *RULES]) == 1
    assert main(["plan", "in", "--out", "place"]) == 0
    assert main(["status", "place"]) == 2
    assert "no worker was here yet; start one with: extractor work " in capsys.readouterr().err
    assert main(["work", "place", *RULES]) == 1
    capsys.readouterr()
    told = []
    for where in ("out", "place"):
        assert main(["status", where, "--json"]) == 1
        told.append(json.loads(capsys.readouterr().out))
    same = ("documents", "documents_done", "documents_failed", "pages", "forms", "settled", "reasons", "waiting")
    assert [told[0][name] for name in same] == [told[1][name] for name in same]
    assert (told[0]["shards"], told[0]["documents_done"], told[0]["documents_failed"]) == (0, 1, 1)
    assert main(["status", "out", "--fingerprint", "aa"]) == 2


def test_the_status_of_a_run_that_was_interrupted_says_what_waits(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many(folder / "in", 3)
    assert main(["run", "in", "--out", "out", *RULES, "--schema", "project_target"]) == 0
    with sqlite3.connect(folder / "out" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE inputs SET status = 'waiting' WHERE position > 0")
    capsys.readouterr()
    assert main(["status", "out"]) == 3
    said = capsys.readouterr().out
    assert said.startswith("documents: 3, of them 1 done, 0 failed, 2 waiting\n")
    assert said.endswith("what waits is read by the same extractor run as before\n")


def test_a_worker_that_takes_no_more_ends_with_status_3(capsys: pytest.CaptureFixture[str]) -> None:
    many(Path("in"), 600)
    assert main(["plan", "in", "--out", "place"]) == 0
    assert main(["work", "place", *RULES, "--schema", "project_target", "--max-shards", "1"]) == 3
    assert main(["status", "place"]) == 3
    assert "1 done (0 with failures), 0 leased, 1 waiting" in capsys.readouterr().out


def test_a_worker_ends_at_its_deadline_and_gives_up_what_it_holds(folder: Path) -> None:
    many(Path("in"), 5)
    assert main(["plan", "in", "--out", "place"]) == 0
    command = [sys.executable, "-m", "extractor", "work", "place", *RULES, "--deadline", "0.5", "--scratch", "scratch"]
    ended = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ended.returncode == 3
    assert "stopped (its deadline)" in ended.stderr
    assert all(path.stat().st_size == 0 for path in Path("place/lease").rglob("0001")), "given up"
    assert not list(Path("scratch").glob("unit-*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan", "--out", "place"], "nothing to plan: give files, folders, stores, or --list FILE"),
        (["plan", "nowhere", "--out", "place"], "nowhere: no such file or directory"),
        (["work", "empty", *RULES], "nothing is planned here; make a plan with: extractor plan PATH --out PLACE"),
        (["status", "empty"], "no run is kept here (no ledger.sqlite); make one with: extractor run PATH --out empty"),
        (["plan", "in", "--out", "s3://key:secret@bucket/a"], "credentials do not belong in a URL"),
    ],
)
def test_calls_that_are_wrong(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "secret" not in told


def test_a_place_is_exported_to_a_place_and_scored(folder: Path) -> None:
    from pyarrow import parquet

    assert main(["plan", str(SAMPLES / TEXTS[0]), "--out", "place"]) == 0
    assert main(["work", "place", *RULES]) == 0
    assert main(["export", "place", "--to", f"file://{folder}/tables"]) == 0
    assert parquet.read_table(folder / "tables" / "documents")["document"].to_pylist() == [TEXTS[0]]
    assert main(["export", "place", "--to", f"file://{folder}/one/t.jsonl"]) == 0
    assert len(lines("one/t.jsonl")) > 1
    gold = SAMPLES.parent / "gold" / f"{Path(TEXTS[0]).stem}.gold.json"
    assert main(["eval", "place", "--gold", str(gold), "--json", "score.json"]) == 0
    assert json.loads(Path("score.json").read_text(encoding="utf-8"))
    assert main(["plan", "--failed", "--out", "place"]) == 0
