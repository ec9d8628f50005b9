"""Rows of a matrix that lack values: read by the cells of a full row, by what must hold, or not at all."""

from __future__ import annotations

import pytest

from tests.form_cases import evaluation_form, result_of

OTHER = "\t其他资金\t0.00\t0.00\t0.00\t-\t0.00\t-"
NULLS = {"weight": None, "execution_rate": None, "score": None}


@pytest.mark.parametrize("amount", ["0", "3.50"])
def test_a_row_with_as_many_cells_as_a_full_one_has_its_values_in_the_same_cells(amount: str) -> None:
    text = evaluation_form().replace(OTHER, f"\t其他资金\t{amount}\t{amount}\t{amount}\t\t\t")
    (record,) = result_of(text).records
    amounts = dict.fromkeys(("initial_budget", "annual_budget", "executed"), amount)
    assert record.values["funding"]["other"] == {**amounts, **NULLS}
    assert not [path for path in record.unsettled if path.startswith("funding.other")]


def test_zeros_that_may_stand_in_any_column_are_in_doubt() -> None:
    """Whatever must hold between them holds in every column."""
    (record,) = result_of(evaluation_form().replace(OTHER, "\t其他资金\t0\t0\t0")).records
    assert "funding.other" in record.unsettled
