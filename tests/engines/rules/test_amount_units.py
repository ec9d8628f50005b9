"""Amounts with their unit behind are numbers; a unit that the form does not state puts them in doubt."""

from __future__ import annotations

from typing import Any

import pytest

from tests.form_cases import PROJECT_TITLE, evaluation_form, project_form, result_of


def read(text: str) -> Any:
    (record,) = result_of(text).records
    return record


@pytest.mark.parametrize("gap", ["\t", " "])
def test_the_number_before_a_unit_is_the_value(gap: str) -> None:
    text = evaluation_form().replace("\t20.00\t20.00\t18.00\t", "\t20.00万元\t20.00万元\t18.00万元\t")
    total = read(text.replace("\t", gap)).values["funding"]["total"]
    assert (total["initial_budget"], total["executed"]) == ("20.00", "18.00")


def test_another_unit_than_the_form_states_is_a_doubt() -> None:
    record = read(project_form().replace("\t120000.00", "\t12.00万元"))
    assert record.values["funding"]["currency_unit"] == "元"
    assert "funding.annual_total" in record.unsettled


def test_a_label_with_a_colon_of_its_own_is_cut_at_the_last_one() -> None:
    """`其中：当年财政拨款：5.00` in one cell."""
    text = project_form().replace("其中:当年财政拨款\t100000.00", "其中:当年财政拨款:100000.00")
    assert read(text).values["funding"]["annual_appropriation"] == "100000.00"
    assert PROJECT_TITLE in text


@pytest.mark.parametrize(("last", "doubted"), [("0.00万元", False), ("0.00元", True)])
def test_the_unit_behind_the_amounts_is_the_form_s_where_none_is_stated(last: str, doubted: bool) -> None:
    text = (
        project_form()
        .replace("项目资金(元)", "项目资金")
        .replace("\t其他资金\t\t其他资金\t0.00", f"\t其他资金\t\t其他资金\t{last}")
    )
    for amount in ("120000.00", "100000.00", "20000.00"):
        text = text.replace(f"\t{amount}", f"\t{amount}万元")
    record = read(text)
    assert record.values["funding"]["currency_unit"] == "万元"
    assert ("funding.currency_unit" in record.unsettled) is doubted
