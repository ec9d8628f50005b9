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
from extractor.readers import read
from tests.readers.pdf.test_reader import SONG, both, document, grids, lines, shape, table, text

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


def test_punctuation_that_hangs_over_the_wall_belongs_to_the_text_before_it(tmp_path: Path) -> None:
    def words(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        canvas.drawString(62, 546, "步道修缮合格率为百分九十。")

    found = document(tmp_path, both(two_cells, words))
    (grid,) = grids(found)
    assert [cell[4] for cell in shape(grid)] == ["目标", "措施", "步道修缮合格率为百分九十。", ""]


def test_punctuation_that_stands_by_itself_in_a_cell_stays_there(tmp_path: Path) -> None:
    words = both(text(62, 546, "步道"), text(195, 546, "。"))
    (grid,) = grids(document(tmp_path, both(two_cells, words)))
    assert shape(grid)[3][4] == "。"


def two_cells(canvas: Canvas) -> None:
    canvas.setFont(SONG, 10)
    canvas.drawString(62, 576, "目标")
    canvas.drawString(192, 576, "措施")
    for top in (590, 565, 535):
        canvas.line(60, top, 320, top)
    for x in (60, 186, 320):
        canvas.line(x, 590, x, 535)


def test_a_line_that_runs_out_of_a_cell_that_a_page_break_left_open_is_of_that_cell(tmp_path: Path) -> None:
    def open_below(canvas: Canvas) -> None:
        canvas.setFont(SONG, 10)
        for x, y, word in (
            (62, 586, "类别"),
            (102, 586, "名称"),
            (62, 566, "质量指"),
            (62, 550, "标"),
            (102, 566, "步道"),
        ):
            canvas.drawString(x, y, word)
        canvas.drawString(62, 400, "说明")
        for x in (60, 100, 200):
            canvas.line(x, 600, x, 560)
        for left, top in ((60, 600), (60, 580), (100, 560)):
            canvas.line(left, top, 200, top)

    found = document(tmp_path, open_below)
    (grid,) = grids(found)
    assert [cell[4] for cell in shape(grid)] == ["类别", "名称", "质量指\n标", "步道"]
    assert lines(found) == ["说明"]


def test_one_cell_with_text_is_what_a_page_break_may_leave_of_a_row(tmp_path: Path) -> None:
    def rest(canvas: Canvas) -> None:
        for top in (800, 770):
            canvas.line(60, top, 360, top)
        for x in (60, 140, 220, 360):
            canvas.line(x, 800, x, 770)

    (grid,) = grids(document(tmp_path, both(rest, text(144, 785, "度指标"))))
    assert [cell[4] for cell in shape(grid)] == ["", "度指标", ""]


def test_a_cell_that_two_page_breaks_leave_open_is_a_cell(tmp_path: Path) -> None:
    """Its label spans the whole page: no level line meets its outer side."""

    def spanned(canvas: Canvas) -> None:
        for x in (60, 100, 200, 300):
            canvas.line(x, 600, x, 540)
        for top in (600, 570, 540):
            canvas.line(100, top, 300, top)

    words = both(*(text(104 + 100 * n, 580 - 30 * m, "甲乙丙丁"[2 * m + n]) for m in range(2) for n in range(2)))
    (grid,) = grids(document(tmp_path, both(spanned, words)))
    assert [cell[4] for cell in shape(grid)] == ["", "甲", "乙", "丙", "丁"]
    assert shape(grid)[0][:4] == (0, 0, 2, 1)


def test_a_lone_row_that_a_page_break_left_open_above_is_a_row(tmp_path: Path) -> None:
    def last(canvas: Canvas) -> None:
        for x in (60, 140, 220, 300):
            canvas.line(x, 800, x, 780)
        canvas.line(60, 780, 300, 780)

    words = both(*(text(64 + 80 * n, 786, word) for n, word in enumerate(("效益", "步道", "85%"))))
    (grid,) = grids(document(tmp_path, both(last, words)))
    assert [cell[4] for cell in shape(grid)] == ["效益", "步道", "85%"]
