"""Where the page is: turned a little, bent, seen from a corner, two on a sheet."""

from __future__ import annotations

import cv2
import numpy as np

from eval.studies.damage.imaging import Chance, Page, Plane, clipped, clouds

WHITE = (255, 255, 255)


def skewed(page: Page, degrees: float) -> Page:
    """The page turned about its middle, anticlockwise, white where nothing was; the size stays."""
    if not degrees:
        return page
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    out = cv2.warpAffine(
        page, turn, (width, height), flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_CONSTANT, borderValue=WHITE
    )
    return np.asarray(out, dtype=np.uint8)


def curled(page: Page, share: float, chance: Chance) -> Page:
    """Text lines bent as on the open page of a book: up to `share` of the width, most beside the spine."""
    if not share:
        return page
    height, width = page.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    across = x / width if chance.random() < 0.5 else 1.0 - x / width
    lift = share * width * chance.uniform(0.6, 1.0) * (1.0 if chance.random() < 0.5 else -1.0)
    bend = lift * np.square(np.sin(np.pi * across * 0.9 + 0.15)) * (1.0 - 0.5 * y / height)
    narrow = 0.4 * lift * np.sin(2 * np.pi * across)
    out = cv2.remap(
        page,
        (x + narrow).astype(np.float32),
        (y + bend).astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=WHITE,
    )
    return np.asarray(out, dtype=np.uint8)


def photographed(page: Page, degrees: float, share: float, chance: Chance) -> Page:
    """The page on a table, seen by a camera that is not quite above it: corners move by up to `share` of the width."""
    height, width = page.shape[:2]
    margin = int(0.05 * width)
    corners = np.asarray(((0, 0), (width, 0), (width, height), (0, height)), dtype=np.float32)
    turn = np.radians(degrees)
    spin = np.asarray(((np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))), dtype=np.float32)
    middle = np.asarray((width / 2, height / 2), dtype=np.float32)
    moved = (corners - middle) @ spin.T + middle + chance.uniform(-share, share, (4, 2)) * width + margin
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    size = (width + 2 * margin, height + 2 * margin)
    seen = np.asarray(cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_CUBIC), dtype=np.float32)
    whole = np.ones((height, width), dtype=np.float32)
    inside = np.asarray(cv2.warpPerspective(whole, matrix, size, flags=cv2.INTER_LINEAR), dtype=np.float32)
    share_of_page = inside[:, :, None]
    table = _table((size[1], size[0]), chance)
    mixed = seen * share_of_page + table * (1.0 - share_of_page)
    return clipped(mixed)


def _table(shape: tuple[int, int], chance: Chance) -> Plane:
    """The top of a wooden table: brown, with a grain that runs across."""
    grain = clouds((shape[0], max(shape[1] // 12, 8)), 14, chance)
    wide = np.asarray(cv2.resize(grain, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    colour = np.asarray((118, 88, 62), dtype=np.float32) * np.float32(chance.uniform(0.6, 1.1))
    out: Plane = (colour * (1.0 + 0.10 * wide[:, :, None])).astype(np.float32)
    return out


def beside(first: Page, second: Page | None) -> Page:
    """Two pages on one sheet of the same paper, smaller by √2: upright ones side by side, wide ones stacked."""
    height, width = first.shape[:2]
    sheet = np.full((width, height, 3), 255, dtype=np.uint8)
    halves = (sheet[:, : height // 2], sheet[:, height // 2 :])
    if width > height:
        halves = (sheet[: width // 2], sheet[width // 2 :])
    for half, page in zip(halves, (first, second), strict=True):
        if page is not None:
            _fill(half, page)
    return sheet


def _fill(half: Page, page: Page) -> None:
    """Puts the page into the middle of its half of the sheet, as large as it fits, in place."""
    scale = min(half.shape[1] / page.shape[1], half.shape[0] / page.shape[0])
    size = (int(page.shape[1] * scale), int(page.shape[0] * scale))
    small = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    x, y = (half.shape[1] - size[0]) // 2, (half.shape[0] - size[1]) // 2
    half[y : y + size[1], x : x + size[0]] = small


def turned(page: Page, degrees: int) -> Page:
    """The page turned by right angles, clockwise."""
    return np.ascontiguousarray(np.rot90(page, -degrees // 90))
