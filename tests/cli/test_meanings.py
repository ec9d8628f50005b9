"""Printed words that mean a value: in doubt until a person confirms them once, never lost, never invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from schemas import confirmed_labels
from schemas.meanings import Meaning
from tests.fault_server import Faults, Step, running

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "boat": {"type": "string"},
        "moored": {"type": "boolean"},
        "berths": {"type": "integer"},
        "entries": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"entry": {"type": "string"}, "amount": {"type": "number", "description": "cost < 0"}},
            },
        },
    },
}
DOCUMENT = """| Boat | Petrel | Moored | ashore | Berths | FOUR (4) |
| --- | --- | --- | --- | --- | --- |

| Entry | Amount | Kind |
| --- | --- | --- |
| Antifouling | 6.50 | cost |
| Refund | 2.25 | gain |
| Rigging | 4.00 | cost |
"""
ANSWER: dict[str, Any] = {
    "boat": "Petrel",
    "moored": "ashore => false",
    "berths": "FOUR (4) => 4",
    "entries": [
        ["3", "Antifouling", "6.50[3] cost => -6.50"],
        ["4", "Refund", "2.25"],
        ["5", "Rigging", "4.00[5] cost => -4.00"],
    ],
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("yard.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    Path("order.md").write_text(DOCUMENT, encoding="utf-8")


def run(answer: dict[str, Any] = ANSWER) -> tuple[dict[str, Any], int]:
    """The one record of a run, and how many calls it made."""
    with running(Faults((Step(answer=json.dumps(answer)),))) as server:
        settings = f'base_url = "{server.url}"\nanswer_mode = "tools"\ncorrections = 0\n'
        Path("extractor.toml").write_text(settings, encoding="utf-8")
        call = ["run", "order.md", "--schema", "yard.json", "--engine", "llm", "--model", "m", "--out", "out"]
        assert main(call) == 0
        calls = len(server.faults.requests)
    (line,) = Path("out/records.jsonl").read_text(encoding="utf-8").splitlines()
    record: dict[str, Any] = json.loads(line)
    return record, calls


def doubted(record: dict[str, Any], kind: str = "meaning_unconfirmed") -> list[str]:
    return [f["path"] for f in record["findings"] if f["kind"] == kind]


def test_words_not_known_to_mean_a_value_are_a_doubt_until_they_are_confirmed_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record, calls = run()
    assert calls == 1
    assert record["values"]["moored"] is False
    assert record["values"]["berths"] == 4
    assert [entry["amount"] for entry in record["values"]["entries"]] == [-6.5, 2.25, -4.0]
    assert doubted(record) == ["moored", "entries[0].amount", "entries[2].amount"]
    assert {"moored", "entries[0].amount", "entries[2].amount"} <= set(record["unsettled"])
    assert [span["text"] for span in record["evidence"]["entries[0].amount"]] == ["6.50", "cost"]
    capsys.readouterr()
    main(["labels", "out"])
    assert capsys.readouterr().out.splitlines() == [
        "yard.entries[].amount=# cost => -#  (2×: -6.5 · -4.0)",
        "yard.moored=ashore => false  (1×: False)",
    ]
    chosen = ["--confirm", "yard.entries[].amount=# cost => -#", "--confirm", "yard.moored=ashore => false"]
    assert main(["labels", "out", *chosen]) == 0
    again, calls = run()
    assert calls == 0
    assert not doubted(again)
    assert again["values"] == record["values"]
    assert again["settled"]


def test_confirmed_words_are_their_value_though_no_engine_says_so() -> None:
    confirmed_labels.write(Path("yard.labels.toml"), {}, {"moored": (Meaning("ashore", "false"),)})
    record, _ = run({**ANSWER, "moored": "ashore"})
    assert record["values"]["moored"] is False
    assert "moored" not in record["unsettled"]


def test_a_value_without_words_and_words_that_stand_nowhere_are_doubts() -> None:
    record, _ = run({**ANSWER, "moored": "adrift => false", "entries": [["3", "Antifouling", "6.50[4] fee => -6.50"]]})
    assert "moored" not in record["values"] or record["values"]["moored"] is None
    assert {"moored", "entries[0].amount"} <= set(doubted(record, "no_evidence"))


def test_a_field_that_is_said_to_be_nothing_has_no_value() -> None:
    record, _ = run({**ANSWER, "moored": "ashore => null"})
    assert record["values"].get("moored") is None
    assert "moored" in record["unsettled"]


def test_meanings_and_labels_are_kept_in_one_file() -> None:
    path = Path("yard.labels.toml")
    labels = {"boat": ("Vessel",)}
    meanings = {"entries[].amount": (Meaning("# cost", "-#"), Meaning('a "b" = c', "1"))}
    confirmed_labels.write(path, labels, meanings)
    assert confirmed_labels.read(path) == labels
    assert confirmed_labels.read_meanings(path) == meanings


def test_a_table_of_meanings_that_is_none_is_named() -> None:
    path = Path("yard.labels.toml")
    path.write_text('[meanings]\nboat = ["Petrel"]\n', encoding="utf-8")
    with pytest.raises(LookupError, match=r"yard\.labels\.toml: \[meanings\]"):
        confirmed_labels.read_meanings(path)
