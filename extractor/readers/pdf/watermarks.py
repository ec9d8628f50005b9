"""Watermarks: words that lie over a page and are not part of it, told by size, repetition and colour together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from statistics import median

from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token

TURN = Token._fields.index("turn")
REASON = "of a watermark"


def put_aside(sheet: Sheet) -> None:
    """Takes the characters of watermarks from a page: two of large, pale and repeated; a slant alone says nothing."""
    if -1 not in set(map(itemgetter(TURN), sheet.tokens)):
        return
    slanted: dict[int, list[Token]] = {}
    for token in sheet.tokens:
        if token.turn < 0:
            slanted.setdefault(token.run, []).append(token)
    if sum(map(len, slanted.values())) == len(sheet.tokens):
        return
    usual = median([t.bottom - t.top for t in sheet.tokens if t.turn >= 0])
    times = Counter(_words(tokens) for tokens in slanted.values())
    colours = {style.z: style.colour for style in sheet.styles.values()}
    marks = set()
    for run, tokens in slanted.items():
        large = sheet.sizes.get(run, 0.0) >= LIMITS.large * usual
        pale = is_pale(colours.get(run))
        if large + pale + (times[_words(tokens)] >= LIMITS.repeated) >= 2:
            marks.add(run)
    sheet.hidden += [(REASON, t) for t in sheet.tokens if t.turn < 0 and t.run in marks]
    sheet.tokens = [t for t in sheet.tokens if t.turn >= 0 or t.run not in marks]


def _words(tokens: Sequence[Token]) -> str:
    return "".join(t.text for t in tokens)


def is_pale(colour: tuple[int, int, int, int] | None) -> bool:
    """Whether paint on white paper is pale: its lightness, with what shines through."""
    if colour is None:
        return False
    red, green, blue, alpha = colour
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return 255 - (255 - light) * alpha / 255 >= LIMITS.pale
