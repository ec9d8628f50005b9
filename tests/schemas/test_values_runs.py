"""Whole runs on values as people print them: each is right, or its record says that it is in doubt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main


def run(folder: Path, properties: dict[str, Any], document: str, *more: str) -> dict[str, Any]:
    """The one record of a Markdown document under a JSON Schema of these properties."""
    (folder / "case.json").write_text(json.dumps({"type": "object", "properties": properties}), encoding="utf-8")
    (folder / "case.md").write_text(document, encoding="utf-8")
    out = folder / "out"
    schema = str(folder / "case.json")
    assert (
        main(["run", str(folder / "case.md"), "--schema", schema, "--engine", "rules", "--out", str(out), *more]) == 0
    )
    (line,) = (out / "records.jsonl").read_text(encoding="utf-8").splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def doubted(record: dict[str, Any]) -> dict[str, str]:
    return {f["path"]: f["kind"] for f in record["findings"] if f["about"] == "reading"}


PARCEL: dict[str, Any] = {
    "sent": {"type": "string", "format": "date", "title": "Sent"},
    "due": {"type": "string", "format": "date", "title": "Due"},
    "fee": {"type": "number", "title": "Fee"},
    "weight": {"type": "number", "title": "Weight"},
}


def test_dates_and_amounts_as_people_print_them(tmp_path: Path) -> None:
    table = "| Sent | 7 July 2031 | Due | August 9th, 2031 |\n| --- | --- | --- | --- |\n"
    record = run(tmp_path, PARCEL, table + "| Fee | (€ 1.250,75) | Weight | 3 kg |\n")
    assert record["values"] == {"sent": "2031-07-07", "due": "2031-08-09", "fee": -1250.75, "weight": 3}
    assert record["settled"]


def test_what_can_be_read_in_two_ways_is_a_doubt(tmp_path: Path) -> None:
    table = "| Sent | 04/06/2031 | Due | 7.9.2031 |\n| --- | --- | --- | --- |\n| Fee | 3.125 | Weight | 3 kg |\n"
    record = run(tmp_path, PARCEL, table)
    assert doubted(record) == {"sent": "ambiguous_value", "fee": "ambiguous_value"}
    assert record["values"]["due"] == "2031-09-07"


def test_the_locale_decides_what_the_document_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_LOCALE", "nl")
    table = "| Sent | 04/06/2031 | Due | 7.9.2031 |\n| --- | --- | --- | --- |\n| Fee | 3.125 | Weight | 3 kg |\n"
    record = run(tmp_path, PARCEL, table)
    assert record["values"] == {"sent": "2031-06-04", "due": "2031-09-07", "fee": 3125, "weight": 3}
    assert record["settled"]


def test_another_number_of_the_document_decides(tmp_path: Path) -> None:
    table = "| Sent | 30/06/2031 | Due | 04/07/2031 |\n| --- | --- | --- | --- |\n| Fee | 0,75 | Weight | 3.125 |\n"
    record = run(tmp_path, PARCEL, table.replace("0,75", "10,75"))
    assert record["values"] == {"sent": "2031-06-30", "due": "2031-07-04", "fee": 10.75, "weight": 3125}
    assert record["settled"]


def test_a_member_of_an_enum_in_other_letters_or_in_another_language(tmp_path: Path) -> None:
    status = {"enum": ["open", "closed"], "title": "Stand", "x-enum-labels": {"closed": ["abgeschlossen"]}}
    properties = {"first": {**status, "title": "First"}, "second": {**status, "title": "Second"}}
    record = run(tmp_path, properties, "| First | OPEN | Second | Abgeschlossen |\n| --- | --- | --- | --- |\n")
    assert record["values"] == {"first": "open", "second": "closed"}
    assert record["settled"]
