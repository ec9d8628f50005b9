"""Figures written by hand where printed ones were: strokes of Hershey's font, which OpenCV carries.

Words and sentences stay printed: no font of handwritten Chinese is at hand everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from scipy import ndimage

from eval.studies.damage.pixels import Chance, Page, Plane, inked

FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
INK = (28, 32, 96)


class Word(NamedTuple):
    """A printed word and its box in pixels: left, top, right, bottom."""

    text: str
    box: tuple[float, float, float, float]


def handwritten(page: Page, words: Sequence[Word], share: float, chance: Chance) -> Page:
    """The page with this share of its figures (words that are a number) taken out and written by hand, same value."""
    for word in words:
        if FIGURE.fullmatch(word.text) and chance.random() < share:
            page = _written(page, word, chance)
    return page


def _written(page: Page, word: Word, chance: Chance) -> Page:
    left, top, right, bottom = (round(edge) for edge in word.box)
    height, width = bottom - top, right - left
    out = page.copy()
    out[top:bottom, left:right] = 255
    pad = height
    canvas = np.zeros((height + 2 * pad, width + 2 * pad), dtype=np.float32)
    pen = max(round(height / 11), 2)
    scale = 0.85 * height / 21.0
    natural = sum(_advance(character, scale) for character in word.text)
    scale *= min(1.0, width * 1.1 / max(natural, 1.0))
    x = float(pad)
    for character in word.text:
        y = pad + 0.82 * height + chance.normal(0, height / 40)
        font = cv2.FONT_HERSHEY_SIMPLEX
        size = scale * chance.uniform(0.94, 1.06)
        cv2.putText(canvas, character, (round(x), round(y)), font, size, 1.0, pen, cv2.LINE_AA)
        x += _advance(character, scale)
    cover = _wavering(canvas, height, chance)
    whole = np.zeros(page.shape[:2], dtype=np.float32)
    y0, x0 = max(top - pad, 0), max(left - pad, 0)
    part = cover[y0 - top + pad :, x0 - left + pad :][: page.shape[0] - y0, : page.shape[1] - x0]
    whole[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] = part
    return inked(out, whole * 0.92, INK)


def _advance(character: str, scale: float) -> float:
    return float(cv2.getTextSize(character, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)[0][0])


def _wavering(canvas: Plane, height: int, chance: Chance) -> Plane:
    """Slanted strokes that waver as a hand does: a shear, and a smooth random shift of up to some 4 % of the height."""
    y, x = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]].astype(np.float64)
    shifts = [ndimage.gaussian_filter(chance.normal(size=canvas.shape), height / 5) for _ in range(2)]
    dy, dx = (s / max(float(np.abs(s).max()), 1e-9) * height * 0.05 for s in shifts)
    slant = chance.uniform(0.05, 0.25) * (y - canvas.shape[0] / 2)
    moved = ndimage.map_coordinates(canvas, [y + dy, x + dx + slant], order=1)
    return np.asarray(np.clip(moved, 0.0, 1.0), dtype=np.float32)
