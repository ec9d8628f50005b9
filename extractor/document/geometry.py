"""Pure functions on boxes, straight segments and numbers on an axis; points, origin at the top left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.document.layout import UPRIGHT, Block, Box, Line, Mesh, Page, Word


class Segment(NamedTuple):
    """A straight line along one axis: its place on the other axis (`at`) and its two ends."""

    at: float
    lo: float
    hi: float


class Rulings(NamedTuple):
    """The ruling lines of a page: `horizontal` are at a y from x to x, `vertical` at an x from top to bottom."""

    horizontal: list[Segment]
    vertical: list[Segment]


def union(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around all boxes; None when there are none."""
    items = list(boxes)
    if not items:
        return None
    return Box(min(b[0] for b in items), min(b[1] for b in items), max(b[2] for b in items), max(b[3] for b in items))


def area(box: Box) -> float:
    """The area of a box, 0 for an empty one."""
    return max(0.0, box.x1 - box.x0) * max(0.0, box.bottom - box.top)


def overlap(lo_a: float, hi_a: float, lo_b: float, hi_b: float) -> float:
    """How long two intervals overlap, 0 when they don't."""
    return max(0.0, min(hi_a, hi_b) - max(lo_a, lo_b))


def covered(inner: Box, outer: Box) -> float:
    """The share of `inner` that lies in `outer`; an empty box counts by its centre."""
    whole = area(inner)
    if whole <= 0:
        x, y = (inner.x0 + inner.x1) / 2, (inner.top + inner.bottom) / 2
        return float(outer.x0 <= x <= outer.x1 and outer.top <= y <= outer.bottom)
    return (
        overlap(inner.x0, inner.x1, outer.x0, outer.x1)
        * overlap(inner.top, inner.bottom, outer.top, outer.bottom)
        / whole
    )


def inside(x: float, y: float, box: Box) -> bool:
    """Whether a point lies in a box, borders included."""
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def turn(box: Box, quarters: int, width: float, height: float) -> Box:
    """A box on a page of `width` by `height` after the page was turned clockwise by so many quarters."""
    x0, top, x1, bottom = box
    match quarters % 4:
        case 1:
            return Box(height - bottom, x0, height - top, x1)
        case 2:
            return Box(width - x1, height - bottom, width - x0, height - top)
        case 3:
            return Box(top, width - x1, bottom, width - x0)
    return Box(x0, top, x1, bottom)


def displayed(page: Page) -> Page:
    """The page with every box where a viewer shows it."""
    if page.turn == UPRIGHT:
        return page

    def words(items: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(Word(w.start, w.text, w.box and displayed_box(w.box, page), w.confidence) for w in items)

    blocks: list[Block] = []
    for block in page.blocks:
        box = block.box and displayed_box(block.box, page)
        if isinstance(block, Line):
            blocks.append(replace(block, box=box, words=words(block.words)))
        else:
            cells = tuple(
                replace(c, box=c.box and displayed_box(c.box, page), words=words(c.words)) for c in block.cells
            )
            blocks.append(replace(block, box=box, cells=cells))
    return replace(page, blocks=tuple(blocks), turn=UPRIGHT)


def displayed_box(box: Box, page: Page) -> Box:
    """A box of a page as it was read, on the page as it is displayed."""
    upright = turn(box, (4 - page.turn.quarters) % 4, *size_as_read(page))
    bent = through_mesh(upright, page.turn.mesh, (page.width, page.height)) if page.turn.mesh else upright
    return tilted(bent, page.turn.angle, (page.width / 2, page.height / 2))


def through_mesh(box: Box, mesh: Mesh, size: tuple[float, float]) -> Box:
    """The box around the place from which a box of a straight page of that size comes."""
    xs, ys = (box.x0, (box.x0 + box.x1) / 2, box.x1), (box.top, (box.top + box.bottom) / 2, box.bottom)
    places = [_mesh_place(x / size[0], y / size[1], mesh) for x in xs for y in ys]
    return Box(
        min(x for x, _ in places) * size[0],
        min(y for _, y in places) * size[1],
        max(x for x, _ in places) * size[0],
        max(y for _, y in places) * size[1],
    )


def _mesh_place(x: float, y: float, mesh: Mesh) -> tuple[float, float]:
    """Where a place comes from, both in shares of the page: between the four corners around it."""
    col, row = min(max(x, 0) * mesh.cols, mesh.cols - 1e-9), min(max(y, 0) * mesh.rows, mesh.rows - 1e-9)
    left, top = int(col), int(row)
    across, down = col - left, row - top
    first = top * (mesh.cols + 1) + left
    corners = [mesh.places[n] for n in (first, first + 1, first + mesh.cols + 1, first + mesh.cols + 2)]
    shares = ((1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down)
    pairs = list(zip(corners, shares, strict=True))
    return sum(c[0] * share for c, share in pairs), sum(c[1] * share for c, share in pairs)


def size_as_read(page: Page) -> tuple[float, float]:
    """The width and height of a page as it was read, in points: a page that was turned has its sides exchanged."""
    return (page.height, page.width) if page.turn.quarters % 2 else (page.width, page.height)


def tilted(box: Box, angle: float, middle: tuple[float, float]) -> Box:
    """The box around a box that is turned clockwise about a point, by degrees."""
    if not angle:
        return box
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    corners = [(x - middle[0], y - middle[1]) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
    xs = [middle[0] + x * cosine - y * sine for x, y in corners]
    ys = [middle[1] + x * sine + y * cosine for x, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def clusters(values: Iterable[float], tolerance: float) -> list[list[float]]:
    """Sorted groups of numbers in which each is within `tolerance` of the one before."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= tolerance:
            groups[-1].append(value)
        else:
            groups.append([value])
    return groups


def snapped(segments: Sequence[Segment], tolerance: float) -> list[Segment]:
    """The segments with places that are within `tolerance` of each other moved to their mean."""
    place: dict[float, float] = {}
    for group in clusters({s.at for s in segments}, tolerance):
        mean = sum(group) / len(group)
        place.update(dict.fromkeys(group, mean))
    return [Segment(place[at], lo, hi) for at, lo, hi in segments]


def joined(segments: Sequence[Segment], gap: float) -> list[Segment]:
    """Segments in line with each other, merged where they overlap or are at most `gap` apart; sorted."""
    out: list[Segment] = []
    for segment in sorted(segments):
        last = out[-1] if out else None
        if last is not None and last.at == segment.at and segment.lo <= last.hi + gap:
            if segment.hi > last.hi:
                out[-1] = Segment(last.at, last.lo, segment.hi)
        else:
            out.append(segment)
    return out


def gaps(intervals: Iterable[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """The uncovered intervals of at least `least` between the first start and the last end."""
    out: list[tuple[float, float]] = []
    end: float | None = None
    for lo, hi in sorted(intervals):
        if end is not None and lo - end >= least:
            out.append((end, lo))
        end = hi if end is None else max(end, hi)
    return out


def stab(intervals: Sequence[tuple[float, float]], given: Sequence[float]) -> list[float]:
    """The fewest places such that each interval holds one, with the given places where they serve."""
    out: list[float] = []
    rest = sorted((hi, lo) for lo, hi in intervals if not any(lo - 1 <= x <= hi + 1 for x in given))
    group: list[tuple[float, float]] = []
    for hi, lo in rest:
        if group and lo >= min(h for _, h in group):
            out.append(_shared(group))
            group = []
        group.append((lo, hi))
    if group:
        out.append(_shared(group))
    return sorted([*out, *given])


def _shared(group: list[tuple[float, float]]) -> float:
    """The middle of what all intervals share."""
    return (max(lo for lo, _ in group) + min(hi for _, hi in group)) / 2


def strung(dots: Iterable[tuple[float, float]], gap: float, least: int = 4) -> list[Segment]:
    """The lines that dots make, each given by its place across and along: at least so many, no two farther apart."""
    out: list[Segment] = []
    line: list[tuple[float, float]] = []
    for dot in [*sorted((round(2 * at) / 2, along) for at, along in dots), (float("inf"), 0.0)]:
        if line and (dot[0] != line[-1][0] or dot[1] - line[-1][1] > gap):
            if len(line) >= least:
                out.append(Segment(line[0][0], line[0][1], line[-1][1]))
            line = []
        line.append(dot)
    return out
