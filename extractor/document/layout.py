"""What a source reads a file into: pages of blocks, where a block is a line of text or a grid of cells.

Coordinates are PDF points (1/72 inch) from the top left corner of the page; text files have no boxes.
Every line and every cell is a *unit*: it has a page, an id that is unique on its page, and a text;
a place in the document is (page, unit id, first character, one past the last character).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind


class Box(NamedTuple):
    """A rectangle in PDF points, origin at the top left of the page."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters of one unit: where it starts in the unit's text, its box, its OCR confidence (0..1)."""

    start: int
    text: str
    box: Box | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line outside of any grid; `number` counts from 1 on its page (in a text file: the file's lines)."""

    page: int
    number: int
    text: str
    box: Box | None = None
    words: tuple[Word, ...] = ()

    @property
    def id(self) -> str:
        """The line's id, unique on its page: `L7`."""
        return f"L{self.number}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid: row and column of its top left corner (from 0), spans, text with lines joined by `\\n`.

    A cell that a page break cut has the text of all its `parts`, and the place of the first.
    """

    page: int
    table: int
    row: int
    col: int
    text: str
    row_span: int = 1
    col_span: int = 1
    box: Box | None = None
    words: tuple[Word, ...] = ()
    parts: tuple[Cell, ...] = ()

    @property
    def id(self) -> str:
        """The cell's id, unique on its page: `T1R3C2` (table from 1, row and column from 0)."""
        return f"T{self.table}R{self.row}C{self.col}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it stands on one page: `number` counts from 1 on the page; cells in row-major order.

    `ragged` says that the column numbers are only the order in which cells were printed: rows may have
    lost or gained columns (OCR text), so a cell's column is a hint and not a fact.
    """

    page: int
    number: int
    cells: tuple[Cell, ...]
    box: Box | None = None
    ragged: bool = False

    @property
    def rows(self) -> int:
        """The number of rows."""
        return max((c.row + c.row_span for c in self.cells), default=0)

    @property
    def cols(self) -> int:
        """The number of columns."""
        return max((c.col + c.col_span for c in self.cells), default=0)


Unit = Line | Cell
Block = Line | Grid


def parts_of(unit: Unit) -> tuple[Unit, ...]:
    """The units that a unit is made of, each on its page: itself, unless a page break cut it."""
    return (unit.parts or (unit,)) if isinstance(unit, Cell) else (unit,)


class Mesh(NamedTuple):
    """Where places of a page that was set straight come from.

    The corners of `cols` by `rows` equal parts of the page, row by row from the top left, each as the place that it
    had before, in shares of the page's width and height.
    """

    cols: int
    rows: int
    places: tuple[tuple[float, float], ...]


class Turn(NamedTuple):
    """How a page was turned to be read: quarters clockwise, then degrees counter-clockwise about its middle.

    `mesh`: what was bent was set straight between the two; None where nothing was.
    """

    quarters: int = 0
    angle: float = 0.0
    mesh: Mesh | None = None


UPRIGHT = Turn()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its blocks in reading order; its size as displayed, in points (0 for text files); its reader.

    Boxes are on the page as it was read, upright and straight: columns stand below each other there.
    `geometry.displayed` takes them to the page as a viewer shows it.
    """

    number: int
    blocks: tuple[Block, ...]
    width: float = 0.0
    height: float = 0.0
    reader: str = "text"
    turn: Turn = UPRIGHT

    def units(self) -> Iterator[Unit]:
        """All lines and cells of the page, in reading order."""
        for block in self.blocks:
            if isinstance(block, Line):
                yield block
            else:
                yield from block.cells


@dataclass(frozen=True, slots=True)
class Document:
    """A source file read into pages. `exact` says that its text is digital, as given, and not an OCR reading.

    `notes` are remarks of the reader about the file as a whole or about one page (hidden text, an unusual
    encoding); they become findings of the document.
    """

    name: str
    sha256: str
    pages: tuple[Page, ...]
    exact: bool = True
    notes: tuple[Note, ...] = field(default=())
    ocr_seconds: float = field(default=0.0, compare=False)
    """How long OCR read pages of it."""

    def units(self) -> Iterator[Unit]:
        """All lines and cells of the document, in reading order."""
        for page in self.pages:
            yield from page.units()


@dataclass(frozen=True, slots=True)
class Note:
    """A reader's remark: its kind, the page (0 for the whole file), the text.

    `box`: the part of the page, as it was read, that it is about; None for all of it. `rows`: rows may be joined there.
    """

    kind: FindingKind
    page: int
    message: str
    box: Box | None = None
    rows: bool = False
