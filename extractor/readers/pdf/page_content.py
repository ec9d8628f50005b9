"""What stands on a page of a PDF: characters, ruling lines, fills and images.

Boxes are in the *reading frame*: the page as displayed, turned so that most of its text is upright
(`Sheet.turned` quarter turns clockwise beyond the display).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.document.geometry import Rulings
from extractor.document.layout import Box
from extractor.tables.words import Token

COVER = 0.6  # the share of a page that a picture covers when the page is a scan


class Fill(NamedTuple):
    """A painted area: its turn in the painting order, its box, its colour (None: an image or a pattern)."""

    z: int
    box: Box
    colour: tuple[int, int, int] | None


class Style(NamedTuple):
    """How the characters of one text object are drawn; `clip` is what may be seen of them, where it is not all."""

    z: int
    mode: int
    colour: tuple[int, int, int, int] | None
    clip: Box | None = None


@dataclass(slots=True)
class Sheet:
    """One page as read: size in the reading frame, tokens that are seen, those that are not, lines, fills."""

    number: int
    width: float
    height: float
    turned: int = 0
    reader: str = "pdfium"
    tokens: list[Token] = field(default_factory=list)
    hidden: list[tuple[str, Token]] = field(default_factory=list)
    rulings: Rulings = field(default_factory=lambda: Rulings([], []))
    fills: list[Fill] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    paths: int = 0
    bad: int = 0
    problems: list[str] = field(default_factory=list)


def covers_page(sheet: Sheet, box: Box) -> bool:
    """Whether a picture covers most of a page, as a scan does."""
    wide = min(box.x1, sheet.width) - max(box.x0, 0)
    high = min(box.bottom, sheet.height) - max(box.top, 0)
    return min(wide, high) > 0 and wide * high >= COVER * sheet.width * sheet.height
