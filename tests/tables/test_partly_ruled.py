"""Tables of digital PDFs whose lines are dotted, clipped, open at a page break, between rows only, or not there."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from extractor.document.layout import Line
from tests.readers.pdf.test_reader import EDGES, PLAN_SHAPE, SONG, TOPS, both, document, grids, lines, plan, shape, text

LOW = TOPS[-1]


def tall(canvas: Canvas, tops: tuple[int, ...]) -> None:
    """The lines of a table of two columns, its sides from the first place to the last."""
    for x in (60, 200, 340):
        canvas.line(x, tops[0], x, tops[-1])
    for top in tops:
        canvas.line(60, top, 340, top)


def two(canvas: Canvas) -> None:
    canvas.setFont(SONG, 10)
    for row, words in enumerate((("项目", "金额"), ("步道", "12.50"))):
        for col, word in enumerate(words):
            canvas.drawString(64 + 140 * col, 586 - 30 * row, word)


TWO_SHAPE = [(0, 0, 1, 1, "项目"), (0, 1, 1, 1, "金额"), (1, 0, 1, 1, "步道"), (1, 1, 1, 1, "12.50")]


def test_lines_of_dots_are_lines(tmp_path: Path) -> None:
    """As a browser draws a dotted border: small squares one behind the other, in both directions."""

    def dotted(canvas: Canvas) -> None:
        for top in (600, 570, 540):
            for n in range(187):
                canvas.rect(60 + 1.5 * n, top, 0.75, 0.75, stroke=0, fill=1)
        for x in (60, 200, 340):
            for n in range(41):
                canvas.rect(x, 540 + 1.5 * n, 0.75, 0.75, stroke=0, fill=1)

    (grid,) = grids(document(tmp_path, both(two, dotted)))
    assert shape(grid) == TWO_SHAPE and not grid.ragged


def test_a_row_that_a_page_break_left_open_is_a_row(tmp_path: Path) -> None:
    """The line above the first row stands on the page before; the sides of the table begin where the row does."""

    def opened(canvas: Canvas) -> None:
        tall(canvas, (570, 540))
        for x in (60, 200, 340):
            canvas.line(x, 600, x, 570)

    (grid,) = grids(document(tmp_path, both(two, opened)))
    assert shape(grid) == TWO_SHAPE


def test_lines_outside_of_their_clip_path_are_none(tmp_path: Path) -> None:
    def cut(canvas: Canvas) -> None:
        tall(canvas, (600, 570, 540))
        canvas.saveState()
        window = canvas.beginPath()
        window.rect(400, 700, 50, 50)
        canvas.clipPath(window, stroke=0)
        canvas.line(60, 555, 340, 555)  # would part the second row
        canvas.restoreState()

    (grid,) = grids(document(tmp_path, both(two, cut)))
    assert shape(grid) == TWO_SHAPE


def test_columns_that_gutters_prove_are_facts(tmp_path: Path) -> None:
    """Cells begin at the tops of their rows: with or without lines between rows it is known what stands where."""

    def ruled(canvas: Canvas) -> None:
        plan(canvas)
        for row, start in enumerate((0, 0, 2, 1, 0, 0)):
            canvas.line(EDGES[start], TOPS[row], EDGES[-1], TOPS[row])

    for draw in (ruled, plan):
        (grid,) = grids(document(tmp_path, draw))
        assert not grid.ragged and shape(grid) == PLAN_SHAPE


def test_labels_in_the_middle_of_their_rows_prove_nothing(tmp_path: Path) -> None:
    """Which rows does a label span that stands beside their middle? Nothing says it; the columns stay hints."""

    def centred(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for row in range(6):
            canvas.drawString(200, 600 - 24 * row, f"第{row}项")
            canvas.drawString(320, 600 - 24 * row, f"{row}.50")
        canvas.drawString(60, 576, "上半年")
        canvas.drawString(60, 504, "下半年")

    assert all(grid.ragged for grid in grids(document(tmp_path, centred)))


def test_rows_as_close_as_lines_prove_nothing(tmp_path: Path) -> None:
    def close(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for row in range(6):
            for col, word in enumerate(("栽种", "数量", f"{row}.50")):
                canvas.drawString(60 + 120 * col, 600 - 12 * row, word)

    assert all(grid.ragged for grid in grids(document(tmp_path, close)))


def test_a_title_between_two_tables_without_lines_stands_in_no_cell(tmp_path: Path) -> None:
    def second(canvas: Canvas) -> None:
        canvas.translate(0, -260)
        plan(canvas)

    titled = both(plan, text(185, 400, "第二张汇总表", size=15), text(205, 378, "（2031年度）"), second)
    found = document(tmp_path, titled)
    assert [shape(grid) for grid in grids(found)] == [PLAN_SHAPE, PLAN_SHAPE]
    assert lines(found) == ["第二张汇总表", "（2031年度）"]


def test_a_title_right_below_a_line_stands_in_no_cell(tmp_path: Path) -> None:
    """Little white above and below it, but it stands in the middle of the lines, and notes begin where they begin."""

    def ruled(canvas: Canvas) -> None:
        plan(canvas)
        for top in TOPS:
            canvas.line(EDGES[0], top, EDGES[-1], top)

    def second(canvas: Canvas) -> None:
        canvas.translate(0, -228)
        ruled(canvas)

    note = text(EDGES[0], LOW - 12, "说明：金额以批复的预算为准。")
    found = document(tmp_path, both(ruled, note, text(195, LOW - 27, "第二张汇总表", size=11), second))
    assert len(grids(found)) == 2
    assert lines(found) == ["说明：金额以批复的预算为准。", "第二张汇总表"]


def test_columns_go_on_over_a_page_break_without_their_header(tmp_path: Path) -> None:
    """The rows behind the break lack two columns; their cells stand where those above them stand."""

    def rest(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for row, words in enumerate(("修缮长廊", "更新路灯")):
            canvas.drawString(EDGES[2] + 4, 780 - 30 * row, words)
            canvas.drawString(EDGES[3] + 4, 780 - 30 * row, "4")

    first, second = grids(document(tmp_path, plan, rest))
    header = {cell.text: cell.box for cell in first.cells if cell.row == 0}
    below = {cell.text: cell.box for cell in second.cells if cell.row == 0}
    assert not second.ragged
    assert below["修缮长廊"] and header["三级指标"] and below["修缮长廊"].x0 == header["三级指标"].x0
    assert below["4"] and header["指标值"] and below["4"].x0 == header["指标值"].x0


def test_notes_below_a_table_are_none_of_its_rows(tmp_path: Path) -> None:
    note = text(EDGES[0] + 1, LOW - 20, "说明：本表由各单位按年度填报，数据以批复的预算为准，不再另行说明。")
    found = document(tmp_path, both(plan, note))
    assert [shape(grid) for grid in grids(found)] == [PLAN_SHAPE]
    assert isinstance(found.pages[0].blocks[-1], Line)


def test_lists_of_items_are_no_tables(tmp_path: Path) -> None:
    def items(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for row in range(5):
            canvas.drawString(60, 700 - 40 * row, "•")
            canvas.drawString(80, 700 - 40 * row, "步道沿线的树木由养护单位按季度检查")
            canvas.drawString(80, 686 - 40 * row, "并记入台账")

    assert not grids(document(tmp_path, items))
