"""Columns that no field declares: their texts are no values, and are not taken for those of the columns beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.form_cases import (
    EVALUATION,
    EVALUATION_TITLE,
    PROJECT_TITLE,
    evaluation_form,
    grid,
    lines,
    paged,
    project_head,
    result_of,
)

ROWS = (("产出指标", "数量指标", "巡护河段", "≥30(公里)"), ("产出指标", "质量指标", "巡护合格率", "=100(%)"))
HEADER = ("一级指标", "二级指标", "三级指标", "指标值")


def read(rows: Sequence[tuple[str, ...]], gap: str = "\t") -> Any:
    text = "\n".join([*project_head(), *(gap.join(row) for row in rows)]) + "\n"
    (record,) = result_of(text).records
    return record


def names(record: Any) -> list[tuple[str, str, str, str]]:
    return [(r["level1"], r["level2"], r["level3"], r["target"]["text"]) for r in record.values["indicators"]]


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize(("label", "texts"), [("责任人", ("林知夏", "周砚")), ("上年实际值", ("12.00", "9.50"))])
@pytest.mark.parametrize("gap", ["\t", " "])
def test_a_column_of_others_is_left_out(at: int, label: str, texts: tuple[str, str], gap: str) -> None:
    added = [(*row[:at], text, *row[at:]) for row, text in zip((HEADER, *ROWS), (label, *texts), strict=True)]
    record = read(added, gap)
    assert names(record) == list(ROWS) or not record.settled
    if gap == "\t":
        assert names(record) == list(ROWS)
        assert not [path for path in record.unsettled if path.startswith("indicators")]
        assert {f.kind for f in record.findings if f.path == "indicators"} == {"column_unknown"}


def test_a_column_that_is_missing_beside_an_unknown_one_is_in_doubt() -> None:
    """The unknown label may be another word for it."""
    rows = [(*row[:3], "本期数" if row is HEADER else row[3]) for row in (HEADER, *ROWS)]
    record = read(rows)
    assert [row["target"] for row in record.values["indicators"]] == [None, None]
    assert {"indicators[0].target", "indicators[1].target"} <= set(record.unsettled)


def test_the_word_unit_in_a_stacked_label_is_no_label_of_the_currency() -> None:
    """`度量单位` cut over two lines: what follows is no unit of money."""
    lines = evaluation_form().replace("年度指标值\t", "度量\n单位\n年度指标值\t").replace("\t", " ")
    (record,) = result_of(lines).records
    assert record.values["funding"]["currency_unit"] == "万元"
    assert len(record.values["indicators"]) == 2
    assert EVALUATION.name == record.schema


def test_a_header_without_rows_is_in_doubt() -> None:
    record = read([HEADER])
    assert record.values["indicators"] == []
    assert "indicators" in record.unsettled
    assert PROJECT_TITLE in project_head()


def test_sign_number_and_unit_in_three_columns_are_one_target() -> None:
    header = ("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "备注")
    rows = [
        ("产出指标", "数量指标", "巡护河段", "≥", "30", "公里", "延续"),
        ("产出指标", "质量指标", "清洁程度", "定性", "良好", "/", "新增"),
    ]
    record = read([header, *rows])
    first, second = (row["target"] for row in record.values["indicators"])
    assert (first["operator"], first["value"], first["unit"]) == ("≥", "30", "公里")
    assert (second["text"], second["value"]) == ("良好", None)
    assert record.settled


def test_rows_of_labels_alone_are_in_doubt_where_a_column_of_labels_is_missing() -> None:
    """Several rows may be printed as one: the label that tells them apart is not there."""
    record = read([("一级指标", "三级指标", "指标值"), ("管理指标", "", ""), ("产出指标", "巡护河段", "≥30(公里)")])
    assert "indicators" in record.unsettled
    whole = read([("一级指标", "三级指标", "指标值"), ("产出指标", "巡护河段", "≥30(公里)")])
    assert "indicators" not in whole.unsettled


def test_the_end_of_a_row_behind_something_else_is_in_doubt_and_so_is_the_name_above() -> None:
    rows = [HEADER, ROWS[0], ("", "", "长度", "")]
    text = "\n".join([*project_head(), *("\t".join(row) for row in rows[:2]), "", "1", "", "\t".join(rows[2])]) + "\n"
    (record,) = result_of(text).records
    assert {"indicators[0].level3", "indicators[1]"} <= set(record.unsettled)


def test_a_column_of_units_states_those_of_all_numbers_of_a_row_in_a_grid() -> None:
    head = [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "度量单位",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ]
    rows = [
        ["产出指标", "数量指标", "巡护河段", "≥30", "公里", "31", "40", "40", ""],
        ["产出指标", "质量指标", "清洁程度", "良好", "", "良好", "50", "50", ""],
    ]
    read = paged([*lines(EVALUATION_TITLE), grid(["项目名称", "护堤植树", *[""] * 7], head, *rows)])
    (record,) = result_of(read).records
    first, second = ((row["target"], row["actual"]) for row in record.values["indicators"])
    assert [tuple(value.values()) for value in first] == [("≥30", "≥", "30", "公里"), ("31", None, "31", "公里")]
    assert [tuple(value.values()) for value in second] == [("良好", None, None, None)] * 2
    assert not [path for path in record.unsettled if path.startswith("indicators")]


def test_a_number_beside_a_column_of_signs_is_not_joined_with_its_unit_alone() -> None:
    head = ["一级指标", "二级指标", "三级指标", "指标性质", "年度指标值", "度量单位", "实际完成值", "分值", "得分"]
    rows = [
        ["产出指标", "数量指标", "巡护河段", "≥", "30", "公里", "31(公里)", "40", "40"],
        ["产出指标", "质量指标", "清洁程度", "定性", "良好", "/", "良好", "50", "50"],
    ]
    read = paged([*lines(EVALUATION_TITLE), grid(["项目名称", "护堤植树", *[""] * 7], head, *rows)])
    (record,) = result_of(read).records
    assert tuple(record.values["indicators"][0]["target"].values()) in (
        ("30", None, "30", None),
        ("≥30公里", "≥", "30", "公里"),
    )
