"""Long texts: wrapped lines, paragraphs, items, and two columns printed one after the other or side by side."""

from __future__ import annotations

import pytest

from extractor.document.results import Record
from extractor.engines.rules import long_texts
from extractor.forms.regions import rows_of
from extractor.forms.tokens import tokenize
from tests.form_cases import (
    DEPARTMENT_TITLE,
    EVALUATION_TITLE,
    PROJECT_TITLE,
    document,
    grid,
    kinds,
    lines,
    paged,
    project_form,
    record_of,
    result_of,
)

LEFT = ["三年内清理全县河道，沿岸", "不再有垃圾堆放，水面不再", "有漂浮物。"]
HEAD = [PROJECT_TITLE, "项目名称 河湖巡护经费", "项目总目标 年度总体目标"]
RIGHT = ["全年巡护河道三十公里，发现问题", "当日上报，三日内处置，年底前开", "展群众评议。"]


def project(*body: str) -> Record:
    head = [PROJECT_TITLE, "(2031年度)", "项目名称 河湖巡护经费", "项目总目标 年度总体目标"]
    return record_of(
        "\n".join([*head, *body, "一级\n指标\n二级\n指标\n三级指标 年度(/项目)指标值", *INDICATORS]) + "\n"
    )


INDICATORS = ("产出\n指标\n数量\n指标\n巡护河段 ≥30.00(公里)",)


def evaluation(*body: str) -> Record:
    head = [EVALUATION_TITLE, "(2031年度)", "项目名称 河湖巡护经费", "预期目标 实际完成情况"]
    return record_of("\n".join([*head, *body]) + "\n")


def text_lines(*texts: str) -> list[long_texts.TextLine]:
    tokens = tokenize(rows_of(document("\n".join(texts))))
    return long_texts.lines_of(tokens, range(len(tokens)))


def department(*body: str) -> Record:
    return record_of("\n".join([DEPARTMENT_TITLE, "(2031年度)", *body]) + "\n")


def goals(record: Record) -> tuple[str | None, str | None]:
    return record.values["overall_goal"], record.values["annual_goal"]


def doubted(record: Record, path: str) -> bool:
    return any(f.about == "reading" and path.startswith(f.path) for f in record.findings)


def test_lines_that_the_page_wrapped_are_one_text() -> None:
    assert goals(project(*RIGHT)) == (None, "".join(RIGHT))


def test_latin_words_at_a_line_end_stay_apart() -> None:
    record = department("部门职责 1.全年使用无人机 GIS", "platform 巡护全县河道。", "年度履职目标 全年巡护。")
    assert record.values["duties"] == ["1.全年使用无人机 GIS platform 巡护全县河道。"]


def test_a_lone_text_belongs_to_the_column_that_may_stand_alone() -> None:
    assert goals(project("全年巡护河道三十公里。")) == (None, "全年巡护河道三十公里。")


def test_two_columns_on_one_line() -> None:
    assert goals(project("三年内清理全县河道。 全年巡护河道三十公里。")) == (
        "三年内清理全县河道。",
        "全年巡护河道三十公里。",
    )


def test_two_columns_one_after_the_other_are_told_apart_or_in_doubt() -> None:
    left = ["三年内清理全县河道，沿岸不再有", "垃圾堆放。"]
    right = ["全年巡护河道三十公里。"]
    record = evaluation(*left, *right)
    got = (record.values["expected_goal"], record.values["actual_completion"])
    assert got == ("".join(left), right[0]) or doubted(record, "expected_goal")


def test_no_character_of_two_columns_is_lost() -> None:
    record = project(*LEFT, *RIGHT)
    read = "".join(text or "" for text in goals(record)).replace("\n", "")
    assert sorted(read) == sorted("".join([*LEFT, *RIGHT]))


def test_two_columns_of_a_grid_are_two_texts() -> None:
    record = record_of(project_form())
    assert goals(record) == ("三年内清理全县河道。", "全年巡护河道三十公里。")
    assert not doubted(record, "overall_goal")


def test_paragraphs_of_a_cell_are_kept_apart_by_a_line_end() -> None:
    text = project_form().replace("全年巡护河道三十公里。", "<p>1.全年巡护河道。</p> <p>2.年底评议。</p>")
    assert record_of(text).values["annual_goal"].split("\n") == ["1.全年巡护河道。", "2.年底评议。"]


def test_numbered_duties_are_one_text_each_with_their_number() -> None:
    record = department(
        "部门职责 1.负责全县河道巡护和", "保洁工作。", "2.负责水质监测。", "3.承办其他事项。", "年度履职目标 全年巡护。"
    )
    assert record.values["duties"] == ["1.负责全县河道巡护和保洁工作。", "2.负责水质监测。", "3.承办其他事项。"]


@pytest.mark.parametrize("marks", ["1.{} 2.{}", "1、{} 2、{}", "（1）{} （2）{}", "一、{} 二、{}"])
def test_items_of_each_usual_style_are_told_apart(marks: str) -> None:
    one, two = marks.format("负责全县河道巡护。", "负责水质监测。").split(" ")
    assert department(f"部门职责 {one}", two, "年度履职目标 全年巡护。").values["duties"] == [one, two]


def test_a_number_in_the_text_begins_no_item() -> None:
    record = department("部门职责 1.负责巡护河道不少于", "3.5公里。", "2.负责水质监测。", "年度履职目标 全年巡护。")
    assert record.values["duties"] == ["1.负责巡护河道不少于3.5公里。", "2.负责水质监测。"]


def test_sub_items_belong_to_their_item() -> None:
    record = department(
        "部门职责 1.负责河道管理。", "（1）巡护。", "（2）保洁。", "2.负责水质监测。", "年度履职目标 全年巡护。"
    )
    assert [d.split("\n")[0] for d in record.values["duties"]] == ["1.负责河道管理。", "2.负责水质监测。"]


def test_a_text_over_a_page_break_is_one_text() -> None:
    text = "\n".join(
        [PROJECT_TITLE, "项目名称 河湖巡护经费", "项目总目标 年度总体目标", RIGHT[0], "\f" + RIGHT[1], RIGHT[2]]
    )
    record = record_of(text + "\n")
    assert "".join((t or "").replace("\n", "") for t in goals(record)) == "".join(RIGHT)


def test_a_page_number_in_the_middle_of_a_text_is_not_of_it() -> None:
    text = "\n".join(
        [PROJECT_TITLE, "项目名称 河湖巡护经费", "项目总目标 年度总体目标", RIGHT[0], "- 3 -\f", *RIGHT[1:]]
    )
    result = result_of(document(text + "\n"))
    assert "- 3 -" not in str(result.records[0].values)
    assert [f.text for f in result.furniture] == ["- 3 -"]


def test_the_evidence_of_a_text_is_its_lines() -> None:
    record = project(*RIGHT)
    assert "".join("".join(s.text.split()) for s in record.evidence["annual_goal"]) == "".join(RIGHT)
    assert {s.match for s in record.evidence["annual_goal"]} == {"exact"}


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("1、巡护河道。2、清理垃圾；3、修补护栏。", [7, 14]),
        ("1、巡护河道。\n2、清理垃圾", [8]),
        ("1、巡护河道，共2、3两段。", []),
        ("1、巡护河道。3、修补护栏。", []),
        ("（一）巡护：1.上游；2.下游。（二）清理。", [16]),
    ],
)
def test_items_run_on_behind_sentences_and_count_up(text: str, starts: list[int]) -> None:
    assert long_texts.run_on(text) == starts


def test_items_that_run_on_in_a_cell_are_items() -> None:
    duties = "1、巡护河道。2、清理水面垃\n圾，2.5吨以上；3、修补护栏。"
    record = record_of(paged([*lines(DEPARTMENT_TITLE), grid(["部门职责", duties])]))
    assert [text.replace("\n", "") for text in record.values["duties"]] == [
        "1、巡护河道。", "2、清理水面垃圾，2.5吨以上；", "3、修补护栏。",
    ]  # fmt: skip
    assert record.settled


def test_items_that_run_on_behind_other_words_are_in_doubt() -> None:
    record = record_of(paged([*lines(DEPARTMENT_TITLE), grid(["部门职责", "主要职责：1、巡护河道。2、清理垃圾。"])]))
    assert "items_run_on" in kinds(record)


def test_a_first_text_that_ends_amid_a_sentence_is_in_doubt() -> None:
    own = text_lines("全年巡护河道三十公里，", "清理垃圾。", "按月通报进度。")
    assert long_texts.cut_amid(own[:1], own[1:])
    assert not long_texts.cut_amid(own[:2], own[2:])


def test_two_lines_of_which_the_first_ends_a_sentence_may_be_two_texts() -> None:
    own = text_lines("全年巡护河道三十公里。", "清理垃圾。")
    assert long_texts.cut_amid([], own)
    assert not long_texts.cut_amid(own[:1], own[1:])


def test_a_first_text_that_ends_with_a_clause_is_in_doubt() -> None:
    own = text_lines("巡护河道三十公里，清理垃圾；", "按月通报进度。", "修补护栏。")
    assert long_texts.cut_amid(own[:1], own[1:])


def test_a_lone_text_of_paragraphs_may_be_two_unless_its_items_go_on() -> None:
    assert long_texts.cut_amid([], text_lines("1、巡护河道。", "2、清理垃圾。", "按月通报进度。"))
    assert not long_texts.cut_amid([], text_lines("1、巡护河道。", "2、清理垃圾。", "3、修补护栏。"))


def test_a_cell_that_a_page_break_cut_amid_a_sentence_is_one_paragraph() -> None:
    head = ["目标", "项目总目标", "年度总体目标"]
    first = grid(head, ["", "巡护河道。", "巡护"])
    record = record_of(paged([*lines(PROJECT_TITLE), first], [grid(["", "", "三十公里。"], page=2)]))
    assert record.values["annual_goal"] == "巡护三十公里。"
