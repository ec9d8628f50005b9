"""Rows whose cells are parted by bars, or by gaps of one width, are rows of cells; other white stays as it is."""

from __future__ import annotations

import pytest

from extractor.readers.detect import kind_of_text
from extractor.readers.text.separators import tabbed

ROWS = [
    ["项目名称", "流动书车", "类别", "一"],
    ["部门", "水务局", "单位", "河道所"],
    ["甲", "乙"],
    ["丙", "丁 戊"],
    ["己", "庚"],
]


@pytest.mark.parametrize("gap", ["    ", "  ", "　　", " | "])
def test_one_separator_parts_cells(gap: str) -> None:
    assert tabbed([gap.join(row) for row in ROWS]) == ["\t".join(row) for row in ROWS]


def test_blank_cells_between_bars_are_kept() -> None:
    lines = [" |  | ".join(row) for row in ROWS] + [" | 末", "| 末 | "]
    assert tabbed(lines)[-2:] == ["\t末", "\t末\t"]
    assert tabbed(lines)[2] == "甲\t\t乙"


def test_gaps_of_many_widths_are_places_on_the_page() -> None:
    lines = [f"{row[0]:<12}{row[1]:<9}{row[-1]}" for row in ROWS]
    assert tabbed(lines) == lines


def test_a_few_wide_gaps_in_prose_part_no_cells() -> None:
    lines = ["填报人：林知    电话：0100    日期：三月"] * 4 + ["一行普通的文字。"] * 30
    assert tabbed(lines) == lines


def test_tabs_are_the_separator_where_there_are_any() -> None:
    lines = ["甲    乙    丙"] * 6 + ["甲\t乙"]
    assert tabbed(lines) == lines


def test_rows_with_bars_between_cells_and_none_around_are_no_markdown() -> None:
    rows = ["甲 | 乙 | 丙", " | 丁 | ", " | 戊 | ", " | 己 | ", "庚 | 辛 | 壬"]
    assert kind_of_text("\n".join(rows), ".txt") == "text"
    assert kind_of_text("\n".join(f"| {row} |" for row in rows), ".txt") == "markdown"
