"""What printers do to a page unnoticed: fonts without metrics, watermarks, cells open at a page break."""

from __future__ import annotations

import re
from pathlib import Path

import reportlab
from reportlab.lib import colors
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractor.config import Settings
from extractor.sources import read
from tests.test_sources_pdf import SONG, both, document, grids, lines, shape, table, text

FIRST = [chr(code) for code in range(0x21, 0xA0) if chr(code).isprintable() and chr(code) != '"']
FIRST += [chr(code) for code in range(0xA1, 0xB0) if chr(code).isprintable()]


def test_characters_of_a_font_without_metrics_stand_on_their_line(tmp_path: Path) -> None:
    """Some programs write `/Ascent 0`, and pdfium takes the heights of whatever glyphs have the codes of A and g."""
    file = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    pdfmetrics.registerFont(TTFont("NoMetrics", file, asciiReadable=False))

    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pageCompression=0)
    canvas.setFont("NoMetrics", 4)
    canvas.drawString(40, 750, "".join(FIRST[:98]) + '"' + "".join(FIRST[98:103]))
    canvas.setFont("NoMetrics", 12)
    canvas.drawString(60, 700, 'ab-"_c."')
    canvas.save()
    path.write_bytes(re.sub(rb"/(Ascent|Descent) \S+", without_value, path.read_bytes()))
    assert lines(read(path, "a.pdf", Settings()))[1:] == ['ab-"_c."']


def without_value(found: re.Match[bytes]) -> bytes:
    return b"/" + found[1] + b" " + b"0" * (len(found[0]) - len(found[1]) - 2)


def test_a_watermark_is_no_part_of_the_cells_that_it_runs_over(tmp_path: Path) -> None:
    def watermark(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(60, 470)
        canvas.rotate(30)
        canvas.setFillColor(colors.lightgrey)
        canvas.setFont(SONG, 24)
        canvas.drawString(0, 0, "内部")
        canvas.restoreState()

    found = document(tmp_path, both(watermark, table([["项目", "金额"], ["步道修缮", "12.50"], ["护栏更新", "8.00"]])))
    (grid,) = grids(found)
    assert [cell.text for cell in grid.cells] == ["项目", "金额", "步道修缮", "12.50", "护栏更新", "8.00"]
    assert not lines(found)
    (note,) = found.notes
    assert note.kind == "hidden_text" and "watermark" in note.message and "内部" in note.message


def test_a_page_of_slanted_text_is_read(tmp_path: Path) -> None:
    def slanted(canvas: Canvas) -> None:
        canvas.translate(60, 400)
        canvas.rotate(30)
        canvas.setFont(SONG, 12)
        canvas.drawString(0, 0, "斜着写的一整页")

    assert lines(document(tmp_path, slanted)) == ["斜着写的一整页"]


def test_a_blank_merged_cell_without_a_line_at_the_break_is_a_cell(tmp_path: Path) -> None:
    """A spreadsheet draws no line where a page break cuts a merged cell, whose label stands on the next page."""

    def open_below(canvas: Canvas) -> None:
        for x in (60, 140, 220, 300):
            canvas.line(x, 600, x, 540)
        for top, left in ((600, 60), (570, 60), (555, 140), (540, 220)):
            canvas.line(left, top, 300, top)

    words = both(*(text(64 + 80 * n, 582, word) for n, word in enumerate(("类别", "子类", "名称"))))
    below = both(text(224, 560, "步道"), text(224, 545, "护栏"))
    (grid,) = grids(document(tmp_path, both(open_below, words, below)))
    assert [cell[4] for cell in shape(grid)] == ["类别", "子类", "名称", "", "", "步道", "", "护栏"]
