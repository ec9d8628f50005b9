"""Lists whose columns a person has confirmed to have no header: a printed sum shows which number is which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.relations import Sums
from tests.accounting.asked_cases import NUMBER, TEXT, doubts, rows_of, schema, told

SUM = (Sums("subtotal", ("items[].amount",)),)
BARE: dict[str, Any] = {"items__item": [""], "items__number": [""], "items__price": [""], "items__amount": [""]}


def test_numbers_without_a_header_are_in_doubt_unless_a_sum_shows_them(tmp_path: Path) -> None:
    properties = {"items": rows_of(item=TEXT, number=NUMBER, amount=NUMBER), "subtotal": NUMBER}
    text = "| Rope | 2 | 25.00 |\n| --- | --- | --- |\n| Anchor | 3 | 24.00 |\n\nSubtotal 49.00\n"
    right = {"items": [["1", "Rope", "2", "25.00"], ["2", "Anchor", "3", "24.00"]], "subtotal": "49.00"}
    wrong = {"items": [["1", "Rope", "25.00", "2"], ["2", "Anchor", "24.00", "3"]], "subtotal": "49.00"}
    summed, plain = schema(tmp_path, properties, SUM), schema(tmp_path, properties)
    assert not told(tmp_path, summed, text, right, **BARE).unsettled
    assert "unproven" in doubts(told(tmp_path, plain, text, right, **BARE), "items")
    assert "unproven" in doubts(told(tmp_path, summed, text, wrong, **BARE), "items")


def test_a_sum_that_fails_is_a_doubt_on_its_list(tmp_path: Path) -> None:
    properties = {"items": rows_of(item=TEXT, number=NUMBER, amount=NUMBER), "subtotal": NUMBER}
    text = "| Rope | 2 | 25.00 |\n| --- | --- | --- |\n| Anchor | 3 | 24.00 |\n\nSubtotal 49.00\n"
    record = told(tmp_path, schema(tmp_path, properties, SUM), text, {
        "items": [["1", "Rope", "2", "25.00"]], "subtotal": "49.00",
    }, **BARE)  # fmt: skip
    assert "sums" in doubts(record, "items")


def test_two_numbers_that_no_sum_shows_are_told_apart_by_a_label_between_them(tmp_path: Path) -> None:
    price = {"type": "number", "x-labels": ["@"]}
    properties = {"items": rows_of(item=TEXT, number=NUMBER, price=price, amount=NUMBER), "subtotal": NUMBER}
    lines = "| Rope | 2 {0} 12.50 | 25.00 |\n| --- | --- | --- |\n| Anchor | 3 {0} 8.00 | 24.00 |\n\nSubtotal 49.00\n"
    right = {
        "items": [["1", "Rope", "2", "12.50", "25.00"], ["2", "Anchor", "3", "8.00", "24.00"]],
        "subtotal": "49.00",
    }
    wrong = {
        "items": [["1", "Rope", "12.50", "2", "25.00"], ["2", "Anchor", "3", "8.00", "24.00"]],
        "subtotal": "49.00",
    }
    spec = schema(tmp_path, properties, SUM)
    assert "unproven" not in doubts(told(tmp_path, spec, lines.format("@"), right, **BARE), "items[0]")
    assert "unproven" in doubts(told(tmp_path, spec, lines.format("@"), wrong, **BARE), "items[0]")
    assert "unproven" in doubts(told(tmp_path, spec, lines.format("/"), right, **BARE), "items[0]")
