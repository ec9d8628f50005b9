"""Rows are cut into tokens that lead back to the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.forms.regions import rows_of
from extractor.forms.tokens import soft_space, split_token, tokenize, width
from schemas.values import fold
from tests.form_cases import document, grid, lines, paged, spanned

CHARACTERS = "甲乙丙丁ab12≥%(（）) 　\t\n,。:：-"


def texts(text: str) -> list[str]:
    return [t.text for t in tokenize(rows_of(document(text)))]


def test_a_line_is_cut_at_white_space_and_a_cell_is_whole() -> None:
    tokens = tokenize(rows_of(paged([*lines("主管部门 云桥县 水务局"), grid(["主管 部门", "", "云桥县\n水务局"])])))
    assert [t.text for t in tokens] == ["主管部门", "云桥县", "水务局", "主管 部门", "云桥县\n水务局"]
    assert [t.first for t in tokens] == [True, False, False, True, False]
    assert [t.col for t in tokens] == [-1, -1, -1, 0, 2]
    assert tokens[-1].fold == "云桥县水务局"


def test_a_cell_knows_its_span_and_whether_columns_are_facts() -> None:
    tokens = tokenize(rows_of(paged([spanned((0, 0, "合计", 1, 3), (0, 3, "5"))])))
    assert [(t.col, t.span, t.exact) for t in tokens] == [(0, 3, True), (3, 1, True)]
    assert not tokenize(rows_of(paged([grid(["甲", "乙"], ragged=True)])))[0].exact


def test_brackets_that_a_space_cut_open_are_closed_again() -> None:
    assert texts("项目资金 (单位： 万元) 100.00") == ["项目资金", "(单位： 万元)", "100.00"]
    assert texts("≥30（公里 每年） 提升") == ["≥30（公里 每年）", "提升"]


def test_a_bracket_that_never_closes_takes_the_rest_of_its_line_only() -> None:
    assert texts("甲 (乙 丙\n丁 戊") == ["甲", "(乙 丙", "丁", "戊"]


@pytest.mark.parametrize("text", ["≥ 30", "＞ 5(次)", "95 %", "≤ 0.5 %"])
def test_an_operator_clings_to_its_number_and_a_percent_sign_too(text: str) -> None:
    assert texts(f"巡护河段 {text} 10.00") == ["巡护河段", text, "10.00"]


@pytest.mark.parametrize(
    ("text", "soft"),
    [("修复 3", True), ("甲， 乙", True), ("云桥县 水务局", False), ("修复  3", False), ("3 公里", True)],
)
def test_a_typographic_space_is_soft_and_a_gap_is_not(text: str, soft: bool) -> None:
    first, second = tokenize(rows_of(document(text)))
    assert (first.soft, second.soft) == (False, soft)
    assert soft_space(text, second.start) is soft


def test_blank_lines_are_counted_as_a_gap() -> None:
    assert [t.gap for t in tokenize(rows_of(document("甲\n\n\n乙\n丙\n")))] == [0, 2, 0]


@pytest.mark.parametrize(
    ("text", "wide"), [("甲乙", 2.0), ("ab", 1.0), (" 甲a ", 1.5), ("（1）", 2.5), ("", 0.0), ("“甲”", 3.0)]
)
def test_width_counts_a_latin_character_half(text: str, wide: float) -> None:
    assert width(text) == wide


def test_a_token_is_cut_without_the_space_between() -> None:
    (token,) = tokenize(rows_of(paged([grid(["主管部门：  水务局"])])))
    left, right = split_token(token, token.text.index("：") + 1)
    assert (left.text, right.text) == ("主管部门：", "水务局")
    assert (left.fold, right.fold) == ("主管部门:", "水务局")


@given(st.lists(st.text(CHARACTERS, max_size=20), max_size=6).map("\n".join))
def test_tokens_hold_every_printed_character_once_and_in_order(text: str) -> None:
    read = document(text)
    tokens = tokenize(rows_of(read))
    assert "".join("".join(t.text.split()) for t in tokens) == "".join("".join(u.text.split()) for u in read.units())
    for token in tokens:
        assert token.unit.text[token.place.start : token.place.end] == token.text
        assert token.fold == fold(token.text)
        assert token.text == token.text.strip()
