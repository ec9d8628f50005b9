"""Numbers in English words, with their figures in brackets."""

from __future__ import annotations

import pytest

from schemas.conventions import POINT
from schemas.number_words import number_of, without_words
from schemas.values import integer_readings


@pytest.mark.parametrize(
    ("text", "number"),
    [("three", 3), ("Twenty-one", 21), ("one hundred and five", 105), ("two thousand three hundred", 2300)],
)
def test_words_say_a_number(text: str, number: int) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["", "two three", "several", "hundred", "twenty eleven", "a three"])
def test_other_words_say_none(text: str) -> None:
    assert number_of(text) is None


def test_figures_in_brackets_are_the_number_where_the_words_say_the_same() -> None:
    assert integer_readings("THREE (3)", POINT) == (3,)
    assert integer_readings("twelve (12) months", POINT) == (12,)
    assert without_words("twelve (13) months") == "twelve (13) months"
    with pytest.raises(ValueError, match="not a count"):
        integer_readings("twelve (13) months", POINT)
