"""Text beside a value doubts that value alone, and only if it may be the rest of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extractor.accounting.number_marks import may_go_on
from extractor.document.results import Place
from tests.accounting.asked_cases import NUMBER, TEXT, doubts, rows_of, schema, told

FIELDS: dict[str, Any] = {
    "boat_name": TEXT,
    "arrival": {"type": "string", "format": "date"},
    "harbour_fee": NUMBER,
}
PAGE = "| Boat Name | {} |\n| --- | --- |\n| Arrival | {} |\n| Harbour Fee | {} |\n"
ANSWER = {"boat_name": "Petrel", "arrival": "4 May 2031", "harbour_fee": "12.50"}


def test_text_beside_a_name_doubts_the_name_alone(tmp_path: Path) -> None:
    record = told(tmp_path, schema(tmp_path, FIELDS), PAGE.format("Petrel of Hull", "4 May 2031", "12.50"), ANSWER)
    assert "residue" in doubts(record, "boat_name")
    assert record.unsettled == ("boat_name",)


def test_text_beside_a_date_or_a_number_is_no_part_of_it(tmp_path: Path) -> None:
    page = PAGE.format("Petrel", "4 May 2031 08:40", "12.50 (paid)")
    assert not told(tmp_path, schema(tmp_path, FIELDS), page, ANSWER).unsettled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-12.50", True), ("1 12.50", True), ("3 12.50", True), ("no. 12.50", False), ("Fee: 12.50", False),
        ("12.50-", True), ("12.50 million", True), ("12.50 D", True), ("12.50 paid", False), ("12.50 (paid", False),
        ("(12.50", False),
    ],
)  # fmt: skip
def test_a_number_goes_on_in_a_sign_in_digits_or_in_a_multiplier(text: str, expected: bool) -> None:
    start = text.index("12.50")
    number = Place(1, "L1", start, start + 5)
    before = Place(1, "L1", 0, len(text[:start].rstrip()))
    behind = Place(1, "L1", len(text) - len(text[start + 5 :].lstrip()), len(text))
    assert may_go_on(text, before if start else behind, number) is expected


def test_brackets_around_a_number_are_its_sign() -> None:
    number = Place(1, "L1", 1, 6)
    assert may_go_on("(12.50)", Place(1, "L1", 0, 1), number)
    assert may_go_on("(12.50)", Place(1, "L1", 6, 7), number)


@pytest.mark.parametrize(("code", "doubted"), [("17", False), ("", True)])
def test_a_column_that_the_answer_does_not_name_is_nobodys_if_each_field_has_a_column(
    tmp_path: Path, code: str, doubted: bool
) -> None:
    properties = {"goods": rows_of(what=TEXT, worth=NUMBER, code=TEXT)}
    page = f"| Article | Deck | Sum | No |\n| --- | --- | --- | --- |\n| Rope | aft | 12.50 | {code} |\n"
    labels = {"goods.what": "[1] Article", "goods.worth": "[1] Sum", "goods.code": "[1] No"}
    answer = {"goods": [["2", "Rope", "12.50", code]], "labels": labels}
    record = told(tmp_path, schema(tmp_path, properties), page, answer)
    assert ("residue" in doubts(record, "goods[0]")) is doubted


def test_a_lost_cell_of_a_part_in_a_part_doubts_its_row_alone(tmp_path: Path) -> None:
    ports = rows_of(port=TEXT, fees={"type": "array", "items": {"type": "object", "properties": {"what": TEXT}}})
    page = "Port: Hull\n\nberth 12.50\n\nwater\n"
    answer = {"ports": [{"at": "1-3", "port": "Hull", "fees": [["2", "berth"], ["3", "water"]]}]}
    record = told(tmp_path, schema(tmp_path, {"ports": ports}), page, answer, "case.txt")
    assert "residue" in doubts(record, "ports[0].fees[0]")
    assert "residue" not in doubts(record, "ports[0]")
