"""The mark of a debit behind a number may be its sign: both readings are given, so that the value is in doubt."""

from __future__ import annotations

import pytest

from schemas.conventions import POINT
from schemas.numbers import readings


@pytest.mark.parametrize("text", ["212.08 D", "212.08 S", "212.08 Dr", "212.08 debet", "212.08 Soll", "212.08 Af"])
def test_a_debit_is_read_with_and_without_a_minus(text: str) -> None:
    assert set(readings(text, POINT)) == {"-212.08", "212.08"}


@pytest.mark.parametrize("text", ["212.08 d", "212.08 s", "212.08 C", "212.08 Cr", "212.08 kg"])
def test_a_unit_in_small_letters_and_a_credit_are_no_debit(text: str) -> None:
    assert readings(text, POINT) == ("212.08",)
