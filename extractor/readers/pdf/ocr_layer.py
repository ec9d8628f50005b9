"""The invisible text of a searchable scan: a second reader beside the own OCR, whose words it confirms or doubts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.document.geometry import displayed_box, turn
from extractor.document.layout import Block, Box, Grid, Page, Word
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token


class Confirmed(NamedTuple):
    """A page whose words carry what the layer says of them, and the share of their characters that it has, too."""

    page: Page
    agreement: float


def confirmed(page: Page, layer: Sequence[Token], sheet: Sheet) -> Confirmed:
    """The page with higher confidence where a scan's layer has the same text, and lower where it has another.

    A layer that agrees with little of the page was made badly and says nothing of the rest.
    """
    back = (4 - sheet.turned) % 4
    shown = [t._replace(**turn(Box(*t[1:5]), back, sheet.width, sheet.height)._asdict()) for t in layer]
    verdicts: dict[int, bool] = {}
    same = all_of_them = 0
    for unit in page.units():
        for word in unit.words:
            other = _text_at(word, page, shown)
            if other:
                verdicts[id(word)] = other == plain(word.text)
                all_of_them += len(word.text)
                same += len(word.text) * verdicts[id(word)]
    agreement = same / all_of_them if all_of_them else 0.0
    if agreement < LIMITS.layer_agrees:
        return Confirmed(page, agreement)
    return Confirmed(replace(page, blocks=tuple(_with(block, verdicts) for block in page.blocks)), agreement)


def plain(text: str) -> str:
    """A text as two readers of a picture give it: without spaces, in one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _text_at(word: Word, page: Page, layer: Sequence[Token]) -> str:
    """What a layer has at the place of a word."""
    if word.box is None:
        return ""
    box = displayed_box(word.box, page)
    return plain("".join(t.text for t in layer if _is_in(t, box)))


def _is_in(token: Token, box: Box) -> bool:
    x, y = (token.x0 + token.x1) / 2, (token.top + token.bottom) / 2
    return box.x0 - 1 <= x <= box.x1 + 1 and box.top <= y <= box.bottom


def _with(block: Block, verdicts: dict[int, bool]) -> Block:
    if isinstance(block, Grid):
        cells = tuple(replace(cell, words=_judged(cell.words, verdicts)) for cell in block.cells)
        return replace(block, cells=cells)
    return replace(block, words=_judged(block.words, verdicts))


def _judged(words: tuple[Word, ...], verdicts: dict[int, bool]) -> tuple[Word, ...]:
    return tuple(
        replace(word, confidence=_confidence(word.confidence, verdicts[id(word)])) if id(word) in verdicts else word
        for word in words
    )


def _confidence(own: float | None, agrees: bool) -> float:
    """A confidence after a second reader: it lifts what it confirms, and puts in doubt what it reads otherwise."""
    sure = 1.0 if own is None else own
    return max(sure, LIMITS.confirmed) if agrees else min(sure, LIMITS.contradicted)
