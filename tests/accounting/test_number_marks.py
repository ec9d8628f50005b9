"""What stands beside a number and belongs to it is no lost text; what may be a value or a sign is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accounting.asked_cases import NUMBER, TEXT, doubts, rows_of, schema, told

ROWS = "| Item | Price |\n| --- | --- |\n| Rope | {} |\n| Anchor | 8.00 |\n"
ANSWER = {"items": [["3", "Rope", "12.50"], ["4", "Anchor", "8.00"]]}


@pytest.mark.parametrize("printed", ["$12.50", "€ 12.50", "12.50 EUR", "12.50 kg", "12.50/kg"])
def test_the_currency_and_the_unit_beside_a_number_are_its_own(tmp_path: Path, printed: str) -> None:
    spec = schema(tmp_path, {"items": rows_of(item=TEXT, price=NUMBER)})
    record = told(tmp_path, spec, ROWS.format(printed), ANSWER)
    assert record.values["items"][0] == {"item": "Rope", "price": 12.5}
    assert not record.unsettled


@pytest.mark.parametrize("printed", ["12.50 D", "12.50 Cr", "12.50 Af", "12.50 14.00", "12.50 see note 4"])
def test_what_may_be_a_sign_or_a_value_of_its_own_is_a_doubt(tmp_path: Path, printed: str) -> None:
    spec = schema(tmp_path, {"items": rows_of(item=TEXT, price=NUMBER)})
    record = told(tmp_path, spec, ROWS.format(printed), ANSWER)
    assert "residue" in doubts(record, "items[0]")


def test_a_unit_is_a_doubt_where_the_row_asks_for_a_text_that_it_has_not(tmp_path: Path) -> None:
    spec = schema(tmp_path, {"items": rows_of(item=TEXT, price=NUMBER, unit=TEXT)})
    answer = {"items": [[*row, ""] for row in ANSWER["items"]]}
    record = told(tmp_path, spec, ROWS.format("12.50 kg"), answer)
    assert "residue" in doubts(record, "items[0]")
