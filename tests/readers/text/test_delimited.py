"""Delimited files: the delimiter is told from the lines, quoted fields are whole, nothing is swallowed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.config import Settings
from extractor.document.layout import Document, Grid, Line
from extractor.readers import read

SETTINGS = Settings()


def parsed(folder: Path, text: str, name: str = "a.csv", encoding: str = "utf-8") -> Document:
    (folder / name).write_bytes(text.encode(encoding))
    return read(folder / name, name, SETTINGS)


def rows(grid: Line | Grid) -> list[list[str]]:
    assert isinstance(grid, Grid)
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_the_delimiter_is_the_one_that_lines_agree_on(tmp_path: Path, mark: str, name: str) -> None:
    text = "\n".join(mark.join(row) for row in (["指标", "目标", "实际"], ["场次", "≥24", "25"], ["满意度", "", "93%"]))
    (grid,) = parsed(tmp_path, text, name).pages[0].blocks
    assert rows(grid) == [["指标", "目标", "实际"], ["场次", "≥24", "25"], ["满意度", "", "93%"]]
    assert isinstance(grid, Grid) and not grid.ragged


def test_quoted_fields(tmp_path: Path) -> None:
    (grid,) = parsed(tmp_path, '目标,"一、购书\r\n二、办活动，""好"""\r\n金额,"120,000.00"\r\n').pages[0].blocks
    assert rows(grid) == [["目标", '一、购书\n二、办活动，"好"'], ["金额", "120,000.00"]]


def test_a_stated_delimiter_is_no_row(tmp_path: Path) -> None:
    (grid,) = parsed(tmp_path, "sep=;\n甲;1,5\n").pages[0].blocks
    assert rows(grid) == [["甲", "1,5"]]


def test_empty_rows_part_tables(tmp_path: Path) -> None:
    title, first, second = parsed(tmp_path, "书车自评表\n\n甲,1\n乙,2,3\n,,\n丙,4\n").pages[0].blocks
    assert title == Line(1, 1, "书车自评表")
    assert rows(first) == [["甲", "1"], ["乙", "2", "3"]] and isinstance(first, Grid) and first.ragged
    assert rows(second) == [["丙", "4"]]


def test_one_column_is_lines(tmp_path: Path) -> None:
    assert parsed(tmp_path, "甲\n\n乙\n").pages[0].blocks == (Line(1, 1, "甲"), Line(1, 3, "乙"))


def test_gb18030(tmp_path: Path) -> None:
    (grid,) = parsed(tmp_path, "指标,目标值\n读者满意度,不低于百分之九十\n", encoding="gb18030").pages[0].blocks
    assert rows(grid)[1][0] == "读者满意度"


def test_a_quotation_mark_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    document = parsed(tmp_path, '甲,"乙\n' + "丙,丁\n" * 300)
    assert len(rows(document.pages[0].blocks[0])) == 301
    assert [note.kind for note in document.notes] == ["quotes"]


FIELD = st.text(st.sampled_from('项目书0,"; \n\t|'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    kept = [["表,", "头", "x"], *([*row, "尾"] for row in table)]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(kept)
    (grid,) = parsed(tmp_path_factory.mktemp("csv"), out.getvalue()).pages[0].blocks
    assert rows(grid) == kept
