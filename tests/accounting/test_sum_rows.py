"""A row among those of a list that states their sum is no lost row."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accounting.asked_cases import NUMBER, TEXT, rows_of, schema, told

ROWS = """| Item | Weight | Price |
| --- | --- | --- |
| Rope | 4 | 12.50 |
| Anchor | 30 | 8.00 |
| {} | | {} |
| Buoy | 2 | 6.25 |
"""
ANSWER = {"items": [["3", "Rope", "4", "12.50"], ["4", "Anchor", "30", "8.00"], ["6", "Buoy", "2", "6.25"]]}


@pytest.mark.parametrize(
    ("label", "number", "settled"),
    [("Carried forward", "20.50", True), ("Carried forward", "20.00", False), ("Oars", "8.00", False)],
)
def test_a_row_passed_over_is_no_doubt_only_if_it_is_the_sum_of_those_above(
    tmp_path: Path, label: str, number: str, settled: bool
) -> None:
    spec = schema(tmp_path, {"items": rows_of(item=TEXT, weight=NUMBER, price=NUMBER)})
    record = told(tmp_path, spec, ROWS.format(label, number), ANSWER)
    assert len(record.values["items"]) == 3
    assert (not record.unsettled) is settled
