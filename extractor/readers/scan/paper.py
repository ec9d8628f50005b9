"""The sheet of paper on a picture; what lies around it, such as a table, is made as bright as the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractor.readers.scan.pixels import grey, vision

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

SMALL = 400  # pixels; the longer side of the picture on which the sheet is looked for
AROUND = (0.01, 0.7)  # the share of a picture that lies around the sheet, where anything does
DARKER = 0.8  # of the brightness of the paper; what lies around is darker, from its edge on
EDGE = (7, 17)  # pixels of the small picture; from half of the first to half of the second is beside the edge


def without_background(image: Image) -> Image:
    """The picture with all around the sheet painted as bright as the paper beside it; itself where nothing is."""
    import numpy as np

    cv2 = vision()
    high, wide = image.shape[:2]
    scale = min(1.0, SMALL / max(high, wide))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sheet = _sheet(grey(small))
    if sheet is None:
        return image
    weight = cv2.erode(sheet, np.ones((9, 9), np.uint8)).astype(np.float32)
    blank = cv2.dilate(small, np.ones((7, 7), np.uint8)).astype(np.float32)
    reach = (SMALL // 4) | 1
    near = cv2.blur(weight, (reach, reach))
    spread = cv2.blur(blank * weight[:, :, None], (reach, reach)) / (near + 1e-4)[:, :, None]
    spread[near < 1e-3] = np.median(blank[weight > 0], axis=0)
    paper = cv2.resize(spread.clip(0, 255).astype(np.uint8), (wide, high), interpolation=cv2.INTER_LINEAR)
    inside = cv2.resize(weight, (wide, high), interpolation=cv2.INTER_LINEAR) > 0.5
    out: Image = np.where(inside[:, :, None], image, paper)
    return out


def _sheet(shade: Image) -> Image | None:
    """1 where the sheet is, 0 around it; None where the sheet is all there is."""
    import numpy as np

    cv2 = vision()
    blank = cv2.dilate(cv2.medianBlur(shade, 5), np.ones((5, 5), np.uint8))
    _, bright = cv2.threshold(blank, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    sheet = np.zeros_like(shade)
    cv2.fillConvexPoly(sheet, cv2.convexHull(max(outlines, key=cv2.contourArea)), 1)
    around = float((sheet == 0).mean())
    if not AROUND[0] <= around <= AROUND[1]:
        return None
    return sheet if _ends_in_step(sheet, blank) else None


def _ends_in_step(sheet: Image, blank: Image) -> bool:
    """Whether it is darker just beside the sheet than just inside of it: a shadow on the paper grows slowly."""
    import numpy as np

    cv2 = vision()
    near, far = (np.ones((side, side), np.uint8) for side in EDGE)
    outside = cv2.dilate(sheet, far) > cv2.dilate(sheet, near)
    inside = cv2.erode(sheet, near) > cv2.erode(sheet, far)
    if not outside.any() or not inside.any():
        return False
    return float(np.median(blank[outside])) < DARKER * float(np.median(blank[inside]))
