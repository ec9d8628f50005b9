"""Pictures of lines for further readers: what is in them, what is taken out, and that they are the same every time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image as Pictures

from extractor.document.layout import Box, Cell, Line, Turn, Word
from extractor.readers.scan.line_pictures import LinePicture, cut_line, png, scaled, without_neighbours
from extractor.readers.scan.printed_lines import PrintedLine, printed_lines
from extractor.readers.scan.straight_pages import straight

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

CELL = Box(10, 10, 110, 40)
POINTS = 0.5


def line(text: str, box: Box, area: Box = CELL) -> PrintedLine:
    return PrintedLine(1, "T1R0C0", 0, len(text), text, box, area)


def page(*strokes: Box) -> Image:
    """A white page of 120 by 60 points with black boxes on it."""
    image = np.full((120, 240, 3), 255, np.uint8)
    for x0, top, x1, bottom in strokes:
        cv2.rectangle(image, (int(x0 * 2), int(top * 2)), (int(x1 * 2) - 1, int(bottom * 2) - 1), (0, 0, 0), -1)
    return image


def inked(picture: LinePicture) -> bool:
    return bool((picture.image < 128).any())


def test_what_the_first_reader_left_out_of_a_cell_is_on_the_picture() -> None:
    beyond = page(Box(100, 20, 104, 30))  # a digit at the right end, outside of the box of what was read
    assert inked(cut_line(beyond, POINTS, line("123", Box(12, 19, 60, 31))))


def test_nothing_of_the_cell_beside_it_is_on_the_picture() -> None:
    beyond = page(Box(112, 20, 118, 30), Box(109.5, 0, 110.5, 60))  # the next cell's digit, and the wall
    assert not inked(cut_line(beyond, POINTS, line("123", Box(12, 19, 60, 31))))


def test_outside_of_tables_a_character_more_is_on_the_picture_and_no_second_column() -> None:
    box = Box(20, 20, 60, 30)
    assert inked(cut_line(page(Box(63, 20, 68, 30)), POINTS, line("123", box, box)))
    assert not inked(cut_line(page(Box(80, 20, 88, 30)), POINTS, line("123", box, box)))


def test_walls_and_halves_of_other_lines_go_and_characters_stay() -> None:
    image = page(Box(0, 0, 120, 2), Box(20, 56, 30, 60), Box(50, 12, 56, 48))
    clean = without_neighbours(LinePicture(image, POINTS)).image
    assert (clean[:6] > 128).all()
    assert (clean[110:] > 128).all()
    assert (clean[30:90, 102:110] < 128).all()


def test_a_character_that_touches_the_edge_stays() -> None:
    image = page(Box(50, 20, 56, 60))
    assert (without_neighbours(LinePicture(image, POINTS)).image == image).all()


def test_a_picture_without_ink_stays_as_it_is() -> None:
    blank = page()
    assert without_neighbours(LinePicture(blank, POINTS)).image is blank


def test_pictures_are_given_at_300_dpi() -> None:
    assert scaled(LinePicture(page(), 72 / 150)).shape[:2] == (240, 480)
    same = page()
    assert scaled(LinePicture(same, 72 / 300)) is same


def opened(data: bytes) -> Pictures.Image:
    return Pictures.open(io.BytesIO(data))


def test_a_picture_is_in_grey_unless_it_shows_a_colour_and_its_bytes_are_the_same_every_time() -> None:
    grey = page(Box(20, 20, 40, 40))
    red = grey.copy()
    red[40:60, 100:120] = (200, 40, 40)
    assert opened(png(LinePicture(grey, POINTS))).mode == "L"
    assert opened(png(LinePicture(red, POINTS))).mode == "RGB"
    assert png(LinePicture(red, POINTS)) == png(LinePicture(red.copy(), POINTS))


def test_the_lines_of_a_cell_have_their_characters_and_boxes() -> None:
    words = (
        Word(0, "first", Box(12, 12, 40, 20), 0.9),
        Word(6, "line", Box(42, 12, 60, 20), 0.9),
        Word(11, "second", Box(12, 24, 50, 32), 0.9),
    )
    first, second = printed_lines(Cell(1, 1, 0, 0, "first line\nsecond", box=CELL, words=words))
    assert (first.text, first.start, first.end, first.box) == ("first line", 0, 10, Box(12, 12, 60, 20))
    assert (second.text, second.start, second.end, second.area) == ("second", 11, 17, CELL)


def test_a_line_outside_of_tables_ends_where_its_words_end() -> None:
    (only,) = printed_lines(Line(1, 1, "alone", Box(0, 0, 100, 12), (Word(0, "alone", Box(5, 1, 40, 11), 0.5),)))
    assert only.box == only.area == Box(5, 1, 40, 11)


def test_a_unit_without_boxes_has_no_lines() -> None:
    assert list(printed_lines(Line(1, 1, "a text file"))) == []


def test_a_page_that_was_turned_to_be_read_is_turned_again() -> None:
    image = page(Box(0, 0, 10, 10))
    assert (straight(image, Turn(2)) == image[::-1, ::-1]).all()
    assert straight(image, Turn()) is image
