"""The thresholds that say whose cell a run is in, and where rows have no line between them, tried on both sides."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extractor.document.geometry import Rulings, Segment
from extractor.document.layout import Box
from extractor.tables.ruled.crossing_runs import whole_runs
from extractor.tables.ruled.lattice import Lattice, find_lattices
from extractor.tables.ruled.parted_rows import with_rows
from extractor.tables.words import Token

BOXES = (Box(30.0, 0.0, 47.0, 10.0), Box(47.0, 0.0, 90.0, 10.0))
Char = tuple[str, float, float, float]
"""A character, from where to where it stands, and how far below the first."""


def owners(*chars: Char) -> list[int]:
    """The cells of characters of type size 10 that are drawn one after the other; a wall stands at 47."""
    tokens = [Token(text, x0, low, x1, low + 10.0, n) for n, (text, x0, x1, low) in enumerate(chars)]
    cells = [0 if t.x0 + t.x1 < 94 else 1 for t in tokens]
    whole_runs(tokens, cells, BOXES.__getitem__, True)
    return cells


@pytest.mark.parametrize(("low", "expected"), [(2.5, [0, 0]), (3.5, [0, 1])])
def test_characters_of_a_run_stand_at_about_one_height(low: float, expected: list[int]) -> None:
    assert owners(("a", 39.0, 46.0, 0.0), ("b", 46.0, 51.0, low)) == expected


@pytest.mark.parametrize(("gap", "expected"), [(0.3, [0, 0]), (0.5, [0, 1])])
def test_a_text_object_that_does_not_begin_where_the_last_one_ends_is_another_text(
    gap: float, expected: list[int]
) -> None:
    ends = Token("a", 41.0, 0.0, 47.2, 10.0, 0, run=1), Token("1", 47.2 + gap, 0.0, 52.0, 10.0, 1, run=2)
    cells = [0, 1]
    whole_runs(ends, cells, BOXES.__getitem__, True)
    assert cells == expected


@pytest.mark.parametrize(("overlap", "expected"), [(0.1, [0, 0]), (0.2, [0, 1])])
def test_text_objects_that_overlap_are_two_texts(overlap: float, expected: list[int]) -> None:
    ends = Token("a", 41.0, 0.0, 47.2, 10.0, 0, run=1), Token("1", 47.2 - overlap, 0.0, 52.0, 10.0, 1, run=2)
    cells = [0, 1]
    whole_runs(ends, cells, BOXES.__getitem__, True)
    assert cells == expected


@pytest.mark.parametrize(("sign", "expected"), [("）", [0, 1]), ("台", [0, 0])])
def test_the_white_half_of_a_bracket_may_stand_over_the_wall_of_its_cell(sign: str, expected: list[int]) -> None:
    """The bracket ends its cell, and the text of the next cell begins where the box of the bracket ends."""
    ends = Token(sign, 38.3, 0.0, 48.3, 10.0, 0, run=1), Token("1", 49.2, 0.0, 54.0, 10.0, 1, run=2)
    cells = [0, 1]
    whole_runs(ends, cells, BOXES.__getitem__, True)
    assert cells == expected


@pytest.mark.parametrize(("x", "expected"), [(45.3, [0, 0]), (44.5, [0, 1])])
def test_a_character_that_begins_far_before_the_last_one_ends_is_of_another_text(x: float, expected: list[int]) -> None:
    assert owners(("a", 38.0, 47.0, 0.0), ("b", x, 51.0, 0.0)) == expected


@pytest.mark.parametrize(("gap", "expected"), [(5.0, [0, 0]), (7.0, [0, 1])])
def test_punctuation_hangs_near_its_text(gap: float, expected: list[int]) -> None:
    assert owners(("文", 35.0, 45.0, 0.0), ("、", 45.0 + gap, 48.0 + gap, 0.0)) == expected


@pytest.mark.parametrize(("wide", "expected"), [(3.5, [0, 0, 0, 0, 0]), (4.5, [0, 0, 1, 1, 1])])
def test_a_run_goes_on_behind_a_narrow_space(wide: float, expected: list[int]) -> None:
    left = 43.5 - wide
    chars = [("a", left - 5, left, 0.0), (" ", left, 43.5, 0.0)]
    chars += [(char, 43.5 + 5 * n, 48.5 + 5 * n, 0.0) for n, char in enumerate("bcd")]
    assert owners(*chars) == expected


@pytest.mark.parametrize(("over", "expected"), [(1.3, [0, 0]), (0.8, [0, 1])])
def test_a_character_on_the_wall_reaches_over_it_on_both_sides(over: float, expected: list[int]) -> None:
    assert owners(("a", 38.0, 47.0 + over, 0.0), ("b", 48.3 + over, 52.3 + over, 0.0)) == expected


@pytest.mark.parametrize(("start", "expected"), [(39.0, 0), (41.0, 1)])
def test_a_text_that_begins_at_its_wall_is_in_that_cell(start: float, expected: int) -> None:
    chars = [(char, start + 5 * n, start + 5 * n + 5, 0.0) for n, char in enumerate("abcde")]
    assert owners(*chars) == [expected] * 5


def lattice(high: float) -> Lattice:
    """A row of two cells, each 100 points wide."""
    level = [Segment(y, 0.0, 200.0) for y in (0.0, high)]
    (found,) = find_lattices(Rulings(level, [Segment(x, 0.0, high) for x in (0.0, 100.0, 200.0)]))
    return found


def numbers(*tops: Sequence[float], wide: float = 20.0) -> list[Token]:
    """In each cell, numbers of four digits at some heights."""
    step = wide / 4
    return [
        Token(digit, 100.0 * col + step * n, top, 100.0 * col + step * (n + 1), top + 10.0)
        for col, own in enumerate(tops)
        for top in own
        for n, digit in enumerate("1250")
    ]


@pytest.mark.parametrize(("high", "parted"), [(21.0, True), (17.0, False)])
def test_a_row_that_holds_two_has_room_for_two_lines(high: float, parted: bool) -> None:
    tops = (0.0, high - 10)
    assert (with_rows(lattice(high), numbers(tops, tops)) is not None) is parted


@pytest.mark.parametrize(("shift", "sure"), [(3.0, True), (4.5, False)])
def test_lines_of_one_row_stand_at_about_one_height(shift: float, sure: bool) -> None:
    found = with_rows(lattice(60.0), numbers((5.0, 35.0), (5.0 + shift, 35.0 + shift)))
    assert found is not None and found.sure is sure


@pytest.mark.parametrize(("wide", "parted"), [(91.0, True), (93.0, False)])
def test_numbers_that_fill_their_cell_may_be_one(wide: float, parted: bool) -> None:
    tops = (5.0, 35.0)
    assert (with_rows(lattice(60.0), numbers(tops, tops, wide=wide)) is not None) is parted


@pytest.mark.parametrize(("count", "parted"), [(2, False), (3, True)])
def test_so_many_numbers_beside_as_many_texts_are_rows(count: int, parted: bool) -> None:
    tops = [5.0 + 20 * n for n in range(count)]
    names = [token._replace(text="n") for token in numbers(tops)]
    figures = numbers((), tops)
    found = with_rows(lattice(80.0), [*names, *figures])
    assert (found is not None) is parted
