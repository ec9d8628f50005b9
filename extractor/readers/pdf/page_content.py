"""What stands on a page of a PDF: characters, ruling lines, fills and images.

Boxes are in the *reading frame*: the page as displayed, turned so that most of its text is upright
(`Sheet.turned` quarter turns clockwise beyond the display).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.document.geometry import Rulings
from extractor.document.layout import Box
from extractor.readers.pdf.glyph_shapes import Glyph
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token


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


class Suspect(NamedTuple):
    """A character that seems hidden, why, and the text object that draws it: the page's picture decides."""

    reason: str
    token: Token
    handle: int


class Gap(NamedTuple):
    """A text object of which pdfium gives no character: its handle, and where it begins in the reading frame."""

    handle: int
    x: float
    y: float


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
    suspects: list[Suspect] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    styles: dict[int, Style] = field(default_factory=dict)
    sizes: dict[int, float] = field(default_factory=dict)
    fonts: dict[int, str] = field(default_factory=dict)
    has_embedded: bool = False
    glyphs: dict[str, list[Glyph]] = field(default_factory=dict)
    rulings: Rulings = field(default_factory=lambda: Rulings([], []))
    fills: list[Fill] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    paths: int = 0
    bad: int = 0
    lost: int = 0
    undrawn: set[int] = field(default_factory=set)
    unlike: int = 0
    unread_picture: float = 0.0
    problems: list[str] = field(default_factory=list)


def covers_page(sheet: Sheet, box: Box) -> bool:
    """Whether a picture covers most of a page, as a scan does."""
    wide = min(box.x1, sheet.width) - max(box.x0, 0)
    high = min(box.bottom, sheet.height) - max(box.top, 0)
    return min(wide, high) > 0 and wide * high >= LIMITS.covers_page * sheet.width * sheet.height
