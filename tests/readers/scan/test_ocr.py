"""The confidence of the OCR: that of a character, whatever its width and wherever in its run it is clearest."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.readers.scan.ocr import certainty, families

CHARACTERS = ["blank", "（", "(", "甲", "乙"]


def scores(*steps: dict[str, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rows = [[step.get(character, 0.0) for character in CHARACTERS] for step in steps]
    return np.array([rows], dtype=np.float32)


def sure(*steps: dict[str, float]) -> list[float]:
    given = scores(*steps)
    return [float(v) for v in certainty(given, given.argmax(axis=2), families(CHARACTERS))[0]]


def test_characters_that_differ_in_width_alone_are_one_family() -> None:
    assert families(CHARACTERS) == {1: (1, 2), 2: (1, 2)}


def test_the_two_forms_of_a_bracket_share_their_confidence() -> None:
    assert sure({"（": 0.55, "(": 0.44}) == pytest.approx([0.99])


def test_two_characters_that_are_not_alike_do_not() -> None:
    assert sure({"甲": 0.55, "乙": 0.44}) == pytest.approx([0.55])


def test_a_character_is_as_sure_as_at_its_clearest_step() -> None:
    assert sure({"甲": 0.5, "blank": 0.4}, {"甲": 0.98}, {"blank": 1.0}, {"甲": 0.6}) == pytest.approx(
        [0.98, 0.98, 1.0, 0.6]
    )
