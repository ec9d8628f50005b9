"""Rows that lines, or edges of colour, part only on one side; labels that are spread over the width of their cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from extractor.document.layout import Grid
from tests.readers.pdf.test_reader import SONG, document, grids, lines
from tests.tables.test_cells_of_text import texts

XS = (60, 180, 260, 340, 420)
ROWS = (
    ("Station", "Level", "Flow", "Gauge"),
    ("Upper weir", "3.20", "15.00", "A1"),
    ("Lower weir", "2.90", "14.10", "A2"),
    ("Old mill", "1.75", "9.30", "B1"),
    ("North ford", "2.15", "11.60", "B2"),
)
PITCH = 24


def table(canvas: Canvas, rows: Sequence[Sequence[str]] = ROWS) -> None:
    """The texts of a table, its first row at y 700."""
    canvas.setFont("Helvetica", 10)
    for row, words in enumerate(rows):
        for x, word in zip(XS, words, strict=False):
            canvas.drawString(x + 4, 700 - PITCH * row, word)


def rule(canvas: Canvas, row: int, left: float = XS[0], right: float = 500) -> None:
    """A line above a row."""
    y = 700 + 14 - PITCH * row
    canvas.line(left, y, right, y)


def read_rows(grid: Grid) -> list[list[str]]:
    return [texts(grid, row) for row in range(grid.rows)]


def test_rows_above_the_first_line_and_below_the_last_belong_to_a_table_with_lines_between_rows(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(60, 760, "Levels of the year")
        table(canvas)
        for row in range(1, 5):
            rule(canvas, row)
        canvas.drawString(60, 560, "Levels in metres, flows in cubic metres a second.")

    read = document(tmp_path, page)
    (grid,) = grids(read)
    assert read_rows(grid) == [list(row) for row in ROWS]
    assert lines(read) == ["Levels of the year", "Levels in metres, flows in cubic metres a second."]


def test_a_line_of_texts_farther_from_the_first_line_than_rows_are_is_no_row(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(64, 734, "Office: water works")
        canvas.drawString(344, 734, "Year: 2031")
        table(canvas)
        for row in range(6):
            rule(canvas, row)

    read = document(tmp_path, page)
    (grid,) = grids(read)
    assert read_rows(grid) == [list(row) for row in ROWS]


def test_edges_of_colour_part_rows_whose_texts_stand_as_close_as_lines(tmp_path: Path) -> None:
    """Every other row has a colour; without it nothing would tell which lines are one row."""

    def page(canvas: Canvas) -> None:
        canvas.setFillGray(0.9)
        for row in (0, 2, 4):
            canvas.rect(60, 697 - 24 * row, 440, 24, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setFont("Helvetica", 10)
        for row, (name, *figures) in enumerate(ROWS):
            for part, word in enumerate(name.split()):
                canvas.drawString(64, 711 - 24 * row - 11 * part, word)
            for x, word in zip(XS[1:], figures, strict=False):
                canvas.drawString(x + 4, 711 - 24 * row, word)

    (grid,) = grids(document(tmp_path, page))
    assert read_rows(grid) == [[row[0].replace(" ", "\n"), *row[1:]] for row in ROWS]
    assert not grid.ragged  # each row has another colour than the next


def test_a_label_that_is_spread_over_its_cell_is_one_text(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for row, words in enumerate((("名", "称"), ("主管部门",), ("金", "额"))):
            for col, word in enumerate(words):
                canvas.drawString(64 + 20 * col, 700 - 24 * row, word)
            canvas.drawString(180, 700 - 24 * row, ("步道修缮", "云桥县水务局", "12.50")[row])
            canvas.drawString(320, 700 - 24 * row, ("甲类", "乙类", "丙类")[row])
        for row in range(4):
            canvas.line(60, 714 - 24 * row, 400, 714 - 24 * row)

    (grid,) = grids(document(tmp_path, page))
    assert [texts(grid, row) for row in range(3)] == [
        ["名 称", "步道修缮", "甲类"], ["主管部门", "云桥县水务局", "乙类"], ["金 额", "12.50", "丙类"],
    ]  # fmt: skip


def test_single_characters_farther_apart_are_entries_of_columns(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for row, words in enumerate((("优", "良"), ("是", "否"), ("有", "无"))):
            for col, word in enumerate(words):
                canvas.drawString(64 + 26 * col, 700 - 24 * row, word)
            canvas.drawString(180, 700 - 24 * row, ("步道修缮", "云桥县水务局", "12.50")[row])
        for row in range(4):
            canvas.line(60, 714 - 24 * row, 400, 714 - 24 * row)

    (grid,) = grids(document(tmp_path, page))
    assert [texts(grid, row)[:2] for row in range(3)] == [["优", "良"], ["是", "否"], ["有", "无"]]


def test_prose_whose_words_stand_far_apart_is_no_table(tmp_path: Path) -> None:
    """Lines of one and a half, justified, without drawn spaces: white between sentences looks like white of columns."""
    words = (
        (("The gauges were read every morning and", 60), ("the readings are given in metres. No", 260)),
        (("reading was taken on public holidays, when the office is closed", 60), ("to the public all", 354)),
        (("day. Flows", 60), ("were computed", 125), ("from the levels by the curve of the year before.", 210)),
        (("Where the curve ends, flows are estimated and marked as such in the list", 60),),
        (("of the readings, which is kept in the archive", 60), ("of the office and may be read", 280)),
    )

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for row, parts in enumerate(words):
            for word, x in parts:
                canvas.drawString(x, 700 - 18 * row, word)

    assert not [grid for grid in grids(document(tmp_path, page)) if not grid.ragged]


def test_a_note_below_a_table_without_lines_is_no_row(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        table(canvas)
        canvas.drawString(64, 700 - PITCH * 5, "Note: the levels are metres above the weir")

    read = document(tmp_path, page)
    (grid,) = grids(read)
    assert read_rows(grid) == [list(row) for row in ROWS] and not grid.ragged
    assert lines(read) == ["Note: the levels are metres above the weir"]


def test_labels_set_downwards_beside_rows_without_lines_prove_nothing(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        table(canvas, [["", *row] for row in ROWS])
        canvas.setFont(SONG, 10)
        for n, char in enumerate("产出指标"):
            canvas.drawString(66, 688 - 26 * n, char)

    assert not [grid for grid in grids(document(tmp_path, page)) if not grid.ragged]


def test_numbers_side_by_side_in_the_cells_of_a_ruled_table_are_a_doubt(tmp_path: Path) -> None:
    """The line between the two columns of numbers is not drawn, and their white is as narrow as a space is."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for x in (60, 160, 260):
            canvas.line(x, 714, x, 714 - PITCH * 4)
        for row, words in enumerate(
            (("Weir", "1.25 18"), ("Mill", "3.50 24"), ("Ford", "2.75 31"), ("Bay", "4.10 27"))
        ):
            canvas.line(60, 714 - PITCH * row, 260, 714 - PITCH * row)
            canvas.drawString(64, 700 - PITCH * row, words[0])
            canvas.drawString(180, 700 - PITCH * row, words[1])
        canvas.line(60, 714 - PITCH * 4, 260, 714 - PITCH * 4)

    (grid,) = grids(document(tmp_path, page))
    assert grid.ragged


def test_a_column_of_numbers_in_one_cell_between_lines_is_several_rows(tmp_path: Path) -> None:
    """Lines stand above and below the header and below the last row only."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for y in (714, 694, 694 - 12 * 4 - 6):
            canvas.line(60, y, 420, y)
        for x, word in zip(XS, ("Gauge", "Level"), strict=False):
            canvas.drawString(x + 4, 700, word)
        for row, name in enumerate(("Upper weir of the mill", "Lower weir of the mill", "Ford at the bridge")):
            canvas.drawString(64, 682 - 12 * row, name)
            canvas.drawString(184, 682 - 12 * row, ("3.20", "2.90", "1.75")[row])

    cells = [cell for grid in grids(document(tmp_path, page)) if not grid.ragged for cell in grid.cells]
    assert not [cell.text for cell in cells if cell.text.count("\n") > 1]


def test_tables_side_by_side_with_lines_between_their_rows_are_two(tmp_path: Path) -> None:
    left = [("Region", "Cases"), ("North", "12"), ("South", "7"), ("East", "31")]
    right = [("Item", "Price"), ("Desk", "100.50"), ("Chair", "12.25"), ("Lamp", "8.00")]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for x, rows in ((60, left), (220, right)):
            for n, row in enumerate(rows):
                canvas.line(x, 714 - PITCH * n, x + 140, 714 - PITCH * n)
                canvas.drawString(x + 4, 700 - PITCH * n, row[0])
                canvas.drawString(x + 84, 700 - PITCH * n, row[1])
            canvas.line(x, 714 - PITCH * 4, x + 140, 714 - PITCH * 4)

    assert [read_rows(grid) for grid in grids(document(tmp_path, page))] == [
        [list(row) for row in rows] for rows in (left, right)
    ]


def test_the_names_on_the_axis_of_a_chart_are_no_table(tmp_path: Path) -> None:
    """A row of several texts alone, without a line and without another row, is no table."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 760, "Visits by year")
        for n in range(5):
            canvas.drawString(90, 500 + 30 * n, str(10 * n))
        for n, height in enumerate((40, 90, 60, 120, 70, 30)):
            canvas.rect(115 + 50 * n, 500, 20, height)
            canvas.drawString(115 + 50 * n, 486, str(2019 + n))

    assert grids(document(tmp_path, page)) == []


SUMS = (("Item", "Budget", "Spent"), ("All", "3558000.00", "3558000.00"), ("Rest", "1", "2"))


@pytest.mark.parametrize(("white", "parted"), [(0.9, False), (2.2, True)])
def test_numbers_with_decimals_that_nearly_touch_are_two(tmp_path: Path, white: float, parted: bool) -> None:
    """Digits of one number have no white between them, and it has one point."""
    wide = stringWidth("3558000.00", "Helvetica", 10)

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for row, words in enumerate(SUMS):
            canvas.line(60, 714 - PITCH * row, 400, 714 - PITCH * row)
            for x, word in zip((64, 180, 180 + wide + white), words, strict=True):
                canvas.drawString(x, 700 - PITCH * row, word)
        canvas.line(60, 714 - PITCH * 3, 400, 714 - PITCH * 3)

    (grid,) = grids(document(tmp_path, page))
    assert ("3558000.00" in texts(grid, 1)) is parted
