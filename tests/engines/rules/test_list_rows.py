"""Rows of a list: from grids with true columns, from rows that lost columns, and from lines of page text."""

from __future__ import annotations

from typing import Any

import pytest

import schemas
from extractor.config import Settings
from extractor.document.layout import Document, Line, Page
from extractor.document.results import Record
from extractor.engines.rules import row_candidates
from extractor.pipeline import process
from tests.form_cases import (
    DEPARTMENT_TITLE,
    EVALUATION_TITLE,
    INDICATOR_HEADER,
    INDICATOR_ROWS,
    PROJECT_TITLE,
    evaluation_form,
    grid,
    kinds,
    lines,
    paged,
    project_form,
    record_of,
    spanned,
)

WHOLE = [
    ("产出指标", "数量指标", "巡护河段", "≥30.00(公里)"),
    ("产出指标", "质量指标", "巡护合格率", "=100.00(%)"),
    ("效益指标", "生态效益指标", "水面清洁程度", "提升"),
    ("满意度指标", "服务对象满意度指标", "居民满意度", "≥90.00(%)"),
]
PAGE_HEADER = "一级\n指标\n二级\n指标\n三级指标 年度(/项目)指标值\n"


def rows(of: Record) -> list[tuple[Any, ...]]:
    return [
        (row["level1"], row["level2"], row["level3"], row["target"] and row["target"]["text"])
        for row in of.values["indicators"]
    ]


def with_rows(*texts: str) -> Record:
    return record_of(project_form(rows=texts))


def doubted(record: Record) -> bool:
    return any(f.about == "reading" for f in record.findings)


def page_text(body: str, head: str = f"{PROJECT_TITLE}\n(2031年度)\n项目名称 河湖巡护经费\n") -> Record:
    return record_of(head + PAGE_HEADER + body)


def table(*cells: Any) -> Document:
    """A form whose indicators are a grid with true spans; the header stands in row 0."""
    header = [(0, n, text) for n, text in enumerate(("一级指标", "二级指标", "三级指标", "年度(/项目)指标值"))]
    return paged([*lines(PROJECT_TITLE, "项目名称 河湖巡护经费"), spanned(*header, *cells)])


def test_rows_with_every_column_are_read() -> None:
    full = [f"绩效指标\t{a}\t{b}\t{c}\t{d}" for a, b, c, d in WHOLE]
    assert rows(with_rows(*full)) == WHOLE


def test_spanning_labels_are_carried_down() -> None:
    record = with_rows(*INDICATOR_ROWS)
    assert rows(record) == WHOLE
    assert not doubted(record)


def test_rows_that_lost_the_columns_of_merged_cells_are_read() -> None:
    record = with_rows(
        "绩效指标\t产出指标\t数量指标\t巡护河段\t≥30.00(公里)",
        "质量指标\t巡护合格率\t=100.00(%)",
        "效益指标\t生态效益指标\t水面清洁程度\t提升",
        "满意度指标\t服务对象满意度指标\t居民满意度\t≥90.00(%)",
    )
    assert rows(record) == WHOLE


def test_a_second_row_under_one_label_keeps_its_label() -> None:
    record = with_rows("绩效指标\t产出指标\t数量指标\t巡护河段\t≥30.00(公里)", "\t\t\t清理垃圾\t≥5.00(吨)")
    assert rows(record)[1] == ("产出指标", "数量指标", "清理垃圾", "≥5.00(吨)")


def test_a_label_that_spans_rows_of_a_true_grid_serves_them_all() -> None:
    record = record_of(
        table(
            (1, 0, "产出指标", 3, 1),
            (1, 1, "数量指标", 2, 1),
            (1, 2, "巡护河段"),
            (1, 3, "≥30.00(公里)"),
            (2, 2, "清理垃圾"),
            (2, 3, "≥5.00(吨)"),
            (3, 1, "质量指标"),
            (3, 2, "巡护合格率"),
            (3, 3, "=100.00(%)"),
        )
    )
    assert rows(record) == [
        ("产出指标", "数量指标", "巡护河段", "≥30.00(公里)"),
        ("产出指标", "数量指标", "清理垃圾", "≥5.00(吨)"),
        ("产出指标", "质量指标", "巡护合格率", "=100.00(%)"),
    ]
    assert not doubted(record)


def test_an_empty_cell_of_a_true_grid_is_null_and_the_next_is_not_shifted() -> None:
    record = record_of(
        table(
            (1, 0, "产出指标"), (1, 1, "数量指标"), (1, 2, "巡护河段"), (1, 3, ""),
            (2, 0, "产出指标"), (2, 1, "质量指标"), (2, 2, "巡护合格率"), (2, 3, "=100.00(%)"),
        )
    )  # fmt: skip
    assert rows(record) == [
        ("产出指标", "数量指标", "巡护河段", None),
        ("产出指标", "质量指标", "巡护合格率", "=100.00(%)"),
    ]


def test_a_header_repeated_on_the_next_page_is_no_row() -> None:
    text = project_form(rows=INDICATOR_ROWS[:2]) + f"\f{INDICATOR_HEADER}\n" + "\n".join(INDICATOR_ROWS[2:]) + "\n"
    assert rows(record_of(text)) == WHOLE


def test_a_table_over_a_page_break_keeps_its_label() -> None:
    text = project_form(rows=INDICATOR_ROWS[:1]) + "\f" + "\t\t\t清理垃圾\t≥5.00(吨)\n"
    assert rows(record_of(text)) == [WHOLE[0], ("产出指标", "数量指标", "清理垃圾", "≥5.00(吨)")]


def test_a_cell_that_holds_the_same_as_its_neighbour_is_a_value_of_its_own() -> None:
    text = evaluation_form().replace("≥30.00(公里)\t31.00(公里)", "30.00(公里)\t30.00(公里)")
    row = record_of(text).values["indicators"][0]
    assert (row["target"]["value"], row["actual"]["value"]) == ("30.00", "30.00")
    assert (row["weight"], row["score"]) == ("60.00", "60.00")


def test_rows_of_page_text_are_read() -> None:
    record = page_text(
        "产出\n指标\n数量\n指标\n巡护河段 ≥30.00(公里)\n质量\n指标\n巡护合格率 =100.00(%)\n"
        "效益\n指标\n生态\n效益\n指标\n水面清洁程度 提升\n"
        "满意\n度指\n标\n服务\n对象\n满意\n度指\n标\n居民满意度 ≥90.00(%)\n"
    )
    assert rows(record) == WHOLE


@pytest.mark.parametrize("gap", [" ", "  ", "\n"])
def test_a_target_may_stand_beside_its_name_or_below(gap: str) -> None:
    record = page_text(f"产出\n指标\n数量\n指标\n巡护河段{gap}≥30.00(公里)\n清理垃圾{gap}≥5.00(吨)\n")
    assert [row[2:] for row in rows(record)] == [("巡护河段", "≥30.00(公里)"), ("清理垃圾", "≥5.00(吨)")]


def test_a_name_that_the_page_wrapped_is_one_name() -> None:
    record = page_text("产出\n指标\n数量\n指标\n沿河乡镇生活垃圾清\n运处置及时率 ≥30.00(%)\n巡护河段 ≥5.00(公里)\n")
    assert [row[2] for row in rows(record)] == ["沿河乡镇生活垃圾清运处置及时率", "巡护河段"]


@pytest.mark.parametrize("dropped", ["≥30.00(公里)", "巡护合格率", "数量指标"])
def test_a_row_of_page_text_that_lacks_a_value_is_right_or_in_doubt(dropped: str) -> None:
    body = "产出指标 数量指标 巡护河段 ≥30.00(公里)\n质量指标 巡护合格率 =100.00(%)\n".replace(dropped, "")
    record = page_text(body)
    cells = {cell for row in rows(record) for cell in row}
    assert dropped not in cells
    if dropped != "数量指标":
        assert doubted(record)


def test_a_null_mark_is_null_and_no_residue() -> None:
    record = with_rows("绩效指标\t产出指标\t数量指标\t巡护河段\t-")
    assert rows(record) == [("产出指标", "数量指标", "巡护河段", None)]
    assert record.residue == ()


def test_a_level_two_label_alone_in_a_grid_is_a_row() -> None:
    record = with_rows("绩效指标\t产出指标\t数量指标\t\t", "\t\t质量指标\t巡护合格率\t=100.00(%)")
    assert rows(record) == [("产出指标", "数量指标", None, None), ("产出指标", "质量指标", "巡护合格率", "=100.00(%)")]


def test_every_cell_of_a_long_list_is_read_in_order() -> None:
    texts = [f"绩效指标\t产出指标\t数量指标\t巡护第{n}段\t≥{n}.00(公里)" for n in range(1, 201)]
    assert [row[2:] for row in rows(with_rows(*texts))] == [(f"巡护第{n}段", f"≥{n}.00(公里)") for n in range(1, 201)]


def test_a_merged_cell_written_out_once_a_column_is_one_value() -> None:
    read = paged(
        [
            *lines(PROJECT_TITLE, "项目名称 河湖巡护经费"),
            grid(
                ["一级指标", "二级指标", "三级指标", "三级指标", "年度(/项目)指标值"],
                ["产出指标", "数量指标", "巡护河段", "巡护河段", "≥30.00(公里)"],
                ["产出指标", "质量指标", "巡护合格率", "巡护合格率", "=100.00(%)"],
            ),
        ]
    )
    assert rows(record_of(read)) == WHOLE[:2]


def test_a_word_of_a_spanning_label_is_whole_over_a_page_break() -> None:
    header = ["一级指标", "二级指标", "三级指标", "指标值"]
    above = grid(header, ["效益指标", "可持续\n影响指", "养护制度", "健全"])
    below = grid(["", "标", "巡护队伍", "稳定"], page=2)
    record = record_of(paged([*lines(PROJECT_TITLE), above], [below]))
    assert [row["level2"] for row in record.values["indicators"]] == ["可持续影响指标", "可持续影响指标"]


@pytest.mark.parametrize("going", [None, False, True])
def test_a_row_overleaf_without_its_key_puts_the_row_before_the_break_in_doubt(
    monkeypatch: pytest.MonkeyPatch, going: bool | None
) -> None:
    """Where its cells had room above, it is no row that was cut for certain, and none of its own either."""
    monkeypatch.setattr(row_candidates, "may_go_on", lambda above, below: going)
    header = ["一级指标", "二级指标", "三级指标", "指标值"]
    above = grid(header, ["产出指标", "数量指标", "巡护河段", "≥3.00"], ["", "质量指标", "巡护合格率", "≥98.00"])
    below = grid(["", "", "", "(公里)"], page=2)
    record = record_of(paged([*lines(PROJECT_TITLE), above], [below]))
    assert {f.path for f in record.findings if f.kind in ("row_unclear", "row_incomplete")} >= {"indicators[1]"}
    assert "indicators[0]" not in record.unsettled


def test_a_row_without_its_key_is_in_doubt_and_a_row_of_labels_alone_is_not() -> None:
    header = ["一级指标", "二级指标", "三级指标", "指标值"]
    rows = [["产出指标", "数量指标", "巡护河段", "≥3.00(公里)"], ["", "质量指标", "", "=98.00(%)"]]
    record = record_of(paged([*lines(PROJECT_TITLE), grid(header, *rows)]))
    assert ("indicators[1]", "row_incomplete") in {(f.path, f.kind) for f in record.findings}
    labels = record_of(paged([*lines(DEPARTMENT_TITLE), grid(header, rows[0], ["", "质量指标", "", ""])]))
    assert labels.values["indicators"][1]["level3"] is None
    assert labels.settled


def test_the_row_before_a_page_break_is_in_doubt_where_what_follows_may_be_its_end() -> None:
    above = grid(["一级指标", "二级指标", "三级指标", "指标值"], ["产出指标", "数量指标", "巡护", "≥3.00(公里)"])
    record = record_of(paged([*lines(PROJECT_TITLE), above], [grid(["", "", "河段", ""], page=2)]))
    doubts = {f.path for f in record.findings if f.about == "reading"}
    assert {"indicators[0]", "indicators[1]"} <= doubts


def test_a_row_whose_name_and_value_are_both_in_doubt_may_hide_another() -> None:
    """Cells one a line: a name that ends like a value, then a name, then a value, are one row or two."""
    printed = ["整体支出绩效目标申报表", "部门(单位)名称", "云河县航道所", "一级指标", "二级指标", "三级指标", "指标值"]
    printed += [
        "产出指标",
        "数量指标",
        "航标巡检次数",
        "≥80.00(次)",
        "效果指标",
        "社会效益指标",
        "灯塔知晓度",
        "有所提升",
    ]
    printed += ["长效管理指标", "长效管理", "二季度航标维护管理制度建设", "完善", "下半年航标维护管理制度建设", "完善"]
    page = Page(1, tuple(Line(1, n, text) for n, text in enumerate(printed, 1)))
    result = process(Document("d.txt", "0" * 64, (page,)), Settings(), schemas.builtin(), "rules")
    (record,) = (r for r in result.records if r.schema == "department_target")
    right = [row["level3"] for row in record.values["indicators"]][-2:] == [printed[-4], printed[-2]]
    assert right or "indicators" in record.unsettled


def test_a_name_of_two_lines_beside_a_bare_number_for_a_value_puts_its_row_in_doubt() -> None:
    """One cell a line: the second line may be the first value, and the number behind it the weight."""
    head = evaluation_form().split("一级指标")[0].replace("\t", "\n")
    labels = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
    first = ["成本指标", "经济成本指标", "其他防汛演练成本控制数", "不超预算", "不超预算", "30.00", "30.00", "/"]
    second = ["产出指标", "数量指标", "上半年水位站校准完成数", ">2200.00(座)", "2200(座)", "30.00", "30.00", "/"]
    printed = ["", *labels, "", *first, "", *second, "", "总分", "100.00", "100.00"]
    record = record_of(head + "\n".join(printed) + "\n")
    row = record.values["indicators"][0]
    assert row["actual"]["text"] == "不超预算" or "indicators[0]" in record.unsettled
    assert record.values["indicators"][1]["target"]["text"] == ">2200.00(座)"


def test_a_word_of_a_column_alone_in_its_line_is_a_row_where_marks_part_the_cells() -> None:
    head = f"{DEPARTMENT_TITLE}\n(2031年度)\n部门(单位)名称\t河道所\n一级指标\t二级指标\t三级指标\t指标值\n"
    body = "投入管理指标\t预算编审管理\n{}\n国库管理\n产出指标\t数量指标\t巡护河段\t≥30.00(公里)\n"
    of = record_of(head + body.format("预算执行管理"))
    assert [row["level2"] for row in of.values["indicators"]] == [
        "预算编审管理",
        "预算执行管理",
        "国库管理",
        "数量指标",
    ]
    assert not any(f.path.startswith("indicators") for f in of.findings if f.about == "reading")
    other = record_of(head + body.format("河道所资料汇编"))
    assert len(other.values["indicators"]) == 3
    assert doubted(other)


@pytest.mark.parametrize(("goal", "rows"), [("完成巡护任务。" * 9, 2), ("完成巡护任务。" * 8, 1)])
def test_in_a_text_with_a_line_wider_than_a_page_each_line_is_a_cell(goal: str, rows: int) -> None:
    head = f"{PROJECT_TITLE}\n(2031年度)\n项目名称\n河湖巡护经费\n年度总体目标\n{goal}\n"
    body = "一级指标\n二级指标\n三级指标\n年度(/项目)指标值\n效益指标\n社会效益指标\n"
    body += "下半年巡护讲座影响力提升情况\n提升\n一季度巡护河段影响力提升情况\n稳定\n"
    body += "满意度指标\n服务对象满意度指标\n居民满意度\n高\n"
    of = record_of(head + body)
    found = [row["level3"] for row in of.values["indicators"]]
    assert len(found) == rows + 1
    assert doubted(of) == (rows == 1)


@pytest.mark.parametrize(
    ("cells", "shifted"),
    [(["河道巡护", "≥30公里", "10", "10", ""], True), (["河道巡护类", "巡护次数", "河道巡护", "≥30公里", "10"], False)],
)
def test_a_row_whose_label_is_none_of_its_column_and_that_lacks_cells_is_shifted(
    cells: list[str], shifted: bool
) -> None:
    head = ["一级指标", "二级指标", "三级指标", "年度指标值", "分值"]
    rows = [["产出指标", "数量指标", "巡护河道", "≥20公里", "10"], cells]
    record = record_of(paged([*lines(EVALUATION_TITLE), grid(head, *rows)]))
    assert ("row_shifted" in kinds(record)) == shifted


def test_a_row_without_the_number_that_the_others_have_is_in_doubt() -> None:
    head = ["年度重点任务", "内容", "主要内容"]
    rows = [["", "任务1", "巡护河道"], ["", "任务2", "清理垃圾"]]
    whole = record_of(paged([*lines(DEPARTMENT_TITLE), grid(head, *rows)]))
    more = record_of(paged([*lines(DEPARTMENT_TITLE), grid(head, *rows, ["", "本级安排", "20.00"])]))
    assert [f.path for f in more.findings if "no number" in f.message] == ["key_tasks[2]"]
    assert not [f for f in whole.findings if "no number" in f.message]
