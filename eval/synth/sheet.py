"""What a form looks like on paper, whatever the file format: headings, and tables of cells with spans.

As in HTML, a row lists the cells that *start* in it: what a span covers is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Role = Literal["label", "value", "text", "blank"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: text (paragraphs joined by `\\n`), spans, the gold path it prints (empty for labels), its role."""

    text: str = ""
    row_span: int = 1
    col_span: int = 1
    path: str = ""
    role: Role = "value"


@dataclass(frozen=True, slots=True)
class Heading:
    """A centred line outside of tables: a title, the year, a section."""

    text: str
    level: Literal["document", "title", "year", "section"] = "title"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text outside of tables."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells over columns of relative widths; `head` names the rows that repeat when the table is broken."""

    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    head: tuple[int, ...] = ()


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed form, with its index in the document."""

    form: int
    blocks: tuple[Block, ...]


class Slot(NamedTuple):
    """A cell with the row and column of its top left corner."""

    row: int
    col: int
    cell: Cell


def slots(table: Table) -> list[Slot]:
    """Every cell with its place; raises `ValueError` where rows overlap, leave holes or end at different columns."""
    taken: set[tuple[int, int]] = set()
    out: list[Slot] = []
    for r, row in enumerate(table.rows):
        c = 0
        for cell in row:
            while (r, c) in taken:
                c += 1
            area = {(r + i, c + j) for i in range(cell.row_span) for j in range(cell.col_span)}
            if area & taken:
                raise ValueError(f"row {r}: {cell.text!r} overlaps another cell")
            taken |= area
            out.append(Slot(r, c, cell))
    if len(taken) != len(table.rows) * len(table.widths) or any(not _inside(table, at) for at in taken):
        raise ValueError("the cells do not fill the table")
    return out


def _inside(table: Table, at: tuple[int, int]) -> bool:
    return at[0] < len(table.rows) and at[1] < len(table.widths)


def label(text: str, rows: int = 1, cols: int = 1) -> Cell:
    """A cell that holds a label."""
    return Cell(text, rows, cols, role="label" if text else "blank")


def value(text: str | None, path: str, cols: int = 1, rows: int = 1) -> Cell:
    """A cell that holds a value; `None` prints nothing."""
    return Cell(text or "", rows, cols, path=path)


def long_text(text: str | None, path: str, cols: int = 1, rows: int = 1) -> Cell:
    """A cell that holds a long text, set flush left."""
    return Cell(text or "", rows, cols, path=path, role="text")


def blank(cols: int = 1, rows: int = 1) -> Cell:
    """An empty cell that no field owns."""
    return Cell("", rows, cols, role="blank")
