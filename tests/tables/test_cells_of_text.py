"""Whose cell a text is in: runs that cross a wall of their cell, and rows that have no line between them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from extractor.document.layout import Box, Grid
from extractor.tables.ruled.crossing_runs import whole_runs
from extractor.tables.words import Token
from tests.readers.pdf.test_reader import SONG, document, grids, lines

XS, YS = (60, 160, 220, 280, 400), (700, 680, 660, 640)
HEAD = ["Station", "Target", "Actual", "Remark"]


def lattice(canvas: Canvas, xs: Sequence[float] = XS, ys: Sequence[float] = YS) -> None:
    for x in xs:
        canvas.line(x, ys[0], x, ys[-1])
    for y in ys:
        canvas.line(xs[0], y, xs[-1], y)


def texts(grid: Grid, row: int) -> list[str]:
    return [cell.text for cell in grid.cells if cell.row == row]


def drawn(tmp_path: Path, *at: tuple[float, float, str], font: str = "Helvetica") -> Grid:
    """The table of a page with texts at some places below the row of labels."""

    def page(canvas: Canvas) -> None:
        lattice(canvas)
        canvas.setFont(font, 10)
        for col, word in enumerate(HEAD):
            canvas.drawString(XS[col] + 4, 686, word)
        for x, y, word in at:
            canvas.drawString(x, y, word)

    (grid,) = grids(document(tmp_path, page))
    return grid


def test_a_text_that_is_wider_than_its_cell_and_centred_in_it_stays_whole(tmp_path: Path) -> None:
    """The text of the next cell begins before it ends, as the two are printed over each other."""
    wide = "at least 600000 calls"
    x = 190 - stringWidth(wide, "Helvetica", 10) / 2
    assert x < 160 and 190 + stringWidth(wide, "Helvetica", 10) / 2 > 220
    grid = drawn(tmp_path, (64, 666, "Northern office"), (x, 666, wide), (231, 666, "735218"), (284, 666, "none"))
    assert texts(grid, 1) == ["Northern office", "at least 600000 calls", "735218", "none"]


def test_a_text_that_begins_at_the_wall_of_its_cell_runs_on_over_blank_cells(tmp_path: Path) -> None:
    grid = drawn(tmp_path, (64, 666, "No measurement was made at this station"), (64, 646, "Ford"), (164, 646, "12"))
    assert texts(grid, 1) == ["No measurement was made at this station", "", "", ""]
    assert texts(grid, 2) == ["Ford", "12", "", ""]


def test_a_number_set_at_the_right_wall_may_begin_in_the_cell_before(tmp_path: Path) -> None:
    number = "1,234,567,890,123"
    grid = drawn(tmp_path, (64, 666, "Ford"), (277 - stringWidth(number, "Helvetica", 10), 666, number))
    assert texts(grid, 1) == ["Ford", "", number, ""]


def test_texts_of_two_cells_that_nearly_touch_are_not_one(tmp_path: Path) -> None:
    grid = drawn(
        tmp_path, (64, 666, "Ford"), (217 - stringWidth("1250", "Helvetica", 10), 666, "1250"), (223, 666, "98")
    )
    assert texts(grid, 1) == ["Ford", "1250", "98", ""]


def test_punctuation_that_hangs_over_the_outer_border_belongs_to_its_cell(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lattice(canvas, (60, 160, 260), (700, 670, 640))
        canvas.setFont(SONG, 10)
        for x, y, word in (
            (64, 690, "目标"),
            (170, 690, "完成河道清淤工作到位、"),
            (170, 676, "群众满意"),
            (64, 650, "备注"),
        ):
            canvas.drawString(x, y, word)

    read = document(tmp_path, page)
    (grid,) = grids(read)
    assert texts(grid, 0) == ["目标", "完成河道清淤工作到位、\n群众满意"]
    assert lines(read) == []


def token(char: str, x0: float, order: int) -> Token:
    return Token(char, x0, 0.0, x0 + 5.0, 10.0, order)


@pytest.mark.parametrize(
    ("xs", "orders", "expected"),
    [
        ((35.0, 40.0, 45.0), (1, 2, 3), [0, 0, 0]),  # the last stands on the wall at 47
        ((35.0, 40.0, 45.0), (1, 2, 5), [0, 0, 1]),  # another was drawn between
        ((36.0, 41.0, 51.0), (1, 2, 3), [0, 0, 1]),  # white between them
        ((40.0, 45.0, 47.5), (1, 2, 3), [0, 0, 1]),  # the pen went back: another text
    ],
)
def test_a_run_is_what_was_drawn_without_a_gap(xs: Sequence[float], orders: Sequence[int], expected: list[int]) -> None:
    boxes = [Box(30.0, 0.0, 47.0, 10.0), Box(47.0, 0.0, 90.0, 10.0)]
    tokens = [token(char, x, order) for char, x, order in zip("abc", xs, orders, strict=True)]
    owners = [0 if t.x0 + 2.5 < 47.0 else 1 for t in tokens]
    whole_runs(tokens, owners, boxes.__getitem__, True)
    assert owners == expected


# Rows without lines between them


def glued(tmp_path: Path, *columns: list[tuple[float, str]]) -> Grid:
    """A table of three rows, the texts of the middle one at heights of their own."""

    def page(canvas: Canvas) -> None:
        xs, ys = (60, 160, 260, 360)[: len(columns) + 1], (700, 680, 620, 600)
        lattice(canvas, xs, ys)
        canvas.setFont("Helvetica", 10)
        for col, own in enumerate(columns):
            canvas.drawString(xs[col] + 4, 686, ("Age", "Men", "Women")[col])
            canvas.drawString(xs[col] + 4, 606, ("All", "11,481", "10,991")[col])
            for y, word in own:
                canvas.drawString(xs[col] + 4, y, word)

    (grid,) = grids(document(tmp_path, page))
    return grid


AT = (668.0, 654.0, 640.0, 626.0)
AGES = list(zip(AT, ("0-9", "10-19", "20-29", "30-39"), strict=True))
MEN = list(zip(AT, ("1,087", "2,586", "3,867", "7,808"), strict=True))
WOMEN = list(zip(AT, ("1,022", "2,568", "2,119", "7,401"), strict=True))


def test_rows_without_a_line_between_them_are_parted_where_every_column_agrees(tmp_path: Path) -> None:
    grid = glued(tmp_path, AGES, MEN, WOMEN)
    assert [texts(grid, row) for row in (1, 3, 4, 5)] == [
        ["0-9", "1,087", "1,022"],
        ["20-29", "3,867", "2,119"],
        ["30-39", "7,808", "7,401"],
        ["All", "11,481", "10,991"],
    ]
    assert not grid.ragged


def test_rows_without_a_line_between_them_are_a_doubt_where_a_column_has_fewer(tmp_path: Path) -> None:
    grid = glued(tmp_path, AGES, MEN, [WOMEN[0], WOMEN[1], WOMEN[3]])
    assert texts(grid, 3) == ["20-29", "3,867", ""]
    assert grid.ragged


def test_a_label_in_the_middle_of_rows_without_lines_spans_them(tmp_path: Path) -> None:
    grid = glued(tmp_path, [(647.0, "0-39")], MEN, WOMEN)
    assert [(c.text, c.row_span) for c in grid.cells if c.row == 1] == [("0-39", 4), ("1,087", 1), ("1,022", 1)]
    assert not grid.ragged


def test_a_text_that_stands_at_other_heights_leaves_the_rows_in_doubt(tmp_path: Path) -> None:
    grid = glued(tmp_path, [(661.0, "0-9"), (633.0, "10-39")], MEN, WOMEN)
    assert grid.ragged


def test_wrapped_texts_beside_a_number_are_one_row(tmp_path: Path) -> None:
    grid = glued(
        tmp_path, [(654.0, "under forty"), (640.0, "years")], [(647.0, "1,087")], [(654.0, "see"), (640.0, "note")]
    )
    assert texts(grid, 1) == ["under forty\nyears", "1,087", "see\nnote"]
    assert not grid.ragged


def set_in(align: str, col: int, word: str, pad: float) -> float:
    """Where a text begins that is set in a cell in one way."""
    wide = stringWidth(word, "Helvetica", 10)
    left, right = XS[col], XS[col + 1]
    return {"left": left + pad, "right": right - pad - wide, "middle": (left + right - wide) / 2}[align]


@pytest.mark.parametrize("pad", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("align", ["left", "right", "middle"])
@pytest.mark.parametrize("words", [("735218 calls.", "600 of all"), ("x", "1,234,567.89"), ("1,234,567.89", "q")])
def test_texts_set_alike_that_touch_or_overlap_at_a_wall_stay_two(
    tmp_path: Path, align: str, pad: float, words: tuple[str, str]
) -> None:
    """Each was written by itself, and begins, ends or has its middle in its cell where the other does in its own."""
    at = [(set_in(align, 1 + n, word, pad), 666.0, word) for n, word in enumerate(words)]
    assert texts(drawn(tmp_path, (64, 666, "North"), *at), 1) == ["North", *words, ""]


def test_texts_that_nothing_but_their_places_tells_apart_are_in_doubt() -> None:
    """The first ends right where the second begins: both may be one text that is written in two pieces."""
    boxes = (Box(0, 0, 50, 12), Box(50, 0, 100, 12))
    first = [Token(char, 2 + 10 * n, 0, 12 + 10 * n, 10, n, run=1) for n, char in enumerate("abcde")]
    second = [Token(char, 52 + 10 * n, 0, 62 + 10 * n, 10, 5 + n, run=2) for n, char in enumerate("fg")]
    cells = [0, 0, 0, 0, 0, 1, 1]
    assert whole_runs([*first, *second], cells, boxes.__getitem__, True) == [0, 1, 2, 3, 4, 5, 6]
    assert cells == [0, 0, 0, 0, 0, 1, 1]
    apart = [token._replace(x0=token.x0 + 2, x1=token.x1 + 2) for token in second]
    assert whole_runs([*first, *apart], cells, boxes.__getitem__, True) == []


@pytest.mark.parametrize("white", [0.0, 2.5, 5.5])
@pytest.mark.parametrize("beside", ["", "none"])
def test_punctuation_behind_the_wall_of_its_cell_belongs_to_its_text(tmp_path: Path, white: float, beside: str) -> None:
    """It was written by itself, and where white is before it, a reader of PDF puts a space there."""
    at = [(168.0, 666.0, "完成河道清"), (218.0 + white, 666.0, "。"), (250.0, 666.0, beside)]
    grid = drawn(tmp_path, (64, 666, "甲"), *[one for one in at if one[2]], font=SONG)
    assert texts(grid, 1)[:3] == ["甲", "完成河道清。", beside]
