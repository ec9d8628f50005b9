from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.expressions import evaluated, names, parsed

RECORD = {
    "tax": "8.00",
    "none": None,
    "word": "x",
    "seller": {"fee": 2},
    "items": [{"n": "2", "price": "1.50", "amount": "3.00"}, {"n": "1", "price": "4.25", "amount": "4.25"}],
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("sum(items[].amount) + tax", "15.25"),
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * -3", "-9"),
        ("10 - 4 - 3", "3"),
        ("count(items[])", "2"),
        ("max(items[].amount) - min(items[].amount)", "1.25"),
        ("round(tax / 3, 2)", "2.67"),
        ("abs(0 - seller.fee)", "2"),
    ],
)
def test_an_expression_over_a_record(text: str, number: str) -> None:
    found = evaluated(text, RECORD)
    assert found is not None
    assert found.number == Decimal(number)


def test_a_name_is_of_the_row_first() -> None:
    found = evaluated("n * price + tax", RECORD, "items[1]")
    assert found == (Decimal("12.25"), ("items[1].n", "items[1].price", "tax"))


@pytest.mark.parametrize("text", ["none + 1", "word * 2", "1 / (tax - 8)", "items[].amount + 1", "missing", "max(tax)"])
def test_what_is_not_known_gives_no_number(text: str) -> None:
    found = evaluated(text, RECORD)
    assert (found is None) == (text != "max(tax)")


@pytest.mark.parametrize(
    "text", ["", "1 +", "sum(", "a b", "eval(1)", "__import__('os')", "a[0]", "1; 2", "(" * 60 + "1"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


def test_the_names_of_an_expression() -> None:
    assert [*names(parsed("sum(items[].amount) + tax"))] == ["items[].amount", "tax"]


@given(st.text(st.sampled_from("0123456789.+-*/(),abc[] "), max_size=40))
def test_any_text_is_an_expression_or_a_value_error(text: str) -> None:
    try:
        parsed(text)
    except ValueError:
        return
    evaluated(text, RECORD)
