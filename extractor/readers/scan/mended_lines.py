"""Ruling lines joined where a copier left gaps, and kept where they end at others: strokes of text hang in the air."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from extractor.document.geometry import Rulings, Segment, joined, snapped
from extractor.document.layout import Box

REACH = 6.0  # points; a line may end this far from the one it meets, or be broken by as much
MEND = 26.0  # points; the widest gap in a line that a copier leaves
EVEN = 1.5  # points; lines that end so far from each other end in line
LONG = 40.0  # points; a line this long needs one end that meets another, thrice as long none


def anchored(rulings: Rulings, texts: list[Box], point: float) -> Rulings:
    """The lines that end where others run, or are long: strokes of text hang in the air; their gaps closed.

    `texts` are the boxes of text, which no closed gap runs through; `point` is in pixels.
    """
    beside = [Box(b.top, b.x0, b.bottom, b.x1) for b in texts]
    horizontal = joined(snapped(rulings.horizontal, 2 * point), REACH * point)
    vertical = joined(snapped(rulings.vertical, 2 * point), REACH * point)
    for _ in range(2):
        horizontal = mended(horizontal, vertical, beside, point)
        vertical = mended(vertical, horizontal, texts, point)
    for _ in range(2):
        horizontal = _held(horizontal, vertical, point)
        vertical = _held(vertical, horizontal, point)
    return Rulings(horizontal, vertical)


def mended(segments: list[Segment], others: list[Segment], texts: list[Box], point: float) -> list[Segment]:
    """Lines with the gaps closed that a copier left: an end that meets no other line was not the end.

    For upright lines as they are; for level ones the boxes of text are given with their axes exchanged.
    """
    out: list[Segment] = []
    for segment in segments:
        last = out[-1] if out else None
        if last is not None and last.at == segment.at and segment.lo - last.hi <= _widest(last, segment, point):
            ends = _meets(last.hi, last.at, others, point) and _meets(segment.lo, last.at, others, point)
            if not ends and not _through(texts, last.at, last.hi, segment.lo):
                out[-1] = Segment(last.at, last.lo, max(last.hi, segment.hi))
                continue
        out.append(segment)
    return [_reaching(segment, others, texts, point) for segment in out]


def _widest(one: Segment, other: Segment, point: float) -> float:
    """The widest gap between two pieces of a line that a copier leaves: several side by side where both are long."""
    return max(MEND * point, min(3 * MEND * point, 0.5 * (one.hi - one.lo + other.hi - other.lo)))


def _meets(end: float, at: float, others: list[Segment], point: float) -> bool:
    near, reach = 3 * point, REACH * point
    return any(abs(o.at - end) <= near and o.lo - reach <= at <= o.hi + reach for o in others)


def _through(texts: list[Box], at: float, start: float, end: float) -> bool:
    """Whether a line from start to end would run through a text."""
    for box in texts:
        margin = 0.2 * min(box.x1 - box.x0, box.bottom - box.top)
        if box.x0 + margin < at < box.x1 - margin and box.top + margin < end and start < box.bottom - margin:
            return True
    return False


def _reaching(segment: Segment, others: list[Segment], texts: list[Box], point: float) -> Segment:
    """A long line whose end hangs in the air, drawn on to the next line that it would meet."""
    if segment.hi - segment.lo < 1.5 * LONG * point:
        return segment
    at, lo, hi = segment
    far, reach = MEND * point, REACH * point
    crossing = [o.at for o in others if o.lo - reach <= at <= o.hi + reach]
    if not _meets(lo, at, others, point):
        to = max((x for x in crossing if lo - far <= x < lo), default=lo)
        lo = lo if _through(texts, at, to, lo) else to
    if not _meets(hi, at, others, point):
        to = min((x for x in crossing if hi < x <= hi + far), default=hi)
        hi = hi if _through(texts, at, hi, to) else to
    return Segment(at, lo, hi)


def _held(segments: list[Segment], others: list[Segment], point: float) -> list[Segment]:
    """The lines that end where others run, or are long.

    One end is enough where two more lines end beside the other: a page break leaves a row open.
    """
    ends = sorted(end for segment in segments for end in (segment.lo, segment.hi))

    def is_held(segment: Segment) -> bool:
        free = [end for end in (segment.lo, segment.hi) if not _ends_at(end, segment.at, others, point)]
        length = (segment.hi - segment.lo) / point
        if len(free) == 1 and length < LONG:
            beside = bisect_right(ends, free[0] + EVEN * point) - bisect_left(ends, free[0] - EVEN * point)
            return beside > 2
        return not free or len(free) == 1 or length >= 3 * LONG

    return [segment for segment in segments if is_held(segment)]


def _ends_at(end: float, at: float, others: list[Segment], point: float) -> bool:
    """Whether a line ends about where another crosses its place."""
    reach = REACH * point
    return any(abs(o.at - end) <= reach and o.lo - reach <= at <= o.hi + reach for o in others)
