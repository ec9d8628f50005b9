"""Invariants of boxes, segments and lattices."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.document.geometry import (
    Rulings,
    Segment,
    area,
    clusters,
    covered,
    gaps,
    inside,
    joined,
    snapped,
    turn,
    union,
)
from extractor.document.layout import Box
from extractor.tables.ruled.lattice import find_lattices, tile

NUMBERS = st.floats(0, 1000, allow_nan=False, width=32)


def box(a: float, b: float, c: float, d: float) -> Box:
    return Box(min(a, c), min(b, d), max(a, c), max(b, d))


def segment(at: float, a: float, b: float) -> Segment:
    return Segment(at, min(a, b), max(a, b))


BOXES = st.builds(box, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
SEGMENTS = st.lists(st.builds(segment, NUMBERS, NUMBERS, NUMBERS), max_size=30)


@given(st.lists(BOXES, min_size=1, max_size=8))
def test_a_union_holds_each_box(boxes: list[Box]) -> None:
    whole = union(boxes)
    assert whole is not None
    assert all(inside(b.x0, b.top, whole) and inside(b.x1, b.bottom, whole) for b in boxes)


def test_there_is_no_union_of_nothing() -> None:
    assert union([]) is None


@given(BOXES, st.integers(0, 3))
def test_turning_on_and_back_gives_the_box(one: Box, quarters: int) -> None:
    width, height = 1200.0, 1500.0
    there = turn(one, quarters, width, height)
    sides = (width, height) if quarters % 2 == 0 else (height, width)
    assert turn(there, (4 - quarters) % 4, *sides) == pytest.approx(one)
    assert area(there) == pytest.approx(area(one), abs=1e-3)


def test_a_quarter_turn_is_clockwise() -> None:
    """What was at the top left is then at the top right."""
    assert turn(Box(0, 0, 10, 5), 1, 100, 200) == Box(195, 0, 200, 10)


@given(BOXES, BOXES)
def test_a_share_is_between_none_and_all(inner: Box, outer: Box) -> None:
    assert 0 <= covered(inner, outer) <= 1 + 1e-9
    assert covered(inner, inner) == pytest.approx(1)


@given(st.lists(NUMBERS, max_size=40), st.floats(0, 20))
def test_clusters_are_apart_and_hold_all(values: list[float], tolerance: float) -> None:
    groups = clusters(values, tolerance)
    assert [v for group in groups for v in group] == sorted(values)
    assert all(b[0] - a[-1] > tolerance for a, b in pairwise(groups))


@given(SEGMENTS, st.floats(0, 10))
def test_joined_segments_cover_what_the_parts_covered(segments: list[Segment], gap: float) -> None:
    out = joined(segments, gap)
    assert out == sorted(out)
    for part in segments:
        assert any(s.at == part.at and s.lo <= part.lo and part.hi <= s.hi for s in out)
    for one, two in pairwise(out):
        assert one.at != two.at or two.lo - one.hi > gap


@given(SEGMENTS)
def test_snapping_keeps_the_ends(segments: list[Segment]) -> None:
    assert [s[1:] for s in snapped(segments, 3)] == [s[1:] for s in segments]


def test_gaps_lie_between_intervals() -> None:
    assert gaps([(0, 2), (1, 5), (9, 10), (10.5, 12)], 1) == [(5, 9)]


@given(st.data(), st.integers(1, 6), st.integers(1, 6))
def test_tiles_are_rectangles_that_cover_every_slot_once(data: st.DataObject, wide: int, high: int) -> None:
    walls = st.lists(st.booleans(), min_size=max(wide, high), max_size=max(wide, high))
    left = [data.draw(walls)[:high] for _ in range(wide + 1)]
    above = [data.draw(walls)[:wide] for _ in range(high + 1)]
    slots, owner = tile(left, above)
    counts = [0] * (wide * high)
    for index, slot in enumerate(slots):
        for row in range(slot.row, slot.row + slot.row_span):
            for col in range(slot.col, slot.col + slot.col_span):
                counts[row * wide + col] += 1
                assert owner[row * wide + col] == index
    assert counts == [1] * (wide * high)


@given(
    st.lists(st.integers(8, 60), min_size=1, max_size=6),
    st.lists(st.integers(8, 60), min_size=1, max_size=6),
    st.floats(-1, 1),
)
def test_full_grids_of_lines_give_their_cells(widths: list[int], heights: list[int], shift: float) -> None:
    """Ends that fall a little short or go a little far change nothing."""
    xs = [sum(widths[:i]) + 50.0 for i in range(len(widths) + 1)]
    ys = [sum(heights[:i]) + 70.0 for i in range(len(heights) + 1)]
    rulings = Rulings(
        [Segment(y, xs[0] - shift, xs[-1] + shift) for y in ys], [Segment(x, ys[0] + shift, ys[-1] - shift) for x in xs]
    )
    (lattice,) = find_lattices(rulings)
    assert len(lattice.slots) == len(widths) * len(heights)
    assert all(slot.closed and slot.row_span == slot.col_span == 1 for slot in lattice.slots)
    assert lattice.box == pytest.approx((xs[0], ys[0], xs[-1], ys[-1]), abs=1)


def test_a_gap_in_a_line_is_still_a_wall() -> None:
    """A photocopied line with a hole keeps two cells apart when most of it stands."""
    rows = [Segment(y, 0, 100) for y in (0, 30, 60)]
    cols = [Segment(0, 0, 60), Segment(100, 0, 60), Segment(50, 0, 40), Segment(50, 50, 60)]
    (lattice,) = find_lattices(Rulings(rows, cols))
    assert len(lattice.slots) == 4
