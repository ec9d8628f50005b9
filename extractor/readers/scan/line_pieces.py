"""Pieces of broken lines: what a copier left of a ruling line stands in line with the rest of it, in white.

A piece that is no longer than the text beside it looks like a stroke of it. What tells them apart is that pieces of one
line are in line, and that no ink is beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from extractor.document.geometry import Rulings, Segment, clusters
from extractor.document.layout import Box
from extractor.readers.scan.ruling_lines import without_text

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

IN_LINE = 1.0  # points; pieces of one line are no farther beside each other
TOGETHER = 60.0  # points; the pieces of a line are as long together
BESIDE = (1.4, 2.8)  # points; from where to where beside a line no ink is
WHITE = 0.8  # the share of a piece beside which there is none
GAP = (2.5, 30.0)  # points; how wide a gap is that a copier leaves
PIECE = 13.0  # points; a gap stands between two pieces as long
SHORT = 5.0  # points; a shorter piece of a broken line shows nothing
AT_LINE = (2.5, 4.0)  # points; a short and a long piece end no farther from a line of the other direction
LONE = 15.0  # points; pieces in line that are as long, and end at another line, show a line, be it of one row
STUBS = 3  # short pieces in line show a line
ENDS = 2  # so many ends of lines at one place show that a line stood there
BROKEN = 6  # gaps from which on the lines of a page are broken


class Pieces(NamedTuple):
    """The lines of a page that stand in line and in white, and how many gaps they have."""

    lines: Rulings
    gaps: int

    @property
    def are_broken(self) -> bool:
        """Whether a copier left gaps in the lines of the page."""
        return self.gaps >= BROKEN


def line_pieces(rulings: Rulings, texts: list[Box], marks: Image, point: float) -> Pieces:
    """The lines, in pixels, without what is no line; `marks` are 255 where there is ink, a point is so many pixels."""
    level_free, upright_free = without_text(rulings, texts)
    level, level_gaps = _pieces(rulings.horizontal, set(level_free), marks.T, point)
    upright, upright_gaps = _pieces(rulings.vertical, set(upright_free), marks, point)
    return Pieces(Rulings(level, upright), level_gaps + upright_gaps)


def with_stubs(pieces: Pieces, stubs: Rulings, marks: Image, point: float) -> Rulings:
    """The lines of a page with broken ones, with those of which only short pieces are left.

    `stubs` are all runs of ink, the short ones too. Those count that stand in white and end at a line of the other
    direction; a line is where some are in line, or where other lines end.
    """
    level, upright = pieces.lines
    more = _stubs(stubs.vertical, upright, level, marks, point)
    beside = _stubs(stubs.horizontal, level, upright, marks.T, point)
    return Rulings([*level, *beside], [*upright, *more])


def _stubs(
    stubs: Sequence[Segment], known: Sequence[Segment], others: Sequence[Segment], marks: Image, point: float
) -> list[Segment]:
    """The upright pieces that are parts of lines which are not known."""
    near = IN_LINE * point
    free = [
        s
        for s in stubs
        if not any(abs(k.at - s.at) <= 2 * near for k in known)
        and (s.hi - s.lo >= PIECE * point or _ends_at_line(s, others, point))
        and _in_white(s, marks, point) == 2
    ]
    out: list[Segment] = []
    for places in clusters({s.at for s in free}, near):
        group = [s for s in free if places[0] <= s.at <= places[-1]]
        at = sum(places) / len(places)
        ends = sum(abs(end - at) <= 2 * near for other in others for end in (other.lo, other.hi))
        whole = sum(s.hi - s.lo for s in group)
        lone = whole >= LONE * point and any(_ends_at_line(s, others, point) for s in group)
        if lone or (whole >= PIECE * point and (len(group) >= STUBS or ends >= ENDS)):
            out += group
    return out


def _ends_at_line(stub: Segment, others: Sequence[Segment], point: float) -> bool:
    """Whether an end of a stub is at a line of the other direction, or where that has a gap; or it crosses one."""
    long = stub.hi - stub.lo >= PIECE * point
    near, far = (AT_LINE[1] if long else AT_LINE[0]) * point, GAP[1] * point
    places = [o.at for o in others if o.lo - far <= stub.at <= o.hi + far]
    return any(min(abs(stub.lo - at), abs(stub.hi - at)) <= near or (long and stub.lo < at < stub.hi) for at in places)


class _Side(NamedTuple):
    lines: list[Segment]
    gaps: int


def _pieces(segments: Sequence[Segment], free: set[Segment], marks: Image, point: float) -> _Side:
    """The upright lines that stand in white, or on one side of it and outside of text (`free`)."""
    found = [s for s in segments if _in_white(s, marks, point) >= (1 if s in free else 2)]
    lines: list[Segment] = []
    gaps = 0
    for places in clusters({s.at for s in found}, IN_LINE * point):
        group = sorted((s for s in found if places[0] <= s.at <= places[-1]), key=lambda s: s.lo)
        if sum(s.hi - s.lo for s in group) >= TOGETHER * point:
            lines += group
            gaps += sum(_is_gap(a, b, point) for a, b in pairwise(group))
    return _Side(lines, gaps)


def _is_gap(one: Segment, other: Segment, point: float) -> bool:
    long = min(one.hi - one.lo, other.hi - other.lo) >= PIECE * point
    return long and GAP[0] * point <= other.lo - one.hi <= GAP[1] * point


def _in_white(segment: Segment, marks: Image, point: float) -> int:
    """On how many sides of an upright line there is no ink."""
    rows = slice(max(0, round(segment.lo)), max(0, round(segment.hi)))
    near, far = round(BESIDE[0] * point), round(BESIDE[1] * point)
    x = round(segment.at)
    left, right = marks[rows, max(0, x - far) : max(0, x - near)], marks[rows, x + near : x + far]
    return sum(bool(side.size) and float((side.max(axis=1) > 0).mean()) <= 1 - WHITE for side in (left, right))
