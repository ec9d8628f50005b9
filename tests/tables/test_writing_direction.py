"""Right-to-left text in logical order."""

from __future__ import annotations

import pytest

from extractor.document.layout import Box
from extractor.tables.words import Piece, passage
from extractor.tables.writing_direction import logical_order, logical_word


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        ("םולש", "שלום"),
        ("(ןיינב)", "(בניין)"),
        ("12.5םולש", "שלום12.5"),
        ("abcםולש", "שלוםabc"),
        ("1,250", "1,250"),
        ("word", "word"),
    ],
)
def test_a_word_is_turned_but_for_its_numbers(printed: str, written: str) -> None:
    assert logical_word(printed) == written


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        ("יולה םולש", "םולש יולה"),
        ("100 יולה םולש", "םולש יולה 100"),
        ("New York יולה םולש", "םולש יולה New York"),
        ("The name יולה םולש is written so", "The name םולש יולה is written so"),
        ("plain words with one םולש", "plain words with one םולש"),
    ],
)
def test_the_words_of_a_line_are_in_the_order_of_writing(printed: str, written: str) -> None:
    assert logical_order(printed.split(), str) == written.split()


def test_a_line_from_right_to_left_keeps_the_boxes_of_its_words() -> None:
    row = [Piece("יול", Box(0, 0, 30, 10), None, 10), Piece("םולש", Box(40, 0, 80, 10), None, 10)]
    text, words = passage([row])
    assert text == "שלום לוי"
    assert [(w.text, w.box and w.box.x0) for w in words] == [("שלום", 40), ("לוי", 0)]
    assert [text[w.start : w.start + len(w.text)] for w in words] == ["שלום", "לוי"]
