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
