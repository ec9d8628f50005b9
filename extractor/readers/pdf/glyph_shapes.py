"""Whether the glyphs of a font look like the characters that its map gives: how high they rise, how low they reach.

A `p` that does not reach below its line, or an ideograph as small as a comma, is another character. A map that lies
is found so without reading the picture, unless it exchanges characters of one shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extractor.readers.pdf.pdf_settings import LIMITS

TALL = frozenset("ABCDEFGHIKLMNOPRSTUVWXYZ0123456789bdhkl")
LOW = frozenset("acemnorsuvwxz")
DEEP = frozenset("gpqy")
DOTS = frozenset(".,、，。")
LEVEL_ONE = {"gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "shift_jis": (0x88, 0x97), "euc_kr": (0xB0, 0xC8)}


class Glyph(NamedTuple):
    """A character and the ink of its glyph, in type sizes: above and below the baseline, and across."""

    char: str
    rise: float
    drop: float
    width: float


def is_ideograph(char: str) -> bool:
    """Whether a character is an ideograph."""
    return "\u4e00" <= char <= "\u9fff"


def fits(glyph: Glyph) -> bool:
    """Whether a glyph may be its character. The limits are loose: they hold for condensed, bold and slanted fonts."""
    char, rise, drop, width = glyph
    if char in TALL:
        return rise >= 0.5 and drop <= 0.15
    if char in LOW:
        return 0.3 <= rise <= 0.66 and drop <= 0.15
    if char in DEEP:
        return drop >= 0.08 and rise <= 0.7
    if char in DOTS:
        return max(rise + drop, width) <= 0.5
    if is_ideograph(char):
        return max(rise + drop, width) >= 0.5
    return True


def is_common(char: str) -> bool:
    """Whether an ideograph is among the common ones of Chinese, Japanese or Korean texts: level one of a standard."""
    for encoding, (low, high) in LEVEL_ONE.items():
        try:
            lead = char.encode(encoding)[0]
        except UnicodeEncodeError:
            continue
        if low <= lead <= high:
            return True
    return False


def is_implausible(glyphs: Sequence[Glyph]) -> bool:
    """Whether glyphs are hardly those of their characters: too many do not fit, or too many are rare ideographs.

    Each character counts once: a name with a rare one may stand in each row.
    """
    different = list({glyph.char: glyph for glyph in glyphs}.values())
    if len(different) < LIMITS.different_glyphs:
        return False
    unfit = sum(not fits(glyph) for glyph in different)
    ideographs = [g.char for g in different if is_ideograph(g.char)]
    rare = sum(not is_common(char) for char in ideographs)
    many_rare = len(ideographs) >= LIMITS.different_glyphs and rare > LIMITS.unfit_glyphs * len(ideographs)
    return unfit > LIMITS.unfit_glyphs * len(different) or many_rare
