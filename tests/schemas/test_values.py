"""Printed text becomes values: nothing is corrected, what is not of its kind is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values import fold, parse_amount, parse_date, parse_indicator, parse_integer

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False)
TEXTS = st.text(max_size=40)
PRINTED = st.text(
    st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x7E)
    | st.characters(categories=["L", "N", "P"], min_codepoint=0x2E80, max_codepoint=0xFFEF),
    max_size=40,
)


@given(AMOUNTS)
def test_an_amount_keeps_its_digits_with_separators_or_without(amount: Decimal) -> None:
    assert parse_amount(f"{amount:,}") == parse_amount(str(amount)) == str(amount)


@given(AMOUNTS)
def test_full_width_digits_are_digits(amount: Decimal) -> None:
    assert parse_amount(str(amount).translate(FULL_WIDTH)) == str(amount)


@given(TEXTS)
def test_an_amount_is_a_decimal_or_refused(text: str) -> None:
    try:
        parsed = parse_amount(text)
    except ValueError:
        return
    assert Decimal(parsed).is_finite()


@pytest.mark.parametrize("text", ["0.00", "100.00", "007", "-3.5", "0"])
def test_zeros_at_both_ends_stay(text: str) -> None:
    assert parse_amount(text) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [("￥1,234.50", "1234.50"), ("¥8", "8"), ("92.29%", "92.29"), ("+5", "5"), ("−5", "-5"), (" 12 ", "12")],
)
def test_signs_of_money_and_percent_are_no_digits(text: str, amount: str) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["", "-", "/", "12,34", "1,2345", "1.", "1.2.3", "约5", "5万元", "1e3", "--5"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_amount(text)


@given(st.dates())
def test_a_date_is_read_in_each_usual_form(day: date) -> None:
    for form in (
        "{0:04}-{1:02}-{2:02}",
        "{0:04}年{1}月{2}日",
        "{0:04}.{1}.{2}",
        "{0:04}/{1:02}/{2:02}",
        "{0:04}年{1:02}月{2:02}日",
    ):
        assert parse_date(form.format(day.year, day.month, day.day)) == day.isoformat()


@given(TEXTS)
def test_a_date_has_its_shape_or_is_refused(text: str) -> None:
    try:
        parsed = parse_date(text)
    except ValueError:
        return
    assert 1 <= int(parsed[5:7]) <= 12
    assert 1 <= int(parsed[8:]) <= 31


@pytest.mark.parametrize("text", ["2031-13-01", "2031-00-10", "2031-01-32", "2031-01", "2031年度", "", "-"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day"):
        parse_date(text)


@pytest.mark.parametrize(("text", "count"), [("12", 12), ("12人", 12), ("1,200", 1200), ("3 个", 3), ("０", 0)])
def test_a_count_may_have_a_measure_word(text: str, count: int) -> None:
    assert parse_integer(text) == count


@pytest.mark.parametrize("text", ["", "-1", "1.5", "12万", "若干"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a count"):
        parse_integer(text)


@pytest.mark.parametrize(
    ("text", "operator", "value", "unit"),
    [
        ("≥1300.00(小时)", "≥", "1300.00", "小时"),
        ("≧95%", "≥", "95", "%"),
        (">=95%", "≥", "95", "%"),
        ("<=3天", "≤", "3", "天"),
        ("4.00日", None, "4.00", "日"),
        ("≤0.50（%）", "≤", "0.50", "%"),
        ("＞5(次)", ">", "5", "次"),
        ("< 5 (次)", "<", "5", "次"),
        ("=1000.00(%)", "=", "1000.00", "%"),
        ("100%", None, "100", "%"),
        ("≥9,000.00(立方米)", "≥", "9000.00", "立方米"),
        ("4", None, "4", None),
        ("=1", "=", "1", None),
    ],
)
def test_an_indicator_value_has_operator_number_and_unit(
    text: str, operator: str | None, value: str, unit: str | None
) -> None:
    parsed = parse_indicator(text)
    assert (parsed.text, parsed.operator, parsed.value, parsed.unit) == (text, operator, value, unit)


@pytest.mark.parametrize(
    "text", ["提升", "6月底前", "2031年12月31日", "达成指标", "≥", "3项以上,5项以下", "10-20%", "1:2"]
)
def test_a_quality_or_a_date_is_text_alone(text: str) -> None:
    parsed = parse_indicator(text)
    assert (parsed.text, parsed.operator, parsed.value, parsed.unit) == (text, None, None, None)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("≥\t30\t公里", ("30", "≥", "30", "公里")),
        ("30\t公里", ("30", None, "30", "公里")),
        ("≥30\t公里", ("≥30", "≥", "30", "公里")),
        ("1,200.50\t万元", ("1,200.50", None, "1200.50", "万元")),
    ],
)
def test_a_quantity_in_several_columns_keeps_the_text_of_its_number(columns: str, expected: tuple[object, ...]) -> None:
    parsed = parse_indicator(columns)
    assert (parsed.text, parsed.operator, parsed.value, parsed.unit) == expected


@given(TEXTS)
def test_an_indicator_value_never_loses_a_character(text: str) -> None:
    parsed = parse_indicator(text)
    columns = [parsed.operator, parsed.text, parsed.unit] if "\t" in text and parsed.value is not None else []
    assert parsed.text.split() == text.split() or fold("".join(map(str, filter(None, columns)))) == fold(text)
    if parsed.value is not None:
        assert parsed.value in fold(text).replace(",", "")


@given(PRINTED)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(
    st.lists(st.sampled_from("甲乙丙1２:：（)"), min_size=1).map("".join), st.sampled_from([" ", "\u3000", "\n", "\t"])
)
def test_white_space_and_width_make_no_difference(text: str, space: str) -> None:
    assert fold(space.join(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"), [("（％）", "(%)"), ("⺠⽣", "民生"), ("陆⻘⻥⻰⻬⻛⻢", "陆青鱼龙齐风马"), ("项目：", "项目:")]
)
def test_look_alikes_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)
