"""Superscripts beside numbers: note marks, powers and units are never digits of the number."""

from __future__ import annotations

import pytest

from schemas.numbers import NotANumber
from schemas.values import fold, parse_amount, parse_indicator


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("1,250 ¹", "1250"),
        ("1,250¹", "1250"),
        ("¹292.58", "292.58"),
        ("¹ 292.58", "292.58"),
        ("①602.25", "602.25"),
        ("2,504.36②", "2504.36"),
        ("25 m²", "25"),
        ("7", "7"),
    ],
)
def test_a_note_mark_is_no_digit(printed: str, value: str) -> None:
    assert parse_amount(printed) == value


@pytest.mark.parametrize("printed", ["10⁴", "5 × 10⁴", "10⁻³", "x₂"])
def test_a_power_is_no_number_in_digits(printed: str) -> None:
    with pytest.raises(NotANumber):
        parse_amount(printed)


def test_two_spellings_differ_by_a_raised_digit() -> None:
    assert fold("1,250¹") != fold("1,2501")
    assert fold("１２ ¹") == "12¹"


def test_a_unit_with_a_power_is_a_unit() -> None:
    found = parse_indicator("≥4.00(m²)")
    assert (found.operator, found.value, found.unit) == ("≥", "4.00", "m²")
