"""Perspective and curl taken out of a picture: its ruling lines, as curves, are made level and upright.

Along a level line y + p(x, y) is constant, along an upright one x + q(x, y); p and q are polynomials, found by least
squares over all lines at once, with those left out that agree with no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.document.layout import Mesh
from extractor.readers.scan.line_curves import curves
from extractor.readers.scan.pixels import value, vision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.readers.scan.line_curves import Curve
    from extractor.readers.scan.pixels import Image

    Plane = NDArray[np.floating[Any]]

LINES = 3  # lines of a direction that it takes to say how a page is bent
ALONG, ACROSS = 6, 2  # the degrees of a polynomial, along the lines and across them
STIFF = 1e-6  # how much a coefficient costs beside a point of a line
AGREE = 0.5  # points; a line that is bent by more after all counts less and less
ROUNDS = 6  # of finding out which lines agree
MOST = 0.7  # the share of all lines, by length, that is to be straight in the end
BENT = 0.9  # points; a picture most of whose lines are bent by less is straight
CLEAR = 0.9  # the share of the places of a line that nothing touches
MESH = 24  # columns and rows of the mesh that says where a place came from


class Bend(NamedTuple):
    """How one direction of lines is bent: a polynomial of the places within a frame (middle, half size, in points)."""

    weights: Plane
    middle: tuple[float, float]
    half: tuple[float, float]
    left: float
    """Points by which most lines are bent still, at most."""
    before: float
    """The same before."""

    def at(self, along: Plane, across: Plane) -> Plane:
        """By how much places are to be moved across the lines; outside of the frame as at its edge."""
        out: Plane = self.terms(along, across) @ self.weights
        return out

    def terms(self, along: Plane, across: Plane) -> Plane:
        """The terms of the polynomial at places."""
        import numpy as np

        x, y = self._scaled(along, 0), self._scaled(across, 1)
        return np.stack([x**m * y**n for m in range(1, ALONG + 1) for n in range(ACROSS + 1)], axis=-1)

    def _scaled(self, values: Plane, axis: int) -> Plane:
        import numpy as np

        out: Plane = np.clip((values - self.middle[axis]) / self.half[axis], -1, 1)
        return out


class Straightened(NamedTuple):
    """A picture set straight, and where its places were before, as shares of its width and height."""

    image: Image
    mesh: Mesh | None
    left: float
    """Points by which lines are bent still."""


def straightened(image: Image, points: float) -> Straightened:
    """The picture with its lines level and upright; itself where they are, or where there are too few to tell."""
    small, point = _small(value(image), points)
    level, upright = _bend(curves(small, point), point), _bend(curves(small.T.copy(), point), point)
    left = max((bend.left for bend in (level, upright) if bend is not None), default=0.0)
    if not any(bend is not None and bend.before > BENT for bend in (level, upright)):
        return Straightened(image, None, left)
    mesh = _mesh(level, upright, (small.shape[1] / point, small.shape[0] / point))
    return Straightened(warped(image, mesh), mesh, left)


def _small(shade: Image, points: float) -> tuple[Image, float]:
    """The picture at two pixels a point at most, and how many pixels a point is wide there."""
    cv2 = vision()
    scale = min(1.0, 2.0 * points)
    return cv2.resize(shade, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale / points


def _bend(lines: list[Curve], point: float) -> Bend | None:
    """How level lines are bent (for upright ones, with their axes exchanged); None where too few tell."""
    import numpy as np

    if len(lines) < LINES:
        return None
    lines = [line / point for line in lines]
    places = np.concatenate(lines)
    low, high = places.min(axis=0), places.max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 1.0)
    bend = Bend(np.zeros(ALONG * (ACROSS + 1)), (middle[0], middle[1]), (half[0], half[1]), 0.0, 0.0)
    trust = np.ones(len(lines))
    before = np.array([_off(line, bend) for line in lines])
    for _ in range(ROUNDS):
        bend = bend._replace(weights=_weights(lines, trust, bend))
        off = np.array([_off(line, bend) for line in lines])
        trust = 1 / (1 + (off / max(AGREE, float(np.median(off)))) ** 4)
    lengths = np.array([float(np.ptp(line[:, 0])) for line in lines])
    return bend._replace(left=_most(off, lengths), before=_most(before, lengths))


def _weights(lines: list[Curve], trust: Plane, bend: Bend) -> Plane:
    """The polynomial that levels the lines best, each as far as it is trusted."""
    import numpy as np

    stiff = [float(m + n) ** 2 for m in range(1, ALONG + 1) for n in range(ACROSS + 1)]
    matrix = STIFF * sum(map(len, lines)) * np.diag(stiff)
    aim = np.zeros(len(stiff))
    for line, weight in zip(lines, trust, strict=True):
        terms = bend.terms(line[:, 0], line[:, 1])
        terms = terms - terms.mean(axis=0)
        matrix += weight * terms.T @ terms
        aim += weight * terms.T @ (line[:, 1].mean() - line[:, 1])
    out: Plane = np.linalg.solve(matrix, aim)
    return out


def _off(line: Curve, bend: Bend) -> float:
    """By how much a line is bent still, at all but its worst places: something may touch it there."""
    import numpy as np

    flat = line[:, 1] + bend.at(line[:, 0], line[:, 1])
    return float(np.quantile(np.abs(flat - np.median(flat)), CLEAR))


def _most(off: Plane, lengths: Plane) -> float:
    """By how much most of all the length of lines is bent, at most."""
    import numpy as np

    order = np.argsort(off)
    share = np.cumsum(lengths[order]) / lengths.sum()
    return float(off[order][np.searchsorted(share, MOST)])


def _mesh(level: Bend | None, upright: Bend | None, size: tuple[float, float]) -> Mesh:
    """Where places of the straight page come from; `size` in points."""
    import numpy as np

    xs, ys = np.meshgrid(np.linspace(0, size[0], MESH + 1), np.linspace(0, size[1], MESH + 1))
    from_x, from_y = xs.copy(), ys.copy()
    for _ in range(8):  # the moves are small beside the distances over which they change
        move_y = level.at(from_x, from_y) if level else np.zeros_like(xs)
        move_x = upright.at(from_y, from_x) if upright else np.zeros_like(xs)
        from_x, from_y = xs - move_x, ys - move_y
    pairs = zip((from_x / size[0]).ravel().tolist(), (from_y / size[1]).ravel().tolist(), strict=True)
    return Mesh(MESH, MESH, tuple((round(x, 5), round(y, 5)) for x, y in pairs))


def warped(image: Image, mesh: Mesh) -> Image:
    """The picture with every place where the mesh says that it belongs."""
    import numpy as np

    high, wide = image.shape[:2]
    places = np.array(mesh.places, np.float32) * np.array([wide, high], np.float32) - np.float32(0.5)
    grid = places.reshape(mesh.rows + 1, mesh.cols + 1, 2)
    down, across = _shares(high, mesh.rows), _shares(wide, mesh.cols)
    from_x, from_y = (down @ grid[:, :, axis] @ across.T for axis in (0, 1))
    cv2 = vision()
    out: Image = cv2.remap(image, from_x, from_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return out


def _shares(pixels: int, parts: int) -> NDArray[np.float32]:
    """How much each corner of the mesh counts for each pixel: those on both sides of it, by how near they are."""
    import numpy as np

    places = (np.arange(pixels)[:, None] + 0.5) / pixels * parts
    out: NDArray[np.float32] = np.clip(1 - np.abs(places - np.arange(parts + 1)), 0, None).astype(np.float32)
    return out
