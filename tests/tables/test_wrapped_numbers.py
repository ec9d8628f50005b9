"""A number that is wider than its cell is one number, in however many lines it is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from extractor.document.geometry import Rulings, Segment
from extractor.document.layout import Cell, Grid
from extractor.document.results import placed
from extractor.forms.page_breaks import joined
from extractor.tables.page_tables import blocks_of
from extractor.tables.words import Token
from extractor.tables.wrapped_numbers import is_one_number
from tests.readers.pdf.test_reader import document, grids

PAD = 4.0


def amount(tmp_path: Path, *lines: str, spare: float = 0.0) -> Cell:
    """The cell of an amount whose first line leaves so much white behind it as the padding and `spare`."""
    wide = max(stringWidth(line, "Helvetica", 10) for line in lines) + 2 * PAD + spare

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for x in (60, 160, 160 + wide):
            canvas.line(x, 700, x, 640)
        for y in (700, 680, 640):
            canvas.line(60, y, 160 + wide, y)
        canvas.drawString(60 + PAD, 686, "Region")
        canvas.drawString(60 + PAD, 668, "North")
        for n, line in enumerate(lines):
            canvas.drawString(160 + PAD, 668 - 12 * n, line)

    (grid,) = grids(document(tmp_path, page))
    return next(cell for cell in grid.cells if (cell.row, cell.col) == (1, 1))


@pytest.mark.parametrize("lines", [("3,841,50", "0.00"), ("1234500.0", "0"), ("844920", "0.00"), ("98.", "5%")])
def test_a_number_that_fills_its_line_goes_on_in_the_next(tmp_path: Path, lines: tuple[str, ...]) -> None:
    cell = amount(tmp_path, *lines)
    assert cell.text == "".join(lines)
    assert [cell.text[w.start : w.start + len(w.text)] for w in cell.words] == list(lines)


def test_a_line_with_room_for_more_ends_its_number(tmp_path: Path) -> None:
    assert amount(tmp_path, "844920", "0.00", spare=8.0).text == "844920\n0.00"
    assert amount(tmp_path, "844920", "0.00", spare=4.0).text == "8449200.00"


@pytest.mark.parametrize("lines", [("100", "200"), ("1.50", "2.50"), ("12,300.00", "4,500.00"), ("12", "pieces")])
def test_lines_that_are_numbers_of_their_own_stay_apart(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert amount(tmp_path, *lines).text == "\n".join(lines)
    assert not is_one_number(lines)


@pytest.mark.parametrize(("wide", "text"), [(36.0, "13.00"), (80.0, "13.0\n0")])
def test_a_number_of_a_scan_that_fills_its_line_goes_on_in_the_next(wide: float, text: str) -> None:
    """Its columns are narrow as often as those of a digital page."""
    level = [Segment(y, 100, 200 + wide) for y in (100, 130, 160)]
    upright = [Segment(x, 100, 160) for x in (100, 200, 200 + wide)]
    printed = [("weight", 104, 110), ("north", 104, 134), ("13.0", 204, 133), ("0", 204, 146)]
    tokens = [
        Token(character, x + 7 * n, top, x + 7 * n + 7, top + 12, order, 0, 0.99)
        for order, (word, x, top) in enumerate(printed)
        for n, character in enumerate(word)
    ]
    (grid,) = (block for block in blocks_of(tokens, Rulings(level, upright), 1) if isinstance(block, Grid))
    assert next(cell.text for cell in grid.cells if (cell.row, cell.col) == (1, 1)) == text


def test_a_number_that_a_page_break_cuts_is_one_number_whose_characters_are_on_both_pages() -> None:
    above, below = Cell(1, 1, 5, 2, "1,450,50"), Cell(2, 1, 0, 2, "0.00")
    whole = joined(above, below)
    assert whole.text == "1,450,500.00"
    assert [(unit.page, place.start, place.end) for unit, place in placed(whole, 0, 12)] == [(1, 0, 8), (2, 0, 4)]
    text = joined(above, Cell(2, 1, 0, 2, "and more"))
    assert [(unit.page, place.start, place.end) for unit, place in placed(text, 0, 17)] == [(1, 0, 8), (2, 0, 8)]
