"""What the device does: shadow and uneven light, lens blur, sensor noise, photocopier, fax, JPEG."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from eval.studies.damage.imaging import Chance, Page, clipped, clouds, darkness, grey_page


def shadowed(page: Page, share: float, chance: Chance) -> Page:
    """Darker towards one side, as where a sheet or a book's spine is lifted from the glass."""
    if not share:
        return page
    width = page.shape[1]
    reach = chance.uniform(0.12, 0.25) * width
    away = np.arange(width, dtype=np.float32)
    if chance.random() < 0.5:
        away = away[::-1]
    light = 1.0 - share * chance.uniform(0.75, 1.2) * np.exp(-np.square(away / reach))
    return clipped(page.astype(np.float32) * light[None, :, None])


def unevenly_lit(page: Page, share: float, chance: Chance) -> Page:
    """A lamp at one side, the soft shadow of a hand or a telephone, and light that is not quite white."""
    height, width = page.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = chance.uniform(0, 2 * np.pi)
    ramp = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)
    light = 1.0 - share * 0.6 * (ramp + 0.7) / 1.4
    hand = np.zeros((height, width), dtype=np.float32)
    centre = (int(chance.uniform(0, 1) * width), int(height * chance.choice((0.0, 1.0))))
    axes = (int(width * chance.uniform(0.2, 0.35)), int(height * chance.uniform(0.2, 0.35)))
    cv2.ellipse(hand, centre, axes, float(chance.uniform(-30, 30)), 0, 360, 1.0, -1)
    small = cv2.resize(hand, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), width / 300), (width, height), interpolation=cv2.INTER_LINEAR)
    light = light * (1.0 - 0.5 * share * np.asarray(soft, dtype=np.float32))
    warmth = np.asarray((1.0, chance.uniform(0.96, 1.0), chance.uniform(0.86, 0.98)), dtype=np.float32)
    return clipped(page.astype(np.float32) * 0.96 * light[:, :, None] * warmth)


def blurred(page: Page, sigma: float) -> Page:
    """Out of focus; σ in pixels."""
    return np.asarray(cv2.GaussianBlur(page, (0, 0), sigma), dtype=np.uint8) if sigma else page


def noisy(page: Page, sigma: float, chance: Chance) -> Page:
    """Sensor noise: σ of brightness, and a fifth of it in each colour where the page has colours."""
    if not sigma:
        return page
    noise = chance.normal(0.0, sigma, page.shape[:2]).astype(np.float32)[:, :, None]
    tint = chance.normal(0.0, sigma / 5, page.shape).astype(np.float32) if has_colour(page) else 0.0
    return clipped(page.astype(np.float32) + noise + tint)


def has_colour(page: Page) -> bool:
    """Whether some pixel is not grey."""
    return bool((page.max(axis=2).astype(np.int16) - page.min(axis=2) > 24).any())


def photocopied(page: Page, blur: float, specks: float, chance: Chance) -> Page:
    """One generation of a photocopier: soft, cut into black and white where toner takes, with specks of toner."""
    shape = (page.shape[0], page.shape[1])
    ink = cv2.GaussianBlur(darkness(page), (0, 0), max(blur, 0.4))
    takes = 0.42 + 0.05 * clouds(shape, shape[1] / 5, chance) + 0.05 * chance.normal(size=shape)
    out = (np.asarray(ink) > takes).astype(np.float32)
    count = int(specks * shape[0] * shape[1] / 1e6)
    for y, x in zip(chance.integers(0, shape[0], count), chance.integers(0, shape[1], count), strict=True):
        cv2.circle(out, (int(x), int(y)), int(chance.integers(0, max(shape[1] // 1000, 1) + 1)), 1.0, -1)
    return grey_page(out)


def streaked(page: Page, streaks: int, chance: Chance) -> Page:
    """Up to `streaks` upright, thin, broken black streaks of a scratched drum."""
    out = page.copy()
    height, width = page.shape[:2]
    for _ in range(int(chance.integers(0, streaks + 1))):
        x, start = int(chance.integers(width // 40, width)), int(chance.integers(0, height // 2))
        rows = np.arange(start, min(start + int(chance.integers(height // 5, height)), height))
        out[rows[chance.random(len(rows)) < 0.5], x : x + 2] = 0
    return out


def with_lost_lines(page: Page, count: int, chance: Chance) -> Page:
    """Up to `count` times one or two lines of a fax are lost; the line before is printed in their place."""
    out = page.copy()
    for _ in range(int(chance.integers(0, count + 1))):
        y, many = int(chance.integers(1, page.shape[0] - 3)), int(chance.integers(1, 3))
        out[y : y + many] = out[y - 1]
    return out


def jpeg(page: Page, quality: int) -> bytes:
    """The page as JPEG, in grey where it has no colours."""
    out = BytesIO()
    image = Image.fromarray(page)
    (image if has_colour(page) else image.convert("L")).save(out, "JPEG", quality=quality)
    return out.getvalue()
