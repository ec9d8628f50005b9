"""Cells of a form in the arrangement of its document: labels as they are set, indicator rows with merged labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from eval.studies.producers.arrangement import Arrangement
from eval.studies.producers.raised import raise_
from eval.synth.forms import Printing
from eval.synth.indicators import Values
from eval.synth.sheet import Cell, value

Row = tuple[Cell, ...]
SPACED = 4
"""Longest label, in characters, that is letter-spaced."""


@dataclass(frozen=True, slots=True)
class Arranged(Printing):
    """What printing one form needs to know: its schema, the document's style, the arrangement."""

    to: Arrangement

    def cell(self, text: str, rows: int = 1, cols: int = 1, mark: bool = False) -> Cell:
        """A label's cell, set as the arrangement says; with `mark` the note mark stands behind it."""
        if self.to.vertical and rows > 1 and 2 < len(text) < 9 and text.isalpha():
            text = "\n".join(text)
        elif self.to.space and 1 < len(text) <= SPACED and text.isalpha():
            text = self.to.space.join(text)
        if mark and self.to.note_mark:
            text += raise_(self.to.note_mark)
        return Cell(text, rows, cols, role="label" if text else "blank")

    def field(self, path: str, rows: int = 1, cols: int = 1) -> Cell:
        """The cell of the label of a field."""
        return self.cell(self.label(path), rows, cols)

    def head(self, path: str, cols: int = 1) -> Cell:
        """The cell of the label of a column."""
        return self.cell(self.column(path), 1, cols)

    def money(self, path: str, unit: str) -> str:
        """The label of the amounts, with the currency unit where the arrangement has it there."""
        return self.with_unit(path, unit) if self.to.currency == "label" else self.label(path)

    def day(self, text: str | None) -> str | None:
        """A date as the document prints it."""
        return text and self.to.dates.format(*text.split("-"))

    def unit_row(self, unit: str, columns: int) -> list[Row]:
        """The row of the table that states the currency unit, where the arrangement has one."""
        if self.to.currency != "row":
            return []
        return [(self.cell("金额单位", cols=columns - 1), value(unit, "currency"))]

    def fitted(self, *widths: float) -> tuple[float, ...]:
        """Relative widths of columns, varied."""
        return tuple(width * by for width, by in zip(widths, self.to.widths, strict=False))


def spanning(rows: list[Values], p: Arranged) -> list[tuple[int, Values, Row]]:
    """Each row with the level-1 and level-2 cells that start in it: a run of equal labels is one merged cell."""
    first = _starts([(row["level1"],) for row in rows])
    second = _starts([(row["level1"], row["level2"]) for row in rows])
    out = []
    for i, row in enumerate(rows):
        cells = [
            replace(p.cell(row[name], at[i]), role="value", path=f"indicators[{i}].{name}")
            for name, at in (("level1", first), ("level2", second))
            if i in at
        ]
        out.append((i, row, tuple(cells)))
    return out


def _starts(keys: list[tuple[str, ...]]) -> dict[int, int]:
    lengths = [len(list(run)) for _, run in groupby(keys)]
    return {sum(lengths[:i]): length for i, length in enumerate(lengths)}


def indicator_cell(i: int, row: Values, name: str, cols: int = 1) -> Cell:
    """One cell of an indicator row."""
    found = row[name]
    text = found["text"] if isinstance(found, dict) else found
    return value(text, f"indicators[{i}].{name}", cols)
