"""Tables of text whose cells begin at exact columns, at the tops of their rows: the wrap tells the rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from extractor.document.layout import Grid, Line
from extractor.document.results import Record
from extractor.readers.text import reader as text_source
from extractor.readers.text_file import Loaded
from extractor.tables.unruled import left_aligned
from extractor.tables.unruled.line_segments import display_width
from tests.form_cases import PROJECT_TITLE, record_of

WIDTH, GAP = 10, 3
Cells = dict[int, str]
"""Column → the text of the cell that begins there."""


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of a width, in half-width characters."""
    out = [""]
    for char in text:
        if char == "\n" or display_width(out[-1] + char) > width:
            out.append("")
        out[-1] += char.strip("\n")
    return out


def printed(*rows: Cells | str, width: int = WIDTH) -> list[str]:
    """Rows as a program prints them; a text is a line of its own."""
    out: list[str] = []
    for row in rows:
        if isinstance(row, str):
            out.append(row)
            continue
        starts = [*sorted(row), 6]
        cells = {a: wrapped(row[a], (b - a) * (width + GAP) - GAP) for a, b in pairwise(starts)}
        for n in range(max(map(len, cells.values()))):
            line = ""
            for column, texts in cells.items():
                if n < len(texts):
                    line += " " * (column * (width + GAP) - display_width(line)) + texts[n]
            out.append(line)
    return out


def blocks(lines: Sequence[str]) -> list[Line | Grid] | None:
    return left_aligned.grids([Line(1, n, text) for n, text in enumerate(lines, 1) if text], 1)


def record(*rows: Cells | str) -> Record:
    """The record of a form that holds a table of these rows."""
    return of_lines(printed(*rows))


def of_lines(lines: Sequence[str]) -> Record:
    """The record of a form that holds these lines."""
    text = "\n".join([PROJECT_TITLE, "(2031年度)", "", *lines])
    return record_of(text_source.document(Loaded(text, "0" * 64, ()), "case.txt"))


def read(*rows: Cells | str) -> list[list[Cells]]:
    """The rows of each table, the columns as printed."""
    found = blocks(printed(*rows))
    assert found is not None
    return [
        [{c.col: c.text for c in one.cells if c.row == row} for row in range(one.rows)]
        for one in found
        if isinstance(one, Grid)
    ]


HEAD = {0: "一级指标", 1: "二级指标", 2: "三级指标", 3: "指标值", 4: "权重", 5: "得分"}
FIRST = {0: "产出指标", 1: "数量指标", 2: "巡护河段公里数达标", 3: "≥30.00(公里)", 4: "10.00", 5: "9.00"}
SECOND = {2: "河段巡护", 3: "提升", 4: "20.00", 5: "20.00"}
THIRD = {1: "可持续影响指标", 2: "河段管理制度长效", 3: "较上年提升", 4: "20.00", 5: "18.00"}


def test_a_line_below_a_full_one_goes_on_with_it_and_others_begin_rows() -> None:
    assert read(HEAD, FIRST, SECOND, THIRD) == [[HEAD, FIRST, SECOND, THIRD]]


def test_cells_of_the_record_stand_under_their_labels() -> None:
    head = {0: "一级指标", 1: "二级指标", 2: "三级指标", 4: "指标值"}
    first = {0: "产出指标", 1: "数量指标", 2: "上半年计划内巡护河段公里总数", 4: "≥30.00(公里)"}
    second = {1: "可持续影响指标", 2: "巡护制度", 4: "提升"}
    found = record(head, first, second, second, first)
    rows: list[Any] = found.values["indicators"]
    assert [row["level3"] for row in rows[:2]] == ["上半年计划内巡护河段公里总数", "巡护制度"]
    assert [row["level2"] for row in rows[:2]] == ["数量指标", "可持续影响指标"]
    assert not [f for f in found.findings if f.about == "reading" and f.path.startswith("indicators")]


def test_paragraphs_of_a_long_text_are_one_cell() -> None:
    text = "1、完善巡护的记录、复核和归档，形成可以重复使用的工作办法和记录。\n2、全年安排巡护30次，由专人负责和通报。"
    assert read(HEAD, FIRST, THIRD, {0: "年度目标", 2: text}, {0: "评分等级", 2: "优"})[0][3][2] == text


def test_a_row_that_a_page_break_cut_is_whole_and_what_follows_a_title_is_not_of_it() -> None:
    first, rest = printed(HEAD, FIRST, THIRD)[:-1], printed(HEAD, FIRST, THIRD)[-1]
    cut = [*first, "", "- 1 -", "", rest, *printed(SECOND)]
    found = blocks(cut)
    assert found is not None
    grids = [one for one in found if isinstance(one, Grid)]
    assert [c.text for c in grids[0].cells if c.row == 2] == list(THIRD.values())
    assert [c.text for c in grids[1].cells] == list(SECOND.values())
    titled = blocks([*first, "", "另一张表", "二零三一年度", "", rest, *printed(HEAD, FIRST, SECOND, THIRD)])
    assert titled is not None
    before = next(one for one in titled if isinstance(one, Grid))
    assert THIRD[2] not in [c.text for c in before.cells]


@pytest.mark.parametrize(("label", "doubted"), [("结余资金管", True), ("国库管理", False)])
def test_a_line_below_a_full_one_is_in_doubt_where_rows_of_such_a_cell_alone_are_known(
    label: str, doubted: bool
) -> None:
    found = blocks(printed(HEAD, FIRST, {1: "资产管理"}, {1: label}, {1: "采购管理"}, THIRD))
    assert found is not None
    (table,) = [one for one in found if isinstance(one, Grid)]
    unsure = [c.text for c in table.cells if any(w.confidence is not None for w in c.words)]
    assert unsure == (["结余资金管", "采购管理"] if doubted else [])


def test_a_row_that_may_be_the_end_of_the_one_above_is_in_doubt() -> None:
    head = {0: "一级指标", 1: "二级指标", 2: "三级指标", 4: "指标值"}
    first = {0: "产出指标", 1: "可持续影响指标", 2: "巡护河段", 4: "≥30.00(公里)"}
    alone = [{2: "巡护办法"}, {2: "巡护制度"}]
    for name, doubted in (("河段合格公里", False), ("巡护河段合格公里数达标", True)):
        found = record(head, first, *alone, {2: name}, {2: "居民满意"}, *[first] * 4)
        assert [row["level3"] for row in found.values["indicators"]][3:5] == [name, "居民满意"]
        assert doubted == any(f.kind == "row_unclear" and f.path == "indicators[4]" for f in found.findings)


def test_a_label_that_is_higher_than_its_row_is_whole() -> None:
    head = {0: "一级指标", 1: "二级指标", 2: "三级指标", 4: "指标值"}
    first = {0: "产出指标", 1: "数量指标", 2: "上半年计划内巡护河段公里总数", 4: "≥30.00(公里)"}
    lines = printed(
        head, first, {1: "可持续影响指标", 2: "巡护制度", 4: "提升"}, {2: "巡护办法", 4: "提升"}, first, first
    )
    over = next(n for n, line in enumerate(lines) if line.strip() == "指标")
    lines[over : over + 2] = [f"{' ' * 13}指标{lines[over + 1][17:]}"]
    found = of_lines(lines)
    assert [row["level2"] for row in found.values["indicators"]][1:3] == ["可持续影响指标"] * 2


def test_forms_of_one_page_may_have_other_columns() -> None:
    other = printed(HEAD, FIRST, SECOND, THIRD, width=12)
    lines = [*printed(HEAD, FIRST, SECOND, THIRD), "", "另一张表", "二零三一年度", "", *other]
    found = blocks(lines)
    assert found is not None
    first, second = (one for one in found if isinstance(one, Grid))
    assert [c.text for c in first.cells] == [c.text for c in second.cells]


def test_a_line_with_gaps_that_stands_below_no_other_is_of_no_table() -> None:
    assert read(HEAD, FIRST, SECOND, THIRD, "", "填报人：林    电话：0100-5550123    日期：三月")[0][-1] == THIRD


@pytest.mark.parametrize("shift", [0, 1])
def test_figures_at_the_right_of_their_columns_are_told_from_white(shift: int) -> None:
    rows = [HEAD, FIRST, *({**SECOND, 4: f"{10**n}.00"} for n in range(4)), THIRD]
    lines = printed(*rows)
    moved = [line.replace(f" {10**n}.00", " " * (4 - n) * shift + f" {10**n}.00") for line in lines for n in [0]]
    assert (blocks(moved if shift else lines) is None) == bool(shift)


def test_columns_that_are_laid_out_again_on_the_next_page_are_told_from_white() -> None:
    assert blocks([*printed(HEAD, FIRST, THIRD), "", "- 1 -", "", *printed(SECOND, THIRD, SECOND, width=11)]) is None


def test_cells_in_the_middle_of_their_rows_are_told_from_white() -> None:
    lines = [
        "名称          数量     备注",
        "便携式水位",
        "              4        河道",
        "观测箱",
        "手持雨量计",
        "              5        河道",
        "两台",
        "长柄救生圈",
        "              6        河道",
        "一套",
    ]
    assert blocks(lines) is None


def test_a_page_without_a_line_is_a_page_without_a_block() -> None:
    page = "\n".join(printed(HEAD, FIRST, SECOND, THIRD))
    document = text_source.document(Loaded(f"\f{page}\n\f", "0" * 64, ()), "case.txt")
    alone = text_source.document(Loaded(page, "0" * 64, ()), "case.txt")
    (whole,) = alone.pages[0].blocks
    (nothing,), (same,) = [one.blocks or [None] for one in document.pages]
    assert nothing is None
    assert isinstance(whole, Grid)
    assert isinstance(same, Grid)
    assert [c.text for c in same.cells] == [c.text for c in whole.cells]
