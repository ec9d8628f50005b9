"""What is doubted of the characters of a line before anybody compares them with anything."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.document.layout import Box
from extractor.readers.scan import ocr
from extractor.readers.scan.box_text import _doubted, _without_specks
from extractor.readers.scan.printed_lines import specks_read, stray_stops


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


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (".产出指标", "产出指标"),
        ("数量指标·", "数量指标"),
        ("· >40(人)", " >40(人)"),
        ("99(%) .", "99(%)"),
        ("15.00 ..", "15.00"),
        ("1,855.58.", "1,855.58"),
        ("2.15.", "2.15"),
        ("1.5.", "1.5."),
        ("•", ""),
        ("约翰·史密斯", "约翰·史密斯"),
        ("数据完整.", "数据完整."),
        (".50", ".50"),
        ("...", "..."),
        ("等 ...", "等 ..."),
    ],
)
def test_on_a_page_with_specks_a_mark_that_no_print_has_is_one(text: str, kept: str) -> None:
    chars = tuple(ocr.Char(c, 0.0, 1.0, 0.99, n / len(text)) for n, c in enumerate(text))
    assert "".join(char.text for char in _without_specks(chars)) == kept
    assert len(text) - len(kept) == len(specks_read(text))


def test_what_a_dot_stands_before_is_in_doubt_since_that_may_be_a_bullet() -> None:
    def first(text: str) -> float:
        return _without_specks(tuple(ocr.Char(c, 0.0, 1.0, 0.99) for c in text))[0].confidence

    assert first("·产出") < 0.93 < first(".产出")
