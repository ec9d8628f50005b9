"""Several readings of one printed line: which characters of the first another one confirms, by the kind of text.

A reading never corrects another. What is not confirmed stays in doubt, with all that was read.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

from extractor.readers.scan.printed_lines import stray_stops
from schemas.values import fold

TextKind = Literal["digits", "amount", "operator", "unit", "words"]
"""Kinds of printed text, by what an error would be: `digits` alone, an `amount` (digits with marks and a unit), a text
that has an `operator` in it, a `unit` (short, without digits), `words`."""

LONGEST_UNIT = 3
"""Characters; a text without digits that is no longer may be a unit."""
_APART = re.compile(r"(?<=\d)\s+(?=\d)")
_SAME_SHAPE = re.compile("[IlO|]")
"""Letters that typefaces draw alike: who takes one for another sees nothing wrong, and so does the next reader."""
_OPERATOR = re.compile("[=≥≤<>±≠]")
_DIGITS = re.compile(r"\d+")
_AMOUNT = re.compile(r"(?=.*\d)[\d.,:/()%‰+-]+\D{0,3}")
_DATE = re.compile(r"(?=.*\d)[\d年月日./-]+")


def text_kind(text: str) -> TextKind:
    """The kind of a printed text."""
    bare = fold(text)
    if _OPERATOR.search(bare) and re.search(r"\d", bare):
        return "operator"
    if _DIGITS.fullmatch(bare):
        return "digits"
    if _AMOUNT.fullmatch(bare) or _DATE.fullmatch(bare):
        return "amount"
    return "unit" if len(bare) <= LONGEST_UNIT else "words"


def confirms(first: str, second: str, start: int, end: int) -> bool:
    """Whether a second reading of a line has the characters `start` to `end` (exclusive) of the first, alike.

    White space and the width of characters do not count, but for a space between two digits: there a mark may be lost.
    The character before and the one behind are to be alike too, or the end of the line in both: a digit more or less is
    another number. Letters that are drawn like others are never confirmed, nor is a full stop that a speck may be.
    """
    ours, theirs = fold(first), fold(second)
    lo, hi = len(fold(first[:start])), len(fold(first[:end]))
    if _APART.search(first[start:end]) or _SAME_SHAPE.search(first[start:end]):
        return False
    if any(start <= at < end for at in stray_stops(first)):
        return False
    if lo == hi or not theirs:
        return False
    if ours == theirs:
        return True
    for a, b, size in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        if a <= lo and hi <= a + size:
            left = a < lo or (a == 0 and b == 0)
            right = hi < a + size or (a + size == len(ours) and b + size == len(theirs))
            return left and right
    return False
