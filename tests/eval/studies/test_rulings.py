"""Cells from the ruling lines of scans, beside img2table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO

import pytest

from eval.studies import rulings
from eval.studies.real_tables import Score
from eval.studies.spending import INSTALL
from extractor.document.layout import Box


def test_a_cell_is_found_by_a_box_that_covers_most_of_it() -> None:
    cell = Box(0, 0, 100, 10)
    assert rulings.iou(cell, Box(0, 0, 100, 10)) == 1
    assert rulings.iou(cell, Box(0, 5, 100, 15)) == pytest.approx(1 / 3)
    assert rulings.iou(cell, Box(200, 0, 300, 10)) == 0
    assert rulings.score([Box(1, 0, 101, 11)], [cell]) == Score(1, 1, 1)
    assert rulings.score([Box(0, 0, 200, 10)], [cell]) == Score(0, 1, 1)  # two cells taken for one


def test_a_box_stands_for_one_cell_and_a_cell_takes_one_box() -> None:
    cell, next_cell = Box(0, 0, 100, 10), Box(0, 10, 100, 20)
    assert rulings.score([cell, cell], [cell, next_cell]) == Score(1, 2, 2)
    assert rulings.score([], [cell]) == Score(0, 0, 1)


def test_boxes_are_compared_from_the_middle_of_their_page() -> None:
    [on_paper] = rulings.from_middle([Box(10, 20, 30, 40)], 100, 200)
    [on_larger_picture] = rulings.from_middle([Box(40, 60, 80, 100)], 240, 440, 0.5)
    assert on_paper == on_larger_picture == Box(-40, -80, -20, -60)


@pytest.mark.parametrize("way", [rulings.img2table, rulings.img2table_straight])
def test_img2table_finds_the_cells_of_a_clean_picture(way: Callable[[rulings.Sample], rulings.Found]) -> None:
    pytest.importorskip("img2table", reason=INSTALL)
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(image)
    boxes = [(100, 100, 400, 180), (400, 100, 700, 180), (100, 180, 400, 260), (400, 180, 700, 260)]
    for number, box in enumerate(boxes):
        draw.rectangle(box, outline="black", width=3)
        draw.text((box[0] + 40, box[1] + 30), f"cell {number}", fill="black")
    data = BytesIO()
    image.save(data, "JPEG", quality=95)
    there = rulings.from_middle([Box(*box) for box in boxes], 800, 600)
    found = way(rulings.Sample(data.getvalue(), 1.0, there))
    assert rulings.score(found.cells, there) == Score(4, 4, 4)


def test_without_img2table_the_own_way_is_gone_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "img2table", None)
    monkeypatch.setitem(sys.modules, "img2table.document", None)
    assert rulings.available() == ["own"]
    assert INSTALL in capsys.readouterr().err
