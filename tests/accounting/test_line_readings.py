"""Two readings of one line: what the second confirms of the first."""

from __future__ import annotations

import pytest

from extractor.accounting.line_readings import TextKind, confirms, text_kind


@pytest.mark.parametrize(
    ("first", "second", "start", "end", "expected"),
    [
        ("95", "95", 0, 2, True),
        ("95", "9 5", 0, 2, True),  # Tesseract puts spaces between characters
        ("（万元）", "(万元)", 0, 4, True),
        ("95", "495", 0, 2, False),
        ("95", "956", 0, 2, False),
        ("≥95%", "295%", 1, 4, False),  # the character before is another: it may be a digit
        ("≥95%", "295%", 2, 4, True),
        ("全年95次", "全牛95次", 2, 4, False),
        ("全年共95次", "全牛共95次", 3, 5, True),
        ("97 00", "9700", 0, 5, False),  # the mark between the digits may be lost for both
        ("配合loT系统", "配合loT系统", 0, 7, False),  # IoT: both take the capital for a small letter
        ("配合loT系统", "配合loT系统", 5, 7, True),
        ("年度.", "年度.", 0, 3, False),  # a speck looks like a full stop to both
        ("9.5", "9.5", 0, 3, True),
        ("", "95", 0, 0, False),
        ("95", "", 0, 2, False),
    ],
)
def test_characters_are_confirmed_with_their_neighbours(
    first: str, second: str, start: int, end: int, expected: bool
) -> None:
    assert confirms(first, second, start, end) is expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("12", "digits"),
        ("1,234.50", "amount"),
        ("95%", "amount"),
        ("2031年3月1日", "amount"),
        ("12万元", "amount"),
        ("≥95%", "operator"),
        ("万元", "unit"),
        ("优", "unit"),
        ("按计划完成", "words"),
    ],
)
def test_the_kind_of_a_printed_text(text: str, kind: TextKind) -> None:
    assert text_kind(text) == kind
