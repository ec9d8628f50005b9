"""Whole runs of `rules` with schemas that ask for some fields of a page: labels, ends of values, what is left over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main

TEXT: dict[str, Any] = {"type": "string"}
BERTH: dict[str, Any] = {
    "boat_name": TEXT,
    "date_of_arrival": {"type": "string", "format": "date"},
    "berth_number": TEXT,
    "harbour_fee": {"type": "number"},
}
BERTH_TEXT = "Boat Name: Petrel\nBerth Number: 17\nHarbour Fee: 12.50\nDate of Arrival: 4 May 2031\n"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def one(properties: dict[str, Any], document: str, name: str = "case.md", **more: Any) -> dict[str, Any]:
        schema, file, out = tmp_path / "case.json", tmp_path / name, tmp_path / "out"
        schema.write_text(json.dumps({"type": "object", "properties": properties, **more}), encoding="utf-8")
        file.write_text(document, encoding="utf-8")
        arguments = ["run", str(file), "--schema", str(schema), "--engine", "rules", "--out", str(out)]
        assert main(arguments) == 0
        (line,) = (out / "records.jsonl").read_text(encoding="utf-8").splitlines()
        record: dict[str, Any] = json.loads(line)
        return record

    return one


def kinds(record: dict[str, Any], path: str) -> set[str]:
    return {f["kind"] for f in record["findings"] if f["path"] == path and f["about"] == "reading"}


def test_labels_match_whatever_their_case_and_spelling(run: Any) -> None:
    table = "| Boat Name | Petrel | DATE OF ARRIVAL | 2031-05-04 |\n| --- | --- | --- | --- |\n"
    record = run(BERTH, table + "| Berth number: | 17 | harbour fee | 12.50 |\n")
    values = {"boat_name": "Petrel", "date_of_arrival": "2031-05-04", "berth_number": "17", "harbour_fee": 12.5}
    assert record["values"] == values
    assert record["settled"]


def test_a_cell_with_an_unknown_label_ends_the_value_before_it(run: Any) -> None:
    table = "| Boat Name | Petrel | Skipper | Ada Brink |\n| --- | --- | --- | --- |\n"
    record = run(BERTH, table + "| Berth Number | 17 | Harbour Fee | 12.50 |\n")
    assert record["values"] == {"boat_name": "Petrel", "berth_number": "17", "harbour_fee": 12.5}
    assert not kinds(record, "boat_name")
    assert "not_found" in kinds(record, "date_of_arrival")


def test_one_more_cell_behind_a_value_puts_it_in_doubt(run: Any) -> None:
    record = run(BERTH, "| Boat Name | Petrel | of Hull |\n| --- | --- | --- |\n| Berth Number | 17 | |\n")
    assert kinds(record, "boat_name") == {"value_end_unclear"}


def test_a_line_with_an_unknown_label_ends_the_value_before_it(run: Any) -> None:
    text = "Boat Name: Petrel\nSkipper: Ada Brink\nBerth Number: 17\nHarbour Fee: 12.50\n"
    record = run(BERTH, text, "case.txt")
    assert record["values"] == {"boat_name": "Petrel", "berth_number": "17", "harbour_fee": 12.5}
    assert not kinds(record, "boat_name")


def test_a_value_over_several_lines_ends_before_a_label_and_is_in_doubt(run: Any) -> None:
    text = "Boat Name: Petrel\nof Hull\nSkipper: Ada Brink\nBerth Number: 17\nHarbour Fee: 12.50\n"
    record = run(BERTH, text, "case.txt")
    assert record["values"]["boat_name"] == "Petrel of Hull"
    assert kinds(record, "boat_name") == {"value_end_unclear"}


def test_a_label_inside_of_a_value_puts_it_in_doubt(run: Any) -> None:
    record = run(BERTH, "Boat Name: Petrel Fax: 555-0117\nBerth Number: 17\n", "case.txt")
    assert "value_end_unclear" in kinds(record, "boat_name")


def test_words_of_prose_are_no_labels(run: Any) -> None:
    properties = {"to": TEXT, "total": {"type": "number", "title": "Total"}, "berth_number": TEXT}
    text = "Berth Number: 17\n\nPlease pay to the harbour master, in total and at once.\nTotal 12.50\n"
    record = run(properties, text, "case.txt")
    assert record["values"] == {"berth_number": "17", "total": 12.5}


def test_a_factor_in_words_is_not_left_out_of_a_number(run: Any) -> None:
    record = run(BERTH, "Boat Name: Petrel\nHarbour Fee: 3 million\n", "case.txt")
    assert kinds(record, "harbour_fee") & {"text_left", "not_a_value"}


def test_labels_above_their_values(run: Any) -> None:
    table = "| Boat Name | Date of Arrival | Berth Number |\n| --- | --- | --- |\n| Petrel | 4 May 2031 | 17 |\n"
    record = run(BERTH, table)
    assert record["values"] == {"boat_name": "Petrel", "date_of_arrival": "2031-05-04", "berth_number": "17"}


def test_text_that_nobody_asked_for_is_no_finding(run: Any) -> None:
    record = run(BERTH, BERTH_TEXT + "\nMind the tide at the sill.\n", "case.txt")
    assert record["settled"]
    assert record["residue"] == []


PIECE = {"part": TEXT, "pieces": {"type": "integer"}, "price": {"type": "number"}}
PARTS: dict[str, Any] = {
    "parts": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"part": TEXT, "pieces": {"type": "integer"}, "price": {"type": "number"}},
        },
    }
}


def test_an_unread_cell_of_a_column_that_is_asked_for_is_a_finding_on_its_list(run: Any) -> None:
    table = "| Part | Pieces | Price |\n| --- | --- | --- |\n| Shackle | 4 | 2.50 |\n| Cleat | 2 | 7.25 |\n"
    record = run(PARTS, table + "| Rope locker, closed, with lid | | | \n")
    assert len(record["values"]["parts"]) >= 2
    assert not record["settled"]


def test_accounts_all_makes_every_character_count(run: Any) -> None:
    record = run(BERTH, BERTH_TEXT + "\nMind the tide at the sill.\n", "case.txt", **{"x-accounts": "all"})
    assert not record["settled"]


def test_a_percentage_or_a_bracket_behind_a_label(run: Any) -> None:
    properties = {name: {"type": "number"} for name in ("discount", "tax", "total")}
    table = "| Discount (5%) | 1.00 |\n| --- | --- |\n| Tax 8.25% | 2.00 |\n| Total | 3.00 |\n"
    record = run(properties, table)
    assert record["values"] == {"discount": 1, "tax": 2, "total": 3}
    assert record["settled"]
