"""Rows that lines, or edges of colour, part only on one side; labels that are spread over the width of their cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
    assert grid.ragged  # cells of one colour have no edge between them


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
