"""Small tools that all effects share. A page is an array of height x width x 3, RGB, 0 to 255."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

Page = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]
Chance = np.random.Generator


def clipped(values: npt.NDArray[Any]) -> Page:
    """Brightness as whole numbers from 0 to 255."""
    out: Page = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return out


def darkness(page: Page) -> Plane:
    """How much ink is at each pixel: 0 is white, 1 is black; height x width."""
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    out: Plane = 1.0 - grey / np.float32(255.0)
    return out


def grey_page(ink: npt.NDArray[Any]) -> Page:
    """The page of a plane of darkness, in grey."""
    grey = clipped(255.0 * (1.0 - ink))
    return np.repeat(grey[:, :, None], 3, axis=2)


def clouds(shape: tuple[int, int], size: float, chance: Chance) -> Plane:
    """A smooth random field with mean 0 and σ 1, whose spots are as large as `size` pixels."""
    step = max(size / 4.0, 1.0)
    small = chance.normal(size=(int(shape[0] / step) + 8, int(shape[1] / step) + 8))
    smooth = ndimage.gaussian_filter(small, sigma=size / step / 2.0)
    smooth = (smooth - smooth.mean()) / max(float(smooth.std()), 1e-6)
    resized = cv2.resize(smooth.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(resized, dtype=np.float32)


def inked(page: Page, cover: npt.NDArray[Any], colour: tuple[int, int, int]) -> Page:
    """The page with ink of a colour over it: ink darkens what is below and never hides it. `cover`: 0 to 1."""
    share = np.asarray(cover, dtype=np.float32)[:, :, None]
    ink = 1.0 - share * (1.0 - np.asarray(colour, dtype=np.float32) / 255.0)
    return clipped(page.astype(np.float32) * ink)
