"""The command as a person calls it: real files, the real pipeline, its output and its exit status."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import schemas
from extractor import readers
from extractor.cli import main
from extractor.config import PREFIX, Settings
from extractor.document.geometry import covered
from extractor.inspect import outline
from tests.paths import DOCUMENTS, SAMPLES

TEXT = "linhe-2022-department-targets.txt"
COMMAND = [sys.executable, "-c", "import sys; from extractor.cli import main; sys.exit(main())"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and no settings."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    return tmp_path


def documents() -> list[dict[str, object]]:
    return [json.loads(line) for line in Path("out/documents.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]


def one_line(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit status and the reason of a call that is wrong: one line on stderr, nothing on stdout."""
    status = main(arguments)
    seen = capsys.readouterr()
    assert seen.out == ""
    assert len(seen.err.splitlines()) == 1, seen.err
    return status, seen.err.strip()


# run


def test_run_reads_documents_and_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(SAMPLES / TEXT), "--out", "out"]) == 0
    seen = capsys.readouterr()
    assert "engine: rules (built in, no network); no model is configured" in seen.err
    assert "1 of 1 documents read" in seen.err
    assert "department_target" in seen.out
    for word in ("documents", "forms", "settled forms", "forms for review", "failed", "residue", "seconds"):
        assert word in seen.out
    assert "out/records.jsonl" in seen.out
    records = [json.loads(line) for line in Path("out/records.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(r["document"], r["form"], r["schema"]) for r in records] == [
        (TEXT, n, "department_target") for n in (0, 1)
    ]
    assert documents()[0]["status"] == "done"
    assert main(["run", str(SAMPLES / TEXT), "--out", "out"]) == 0
    seen = capsys.readouterr()
    assert "nothing new to read" in seen.err
    assert "1 (1 read before)" in seen.out


def test_run_names_what_failed_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    docs = Path("docs")
    docs.mkdir()
    (docs / "a.txt").write_bytes((SAMPLES / TEXT).read_bytes())
    (docs / "empty.txt").write_bytes(b"")
    (docs / "noise.txt").write_bytes(os.urandom(1_000_000))
    (docs / "z.html").write_text("<p>只有一句话。</p>", encoding="utf-8")
    assert main(["run", "docs", "--out", "out", "--workers", "1"]) == 1
    seen = capsys.readouterr()
    by_name = {str(d["document"]): d for d in documents()}
    assert [by_name[name]["status"] for name in ("a.txt", "empty.txt", "noise.txt", "z.html")] == [
        "done", "failed", "failed", "done",
    ]  # fmt: skip
    for name in ("empty.txt", "noise.txt"):
        assert by_name[name]["reason"]
        assert f"failed: {name}: {by_name[name]['reason']}" in seen.err
    assert seen.err.count("failed: ") == 2


def test_run_with_one_schema_leaves_the_rest_to_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(SAMPLES / TEXT), "--out", "out", "--schema", "project_target"]) == 0
    assert "department_target" not in capsys.readouterr().out


def test_run_takes_settings_from_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("extractor.toml").write_text("max_bytes = 10")
    assert main(["run", str(SAMPLES / TEXT), "--out", "out"]) == 1
    assert "more than the 10 that setting max_bytes allows" in capsys.readouterr().err
    Path("other.toml").write_text('engine = "rules"')
    assert main(["run", str(SAMPLES / TEXT), "--out", "out", "--config", "other.toml"]) == 0
    assert "engine: rules\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("run absent --out out", "absent: no such file or directory"),
        ("run empty --out out", "no documents in empty"),
        ("run docs --out docs", "docs: is the output folder too"),
        ("run docs --out docs/a.txt", "docs/a.txt: results cannot be written here"),
        ("run docs --out /proc/absent", "/proc/absent: results cannot be written here"),
        ("run docs --out out --schema nonsense", "no schema named 'nonsense'; there are: project_target"),
        ("run docs --out out --schema absent.py:Invoice", "absent.py: no such schema file"),
        ("run docs --out out --engine magic", "invalid choice: 'magic'"),
        ("run docs --out out --engine llm", "engine llm needs a model"),
        ("run docs --out out --replay calls.jsonl", "--replay is about calls of a model, and engine rules makes none"),
        ("run docs --out out --engine rules --model m --budget 2.5", "--budget is about calls of a model"),
        ("run docs --out out --workers 0", "argument --workers: must be 1 or more"),
        ("run docs --out out --config absent.toml", "absent.toml: no such settings file"),
        ("run docs", "the following arguments are required: --out"),
        ("look absent", "absent: no such file"),
        ("look docs", "docs: is a folder; name one file"),
        ("look docs/a.txt --json --prompt", "argument --prompt: not allowed with argument --json"),
        ("export out --to a.csv", "out: no run is kept here"),
        ("eval out --gold gold", "gold: "),
        ("schemas --schema nonsense", "no schema named 'nonsense'"),
        ("nonsense", "invalid choice: 'nonsense'"),
        ("", "the following arguments are required: COMMAND"),
    ],
)
def test_a_wrong_call_gives_a_reason_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: str, says: str
) -> None:
    Path("empty").mkdir()
    Path("docs").mkdir()
    Path("docs/a.txt").write_text("text")
    status, reason = one_line(capsys, *arguments.split())
    assert status == 2
    assert says in reason
    assert reason.startswith("extractor")
    assert not Path("out").exists(), "a wrong call leaves nothing behind"


def test_a_wrong_setting_in_the_environment_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTRACTOR_MAX_PAGES", "many")
    status, reason = one_line(capsys, "doctor")
    assert (status, "setting max_pages" in reason) == (2, True)


def test_an_error_nobody_expected_is_one_line_unless_debugging(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extractor.cli.commands.Settings.load", lambda *_: 1 / 0)
    status, reason = one_line(capsys, "doctor")
    assert (status, reason) == (
        1, "extractor: internal error: ZeroDivisionError: division by zero (EXTRACTOR_DEBUG=1 shows where)",
    )  # fmt: skip
    monkeypatch.setenv("EXTRACTOR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["doctor"])


def test_a_terminal_gets_a_bar() -> None:
    ours, theirs = pty.openpty()
    Path("docs").mkdir()
    for name in "abc":
        Path(f"docs/{name}.txt").write_text(f"text of {name}")
    call = subprocess.Popen([*COMMAND, "run", "docs", "--out", "out"], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    os.close(ours)
    assert call.wait() == 0
    assert re.search(r"[0-3]/3", shown.decode())


def test_a_run_that_is_interrupted_says_how_to_go_on() -> None:
    Path("docs").mkdir()
    for number in range(400):
        Path(f"docs/{number:03}.txt").write_text((SAMPLES / TEXT).read_text(encoding="utf-8") + f"\n{number}")
    command = [*COMMAND, "run", "docs", "--out", "out", "--workers", "1"]
    call = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    ledger = Path("out/ledger.sqlite")
    while call.poll() is None and not (ledger.exists() and done_in(ledger)):
        time.sleep(0.01)
    os.killpg(call.pid, signal.SIGINT)  # as a terminal does it
    _, messages = call.communicate(timeout=60)
    assert call.returncode == 130
    assert messages.splitlines()[-1] == "extractor: stopped; the same command again goes on from here"
    assert "Traceback" not in messages
    kept = len(documents())
    assert 0 < kept < 400, "what is done is exported"
    assert main(["run", "docs", "--out", "out"]) == 0
    assert len(documents()) == 400


def done_in(ledger: Path) -> int:
    try:
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as reader:
            return int(reader.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_a_run_that_is_killed_goes_on_to_the_same_records(capsys: pytest.CaptureFixture[str]) -> None:
    Path("docs").mkdir()
    for number in range(100):
        Path(f"docs/{number:03}.txt").write_text((SAMPLES / TEXT).read_text(encoding="utf-8") + f"\n{number}")
    assert main(["run", "docs", "--out", "calm"]) == 0
    call = subprocess.Popen(
        [*COMMAND, "run", "docs", "--out", "out"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while done_in(Path("out/ledger.sqlite")) < 10:
        assert call.poll() is None
        time.sleep(0.005)
    call.kill()
    assert call.wait() == -signal.SIGKILL
    kept = done_in(Path("out/ledger.sqlite"))
    assert kept < 100
    capsys.readouterr()
    assert main(["run", "docs", "--out", "out"]) == 0
    assert f"{100 - kept} documents to read" in capsys.readouterr().err
    assert Path("out/records.jsonl").read_bytes() == Path("calm/records.jsonl").read_bytes()


def test_a_password_is_asked_for_and_never_written(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, "run", str(SAMPLES / TEXT), "--out", "out", "--password"]
    call = subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    os.close(theirs)
    assert call.stderr is not None
    assert call.stderr.read(len("password")) == b"password"
    os.write(ours, b"a-secret-word\n")  # what is typed before it is asked for is dropped
    shown, messages = call.communicate(timeout=60)
    os.close(ours)
    assert call.returncode == 0, messages
    written = b"".join(path.read_bytes() for path in Path("out").iterdir())
    assert b"a-secret-word" not in shown + messages + written


def test_a_password_that_nobody_types_is_a_wrong_call() -> None:
    call = subprocess.run(
        [*COMMAND, "run", str(SAMPLES / TEXT), "--out", "out", "--password"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True,
    )  # fmt: skip
    assert call.returncode == 2
    assert "no password was given" in call.stderr


def test_a_full_disk_is_no_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("extractor.ledger.store.record", full)
    assert main(["run", str(SAMPLES / TEXT), "--out", "out"]) == 2
    assert "extractor: the ledger cannot be used: database or disk is full" in capsys.readouterr().err


def test_output_that_nobody_reads_is_no_error() -> None:
    call = subprocess.run(f"{sys.executable} -m extractor.cli schemas | head -n 1", shell=True, capture_output=True)  # noqa: S602  # a pipe
    assert b"Traceback" not in call.stderr
    assert b"BrokenPipe" not in call.stderr


def test_the_installed_command_is_there() -> None:
    command = Path(sys.executable).with_name("extractor")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"extractor \d+\.\d+\.\d+\n", done.stdout)


# look, schemas, doctor, export, eval


def test_look_prints_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["look", str(SAMPLES / "nanpu-education-2025-targets.html"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {"pages", "forms", "chunks"} <= set(shown)
    page = shown["pages"][0]
    assert {"page", "width", "height", "lines", "tables"} <= set(page)
    assert all(set(line) == {"text", "box"} for line in page["lines"])
    table = page["tables"][0]
    assert set(table) == {"box", "cells"}
    assert set(table["cells"][0]) == {"row", "col", "row_span", "col_span", "text", "box"}
    assert any(cell["row_span"] > 1 or cell["col_span"] > 1 for cell in table["cells"])
    assert {form["schema"] for form in shown["forms"]} == {"project_target"}
    assert shown["tokens"] == sum(chunk["tokens"] for chunk in shown["chunks"]) > 0


def test_look_keeps_the_budget(capsys: pytest.CaptureFixture[str]) -> None:
    Path("extractor.toml").write_text("token_budget = 400")
    assert main(["look", str(SAMPLES / TEXT), "--json"]) == 0
    chunks = json.loads(capsys.readouterr().out)["chunks"]
    assert len(chunks) > 2
    assert max(chunk["tokens"] for chunk in chunks) <= 400


def test_look_shows_a_person_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["look", str(SAMPLES / TEXT)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(TEXT)
    assert "page 1: " in shown
    assert "form 0: department_target" in shown
    assert re.search(r"--- chunk 2: form 1, department_target, about \d+ tokens", shown)
    assert "临禾市气象局" in shown


def test_look_at_what_cannot_be_read_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.txt").write_text("")
    status, reason = one_line(capsys, "look", "empty.txt")
    assert status == 1
    assert "empty.txt" in reason


def test_schemas_lists_fields_and_labels(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas"]) == 0
    every = capsys.readouterr().out
    for words in (
        "project_target: ",
        "self_evaluation: ",
        "department_target: ",
        "table: ",
        "项目名称",
        "target (indicator)",
    ):
        assert words in every
    assert main(["schemas", "--schema", "table"]) == 0
    assert capsys.readouterr().out.startswith("table: ")


def test_doctor_names_packages_programs_and_the_model(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "Python 3.",
        "package pydantic: ",
        "program tesseract",
        "program soffice",
        "fonts",
        "none configured",
    ):
        assert words in shown
    monkeypatch.setenv("EXTRACTOR_MODEL", "some-model")
    monkeypatch.setenv("EXTRACTOR_BASE_URL", "http://localhost:9/v1")
    monkeypatch.setenv("EXTRACTOR_API_KEY", "sk-secret")
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "model: some-model at http://localhost:9/v1; a key is set" in shown
    assert "sk-secret" not in shown
    assert shown.count("Connection error") == 1


def test_export_names_the_files_that_it_made(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", str(SAMPLES / TEXT), "--out", "out"])
    capsys.readouterr()
    assert main(["export", "out", "--to", "t.csv"]) == 0
    made = capsys.readouterr().out.splitlines()
    assert "t.department_target.indicators.csv" in made
    assert all(Path(name).stat().st_size for name in made)


def test_eval_scores_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    gold = SAMPLES.parent / "gold" / TEXT.replace(".txt", ".gold.json")
    main(["run", str(SAMPLES / TEXT), "--out", "out"])
    assert main(["eval", "out", "--gold", str(gold), "--json", "score.json"]) == 0
    assert "F1" in capsys.readouterr().out
    assert json.loads(Path("score.json").read_text(encoding="utf-8"))


def test_look_draws_each_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = next((DOCUMENTS / "synth").glob("*.pdf"))
    assert main(["look", str(page), "--image", "pictures"]) == 0
    drawn = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert drawn
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in drawn)


def test_look_knows_where_forms_and_chunks_stand_on_each_page() -> None:
    page = next((DOCUMENTS / "synth").glob("*pdf-912.pdf"))
    document = readers.read(page, page.name, Settings())
    found = outline.areas(document, Settings(token_budget=800), schemas.builtin())
    forms = [area for area in found if area.kind == "form"]
    assert {area.label.split(": ")[1] for area in forms} <= {s.name for s in schemas.builtin()}
    assert {area.page for area in forms} == {p.number for p in document.pages}
    chunks = [area for area in found if area.kind == "chunk"]
    assert len({area.label for area in chunks}) > 1
    for area in chunks:
        assert any(covered(area.box, form.box) == 1 for form in forms if form.page == area.page)


def test_look_says_that_a_text_has_no_pages_to_draw(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["look", str(SAMPLES / TEXT), "--image", "pictures"]) == 1
    assert "only PDF files and images have pages to draw" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--engin", "--out-dir", "--sch"])
def test_an_option_is_known_by_its_whole_name_alone(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "docs", "--out", "out", option, "rules"]) == 2
    assert option in capsys.readouterr().err


@pytest.mark.parametrize("command", ["eval", "compare"])
def test_the_help_of_scoring_names_json_schemas(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "FILE.py:CLASS|FILE.json" in capsys.readouterr().out
