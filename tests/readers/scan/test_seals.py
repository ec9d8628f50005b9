"""Seals: red ink over a wide area is taken out, what is printed below stays, and so does red print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.readers.scan.seals import seal_ink, without_seal

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

POINTS = 72 / 200
RED = (200, 40, 40)


def paper() -> Image:
    return np.full((1200, 1600, 3), 250, np.uint8)


def sealed(page: Image) -> Image:
    """The page below the ink of a seal: each takes its part of the light."""
    seal = paper()
    cv2.circle(seal, (800, 600), 150, RED, 8)
    cv2.circle(seal, (800, 600), 30, RED, -1)
    return (page.astype(np.uint16) * seal // 250).astype(np.uint8)


def digits(page: Image, x: int, colour: tuple[int, int, int]) -> Image:
    cv2.putText(page, "-1204.50", (x, 620), cv2.FONT_HERSHEY_SIMPLEX, 1.2, colour, 3)
    return page


def test_a_seal_is_taken_out_and_print_below_it_stays() -> None:
    page = sealed(digits(paper(), 700, (20, 20, 20)))
    red = seal_ink(page, POINTS)
    assert red is not None
    clean = without_seal(page, red)
    # Characters that lie wholly below the star are no rests of it.
    plain = digits(paper(), 700, (20, 20, 20))
    assert clean[440:470].min() > 230  # the top of the rim
    both = (clean.min(axis=2) < 128, plain.min(axis=2) < 128)
    assert (both[0] & both[1]).sum() > 0.85 * both[1].sum()


def test_small_marks_below_a_seal_stay() -> None:
    """A comma and a full stop wholly below the ink of a seal: they were once taken for rests of it."""
    page = paper()
    cv2.circle(page, (800, 600), 5, (70, 70, 70), -1)
    cv2.circle(page, (810, 460), 4, (90, 90, 90), -1)
    page = sealed(np.asarray(cv2.GaussianBlur(page, (0, 0), 1.5), dtype=np.uint8))
    red = seal_ink(page, POINTS)
    assert red is not None
    clean = without_seal(page, red)
    assert clean[600, 800].max() < 140
    assert clean[460, 810].max() < 160


def test_red_print_is_no_seal() -> None:
    """A negative figure in red is a value: it was once taken out with the seal."""
    page = digits(paper(), 200, RED)
    assert seal_ink(page, POINTS) is None
    both = seal_ink(sealed(page), POINTS)
    assert both is not None
    assert not both[:, :600].any()
