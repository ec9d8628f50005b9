"""A cell in the column of one label that is read as the value of another is in doubt."""

from __future__ import annotations

import pytest

from extractor.accounting.proof.list_columns import lists_lacking
from extractor.accounting.proof.printed_labels import labels_in
from extractor.document.results import Candidate, Place
from tests.form_cases import EVALUATION, form_of, grid, paged

HEADER = ["三级指标", "年度指标值", "分值", "得分", "偏差原因分析及改进措施"]
ROW = ["线路整理数量", "≥3.00(处)", "15.00", "15:00", ""]


def doubted(field: str, column: int) -> set[str]:
    """What is in doubt where a cell of the row is read as this field."""
    form = form_of(paged([grid(HEADER, ROW)]), EVALUATION)
    cell = form.rows[1].units[column]
    places = (Place(1, cell.id, 0, len(cell.text)),)
    candidate = Candidate(f"indicators[0].{field}", ROW[column], places)
    found = lists_lacking(labels_in(form), EVALUATION, [candidate], frozenset())
    return {lack.path for lack in found}


@pytest.mark.parametrize(
    ("field", "column", "is_doubted"),
    [("deviation", 3, True), ("score", 3, False), ("weight", 2, False), ("weight", 3, True)],
)
def test_a_value_stands_in_the_column_of_its_own_label(field: str, column: int, is_doubted: bool) -> None:
    assert (f"indicators[0].{field}" in doubted(field, column)) is is_doubted
