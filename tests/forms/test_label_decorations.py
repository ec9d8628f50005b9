"""What stands around a label is known, and what tells one label from another is not taken for that."""

from __future__ import annotations

import pytest

import schemas
from extractor.forms.label_decorations import may_be_decorated, undecorated
from tests.form_cases import EVALUATION
from tests.forms.test_labels import found

KNOWN = frozenset({"项目名称", "分值", "指标值"})


@pytest.mark.parametrize(
    "text", ["项目名称", "一、项目名称", "(二)项目名称", "3.项目名称", "项目名称(必填)", "(3)项目名称(按批复填写)"]
)
def test_a_number_before_a_label_and_a_note_behind_it_are_no_part_of_it(text: str) -> None:
    assert undecorated(text, KNOWN) == "项目名称"


@pytest.mark.parametrize(
    "text", ["指标值(上年)", "指标值(2030)", "指标值(千元)", "指标值(%)", "2030.5项目名称", "必填"]
)
def test_a_period_a_unit_and_a_number_are_no_note(text: str) -> None:
    assert undecorated(text, KNOWN) == text


def test_a_label_goes_on_while_its_bracket_is_open() -> None:
    assert may_be_decorated("项目名称(按批", KNOWN)
    assert may_be_decorated("二、", KNOWN)
    assert not may_be_decorated("项目名称(按批)", KNOWN)
    assert not may_be_decorated("流动书车(按批", KNOWN)


def test_decorated_labels_are_found_in_lines_that_wrap_them() -> None:
    assert found("一、项目名称（按批\n复填写）\n流动书车") == [("一、项目名称(按批复填写)", "project_name")]
    assert found("二、主管部门 云桥县水务局", EVALUATION) == [("二、主管部门", "supervising_department")]


def test_a_value_in_brackets_is_no_note_of_its_label() -> None:
    assert found("项目名称 （二期）流动书车") == [("项目名称", "project_name")]


@pytest.mark.parametrize("number", ["4.", "(4)", "12."])
def test_a_number_that_ends_a_line_is_no_number_of_the_label_below(number: str) -> None:
    order = schemas.load("purchase_order")
    text = f"Notes: The dock is closed on May {number}\nAuthorized By: Ilse Brandt"
    assert found(text, order) == [("Notes:", "notes"), ("AuthorizedBy:", "approved_by")]
    alone = f"Notes: The dock is closed\n{number}\nAuthorized By: Ilse Brandt"
    assert found(alone, order) == [("Notes:", "notes"), (f"{number}AuthorizedBy:", "approved_by")]
