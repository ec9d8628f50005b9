"""Scans: tables from pictures, whatever their turn and skew; mixed files; limits; the other engine."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pytest
from PIL import Image as Pictures
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extractor.config import Settings
from extractor.document.geometry import Rulings, Segment, displayed
from extractor.document.layout import Box, Document, Grid, Line, Page
from extractor.errors import DocumentError, MissingPackage
from extractor.readers.pdf import reader as pdf
from extractor.readers.scan import ocr
from extractor.readers.scan import reader as scan
from extractor.readers.scan.box_text import steps
from extractor.readers.scan.image_files import frames
from extractor.readers.scan.mended_lines import anchored
from extractor.readers.scan.ocr import tesseract
from extractor.readers.scan.pixels import quarter_turned, rotated, skew
from extractor.readers.scan.reader import cut
from extractor.readers.scan.ruling_lines import rulings_of, without_text
from extractor.tables.ruled.lattice import Lattice, find_lattices
from tests.paths import DOCUMENTS

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

TABLE = DOCUMENTS / "scan-table.png"
CELLS = [
    (0, 0, 1, 1, "项目名称"),
    (0, 1, 1, 2, "河岸步道修缮"),
    (0, 3, 1, 1, "单位：万元"),
    (1, 0, 1, 1, "年度\n目标"),
    (1, 1, 1, 3, "修缮步道十二公里，\n更换照明一百盏"),
    (2, 0, 1, 1, "一级指标"),
    (2, 1, 1, 1, "二级指标"),
    (2, 2, 1, 1, "三级指标"),
    (2, 3, 1, 1, "指标值"),
    (3, 0, 3, 1, "产出指标"),
    (3, 1, 1, 1, "数量指标"),
    (3, 2, 1, 1, "修缮步道长度"),
    (3, 3, 1, 1, "≥12.5"),
    (4, 1, 1, 1, "质量指标"),
    (4, 2, 1, 1, "验收合格率"),
    (4, 3, 1, 1, "=100%"),
    (5, 1, 1, 1, "时效指标"),
    (5, 2, 1, 1, "完工月份"),
    (5, 3, 1, 1, "9"),
    (6, 0, 1, 1, "满意度"),
    (6, 1, 1, 1, "服务对象"),
    (6, 2, 1, 1, "居民满意度"),
    (6, 3, 1, 1, "≥95%"),
]


def pixels() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Pictures.open(TABLE).convert("RGB"), dtype=np.uint8)


def grids(page: Page) -> list[Grid]:
    return [block for block in page.blocks if isinstance(block, Grid)]


def lines(page: Page) -> list[str]:
    return [block.text for block in page.blocks if isinstance(block, Line)]


def shape(page: Page) -> list[tuple[int, int, int, int, str]]:
    """The cells of the one table, full-width and half-width punctuation not told apart (nor does the OCR)."""
    (grid,) = grids(page)
    same = str.maketrans("，：", ",:")
    return [(c.row, c.col, c.row_span, c.col_span, c.text.translate(same)) for c in grid.cells]


WANTED = [(*place, text.translate(str.maketrans("，：", ",:"))) for *place, text in CELLS]


def test_a_table_on_a_picture(tmp_path: Path) -> None:
    found = scan.read(TABLE, "a.png", Settings())
    (page,) = found.pages
    assert shape(page) == WANTED
    assert lines(page) == ["步道修缮绩效目标表", "填表人：林一"]
    assert (page.reader, found.exact) == ("ocr", False)
    assert page.width == pytest.approx(1000 * 72 / 150, abs=0.5)
    words = [word for unit in page.units() for word in unit.words]
    assert all(word.confidence is not None and 0.5 < word.confidence <= 1 for word in words)
    box = grids(page)[0].box
    assert box == pytest.approx((17, 78, 467, 274), abs=3)


def test_no_piece_of_text_is_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read to learn which way is up is not read again."""
    read: list[bytes] = []
    recognise = ocr.recognise

    def counted(crops: list[Image], settings: Settings) -> list[ocr.Chars]:
        read.extend(crop.tobytes() for crop in crops)
        return recognise(crops, settings)

    monkeypatch.setattr(ocr, "recognise", counted)
    scan.read_image(pixels(), 1, 72 / 150, Settings())
    assert len(read) > 20
    assert len(read) == len(set(read))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_picture_is_read_and_its_boxes_stay_where_they_are(quarters: int) -> None:
    points = 72 / 150
    page, _ = scan.read_image(quarter_turned(pixels(), quarters), 1, points, Settings())
    assert shape(page) == WANTED
    high, wide = pixels().shape[:2]
    sides = (high, wide) if quarters % 2 else (wide, high)
    assert (page.width, page.height) == pytest.approx((sides[0] * points, sides[1] * points))
    box = grids(displayed(page))[0].box
    assert box is not None
    assert (box.x1 - box.x0 > box.bottom - box.top) == (quarters == 2)
    corner = {1: (384 - 274, 17), 2: (480 - 467, 384 - 274), 3: (78, 480 - 467)}[quarters]
    assert (box.x0, box.top) == pytest.approx(corner, abs=4)


def test_a_skewed_and_noisy_picture(tmp_path: Path) -> None:
    askew = rotated(pixels(), -1.3)
    noise = np.random.default_rng(7).normal(0, 8, askew.shape[:2])[:, :, None]
    page, _ = scan.read_image(np.clip(askew + noise, 0, 255).astype(np.uint8), 1, 72 / 150, Settings())
    assert shape(page) == WANTED


def test_a_picture_that_is_too_noisy_is_said_to_be() -> None:
    noise = np.random.default_rng(7).normal(0, 40, pixels().shape[:2])[:, :, None]
    _, notes = scan.read_image(np.clip(pixels() + noise, 0, 255).astype(np.uint8), 1, 72 / 150, Settings())
    assert [note.kind for note in notes] == ["poor_scan"]
    _, clean = scan.read_image(pixels(), 1, 72 / 150, Settings())
    assert clean == []


def test_cells_are_straight_on_the_page_as_read_and_lean_on_the_page_as_displayed() -> None:
    page, _ = scan.read_image(rotated(pixels(), -1.3), 1, 72 / 150, Settings())
    straight, leaning = grids(page)[0], grids(displayed(page))[0]
    left = [c.box.x0 for c in straight.cells if c.col == 0 and c.box is not None]
    assert max(left) - min(left) < 0.1
    shown = [c.box.x0 for c in leaning.cells if c.col == 0 and c.box is not None]
    assert max(shown) - min(shown) > 2


@pytest.mark.parametrize("angle", [-4.0, -0.7, 0.0, 0.4, 2.5])
def test_the_skew_is_found(angle: float) -> None:
    assert skew(rotated(pixels(), -angle)) == pytest.approx(angle, abs=0.1)


def largest(lattices: list[Lattice]) -> Lattice:
    """The table; strokes of large characters make small lattices of their own."""
    return max(lattices, key=lambda lattice: len(lattice.slots))


def test_lines_with_gaps_of_a_copier_still_close_their_cells() -> None:
    holed = pixels().copy()
    holed[:, 500:512] = 255  # a white stripe down the page
    holed[300:310, :] = 255
    lattice = largest(find_lattices(rulings_of(holed, 150), 6, 19))
    assert len(lattice.slots) == len(CELLS)


def test_a_piece_of_text_over_two_cells_is_cut_at_their_wall() -> None:
    lattice = largest(find_lattices(rulings_of(pixels(), 150), 6, 6))
    parts = cut(Box(50, 180, 420, 205), [lattice], 4)
    assert len(parts) == 2
    assert parts[0].x1 < 203 < parts[1].x0 < 210


@pytest.mark.parametrize(("long", "kept"), [(110, []), (130, [Segment(136.0, 300, 430)])])
def test_strokes_at_the_edge_of_a_text_are_no_line(long: int, kept: list[Segment]) -> None:
    """A line that is no shorter than half of the text may be one; so may any a little farther off."""
    text = Box(290, 100, 530, 135)
    own, off = Segment(136.0, 300, 300 + long), Segment(140.0, 300, 300 + long)
    assert without_text(Rulings([own, off], []), [text]).horizontal == [*kept, off]


@pytest.mark.parametrize(("end", "parts"), [(216, 1), (226, 2)])
def test_what_reaches_over_a_wall_by_less_than_a_character_is_no_text(end: int, parts: int) -> None:
    lattice = largest(find_lattices(rulings_of(pixels(), 150), 6, 6))
    assert len(cut(Box(50, 180, end, 220), [lattice], 4)) == parts


def test_a_stack_over_two_cells_is_cut_at_the_level_wall() -> None:
    """Else one cell's ink belongs to the other, and is read a second time."""
    sides, uprights = (
        [Segment(y, 0, 400) for y in (0.0, 300.0, 600.0)],
        [Segment(x, 0, 600) for x in (0.0, 60.0, 400.0)],
    )
    lattices = find_lattices(Rulings(sides, uprights))
    stack, wide = Box(15, 40, 45, 560), Box(80, 250, 380, 350)
    assert cut(stack, lattices, 4) == [Box(15, 40, 45, 298), Box(15, 302, 45, 560)]
    assert cut(wide, lattices, 4) == [wide]
    assert cut(Box(15, 40, 45, 309), lattices, 4) == [Box(15, 40, 45, 298)]


def test_a_flat_character_at_the_top_of_a_stack_is_a_step_of_its_own() -> None:
    """一 above 级 is no part of it; the dot above the rest of 产 is."""
    crop = np.full((130, 40, 3), 255, np.uint8)
    for top, bottom, left in ((18, 22, 4), (34, 64, 4), (72, 102, 4), (108, 111, 16), (113, 128, 4)):
        crop[top:bottom, left : 40 - left] = 0
    assert [start for start, _ in steps(crop)] == [18, 34, 72, 108]


def picture_pdf(path: Path, words: str = "", *, text_page: bool = False) -> Path:
    """A PDF whose first page is the picture, with an invisible text layer if there are words."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=(480, 384))
    canvas.drawImage(ImageReader(str(TABLE)), 0, 0, 480, 384)
    if words:
        layer = canvas.beginText(23, 384 - 98)
        layer.setFont("STSong-Light", 10)
        layer.setTextRenderMode(3)
        layer.textOut(words)
        canvas.drawText(layer)
    canvas.showPage()
    if text_page:
        canvas.setFont("STSong-Light", 10)
        canvas.drawString(40, 300, "第二页是数字文本")
        canvas.showPage()
    canvas.save()
    return path


def read(path: Path) -> Document:
    return pdf.read(path, path.name, Settings())


def test_a_mixed_file_is_read_page_by_page(tmp_path: Path) -> None:
    found = read(picture_pdf(tmp_path / "a.pdf", text_page=True))
    assert [page.reader for page in found.pages] == ["ocr", "pdfium"]
    assert shape(found.pages[0]) == WANTED
    assert lines(found.pages[1]) == ["第二页是数字文本"]
    assert not found.exact


def test_the_text_layer_of_a_scan_does_not_replace_its_ocr(tmp_path: Path) -> None:
    """Its words are not those of the picture: no form may be lost for them, and no value doubted."""
    found = read(picture_pdf(tmp_path / "a.pdf", "项目名称很长的一行文字一直写到下一格里面去了"))
    (page,) = found.pages
    assert (page.reader, found.exact) == ("ocr", False)
    assert shape(page) == WANTED
    (note,) = found.notes
    assert note.kind == "text_layer" and "its text layer agrees" in note.message


def test_the_text_layer_of_a_scan_is_a_doubt_where_no_ocr_confirms_it(tmp_path: Path) -> None:
    words = "项目名称很长的一行文字一直写到下一格里面去了"
    path = picture_pdf(tmp_path / "a.pdf", words)
    found = pdf.read(path, path.name, Settings(ocr="off"))
    (page,) = found.pages
    assert "".join(unit.text for unit in page.units()) == words
    assert [note.kind for note in found.notes] == ["text_doubt"]


def test_a_text_layer_of_garbage_is_not_believed() -> None:
    """Its fonts don't say which characters their glyphs are."""
    found = read(DOCUMENTS / "unmapped-glyphs.pdf")
    (page,) = found.pages
    assert page.reader == "ocr"
    assert shape(page) == WANTED


def test_a_blank_page_is_not_read_by_ocr(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.showPage()
    canvas.save()
    (page,) = read(tmp_path / "a.pdf").pages
    assert (page.reader, page.blocks) == ("pdfium", ())


@pytest.mark.parametrize(("suffix", "pages"), [("png", 1), ("jpg", 1), ("webp", 1), ("tiff", 3)])
def test_image_files_of_all_kinds(tmp_path: Path, suffix: str, pages: int) -> None:
    picture = Pictures.open(TABLE).convert("RGB")
    if pages > 1:
        picture.save(tmp_path / "a.tiff", dpi=(150, 150), save_all=True, append_images=[picture] * (pages - 1))
    else:
        picture.save(tmp_path / f"a.{suffix}", dpi=(150, 150))
    found = list(frames(tmp_path / f"a.{suffix}", Settings()))
    assert len(found) == pages
    assert all(frame.image.shape == (800, 1000, 3) for frame in found)
    if suffix != "webp":  # which does not say its resolution
        assert found[0].points == pytest.approx(72 / 150, abs=0.01)


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    Pictures.new("RGBA", (40, 30), (0, 0, 0, 0)).save(tmp_path / "a.png")
    (frame,) = frames(tmp_path / "a.png", Settings())
    assert frame.image.min() == 255


def test_an_image_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    )
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    with pytest.raises(DocumentError, match="60000 × 60000 pixels are more than the limit"):
        scan.read(tmp_path / "a.png", "a.png", Settings())


def test_a_truncated_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(TABLE.read_bytes()[:3000])
    with pytest.raises(DocumentError, match="damaged"):
        scan.read(tmp_path / "a.png", "a.png", Settings())


def test_a_page_of_five_metres_is_rendered_within_the_limit(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(14_173, 14_173))
    canvas.drawString(100, 100, "small")
    canvas.showPage()
    canvas.save()
    file = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    with scan.rendered(file, 0, Settings()) as (image, points):
        assert image.shape[0] * image.shape[1] <= 36_100_000
        assert image.shape[0] * points == pytest.approx(14_173, rel=0.01)


def test_tesseract_that_is_not_installed_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPackage, match="install Tesseract"):
        tesseract(pixels(), Settings(), 150)


def test_the_words_of_tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stand-in for the program prints what Tesseract 5 prints; it is not installed everywhere."""
    columns = ("level", "left", "top", "width", "height", "conf", "text")
    rows = [columns, ("5", "48", "190", "82", "22", "96.5", "项目"), ("4", "0", "0", "9", "9", "-1", "")]
    table = "\\n".join("\\t".join(row) for row in rows)
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\n/bin/cat > /dev/null\nprintf '{table}\\n'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (word,) = tesseract(pixels(), Settings(), 150)
    assert (word.text, word.box, word.confidence) == ("项目", Box(48, 190, 130, 212), 0.965)


def test_a_row_that_a_page_break_left_open_has_its_walls() -> None:
    """No line closes it above; its walls are short, but they end in line with each other."""
    point = 4.0
    level = [Segment(300.0, 40.0, 840.0), Segment(400.0, 40.0, 840.0)]
    walls = [Segment(x, 200.0, 400.0) for x in (40.0, 440.0, 840.0)]
    inner = Segment(240.0, 200.0, 300.0)
    stroke = Segment(640.0, 230.0, 300.0)
    kept = anchored(Rulings(level, [*walls, inner, stroke]), [], point)
    assert [s.at for s in kept.vertical] == [40.0, 240.0, 440.0, 840.0]
