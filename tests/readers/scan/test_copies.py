"""Photocopies: specks and streaks are no print, and gaps in ruling lines are no ends of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.document.geometry import Rulings, Segment
from extractor.document.layout import Box
from extractor.readers.scan.broken_lines import crossed, found_lattices, side_by_side
from extractor.readers.scan.line_ink import without_lines
from extractor.readers.scan.line_pieces import SHORT, line_pieces, with_stubs
from extractor.readers.scan.pixels import ink
from extractor.readers.scan.ruling_lines import rulings_of
from extractor.readers.scan.specks import without_specks
from extractor.readers.scan.streaks import without_streaks
from extractor.readers.scan.wall_sides import Found, walls_of

Picture = NDArray[np.uint8]

DOTS = 300
POINTS = 72 / DOTS
XS, YS = (200, 500, 900, 1300), (200, 300, 400, 500, 600, 700)


def paper() -> Picture:
    return np.full((1000, 1500, 3), 255, np.uint8)


def table(missing: frozenset[tuple[int, int]] = frozenset()) -> Picture:
    """Three columns and five rows, without the upright walls that are named by place and row."""
    page = paper()
    for y in YS:
        cv2.line(page, (XS[0], y), (XS[-1], y), (0, 0, 0), 3)
    for n, x in enumerate(XS):
        for row in range(5):
            if (n, row) not in missing:
                cv2.line(page, (x, YS[row]), (x, YS[row + 1]), (0, 0, 0), 3)
    return page


def with_gaps(page: Picture) -> Picture:
    """Gaps of 60 pixels in all lines, in every other row; none takes a whole side of a cell."""
    for y in YS:
        for x in range(280, 1250, 200):
            page[y - 4 : y + 5, x : x + 60] = 255
    for x in XS:
        for y in YS[:-1:2]:
            page[y + 25 : y + 85, x - 4 : x + 5] = 255
    return page


def found(page: Picture, texts: list[Box] | None = None) -> Found:
    boxes, marks, point = texts or [], ink(page, DOTS), 1 / POINTS
    pieces = line_pieces(rulings_of(page, DOTS), boxes, marks, point)
    assert pieces.are_broken
    stubs = with_stubs(pieces, rulings_of(page, DOTS, SHORT), marks, point)
    return walls_of(stubs, boxes, marks, point)


def cells(rulings: Rulings) -> int:
    (lattice,) = found_lattices(rulings, 1 / POINTS)
    return len(lattice.slots)


def specked(page: Picture, count: int = 60) -> list[tuple[int, int]]:
    """Specks of five pixels on a grid, far from each other; where they are."""
    places = [(100 + 130 * (n % 10), 60 + 90 * (n // 10)) for n in range(count)]
    for x, y in places:
        cv2.circle(page, (x, y), 2, (0, 0, 0), -1)
    return places


def test_lone_specks_are_taken_out() -> None:
    page = paper()
    specked(page)
    cleaned, count = without_specks(page, POINTS)
    assert (count, int(cleaned.min())) == (60, 255)


def test_a_few_specks_are_left() -> None:
    page = paper()
    specked(page, 10)
    assert without_specks(page, POINTS) == (page, 0)


def test_marks_behind_print_are_no_specks() -> None:
    page = paper()
    specked(page)
    cv2.rectangle(page, (600, 850), (630, 890), (0, 0, 0), -1)  # a character
    cv2.circle(page, (655, 887), 4, (0, 0, 0), -1)  # the mark of a list, as far behind it as a wide one stands
    assert without_specks(page, POINTS).image[887, 655].max() == 0


def test_dashes_and_dots_in_a_row_are_no_specks() -> None:
    page = paper()
    specked(page)
    page[900:904, 300:312] = 0  # a dash that stands alone
    for x in range(700, 780, 8):
        page[900:904, x : x + 4] = 0  # an ellipsis
    cleaned = without_specks(page, POINTS).image
    assert cleaned[902, 305].max() == 0
    assert cleaned[902, 702].max() == 0


def test_a_streak_is_taken_out_and_lines_stay() -> None:
    page = table()
    chance = np.random.default_rng(5)
    rows = np.arange(50, 950)[chance.random(900) < 0.5]
    page[rows, 1100:1102] = 0
    cleaned = without_streaks(page, POINTS)
    assert cleaned[720:940, 1090:1112].min() == 255
    assert np.array_equal(cleaned[:, :1000], page[:, :1000])
    assert np.array_equal(without_streaks(table(), POINTS), table())


def test_a_dotted_line_is_no_streak() -> None:
    page = paper()
    for y in range(100, 800, 8):
        page[y : y + 4, 700:702] = 0
    assert np.array_equal(without_streaks(page, POINTS), page)


def test_gaps_are_counted_and_whole_lines_have_none() -> None:
    whole, broken = table(), with_gaps(table())
    assert line_pieces(rulings_of(whole, DOTS), [], ink(whole, DOTS), 1 / POINTS).gaps == 0
    assert line_pieces(rulings_of(broken, DOTS), [], ink(broken, DOTS), 1 / POINTS).gaps > 10


def test_all_cells_of_a_table_with_gaps_are_found() -> None:
    walls = found(with_gaps(table()))
    assert (cells(walls.rulings), walls.upright, walls.level) == (15, (), ())


def test_a_merged_cell_of_a_table_with_gaps_stays_one() -> None:
    assert cells(found(with_gaps(table(frozenset({(1, 1), (2, 3)})))).rulings) == 13


def test_the_tops_of_characters_in_line_with_a_wall_are_none() -> None:
    page = with_gaps(table(frozenset({(1, 1)})))
    for x in range(420, 580, 26):  # characters whose strokes stand where the wall of other rows does
        cv2.rectangle(page, (x, 330), (x + 20, 365), (0, 0, 0), 3)
        cv2.line(page, (x + 10, 330), (x + 10, 365), (0, 0, 0), 3)
    text = Box(418, 326, 600, 370)
    assert cells(found(page, [text]).rulings) == 14


def test_an_open_row_at_a_page_break_is_a_row() -> None:
    page = with_gaps(table())
    page[YS[0] - 5 : YS[0] + 6, XS[0] + 6 : XS[-1] - 5] = 255
    for x in XS:
        cv2.line(page, (x, YS[0] - 40), (x, YS[1]), (0, 0, 0), 3)
    assert cells(found(page).rulings) >= 15


def test_two_texts_far_apart_in_a_cell_are_a_doubt() -> None:
    (lattice,) = found_lattices(found(with_gaps(table())).rulings, 1 / POINTS)
    one, near, far = Box(210, 230, 280, 270), Box(300, 230, 380, 270), Box(420, 230, 490, 270)
    assert not list(side_by_side([lattice], [one, near]))
    (doubt,) = side_by_side([lattice], [one, far])
    assert doubt.box.x0 < one.x0 and far.x1 < doubt.box.x1 and not doubt.rows


def test_the_ink_of_lines_is_taken_out_and_text_beside_them_stays() -> None:
    page = table()
    cv2.rectangle(page, (520, 230), (540, 270), (0, 0, 0), 3)
    lines = Rulings([Segment(y + 0.5, XS[0], XS[-1]) for y in YS], [Segment(x + 0.5, YS[0], YS[-1]) for x in XS])
    cleaned = without_lines(page, lines, DOTS)
    assert cleaned[240:290, 495:506].min() == 255
    assert np.array_equal(cleaned[225:275, 515:545], page[225:275, 515:545])


def test_a_digit_in_line_with_a_wall_is_none() -> None:
    """The white around a `1` among others is wide; that between two texts is wider."""
    merged = frozenset({(1, 1)})
    page = with_gaps(table(merged))
    for x in range(XS[1] - 54, XS[1] + 55, 18):
        cv2.rectangle(page, (x - 1, 330), (x + 1, 356), (0, 0, 0), -1)
    text = Box(XS[1] - 60, 322, XS[1] + 60, 364)
    assert cells(found(page, [text]).rulings) == 14


def test_the_box_of_a_text_that_reaches_a_level_line_does_not_cross_the_wall_below() -> None:
    """The ink of the level line stood for that of the text: a wall between two texts was not seen."""
    page = table()
    page[YS[1] + 28 : YS[2] - 6, XS[2] - 6 : XS[2] + 7] = 255
    cv2.rectangle(page, (XS[2] - 150, YS[1] + 30), (XS[2] - 40, YS[1] + 50), (0, 0, 0), 3)
    cv2.rectangle(page, (XS[2] + 40, YS[1] + 30), (XS[2] + 150, YS[1] + 50), (0, 0, 0), 3)
    text = Box(XS[2] - 155, YS[1] - 2, XS[2] + 155, YS[1] + 56)
    side = Segment(float(XS[2]), float(YS[1]), float(YS[2]))
    assert not crossed(side, [text], ink(page, DOTS))
