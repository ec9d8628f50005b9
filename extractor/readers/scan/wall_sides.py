"""Broken lines, side by side of the cells: each stretch between two crossing lines is a wall or is none, by its ink.

Where the lines of a table stand is known from all their pieces; whether one runs along a stretch is asked of the ink
there: that of a line is thin and has white on one side at least.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from extractor.document.geometry import Rulings, Segment, clusters, joined
from extractor.document.layout import Box
from extractor.readers.scan.broken_lines import STUB, crossed, white_at

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.readers.scan.pixels import Image

PLACE = 2.0  # points; lines closer together are one
NEAR = 1.2  # points; ink no farther from a place is that of its line
BESIDE = (1.7, 3.0)  # points; from where to where beside a line there is white
CORNER = 2.0  # points; so far from its ends a stretch is asked: other lines run there
WHOLE = 0.85  # the share of a stretch that is inked where a line runs, whatever stands beside
WALL, CLEAR = 0.6, 0.7  # the same where so much of its ink has white on both sides
LEFT = 0.12  # the share that is left of a line that no text runs over
WHITE = 0.5  # of the height of a text; so much white around what is left of a line parts two texts
WIDE_WHITE = 1.0  # the same where a piece no longer than a character stands in it; around a `1` in `111` is 0.7
NEARBY = 0.9  # points; how far from the middle of a line the white beside it begins, at least
CLOSE = 0.4  # points; how wide that white is
PURE = 0.8  # the share of the ink of a line that has white on both sides; strokes of characters meet others
INSIDE = 0.15  # of the height of a text; what is as far inside of its box may be a stroke of it
OPEN = 8.0  # points; upright lines that go on so far beyond the last level one bound an open row
EVEN = 3.0  # points; they end as even as this
ENDS = 2  # so many of them
DOUBT = 0.3  # the share of a stretch that is inked where it may be a wall
MOST = 0.4  # the share of a line between two others that is inked where it runs along all of it
TALLER = 1.1  # of the height of a text beside it; a longer piece is no stroke of it

Sides = dict[float, list[bool]]
"""By the place of each line: whether it runs along each stretch between two lines of the other direction."""


class Found(NamedTuple):
    """The walls of a page, and the stretches with ink in line with them that is no wall and no text."""

    rulings: Rulings
    upright: tuple[Box, ...] = ()
    """Around each such stretch of an upright line, the cells on both sides of it."""
    level: tuple[Box, ...] = ()
    """The same of level lines."""


def walls_of(lines: Rulings, texts: Sequence[Box], marks: Image, point: float) -> Found:
    """The walls between all places of lines, in pixels."""
    xs, ys = _places(lines.vertical, point), _places(lines.horizontal, point)
    ys = _with_open_ends(ys, lines.vertical, point)
    turned = [Box(b.top, b.x0, b.bottom, b.x1) for b in texts]
    upright = {x: _walls(x, ys, texts, marks, point) for x in xs}
    level = {y: _walls(y, xs, turned, marks.T, point) for y in ys}
    upright, level = _continued(upright, level, ys), _continued(level, upright, xs)
    beside = _doubtful(upright, ys, texts, marks, point)
    above = [Box(b.top, b.x0, b.bottom, b.x1) for b in _doubtful(level, xs, turned, marks.T, point)]
    return Found(Rulings(_segments(level, xs), _segments(upright, ys)), tuple(beside), tuple(above))


def _with_open_ends(ys: Sequence[float], upright: Sequence[Segment], point: float) -> list[float]:
    """The places of level lines, with those where upright lines end beyond them: a page break leaves a row open."""
    if not ys:
        return []
    over = [s.lo for s in upright if s.lo < ys[0] - OPEN * point]
    under = [s.hi for s in upright if s.hi > ys[-1] + OPEN * point]
    first = [min(over)] if sum(lo <= min(over, default=0) + EVEN * point for lo in over) >= ENDS else []
    last = [max(under)] if sum(hi >= max(under, default=0) - EVEN * point for hi in under) >= ENDS else []
    return [*first, *ys, *last]


def _doubtful(lines: Sides, stops: Sequence[float], texts: Sequence[Box], marks: Image, point: float) -> Iterator[Box]:
    """The cells on both sides of stretches that are no walls and have ink, where no text runs over them.

    A line that is a wall nowhere is none.
    """
    places = [at for at, sides in lines.items() if any(sides)]
    for m, (at, sides) in enumerate((at, lines[at]) for at in places):
        for n, wall in enumerate(sides):
            side = Segment(at, stops[n], stops[n + 1])
            rows = _inked_rows(side, marks, point)
            if not wall and _outside(side, rows.line, texts, marks, point, 0.0).rows.mean() >= DOUBT:
                yield Box(places[max(m - 1, 0)], side.lo, places[min(m + 1, len(places) - 1)], side.hi)


def _continued(lines: Sides, others: Sides, stops: Sequence[float]) -> Sides:
    """The lines whole between the places where lines of the other direction meet them: none ends in the air.

    The outermost lines are whole from the first line that meets them to the last: no cell goes on beyond them.
    """
    out: Sides = {}
    for at, sides in lines.items():
        cuts = [n for n, stop in enumerate(stops) if n in (0, len(stops) - 1) or _meets(others[stop], at, list(lines))]
        whole = list(sides)
        for first, last in pairwise(cuts):
            inked = sum(stops[n + 1] - stops[n] for n in range(first, last) if sides[n])
            whole[first:last] = [inked >= MOST * (stops[last] - stops[first])] * (last - first)
        met = [n for n, stop in enumerate(stops) if _meets(others[stop], at, list(lines))]
        if at in (min(lines), max(lines)) and any(whole) and met:
            whole[met[0] : met[-1]] = [True] * (met[-1] - met[0])
        out[at] = whole
    return out


def _meets(sides: Sequence[bool], at: float, places: Sequence[float]) -> bool:
    """Whether a line of the other direction, by its sides, has a wall on either side of a place."""
    n = places.index(at)
    return (n > 0 and sides[n - 1]) or (n < len(sides) and sides[n])


def _segments(lines: Sides, stops: Sequence[float]) -> list[Segment]:
    return joined(
        [Segment(at, stops[n], stops[n + 1]) for at, sides in lines.items() for n, wall in enumerate(sides) if wall],
        1.0,
    )


def _places(segments: Sequence[Segment], point: float) -> list[float]:
    """Where lines stand: the middles of those close together, by their lengths."""
    out = []
    for group in clusters({s.at for s in segments}, PLACE * point):
        own = [s for s in segments if group[0] <= s.at <= group[-1]]
        whole = sum(s.hi - s.lo for s in own)
        out.append(sum(s.at * (s.hi - s.lo) for s in own) / whole)
    return out


def _walls(at: float, stops: Sequence[float], texts: Sequence[Box], marks: Image, point: float) -> list[bool]:
    """Along which stretches of an upright line, between crossing lines, it runs."""
    out = []
    for lo, hi in pairwise(stops):
        side = Segment(at, lo, hi)
        rows = _inked_rows(side, marks, point)
        whole = rows.beside >= WHOLE or (rows.beside >= WALL and rows.pure >= CLEAR)
        out.append(whole or (_is_left(side, rows, texts, marks, point) and not crossed(side, texts, marks, WHITE)))
    return out


def _is_left(side: Segment, rows: _Rows, texts: Sequence[Box], marks: Image, point: float) -> bool:
    """Whether a piece of a line is left: outside of texts, or longer than a character is high."""
    if rows.pure < PURE:
        return False
    highest, outside = _outside(side, rows.free, texts, marks, point, INSIDE)
    pieces = _runs(outside)
    left = float(pieces[pieces >= STUB * point].sum()) / max(1, outside.size)
    return left >= LEFT or (highest > 0 and int(_runs(rows.free).max(initial=0)) >= TALLER * highest)


class _Outside(NamedTuple):
    """The height of the highest text that may run over a stretch, and in which rows ink stands outside of all."""

    highest: float
    rows: NDArray[np.bool_]


def _outside(
    side: Segment, inked: NDArray[np.bool_], texts: Sequence[Box], marks: Image, point: float, inset: float
) -> _Outside:
    """The inked rows of an upright stretch that no text covers, by the boxes of texts made smaller by `inset`."""
    outside = inked.copy()
    top = round(side.lo + CORNER * point)
    highest = 0.0
    for box in texts:
        size = min(box.x1 - box.x0, box.bottom - box.top)
        margin = inset * size
        if box.x0 + margin <= side.at <= box.x1 - margin and box.top < side.hi and side.lo < box.bottom:
            white = white_at(marks, side, box)
            if WIDE_WHITE * size <= white.width < math.inf or white.left == white.right == math.inf:
                continue  # two texts, one on each side, or none: the box is that of the line
            outside[max(0, round(box.top) - top) : max(0, round(box.bottom) - top)] = False
            highest = max(highest, box.bottom - box.top)
    return _Outside(highest, outside)


def _runs(inked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The lengths of the runs of inked rows."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.r_[False, inked, False].astype(np.int8)))
    return edges[1::2] - edges[::2]


class _Rows(NamedTuple):
    """The rows of an upright stretch: where ink of its line stands, and where it does so with white on both sides."""

    line: NDArray[np.bool_]
    free: NDArray[np.bool_]
    beside: float
    """The share of rows in which ink stands with white on one side at least."""

    @property
    def pure(self) -> float:
        """The share of the ink that has white on both sides."""
        return float(self.free.sum() / max(1, self.line.sum()))


def _inked_rows(side: Segment, marks: Image, point: float) -> _Rows:
    import numpy as np

    top, bottom = round(side.lo + CORNER * point), round(side.hi - CORNER * point)
    x, near, gap, far = (round(v) for v in (side.at, NEAR * point, BESIDE[0] * point, BESIDE[1] * point))
    part = marks[max(0, top) : bottom, max(0, x - far) : x + far + 1] > 0
    if part.shape[0] < 3 or part.shape[1] < 2 * far + 1:
        none = np.zeros(1, bool)
        return _Rows(none, none, 0.0)
    line = _any(part[:, far - near : far + near + 1])
    left, right = _any(part[:, : far - gap]), _any(part[:, far + gap + 1 :])
    touched = _touched(part[:, far + 1 :], line, point) | _touched(part[:, :far][:, ::-1], line, point)
    one_side = np.logical_and(line, ~(left & right))
    return _Rows(line, np.logical_and(line, ~touched), float(one_side.mean()))


def _touched(side: NDArray[np.bool_], line: NDArray[np.bool_], point: float) -> NDArray[np.bool_]:
    """In which rows ink stands beside a line, at that distance from it at which there is least."""
    close = max(1, round(CLOSE * point))
    starts = range(round(NEARBY * point), side.shape[1] - close + 1)
    found = [_any(side[:, n : n + close]) for n in starts]
    return min(found, key=lambda rows: int((rows & line).sum()))


def _any(part: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """In which rows there is ink."""
    out: NDArray[np.bool_] = part.max(axis=1)
    return out
