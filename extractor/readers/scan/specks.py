"""Specks of toner on a copy: small pieces of ink that stand by themselves, far from all print."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from extractor.readers.scan.pixels import value, vision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.readers.scan.pixels import Image

SPECK = 2.7  # points; a speck is no wider and no higher
DOT = 1.2  # points; so small a piece of ink is a speck whatever its shape
ROUND = 2.0  # times as long as wide, at most: a longer piece of ink may be a dash
APART = 2.2  # points; what is nearer to print may be a part of it, such as a full stop
LINE = 60.0  # points; a longer piece of print is a ruling line
BEHIND = 9.0  # points; what stands as far behind print, on its line, may be a mark of it: a full stop
SPARSE = 4  # one pixel in so many, each way, tells how dark the print is
DOTS = 150.0  # per inch; the resolution at which specks are looked for
MANY = 25  # specks from which on a page has them


class Cleaned(NamedTuple):
    """A picture without its lone specks, and how many there were."""

    image: Image
    specks: int


class Tones(NamedTuple):
    """Brightnesses from 0 to 255."""

    paper: float
    middle: float


def without_specks(image: Image, points: float) -> Cleaned:
    """The picture with its lone specks painted as bright as the paper; itself where there are few.

    A speck is about as dark as print, and lone: neither print nor another speck is near it.
    """
    cv2 = vision()
    scale = min(1.0, DOTS * points / 72)
    shade = cv2.resize(value(image), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper, middle = tones(shade)
    found = _lone((shade < middle).astype("uint8"), points / scale)
    if len(found) < MANY:
        return Cleaned(image, 0)
    out, margin = image.copy(), 2
    for x, y, wide, high in found:
        x0, y0 = max(0, round(x / scale) - margin), max(0, round(y / scale) - margin)
        out[y0 : round((y + high) / scale) + margin, x0 : round((x + wide) / scale) + margin] = round(paper)
    return Cleaned(out, len(found))


def tones(shade: Image) -> Tones:
    """How bright paper is, and what lies half-way between paper and print."""
    import numpy as np

    paper, print_ = float(np.median(shade)), float(np.percentile(shade[::SPARSE, ::SPARSE], 0.5))
    return Tones(paper, (paper + print_) / 2)


def _lone(marks: Image, points: float) -> list[list[int]]:
    """The specks that are no part of a text: left, top, width and height of each."""
    import numpy as np

    cv2 = vision()
    _, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    longer, shorter = stats[:, 2:4].max(axis=1) * points, stats[:, 2:4].min(axis=1) * points
    small = (longer <= SPECK) & ((longer <= DOT) | (longer <= ROUND * shorter))
    small[0] = False
    if small.sum() < MANY:
        return []
    rest = (~small)[labels].astype(np.uint8) * marks
    short = (stats[:, 2:4].max(axis=1) * points < LINE)[labels].astype(np.uint8) * rest
    near = _spread(short, APART / points, APART / points)
    behind = _behind(short, round(BEHIND / points))
    dots = _rows_of_dots(small[labels].astype(np.uint8), points)
    taken = (near | behind | dots).astype(bool)
    return [[int(v) for v in stats[n][:4]] for n in np.flatnonzero(small) if not _touches(taken, stats[n])]


def _spread(marks: Image, across: float, down: float) -> Image:
    import numpy as np

    out: Image = vision().dilate(marks, np.ones((2 * round(down) + 1, 2 * round(across) + 1), np.uint8))
    return out


def _behind(marks: Image, far: int) -> Image:
    """1 where there is ink no farther than so much to the left."""
    import numpy as np

    out: Image = vision().dilate(marks, np.ones((5, far), np.uint8), anchor=(far - 1, 2))
    return out


def _rows_of_dots(marks: Image, points: float) -> Image:
    """1 around dots beside each other, such as those of an ellipsis."""
    import numpy as np

    cv2 = vision()
    joined = _spread(marks, APART / points / 2, 0)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    long = stats[:, 2] > 3 * (APART / points)
    long[0] = False
    out: Image = long[labels].astype(np.uint8)
    return out


def _touches(taken: NDArray[np.bool_], stat: NDArray[np.int32]) -> bool:
    x, y, wide, high = stat[:4]
    return bool(taken[y : y + high, x : x + wide].any())
