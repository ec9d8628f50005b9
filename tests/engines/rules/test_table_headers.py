"""Headers of several rows, and cells of a header that are no label."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.document.layout import Block, Cell, Grid
from extractor.document.results import Record
from tests.form_cases import EVALUATION_TITLE, PROJECT_TITLE, lines, paged, record_of

Given = tuple[int, int, str] | tuple[int, int, str, int] | tuple[int, int, str, int, int]

NAME: tuple[Given, ...] = ((0, 0, "项目名称"), (0, 1, "河湖巡护经费", 1, 4))


def table(*cells: Given, title: str = PROJECT_TITLE) -> Record:
    """The record of a form whose table has these cells: row, column, text, row span, column span."""
    own = tuple(Cell(1, 1, *cell) for cell in sorted(cells, key=lambda c: c[:2]))
    above: list[Block] = lines(title, "(2031年度)")
    return record_of(paged([*above, Grid(1, 1, own)]))


def indicators(record: Record) -> list[list[Any]]:
    return [[v["text"] if isinstance(v, dict) else v for v in row.values()] for row in record.values["indicators"]]


def rows(first: int, columns: tuple[int, ...] = (0, 1, 2, 3)) -> tuple[Given, ...]:
    """Two rows of a list, their cells in these columns."""
    texts = [["产出指标", "数量指标", "巡护河段", "≥30.00(公里)"], ["效益指标", "生态效益指标", "水面清洁程度", "提升"]]
    return tuple((first + n, col, text) for n, row in enumerate(texts) for col, text in zip(columns, row, strict=True))


READ = [["产出指标", "数量指标", "巡护河段", "≥30.00(公里)"], ["效益指标", "生态效益指标", "水面清洁程度", "提升"]]
LEVELS = ("一级指标", "二级指标", "三级指标")


def levels(row: int) -> tuple[Given, ...]:
    return tuple((row, col, text) for col, text in enumerate(LEVELS))


SPANNED: tuple[Given, ...] = ((1, 0, "绩效指标", 1, 3), (1, 3, "指标值", 2), *levels(2))
PLAIN: tuple[Given, ...] = (
    *((1, n, text) for n, text in enumerate(("绩效指标", "", "", "指标值"))),
    *levels(2),
    (2, 3, ""),
)
BEHIND: tuple[Given, ...] = (
    (1, 0, "一级指标", 2),
    (1, 1, "绩效指标", 1, 3),
    *((2, n, text) for n, text in enumerate(("二级指标", "三级指标", "指标值"), 1)),
)


@pytest.mark.parametrize("header", [SPANNED, PLAIN, BEHIND])
def test_a_header_of_two_rows_is_one(header: tuple[Given, ...]) -> None:
    record = table(*NAME, *header, *rows(3))
    assert indicators(record) == READ
    assert record.settled


def test_a_header_of_three_rows_is_one_and_a_cell_over_its_labels_is_a_heading_whatever_it_says() -> None:
    header: tuple[Given, ...] = (
        (1, 0, "绩效指标", 1, 3), (1, 3, "指标值", 3),
        (2, 0, "指标体系", 1, 2), (2, 2, "三级指标", 2),
        (3, 0, "一级指标"), (3, 1, "二级指标"),
    )  # fmt: skip
    record = table(*NAME, *header, *rows(4))
    assert indicators(record) == READ
    assert record.settled and not record.residue


def test_a_column_label_over_labels_of_columns_is_no_column() -> None:
    """It says 指标名称, as another office calls its third column."""
    header: tuple[Given, ...] = (
        (1, 0, "指标名称", 1, 3), (1, 3, "指标值", 2),
        (2, 0, "一级指标"), (2, 1, "二级指标"), (2, 2, "三级指标"),
    )  # fmt: skip
    record = table(*NAME, *header, *rows(3))
    assert indicators(record) == READ
    assert record.settled


def test_a_matrix_has_a_header_of_two_rows() -> None:
    header: tuple[Given, ...] = (
        (1, 0, "项目资金(万元)", 3), (1, 1, "", 2), (1, 2, "年初预算数", 2), (1, 3, "预算执行情况", 1, 2),
        (1, 5, "分数", 2),
        (2, 3, "全年预算数"), (2, 4, "全年执行数"),
    )  # fmt: skip
    values: tuple[Given, ...] = tuple(
        (3, col, text) for col, text in enumerate(("年度资金总额", "9.00", "8.00", "7.00", "10.00"), 1)
    )
    record = table((0, 0, "项目名称"), (0, 1, "河湖巡护经费", 1, 5), *header, *values, title=EVALUATION_TITLE)
    total = record.values["funding"]["total"]
    assert (total["initial_budget"], total["annual_budget"], total["executed"], total["weight"]) == (
        "9.00", "8.00", "7.00", "10.00",
    )  # fmt: skip


@pytest.mark.parametrize(("at", "columns"), [(0, (1, 2, 3, 4)), (3, (0, 1, 2, 4)), (4, (0, 1, 2, 3))])
def test_what_stands_below_a_cell_of_a_header_that_is_no_label_is_in_no_column(
    at: int, columns: tuple[int, ...]
) -> None:
    names = [*LEVELS, "指标值"]
    names.insert(at, "测算依据")
    header: tuple[Given, ...] = tuple((1, col, text) for col, text in enumerate(names))
    record = table(*NAME, *header, *rows(2, columns), (2, at, "按河长计"), (3, at, "按月抽查"))
    assert indicators(record) == READ
    assert {r.text for r in record.residue} == {"测算依据", "按河长计", "按月抽查"}
    assert {f.kind for f in record.findings if f.path == "indicators"} == {"column_unknown"}
    assert not [path for path in record.unsettled if path.startswith("indicators")]  # columns are facts here


def test_a_cell_of_a_header_that_is_no_label_is_no_part_of_the_text_above() -> None:
    goals: tuple[Given, ...] = (
        (1, 1, "项目总目标"),
        (1, 2, "年度总体目标", 1, 3),
        (2, 1, "三年内清理。"),
        (2, 2, "全年巡护。", 1, 3),
    )
    header: tuple[Given, ...] = tuple((3, col, text) for col, text in enumerate(("序号", *LEVELS, "指标值")))
    record = table(*NAME, *goals, *header, *rows(4, (1, 2, 3, 4)))
    assert record.values["annual_goal"] == "全年巡护。"
    assert record.values["overall_goal"] == "三年内清理。"
    assert "序号" in {r.text for r in record.residue}


def test_the_label_of_a_column_apart_from_the_header_puts_the_list_in_doubt() -> None:
    header: tuple[Given, ...] = ((1, 0, "指标值", 1, 3), (2, 0, "按年填写", 1, 3), *levels(3))
    record = table(*NAME, *header, *rows(4)[:3])
    assert "indicators" in {f.path for f in record.findings if f.kind == "header_unclear"}
