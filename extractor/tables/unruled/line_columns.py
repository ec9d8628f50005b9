"""Columns of a table without ruling lines, and the rows that its merged cells span.

Column boundaries are the fewest points that keep the columns of every section apart (interval stabbing). A merged cell
stands in the middle of its rows; the cells of a column neither overlap nor leave a row out without need, and never
reach over the end of a merged cell to their left. Found by dynamic programming, column by column from the left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.tables.unruled.line_rows import FEWEST_RIGHT, Part, Rows, is_open, with_band
from extractor.tables.unruled.line_segments import Segment

GAP = 0.9
LEADING_GAP = 0.2
OUTSIDE = 2.0
FAR = 1.0
TIE = 0.4
JOIN = 0.3
APART = 7.0
"""Columns that never have entries in the same row are one up to this gap: labels in the middle, values at the left."""
BREAK = 0.6
TALLEST = 7


class RowPlace(NamedTuple):
    """Where a row stands: its edges are in the middle between its cells and those of the next rows."""

    top: float
    bottom: float


class Column(NamedTuple):
    """A column of a section: its edges as far as they are seen, and its boundaries (from, to) in the table."""

    x0: float
    x1: float
    start: int
    end: int


class Tiled(NamedTuple):
    """A cell of a column: its segments, its first row and one past its last, why one may doubt it."""

    segments: tuple[Segment, ...]
    start: int
    end: int
    doubt: str
    cost: float


def sections(parts: Sequence[Sequence[Part]]) -> list[tuple[int, int]]:
    """Runs of bands (first, one past the last) whose parts stand in the same columns."""
    out: list[tuple[int, int]] = []
    clusters: list[tuple[float, float]] = []
    start = 0
    for n, band in enumerate(parts):
        merged = with_band(clusters, band)
        if merged is None:
            out.append((start, n))
            start, merged = n, sorted((p.x0, p.x1) for p in band)
        clusters = merged
    return [*out, (start, len(parts))] if parts else []


def boundaries(parts: Sequence[Sequence[Part]], runs: Sequence[tuple[int, int]]) -> list[float]:
    """The points that part the columns of each section."""
    strips: list[tuple[float, float]] = []
    for first, end in runs:
        clusters = _clusters(parts[first:end])
        strips += [(a[1], b[0]) for a, b in pairwise(clusters)]
    out: list[float] = []
    for left, right in sorted(strips, key=lambda s: s[1]):
        if not out or out[-1] < left:
            out.append(right)
    return out


def _clusters(bands: Sequence[Sequence[Part]]) -> list[tuple[float, float]]:
    """The columns of a section: what overlaps across, and what stands near and never in the same row."""
    clusters: list[tuple[float, float]] = []
    for band in bands:
        clusters = with_band(clusters, band) or clusters
    while len(clusters) > 2:
        gaps = [
            (b[0] - a[1], n)
            for n, (a, b) in enumerate(pairwise(clusters))
            if b[0] - a[1] <= APART and not _together(bands, a, b)
        ]
        if not gaps:
            break
        n = min(gaps)[1]
        clusters[n : n + 2] = [(clusters[n][0], clusters[n + 1][1])]
    return clusters


def _together(bands: Sequence[Sequence[Part]], one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether a row has entries in both of two columns."""
    return any(
        any(p.x0 < one[1] and one[0] < p.x1 for p in band) and any(p.x0 < other[1] and other[0] < p.x1 for p in band)
        for band in bands
    )


def numbered(
    parts: Sequence[Sequence[Part]], runs: Sequence[tuple[int, int]], points: Sequence[float]
) -> list[list[Column]]:
    """The columns of each section, numbered by the boundaries of the whole table."""
    out: list[list[Column]] = []
    for first, end in runs:
        clusters = _clusters(parts[first:end])
        starts = [bisect_right(points, left) for left, _ in clusters]
        ends = [*starts[1:], len(points) + 1]
        out.append([Column(c[0], c[1], s, max(e, s + 1)) for c, s, e in zip(clusters, starts, ends, strict=True)])
    return out


class _Tile(NamedTuple):
    """Segments first … last (exclusive) as one cell over rows start … end (exclusive)."""

    first: int
    last: int
    start: int
    end: int
    cost: float
    close: bool


def tile(
    rows: Rows, places: Sequence[RowPlace], segments: Sequence[Segment], walls: frozenset[int],
    breaks: frozenset[int], opening: bool,
) -> list[Tiled]:  # fmt: skip
    """The cells of a column: segments, first row, one past the last, doubt.

    `walls` are rows at which a cell may not go on from the row above, `breaks` those at which it hardly does;
    `opening` says that rows at the start may belong to a cell of the page before.
    """
    count, total = len(places), len(segments)
    edges = _edges(places)
    best: dict[tuple[int, int], tuple[float, _Tile | None]] = {(0, 0): (0.0, None)}
    for row in range(count + 1):
        for taken in range(total + 1):
            here = best.get((row, taken))
            if here is None:
                continue
            if row < count:
                gap = LEADING_GAP if opening and not taken else GAP
                _better(best, (row + 1, taken), here[0] + gap, _Tile(taken, taken, row, row + 1, gap, False))
            for found in _tiles(rows, edges, segments, walls, breaks, row, taken):
                _better(best, (found.end, found.last), here[0] + found.cost, found)
    return [] if (count, total) not in best else _traced(best, segments, count, total)


def _better(best: dict[tuple[int, int], tuple[float, _Tile | None]], at: tuple[int, int], cost: float, by: _Tile
            ) -> None:  # fmt: skip
    if at not in best or cost < best[at][0]:
        best[at] = (cost, by)


def _traced(best: dict[tuple[int, int], tuple[float, _Tile | None]], segments: Sequence[Segment], row: int, taken: int
            ) -> list[Tiled]:  # fmt: skip
    out = []
    while (found := best[row, taken][1]) is not None:
        if found.last > found.first:
            why = (
                "its place among the rows is not clear"
                if found.close or found.cost - JOIN * (found.last - found.first - 1) > FAR
                else ""
            )
            out.append(
                Tiled(tuple(segments[found.first : found.last]), found.start, found.end, why, best[row, taken][0])
            )
        row, taken = found.start, found.first
    return out[::-1]


def _edges(places: Sequence[RowPlace]) -> list[float]:
    inner = [(a.bottom + b.top) / 2 for a, b in pairwise(places)]
    return [places[0].top - 0.5, *inner, places[-1].bottom + 0.5]


def _tiles(
    rows: Rows, edges: Sequence[float], segments: Sequence[Segment], walls: frozenset[int], breaks: frozenset[int],
    row: int, taken: int,
) -> list[_Tile]:  # fmt: skip
    """The cells that may begin with a row and a segment: of their last rows, those that centre them best."""
    out: list[_Tile] = []
    joins = 0.0
    limit = next((n for n in range(row + 1, len(edges) - 1) if n in walls), len(edges) - 1)
    for last in range(taken + 1, min(taken + TALLEST, len(segments)) + 1):
        if last > taken + 1:
            joins += JOIN + rows.join(segments[last - 2], segments[last - 1])
        top, bottom = segments[taken].y, segments[last - 1].y
        if last < len(segments) and is_open(segments[last - 1].text):
            continue
        scored = sorted(
            (_misfit(edges[row], edges[end], top, bottom) + BREAK * len(breaks & set(range(row + 1, end))), end)
            for end in range(row + 1, limit + 1)
        )[:2]
        for n, (misfit, end) in enumerate(scored):
            close = n == 0 and len(scored) > 1 and scored[1][0] - misfit < TIE
            out.append(_Tile(taken, last, row, end, misfit + joins, close))
    return out


def _misfit(top: float, bottom: float, first: float, last: float) -> float:
    """How far lines stand from the middle of their rows, in lines."""
    off = max(0.0, abs(top + bottom - first - last) / 2 - 0.25)
    outside = OUTSIDE * (max(0.0, top - 0.5 - first) + max(0.0, last - bottom - 0.5))
    return off + outside


def may_span(rows: Rows, segments: Sequence[Segment]) -> bool:
    """Whether cells of a column may be merged over rows: enough stands to the right of each."""
    return all(rows.right[s] >= FEWEST_RIGHT for s in segments)
