"""Where an answered value stands among the printed characters."""

from __future__ import annotations

import pytest

from extractor.document.layout import Line
from extractor.document.results import Row
from extractor.engines.llm.answer_places import locate
from extractor.engines.llm.printed_characters import Sheet


def sheet(*lines: str) -> Sheet:
    return Sheet([Row(1, (Line(1, n, text),), number=n) for n, text in enumerate(lines, 1)])


@pytest.mark.parametrize(
    ("printed", "answered"),
    [("($152.40)", "(152.40)"), ("−$131.15", "−131.15"), ("-€1,000.00", "-1,000.00"), ("(EUR 5.00)", "(5.00)")],
)
def test_a_currency_between_sign_and_digits_need_not_be_copied(printed: str, answered: str) -> None:
    found = locate(sheet("Discount " + printed, "Total 10.00"), answered)
    assert (found.text, found.how) == (printed, "found")


def test_a_sign_that_is_not_printed_is_not_found() -> None:
    assert locate(sheet("Discount $152.40"), "(152.40)").how == "nowhere"
