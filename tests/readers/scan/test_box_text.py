"""What is doubted of the characters of a line before anybody compares them with anything."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.document.layout import Box
from extractor.readers.scan import ocr
from extractor.readers.scan.box_text import _doubted
from extractor.readers.scan.printed_lines import stray_stops


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        (".产出指标", [0]),
        ("=7.00(场).", [8]),
        ("数据以批复的预算为准。.", [11]),
        ("年度.", [2]),
        ("1.本表", []),
        ("Web. 12.50", []),
        ("等...", []),
    ],
)
def test_a_stop_that_stands_behind_no_letter_and_no_figure_may_be_a_speck(text: str, stray: list[int]) -> None:
    assert stray_stops(text) == stray
    chars = tuple(ocr.Char(c, 0.0, 1.0, 0.99, n / len(text)) for n, c in enumerate(text))
    paper = np.zeros((20, 20 * len(text)), np.uint8)
    doubted = _doubted(Box(0, 0, 20 * len(text), 20), chars, paper)
    assert [n for n, char in enumerate(doubted) if char.confidence < 0.93] == stray
