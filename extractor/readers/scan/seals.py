"""Seals taken out of a picture: red ink over a wide area. Red print stays, such as a negative figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractor.readers.scan.pixels import value, vision

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

STAMP = (0.0005, 0.08)  # the share of a page that is red when there is a seal on it
REDDER = 40  # of 255; red ink is so much brighter in red than in the other colours
WIDEST_GAP = 12.0  # points; the parts of a seal are no farther from each other: rim, star, characters
SIDE = (45.0, 200.0)  # points; a seal is as wide and as high: more than a line of red print, less than a red table
DOTS = 50.0  # per inch; the resolution at which the extent of a seal is looked for
PALE = 0.9  # of the brightness of paper; what is brighter than this below a seal is paper


def seal_ink(image: Image, points: float) -> Image | None:
    """255 where the red ink of a seal is; None where there is none. A pixel is so many points wide."""
    import numpy as np

    if image.ndim == 2:
        return None
    others = np.maximum(image[:, :, 1], image[:, :, 2])
    red = (image[:, :, 0] > others) & (image[:, :, 0] - others > REDDER)
    if not STAMP[0] <= float(red.mean()) <= STAMP[1]:
        return None
    out = red.astype(np.uint8) * 255
    out[_extent(out, points) == 0] = 0
    return out if out.any() else None


def _extent(red: Image, points: float) -> Image:
    """1 in the rectangles in which red ink lies close together, as wide and as high as a seal."""
    import numpy as np

    cv2 = vision()
    scale = min(1.0, DOTS * points / 72)
    small = (cv2.resize(red, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) > 40).astype(np.uint8)
    gap = max(1, round(WIDEST_GAP * scale / points))
    near = cv2.dilate(small, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    out = np.zeros_like(red)
    for x, y, wide, high, _ in stats[1:].tolist():
        shorter, longer = (max(0, side - gap) * points / scale for side in sorted((wide, high)))
        if SIDE[0] <= shorter and longer <= SIDE[1]:
            out[int(y / scale) : round((y + high) / scale), int(x / scale) : round((x + wide) / scale)] = 1
    return out


def without_seal(image: Image, red: Image) -> Image:
    """The page with its seals made as bright as its paper; black ink below them stays dark."""
    import numpy as np

    cv2 = vision()
    bright, inked = value(image), red > 0
    paper, seal = float(np.median(bright)), float(np.median(bright[inked]))
    lifted = np.clip(bright.astype(np.float32) * (paper / max(seal, 1.0)), 0, paper).astype(np.uint8)
    reach = cv2.dilate(red, cv2.getStructuringElement(cv2.MORPH_RECT, (5, 5))) > 0
    shade = np.where(inked, lifted, bright)
    clean = np.where(reach & (shade > PALE * paper), np.uint8(paper), shade)  # the soft edges of the seal too
    out = image.copy()
    out[reach] = clean[reach][:, None]
    return out
