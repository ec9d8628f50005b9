"""The ledger: real SQLite files."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractor.document.results import DocumentResult, Record
from extractor.errors import CallError
from extractor.ledger import migrations, result_rows, run_counts, store
from extractor.ledger.result_rows import ResultRow
from extractor.ledger.store import Input, Ledger, Task
from tests.rights import closed


def item(name: str, content: str | None = "c", reason: str | None = None) -> Input:
    return Input(name, Path("/docs") / name, 1, content, reason)


def result(name: str, forms: int = 1) -> ResultRow:
    records = tuple(Record(name, "c", n, "table", {"title": f"{name} {n}"}, {}, (), (), "rules") for n in range(forms))
    return result_rows.row_of(DocumentResult(name, "c", "done", pages=3, records=records, seconds=0.5))


def begin(ledger: Ledger, *inputs: Input, fingerprint: str = "f") -> int:
    return store.begin(ledger, fingerprint, "rules", ("table",), {"workers": 1}, "0", inputs)


def titles(ledger: Ledger) -> list[tuple[str, str]]:
    lines = map(json.loads, store.record_lines(ledger))
    return [(line["document"], line["values"]["title"]) for line in lines]


def test_a_result_is_found_again_under_its_fingerprint_only(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        assert begin(ledger, item("a.txt")) == 1
        (task,) = store.waiting(ledger)
        assert task == Task(0, "a.txt", "/docs/a.txt", "c", ".txt")
        store.record(ledger, "f", task, result("a.txt"))
        assert (list(store.waiting(ledger)), store.waiting_count(ledger)) == ([], 0)
        begin(ledger, item("a.txt"), fingerprint="g")
        assert store.waiting_count(ledger) == 1
        assert titles(ledger) == []
        begin(ledger, item("a.txt"), fingerprint="f")
        assert titles(ledger) == [("a.txt", "a.txt 0")]


def test_the_ledger_stays_when_it_is_opened_again(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt"))
        for task in store.waiting(ledger):
            store.record(ledger, "f", task, result("a.txt"))
        store.finish(ledger)
    with store.reading(tmp_path) as ledger:
        assert titles(ledger) == [("a.txt", "a.txt 0")]
        run = store.last_run(ledger)
        assert (run.engine, run.schemas, run.finished) == ("rules", ("table",), True)


def test_tasks_come_in_order_while_results_are_written(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, *(item(f"{n:04}.txt", f"c{n % 30}") for n in range(60)))
        seen = []
        for task in store.waiting(ledger, page=7):
            seen.append(task.position)
            store.record(ledger, "f", task, result(task.name))
        assert seen == list(range(30))
        assert run_counts.counts(ledger).done == 60


def test_a_document_is_one_transaction(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt"))
        (task,) = store.waiting(ledger)
        row = result("a.txt", forms=2)
        twice = row._replace(records=(row.records[0], row.records[0]))
        with pytest.raises(sqlite3.IntegrityError):
            store.record(ledger, "f", task, twice)
        assert ledger.execute("SELECT count(*) FROM results").fetchone() == (0,)
        assert store.waiting_count(ledger) == 1


def test_a_discovery_that_fails_leaves_the_run_before(tmp_path: Path) -> None:
    def broken() -> Any:
        yield item("b.txt")
        raise OSError("the disk is gone")

    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt"))
        with pytest.raises(OSError, match="the disk is gone"):
            store.begin(ledger, "g", "rules", (), {}, "0", broken())
        assert [task.name for task in store.waiting(ledger)] == ["a.txt"]
        assert store.last_run(ledger).fingerprint == "f"


def test_a_failed_document_is_counted_named_and_kept_out_of_results(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt"), item("b.txt", None, "no permission"), item("c.txt", "d"))
        for task in store.waiting(ledger):
            store.record(
                ledger, "f", task, result_rows.failed("broken", 1.5) if task.name == "a.txt" else result("c.txt", 2)
            )
        assert list(run_counts.failures(ledger)) == [("a.txt", "broken"), ("b.txt", "no permission")]
        counts = run_counts.counts(ledger)
        assert (counts.documents, counts.done, counts.failed, counts.forms, counts.settled) == (3, 1, 2, 2, 2)
        lines = [json.loads(line) for line in store.document_lines(ledger)]
    assert [(d["document"], d["status"], d["reason"], d["forms"], d["seconds"]) for d in lines] == [
        ("a.txt", "failed", "broken", 0, 1.5),
        ("b.txt", "failed", "no permission", 0, 0),
        ("c.txt", "done", None, 2, 0.5),
    ]
    assert len({tuple(line) for line in lines}) == 1, "one shape for both"


def test_a_run_that_was_cut_off_lists_what_is_done(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt", "1"), item("b.txt", "2"))
        store.record(ledger, "f", next(store.waiting(ledger)), result("a.txt"))
        assert [json.loads(line)["document"] for line in store.document_lines(ledger)] == ["a.txt"]
        assert (run_counts.counts(ledger).waiting, store.last_run(ledger).finished) == (1, False)


def test_migrations_are_applied_once_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt"))
    script = "CREATE TABLE notes (id INTEGER); ALTER TABLE runs ADD COLUMN note TEXT;"
    more = (*migrations.MIGRATIONS, migrations.Migration("notes", script))
    monkeypatch.setattr(migrations, "MIGRATIONS", more)
    for _ in range(2):
        with store.writing(tmp_path) as ledger:
            assert ledger.execute("SELECT note FROM runs").fetchall() == [(None,)]
            assert ledger.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing(tmp_path):
        pass
    bad = migrations.Migration("bad", "CREATE TABLE good (id INTEGER); CREATE nonsense;")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, bad))
    with pytest.raises(sqlite3.OperationalError), store.writing(tmp_path):
        pass
    monkeypatch.undo()
    with store.writing(tmp_path) as ledger:
        tables = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master")}
    assert "good" not in tables


def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing(tmp_path) as ledger:
        ledger.execute(f"PRAGMA user_version = {len(migrations.MIGRATIONS) + 1}")
    for opened in (store.writing, store.reading):
        with pytest.raises(CallError, match="written by a newer version"), opened(tmp_path):
            pass


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / store.FILE).write_text("this is no database, but it is long enough to be looked at" * 20)
    with pytest.raises(CallError, match="cannot be opened as a ledger"), store.writing(tmp_path):
        pass


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no run is kept here"), store.reading(tmp_path):
        pass
    with store.writing(tmp_path):
        pass
    with store.reading(tmp_path) as ledger, pytest.raises(CallError, match="no run yet"):
        store.last_run(ledger)


def test_a_run_can_be_read_where_it_cannot_be_written(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt"))
        store.record(ledger, "f", next(store.waiting(ledger)), result("a.txt"))
    with closed(tmp_path), store.reading(tmp_path) as ledger:
        assert titles(ledger) == [("a.txt", "a.txt 0")]
        with pytest.raises(sqlite3.OperationalError):
            ledger.execute("DELETE FROM inputs")


def test_what_is_read_is_one_moment(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        begin(ledger, item("a.txt", "1"), item("b.txt", "2"))
        first, second = store.waiting(ledger)
        store.record(ledger, "f", first, result("a.txt"))
        with store.reading(tmp_path) as reader:
            assert len(titles(reader)) == 1
            store.record(ledger, "f", second, result("b.txt"))
            assert len(titles(reader)) == 1
        with store.reading(tmp_path) as reader:
            assert len(titles(reader)) == 2


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for directory in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CallError, match="results cannot be written here"), store.writing(directory):
            pass


@example("a.txt", "one\u2028two\u2029three\x85four\ud800")
@given(st.text(st.characters(categories=None)), st.text(st.characters(categories=None)))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, name: str, text: str) -> None:
    name = name.encode("utf-8", "replace").decode()
    record = Record(name, "c", 0, "table", {"title": text}, {}, (), (), "rules")
    row = result_rows.row_of(DocumentResult(name, "c", "done", records=(record,)))
    with store.writing(tmp_path_factory.mktemp("ledger")) as ledger:
        begin(ledger, Input(name, Path("/docs/x"), 1, "c", None))
        store.record(ledger, "f", next(store.waiting(ledger)), row)
        (line,) = store.record_lines(ledger)
    assert len(line.splitlines()) == 1
    line.encode()
    expected = {**record.to_json(), "values": {"title": text}}
    assert json.loads(line) == json.loads(json.dumps(expected))
