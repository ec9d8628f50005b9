"""In plain text a line or a box that is lost leaves no gap: what is missing there is in doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from extractor.accounting.plain_text import (
    MOST_LABELS_LOST,
    checks_in_doubt,
    is_plain,
    nulls_in_doubt,
    numbers_in_doubt,
    without_proven,
)
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Box
from extractor.document.results import Answer, Candidate, Form, finding
from tests.accounting.proof.test_value_ends import form_of, value
from tests.form_cases import DEPARTMENT_TITLE, evaluation_form, project_form, record_of

LABELS = (
    "主管部门 水利局 实施单位",
    "项目资金(万元) 年初预算数 全年预算数 全年执行数 分数 执行率(%) 得分",
    "年度资金总额: 20.00",
    "其中:当年财政拨款 20.00",
    "上年结转资金 0.00",
    "其他资金 0.00",
    "年度总体目标 预期目标 实际完成情况",
    "总分 100.00 99.00",
    "评分等级 优",
)


def doubted(form: Form) -> set[str]:
    answer = Answer((value("project_name", (2, 5, 9), text="水库修缮"), Candidate("year", "2031", ())))
    return {found.path for found in nulls_in_doubt(form, answer)}


def without(*words: str) -> Form:
    return form_of(*(line for line in LABELS if not any(word in line for word in words)))


def test_values_whose_labels_are_printed_nowhere_may_be_lost_with_their_line() -> None:
    whole = doubted(without())
    assert doubted(without("主管部门")) - whole == {"supervising_department", "implementing_unit"}


def test_a_form_that_lacks_more_labels_than_a_line_holds_is_another_version_of_it() -> None:
    assert len(doubted(without("主管部门"))) == MOST_LABELS_LOST - 1
    assert len(doubted(without("主管部门", "评分等级"))) == MOST_LABELS_LOST
    assert doubted(without("主管部门", "总分", "评分等级")) == set()


def test_where_boxes_or_cells_show_the_place_nothing_is_lost_unseen() -> None:
    form = without("主管部门")
    placed = tuple(
        row._replace(units=tuple(replace(unit, box=Box(1, 2, 3, 4)) for unit in row.units)) for row in form.rows
    )
    exact = tuple(row._replace(exact_columns=True) for row in form.rows)
    for rows in (placed, exact):
        other = replace(form, rows=rows)
        assert not is_plain(other) and doubted(other) == set()


def weights(*texts: str) -> dict[str, Any]:
    return {"total_weight": None, "funding": None, "indicators": [{"weight": text} for text in texts]}


@pytest.mark.parametrize("kind", [FindingKind.PRESENT, FindingKind.SUMS_TO, FindingKind.OWNS])
def test_a_check_that_a_lost_line_would_fail_is_about_the_reading_of_plain_text(kind: FindingKind) -> None:
    form, path = form_of("主管部门 水利局"), "indicators[3].level2"
    (found,) = checks_in_doubt(form, [finding(kind, path, "")], weights("40", "50"))
    assert found.about == "reading"
    assert found.path == ("indicators[3].level1" if kind == FindingKind.OWNS else path)
    exact = replace(form, rows=tuple(row._replace(exact_columns=True) for row in form.rows))
    assert [f.about for f in checks_in_doubt(exact, [finding(kind, path, "")], weights("40"))] == ["source"]


def test_a_sum_of_amounts_that_is_odd_stays_the_source_s() -> None:
    odd = finding(FindingKind.SUMS, "funding.total", "")
    assert list(checks_in_doubt(form_of("主管部门 水利局"), [odd], weights("40"))) == [odd]


def test_weights_that_add_up_to_too_much_lack_no_row() -> None:
    odd = finding(FindingKind.SUMS_TO, "indicators", "")
    assert list(checks_in_doubt(form_of("主管部门 水利局"), [odd], weights("60", "50"))) == [odd]
    (short,) = checks_in_doubt(form_of("主管部门 水利局"), [odd], weights("60", "30"))
    assert short.about == "reading"


def test_a_line_that_ocr_lost_is_a_doubt() -> None:
    whole = project_form()
    lines = whole.split("\n")
    for n, line in enumerate(lines):
        if "项目名称" in line or "主管部门" in line:
            record = record_of("\n".join([*lines[:n], *lines[n + 1 :]]))
            assert not record.settled, line


def test_a_label_of_a_level_that_ocr_lost_is_a_doubt_on_the_row() -> None:
    lost = evaluation_form().replace("效益指标", "", 1)
    record = record_of(lost)
    assert record.values == record_of(evaluation_form()).values or not record.settled


@pytest.mark.parametrize(("names", "doubted"), [("123", False), ("134", True), ("13", True), ("23", True)])
def test_a_list_of_plain_text_whose_numbers_have_a_gap_lacks_a_row(names: str, doubted: bool) -> None:
    tasks = "".join(f"任务{n}\t护堤植树\n" for n in names)
    text = (
        f"{DEPARTMENT_TITLE}\n(2031年度)\n部门(单位)名称\t河道所\n年度重点任务\t内容\t主要内容(重点工作计划)\n{tasks}"
    )
    record = record_of(text)
    assert [row["name"] for row in record.values["key_tasks"]] == [f"任务{n}" for n in names]
    assert doubted == any(f.path == "key_tasks" and "numbered" in f.message for f in record.findings)
    rows = form_of("主管部门 水利局")
    assert list(numbers_in_doubt(rows, {"indicators": [{"level3": "巡护"}, {"level3": "任务3"}]})) == []


@pytest.mark.parametrize(
    ("texts", "kinds", "left"),
    [
        (("40", "60"), {FindingKind.ROW_HIDDEN}, set()),
        (("40", "50"), {FindingKind.ROW_HIDDEN}, {FindingKind.ROW_HIDDEN}),
        (("100",), {FindingKind.ROW_HIDDEN}, {FindingKind.ROW_HIDDEN}),
        (("40", "60", None), {FindingKind.ROW_HIDDEN}, {FindingKind.ROW_HIDDEN}),
        (("40", "60"), {FindingKind.ROW_HIDDEN, FindingKind.ROW_UNCLEAR}, {FindingKind.ROW_HIDDEN}),
    ],
)
def test_weights_that_add_up_show_that_no_row_is_hidden(
    texts: tuple[str | None, ...], kinds: set[FindingKind], left: set[FindingKind]
) -> None:
    found = [finding(kind, "indicators", "") for kind in kinds]
    values = {"funding": None, "indicators": [{"weight": text} for text in texts]}
    kept = {one.kind for one in without_proven(form_of("主管部门 水利局"), found, values)}
    assert kept - {FindingKind.ROW_UNCLEAR} == left
