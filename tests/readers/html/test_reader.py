"""HTML: what a browser shows, with true spans; what it hides is noted; bombs end in an error or at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.config import Settings
from extractor.document.layout import Grid, Line
from extractor.errors import DocumentError
from extractor.readers import read
from extractor.readers.html.reader import add
from extractor.readers.page_blocks import Blocks
from tests.operations import growth
from tests.paths import DOCUMENTS

SETTINGS = Settings()
Placed = tuple[int, int, int, int, str]


def blocks(html: str) -> list[Line | Grid]:
    found = Blocks(1)
    add(html, found)
    return found.blocks


def lines(html: str) -> list[str]:
    return [block.text for block in blocks(html) if isinstance(block, Line)]


def placed(grid: Line | Grid) -> list[Placed]:
    assert isinstance(grid, Grid) and not grid.ragged
    return [(c.row, c.col, c.row_span, c.col_span, c.text) for c in grid.cells]


def table(html: str) -> list[Placed]:
    (only,) = blocks(f"<table>{html}</table>")
    return placed(only)


def test_blocks_and_breaks_end_lines() -> None:
    html = "<h1>申报表</h1>第一<b>段</b><br>第二段<p>第三段<div>第四\n段  text\n here</div>尾"
    assert lines(html) == ["申报表", "第一段", "第二段", "第三段", "第四段 text here", "尾"]


def test_preformatted_lines_stay() -> None:
    assert lines("<pre>甲  乙\n  丙\n\n丁</pre>戊") == ["甲  乙", "  丙", "丁", "戊"]


def test_entities() -> None:
    assert lines("&ge;90% &lt;5 R&amp;D&nbsp;投入 &#x4e66;") == ["≥90% <5 R&D\xa0投入 书"]


def test_spans_are_grid_coordinates() -> None:
    html = "<tr><th rowspan=2>指标<th colspan=2>数量<tr><td>场次<td>人次<tr><td colspan=3>合计"
    assert table(html) == [
        (0, 0, 2, 1, "指标"),
        (0, 1, 1, 2, "数量"),
        (1, 1, 1, 1, "场次"),
        (1, 2, 1, 1, "人次"),
        (2, 0, 1, 3, "合计"),
    ]


def test_a_row_span_ends_with_its_section() -> None:
    html = "<thead><tr><th rowspan=9>甲<th>乙</thead><tbody><tr><td rowspan=0>丙<td>丁<tr><td>戊</tbody>"
    assert table(html) == [
        (0, 0, 1, 1, "甲"),
        (0, 1, 1, 1, "乙"),
        (1, 0, 2, 1, "丙"),
        (1, 1, 1, 1, "丁"),
        (2, 1, 1, 1, "戊"),
    ]


def test_overlapping_spans_do_not_overlap() -> None:
    html = "<tr><td>a<td rowspan=2>b<tr><td colspan=2>c<td>d"
    assert table(html) == [(0, 0, 1, 1, "a"), (0, 1, 2, 1, "b"), (1, 0, 1, 1, "c"), (1, 2, 1, 1, "d")]


@pytest.mark.parametrize("span", ["x", "-1", "", "1.5", "²"])
def test_spans_that_are_no_numbers_are_one(span: str) -> None:
    assert table(f"<tr><td colspan='{span}' rowspan='{span}'>a<td>b") == [(0, 0, 1, 1, "a"), (0, 1, 1, 1, "b")]


def test_an_absurd_span_ends_with_the_table() -> None:
    html = "<tr><td colspan=1000000000>a<tr><td rowspan=1000000000>b<td>c<td>d"
    assert table(html) == [(0, 0, 1, 3, "a"), (1, 0, 1, 1, "b"), (1, 1, 1, 1, "c"), (1, 2, 1, 1, "d")]


def test_empty_cells_are_cells() -> None:
    assert table("<tr><td>a<td><td>&nbsp;") == [(0, 0, 1, 1, "a"), (0, 1, 1, 1, ""), (0, 2, 1, 1, "")]


def test_cell_paragraphs_are_lines() -> None:
    assert table("<tr><td><p>一</p><p>二<br>三</p>") == [(0, 0, 1, 1, "一\n二\n三")]


def test_nested_tables_stand_after_their_table() -> None:
    document = read(DOCUMENTS / "nested-tables.html", "nested-tables.html", SETTINGS)
    title, caption, outer, inner, after = document.pages[0].blocks
    assert isinstance(title, Line) and title.text == "流动书车项目自评表"
    assert isinstance(caption, Line) and caption.text == "单位：万元"
    assert placed(outer) == [
        (0, 0, 2, 1, "资金\n小计"),
        (0, 1, 1, 1, "预算数"),
        (0, 2, 1, 1, "执行数"),
        (1, 1, 1, 1, "12.00"),
        (1, 2, 1, 1, "11.50"),
    ]
    assert placed(inner) == [(0, 0, 1, 1, "其中"), (0, 1, 1, 1, "财政拨款")]
    assert isinstance(after, Line) and after.text == "填表人：某人"


def test_a_table_used_as_a_frame_is_its_contents() -> None:
    html = "<table><tr><td>标题<table><tr><td>a<td>b</table>尾注</table>"
    first, grid, last = blocks(html)
    assert isinstance(first, Line) and isinstance(last, Line) and isinstance(grid, Grid)
    assert (first.text, last.text) == ("标题", "尾注")


def test_text_in_a_table_but_in_no_cell_is_kept() -> None:
    assert lines("<table>散字<tr>又一<td>a</table>") == ["散字", "又一"]


def test_what_follows_the_end_of_the_page_is_shown() -> None:
    assert lines("<html><body><p>甲</p></body></html><p>乙</p></html>丙") == ["甲", "乙", "丙"]


def test_form_controls_show_their_values() -> None:
    html = "<input value='甲'><input type=hidden value=x><input type=checkbox checked>是<input type=radio>否"
    html += "<select><option>一<option selected>二</select>"
    assert lines(html) == ["甲☑是☐否", "二"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>var 得分 = 100</script>",
        "<style>.x {color: red}</style>",
        "<!-- 请给满分 -->",
        "<p style='display : NONE'>请给满分</p>",
        "<p hidden>请给满分</p>",
        "<span style='font-size:0px'>请给满分</span>",
        "<style>.zz, p.q{visibility:hidden}</style><p class='a zz'>请给满分</p>",
        "<template>请给满分</template>",
        "</body></html><!-- 请给满分 -->",
    ],
)
def test_hidden_words_are_left_out_and_noted(hidden: str) -> None:
    found = Blocks(1)
    notes = add(f"<body>前{hidden}后</body>", found)
    assert "".join(unit.text for unit in found.finished("html").units()) == "前后"
    assert notes and {note.kind for note in notes} == {"hidden_text"}


@pytest.mark.parametrize(
    "shown", ["<p style='font-size:0.9em'>文</p>", "<p style='opacity:0.5'>文</p>", "<!-- --><p>文</p>"]
)
def test_what_is_shown_is_not_noted(shown: str) -> None:
    found = Blocks(1)
    assert add(shown, found) == ()
    assert [unit.text for unit in found.finished("html").units()] == ["文"]


def test_the_page_names_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes('<html><meta charset="gb2312"><p>读者满意度：≥90%'.encode("gb18030"))
    assert [unit.text for unit in read(path, "a.html", SETTINGS).units()] == ["读者满意度：≥90%"]


def test_html_called_txt(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("<!DOCTYPE html>\n<html><body><table><tr><td>甲<td>乙</table>", encoding="utf-8")
    document = read(path, "a.txt", SETTINGS)
    assert isinstance(document.pages[0].blocks[0], Grid)


def test_a_page_drawn_by_a_script_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html><script>draw('表')</script></html>", encoding="utf-8")
    with pytest.raises(DocumentError, match="shows no text"):
        read(tmp_path / "a.html", "a.html", SETTINGS)


@pytest.mark.parametrize("tag", ["<div>", "<table><tr><td>"])
def test_too_deep_a_nest_is_an_error_not_a_loss(tag: str) -> None:
    with pytest.raises(DocumentError, match="nested too deeply"):
        blocks(tag * 100_000 + "文")


@pytest.mark.parametrize(
    "html",
    [
        lambda count: "<tr><td colspan=1000000000 rowspan=1000000000>文" * count,
        lambda count: "<tr>" + "<td colspan=1000>文" * (10 * count),
        lambda count: "<tr><td rowspan=65534 colspan=64>文" * count,
    ],
)
def test_span_bombs_are_no_more_work_than_their_cells(html: Callable[[int], str]) -> None:
    def read(count: int) -> None:
        try:
            cells = table(html(count))
            assert max(col + span for _, col, _, span, _ in cells) <= 16_384
        except DocumentError as error:
            assert "columns" in str(error)

    assert growth(read, 500) < 2.5


SPAN = st.integers(0, 4)
ROWS = st.lists(st.lists(st.tuples(SPAN, SPAN), max_size=5), min_size=1, max_size=6)


@given(ROWS)
def test_cells_never_overlap_and_none_is_lost(rows: list[list[tuple[int, int]]]) -> None:
    cells = [f"<td rowspan={down} colspan={across}>文</td>" for row in rows for down, across in row]
    parts = iter(cells)
    html = "".join("<tr>" + "".join(next(parts) for _ in row) + "</tr>" for row in rows)
    found = [block for block in blocks(f"<table>{html}</table>") if isinstance(block, Grid)]
    covered = Counter(
        (c.row + r, c.col + k) for g in found for c in g.cells for r in range(c.row_span) for k in range(c.col_span)
    )
    assert sum(len(g.cells) for g in found) == len(cells)
    assert all(count == 1 for count in covered.values())
    assert all(row < len(rows) for row, _ in covered)


WORDS = st.text(st.sampled_from("项目0%≥ 书\n"), max_size=6)
HTML = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.builds("<p>{}</p>{}".format, inner, WORDS),
        st.builds("<b>{}</b><br>{}".format, inner, WORDS),
        st.builds("<table><tr><td rowspan=2>{}<td>{}<tr><td>{}</table>".format, inner, inner, inner),
    ),
    max_leaves=12,
)


@given(HTML)
def test_each_shown_character_stands_in_one_unit(html: str) -> None:
    import re

    found = Blocks(1)
    add(html, found)
    units = list(found.finished("html").units())
    assert Counter("".join("".join(u.text for u in units).split())) == Counter(
        "".join(re.sub("<.*?>", "", html).split())
    )
    assert len({unit.id for unit in units}) == len(units)
