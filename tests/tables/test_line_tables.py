"""Tables without ruling lines: columns and rows told from where lines stand."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.document.layout import Box, Cell, Grid, Line, Word
from extractor.readers.text import reader as text_source
from extractor.tables.text_runs import Run
from extractor.tables.unruled import line_tables, spaced_text
from extractor.tables.unruled.line_segments import segments_of
from extractor.tables.words import Piece
from tests.paths import SAMPLES

SAMPLE = SAMPLES / "baisha-civil-2025-targets-layout.txt"


def _lines(text: str) -> list[Line]:
    return [Line(1, n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]


def _grid(text: str) -> Grid:
    found = line_tables.grids(_lines(text), 1, 1)
    return next(block for block in found.blocks if isinstance(block, Grid))


def _at(grid: Grid, text: str) -> Cell:
    return next(c for c in grid.cells if c.text.replace("\n", "") == text)


def test_values_of_two_lines_stand_around_their_labels() -> None:
    page = spaced_text.laid_out(text_source.pages(SAMPLE.read_text())).pages[0]
    grid = next(b for b in page.blocks if isinstance(b, Grid))
    first = [c.text.replace("\n", "") for c in grid.cells if c.row == 0]
    assert first == ["项目名称", "社区老年食堂运营补贴", "项目性质", "经常性专项业务费", "项目类别", "特定目标类"]


def test_merged_labels_span_the_rows_around_them() -> None:
    page = spaced_text.laid_out(text_source.pages(SAMPLE.read_text())).pages[0]
    grid = next(b for b in page.blocks if isinstance(b, Grid))
    label, first, last = _at(grid, "产出指标"), _at(grid, "补贴老年食堂数"), _at(grid, "补贴按季发放率")
    assert (label.row, label.row + label.row_span - 1) == (first.row, last.row)
    assert _at(grid, "数量指标").row_span == 2


def test_titles_stay_lines() -> None:
    page = spaced_text.laid_out(text_source.pages(SAMPLE.read_text())).pages[1]
    assert [b.text.strip() for b in page.blocks if isinstance(b, Line)] == [
        "财政项目支出绩效目标申报表",
        "（2025年度）",
    ]


TABLE = """
    序号      名称                单位      数量

      1       手持雨量计          台         12
      2       便携式水位          套          4
              观测箱
      3       救生绳              条         30
"""


def test_a_line_that_goes_on_in_one_column_is_no_row() -> None:
    grid = _grid(TABLE)
    assert _at(grid, "便携式水位观测箱").row == _at(grid, "4").row
    assert grid.rows == 4


def test_prose_is_left_alone() -> None:
    lines = _lines("本单位全年完成巡查二百次。\n\n各项工作按计划推进，    没有延误。\n下一年继续。")
    assert line_tables.grids(lines, 1, 1).blocks == lines


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(alphabet="甲乙ab1 .", max_size=40), min_size=1, max_size=12))
def test_each_character_stands_in_one_cell_or_line(texts: list[str]) -> None:
    lines = _lines("\n".join(texts))
    found = line_tables.grids(lines, 1, 1)
    shown = [u.text for b in found.blocks for u in (b.cells if isinstance(b, Grid) else [b])]
    assert Counter("".join("".join(shown).split())) == Counter("".join("".join(texts).split()))
    for grid in (b for b in found.blocks if isinstance(b, Grid)):
        places = [(c.row, c.col) for c in grid.cells]
        assert len(places) == len(set(places)) and places == sorted(places)


def _run(x: float, y: float, text: str) -> Run:
    box = Box(x, y, x + 10.0 * len(text), y + 10)
    return Run(box, (Piece(text, box, None, 10.0),))


def test_printed_lines_with_boxes_keep_them() -> None:
    texts = [("名称", "数量"), ("雨量计", "12"), ("水尺", "3")]
    rows = [[_run(50, 20 * n, name), _run(150, 20 * n, count)] for n, (name, count) in enumerate(texts, 1)]
    grid = line_tables.grid_of(segments_of(rows), 1)
    assert [(c.row, c.col, c.text) for c in grid.cells][-2:] == [(2, 0, "水尺"), (2, 1, "3")]
    assert _at(grid, "12").words == (Word(0, "12", Box(150, 40, 170, 50)),)
    assert grid.ragged
