"""Page numbers and running heads belong to the page; everything else is print."""

from __future__ import annotations

import pytest

import schemas
from extractor.document.layout import Block, Box, Cell, Document, Grid, Line, Page, Turn, Word
from extractor.forms.regions import cut
from tests.form_cases import PROJECT_TITLE, document, grid, lines, paged


def texts(read: Document) -> list[str]:
    places = {(p.page, p.unit) for p in cut(read, schemas.builtin()).furniture}
    return [u.text for u in read.units() if (u.page, u.id) in places]


def pages_with(head: str, foot: str, count: int) -> list[list[Block]]:
    return [
        [*lines(head, "", "", f"甲{n}", f"乙{n}", f"丙{n}", "", "", foot.format(n), page=n)]
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    "text", ["- 3 -", "3 -", "—3—", "第3页", "第 3 页 共 12 页", "第3页/共12页", "Page 3 of 12", "3/12", "— 12 —"]
)
def test_a_page_number_is_furniture_wherever_it_stands(text: str) -> None:
    assert texts(document(f"甲\n{text}\n乙\n")) == [text]


@pytest.mark.parametrize("text", ["3.50", "第3页说明", "2031", "-", "1/2以上", "3", "-3%-"])
def test_what_only_looks_like_a_page_number_is_print(text: str) -> None:
    assert texts(document(f"甲\n{text}\n乙\n")) == []


def test_a_head_on_three_pages_is_a_running_head() -> None:
    assert texts(paged(*pages_with("云桥县水务局预算", "末{}", 3))) == ["云桥县水务局预算"] * 3


def test_a_line_on_two_of_three_pages_may_be_print() -> None:
    heads = ("云桥县水务局预算", "云桥县水务局预算", "说明")
    assert (
        texts(paged(*[[*lines(head, f"甲{n}", "乙", f"丙{n}", f"丁{n}", page=n)] for n, head in enumerate(heads, 1)]))
        == []
    )


def test_a_declared_title_is_never_a_running_head() -> None:
    assert texts(paged(*pages_with(f"云桥县{PROJECT_TITLE}", "末{}", 4))) == []


def test_a_bare_number_at_the_edge_is_furniture_where_it_is_the_number_of_its_page() -> None:
    assert texts(paged(*pages_with("", "{}", 3))) == ["1", "2", "3"]
    assert texts(paged([*lines("甲", "乙", "丙", "7")], [*lines("丁", "戊", "己", "9", page=2)])) == []


def placed(text: str, page: int, top: float) -> Line:
    return Line(page, 1, text, Box(60, top, 200, top + 10))


def test_what_stands_at_another_height_on_each_page_is_no_running_foot() -> None:
    """The same note ends two forms; it is print of both."""
    pages: list[list[Block]] = [
        [grid(["甲", "乙"], page=n), placed("说明：按批复的预算填写。", n, 300.0 + 90 * n)] for n in (1, 2)
    ]
    assert texts(paged(*pages)) == []


def test_a_head_at_the_same_place_on_few_of_many_pages_is_a_running_head() -> None:
    pages: list[list[Block]] = [
        [*([placed("预算汇编", n, 40.0)] if n in (1, 4) else []), grid(["甲", "乙"], page=n)] for n in range(1, 6)
    ]
    assert texts(paged(*pages)) == ["预算汇编", "预算汇编"]


def test_bare_numbers_among_blank_lines_are_page_numbers_where_they_count_on() -> None:
    assert texts(document("甲\n\n\n4\n\n\n乙\n\n\n5\n\n\n丙\n")) == ["4", "5"]
    assert texts(document("甲\n\n\n4\n\n\n乙\n\n\n9\n\n\n丙\n")) == []


@pytest.mark.parametrize(
    ("box", "known"),
    [((290, 800, 305, 812), True), ((290, 400, 305, 412), False), ((60, 800, 75, 812), False), (None, False)],
)
def test_a_bare_number_in_the_middle_of_the_foot_is_the_page_s_number(
    box: tuple[float, float, float, float] | None, known: bool
) -> None:
    own = Line(1, 2, "37", Box(*box) if box else None)
    page = Page(1, (*lines("河湖巡护经费"), own), 595, 842)
    assert texts(Document("a.pdf", "", (page,))) == (["37"] if known else [])


def test_the_foot_of_a_page_that_was_turned_is_that_of_the_page_as_read() -> None:
    page = Page(1, (*lines("河湖巡护经费"), Line(1, 2, "37", Box(290, 800, 305, 812))), 842, 595, "ocr", Turn(1))
    assert texts(Document("a.pdf", "", (page,))) == ["37"]


def test_a_cell_is_never_furniture() -> None:
    assert texts(paged(*[[grid(["第1页", "甲"], page=n)] for n in (1, 2, 3)])) == []


def test_one_page_has_no_running_head() -> None:
    assert texts(document("甲\n乙\n甲\n")) == []


def test_a_lone_number_among_blank_lines_may_be_a_value() -> None:
    assert texts(document("经费\n\n\n100\n\n\n说明\n")) == []


def test_a_lone_one_among_blank_lines_may_be_a_value() -> None:
    assert texts(document("下属预算单位个数\n\n\n1\n\n\n说明\n")) == []


def test_a_running_head_may_begin_like_a_word_of_a_spanning_label() -> None:
    """`预算绩效管理` is such a word; the head says more."""
    head = "预算绩效管理内部资料"
    pages: list[list[Block]] = [
        [Line(n, 1, head, Box(250, 15, 340, 24)), grid([f"第{n}页"], page=n)] for n in (1, 2, 3)
    ]
    assert texts(paged(*pages)) == ["预算绩效管理内部资料"] * 3


def headed(number: int, in_table: bool) -> Page:
    """A page whose head stands on a line, or was read as the first row of the table below it."""
    head = "云桥县预算公开附表"
    box = Box(50.0, 20.0, 140.0, 30.0)
    first = Cell(number, 1, 0, 0, head, words=(Word(0, head, box),)) if in_table else None
    line = [] if in_table else [Line(number, 1, head, box)]
    body = Cell(number, 1, 1, 0, f"甲{number}"), Cell(number, 1, 1, 1, f"乙{number}")
    grid = Grid(number, 1, (*([first] if first else []), *body))
    return Page(number, (*line, grid), 595.0, 842.0)


@pytest.mark.parametrize(("in_table", "heads"), [((False, True), 2), ((True, True), 0), ((False, False), 2)])
def test_a_head_that_was_read_into_the_table_below_it_is_furniture(in_table: tuple[bool, bool], heads: int) -> None:
    """Titles of tables stand in their first rows on every page: one of the heads must stand on a line."""
    pages = tuple(headed(n, inside) for n, inside in enumerate(in_table, 1))
    assert texts(Document("case.pdf", "0" * 64, pages)) == ["云桥县预算公开附表"] * heads


@pytest.mark.parametrize(("x", "number", "foot"), [(290.0, "7", True), (60.0, "1", True), (60.0, "7", False)])
def test_the_number_of_the_page_is_its_foot_wherever_it_stands(x: float, number: str, foot: bool) -> None:
    line = Line(1, 2, number, Box(x, 800.0, x + 6, 810.0))
    page = Page(1, (Line(1, 1, "甲", Box(60.0, 60.0, 70.0, 70.0)), line), 595.0, 842.0)
    assert texts(Document("case.pdf", "0" * 64, (page,))) == [number] * foot


def test_a_first_line_that_stands_again_among_blank_lines_is_a_running_head() -> None:
    head = "云桥县河湖项目资料汇编"
    read = document(f"{head}\n\n{PROJECT_TITLE}\n项目名称\t河湖巡护\n\n{head}\n\n主管部门\t云桥县水务局\n")
    assert texts(read) == [head, head]


def test_a_first_line_that_stands_again_beside_its_label_is_a_value() -> None:
    read = document(f"云桥县水务局机关\n{PROJECT_TITLE}\n\n主管部门\n云桥县水务局机关\n\n实施单位\n云桥县河道所\n")
    assert texts(read) == []


@pytest.mark.parametrize(
    ("between", "found"),
    [
        (["4"], ["4"]),
        (["云桥县水务局年度自评", "4"], ["云桥县水务局年度自评", "4"]),
        (["4", "云桥县水务局年度自评"], ["4", "云桥县水务局年度自评"]),
        (["4", "二、自评结果"], ["4"]),
        (["云桥县水务局年度自评"], []),
        (["4", "5"], []),
        (["云桥县水务局年度自评", "4", "见下表"], []),
    ],
)
def test_a_number_between_two_tables_of_a_text_is_a_page_number(between: list[str], found: list[str]) -> None:
    blocks: list[Block] = [grid(["甲", "乙"]), *lines(*between), grid(["丙", "丁"], number=2)]
    assert texts(paged(blocks)) == found


def test_a_number_between_a_table_and_a_line_is_print() -> None:
    assert texts(paged([grid(["甲", "乙"]), *lines("4", "见下文")])) == []


HEAD = "云桥县水务局 年度决算公开"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"甲\n\n12\n{HEAD}\n\n乙\n\n13\n{HEAD}\n\n丙\n", ["12", HEAD, "13", HEAD]),
        (f"甲\n\n{HEAD}\n12\n\n乙\n\n{HEAD}\n13\n\n丙\n\n\n14\n", [HEAD, "12", HEAD, "13", "14"]),
        (f"甲\n\n12\n{HEAD}\n\n乙\n\n14\n{HEAD}\n\n丙\n", []),
        (f"甲\n\n12\n{HEAD}\n\n乙\n\n13\n另一行文字\n\n丙\n", []),
        (f"甲\n12\n{HEAD}\n\n乙\n\n13\n{HEAD}\n\n丙\n", []),
    ],
)
def test_a_head_that_stands_with_page_numbers_that_count_up_is_furniture(text: str, found: list[str]) -> None:
    assert sorted(texts(document(text))) == sorted(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"甲\n\n{HEAD}\n\n第 15 页\n\n乙\n\n{HEAD}\n\n第 16 页\n\n丙\n", 4),
        (f"甲\n\n{HEAD}\n\n第 15 页\n\n乙\n\n第 16 页\n\n丙\n", 2),
        ("甲\n\n通过\n\n第 15 页\n\n乙\n\n通过\n\n第 16 页\n\n丙\n", 2),
    ],
)
def test_a_line_that_stands_beside_page_numbers_again_is_a_running_head(text: str, found: int) -> None:
    """A short line may be a cell that is printed twice."""
    assert len(texts(document(text))) == found
