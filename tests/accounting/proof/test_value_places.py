"""The kinds of proof: behind its label, below its header, in the order of the columns, a unit whole in its brackets."""

from __future__ import annotations

import pytest

from extractor.accounting.proof import labels_in, proofs
from extractor.document.results import Candidate, Form
from tests.accounting.proof.test_list_columns import HEADER, ROW, row
from tests.accounting.proof.test_value_ends import form_of, value


def kinds(form: Form, *candidates: Candidate) -> dict[str, str]:
    return dict(proofs(labels_in(form), form, candidates))


def test_a_value_right_behind_its_label_is_proven_by_it() -> None:
    form = form_of("主管部门 云河县水利局 实施单位 云河县水库所")
    right = (value("supervising_department", (3, 5, 11)), value("implementing_unit", (3, 17, 23)))
    assert kinds(form, *right) == {"supervising_department": "label", "implementing_unit": "label"}
    exchanged = (value("supervising_department", (3, 17, 23)), value("implementing_unit", (3, 5, 11)))
    assert kinds(form, *exchanged) == {}


def test_a_value_below_a_label_that_is_alone_in_its_line_is_proven() -> None:
    form = form_of("主管部门", "云河县水利局", "云河县水库所")
    assert kinds(form, value("supervising_department", (4, 0, 6))) == {"supervising_department": "label"}
    assert kinds(form, value("supervising_department", (5, 0, 6))) == {}


def test_a_row_in_one_line_in_the_order_of_its_columns_is_proven() -> None:
    form = form_of(HEADER, ROW)
    assert kinds(form, *row(4, "level3", "target")) == {
        "indicators[0].level3": "order",
        "indicators[0].target": "order",
    }


def test_values_of_a_row_that_are_exchanged_are_not_proven() -> None:
    form = form_of(HEADER, ROW)
    name, target = value("indicators[0].level3", (4, 15, 24)), value("indicators[0].target", (4, 10, 14))
    assert kinds(form, name, target) == {}


def test_a_row_of_two_lines_is_not_proven_by_its_order() -> None:
    form = form_of(HEADER, "产出指标 数量指标 修缮长度", "≥3.00(公里)")
    name, target = value("indicators[0].level3", (4, 10, 14)), value("indicators[0].target", (5, 0, 9))
    assert kinds(form, name, target) == {}


@pytest.mark.parametrize(("unit", "start", "proven"), [("万元", 5, True), ("元", 6, False)])
def test_a_unit_stands_whole_in_the_brackets_of_its_label(unit: str, start: int, proven: bool) -> None:
    form = form_of("项目资金(万元)", "年度资金总额 40.00 38.50 38.50 10.00 100.00 10.00")
    found = kinds(form, value("funding.currency_unit", (3, start, 7), text=unit))
    assert found == ({"funding.currency_unit": "unit"} if proven else {})


def test_the_text_behind_two_headers_is_proven_for_neither() -> None:
    form = form_of("年度总体目标", "预期目标 实际完成情况", "修缮步道三公里。 已按期完工。")
    assert kinds(form, value("actual_completion", (5, 0, 8)), value("expected_goal", (5, 9, 15))) == {}
