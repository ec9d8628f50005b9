"""Noisy pages of few dots, and texts that stand in line with walls: neither makes a wall, nor a doubt about one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractor.document.layout import Box
from extractor.readers.scan.broken_lines import found_lattices
from extractor.readers.scan.line_pieces import SHORT, line_pieces, with_stubs
from extractor.readers.scan.pixels import dark, ink, roughness
from extractor.readers.scan.ruling_lines import rulings_of
from extractor.readers.scan.wall_sides import Found, walls_of

Picture = NDArray[np.uint8]

DOTS = 200
POINT = DOTS / 72
XS, YS = (130, 330, 600, 870), (130, 200, 270, 340, 410, 480)


def table(depth: int, missing: frozenset[tuple[int, int]] = frozenset()) -> Picture:
    """Three columns and five rows, without the level walls named by row line and column; `depth` of the lines."""
    page = np.full((620, 1000), 250, np.uint8)
    for x in XS:
        page[YS[0] : YS[-1], x : x + 2] = 250 - depth
    for n, y in enumerate(YS):
        for column in range(3):
            if (n, column) not in missing:
                page[y : y + 2, XS[column] : XS[column + 1]] = 250 - depth
    return page


def noisy(page: Picture, sigma: float) -> Picture:
    """With the noise of a sensor, as wide as a picture of 150 dots an inch has it at 200."""
    grain = np.random.default_rng(3).normal(0, sigma, page.shape).astype(np.float32)
    out: Picture = np.clip(page + cv2.GaussianBlur(grain, (0, 0), 0.6), 0, 255).astype(np.uint8)
    return out


def walls(page: Picture, texts: list[Box]) -> Found:
    marks = ink(page, DOTS)
    pieces = line_pieces(rulings_of(page, DOTS), texts, marks, POINT)
    stubs = with_stubs(pieces, rulings_of(page, DOTS, SHORT), marks, POINT)
    return walls_of(stubs, texts, marks, POINT)


def cells(found: Found) -> int:
    (lattice,) = found_lattices(found.rulings, POINT)
    return len(lattice.slots)


def test_the_noise_of_paper_is_no_ink() -> None:
    paper = noisy(np.full((400, 400), 220, np.uint8), 30)
    assert float((dark(paper, DOTS) > 0).mean()) < 0.005
    assert roughness(paper) > 10


def test_on_quiet_paper_the_faintest_ink_is_ink() -> None:
    page = np.full((400, 400), 220, np.uint8)
    page[100:300, 200:203] = 220 - 16
    assert (dark(page, DOTS)[100:300, 200:203] > 0).all()


@pytest.mark.parametrize("sigma", [0, 25])
def test_noise_beside_a_missing_wall_is_no_wall(sigma: float) -> None:
    merged = frozenset({(2, 1), (4, 2)})
    assert cells(walls(noisy(table(150, merged), sigma), [])) == 13


def test_a_text_in_line_with_level_walls_is_no_doubt() -> None:
    """The text of a cell over two rows stands where the wall between the rows beside it does."""
    page = table(200, frozenset({(2, 1)}))
    for x in range(400, 530, 22):
        cv2.rectangle(page, (x, YS[2] - 9), (x + 16, YS[2] + 9), (40,), 2)
        cv2.line(page, (x, YS[2]), (x + 16, YS[2]), (40,), 2)
    found = walls(page, [Box(396, YS[2] - 12, 532, YS[2] + 12)])
    assert (cells(found), found.level) == (14, ())


def test_a_line_that_is_darker_than_noise_is_seen() -> None:
    page = np.full((400, 400), 220, np.uint8)
    page[100:300, 200:203] = 220 - 60
    seen = ink(noisy(page, 25), DOTS)[100:300, 199:204] > 0
    assert float(seen.any(axis=1).mean()) > 0.98
