"""From the space in which a page of a PDF is drawn to the frame in which it is read."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """The map from a page's user space to the reading frame: x = a·u + c·v + e, y = b·u + d·v + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    width: float
    height: float


def frame(left: float, bottom: float, right: float, top: float, quarters: int) -> Frame:
    """The frame of a page with this visible rectangle, turned clockwise by so many quarters."""
    wide, high = right - left, top - bottom
    match quarters % 4:
        case 1:
            return Frame(0, 1, 1, 0, -bottom, -left, high, wide)
        case 2:
            return Frame(-1, 0, 0, 1, right, -bottom, wide, high)
        case 3:
            return Frame(0, -1, -1, 0, top, right, high, wide)
    return Frame(1, 0, 0, -1, -left, top, wide, high)


class Matrix(NamedTuple):
    """A PDF transformation matrix."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, u: float, v: float) -> tuple[float, float]:
        """The point to which the matrix takes (u, v)."""
        return (self.a * u + self.c * v + self.e, self.b * u + self.d * v + self.f)


IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


def times(inner: Matrix, outer: Matrix | None) -> Matrix:
    """The matrix that applies `inner`, then `outer`."""
    if outer is None:
        return inner
    x, y = outer.apply(inner.e, inner.f)
    return Matrix(
        inner.a * outer.a + inner.b * outer.c,
        inner.a * outer.b + inner.b * outer.d,
        inner.c * outer.a + inner.d * outer.c,
        inner.c * outer.b + inner.d * outer.d,
        x,
        y,
    )
