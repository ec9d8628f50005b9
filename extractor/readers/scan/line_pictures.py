"""Pictures of single printed lines, cut out of a page that was set straight, for other readers than the first."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from extractor.document.layout import Box
from extractor.readers.scan.image_files import pillow
from extractor.readers.scan.pixels import grey, vision

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image
    from extractor.readers.scan.printed_lines import PrintedLine

DOTS = 300.0  # per inch; what readers of print were trained on: characters of 30 to 40 pixels
MARGIN = 3.0  # points beside a line outside of tables, and at least its height
ABOVE = 1.0  # points above and below it: more would show the lines around it
WALL = 1.0  # points; so far from the edge of its cell most of the ruling line is gone
HALF = 0.5  # of the height of the picture; what reaches so far from an edge is part of the line
COLOUR = 40  # of 255; where two colours of a pixel differ by more, it is no grey
COLOURED = 0.002  # the share of such pixels from which on a picture is one in colour


class LinePicture(NamedTuple):
    """The pixels of a line, each `points` wide."""

    image: Image
    points: float

    @property
    def is_empty(self) -> bool:
        """Whether it is too small to show anything."""
        return bool(min(self.image.shape[:2]) < 3)


def cut_line(image: Image, points: float, line: PrintedLine) -> LinePicture:
    """The picture of a line, with some paper around it and nothing of its cell's walls."""
    high, wide = image.shape[:2]
    box = _with_margin(line)
    x0, x1 = max(0, round(box.x0 / points)), min(wide, round(box.x1 / points))
    y0, y1 = max(0, round(box.top / points)), min(high, round(box.bottom / points))
    return LinePicture(image[y0:y1, x0:x1].copy(), points)


def _with_margin(line: PrintedLine) -> Box:
    """The line and what stands beside it, within the walls of its cell: what the first reader left out shows too."""
    box, area = line.box, line.area
    beside = max(MARGIN, box.bottom - box.top)
    if area == box:
        return Box(box.x0 - beside, box.top - ABOVE, box.x1 + beside, box.bottom + ABOVE)
    return Box(
        min(area.x0 + WALL, box.x1),
        max(box.top - ABOVE, area.top + WALL),
        max(area.x1 - WALL, box.x0),
        min(box.bottom + ABOVE, area.bottom - WALL),
    )


def without_neighbours(picture: LinePicture) -> LinePicture:
    """The picture without the ink at its upper and lower edge: walls of the cell, halves of the lines around it."""
    import numpy as np

    cv2, shade = vision(), grey(picture.image)
    high = shade.shape[0]
    paper = np.percentile(shade, 90)
    dark = (shade < (paper + np.percentile(shade, 1)) / 2).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    tops, heights = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    at_edge = ((tops == 0) | (tops + heights == high)) & (heights < HALF * high)
    at_edge[0] = False  # the paper
    if not at_edge.any():
        return picture
    mask = cv2.dilate(at_edge[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    out = picture.image.copy()
    out[mask] = int(paper)
    return picture._replace(image=out)


def scaled(picture: LinePicture) -> Image:
    """The pixels at 300 dpi."""
    cv2, scale = vision(), DOTS / 72 * picture.points
    if abs(scale - 1) <= 0.05:
        return picture.image
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    out: Image = cv2.resize(picture.image, None, fx=scale, fy=scale, interpolation=way)
    return out


def png(picture: LinePicture) -> bytes:
    """The picture at 300 dpi as a PNG, in grey unless it shows a colour: the same pixels give the same bytes."""
    pixels, data = scaled(picture), io.BytesIO()
    pillow().Image.fromarray(pixels if _is_coloured(pixels) else grey(pixels)).save(data, "PNG", compress_level=9)
    return data.getvalue()


def _is_coloured(pixels: Image) -> bool:
    import numpy as np

    if pixels.ndim == 2:
        return False
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)
    return float((spread > COLOUR).mean()) > COLOURED
