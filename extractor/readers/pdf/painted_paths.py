"""What a filled path paints: its shapes, those that are ruling lines, and the frames that two shapes make.

A path may hold many shapes: all the lines of a table, or two rectangles of which the inner one is a hole. Its
bounding box says nothing about what it covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extractor.document.layout import Box

Points = list[tuple[float, float]]


class Shape(NamedTuple):
    """One closed outline of a path: its box, whether it is that box, and which way round it is drawn."""

    box: Box
    exact: bool
    clockwise: bool


class Painted(NamedTuple):
    """The areas that a path fills, and the frames around its holes as thin boxes on each side."""

    areas: list[Box]
    sides: list[Box]


def shape_of(points: Points) -> Shape:
    """The outline of some corners in the reading frame."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    box = Box(min(xs), min(ys), max(xs), max(ys))
    near = 0.05 + 0.01 * min(box.x1 - box.x0, box.bottom - box.top)
    exact = all(
        min(abs(x - box.x0), abs(x - box.x1)) <= near and min(abs(y - box.top), abs(y - box.bottom)) <= near
        for x, y in points
    )
    turns = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True))
    return Shape(box, exact, turns > 0)


def painted(shapes: Sequence[Shape], even_odd: bool) -> Painted:
    """What is filled of some shapes: a rectangle right inside of another is a hole (by the rule of the path)."""
    areas: list[Box] = []
    sides: list[Box] = []
    holes = set()
    for n, outer in enumerate(shapes):
        if n in holes:
            continue
        inner = next((m for m in (n + 1, n - 1) if m not in holes and _is_hole(shapes, n, m, even_odd)), None)
        if inner is None:
            areas.append(outer.box)
        else:
            holes.add(inner)
            sides += _frame(outer.box, shapes[inner].box)
            areas = [box for box in areas if box is not shapes[inner].box]
    return Painted(areas, sides)


def _is_hole(shapes: Sequence[Shape], outer: int, inner: int, even_odd: bool) -> bool:
    """Whether a shape beside another in a path is a hole in it."""
    if not 0 <= inner < len(shapes):
        return False
    one, other = shapes[outer], shapes[inner]
    a, b = one.box, other.box
    within = a.x0 <= b.x0 and a.top <= b.top and b.x1 <= a.x1 and b.bottom <= a.bottom and a != b
    return one.exact and other.exact and within and (even_odd or one.clockwise != other.clockwise)


def _frame(outer: Box, inner: Box) -> list[Box]:
    """The four sides between a rectangle and its hole; those without thickness are left out."""
    sides = [
        Box(outer.x0, outer.top, outer.x1, inner.top),
        Box(outer.x0, inner.bottom, outer.x1, outer.bottom),
        Box(outer.x0, outer.top, inner.x0, outer.bottom),
        Box(inner.x1, outer.top, outer.x1, outer.bottom),
    ]
    return [side for side in sides if side.x1 > side.x0 and side.bottom > side.top]
