"""What is wrong with the print itself: faded ink, gaps in ruling lines, dot matrix, carbon copies."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from eval.studies.damage.imaging import Chance, Page, clipped, clouds, darkness, grey_page

LINE = 1 / 18
"""A dark run counts as a ruling line from this share of the page's width on; no stroke of a character is as long."""


def faded(page: Page, strength: float) -> Page:
    """The print with `strength` of its darkness left."""
    return clipped(255.0 - (255.0 - page.astype(np.float32)) * strength)


def with_gaps(page: Page, count: int, chance: Chance) -> Page:
    """`count` gaps in level lines and as many in upright ones, 6 to 30 of 1200 parts of the page's width long."""
    out = page.copy()
    width = page.shape[1]
    dark = (darkness(page) > 0.4).astype(np.uint8)
    size = int(width * LINE)
    for across in (True, False):
        kernel = np.ones((1, size) if across else (size, 1), dtype=np.uint8)
        lines = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel), dtype=np.uint8)
        places = np.argwhere(lines)
        if not len(places):
            continue
        for y, x in places[chance.integers(0, len(places), count)]:
            half = max(int(chance.integers(6, 31)) * width // 2400, 1)
            thick = max(half // 2, 4)
            _erase(out, lines, (int(x), int(y)), (half, thick) if across else (thick, half))
    return out


def _erase(page: Page, lines: npt.NDArray[np.uint8], centre: tuple[int, int], axes: tuple[int, int]) -> None:
    """Takes an ellipse out of the lines of the page, in place."""
    left, top = max(centre[0] - axes[0], 0), max(centre[1] - axes[1], 0)
    part = np.s_[top : centre[1] + axes[1] + 1, left : centre[0] + axes[0] + 1]
    hole = np.zeros(lines[part].shape, dtype=np.uint8)
    cv2.ellipse(hole, (centre[0] - left, centre[1] - top), axes, 0.0, 0.0, 360.0, 1, -1)
    page[part][(hole > 0) & (lines[part] > 0)] = 255


def dot_matrix(page: Page, dpi: int, pins: int, chance: Chance) -> Page:
    """The page as a printer with needles prints it: round dots on a grid of `pins` an inch, a ribbon that tires.

    Lines of print that go from right to left are a part of a dot off, as on printers that print both ways.
    """
    ink = darkness(page)
    rows, columns = ink.shape[0] * pins // dpi, ink.shape[1] * pins // dpi
    grid = np.asarray(cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.float32)
    struck = grid > 0.3
    force = chance.normal(0.9, 0.07, struck.shape) + 0.08 * clouds((rows, columns), pins / 2, chance)
    out = np.zeros(ink.shape, dtype=np.float32)
    pitch = dpi / pins
    for y, x in np.argwhere(struck):
        off = 0.25 * pitch * ((y // 24) % 2)
        centre = (int((x + 0.5) * pitch * 16 + off * 16), int((y + 0.5) * pitch * 16))
        cv2.circle(out, centre, int(0.62 * pitch * 16), float(force[y, x]), -1, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(out, (0, 0), 0.6)
    return grey_page(np.clip(soft, 0.0, 1.0))


def carbon_copy(page: Page, dpi: int, chance: Chance) -> Page:
    """The sheet below carbon paper: soft blue print, strong and weak by place, smudges, tinted paper."""
    ink = cv2.GaussianBlur(darkness(page), (0, 0), dpi / 250)
    pressure = np.clip(0.72 + 0.14 * clouds((ink.shape[0], ink.shape[1]), dpi / 2, chance), 0.4, 1.0)
    smudge = np.clip(clouds((ink.shape[0], ink.shape[1]), dpi * 0.7, chance) - 1.2, 0.0, 1.0) * 0.16
    grain = np.clip(chance.normal(1.0, 0.12, ink.shape), 0.6, 1.2)
    cover = np.clip(ink * pressure * grain + smudge, 0.0, 1.0).astype(np.float32)[:, :, None]
    paper = np.asarray((250, 244, 228), dtype=np.float32)
    blue = np.asarray((52, 48, 122), dtype=np.float32)
    return clipped(paper * (1.0 - cover) + blue * cover)
