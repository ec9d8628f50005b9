"""The mark or the white that parts cells where a text writes its rows one a line: bars, or gaps of one width.

Gaps of many widths hold columns apart by their places on the page; gaps of one width only part cells, as a tab does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

LEAST_LINES = 4
LEAST_SHARE = 0.15
"""So many lines, and so many of all lines, must be parted: a signature and a date may stand in one line anywhere."""
ONE_WIDTH = 0.9
"""So many of the gaps have one width where that width is the mark of a cell: prose has odd gaps here and there."""

_BAR = re.compile(r" ?[|｜┆│] ?")
_WHITE = re.compile(r"(?<=\S)\u3000+(?=\S)"), re.compile(r"(?<=\S) {2,}(?=\S)")


def tabbed(lines: Sequence[str]) -> list[str]:
    """The lines with a tab for each separator of cells; as they stand where tabs part them, or nothing certain does."""
    if any("\t" in line for line in lines):
        return list(lines)
    bars = [len(_BAR.findall(line)) for line in lines]
    if _are_rows(lines, bars):
        return [_BAR.sub("\t", line) if count else line for line, count in zip(lines, bars, strict=True)]
    for white in _WHITE:
        gaps = Counter(gap for line in lines for gap in white.findall(line))
        for gap, count in gaps.most_common(1):
            exact = re.compile(rf"(?<=\S){gap}(?=\S)")
            if count >= ONE_WIDTH * gaps.total() and _are_rows(lines, [len(exact.findall(line)) for line in lines]):
                return [exact.sub("\t", line) for line in lines]
    return list(lines)


def _are_rows(lines: Sequence[str], marks: Sequence[int]) -> bool:
    """Whether lines with separators are many enough to be rows, some of them of several cells."""
    parted = sum(count > 0 for count in marks)
    filled = sum(bool(line.strip()) for line in lines)
    return parted > max(LEAST_LINES, LEAST_SHARE * filled) and max(marks) > 1
