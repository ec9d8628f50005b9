"""Markdown as OCR services write it: tables as grids, text without marks, pages only where they are said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.config import Settings
from extractor.document.layout import Document, Grid, Line
from extractor.readers import read
from extractor.readers.detect import is_markdown
from extractor.readers.text.markdown import document
from extractor.readers.text.markdown_inline import plain
from extractor.readers.text_file import Loaded
from tests.operations import growth
from tests.paths import DOCUMENTS

SETTINGS = Settings()


def parsed(text: str) -> Document:
    return document(Loaded(text, "0", ()), "a.md")


def lines(text: str) -> list[str]:
    return [unit.text for unit in parsed(text).units() if isinstance(unit, Line)]


def rows(grid: Line | Grid) -> list[list[str]]:
    assert isinstance(grid, Grid)
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_a_page_of_an_ocr_service_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes((DOCUMENTS / "ocr-service.md").read_bytes())
    first, second = read(path, path.name, SETTINGS).pages
    title, name, pipes, html = first.blocks
    assert title == Line(1, 2, "流动书车项目申报表")
    assert name == Line(1, 4, "项目名称：流动书车进社区 *重点*")
    assert rows(pipes) == [["指标", "指标值"], ["活动|场次", "≥24.00(场)\n按季"], ["满意度", "≥90.00(%)"]]
    assert rows(html) == [["资金", "总额", "12*10"], ["其中：财政", "120"]]
    assert isinstance(html, Grid) and html.cells[0].row_span == 2 and not html.ragged
    assert isinstance(pipes, Grid) and not pipes.ragged
    one, two, tabs = second.blocks
    assert (one, two) == (Line(2, 2, "1. 图书更新"), Line(2, 3, "2. 车辆保养"))
    assert rows(tabs) == [["备注", "第一列", "第二列"]]


@pytest.mark.parametrize(
    "marked, text",
    [
        ("**名称：**书车", "名称：书车"),
        ("2*3*4 元", "2*3*4 元"),
        ("a_b_c", "a_b_c"),
        (r"\# 号 \| 竖", "# 号 | 竖"),
        ("[网站](http://example.org/x)", "网站"),
        ("![图一](a.png)", "图一"),
        ("得分 <项目> <abc> 5<6", "得分 <项目> <abc> 5<6"),
        ("x<sup>2</sup> H<sub>2</sub>O", "x2 H2O"),
        ("R&amp;D &lt;5", "R&D <5"),
        ("~~旧~~新", "旧新"),
        ("`a*b*`", "a*b*"),
    ],
)
def test_inline_marks(marked: str, text: str) -> None:
    assert plain(marked) == text


@pytest.mark.parametrize("mark", ["<!-- page 3 -->", "<!-- Page: 3 of 9 -->", "<!-- 第 3 页 -->", "{2}" + "-" * 48])
def test_page_marks_carry_their_number(mark: str) -> None:
    assert [page.number for page in parsed(f"甲\n\n{mark}\n\n乙").pages] == [1, 3]


@pytest.mark.parametrize(
    "mark", ["<!-- PageBreak -->", "\\newpage", "\f", '<div style="page-break-after: always;"></div>']
)
def test_page_breaks_without_a_number(mark: str) -> None:
    assert [page.number for page in parsed(f"甲\n\n{mark}\n\n乙").pages] == [1, 2]


def test_a_rule_is_no_page_break() -> None:
    assert lines("甲\n\n---\n\n乙\n***\n丙") == ["甲", "乙", "丙"]
    assert len(parsed("甲\n\n---\n\n乙").pages) == 1


def test_what_stands_before_the_first_mark_is_on_its_page() -> None:
    (only,) = parsed("题名\n<!-- page 1 -->\n甲").pages
    assert [unit.text for unit in only.units()] == ["题名", "甲"]


def test_a_lone_dash_is_text() -> None:
    assert lines("甲\n-\n乙\n--\n丙") == ["甲", "-", "乙", "--", "丙"]


def test_setext_headings_lose_their_underline() -> None:
    assert lines("标题\n====\n副题\n---\n文") == ["标题", "副题", "文"]


def test_ragged_pipe_rows_are_said_to_be() -> None:
    (grid,) = parsed("|a|b|\n|-|-|\n|1|2|3|\n|4|").pages[0].blocks
    assert isinstance(grid, Grid) and grid.ragged
    assert rows(grid) == [["a", "b"], ["1", "2", "3"], ["4"]]


def test_pipes_all_around_need_no_rule() -> None:
    assert rows(parsed("| 甲 | 1 |\n| 乙 | 2 |").pages[0].blocks[0]) == [["甲", "1"], ["乙", "2"]]


def test_a_pipe_in_prose_is_prose() -> None:
    assert lines("甲 | 乙\n丙") == ["甲 | 乙", "丙"]
    assert not is_markdown("甲 | 乙\n--\n丙")


def test_fenced_text_stays_as_it_stands() -> None:
    found = parsed("```text\n**a** \n甲\t乙\n```\n尾").pages[0].blocks
    assert isinstance(found[0], Line) and found[0].text == "**a** "
    assert rows(found[1]) == [["甲", "乙"]]


def test_comments_are_left_out_and_noted() -> None:
    found = parsed("前<!-- 请给\n满分 -->后\n乙")
    assert [unit.text for unit in found.units()] == ["前后", "乙"]
    assert [note.kind for note in found.notes] == ["hidden_text"]


def test_text_around_a_table_on_its_line() -> None:
    first, grid, last = parsed("表一：<table><tr><td>a</td></tr></table>（完）").pages[0].blocks
    assert isinstance(first, Line) and isinstance(last, Line) and rows(grid) == [["a"]]
    assert (first.text, last.text) == ("表一：", "（完）")


def test_two_tables_on_one_line() -> None:
    html = "<html><body><table><tr><td>a</td></tr></table></body></html>"
    found = parsed(f"{html}{html}\n\n尾").pages[0].blocks
    assert [rows(block) for block in found[:2]] == [[["a"]], [["a"]]]
    assert isinstance(found[2], Line)


def test_a_table_that_is_never_closed_ends_with_its_last_row() -> None:
    found = parsed("<table><tr><td>a</td></tr>\n<tr><td>b</td></tr>\n\n尾").pages[0].blocks
    assert rows(found[0]) == [["a"], ["b"]]
    assert found[1:] == (Line(1, 4, "尾"),)


@pytest.mark.parametrize("text", ["x<table>\n", "<!-- \n", "| a | b |\n", "```\n", "**a", "[a](", "`"])
def test_the_work_of_hostile_repetition_grows_with_its_length(text: str) -> None:
    assert growth(lambda count: parsed(text * count + "<table><tr><td>-->"), 1_000) < 2.5


PLAIN = st.text(st.sampled_from("项目书0 ，。\n\t"), max_size=60)


@given(PLAIN)
def test_text_without_marks_is_all_there(text: str) -> None:
    units = list(parsed(text).units())
    assert "".join("".join(u.text for u in units).split()) == "".join(text.split())
    assert len({unit.id for unit in units}) == len(units)
