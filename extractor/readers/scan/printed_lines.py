"""The printed lines of a unit that OCR has read, each with its characters and its place on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from extractor.document.geometry import union
from extractor.document.layout import Box, Cell, Unit, Word

TALL = 1.6  # times as high as wide: text that runs downwards, or up


class PrintedLine(NamedTuple):
    """Characters `start` to `end` (exclusive) of a unit that stand in one line, and the box around them."""

    page: int
    unit: str
    start: int
    end: int
    text: str
    box: Box
    area: Box
    """Where nothing of another cell can be: the cell, or the box itself outside of tables."""

    @property
    def is_level(self) -> bool:
        """Whether the line runs from left to right, as far as its box tells."""
        return len(self.text) < 2 or self.box.bottom - self.box.top <= TALL * (self.box.x1 - self.box.x0)


def printed_lines(unit: Unit) -> Iterator[PrintedLine]:
    """The lines of a unit whose words have boxes, from the top."""
    breaks = [n for n, character in enumerate(unit.text) if character == "\n"]

    def line_of(word: Word) -> int:
        return sum(1 for at in breaks if at < word.start)

    for _, group in groupby((w for w in unit.words if w.box is not None), key=line_of):
        words = list(group)
        box = union(w.box for w in words if w.box is not None)
        if box is not None:
            start, end = words[0].start, words[-1].start + len(words[-1].text)
            area = unit.box if isinstance(unit, Cell) and unit.box is not None else box
            yield PrintedLine(unit.page, unit.id, start, end, unit.text[start:end], box, area)


_STRAY = re.compile(r"(?<![A-Za-z0-9.])\.(?!\.)")


def stray_stops(text: str) -> list[int]:
    """Where full stops are that neither a letter, a figure nor another stop stands beside: a speck looks like one."""
    return [match.start() for match in _STRAY.finditer(text)]


def specks_read(text: str) -> list[int]:
    """Where marks are that no print has, such as a middle dot at the end of a line: specks that were read.

    A middle dot stands between two characters; a full stop neither begins a line of characters nor
    stands apart, nor behind decimals.
    """
    return sorted({at for match in _SPECKS.finditer(text) for at in range(match.start(), match.end())})


_SPECKS = re.compile(r"^[.·•・\s]{1,2}$|^\.(?=[⺀-鿿])|^[·•・]|\s*[·•・]$|(?<=[^\s.])\s+\.{1,2}$|(?<=\.\d\d)\.$")
