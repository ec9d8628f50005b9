"""Plots as inline SVG: intervals, bars and lines; shares of 1 on the axis, colours from the page's style."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from markupsafe import Markup

from eval.reports.figure_tables import width_of

COLOURS = 6


Scale = Callable[[float], float]


class Bar(NamedTuple):
    """One share with its interval; `series` picks its colour."""

    label: str
    share: float | None
    low: float | None
    high: float | None
    series: int


class Series(NamedTuple):
    """A line: its name and its points (position, share, low, high)."""

    name: str
    points: tuple[tuple[float, float, float | None, float | None], ...]


def axis_start(shares: Sequence[float]) -> float:
    """Where an axis that ends at 1 begins, so that differences can be seen: a round share below the smallest."""
    least = min(shares, default=0.0)
    for start in (0.99, 0.98, 0.95, 0.9, 0.8, 0.5):
        if least > start + 0.1 * (1 - start):
            return start
    return 0.0


def bars(rows: Sequence[Bar], *, start: float | None = None) -> Markup:
    """Horizontal bars with intervals, one row each."""
    known = [x for row in rows for x in (row.share, row.low) if x is not None]
    origin = axis_start(known) if start is None else start
    left = 20 + 7 * max((width_of(row.label) for row in rows), default=0)
    width, height = left + 620, 26 * len(rows) + 34
    out = [_axis(origin, left, 520, height - 28)]
    for k, row in enumerate(rows):
        out.append(_bar(row, origin, left, 26 * k + 6))
    return _svg(width, height, out)


def _bar(row: Bar, origin: float, left: float, top: float) -> str:
    def x(share: float) -> float:
        return left + 520 * max(0.0, (share - origin) / (1 - origin))

    label = f'<text x="{left - 8}" y="{top + 13}" text-anchor="end">{escape(row.label)}</text>'
    if row.share is None:
        return label + f'<text class="soft" x="{left + 4}" y="{top + 13}">no value</text>'
    shape = f'<rect class="fill s{row.series % COLOURS}" x="{left}" y="{top + 2}" width="{x(row.share) - left:.1f}"'
    parts = [label, shape + ' height="14" opacity="0.75"/>']
    if row.low is not None and row.high is not None:
        parts.append(_whisker(x(row.low), x(row.high), top + 9))
    parts.append(f'<text x="{left + 530}" y="{top + 13}">{100 * row.share:.2f} %</text>')
    return "".join(parts)


def _whisker(low: float, high: float, y: float) -> str:
    line = f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
    ends = "".join(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 4}" y2="{y + 4}"/>' for x in (low, high))
    return f'<g stroke="currentColor" stroke-width="1.3">{line}{ends}</g>'


def _axis(origin: float, left: float, length: float, bottom: float) -> str:
    ticks = [origin + k * (1 - origin) / 5 for k in range(6)]
    out = []
    for tick in ticks:
        x = left + length * (tick - origin) / (1 - origin)
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom}"/>')
        out.append(f'<text class="soft" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{100 * tick:.4g} %</text>')
    return "".join(out)


class _Frame(NamedTuple):
    """Where a plot's area lies, and how positions and shares become places in it."""

    left: float
    length: float
    x: Scale
    y: Scale


def _frame(positions: Sequence[float], names: Sequence[str], origin: float) -> _Frame:
    most = max(1.0, *positions) if positions else 1.0
    widest = 20 + 7 * max((width_of(name) for name in names), default=0)
    length = max(500.0, widest * max(len(names) - 1, 0))

    def x(position: float) -> float:
        return 84 + length * position / most

    def y(share: float) -> float:
        return 20 + 240 * (1 - max(0.0, share - origin) / (1 - origin))

    return _Frame(64.0, length + 40, x, y)


def lines(series: Sequence[Series], names: Sequence[str], *, start: float | None = None, x_label: str = "") -> Markup:
    """Lines over named positions (0, 1, …), with intervals; `names` empty: positions are shares from 0 to 1."""
    points = [p for one in series for p in one.points]
    origin = (
        axis_start([share for p in points for share in (p[1], p[2]) if share is not None]) if start is None else start
    )
    frame = _frame([p[0] for p in points], names, origin)
    x, y, right = frame.x, frame.y, frame.left + frame.length
    out = [_levels(origin, frame), _names(names, x)]
    out.append(
        f'<text class="soft" x="{(frame.left + right) / 2}" y="312" text-anchor="middle">{escape(x_label)}</text>'
    )
    for k, one in enumerate(series):
        out.append(_line(one, k, [(x(p), y(s), _maybe(y, low), _maybe(y, high)) for p, s, low, high in one.points]))
        style = f'class="fill s{k % COLOURS}" style="fill:var(--c)"'
        out.append(f'<text {style} x="{right + 20}" y="{30 + 18 * k}">● {escape(one.name)}</text>')
    legend = 40 + 8 * max((width_of(one.name) for one in series), default=0)
    return _svg(right + 20 + legend, max(320, 40 + 18 * len(series)), out)


def _maybe(scale: Scale, share: float | None) -> float | None:
    return None if share is None else scale(share)


def _levels(origin: float, frame: _Frame) -> str:
    out, right = [], frame.left + frame.length
    for k in range(6):
        share = origin + k * (1 - origin) / 5
        at = frame.y(share)
        out.append(f'<line class="grid" x1="{frame.left}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        out.append(
            f'<text class="soft" x="{frame.left - 6}" y="{at + 4:.1f}" text-anchor="end">{100 * share:.4g} %</text>'
        )
    return "".join(out)


def _names(names: Sequence[str], x: Scale) -> str:
    shown = [(float(k), name) for k, name in enumerate(names)] or [(k / 5, f"{20 * k} %") for k in range(6)]
    return "".join(
        f'<text class="soft" x="{x(at):.1f}" y="282" text-anchor="middle">{escape(name)}</text>' for at, name in shown
    )


def _line(one: Series, k: int, at: Sequence[tuple[float, float, float | None, float | None]]) -> str:
    colour = f"s{k % COLOURS}"
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in at)
    out = [f'<polyline class="stroke {colour}" points="{path}"/>']
    for x, y, low, high in at:
        out.append(f'<circle class="fill {colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        if low is not None and high is not None:
            beside = f'x1="{x + 3 * (k - 1):.1f}" x2="{x + 3 * (k - 1):.1f}"'  # runs' intervals don't hide each other
            out.append(f'<line class="stroke {colour}" {beside} y1="{low:.1f}" y2="{high:.1f}"/>')
    return "".join(out)


def _svg(width: float, height: float, parts: Sequence[str]) -> Markup:
    size = (
        f'width="{math.ceil(width)}" height="{math.ceil(height)}" viewBox="0 0 {math.ceil(width)} {math.ceil(height)}"'
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>{"".join(parts)}</svg>'
    return Markup(svg)  # noqa: S704 - every text in it is escaped where it is put in
