"""What the picture of a page shows is what is read: fills, frames, hidden text, watermarks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib import colors
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.readers.pdf import rendered_ink
from extractor.readers.pdf.reader import read
from tests.readers.pdf.test_reader import Draw, both, document, grids, lines, made, table, text

ROWS = [("Region", "Budget", "Spent"), ("North", "1,200.00", "1,100.00"), ("South", "800.50", "(12.25)")]


def words(canvas: Canvas) -> None:
    """The texts of a table of three columns of 100 points and rows of 20 points, from (70, 700) down."""
    canvas.setFillColor(colors.black)
    canvas.setFont("Helvetica", 10)
    for row, cells in enumerate(ROWS):
        for col, cell in enumerate(cells):
            canvas.drawString(75 + 100 * col, 686 - 20 * row, cell)


def rules_as_one_path(canvas: Canvas) -> None:
    """All lines of the table as one filled path, as some drawing libraries write them."""
    path = canvas.beginPath()
    for row in range(4):
        path.rect(70, 699.5 - 20 * row, 300, 1)
    for col in range(4):
        path.rect(69.5 + 100 * col, 640, 1, 60)
    canvas.setFillColor(colors.black)
    canvas.drawPath(path, stroke=0, fill=1, fillMode=0)


@pytest.mark.parametrize("draw", [both(words, rules_as_one_path), both(rules_as_one_path, words)])
def test_lines_of_a_table_that_are_one_filled_path_are_lines(tmp_path: Path, draw: Draw) -> None:
    found = document(tmp_path, draw)
    (grid,) = grids(found)
    assert [c.text for c in grid.cells] == [cell for row in ROWS for cell in row]
    assert found.notes == ()


@pytest.mark.parametrize("even_odd", [True, False])
def test_a_frame_around_a_cell_does_not_cover_its_text(tmp_path: Path, even_odd: bool) -> None:
    """Borders as rectangles with a hole: by the even-odd rule, or with the inner one drawn the other way round."""

    def frames(canvas: Canvas) -> None:
        words(canvas)
        for row in range(3):
            for col in range(3):
                x, y = 70 + 100 * col, 680 - 20 * row
                path = canvas.beginPath()
                path.rect(x, y, 100, 20)
                if even_odd:
                    path.rect(x + 1, y + 1, 98, 18)
                else:
                    path.moveTo(x + 1, y + 1)
                    for point in ((x + 1, y + 19), (x + 99, y + 19), (x + 99, y + 1)):
                        path.lineTo(*point)
                    path.close()
                canvas.drawPath(path, stroke=0, fill=1, fillMode=0 if even_odd else 1)

    found = document(tmp_path, frames)
    (grid,) = grids(found)
    assert [c.text for c in grid.cells] == [cell for row in ROWS for cell in row]
    assert found.notes == ()


def test_text_in_the_bounding_box_of_a_shape_that_does_not_paint_it_is_seen(tmp_path: Path) -> None:
    """The box of a triangle covers the text, the triangle does not."""

    def triangle(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 690, "beside the slope")
        path = canvas.beginPath()
        path.moveTo(50, 600)
        path.lineTo(250, 600)
        path.lineTo(250, 700)
        path.close()
        canvas.setFillColor(colors.lightgrey)
        canvas.drawPath(path, stroke=0, fill=1)

    found = document(tmp_path, triangle)
    assert lines(found) == ["beside the slope"]
    assert found.notes == ()


def test_white_text_on_a_dark_shape_of_any_kind_is_seen(tmp_path: Path) -> None:
    def disc(canvas: Canvas) -> None:
        canvas.setFillColor(colors.darkblue)
        canvas.circle(100, 650, 50, stroke=0, fill=1)
        canvas.setFillColor(colors.white)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(85, 650, "badge")
        canvas.drawString(300, 650, "nowhere")

    found = document(tmp_path, disc)
    assert lines(found) == ["badge"]
    assert ["nowhere" in note.message for note in found.notes] == [True]


def test_a_page_without_suspects_is_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(rendered_ink, "picture", lambda page, sheet: drawn.append(sheet.number))
    document(tmp_path, table([["甲", "乙"], ["1", "2"]]))
    assert drawn == []


def sheared(x: float, y: float, string: str) -> Draw:
    """Text in letters that lean, as programs make an italic of a font that has none."""

    def draw(canvas: Canvas) -> None:
        line = canvas.beginText()
        line.setFont("Helvetica", 10)
        line.setTextTransform(1, 0, 0.33, 1, x, y)
        line.textOut(string)
        canvas.drawText(line)

    return draw


def test_letters_that_lean_are_no_watermark(tmp_path: Path) -> None:
    rows = [["Region", "Budget"], ["North", "1,200.00"], ["South", "800.50"], ["", ""]]
    total = both(sheared(66, 506, "Total"), sheared(136, 506, "2,000.50"))
    found = document(tmp_path, both(table(rows, colWidths=[70, 70], rowHeights=[20] * 4), total))
    (grid,) = grids(found)
    assert [c.text for c in grid.cells][-2:] == ["Total", "2,000.50"]
    assert found.notes == ()


def slanted(string: str, size: float, grey: float, times: int = 1) -> Draw:
    """Words along a slope, once or several times over the page."""

    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(colors.Color(grey, grey, grey))
        canvas.setFont("Helvetica", size)
        for n in range(times):
            canvas.saveState()
            canvas.translate(80 + 100 * n, 300 + 60 * n)
            canvas.rotate(35)
            canvas.drawString(0, 0, string)
            canvas.restoreState()

    return draw


LETTER = text(60, 700, "A line of a letter that says what is to be said in it", "Helvetica")


@pytest.mark.parametrize(
    ("size", "grey", "times", "is_watermark"),
    [
        (40, 0.8, 1, True),  # large and pale
        (10, 0.8, 4, True),  # pale and repeated
        (40, 0.0, 4, True),  # large and repeated
        (40, 0.0, 1, False),
        (10, 0.8, 1, False),
        (10, 0.0, 1, False),
    ],
)
def test_a_watermark_is_two_of_large_pale_and_repeated(
    tmp_path: Path, size: float, grey: float, times: int, is_watermark: bool
) -> None:
    found = document(tmp_path, both(LETTER, slanted("COPY", size, grey, times)))
    assert any("COPY" in line for line in lines(found)) != is_watermark
    assert any("watermark" in note.message for note in found.notes) == is_watermark


def scanned(words: str, grey: int = 0) -> ImageReader:
    """A picture of a line of text on paper, or of a grey area."""
    picture = Image.new("L", (800, 400), 255)
    draw = ImageDraw.Draw(picture)
    for row in range(10):
        draw.text((20, 20 + 36 * row), words * 4, fill=0, font=ImageFont.load_default(24))
    return ImageReader(Image.blend(picture, Image.new("L", picture.size, 90), 1.0) if grey else picture)


HEAD = text(60, 780, "Annual report of the department, page 7", "Helvetica")


def test_a_picture_of_text_beside_digital_text_is_not_passed_over(tmp_path: Path) -> None:
    """Half a page is a scan, and the text of the file is its running head."""

    def half(canvas: Canvas) -> None:
        canvas.drawImage(scanned("1,250.00 North "), 60, 300, 450, 300)

    page = both(HEAD, half)
    path = made(tmp_path / "a.pdf", page)
    found = read(path, "a.pdf", Settings(ocr="off"))
    assert [note.kind for note in found.notes] == [FindingKind.UNREAD_PAGE]
    prose = both(
        *(text(60, 290 - 14 * n, "A line of the report that says a thing or two", "Helvetica") for n in range(9))
    )
    path = made(tmp_path / "b.pdf", both(page, prose))
    found = read(path, "b.pdf", Settings(ocr="off"))
    assert [note.kind for note in found.notes] == [FindingKind.UNREAD_PAGE]
    assert lines(found)[0] == "Annual report of the department, page 7"


def test_a_photograph_beside_text_is_no_text(tmp_path: Path) -> None:
    def photograph(canvas: Canvas) -> None:
        canvas.drawImage(scanned("", grey=90), 60, 300, 450, 300)

    assert document(tmp_path, both(HEAD, photograph)).notes == ()
