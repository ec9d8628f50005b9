"""Ink in the cells of a scan that the OCR's boxes left out: it is read, or is a stroke, or puts a value in doubt."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.document.geometry import Rulings, Segment
from extractor.document.layout import Box
from extractor.readers.scan.unread_ink import EITHER, SURE, Parts, unread, with_leftovers
from extractor.tables.ruled.lattice import Lattice, find_lattices

Marks = npt.NDArray[np.uint8]
SIZE = 40  # pixels: how high a box of text is
TEXTS = [Box(20, 20, 180, 60)]  # a line of text in the first cell, from which the size of text is told


LINES = [Box(20, 20, 180, 60), Box(20, 80, 180, 120)]


def cells(narrow: float = 200) -> list[Lattice]:
    """Two cells side by side, the second as wide as asked for."""
    sides = [Segment(y, 0, 200 + narrow) for y in (0.0, 300.0)]
    uprights = [Segment(x, 0, 300) for x in (0.0, 200.0, 200.0 + narrow)]
    return find_lattices(Rulings(sides, uprights))


def paper(*inked: Box) -> Marks:
    out = np.zeros((300, 500), np.uint8)
    for x0, top, x1, bottom in inked:
        out[int(top) : int(bottom), int(x0) : int(x1)] = 255
    return out


def found(marks: Marks, *boxes: Box, narrow: float = 200) -> Parts:
    return with_leftovers([*TEXTS, *boxes], cells(narrow), marks, 1.0)


def test_a_cell_without_ink_has_nothing_to_read() -> None:
    assert found(paper(TEXTS[0])) == ([TEXTS[0]], [])


def test_a_lone_digit_that_no_box_covers_is_read_with_room_around_it() -> None:
    digit = Box(290, 100, 305, 130)
    (box,) = found(paper(TEXTS[0], digit)).boxes[1:]
    assert box.x0 < digit.x0 and box.x1 > digit.x1 and box.top < digit.top and box.bottom > digit.bottom


def test_a_character_that_a_box_cuts_off_is_taken_into_it() -> None:
    line, last = Box(220, 100, 300, 140), Box(306, 105, 336, 135)
    assert found(paper(TEXTS[0], line, last), line).boxes[1:] == [Box(220, 100, 336, 140)]


def test_the_flat_first_character_of_a_stack_is_taken_into_it() -> None:
    stack, first = Box(225, 100, 265, 220), Box(228, 80, 262, 84)
    assert found(paper(TEXTS[0], stack, first), stack, narrow=70).boxes[1:] == [Box(225, 80, 265, 220)]


def test_two_boxes_of_a_stack_that_overlap_end_in_the_white_between_them() -> None:
    upper, lower = Box(225, 60, 265, 160), Box(222, 150, 268, 190)
    ink = paper(TEXTS[0], Box(228, 65, 262, 152), Box(225, 158, 265, 188))
    first, second = found(ink, upper, lower, narrow=100).boxes[1:]
    assert first.bottom == second.top
    assert 152 <= first.bottom <= 158


def test_two_boxes_of_one_line_that_overlap_are_one() -> None:
    """The second is what a wall cut off a box of the cell beside it."""
    line, rest = Box(220, 100, 390, 140), Box(370, 102, 394, 142)
    ink = paper(TEXTS[0], Box(225, 106, 385, 136))
    assert found(ink, line, rest).boxes[1:] == [Box(220, 100, 394, 142)]


def test_characters_below_each_other_in_a_narrow_cell_are_one_stack() -> None:
    """A bracket of a stack has a box of its own, inside of that of the others or below it."""
    stack, bracket, last = Box(225, 60, 265, 200), Box(228, 120, 262, 150), Box(230, 205, 260, 235)
    boxes = found(paper(TEXTS[0], stack, last), stack, bracket, last, narrow=70).boxes
    assert boxes[1:] == [Box(225, 60, 265, 235)]
    aside = Box(270, 60, 290, 90)
    assert len(found(paper(TEXTS[0], stack, aside), stack, aside, narrow=70).boxes) == 3


@pytest.mark.parametrize(("wide", "text", "confidence"), [(16, "-", SURE), (36, "一", EITHER)])
def test_a_flat_stroke_alone_is_a_dash_and_a_long_one_may_be_the_numeral(
    wide: int, text: str, confidence: float
) -> None:
    stroke = Box(290, 120, 290 + wide, 124)
    for boxes in ((), (Box(285, 105, 295 + wide, 140),)):  # whether the OCR saw text there or not
        parts = found(paper(TEXTS[0], stroke), *boxes)
        assert [(s.text, s.confidence) for s in parts.strokes] == [(text, confidence)]
        assert parts.boxes == TEXTS


def drawn(points: list[tuple[int, int]]) -> Marks:
    marks = paper(TEXTS[0])
    cv2.polylines(marks, [np.array(points, np.int32)], False, 255, 3)
    return marks


@pytest.mark.parametrize(
    ("points", "slash"),
    [
        ([(290, 140), (306, 105)], True),
        ([(300, 140), (300, 105)], False),  # an upright stroke: a 1
        ([(295, 112), (302, 105), (302, 140)], False),  # a 1 with its flag
        ([(288, 106), (306, 106), (296, 140)], False),  # a 7
    ],
)
def test_a_slash_is_told_from_a_one_and_a_seven(points: list[tuple[int, int]], slash: bool) -> None:
    parts = found(drawn(points), Box(284, 100, 312, 145))
    assert [s.text for s in parts.strokes] == (["/"] if slash else [])


def test_a_wall_that_a_box_reaches_over_hides_no_slash() -> None:
    marks = drawn([(290, 290), (306, 260)])
    marks[299:303, 200:400] = 255  # the lower wall of the cell
    parts = found(marks, Box(280, 250, 316, 302))
    assert [s.text for s in parts.strokes] == ["/"]


def test_ink_behind_the_last_character_puts_it_in_doubt() -> None:
    line = Box(0, 0, 200, 44)
    characters = [Box(x, 6, x + 32, 38) for x in (2.0, 38.0, 74.0)]
    places = [18.0, 54.0, 90.0]
    assert unread(line, places, paper(*characters)) == []
    assert unread(line, places, paper(*characters, Box(112, 28, 120, 36))) == [2]


@given(st.lists(st.floats(20, 460), min_size=1, max_size=12, unique=True))
def test_what_stands_where_characters_were_read_is_never_in_doubt(places: list[float]) -> None:
    ordered = sorted(places)
    marks = paper(*(Box(p - 4, 10, p + 4, 30) for p in ordered))
    assert unread(Box(0, 0, 500, 44), ordered, marks) == []


def test_a_box_that_holds_two_lines_of_text_is_cut_in_the_white_between_them() -> None:
    """The OCR read nothing at all in it, and the cell was empty."""
    upper, lower = Box(220, 100, 330, 138), Box(220, 150, 330, 188)
    both = Box(218, 98, 332, 190)
    parts = with_leftovers([*LINES, both], cells(), paper(*LINES, upper, lower), 1.0)
    assert parts.boxes[2:] == [both._replace(bottom=144), both._replace(top=144)]


@pytest.mark.parametrize("strokes", [(Box(220, 100, 330, 190),), (Box(220, 100, 330, 112), Box(220, 178, 330, 190))])
def test_a_large_character_is_no_line_of_several(strokes: tuple[Box, ...]) -> None:
    whole = Box(218, 98, 332, 192)
    parts = with_leftovers([*LINES, whole], cells(), paper(*LINES, *strokes), 1.0)
    assert parts.boxes[2:] == [whole]


def test_a_line_that_is_higher_than_others_is_one() -> None:
    upper, lower = Box(220, 100, 330, 122), Box(220, 126, 330, 148)
    both = Box(218, 98, 332, 150)
    parts = with_leftovers([*LINES, both], cells(), paper(*LINES, upper, lower), 1.0)
    assert parts.boxes[2:] == [both]
