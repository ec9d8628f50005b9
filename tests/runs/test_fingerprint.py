"""Results are kept under the hash of all that can change them: code, settings, schemas, libraries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from extractor import readers
from extractor.config import Settings
from extractor.document.layout import Document, Line, Page
from extractor.ledger import store
from extractor.runs import fingerprint as fingerprints
from extractor.runs import run
from extractor.runs.fingerprint import CODE, ROOT, Stage, code_hash, code_text, fingerprint, reading_mark


def test_the_fingerprint_names_what_can_change_an_answer() -> None:
    every, one = run.load_schemas(()), run.load_schemas(("table",))
    base = fingerprint(Settings(), every, "rules")
    same = Settings(workers=3, max_bytes=5, model="m", api_key=SecretStr("k"))
    assert base == fingerprint(same, every, "rules")
    others = {
        fingerprint(Settings(), one, "rules"),
        fingerprint(Settings(token_budget=7), every, "rules"),
        fingerprint(Settings(language="en"), every, "rules"),
        fingerprint(Settings(max_pixels=7), every, "rules"),
        fingerprint(Settings(), every, "llm"),
        fingerprint(Settings(), every, "hybrid"),
    }
    assert len(others | {base}) == 7


def test_a_budget_of_tokens_changes_no_reading() -> None:
    assert reading_mark(Settings()) == reading_mark(Settings(token_budget=7)) != reading_mark(Settings(dpi=7))


def test_comments_docstrings_and_line_breaks_change_nothing() -> None:
    plain = b"def f(a):\n    return a + 1\n"
    said = b'"""A module."""\n\n# why\ndef f(\n    a,\n):\n    """A function."""\n    return a + 1  # one more\n'
    assert code_text(plain) == code_text(said) != code_text(plain.replace(b"1", b"2"))


def test_every_part_of_the_package_that_gives_answers_belongs_to_a_stage() -> None:
    stages = {place for places in CODE.values() for place in places}
    apart = {"api.py", "cli", "version.py", "config.py", "errors.py", "export", "inspect", "ledger", "review", "runs"}
    for path in (ROOT / "extractor").iterdir():
        if path.name in apart or path.suffix not in ("", ".py") or path.name.startswith("__"):
            continue
        name = f"extractor/{path.name}"
        assert any(place == name or place.startswith(f"{name}/") for place in stages), name


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the code of some stages another."""

    def change(*stages: Stage) -> None:
        monkeypatch.setattr(
            fingerprints, "code_hash", lambda stage: f"{code_hash(stage)}{'!' if stage in stages else ''}"
        )

    return change


def test_another_engine_s_code_changes_no_result(changed: Callable[..., None]) -> None:
    specs = run.load_schemas(())
    base = fingerprint(Settings(), specs, "rules")
    changed("llm", "hybrid")
    assert fingerprint(Settings(), specs, "rules") == base
    changed("accounting")
    assert fingerprint(Settings(), specs, "rules") != base


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder with a picture; what an OCR would read of it; the names of the files that it was asked to read."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.png").write_bytes(b"a picture")
    asked: list[str] = []

    def read(path: Path, name: str, settings: Settings) -> Document:
        asked.append(name)
        return Document(name, readers.sha256(path), (Page(1, (Line(1, 1, "some words"),)),), exact=False)

    monkeypatch.setattr(readers, "read", read)
    return asked


def make(tmp_path: Path) -> run.Summary:
    """A run whose worker is this process."""
    settings = Settings()
    plan = run.Plan((tmp_path / "docs",), tmp_path / "out", settings, (), "rules")
    with run.begun(plan) as (ledger, mark):
        read = run.reader(None, settings, (), "rules", tmp_path / "out" / store.FILE)
        for task in list(store.waiting(ledger)):
            store.record(ledger, mark, task, read(task))
    return run.run(plan)


def test_a_change_of_engine_or_accounting_reads_no_page_again(
    tmp_path: Path, pictures: list[str], changed: Callable[..., None]
) -> None:
    make(tmp_path)
    changed("rules", "accounting")
    made = make(tmp_path)
    assert pictures == ["a.png"] and made.counts.done == 1


def test_a_change_of_the_reading_reads_again(tmp_path: Path, pictures: list[str], changed: Callable[..., None]) -> None:
    make(tmp_path)
    changed("reading")
    make(tmp_path)
    assert pictures == ["a.png", "a.png"]
