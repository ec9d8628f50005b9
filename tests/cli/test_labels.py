"""`extractor labels`: what a run met, what is confirmed, and that the next run settles it without a call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from extractor.cli.label_commands import met
from extractor.errors import CallError
from schemas import confirmed_labels
from tests.fault_server import Faults, Step, running

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "boat": {"type": "string", "title": "Boat"},
        "length": {"type": "number"},
        "jobs": {
            "type": "array",
            "items": {"type": "object", "properties": {"job": {"type": "string"}, "hours": {"type": "number"}}},
        },
    },
}
DOCUMENT = """| Boat | Petrel | Length over all | 9.50 |
| --- | --- | --- | --- |

| Job | Time spent |
| --- | --- |
| Antifouling | 6.50 |
| Rigging | 2.25 |
"""
ANSWER: dict[str, Any] = {
    "boat": "Petrel",
    "length": "9.50",
    "jobs": [["4", "Antifouling", "6.50"], ["5", "Rigging", "2.25"]],
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("yard.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    Path("order.md").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path


def run(*more: str, answer: dict[str, Any] | None = None) -> tuple[dict[str, Any], int]:
    """The one record of a run, and how many calls it made."""
    with running(Faults((Step(answer=json.dumps(answer or ANSWER)),))) as server:
        settings = f'base_url = "{server.url}"\nanswer_mode = "tools"\ncorrections = 0\n'
        Path("extractor.toml").write_text(settings, encoding="utf-8")
        call = ["run", "order.md", "--schema", "yard.json", "--engine", "llm", "--model", "m", "--out", "out"]
        assert main([*call, *more]) == 0
        calls = len(server.faults.requests)
    (line,) = Path("out/records.jsonl").read_text(encoding="utf-8").splitlines()
    record: dict[str, Any] = json.loads(line)
    return record, calls


def unconfirmed(record: dict[str, Any]) -> list[str]:
    return [f["path"] for f in record["findings"] if f["kind"] == "label_unconfirmed"]


def test_labels_that_are_not_known_are_quoted_counted_and_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    record, calls = run()
    assert calls == 1
    assert unconfirmed(record) == ["length", "jobs[0].hours", "jobs[1].hours"]
    capsys.readouterr()
    assert main(["labels", "out"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "yard.jobs[].hours=Time spent  (2×: 6.5 · 2.25)",
        "yard.length=Length over all  (1×: 9.5)",
    ]
    chosen = ["--confirm", "yard.length=Length over all", "--confirm", "yard.jobs[].hours=Time spent"]
    assert main(["labels", "out", *chosen]) == 0
    assert confirmed_labels.read(Path("yard.labels.toml")) == {
        "length": ("Length over all",),
        "jobs[].hours": ("Time spent",),
    }


def test_confirmed_labels_settle_the_next_run_without_a_call() -> None:
    run()
    confirmed_labels.write(Path("mine.toml"), {"length": ("LENGTH over all",), "jobs[].hours": ("Time spent",)})
    record, calls = run("--labels", "mine.toml")
    assert calls == 0
    assert unconfirmed(record) == []
    assert record["settled"], [(f["path"], f["message"]) for f in record["findings"]]


def test_a_value_under_the_label_of_another_field_is_quoted_too() -> None:
    record, _ = run(answer={**ANSWER, "length": "", "boat": "9.50"})
    assert "boat" in unconfirmed(record)


def test_a_value_without_any_label_can_be_confirmed_as_such() -> None:
    Path("order.md").write_text("Petrel\n\n" + DOCUMENT.replace("| Boat | Petrel |", "| Crew | 4 |"), encoding="utf-8")
    record, _ = run()
    assert "boat" in unconfirmed(record)
    assert main(["labels", "out", "--confirm", "yard.boat="]) == 0
    record, calls = run()
    assert calls == 0
    assert "boat" not in unconfirmed(record)


def test_a_long_text_before_a_value_is_quoted_in_part() -> None:
    Path("order.md").write_text(DOCUMENT.replace("Length over all", "Length over all " + "of the boat " * 5))
    run()
    quoted = [one.label for one in met(Path("out")) if one.field == "length"]
    assert quoted == ["Length over all of the boat of the boat "]


def test_what_the_run_did_not_meet_is_not_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    assert main(["labels", "out", "--confirm", "yard.length=Beam"]) == 2
    assert "it met yard.length=Length over all" in capsys.readouterr().err
    assert not Path("yard.labels.toml").exists()


def test_a_folder_without_records_is_named() -> None:
    with pytest.raises(CallError, match=r"holds no records\.jsonl"):
        met(Path("nowhere"))


def test_a_file_of_labels_with_an_unknown_field_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    confirmed_labels.write(Path("yard.labels.toml"), {"lenght": ("Length over all",)})
    assert main(["run", "order.md", "--schema", "yard.json", "--engine", "rules", "--out", "out"]) == 2
    assert "the schema yard has no field 'lenght'" in capsys.readouterr().err
