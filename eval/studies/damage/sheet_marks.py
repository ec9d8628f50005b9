"""What lies upon the sheet: a seal, punch holes, a staple, a fold, a pen's mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from eval.studies.damage.handwriting import Word, figures
from eval.studies.damage.imaging import Chance, Page, Plane, clipped, clouds, inked

Glyph = Callable[[str, int], npt.NDArray[np.uint8]]
"""A character and its size in pixels → its picture, 0 to 255, square, ink is bright."""

RIMS = ("砚浦市财政资金绩效管理专用章", "云汀区公共事务服务中心", "澄湖县预算绩效评价办公室", "青屏市文化与档案事务所")
RED = (205, 30, 45)
BLUE = (35, 50, 140)


def sealed(page: Page, dpi: int, words: Sequence[Word], glyph: Glyph, chance: Chance) -> Page:
    """A round red seal, 38 to 44 mm wide, with a star and characters along its rim, over a figure."""
    height, width = page.shape[:2]
    radius = int(dpi / 25.4 * chance.uniform(19.0, 22.0))
    x, y = _place(page, radius, words, chance)
    side = 2 * radius + 8
    seal = _seal(radius, side, str(chance.choice(RIMS)), glyph)
    turned = cv2.warpAffine(
        seal, cv2.getRotationMatrix2D((side / 2, side / 2), float(chance.uniform(-25, 25)), 1.0), (side, side)
    )
    cover = np.zeros((height, width), dtype=np.float32)
    top, left = max(y - side // 2, 0), max(x - side // 2, 0)
    bottom, right = min(top + side, height), min(left + side, width)
    cover[top:bottom, left:right] = np.asarray(turned, dtype=np.float32)[: bottom - top, : right - left] / 255.0
    worn = np.clip(0.72 + 0.18 * clouds((height, width), dpi / 8, chance), 0.3, 0.95)
    return inked(page, cover * worn, RED)


def _place(page: Page, radius: int, words: Sequence[Word], chance: Chance) -> tuple[int, int]:
    """A place where a figure is below the seal, and where the whole seal is on the page; the middle without figures."""
    height, width = page.shape[:2]
    places = [((w.box[0] + w.box[2]) / 2, (w.box[1] + w.box[3]) / 2) for w in figures(words)]
    x, y = places[int(chance.integers(0, len(places)))] if places else (width / 2, height / 2)
    x, y = x + chance.uniform(-0.8, 0.8) * radius, y + chance.uniform(-0.8, 0.8) * radius
    return int(np.clip(x, radius, max(width - radius, radius))), int(np.clip(y, radius, max(height - radius, radius)))


def _seal(radius: int, side: int, rim: str, glyph: Glyph) -> npt.NDArray[np.uint8]:
    out = np.zeros((side, side), dtype=np.uint8)
    middle = side // 2
    cv2.circle(out, (middle, middle), radius, 255, max(radius // 16, 2), cv2.LINE_AA)
    angles = np.arange(10) * np.pi / 5 - np.pi / 2
    reach = np.where(np.arange(10) % 2, 0.13, 0.33) * radius
    star = np.stack((middle + reach * np.cos(angles), middle + reach * np.sin(angles)), axis=1)
    cv2.fillPoly(out, [np.rint(star).astype(np.int32)], 255, cv2.LINE_AA)
    size = int(radius * 0.27)
    for angle, character in zip(np.linspace(-125, 125, len(rim)), rim, strict=True):
        picture = glyph(character, size)
        rotation = cv2.getRotationMatrix2D((size / 2, size / 2), -float(angle), 1.0)
        at = np.radians(angle - 90)
        rotation[0, 2] += middle + 0.76 * radius * np.cos(at) - size / 2
        rotation[1, 2] += middle + 0.76 * radius * np.sin(at) - size / 2
        out = np.maximum(out, np.asarray(cv2.warpAffine(picture, rotation, (side, side)), dtype=np.uint8))
    return out


def marked(page: Page, dpi: int, chance: Chance) -> Page:
    """Two punch holes at the left, a staple at the top left, a fold across, a pen's mark in the margin."""
    page = _punched(page, dpi)
    page = _stapled(page, dpi, chance)
    page = _folded(page, dpi, chance)
    return _ticked(page, dpi, chance)


def _punched(page: Page, dpi: int) -> Page:
    """Holes of 6 mm, 80 mm apart, 8 mm from the left edge: what is below the sheet is dark."""
    out = page.copy()
    mm = dpi / 25.4
    for dy in (-40, 40):
        centre = (int(8 * mm), int(page.shape[0] / 2 + dy * mm))
        cv2.circle(out, centre, int(3 * mm), (60, 58, 55), -1, cv2.LINE_AA)
    return out


def _stapled(page: Page, dpi: int, chance: Chance) -> Page:
    """A staple of 11 mm, at a slant, with its shadow."""
    out = page.copy()
    mm = dpi / 25.4
    x, y, slope = chance.uniform(7, 12) * mm, chance.uniform(7, 10) * mm, chance.uniform(-0.9, -0.4)
    end = (int(x + 11 * mm * np.cos(slope)), int(y - 11 * mm * np.sin(slope) * 0.6))
    thick = max(int(0.5 * mm), 1)
    cv2.line(out, (int(x) + thick, int(y) + thick), (end[0] + thick, end[1] + thick), (190, 190, 190), 2 * thick)
    cv2.line(out, (int(x), int(y)), end, (110, 112, 118), thick, cv2.LINE_AA)
    return out


def _folded(page: Page, dpi: int, chance: Chance) -> Page:
    """A fold across the sheet: a bright edge and a dark one, print worn off along it in places."""
    height, width = page.shape[:2]
    at = height * chance.uniform(0.45, 0.55) + np.linspace(0, chance.normal(0, dpi / 30), width)
    away = np.arange(height, dtype=np.float32)[:, None] - at[None, :].astype(np.float32)
    crease: Plane = np.exp(-np.square(away / (dpi / 60))).astype(np.float32)
    side = -0.10 * np.exp(-np.square((away - dpi / 12) / (dpi / 12))) * (away > 0)
    worn = np.clip(clouds((height, width), dpi / 40, chance) - 0.6, 0.0, 1.0) * crease * 0.5
    values = page.astype(np.float32) * (1.0 + side)[:, :, None] - 14 * crease[:, :, None]
    return clipped(values + worn[:, :, None] * (255.0 - values))


def _ticked(page: Page, dpi: int, chance: Chance) -> Page:
    """A tick and a wavy line of a blue pen in the right margin."""
    height, width = page.shape[:2]
    cover = np.zeros((height, width), dtype=np.uint8)
    mm = dpi / 25.4
    x, y = width - 7 * mm, height * chance.uniform(0.2, 0.8)
    tick = np.asarray(((x - 3 * mm, y), (x - 1 * mm, y + 3 * mm), (x + 4 * mm, y - 4 * mm)))
    steps = np.linspace(0, 1, 40)
    wave = np.stack((x + mm * np.sin(steps * 18), y + 10 * mm + 25 * mm * steps), axis=1)
    for line in (tick, wave):
        cv2.polylines(cover, [np.rint(line).astype(np.int32)], False, 255, max(int(0.5 * mm), 1), cv2.LINE_AA)
    return inked(page, cover.astype(np.float32) / 255.0 * 0.85, BLUE)
