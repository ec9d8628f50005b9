"""Tables of digital PDFs that lack a part of their lines: inner ones, those at a page break, those between rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractor.document.layout import Box, Cell, Word
from extractor.document.results import Row
from extractor.forms.page_breaks import Known, stitched
from tests.readers.pdf.test_reader import SONG, Draw, both, document, grids, lines, shape, text

LEFT, RIGHT = 60, 460
STARTS = (60, 140, 220, 380)
ROWS = [("产出", "数量", "栽种树木", "12.50"), ("", "", "修缮步道", "3.00"), ("效益", "质量", "合格的比例", "98.00")]


def rule(top: float, left: float = LEFT, right: float = RIGHT) -> Draw:
    return lambda canvas: canvas.line(left, top, right, top)


def upright(x: float, top: float, bottom: float) -> Draw:
    return lambda canvas: canvas.line(x, top, x, bottom)


def cells(rows: Sequence[Sequence[str]], top: float = 700, step: float = 24, starts: Sequence[float] = STARTS) -> Draw:
    """Texts in rows so far apart, the baseline of the first 8 points above the foot of its row."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for row, words in enumerate(rows):
            for x, word in zip(starts, words, strict=False):
                canvas.drawString(x + 4, top - step * (row + 1) + 8, word)

    return draw


HEADER = ("一级", "二级", "三级指标", "指标值")
LINED = [HEADER, *ROWS]
LINED_SHAPE = [
    *((0, n, 1, 1, word) for n, word in enumerate(HEADER)),
    (1, 0, 2, 1, "产出"),
    (1, 1, 2, 1, "数量"),
    (1, 2, 1, 1, "栽种树木"),
    (1, 3, 1, 1, "12.50"),
    (2, 2, 1, 1, "修缮步道"),
    (2, 3, 1, 1, "3.00"),
    *((3, n, 1, 1, word) for n, word in enumerate(ROWS[2])),
]
RULES = both(*(rule(top) for top in (700, 676, 628, 604)), rule(652, STARTS[2]))


def test_a_frame_without_lines_between_columns_has_its_columns_by_their_gaps(tmp_path: Path) -> None:
    frame = both(upright(LEFT, 700, 604), upright(RIGHT, 700, 604))
    (grid,) = grids(document(tmp_path, both(cells(LINED), RULES, frame)))
    assert shape(grid) == LINED_SHAPE and not grid.ragged


def test_one_line_between_columns_is_not_all_of_them(tmp_path: Path) -> None:
    (grid,) = grids(document(tmp_path, both(cells(LINED), RULES, upright(STARTS[1], 700, 604))))
    assert shape(grid) == LINED_SHAPE and not grid.ragged


def test_a_line_between_columns_parts_words_that_nearly_touch(tmp_path: Path) -> None:
    near = both(text(182, 708, "Total"), text(211, 708, "12"), rule(724), upright(208.5, 724, 604))
    draw = both(cells(LINED), RULES, near, upright(STARTS[1], 724, 604))
    found = [cell.text for grid in grids(document(tmp_path, draw)) for cell in grid.cells]
    assert {"Total", "12"} <= set(found)


def test_columns_without_lines_between_rows_are_no_row(tmp_path: Path) -> None:
    """The cells of a lattice that hold the rows of several columns: its rows are in doubt, or read apart."""
    sides = both(*(upright(x, 700, 580) for x in (*STARTS, RIGHT)), rule(700), rule(580))
    rows = [
        ("一级", "甲", "树木", "1"),
        ("二级", "乙", "步道", "2"),
        ("三级", "丙", "长廊", "3"),
        ("四级", "丁", "灯", "4"),
    ]
    found = grids(document(tmp_path, both(cells(rows, step=16), sides)))
    assert all(grid.ragged or grid.rows == len(rows) for grid in found)


def test_lines_that_a_label_breaks_off_at_a_page_break_are_of_the_table(tmp_path: Path) -> None:
    """The label goes on overleaf, so that the last lines of the page are shorter than those above."""
    below = cells([("满意", "公众", "问卷一", "90"), ("", "", "问卷二", "91")], top=604)
    (grid,) = grids(document(tmp_path, both(cells(LINED), RULES, below, rule(580, STARTS[2]), rule(556, STARTS[2]))))
    assert shape(grid)[-6:-4] == [(4, 0, 2, 1, "满意"), (4, 1, 2, 1, "公众")] and grid.rows == 6


def test_shorter_lines_of_two_tables_do_not_make_them_one(tmp_path: Path) -> None:
    second = both(cells(LINED, top=500), *(rule(top) for top in (500, 476, 428, 404)), rule(452, STARTS[2]))
    titles = both(text(230, 560, "第二张汇总表", size=14), text(LEFT, 540, "（2031年度）"))
    found = document(tmp_path, both(cells(LINED), RULES, titles, second))
    assert [shape(grid) for grid in grids(found)] == [LINED_SHAPE, LINED_SHAPE]
    assert lines(found) == ["第二张汇总表", "（2031年度）"]


def test_a_row_that_a_page_break_leaves_open_is_of_the_table(tmp_path: Path) -> None:
    """No line below the last row, and none above what is left of it on the next page."""
    rest = both(
        text(STARTS[2] + 4, 790, "的比例和其他"), rule(784), cells([("满意", "公众", "问卷", "90")], top=784), rule(760)
    )
    last = cells([("时效", "进度", "按期完成", "95.00")], top=604)
    first, second = grids(document(tmp_path, both(cells(LINED), RULES, last), rest))
    assert shape(first)[-4:] == [(4, n, 1, 1, word) for n, word in enumerate(("时效", "进度", "按期完成", "95.00"))]
    assert [cell.text for cell in second.cells if cell.row == 0 and cell.text] == ["的比例和其他"]
    assert not second.ragged and second.cols == 4


def test_one_row_at_the_end_of_a_page_is_a_table(tmp_path: Path) -> None:
    (grid,) = grids(document(tmp_path, both(cells([HEADER]), rule(700), rule(676))))
    assert shape(grid) == LINED_SHAPE[:4]


def test_lines_above_and_below_all_rows_do_not_make_them_one(tmp_path: Path) -> None:
    """As books print tables: a line above the header, one below it, one at the end."""
    rows = [(f"{word}类", f"第{word}项", "数量和质量", f"{n}.50") for n, word in enumerate("甲乙丙丁")]
    draw = both(cells([HEADER, *rows], step=18), rule(700), rule(682), rule(610))
    found = grids(document(tmp_path, draw))
    assert not any("\n" in cell.text for grid in found for cell in grid.cells if not grid.ragged)


def test_level_lines_are_rows_where_one_cell_has_room(tmp_path: Path) -> None:
    """Rows as far from each other as lines may be, in columns as wide as their texts but for one."""
    rows = [
        ("产出", "数量指标", "栽种的树木数", "12.50"),
        ("", "质量指标", "修缮步", "13.00"),
        ("", "时效指标", "按期完成数目", "98.00"),
    ]
    draw = both(cells([HEADER, *rows], step=17), rule(700), rule(683), rule(632))
    found = grids(document(tmp_path, draw))
    assert not any("\n" in cell.text for grid in found for cell in grid.cells if not grid.ragged)


def test_a_line_that_ends_inside_of_a_column_parts_its_texts(tmp_path: Path) -> None:
    """The column on the right is blank: nothing shows where the one before it ends, but the lines do."""
    rows = [("任务七", "书画班"), ("任务八", "讲座"), ("任务九", "教材")]
    draw = both(cells(rows), rule(700), *(rule(top, LEFT, 200) for top in (676, 652)), rule(628))
    (grid,) = grids(document(tmp_path, draw))
    assert [(cell.row, cell.text) for cell in grid.cells if cell.text] == [
        (row, word) for row, words in enumerate(rows) for word in words
    ]


def test_an_indented_first_line_and_a_short_second_one_are_one_text(tmp_path: Path) -> None:
    rows = [("资金", "财政的资金", "合计", "12.50"), ("", "", "其他", "3.00")]
    draw = both(
        cells(rows, step=30), text(164, 653, "其他资"), text(144, 641, "金"), *(rule(top) for top in (700, 670, 634))
    )
    (grid,) = grids(document(tmp_path, draw))
    assert "其他资\n金" in [cell.text for cell in grid.cells]


def test_numbers_that_nearly_touch_are_parted_where_others_begin(tmp_path: Path) -> None:
    starts = (60, 140, 334, 380)
    rows = [(word, "完成", "13.00", "11.00") for word in "甲乙丙"]
    near = both(text(64, 612, "丁"), text(144, 612, "完成"), text(343.7, 612, "13.00(条)"), text(384, 612, "11.00"))
    draw = both(cells(rows, starts=starts), near, *(rule(top) for top in (700, 676, 652, 628, 604)))
    (grid,) = grids(document(tmp_path, draw))
    assert [cell.text for cell in grid.cells if cell.row == 3] == ["丁", "完成", "13.00(条)", "11.00"]


def test_a_row_cut_off_by_a_page_break_keeps_its_column(tmp_path: Path) -> None:
    """A longer label below reaches over two columns, and the row above it fits between."""
    starts = (60, 100, 220, 380)
    rows = [HEADER, ("产出", "数量指标", "栽种树木", "12.50"), ("效益", "质量", "合格的", "98.00")]
    first = both(cells(rows, starts=starts), *(rule(top) for top in (700, 676, 652, 628)))
    rest = both(
        cells([("", "指标", "其他")], 800, starts=starts), cells([("评分的等级", "", "", "优")], 776, starts=starts)
    )
    above, below = grids(document(tmp_path, first, both(rest, rule(800), rule(776), rule(752))))
    column = next(cell for cell in above.cells if cell.text == "数量指标").box
    box = next(cell for cell in below.cells if cell.text == "指标").box
    assert column is not None and box is not None and abs(column.x0 - box.x0) < 1


def test_a_table_without_lines_is_as_wide_as_on_the_page_before(tmp_path: Path) -> None:
    first = cells([HEADER, *(("产出", "数量", "栽种树木", "1234567.50") for _ in range(2))])
    above, below = grids(document(tmp_path, first, cells([("产出", "数量", "栽种树木", "3")] * 2, top=800)))
    assert above.box is not None and below.box is not None and abs(above.box.x1 - below.box.x1) < 1


def test_two_texts_close_to_each_other_are_no_lone_line(tmp_path: Path) -> None:
    """The gap is narrower than a character; the line stands on top of a page, where a running head might."""
    rows = [("效益指标", "合格", "12"), ("满意指标", "问卷", "13"), ("时效指标", "按期", "14")]
    draw = cells(rows, 776, 24, (60, 118, 300))
    top = both(text(64, 784, "产出数量的"), text(122, 784, "栽种树木的数量"))
    found = document(tmp_path, both(top, draw))
    assert not lines(found) and any(cell.text == "栽种树木的数量" for grid in grids(found) for cell in grid.cells)


def test_lines_that_go_on_alone_overleaf_stay_in_their_column(tmp_path: Path) -> None:
    """The cell beside them ended on the page before, and much white is below them."""
    starts = (60, 150, 260, 380)
    rows = [HEADER, *(("总体目标的分解", "栽种树木的数量", "按期完成的比例", "12.50") for _ in range(2))]
    first = both(cells(rows, 700, 36, starts), text(154, 588, "和修缮的步道"), text(264, 588, "没有更改"))
    rest = both(text(154, 790, "和更新的路灯"), text(154, 778, "以及其他项目"))
    below = cells([("效益指标的", "合格的比例", "问卷的结果", "9.50")] * 3, 768, 24, starts)
    above, grid = grids(document(tmp_path, first, both(rest, below)))
    column = next(cell.col for cell in above.cells if cell.text.startswith("栽种树木的数量"))
    assert [cell.col for cell in grid.cells if cell.text == "和更新的路灯\n以及其他项目"] == [column]


def test_numbers_that_are_broken_off_beside_each_other_are_no_rows(tmp_path: Path) -> None:
    """Columns too narrow for their numbers; the lines show where rows begin."""
    heads, first, second = ("年初预", "全年预", "全年执"), ("1,234,5", "1,234,56", "1,234,56"), ("算数", "算数", "行数")
    starts = (60, 200, 280, 360)
    rows = [("", *heads), ("", *second), ("合计的金额", *first), ("", "67.00", "7.00", "7.00")]
    draw = both(cells(rows, 700, 12, starts), rule(704), rule(680), rule(656))
    (grid,) = grids(document(tmp_path, draw))
    assert grid.rows == 2 and not grid.ragged and "年初预\n算数" in [cell.text for cell in grid.cells]


def row_of(page: int, words: Sequence[str], number: int = 0) -> Row:
    """A row of the one table of a page; each text fills its cell."""
    boxes = [Box(60 + 40 * n, 100, 100 + 40 * n, 112) for n in range(len(words))]
    found = (
        Cell(page, 1, number, n, word, box=box, words=(Word(0, word, box),) if word else ())
        for n, (word, box) in enumerate(zip(words, boxes, strict=True))
    )
    return Row(page, tuple(found), page, True)


def known(words: set[str]) -> Known:
    """Schemas that declare so many words of labels that span rows."""
    return Known(lambda _: False, words.__contains__, lambda _: False)


def test_a_label_of_two_halves_of_which_one_is_a_label_too_is_joined() -> None:
    words = {"服务对象满意度", "服务对象满意度指标"}
    rows = stitched([row_of(1, ("服务对象满意度", "90")), row_of(2, ("指标", "91"))], known(words))
    assert rows[0].units[0].text == "服务对象满意度\n指标"


def test_a_header_is_repeated_where_a_blank_column_is_missing() -> None:
    above = [row_of(1, ("一级", "", "指标值")), row_of(1, ("产出", "", "90"), 1)]
    rows = stitched([*above, row_of(2, ("一级", "指标值", "")), row_of(2, ("指标", "91", ""), 1)], known({"产出指标"}))
    assert [unit.text for one in rows for unit in one.units if "产出" in unit.text] == ["产出\n指标"]


@pytest.mark.parametrize(
    ("above", "below"),
    [(("按期", "5.00", "4.50"), ("", "100.00", "95.35")), (("效益", "99%", "完成"), ("", "98.00%", ""))],
)
def test_two_amounts_are_not_one_that_a_page_break_cut(above: Sequence[str], below: Sequence[str]) -> None:
    """The second stands in a row of its own, whose other cells are blank."""
    rows = stitched([row_of(1, above), row_of(2, below)], known(set()))
    assert [tuple(unit.text for unit in one.units) for one in rows] == [above, below]
