"""Photographed pages: the table around the sheet goes, perspective and curl are taken out, what is left is said."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from extractor.config import Settings
from extractor.document.geometry import displayed, through_mesh
from extractor.document.layout import Box, Grid, Mesh
from extractor.readers.scan import reader as scan
from extractor.readers.scan.flat_view import _bent
from extractor.readers.scan.paper import without_background
from extractor.readers.scan.straightening import straightened
from tests.paths import DOCUMENTS
from tests.readers.scan.test_reader import WANTED, shape

Picture = NDArray[np.uint8]

POINTS = 72 / 150
BROWN = (96, 70, 50)


def table(gap: int = 60) -> Picture:
    """Level and upright lines, `gap` pixels apart, on white paper."""
    page = np.full((900, 700, 3), 255, np.uint8)
    for place in range(100, 601, gap):
        cv2.line(page, (place, 100), (place, 700), (0, 0, 0), 2)
    for place in range(100, 701, gap):
        cv2.line(page, (100, place), (600, place), (0, 0, 0), 2)
    return page


def bent(page: Picture, curl: float, perspective: float = 0.02) -> Picture:
    """The page as a camera sees it from the side, its lines lifted by up to `curl` pixels in the middle."""
    high, wide = page.shape[:2]
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    lifted = cv2.remap(page, x, y + curl * np.sin(np.pi * x / wide).astype(np.float32), cv2.INTER_CUBIC,
                       borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    moves = np.array([(1, 1), (-1, 2), (1, -1), (2, 1)], np.float32) * perspective * wide
    matrix = cv2.getPerspectiveTransform(corners, corners + moves)
    seen = cv2.warpPerspective(lifted, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderValue=BROWN)
    return np.asarray(seen, dtype=np.uint8)


def lean(page: Picture) -> float:
    """How far the darkest places of a level line are apart, in pixels, at its worst."""
    dark = np.asarray(page.min(axis=2) < 128)
    lines = dark[80:, 120:580]
    places = [int(np.flatnonzero(column)[0]) for column in lines.T if column.any()]
    return float(np.quantile(places, 0.95) - np.quantile(places, 0.05))


def test_a_straight_picture_is_left_as_it_is() -> None:
    found = straightened(table(), POINTS)
    assert (found.mesh, found.left < 0.5) == (None, True)
    assert np.array_equal(found.image, table())


def test_lines_that_a_camera_bent_are_level_again() -> None:
    seen = bent(table(), 14.0)
    found = straightened(without_background(seen), POINTS)
    assert lean(seen) > 8
    assert found.mesh is not None
    assert lean(found.image) <= 3
    assert found.left < 0.5


def test_a_picture_without_lines_is_left_as_it_is() -> None:
    white = np.full((900, 700, 3), 255, np.uint8)
    assert straightened(white, POINTS) == (white, None, 0.0)


def test_what_lies_around_a_sheet_is_painted_as_paper() -> None:
    seen = bent(table(), 0.0)
    assert tuple(seen[0, 0]) == BROWN
    found = without_background(seen)
    assert found[:20].min() > 240
    assert without_background(table()) is not None
    assert np.array_equal(without_background(table()), table())


def test_a_page_with_a_dark_field_inside_is_all_paper() -> None:
    page = table()
    page[300:600, 150:550] = 90
    assert np.array_equal(without_background(page), page)


def test_a_photographed_table_is_read_and_its_boxes_stay_where_they_are() -> None:
    page = np.asarray(Image.open(DOCUMENTS / "scan-table.png").convert("RGB"), dtype=np.uint8)
    seen = bent(page, 8.0)
    read, notes = scan.read_image(seen, 1, POINTS, Settings())
    assert notes == []
    assert shape(read) == WANTED
    (grid,) = (block for block in displayed(read).blocks if isinstance(block, Grid))
    assert grid.box is not None
    left, top, right, bottom = (round(side / POINTS) for side in grid.box)
    dark = np.argwhere(seen[:, :, 0] < 90)
    framed = dark[
        (dark[:, 0] > top - 6) & (dark[:, 0] < bottom + 6) & (dark[:, 1] > left - 6) & (dark[:, 1] < right + 6)
    ]
    assert (framed.min(axis=0) - (top, left)).tolist() == pytest.approx([0, 0], abs=6)
    assert (framed.max(axis=0) - (bottom, right)).tolist() == pytest.approx([0, 0], abs=6)


def test_lines_that_stay_bent_are_a_doubt() -> None:
    page = table()
    high, wide = page.shape[:2]
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    wavy = cv2.remap(page, x, y + 5 * np.sin(x / 30).astype(np.float32), cv2.INTER_LINEAR)
    found = straightened(np.asarray(wavy, dtype=np.uint8), POINTS)
    assert _bent(found.left, []).startswith("its ruling lines are bent by ")


def quad(x0: float, top: float, x1: float, fall: float) -> NDArray[np.float32]:
    """A piece of text 20 pixels high that ends `fall` pixels lower than it begins."""
    return np.array([(x0, top), (x1, top + fall), (x1, top + fall + 20), (x0, top + 20)], np.float32)


def test_lines_of_text_that_are_not_level_are_a_doubt() -> None:
    level = [quad(0, 30.0 * n, 400, 2.0) for n in range(10)]
    assert _bent(0.2, level) == ""
    aslant = [quad(0, 30.0 * n, 400, 16.0) for n in range(4)]
    assert _bent(0.2, level + aslant) == "4 of 14 lines of text are not level"


def test_a_box_goes_back_to_where_it_came_from() -> None:
    shifted = Mesh(1, 1, ((0.1, 0.0), (1.0, 0.0), (0.1, 1.0), (1.0, 1.0)))
    assert through_mesh(Box(0, 50, 100, 100), shifted, (200, 100)) == pytest.approx((20, 50, 110, 100))


def test_a_shadow_on_the_paper_is_no_background() -> None:
    """It was once painted over, and the figures in it with it."""
    page = np.full((1170, 827, 3), 250.0)
    page[300:310, 600:800] = 20
    light = 1.0 - 0.45 * np.clip((np.arange(827) - 600) / 200, 0, 1)
    shaded = (page * light[None, :, None]).astype(np.uint8)
    assert np.array_equal(without_background(shaded), shaded)


def test_a_table_around_the_paper_is_background() -> None:
    page = np.full((1170, 827, 3), 110, np.uint8)
    page[60:1110, 60:760] = 245
    assert without_background(page)[:, 800:].min() > 200
