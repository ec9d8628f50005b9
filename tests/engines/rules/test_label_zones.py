"""What stands behind which label: key and value, shared labels, rows of a matrix, units, repeats."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.document.layout import Box, Document, Grid
from extractor.document.results import Record
from tests.form_cases import (
    DEPARTMENT_TITLE,
    EVALUATION_TITLE,
    PROJECT_TITLE,
    evaluation_form,
    grid,
    lines,
    paged,
    project_form,
    record_of,
)

FUNDS = "项目资金(万元)\t\t年初预算数\t全年预算数\t全年执行数\t分数\t执行率(%)\t得分"


def project(*body: str) -> Record:
    return record_of("\n".join([PROJECT_TITLE, *body]) + "\n")


def evaluation(*body: str) -> Record:
    return record_of("\n".join([EVALUATION_TITLE, "项目名称\t河湖巡护经费", *body]) + "\n")


def flags(record: Record) -> set[str]:
    return {f.path for f in record.findings if f.about == "reading"}


@pytest.mark.parametrize("gap", ["\t", " ", "  ", "\n", "：", "： "])
def test_a_value_stands_behind_its_label_or_below(gap: str) -> None:
    record = project(f"项目名称{gap}河湖巡护经费", f"主管部门{gap}云桥县水务局", f"项目性质{gap}经常性项目")
    assert record.values["project_name"] == "河湖巡护经费"
    assert record.values["supervising_department"] == "云桥县水务局"
    assert record.values["project_nature"] == "经常性项目"


@pytest.mark.parametrize(("shift", "doubted"), [(-2.0, False), (-8.0, True)])
def test_a_text_overleaf_whose_place_and_column_tell_two_labels_is_in_doubt(shift: float, doubted: bool) -> None:
    """The page may lie aside; the nearer label counts."""
    xs = (50.0, 100.0, 250.0, 400.0)

    def part(page: int, *rows: list[str]) -> Grid:
        aside = shift if page > 1 else 0.0
        cells = [
            replace(
                cell, box=Box(xs[cell.col] + aside, 20.0 * cell.row, xs[cell.col + 1] + aside, 20.0 * cell.row + 20)
            )
            for cell in grid(*rows, page=page).cells
        ]
        return Grid(page, 1, tuple(cells))

    head = ["目标", "项目总目标", "年度总体目标"]
    read = paged([*lines(PROJECT_TITLE), part(1, head, ["", "巡护河道。", "巡护"])], [part(2, ["", "", "三十公里。"])])
    record = record_of(read)
    assert record.values["overall_goal"] == "巡护河道。"
    assert ({"overall_goal", "annual_goal"} <= flags(record)) == doubted


def test_three_pairs_on_a_line() -> None:
    values = project("项目名称 河湖巡护经费 项目性质 经常性项目 项目类别 特定目标类").values
    assert (values["project_name"], values["project_nature"], values["project_category"]) == (
        "河湖巡护经费",
        "经常性项目",
        "特定目标类",
    )


def test_an_empty_value_does_not_take_the_next_label_s() -> None:
    values = project("项目名称 项目性质 经常性项目", "主管部门\t\t实施单位\t云桥县河道所").values
    assert (values["project_name"], values["project_nature"]) == (None, "经常性项目")
    assert (values["supervising_department"], values["implementing_unit"]) == (None, "云桥县河道所")


def test_a_name_that_the_page_wrapped_is_whole_or_in_doubt() -> None:
    record = project("项目名称 云桥县河道巡护和水面保洁", "经费 项目性质 经常性项目", "主管部门 云桥县水务局")
    whole = record.values["project_name"] == "云桥县河道巡护和水面保洁经费"
    assert whole or "project_name" in flags(record)
    assert record.values["project_nature"] == "经常性项目"


def test_a_value_wrapped_around_its_label_is_whole_and_in_doubt() -> None:
    record = project("云桥县河道巡护和水面", "项目名称", "保洁经费", "主管部门 云桥县水务局")
    assert record.values["project_name"] == "云桥县河道巡护和水面保洁经费"
    assert "project_name" in flags(record)


def test_a_label_shared_by_two_columns_is_read_by_its_place() -> None:
    funding = record_of(project_form()).values["funding"]
    assert (funding["project_other"], funding["annual_other"]) == (None, "0.00")


def test_both_values_of_a_shared_label() -> None:
    record = record_of(project_form().replace("\t其他资金\t\t其他资金\t0.00", "\t其他资金\t7.00\t其他资金\t8.00"))
    funding = record.values["funding"]
    assert (funding["project_other"], funding["annual_other"]) == ("7.00", "8.00")


def test_a_unit_in_brackets_is_the_currency_unit() -> None:
    assert record_of(project_form()).values["funding"]["currency_unit"] == "元"
    assert record_of(evaluation_form()).values["funding"]["currency_unit"] == "万元"
    assert project("项目资金", "（万元）", "项目资金总额 5.00").values["funding"]["currency_unit"] == "万元"


def test_a_matrix_is_read_row_by_row() -> None:
    funding = record_of(evaluation_form()).values["funding"]
    assert funding["total"] == {
        "initial_budget": "20.00", "annual_budget": "20.00", "executed": "18.00",
        "weight": "10.00", "execution_rate": "90.00", "score": "9.00",
    }  # fmt: skip
    assert (funding["appropriation"]["weight"], funding["appropriation"]["execution_rate"]) == (None, "90.00")
    assert funding["carryover"]["initial_budget"] == "0.00"


def test_a_row_of_a_matrix_that_lost_a_cell_is_in_doubt() -> None:
    record = evaluation(FUNDS, "\t年度资金总额:\t20.00\t18.00\t10.00\t90.00\t9.00")
    assert set(record.values["funding"]["total"].values()) == {None}
    assert "funding.total" in flags(record)


def test_an_empty_cell_of_a_matrix_with_true_columns_shifts_nothing() -> None:
    head = ["项目资金(万元)", "年初预算数", "全年预算数", "全年执行数", "分数", "执行率(%)", "得分"]
    read = paged(
        [
            *lines(EVALUATION_TITLE, "项目名称 河湖巡护经费"),
            grid(head, ["年度资金总额", "20.00", "", "18.00", "10.00", "90.00", "9.00"]),
        ]
    )
    total = record_of(read).values["funding"]["total"]
    assert (total["initial_budget"], total["annual_budget"], total["executed"]) == ("20.00", None, "18.00")


def test_a_row_of_a_matrix_with_null_marks_alone_is_no_doubt() -> None:
    assert flags(evaluation(FUNDS, "\t其他资金\t\t\t\t-\t\t-")) == set()


def test_a_row_of_totals_is_read_by_its_order() -> None:
    values = record_of(evaluation_form()).values
    assert (values["total_weight"], values["total_score"], values["rating"]) == ("100.00", "98.00", "优")


def test_a_row_of_totals_that_lost_a_number_is_in_doubt() -> None:
    record = record_of(evaluation_form().replace("100.00\t98.00\t\n评分", "98.00\n评分"))
    assert (record.values["total_weight"], record.values["total_score"]) == (None, None)
    assert {"total_weight", "total_score"} <= flags(record)


@pytest.mark.parametrize("line", ["(2031年度)", "（2031 年度）", "2031年度", "（2031年）", "2031年"])
def test_a_year_that_stands_alone(line: str) -> None:
    assert project(line, "项目名称 河湖巡护经费").values["year"] == 2031


def test_a_year_in_the_title() -> None:
    assert record_of(f"{PROJECT_TITLE}（2031年度）\n项目名称 河湖巡护经费\n").values["year"] == 2031


def test_a_label_that_stands_again_is_in_doubt() -> None:
    record = project("项目名称\t甲渠清淤", "主管部门\t云桥县水务局", "项目名称\t乙渠清淤")
    assert record.values["project_name"] == "甲渠清淤"
    assert "project_name" in flags(record)


def test_text_that_is_no_amount_is_null_and_in_doubt() -> None:
    record = project("项目资金总额\t约十二万")
    assert record.values["funding"]["project_total"] is None
    assert flags(record)


@pytest.mark.parametrize("mark", ["-", "/", "—", "--"])
def test_a_null_mark_behind_a_label_is_null(mark: str) -> None:
    record = project(f"项目名称\t{mark}", "主管部门\t云桥县水务局")
    assert record.values["project_name"] is None
    assert record.residue == ()


def test_a_dash_that_an_ocr_took_for_the_numeral_is_null_where_a_number_is_expected() -> None:
    record = project("项目资金总额\t一", "项目名称\t一")
    assert record.values["funding"]["project_total"] is None
    assert record.values["project_name"] == "一"
    assert record.residue == ()


def test_a_numbered_list_with_an_item_without_a_number_is_in_doubt() -> None:
    duties = ["部门职责", "1、接收进馆档案并整理。\n2、提供查阅利用服务。"]

    def doubted(*rows: list[str]) -> list[str]:
        record = record_of(paged([*lines(DEPARTMENT_TITLE), grid(*rows)]))
        return [f.path for f in record.findings if f.kind == "item_unnumbered"]

    assert doubted(duties) == []
    assert doubted(duties, ["职目标", ""]) == ["duties"]


def test_a_merged_value_written_out_once_a_column_is_one_value() -> None:
    read: Document = paged([*lines(PROJECT_TITLE), grid(["项目名称", "河湖巡护经费", "河湖巡护经费", "河湖巡护经费"])])
    record = record_of(read)
    assert record.values["project_name"] == "河湖巡护经费"
    assert record.settled


def test_columns_held_apart_by_spaces_are_in_doubt() -> None:
    body = [f"河段{n}号      ≥{n}.00(公里)      备注{n}" for n in range(1, 9)]
    record = project("项目名称    河湖巡护经费    项目性质    经常性项目", *body)
    assert not record.settled


def department(*rows: list[str]) -> Record:
    return record_of(paged([*lines(DEPARTMENT_TITLE), grid(*rows)]))


TASKS = [["年度重点任务", "内容", "主要内容", ""], ["", "任务1", "巡护河道", ""], ["", "任务2", "清理垃圾", ""]]


def test_a_list_ends_at_a_label_below_it() -> None:
    record = department(
        *TASKS,
        ["预算情况", "部门整体预算总额（万元）", "9.00", ""],
        ["", "资金来源", "财政拨款", "8.00"],
        ["", "", "其他资金", "1.00"],
        ["", "资金结构", "基本支出", "5.00"],
        ["", "", "项目支出", "4.00"],
    )
    assert [task["name"] for task in record.values["key_tasks"]] == ["任务1", "任务2"]
    assert record.values["budget"] == {
        "currency_unit": "万元", "total": "9.00", "fiscal": "8.00", "other": "1.00", "basic": "5.00", "project": "4.00",
    }  # fmt: skip
    assert record.settled


def test_a_cell_to_the_left_of_a_list_is_in_none_of_its_rows() -> None:
    record = department(*TASKS, ["附注甲", "任务3", "修补护栏", ""])
    assert record.values["key_tasks"][2] == {"name": "任务3", "content": "修补护栏"}
    assert [r.text for r in record.residue] == ["附注甲"]


def test_a_line_above_a_table_is_no_part_of_the_value_in_its_first_cell() -> None:
    record = record_of(paged([*lines(PROJECT_TITLE, "编号甲之七"), grid(["项目名称", "河湖巡护经费"])]))
    assert record.values["project_name"] == "河湖巡护经费"
    assert [r.text for r in record.residue] == ["编号甲之七"]


def test_who_filled_a_form_in_is_no_residue_and_no_value() -> None:
    above = lines(PROJECT_TITLE, "（2031年度）", "填报单位：云桥县水务局（盖章） 填报日期：2031年1月2日 单位：万元")
    below = lines("单位负责人：丁一 联系电话：0000-5550101", first=9)
    record = record_of(paged([*above, grid(["项目名称", "河湖巡护经费"], ["项目负责人", "乙二"]), *below]))
    assert (record.values["project_name"], record.values["funding"]["currency_unit"]) == ("河湖巡护经费", "万元")
    assert record.residue == ()
    assert record.settled


@pytest.mark.parametrize(("col", "path"), [(5, "total_weight"), (6, "total_score")])
def test_one_figure_of_a_row_of_totals_is_that_of_its_column(col: int, path: str) -> None:
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    row = ["产出指标", "数量指标", "巡护河段", "≥3.00(公里)", "3.00(公里)", "90.00", "90.00"]
    total = ["总分", "", "", "", "", "", ""]
    total[col] = "98.50"
    values = record_of(paged([*lines(EVALUATION_TITLE), grid(header, row, total)])).values
    assert {name: values[name] for name in ("total_weight", "total_score") if values[name]} == {path: "98.50"}


def test_a_label_in_a_text_puts_the_text_in_doubt_where_it_heads_a_column() -> None:
    texts = ["三年内清理。", "三级指标"]
    record = record_of(paged([*lines(PROJECT_TITLE), grid(["项目总目标", "年度总体目标"], texts)]))
    assert {"annual_goal", "indicators"} <= flags(record)


def test_cells_of_several_rows_below_the_label_of_a_text_are_in_doubt() -> None:
    rows = [["项目总目标", "年度总体目标"], ["三年内清理。", "全年巡护。"], ["", "本行另有说明"]]
    assert "annual_goal" in flags(record_of(paged([*lines(PROJECT_TITLE), grid(*rows)])))


def test_a_column_of_a_matrix_that_nobody_knows_shifts_no_value() -> None:
    header = ["项目资金(万元)", "", "年初预算数", "全年预算数", "测算依据", "全年执行数", "分数", "执行率(%)", "得分"]
    row = ["", "年度资金总额", "9.00", "", "8.00", "7.00", "10.00", "77.78", "7.78"]
    total = record_of(paged([*lines(EVALUATION_TITLE), grid(header, row)])).values["funding"]["total"]
    assert (total["initial_budget"], total["annual_budget"], total["executed"]) == ("9.00", None, "7.00")


def test_a_label_with_its_value_that_a_merged_cell_repeats_is_read_once() -> None:
    record = project("项目名称：河湖巡护经费\t项目名称：河湖巡护经费\t主管部门：水务局\t主管部门：水务局")
    assert (record.values["project_name"], record.values["supervising_department"]) == ("河湖巡护经费", "水务局")
    assert not flags(record) & {"project_name", "supervising_department", "implementing_unit"}


def test_a_label_that_stands_twice_without_its_value_is_two_labels() -> None:
    record = project("项目资金(元)\t其他资金\t其他资金\t338,448.00")
    assert record.values["funding"]["project_other"] is None
