"""A page while it is being read: collects blocks in reading order and numbers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extractor.document.layout import Block, Cell, Grid, Line, Page, Word

WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
BREAK_IN_CJK = re.compile(f"(?<=[{WIDE}])[ \t]*[\r\n][ \t\r\n]*(?=[{WIDE}])")
SPACES = re.compile(r"[ \t\r\n\x0c]+")


class Spot(NamedTuple):
    """A cell before it has an id: its top left corner, text, spans, and confidence where its text is in doubt."""

    row: int
    col: int
    text: str
    row_span: int = 1
    col_span: int = 1
    confidence: float | None = None


class Blocks:
    """The blocks of one page so far."""

    def __init__(self, page: int) -> None:
        self.page = page
        self.blocks: list[Block] = []
        self.last_line = 0
        self.grids = 0

    def line(self, text: str, at: int = 0) -> None:
        """Adds a line; its number is `at`, or the next one where that is taken. White lines are no units."""
        if not text or text.isspace():
            return
        self.last_line = max(self.last_line + 1, at)
        self.blocks.append(Line(self.page, self.last_line, text))

    def lines(self, text: str) -> None:
        """Adds each line of a text of several lines."""
        for line in text.split("\n"):
            self.line(line)

    def grid(self, spots: Iterable[Spot], ragged: bool = False) -> None:
        """Adds a grid, in row-major order; one without any text is no unit."""
        ordered = sorted(spots, key=lambda spot: spot[:2])
        if not any(spot.text and not spot.text.isspace() for spot in ordered):
            return
        self.grids += 1
        cells = tuple(self._cell(spot) for spot in ordered)
        self.blocks.append(Grid(self.page, self.grids, cells, ragged=ragged))

    def _cell(self, spot: Spot) -> Cell:
        words = () if spot.confidence is None else (Word(0, spot.text, None, spot.confidence),)
        return Cell(self.page, self.grids, *spot[:5], words=words)

    def rows(self, rows: Sequence[Sequence[str]], ragged: bool) -> None:
        """Adds a grid of rows of texts, one column a text."""
        page, number = self.page, self.grids + 1
        cells = tuple(Cell(page, number, r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row))
        if any(cell.text and not cell.text.isspace() for cell in cells):
            self.grids = number
            self.blocks.append(Grid(page, number, cells, ragged=ragged))

    def finished(self, reader: str) -> Page:
        """The page as it stands."""
        return Page(self.page, tuple(self.blocks), reader=reader)


def collapsed(text: str) -> str:
    """Text as a browser shows it: white space runs are one space; a line break between wide characters is none."""
    if "\n" in text or "\r" in text:
        text = BREAK_IN_CJK.sub("", text)
    return SPACES.sub(" ", text).strip()
