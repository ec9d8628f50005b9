"""Runs with a stand-in engine: real folders, a real ledger, real processes, a real kill -9."""

from __future__ import annotations

import hashlib
import json
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractor.config import Settings
from extractor.document.results import DocumentResult
from extractor.errors import CallError, SchemaError, StopRun
from extractor.ledger import run_counts, store
from extractor.runs import run
from extractor.runs.run import Plan, Progress, Summary
from tests import fake_engine


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def make(*paths: Path, out: Path, **settings: Any) -> Summary:
    plan = Plan(paths, out, Settings(**{"workers": 2} | settings), (), "rules")
    return run.run(plan, process=fake_engine.process)


def load(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def records(out: Path) -> list[tuple[str, int, str]]:
    return [(r["document"], r["form"], r["values"]["project_name"]) for r in load(out / "records.jsonl")]


def documents(out: Path) -> dict[str, dict[str, Any]]:
    lines = load(out / "documents.jsonl")
    assert len({line["document"] for line in lines}) == len(lines)
    return {line["document"]: line for line in lines}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_records_stand_in_the_order_of_documents_and_forms(tmp_path: Path, out: Path) -> None:
    docs = tmp_path / "docs"
    for name in ("b.txt", "a.txt", "sub/c.txt", "a0.txt"):
        write(docs / name, f"{name} one\n{name} two?\n")
    summary = make(docs, out=out)
    names = ["a.txt", "a0.txt", "b.txt", "sub/c.txt"]
    assert records(out) == [(n, f, f"{n} {t}") for n in names for f, t in enumerate(["one", "two?"])]
    assert list(documents(out)) == names
    counts = summary.counts
    assert (counts.documents, counts.done, counts.failed, counts.forms) == (4, 4, 0, 8)
    assert (counts.settled, counts.settled_documents, counts.residue, summary.reused) == (4, 0, 4, 0)
    assert [(s.schema, s.forms, s.settled) for s in summary.schemas] == [("project_target", 8, 4)]


def test_lines_have_the_promised_shape(tmp_path: Path, out: Path) -> None:
    make(write(tmp_path / "a.txt", "one?"), out=out)
    (record,) = load(out / "records.jsonl")
    assert list(record) == [
        "document", "sha256", "form", "schema", "values", "evidence", "findings", "residue",
        "settled", "unsettled", "engine", "model", "usage",
    ]  # fmt: skip
    assert record["residue"] == [{"page": 1, "line": 9, "start": 0, "end": 2, "text": "余文"}]
    (document,) = load(out / "documents.jsonl")
    assert set(document) >= {
        "document", "sha256", "status", "reason", "pages", "forms", "unclaimed", "settled", "seconds",
    }  # fmt: skip
    assert (document["status"], document["forms"], document["reason"]) == ("done", 1, None)
    assert "余文" in (out / "records.jsonl").read_text(encoding="utf-8")


def test_what_is_done_is_not_done_again(tmp_path: Path, out: Path) -> None:
    log = tmp_path / "log"
    docs = tmp_path / "docs"
    write(docs / "a.txt", f"count {log}\none")
    assert make(docs, out=out).reused == 0
    first = (out / "records.jsonl").read_bytes()
    write(docs / "b.txt", f"count {log}\ntwo")
    assert make(docs, out=out).reused == 1
    assert log.read_text() == "a.txt\nb.txt\n"
    assert (out / "records.jsonl").read_bytes().startswith(first)
    make(docs, out=out, workers=1, seconds_per_document=5)
    assert log.read_text() == "a.txt\nb.txt\n", "worker counts and limits change no answer"
    make(docs, out=out, token_budget=123)
    assert sorted(log.read_text().split()) == ["a.txt", "a.txt", "b.txt", "b.txt"], "another fingerprint"
    assert len(records(out)) == 2


def test_a_changed_document_is_read_again(tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "a.txt", "one")
    make(path, out=out)
    write(path, "two")
    make(path, out=out)
    assert records(out) == [("a.txt", 0, "two")]


def test_equal_contents_share_the_work_and_each_have_their_records(tmp_path: Path, out: Path) -> None:
    log = tmp_path / "log"
    docs = tmp_path / "docs"
    for name in ("a.txt", "b.txt", "c.md"):
        write(docs / name, f"count {log}\none")
    make(docs, out=out)
    assert records(out) == [("a.txt", 0, "one"), ("b.txt", 0, "one"), ("c.md", 0, "one")]
    assert sorted(log.read_text().split()) == ["a.txt", "c.md"], "a suffix can say how to read"
    assert {d["status"] for d in documents(out).values()} == {"done"}


def test_a_vanished_document_is_no_longer_exported(tmp_path: Path, out: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "a.txt", "one")
    gone = write(docs / "b.txt", "two")
    make(docs, out=out)
    gone.unlink()
    make(docs, out=out)
    assert records(out) == [("a.txt", 0, "one")]
    assert list(documents(out)) == ["a.txt"]


def test_a_failed_document_costs_itself_and_is_tried_again(tmp_path: Path, out: Path) -> None:
    docs = tmp_path / "docs"
    bad = write(docs / "b.txt", "fail it has no pages")
    write(docs / "copy-of-b.txt", "fail it has no pages")
    for name in ("a.txt", "c.txt"):
        write(docs / name, name)
    crash = write(docs / "crash.txt", "crash")
    slow = write(docs / "slow.txt", "sleep 60")
    counts = make(docs, out=out, seconds_per_document=2).counts
    assert (counts.documents, counts.done, counts.failed) == (6, 2, 4)
    assert records(out) == [("a.txt", 0, "a.txt"), ("c.txt", 0, "c.txt")]
    reasons = {name: d["reason"] for name, d in documents(out).items() if d["status"] == "failed"}
    assert reasons == {
        "b.txt": "it has no pages",
        "copy-of-b.txt": "it has no pages",
        "crash.txt": "the worker that read it died (exit status 9)",
        "slow.txt": "took longer than the 2 s that it is allowed",
    }
    for path in (bad, crash, slow):
        write(path, path.name)
    counts = make(docs, out=out).counts
    assert (counts.done, counts.failed) == (5, 1)
    with store.reading(out) as ledger:
        assert [f.name for f in run_counts.failures(ledger)] == ["copy-of-b.txt"]


def test_a_document_of_many_pages_may_take_longer(tmp_path: Path, out: Path) -> None:
    for name, pages in (("short.pdf", 1), ("long.pdf", 30)):
        canvas = Canvas(str(write(tmp_path / "docs" / name, "")))
        for _ in range(pages):
            canvas.showPage()
        canvas.save()
    settings = Settings(workers=1, seconds_per_document=4, seconds_per_page=10)
    run.run(Plan((tmp_path / "docs",), out, settings, (), "rules"), process=slow)
    reasons = {name: d["reason"] for name, d in documents(out).items()}
    assert reasons == {"long.pdf": None, "short.pdf": "took longer than the 4 s that it is allowed"}


def slow(path: Path, name: str, *_: Any) -> DocumentResult:
    time.sleep(6)  # a loaded machine needs seconds to count the pages
    return DocumentResult(name, hashlib.sha256(path.read_bytes()).hexdigest(), "done")


def test_a_failure_that_passes_is_forgotten(tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "a.txt", "sleep 1")
    assert make(path, out=out, seconds_per_document=0.3).counts.failed == 1
    counts = make(path, out=out).counts
    assert (counts.failed, counts.done) == (0, 1)
    assert documents(out)["a.txt"]["reason"] is None


def test_a_document_that_changes_while_it_is_read_is_not_recorded(tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "a.txt", "one")
    plan = Plan((path,), out, Settings(workers=1), (), "rules")
    run.run(plan, process=other_content)
    assert documents(out)["a.txt"]["reason"] == "changed while it was being read; run again"


def other_content(path: Path, *arguments: Any) -> Any:
    write(path, "changed")
    return fake_engine.process(path, *arguments)


def test_a_run_that_must_stop_keeps_what_is_finished(tmp_path: Path, out: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "a.txt", "one")
    stop = write(docs / "b.txt", "stop the key is refused")
    write(docs / "c.txt", "three")
    with pytest.raises(StopRun, match="the key is refused"):
        make(docs, out=out, workers=1)
    assert records(out) == [("a.txt", 0, "one")]
    write(stop, "two")
    assert make(docs, out=out).reused == 1
    assert records(out) == [("a.txt", 0, "one"), ("b.txt", 0, "two"), ("c.txt", 0, "three")]


def test_a_document_that_goes_while_it_is_read_says_so(tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "a.txt", "one")
    run.run(Plan((path,), out, Settings(workers=1), (), "rules"), process=gone)
    assert documents(out)["a.txt"]["reason"] == "cannot be opened any more: No such file or directory"


def gone(path: Path, *arguments: Any) -> Any:
    path.unlink()
    return fake_engine.process(path, *arguments)


def test_progress_counts_what_was_to_be_read(tmp_path: Path, out: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "a.txt", "one")
    make(docs, out=out)
    write(docs / "b.txt", "fail broken")
    seen: list[Progress] = []
    plan = Plan((docs,), out, Settings(workers=1), (), "rules")
    run.run(plan, process=fake_engine.process, progress=seen.append)
    assert seen == [Progress(0, 1, "", None), Progress(1, 1, "b.txt", "broken")]


def test_another_folder_of_results_is_independent(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "one")
    make(path, out=tmp_path / "x" / "y")
    make(path, out=tmp_path / "z")
    assert (tmp_path / "x/y/records.jsonl").read_bytes() == (tmp_path / "z/records.jsonl").read_bytes()


def test_an_unknown_schema_or_engine_is_the_calls_fault(tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "a.txt", "one")
    with pytest.raises(SchemaError, match=r"no schema named 'nonsense'; there are: project_target"):
        run.run(Plan((path,), out, Settings(), ("nonsense",), "rules"))
    with pytest.raises(CallError, match="no engine named 'magic'"):
        run.run(Plan((path,), out, Settings(), (), "magic"))
    assert not out.exists()


def test_table_stands_behind_every_choice_of_schemas() -> None:
    names = [spec.name for spec in run.load_schemas(("self_evaluation",))]
    assert names == ["self_evaluation", "table"]
    assert [spec.name for spec in run.load_schemas(())].count("table") == 1


# Killed in the middle


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    script = """
        import sys
        from pathlib import Path
        from extractor.runs import run as runs
        from extractor.config import Settings
        from tests import fake_engine

        if __name__ == "__main__":
            plan = runs.Plan((Path(sys.argv[1]),), Path(sys.argv[2]), Settings(workers=2), (), "rules")
            runs.run(plan, process=fake_engine.process)
        """
    yield write(tmp_path / "victim.py", textwrap.dedent(script))


def results_in(out: Path) -> int:
    try:
        with sqlite3.connect(f"file:{out / store.FILE}?mode=ro", uri=True) as ledger:
            return int(ledger.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize("after", [1, 60, 110])
def test_killed_and_started_again_gives_the_records_of_an_undisturbed_run(
    tmp_path: Path, victim: Path, after: int
) -> None:
    docs, log = tmp_path / "docs", tmp_path / "log"
    for number in range(120):
        write(docs / f"{number:03}.txt", f"count {log}\nsleep 0.01\none {number}\ntwo {number}?")
    make(docs, out=tmp_path / "calm")
    log.unlink()

    out = tmp_path / "out"
    command = [sys.executable, str(victim), str(docs), str(out)]
    process = subprocess.Popen(command)
    while results_in(out) < after:
        assert process.poll() is None, "it must not end before it is killed"
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = results_in(out)
    assert after <= kept < 120

    assert subprocess.run(command).returncode == 0
    assert (out / "records.jsonl").read_bytes() == (tmp_path / "calm/records.jsonl").read_bytes()
    assert len(records(out)) == len(set(records(out))) == 240
    assert results_in(out) == 120
    lost = 2 * (1 + 8)  # at most what two workers had in hand
    assert len(log.read_text().splitlines()) <= 120 + lost, "what was recorded is not done again"


def test_two_runs_at_once_in_one_folder_are_refused(tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "a.txt", "one")
    with store.writing(out), pytest.raises(CallError, match="another run is at work here"):
        make(path, out=out)
    assert make(path, out=out).counts.done == 1
