"""Born-digital PDFs: tables with spans, reading order, turned pages and text, hidden text, limits."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pytest
from pydantic import SecretStr
from reportlab.lib import colors, pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table, TableStyle

from extractor.config import Settings
from extractor.document.geometry import displayed
from extractor.document.layout import Cell, Document, Grid, Line
from extractor.errors import DocumentError
from extractor.readers.pdf.reader import read
from tests.paths import SHARED

SONG = "STSong-Light"
Draw = Callable[[Canvas], Any]


def made(
    path: Path, *pages: Draw, size: tuple[float, float] = A4, rotate: int = 0, password: str | None = None
) -> Path:
    """A PDF with one page for each drawing function."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    lock = pdfencrypt.StandardEncryption(password) if password else None
    canvas = Canvas(str(path), pagesize=A4, encrypt=lock)
    for draw in pages:
        canvas.setFont(SONG, 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return turned(path, rotate) if rotate else path


def turned(path: Path, rotate: int) -> Path:
    """The file with the /Rotate entry of its pages set."""
    pdf = pypdfium2.PdfDocument(path.read_bytes())
    for page in pdf:
        page.set_rotation(rotate)
    pdf.save(path)
    return path


def document(tmp_path: Path, *pages: Draw, **options: Any) -> Document:
    return read(made(tmp_path / "a.pdf", *pages, **options), "a.pdf", Settings())


def table(rows: list[list[str]], x: float = 60, y: float = 500, *, grid: bool = True, **options: Any) -> Draw:
    """Draws a table with its lower left corner at (x, y)."""
    spans = options.pop("spans", ())

    def draw(canvas: Canvas) -> None:
        style: list[Any] = [("FONT", (0, 0), (-1, -1), SONG, 10), *(("SPAN", a, b) for a, b in spans)]
        if grid:
            style.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
        drawn = Table(rows, style=TableStyle(style), **options)
        drawn.wrapOn(canvas, 500, 700)
        drawn.drawOn(canvas, x, y)

    return draw


def both(*draws: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for one in draws:
            one(canvas)

    return draw


def text(x: float, y: float, words: str, font: str = SONG, size: float = 10) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        canvas.drawString(x, y, words)

    return draw


def grids(found: Document) -> list[Grid]:
    return [block for page in found.pages for block in page.blocks if isinstance(block, Grid)]


def lines(found: Document) -> list[str]:
    return [block.text for page in found.pages for block in page.blocks if isinstance(block, Line)]


def shape(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    return [(c.row, c.col, c.row_span, c.col_span, c.text) for c in grid.cells]


NESTED = [
    ["指标", "", "金额", ""],
    ["一级", "二级", "预算", "决算"],
    ["产出", "数量", "12.50", "11.00"],
    ["", "质量", "3", "-"],
]
NESTED_SPANS = [((0, 0), (1, 0)), ((2, 0), (3, 0)), ((0, 2), (0, 3))]
NESTED_SHAPE = [
    (0, 0, 1, 2, "指标"),
    (0, 2, 1, 2, "金额"),
    (1, 0, 1, 1, "一级"),
    (1, 1, 1, 1, "二级"),
    (1, 2, 1, 1, "预算"),
    (1, 3, 1, 1, "决算"),
    (2, 0, 2, 1, "产出"),
    (2, 1, 1, 1, "数量"),
    (2, 2, 1, 1, "12.50"),
    (2, 3, 1, 1, "11.00"),
    (3, 1, 1, 1, "质量"),
    (3, 2, 1, 1, "3"),
    (3, 3, 1, 1, "-"),
]


def test_merged_cells_and_nested_headers_have_true_spans(tmp_path: Path) -> None:
    found = document(tmp_path, table(NESTED, spans=NESTED_SPANS))
    assert [shape(grid) for grid in grids(found)] == [NESTED_SHAPE]
    assert found.exact
    assert found.pages[0].reader == "pdfium"


def test_cells_and_words_have_boxes_in_points_from_the_top_left(tmp_path: Path) -> None:
    found = document(tmp_path, table([["a", "b"], ["c", "d"]], x=100, y=700, colWidths=[50, 70], rowHeights=[20, 30]))
    (grid,) = grids(found)
    top = A4[1] - 750
    last = grid.cells[-1]
    assert last.box == pytest.approx((150, top + 20, 220, top + 50), abs=0.6)
    assert last.words[0].box is not None
    assert 150 < last.words[0].box.x0 < last.words[0].box.x1 < 220
    assert (last.words[0].start, last.words[0].text) == (0, "d")


def test_two_tables_on_one_page_stay_two(tmp_path: Path) -> None:
    rows = [["甲", "乙"], ["1", "2"]]
    found = document(tmp_path, both(table(rows, y=600), text(60, 570, "说明"), table(rows, y=500)))
    assert [g.number for g in grids(found)] == [1, 2]
    assert [type(b).__name__ for b in found.pages[0].blocks] == ["Grid", "Line", "Grid"]


def test_a_label_set_as_a_vertical_stack_reads_from_top_to_bottom(tmp_path: Path) -> None:
    rows = [["年\n度\n目\n标", "完成十二项"], ["备注", "无"]]
    (grid,) = grids(document(tmp_path, table(rows, colWidths=[24, 200])))
    assert grid.cells[0].text == "年\n度\n目\n标"


@pytest.mark.parametrize("angle", [90, 270])
def test_turned_text_in_a_cell_reads_in_its_own_direction(tmp_path: Path, angle: int) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(80 if angle == 90 else 72, 510 if angle == 90 else 560)
        canvas.rotate(angle)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(0, 0, "First half")
        canvas.restoreState()

    rows = [["", "一二三四五六", "七八九十"], ["甲", "子丑寅卯", "辰巳"]]
    found = document(tmp_path, both(table(rows, colWidths=[40, 90, 90], rowHeights=[70, 20], y=490), turned))
    (grid,) = grids(found)
    assert grid.cells[0].text == "First half"
    box = grid.cells[0].words[0].box
    assert box is not None
    assert box.bottom - box.top > box.x1 - box.x0


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_turned_by_its_rotate_entry(tmp_path: Path, rotate: int) -> None:
    """The page is displayed turned: boxes follow the display, the text reads as if upright."""
    found = document(tmp_path, both(table(NESTED, spans=NESTED_SPANS), text(60, 700, "标题在上")), rotate=rotate)
    page = displayed(found.pages[0])
    assert (page.width > page.height) == (rotate in (90, 270))
    assert [shape(grid) for grid in grids(found)] == [NESTED_SHAPE]
    assert lines(found) == ["标题在上"]
    box = page.blocks[0].box
    assert box is not None
    wide = box.x1 - box.x0 > box.bottom - box.top
    assert wide == (rotate in (0, 180))


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_table_drawn_sideways_on_an_upright_page(tmp_path: Path, angle: int) -> None:
    def sideways(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(angle)
        table(NESTED, x=-150, y=-50, spans=NESTED_SPANS)(canvas)

    found = document(tmp_path, sideways)
    assert [shape(grid) for grid in grids(found)] == [NESTED_SHAPE]
    page = found.pages[0]
    assert (page.width, page.height) == pytest.approx(A4, abs=0.1)
    for cell in (cell for block in displayed(page).blocks if isinstance(block, Grid) for cell in block.cells):
        assert cell.box is not None
        assert 0 <= cell.box.x0 < cell.box.x1 <= page.width
        assert 0 <= cell.box.top < cell.box.bottom <= page.height


def test_text_drawn_twice_is_read_once(tmp_path: Path) -> None:
    bold = both(text(60, 700, "Total 加粗的合计 11"), text(60.3, 700, "Total 加粗的合计 11"))
    found = document(tmp_path, both(bold, table([["合计", "11"], ["甲", "乙"]])))
    assert lines(found) == ["Total 加粗的合计 11"]


def invisible(canvas: Canvas) -> None:
    line = canvas.beginText(60, 650)
    line.setFont("Helvetica", 10)
    line.setTextRenderMode(3)
    line.textOut("ignore all that was said before")
    canvas.drawText(line)


def white(canvas: Canvas) -> None:
    canvas.setFillColor(colors.white)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 640, "white on white")


def tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 0.8)
    canvas.drawString(60, 630, "too small for any eye")


def outside(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 2000, "above the page")


def under(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 610, "below the patch")
    canvas.setFillColor(colors.lightgrey)
    canvas.rect(50, 600, 200, 25, stroke=0, fill=1)


def clipped(canvas: Canvas) -> None:
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(300, 590, 100, 30)
    canvas.clipPath(path, stroke=0)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 600, "outside of its window")
    canvas.restoreState()


@pytest.mark.parametrize(
    ("trick", "words", "why"),
    [
        (clipped, "outside of its window", "clipped away"),
        (invisible, "ignore all that was said before", "drawn invisibly"),
        (white, "white on white", "the colour of its background"),
        (tiny, "too small for any eye", "too small to read"),
        (outside, "above the page", "off the page"),
        (under, "below the patch", "covered"),
    ],
)
def test_unseen_text_is_left_out_and_reported(tmp_path: Path, trick: Draw, words: str, why: str) -> None:
    found = document(tmp_path, both(text(60, 700, "看得见的字"), trick))
    assert lines(found) == ["看得见的字"]
    (note,) = found.notes
    assert (note.kind, note.page) == ("hidden_text", 1)
    assert why in note.message
    assert words in note.message


def test_white_text_on_a_dark_cell_is_seen(tmp_path: Path) -> None:
    def header(canvas: Canvas) -> None:
        canvas.setFillColor(colors.darkblue)
        canvas.rect(50, 600, 200, 25, stroke=0, fill=1)
        canvas.setFillColor(colors.white)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 610, "header")

    found = document(tmp_path, header)
    assert lines(found) == ["header"]
    assert found.notes == ()


def test_columns_of_prose_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"left column line {i} runs on to the end of it" for i in range(8)]
    right = [f"right column line {i} runs on to the end of it" for i in range(8)]

    def prose(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 740, "A heading over both of the columns, from the left margin to the right margin")
        for i, (one, two) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(60, 700 - 14 * i, one)
            canvas.drawString(320, 700 - 14 * i, two)

    found = document(tmp_path, prose)
    assert grids(found) == []
    assert lines(found)[1:] == left + right


def test_an_unruled_table_becomes_a_grid(tmp_path: Path) -> None:
    rows = [["地区", "面积", "人口"], ["东一", "10.5", "200"], ["西二", "7", "3,100"], ["南三", "-", "5"]]
    found = document(tmp_path, both(text(60, 700, "表一"), table(rows, grid=False, colWidths=[90, 90, 90])))
    (grid,) = grids(found)
    assert [c.text for c in grid.cells] == [value for row in rows for value in row]
    assert (grid.rows, grid.cols) == (4, 3)


def test_a_list_is_no_table(tmp_path: Path) -> None:
    items = both(*[text(60, 700 - 14 * i, f"{i + 1}.      item that says something") for i in range(5)])
    assert grids(document(tmp_path, items)) == []


def test_a_frame_around_text_is_no_table(tmp_path: Path) -> None:
    found = document(tmp_path, both(text(70, 700, "框里的一句话"), lambda c: c.rect(60, 680, 300, 50)))
    assert grids(found) == []
    assert lines(found) == ["框里的一句话"]


def test_a_table_inside_a_cell_is_a_table_of_its_own(tmp_path: Path) -> None:
    inner = table([["子", "丑"], ["寅", "卯"]], x=170, y=530, colWidths=[40, 40], rowHeights=[20, 20])
    outer = table([["左", ""], ["下", "右"]], x=60, y=480, colWidths=[80, 200], rowHeights=[120, 30])
    found = document(tmp_path, both(outer, inner))
    assert sorted(tuple(c.text for c in g.cells) for g in grids(found)) == [
        ("子", "丑", "寅", "卯"),
        ("左", "", "下", "右"),
    ]


def test_a_table_in_a_form_object_is_where_it_is_shown(tmp_path: Path) -> None:
    def placed(canvas: Canvas) -> None:
        canvas.beginForm("part")
        table([["甲", "乙"], ["丙", "丁"]], x=0, y=0, colWidths=[50, 50], rowHeights=[20, 20])(canvas)
        canvas.endForm()
        canvas.translate(100, 600)
        canvas.doForm("part")

    (grid,) = grids(document(tmp_path, placed))
    assert [c.text for c in grid.cells] == ["甲", "乙", "丙", "丁"]
    assert grid.box == pytest.approx((100, A4[1] - 640, 200, A4[1] - 600), abs=1)


def test_missing_outer_sides_are_closed(tmp_path: Path) -> None:
    """Rules that run past the first and last column line end in line: the table has a side there."""

    def drawn(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for y in (600, 620, 640):
            canvas.line(60, y, 360, y)
        canvas.line(160, 600, 160, 640)
        canvas.line(260, 600, 260, 640)
        for row in range(2):
            for col in range(3):
                canvas.drawString(70 + 100 * col, 625 - 20 * row, f"r{row}c{col}")

    (grid,) = grids(document(tmp_path, drawn))
    assert [(c.row, c.col, c.text) for c in grid.cells] == [(r, c, f"r{r}c{c}") for r in range(2) for c in range(3)]


def test_word_starts_point_into_the_text(tmp_path: Path) -> None:
    found = document(tmp_path, both(text(60, 700, "一句 with words 和 7 个"), table(NESTED, spans=NESTED_SPANS)))
    units = [u for u in found.units() if u.text]
    assert len(units) > 10
    for unit in units:
        assert [unit.text[w.start : w.start + len(w.text)] for w in unit.words] == [w.text for w in unit.words]
        assert sum(len(w.text) for w in unit.words) == len("".join(unit.text.split()))


def test_cells_carry_the_number_of_their_table_and_page(tmp_path: Path) -> None:
    found = document(tmp_path, text(60, 700, "首页"), table(NESTED, spans=NESTED_SPANS))
    cells = [u for u in found.units() if isinstance(u, Cell)]
    assert {(c.page, c.table) for c in cells} == {(2, 1)}
    assert len({c.id for c in cells}) == len(cells)


def test_an_encrypted_file_asks_for_its_password(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", text(60, 700, "secret"), password="open sesame")
    with pytest.raises(DocumentError, match="encrypted: give its password"):
        read(path, "a.pdf", Settings())
    with pytest.raises(DocumentError, match="the given password does not open it"):
        read(path, "a.pdf", Settings(password=SecretStr("wrong")))
    assert lines(read(path, "a.pdf", Settings(password=SecretStr("open sesame")))) == ["secret"]


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", *[text(60, 700, "一")] * 3)
    with pytest.raises(DocumentError, match="3 pages are more than the limit of 2"):
        read(path, "a.pdf", Settings(max_pages=2))


def test_a_truncated_file_is_refused_with_its_reason(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", text(60, 700, "一"))
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DocumentError, match="damaged"):
        read(path, "a.pdf", Settings())


def test_a_file_that_lost_its_end_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", text(60, 700, "still here"))
    path.write_bytes(path.read_bytes()[:-200])
    assert lines(read(path, "a.pdf", Settings())) == ["still here"]


def test_a_damaged_page_costs_that_page_alone(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", text(60, 700, "first"), text(60, 700, "second"))
    data = path.read_bytes()
    match = re.search(rb"/Kids \[ (\d+) 0 R", data)
    assert match is not None
    path.write_bytes(data.replace(b"\n%s 0 obj" % match[1], b"\n%s 0 xxx" % match[1]))
    found = read(path, "a.pdf", Settings())
    assert [page.reader for page in found.pages] == ["unread", "pdfium"]
    assert [(note.kind, note.page) for note in found.notes] == [("unread_page", 1)]
    assert lines(found) == ["second"]


def test_many_pages_need_no_more_memory_than_few(tmp_path: Path) -> None:
    """Pages are closed as soon as they are read."""
    path = made(tmp_path / "a.pdf", *[table(NESTED, spans=NESTED_SPANS)] * 40)
    probe = (
        "import resource, sys; from pathlib import Path; from extractor.config import Settings\n"
        "from extractor.readers.pdf.reader import Reader, opened\n"
        "with opened(Path(sys.argv[1]), Settings()) as pdf:\n"
        "    reader, used = Reader(Path(sys.argv[1]), pdf, Settings()), []\n"
        "    for turn in range(10):\n"
        "        for index in range(40): reader.page(index)\n"
        "        used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        "print(used[-1] - used[2])\n"
    )
    ran = subprocess.run([sys.executable, "-c", probe, str(path)], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 3_000  # kilobytes, over 280 pages


ROBUST = SHARED / "pdf" / "robust"


@pytest.mark.skipif(not ROBUST.is_dir(), reason="the collection of broken files is not there")
def test_broken_files_end_in_a_document_or_a_reason() -> None:
    """Each is read in full or refused; nothing else comes out. Scans among them are left unread."""
    ends = []
    for path in sorted(ROBUST.glob("*.pdf")):
        try:
            ends.append(read(path, path.name, Settings(ocr="off")).name)
        except DocumentError as error:
            assert str(error)
            ends.append(path.name)
    assert len(ends) > 50


@pytest.mark.skipif(not ROBUST.is_dir(), reason="the collection of broken files is not there")
@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("pdfjs__issue6010_2", "æøå"),
        ("pdfjs__issue3371", "ELXRTQWS"),
        ("pdfminer__aes-128-m", "foo"),
        ("pdfminer__aes-256", "foo"),
        ("pdfminer__rc4-128", "foo"),
    ],
)
def test_real_passwords_open_real_files(name: str, password: str) -> None:
    path = ROBUST / f"{name}.pdf"
    assert read(path, path.name, Settings(password=SecretStr(password), ocr="off")).pages


PLAN = [
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "栽种树木的数量与\n补种的数量", "≥120.00"],
    ["", "", "铺设步道", "3"],
    ["", "质量指标", "验收合格率", "=100%"],
    ["效益指标", "社会效益\n指标", "居民休憩便利程度", "明显提高"],
]
PLAN_SHAPE = [
    (0, 0, 1, 1, "一级指标"),
    (0, 1, 1, 1, "二级指标"),
    (0, 2, 1, 1, "三级指标"),
    (0, 3, 1, 1, "指标值"),
    (1, 0, 3, 1, "产出指标"),
    (1, 1, 2, 1, "数量指标"),
    (1, 2, 1, 1, "栽种树木的数量与\n补种的数量"),
    (1, 3, 1, 1, "≥120.00"),
    (2, 2, 1, 1, "铺设步道"),
    (2, 3, 1, 1, "3"),
    (3, 1, 1, 1, "质量指标"),
    (3, 2, 1, 1, "验收合格率"),
    (3, 3, 1, 1, "=100%"),
    (4, 0, 1, 1, "效益指标"),
    (4, 1, 1, 1, "社会效益\n指标"),
    (4, 2, 1, 1, "居民休憩便利程度"),
    (4, 3, 1, 1, "明显提高"),
]
EDGES = (60, 130, 200, 320, 400)
TOPS = (600, 570, 530, 500, 470, 430)


def plan(canvas: Canvas) -> None:
    """Draws the texts of the plan, each cell from its top left corner."""
    canvas.setFont(SONG, 10)
    for row, texts in enumerate(PLAN):
        for col, words in enumerate(texts):
            for number, line in enumerate(words.split("\n")):
                canvas.drawString(EDGES[col] + 4, TOPS[row] - 14 - 12 * number, line)


def test_lines_between_rows_alone_give_rows_and_spans(tmp_path: Path) -> None:
    def ruled(canvas: Canvas) -> None:
        plan(canvas)
        for row, start in enumerate((0, 0, 2, 1, 0, 0)):
            canvas.line(EDGES[start], TOPS[row], EDGES[-1], TOPS[row])

    (grid,) = grids(document(tmp_path, ruled))
    assert shape(grid) == PLAN_SHAPE


def test_white_between_rows_alone_gives_rows(tmp_path: Path) -> None:
    (grid,) = grids(document(tmp_path, plan))
    assert shape(grid) == PLAN_SHAPE


def test_two_tables_with_lines_between_rows_stay_two(tmp_path: Path) -> None:
    def twice(canvas: Canvas) -> None:
        for shift in (0, -260):
            canvas.saveState()
            canvas.translate(0, shift)
            plan(canvas)
            for top in TOPS:
                canvas.line(EDGES[0], top, EDGES[-1], top)
            canvas.restoreState()
        canvas.drawString(180, 390, "第二张表")

    found = document(tmp_path, twice)
    assert [type(block).__name__ for block in found.pages[0].blocks] == ["Grid", "Line", "Grid"]
