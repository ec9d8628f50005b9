"""Rows with a colour: where colour ends, a cell ends, in tables without ruling lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from extractor.document.geometry import Rulings, Segment
from extractor.document.layout import Box, Cell, Grid
from extractor.tables.page_tables import Printed, shaded
from extractor.tables.row_rules import rule_extents
from extractor.tables.row_rules.row_tables import Proof
from extractor.tables.ruled.shaded_areas import free_shades, level_edges
from extractor.tables.text_runs import Run
from tests.readers.pdf.test_reader import Draw, document, grids
from tests.tables.test_rows_of_a_page import XS, read_rows

HEADER = ("Station", "Level", "Flow", "Gauge")
LEFT, RIGHT, TOP = 60, 500, 720


def shade(canvas: Canvas, top: float, high: float, left: float = LEFT, right: float = RIGHT) -> None:
    """An area of colour, its top so far below the top of the table."""
    canvas.setFillGray(0.88)
    canvas.rect(left, TOP - top - high, right - left, high, stroke=0, fill=1)
    canvas.setFillGray(0)


def write(canvas: Canvas, top: float, words: Sequence[str], xs: Sequence[float] = XS) -> None:
    """Texts of a row, each of them lines parted by `\\n`, whose top is so far below the top of the table."""
    canvas.setFont("Helvetica", 10)
    for x, word in zip(xs, words, strict=False):
        for n, line in enumerate(word.split("\n")):
            canvas.drawString(x + 4, TOP - top - 12 - 16 * n, line)


def test_lines_as_far_apart_as_rows_are_parted_by_colour_alone(tmp_path: Path) -> None:
    """Nothing tells lines of a cell from rows but colour; the header above and the row below have none."""
    rows = [HEADER, ("Upper\nweir", "3.20", "15.00", "A1"), ("Old\nmill", "1.75", "9.30", "B1"),
            ("North\nford", "2.15", "11.60", "B2"), ("Lower\nweir", "2.90", "14.10", "A2")]  # fmt: skip

    def page(canvas: Canvas) -> None:
        top = 0
        for n, row in enumerate(rows):
            high = 18 if n == 0 else 34
            if n % 2:
                shade(canvas, top, high)
            write(canvas, top, row)
            top += high

    (grid,) = grids(document(tmp_path, page))
    assert read_rows(grid) == [list(row) for row in rows]
    assert not grid.ragged


def test_a_blank_cell_that_colour_parts_from_a_label_is_not_of_that_label(tmp_path: Path) -> None:
    rows = [("", "alpha", "1.00"), ("", "beta", "2.00"), ("", "gamma", "3.00"), ("", "delta", "4.00")]
    xs = (60, 180, 340)

    def page(canvas: Canvas) -> None:
        write(canvas, 0, ("Group", "Name", "Sum"), xs)
        write(canvas, 24, ("River",), xs)
        for n, row in enumerate(rows):
            if n % 2:
                shade(canvas, 24 + 24 * n, 24, 180 if n < 3 else LEFT)
            write(canvas, 24 + 24 * n, row, xs)

    (grid,) = grids(document(tmp_path, page))
    label, below = [cell for cell in grid.cells if cell.col == 0 and cell.row >= grid.rows - 4]
    assert (label.text, label.row_span) == ("River", 3)
    assert (below.text, below.row_span) == ("", 1)


def test_colour_behind_a_header_alone_leaves_its_table_whole(tmp_path: Path) -> None:
    rows = [HEADER, ("Upper weir", "3.20", "15.00", "A1"), ("Lower weir", "2.90", "14.10", "A2"),
            ("Old mill", "1.75", "9.30", "B1")]  # fmt: skip

    def page(canvas: Canvas) -> None:
        shade(canvas, 0, 24)
        for n, row in enumerate(rows):
            write(canvas, 24 * n, row)

    (grid,) = grids(document(tmp_path, page))
    assert read_rows(grid) == [list(row) for row in rows]


def test_a_marked_word_parts_no_cell(tmp_path: Path) -> None:
    """Colour that reaches no farther than a text marks it."""

    def page(canvas: Canvas) -> None:
        for n, row in enumerate([HEADER, ("Upper\nweir", "3.20", "15.00", "A1"), ("Old mill", "1.75", "9.30", "B1")]):
            write(canvas, 60 * n, row)
        shade(canvas, 60 + 18, 14, 64, 64 + 24)
        write(canvas, 60, ("Upper\nweir",))

    (grid,) = grids(document(tmp_path, page))
    assert "Upper\nweir" in [cell.text for cell in grid.cells]


def test_a_label_in_the_colour_of_the_one_above_is_another_where_white_is_between(tmp_path: Path) -> None:
    """Two labels, each beside two rows, have one colour: nothing is painted between them."""
    names = ("alpha", "beta", "gamma", "delta")
    xs = (60, 180, 340)

    def page(canvas: Canvas) -> None:
        write(canvas, 0, ("Group", "Name", "Sum"), xs)
        shade(canvas, 24, 96, LEFT, 180)
        for n, name in enumerate(names):
            if n % 2 == 0:
                shade(canvas, 24 + 24 * n, 24, 180)
            write(canvas, 24 + 24 * n, ({0: "River", 2: "Lake"}.get(n, ""), name, f"{n}.50"), xs)

    (grid,) = grids(document(tmp_path, page))
    labels = [(cell.row, cell.row_span, cell.text) for cell in grid.cells if cell.col == 0]
    assert labels == [(0, 1, "Group"), (1, 2, "River"), (3, 2, "Lake")]


def test_a_header_that_a_page_repeats_has_no_columns_of_its_own(tmp_path: Path) -> None:
    """A label in the middle of its column stands over no figure; printed twice, it is still one label."""
    xs = (60, 140, 260, 380)

    def page(first: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            write(canvas, 0, ("No.", "Item", "Budget", "Spent"), (84, 180, 310, 430))
            for n in range(6):
                if n % 2 == 0:
                    shade(canvas, 24 + 24 * n, 24)
                write(canvas, 24 + 24 * n, (f"{first + n}", f"thing {n}", f"{n}50.00", f"{n}20.00"), xs)
            canvas.drawString(280, 40, f"- {first // 6 + 1} -")

        return draw

    found = grids(document(tmp_path, page(1), page(7)))
    assert [(grid.rows, grid.cols) for grid in found] == [(7, 4), (7, 4)]


def test_areas_within_ruled_tables_and_grounds_part_nothing() -> None:
    ground, inner = Box(0, 0, 400, 200), Box(0, 40, 400, 60)
    assert free_shades([ground, inner, inner], []) == [inner]


@pytest.mark.parametrize(("away", "edges"), [(2.0, 1), (4.0, 2)])
def test_an_edge_where_a_line_is_drawn_is_that_line(away: float, edges: int) -> None:
    assert len(level_edges([Box(0, 40, 400, 60)], [Segment(40 + away, 0, 400)])) == edges


@pytest.mark.parametrize(("off", "titled"), [(0.0, True), (3.0, True), (6.0, False)])
def test_a_larger_line_in_the_middle_of_two_lines_is_the_title_of_the_next_table(off: float, titled: bool) -> None:
    rule, box = Segment(100, 60, 500), Box(240 + off, 120, 320 + off, 134)
    assert rule_extents._is_title([Run(box)], rule, 10.0) == titled


def test_a_coloured_header_with_centred_labels_is_no_table_of_its_own(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        shade(canvas, 0, 24)
        write(canvas, 0, ("No.", "Item", "Budget", "Spent"), (84, 180, 310, 430))
        for n in range(1, 6):
            write(canvas, 24 * n, (f"{n}", f"thing {n}", f"{n}50.00", f"{n}20.00"), (60, 140, 260, 380))

    (grid,) = grids(document(tmp_path, page))
    assert (grid.rows, grid.cols) == (6, 4)
    assert read_rows(grid)[0] == ["No.", "Item", "Budget", "Spent"]


def test_rows_without_a_colour_are_no_lines_of_one_cell(tmp_path: Path) -> None:
    """A caption and a header follow each other without a colour: no edge is between them."""

    def page(canvas: Canvas) -> None:
        for n in range(4):
            if n % 2:
                shade(canvas, 24 * n, 24)
            write(canvas, 24 * n, (f"Gauge {n}", f"{n}.20", f"{n}5.00", f"A{n}"))
        write(canvas, 96, ("", "", "Yearly means"))
        write(canvas, 120, HEADER)
        for n in range(4):
            if n % 2 == 0:
                shade(canvas, 144 + 24 * n, 24)
            write(canvas, 144 + 24 * n, (f"Weir {n}", f"{n}.40", f"{n}7.00", f"B{n}"))

    cells = [cell.text for grid in grids(document(tmp_path, page)) for cell in grid.cells]
    assert not [text for text in cells if "\n" in text]


def test_a_row_that_shares_no_column_with_the_page_before_does_not_go_on_with_it(tmp_path: Path) -> None:
    def first(canvas: Canvas) -> None:
        for n in range(6):
            if n % 2:
                shade(canvas, 24 * n, 24)
            write(canvas, 24 * n, (f"Gauge {n}", f"{n}.20", f"{n}5.00", f"A{n}"))

    def second(canvas: Canvas) -> None:
        write(canvas, 0, ("Weir", "of the upper valley, by the old mill", "yes"), (100, 190, 420))

    found = grids(document(tmp_path, first, second))
    assert [grid.page for grid in found if not grid.ragged] == [1]


def test_a_text_that_fills_its_cell_was_painted_after_the_next(tmp_path: Path) -> None:
    """Some programs paint cells with several lines last: that tells a text from the one that it nearly touches."""
    long = "Weir at the old mill"
    x = XS[1] + 4 - 2 - stringWidth(long, "Helvetica", 10)

    def page(canvas: Canvas) -> None:
        write(canvas, 0, HEADER)
        for n in range(1, 7):
            if n % 2:
                shade(canvas, 24 * n, 24, 0)
            name = () if n == 4 else (f"Gauge {n}",)
            write(canvas, 24 * n, (*name, f"K{n}", f"{n}5.00", f"A{n}"), XS[1 - len(name) :])
        write(canvas, 96, (long,), [x - 4])

    (grid,) = grids(document(tmp_path, page))
    assert read_rows(grid)[4] == [long, "K4", "45.00", "A4"]


@pytest.mark.parametrize(("title", "kept"), [("Sums", 2), ("Sums of all gauges, by year", 1)])
def test_two_tables_that_white_proves_are_not_one_that_colour_proves_if_that_holds_less(title: str, kept: int) -> None:
    def table(top: float, bottom: float, text: str) -> Grid:
        return Grid(1, 1, (Cell(1, 1, 0, 0, text),), Box(60, top, 500, bottom))

    def read(rulings: Rulings, proof: Proof) -> Printed:
        apart = [table(80, 200, "first row, other rows"), table(220, 300, "means")]
        return Printed([table(100, 300, "other rows" + title + "means")] if proof.areas else list(apart), None)

    printed = shaded([Box(60, 120, 500, 140)], read, Rulings([], []), Proof([], None))
    assert len(printed.blocks) == kept


@pytest.mark.parametrize(("above", "sure"), [(("Weir", "Means", "Sums", "Remarks"), False), (("Weir", "Sums"), True)])
def test_a_line_beside_a_table_with_texts_for_most_of_its_columns_may_be_its_row(
    tmp_path: Path, above: Sequence[str], sure: bool
) -> None:
    """The line is too far above for a row, and stands in the table's columns all the same."""

    def page(canvas: Canvas) -> None:
        write(canvas, 0, above)
        for n in range(5):
            write(canvas, 70 + 24 * n, (f"Gauge {n}", f"{n}.20", f"{n}5.00", f"A{n}"))

    (grid,) = grids(document(tmp_path, page))
    assert grid.rows == 5
    assert grid.ragged is not sure
