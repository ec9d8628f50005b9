"""A bracket that an OCR left open puts its value in doubt, and an amount's unit that may stand in it."""

from __future__ import annotations

import pytest

from extractor.accounting.open_brackets import is_open, open_brackets
from extractor.document.layout import Cell, Grid, Word
from extractor.document.results import Answer, Candidate, Place
from tests.form_cases import EVALUATION, form_of, paged


@pytest.mark.parametrize(
    ("text", "left"),
    [("30.00(份", True), ("30.00（份", True), ("30.00(份)", False), ("1）开放", False), ("1)开放(一", True)],
)
def test_only_what_opens_is_to_be_closed(text: str, left: bool) -> None:
    assert is_open(text) is left


def paths(label: str, actual: str, sure: float | None = 0.99) -> set[str]:
    texts = (label, actual)
    cells = tuple(Cell(1, 1, 0, n, text, words=(Word(0, text, None, sure),)) for n, text in enumerate(texts))
    form = form_of(paged([Grid(1, 1, cells)]), EVALUATION)
    places = (Place(1, cells[1].id, 0, len(actual)),)
    values = {"funding": {"currency_unit": None}}
    answer = Answer((Candidate("indicators[0].actual", actual, places),))
    return {found.path for found in open_brackets(form, answer, values)}


def test_a_value_and_a_unit_behind_an_open_bracket_are_in_doubt() -> None:
    assert paths("项目资金（", "30.00(份") == {"funding.currency_unit", "indicators[0].actual"}
    assert paths("项目资金", "30.00(份)") == set()
    assert paths("项目资金来源", "30.00(份)") == set()
    assert paths("项目资金（", "30.00(份", sure=None) == set()
