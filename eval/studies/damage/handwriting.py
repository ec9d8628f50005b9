"""Figures written by hand where printed ones were, in strokes of a pen.

Words and sentences stay printed: no font of handwritten Chinese is at hand everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from scipy import interpolate, ndimage

from eval.studies.damage.imaging import Chance, Page, Plane, inked

FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
INK = (28, 32, 96)

Stroke = tuple[tuple[float, float], ...]
STROKES: dict[str, tuple[Stroke, ...]] = {
    "0": (((0.55, 0.02), (0.2, 0.15), (0.08, 0.5), (0.22, 0.9), (0.55, 0.98), (0.85, 0.75), (0.9, 0.4), (0.5, 0.03)),),
    "1": (((0.42, 0.16), (0.6, 0.0)), ((0.6, 0.0), (0.48, 1.0))),
    "2": (
        ((0.12, 0.25), (0.3, 0.04), (0.65, 0.03), (0.82, 0.28), (0.55, 0.62), (0.08, 0.98)),
        ((0.08, 0.98), (0.95, 0.94)),
    ),
    "3": (
        ((0.15, 0.1), (0.5, 0.0), (0.82, 0.2), (0.66, 0.42), (0.38, 0.48)),
        ((0.38, 0.48), (0.78, 0.56), (0.88, 0.78), (0.6, 0.98), (0.12, 0.92)),
    ),
    "4": (((0.5, 0.0), (0.05, 0.62)), ((0.05, 0.62), (0.98, 0.58)), ((0.68, 0.3), (0.62, 1.0))),
    "5": (
        ((0.22, 0.02), (0.16, 0.45)),
        ((0.16, 0.45), (0.55, 0.36), (0.88, 0.6), (0.7, 0.92), (0.35, 1.0), (0.08, 0.9)),
        ((0.2, 0.04), (0.9, 0.02)),
    ),
    "6": (((0.72, 0.0), (0.3, 0.3), (0.1, 0.7), (0.3, 0.98), (0.7, 0.95), (0.86, 0.7), (0.6, 0.52), (0.18, 0.66)),),
    "7": (((0.08, 0.06), (0.92, 0.03)), ((0.92, 0.03), (0.42, 1.0))),
    "8": (
        (
            (0.8, 0.14),
            (0.5, 0.0),
            (0.2, 0.16),
            (0.36, 0.4),
            (0.7, 0.6),
            (0.82, 0.84),
            (0.5, 1.0),
            (0.16, 0.84),
            (0.34, 0.58),
            (0.72, 0.34),
            (0.8, 0.14),
        ),
    ),
    "9": (
        ((0.82, 0.2), (0.5, 0.02), (0.16, 0.18), (0.2, 0.44), (0.52, 0.5), (0.8, 0.3), (0.83, 0.16)),
        ((0.83, 0.16), (0.8, 0.55), (0.66, 1.0)),
    ),
    ".": (((0.2, 0.96), (0.26, 0.99)),),
    ",": (((0.26, 0.92), (0.12, 1.12)),),
    "%": (
        ((0.3, 0.05), (0.1, 0.2), (0.25, 0.4), (0.45, 0.22), (0.3, 0.05)),
        ((1.05, 0.0), (0.15, 1.0)),
        ((0.95, 0.62), (0.75, 0.78), (0.9, 0.98), (1.1, 0.8), (0.95, 0.62)),
    ),
}
"""The pen's way in each character; x from 0 to 1 to the right, y from 0 (top) to 1 (base line)."""


Box = tuple[float, float, float, float]


class Word(NamedTuple):
    """A printed word and its box in pixels: left, top, right, bottom."""

    text: str
    box: Box


def figures(words: Sequence[Word]) -> list[Word]:
    """The words that are a number."""
    return [word for word in words if FIGURE.fullmatch(word.text)]


def handwritten(page: Page, words: Sequence[Word], share: float, chance: Chance) -> Page:
    """The page with this share of its figures (words that are a number) taken out and written by hand, same value."""
    for word in figures(words):
        if chance.random() < share:
            page = _written(page, word, chance)
    return page


def _written(page: Page, word: Word, chance: Chance) -> Page:
    left, top, right, bottom = (round(edge) for edge in _body(word.box))
    height, width = bottom - top, right - left
    out = page.copy()
    out[top:bottom, left:right] = 255
    cover = _wavering(_strokes(word.text, height, width, chance), height, chance)
    whole = np.zeros(page.shape[:2], dtype=np.float32)
    y, x = max(top - height, 0), max(left - height, 0)
    part = cover[y - top + height :, x - left + height :][: page.shape[0] - y, : page.shape[1] - x]
    whole[y : y + part.shape[0], x : x + part.shape[1]] = part
    return inked(out, whole * 0.92, INK)


def _body(box: Box) -> Box:
    """The middle of a word's box: Chinese fonts leave a fifth free above and below, where lines may be."""
    left, top, right, bottom = box
    free = 0.18 * (bottom - top)
    return left, top + free, right, bottom - free


def _strokes(text: str, height: int, width: int, chance: Chance) -> Plane:
    """The text in pen strokes on a canvas that is larger than its box by the box's height on every side."""
    canvas = np.zeros((3 * height, width + 2 * height), dtype=np.uint8)
    tall = 0.9 * height
    wide = min(0.62 * tall, 1.15 * width / max(sum(_share(c) for c in text), 1.0))
    x = float(height)
    for character in text:
        base = height + 0.92 * height + float(chance.normal(0, height / 40))
        size = tall * float(chance.uniform(0.92, 1.06))
        for stroke in STROKES[character]:
            points = np.asarray(stroke, dtype=np.float64) + chance.normal(0, 0.025, (len(stroke), 2))
            places = np.stack((x + points[:, 0] * wide * 0.82, base - (1.0 - points[:, 1]) * size), axis=1)
            sixteenths = np.rint(_smooth(places) * 16).astype(np.int32)
            cv2.polylines(canvas, [sixteenths], False, 255, max(round(height / 14), 2), cv2.LINE_AA, 4)
        x += wide * _share(character)
    out: Plane = canvas.astype(np.float32) / np.float32(255)
    return out


def _share(character: str) -> float:
    """The width of a character, as a share of a digit's."""
    return {",": 0.5, ".": 0.5, "%": 1.4}.get(character, 1.0)


def _smooth(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A round line through the points of a stroke; strokes of two points stay straight."""
    if len(points) < 3:
        return points
    at, wanted = np.arange(len(points)), np.linspace(0, len(points) - 1, 10 * len(points))
    curve = interpolate.PchipInterpolator(at, points, axis=0)
    return np.asarray(curve(wanted), dtype=np.float64)


def _wavering(canvas: Plane, height: int, chance: Chance) -> Plane:
    """Slanted strokes that waver as a hand does: a shear, and a smooth random shift of up to some 4 % of the height."""
    y, x = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]].astype(np.float64)
    shifts = [ndimage.gaussian_filter(chance.normal(size=canvas.shape), height / 5) for _ in range(2)]
    dy, dx = (s / max(float(np.abs(s).max()), 1e-9) * height * 0.05 for s in shifts)
    slant = chance.uniform(0.05, 0.25) * (y - canvas.shape[0] / 2)
    moved = ndimage.map_coordinates(canvas, [y + dy, x + dx + slant], order=1)
    return np.asarray(np.clip(moved, 0.0, 1.0), dtype=np.float32)
