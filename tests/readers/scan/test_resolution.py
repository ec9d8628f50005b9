"""The resolution at which pages are read: that of their picture, within limits."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pytest
from PIL import Image as Pictures
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extractor.config import Settings
from extractor.readers.scan.image_files import frames
from extractor.readers.scan.reader import rendered
from extractor.readers.scan.resolution import sized


@pytest.mark.parametrize(("dots", "read_at"), [(110, 200), (150, 200), (200, 200), (240, 240), (600, 300)])
def test_a_coarse_picture_is_made_larger_and_a_fine_one_smaller(dots: int, read_at: int) -> None:
    image, points = sized(np.full((4 * dots, 3 * dots, 3), 255, np.uint8), 72 / dots, Settings())
    assert image.shape[:2] == (4 * read_at, 3 * read_at)
    assert points == pytest.approx(72 / read_at)


def test_a_picture_that_says_too_low_a_resolution_is_not_blown_up() -> None:
    image, _ = sized(np.full((5_000, 5_000, 3), 255, np.uint8), 72 / 50, Settings())
    assert image.shape[0] <= 6_000


def drawn(folder: Path, dots: int, *, text: str = "", invisible: bool = False) -> Path:
    """A PDF page of 4 by 3 inches that a picture covers, with a text over it."""
    data = BytesIO()
    Pictures.new("L", (4 * dots, 3 * dots), 255).save(data, "PNG")
    canvas = Canvas(str(folder / "a.pdf"), pagesize=(288, 216))
    canvas.drawImage(ImageReader(data), 0, 0, 288, 216)
    if text:
        lines = canvas.beginText(20, 100)
        lines.setTextRenderMode(3 if invisible else 0)
        lines.textOut(text)
        canvas.drawText(lines)
    canvas.showPage()
    canvas.save()
    return folder / "a.pdf"


def width(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as pdf, rendered(pdf, 0, Settings()) as (image, _):
        return int(image.shape[1])


@pytest.mark.parametrize(("dots", "read_at"), [(150, 200), (250, 250), (600, 300)])
def test_a_page_is_drawn_at_the_resolution_of_its_picture(tmp_path: Path, dots: int, read_at: int) -> None:
    assert width(drawn(tmp_path, dots)) == 4 * read_at


def test_the_invisible_text_of_an_ocr_changes_nothing(tmp_path: Path) -> None:
    assert width(drawn(tmp_path, 200, text="seen by an OCR", invisible=True)) == 800


def test_a_page_that_shows_text_of_its_own_is_drawn_at_the_resolution_of_the_settings(tmp_path: Path) -> None:
    assert width(drawn(tmp_path, 200, text="drawn")) == 1200


def dots_of_file(path: Path) -> float:
    ((_, points),) = frames(path, Settings())
    return 72 / points


@pytest.mark.parametrize(
    ("size", "said", "taken"),
    [
        ((1654, 2339), (200, 200), 200),
        ((1654, 2339), None, 199.9),  # the shape of a sheet: A4
        ((3000, 4000), (72, 72), 341.9),  # a camera, which would make a poster of it
        ((600, 2400), None, 200),  # a receipt
    ],
)
def test_a_resolution_that_makes_no_page_is_not_believed(
    tmp_path: Path, size: tuple[int, int], said: tuple[int, int] | None, taken: float
) -> None:
    picture = Pictures.new("L", size, 255)
    picture.save(tmp_path / "a.png", dpi=said) if said else picture.save(tmp_path / "a.png")
    assert dots_of_file(tmp_path / "a.png") == pytest.approx(taken, abs=0.1)
