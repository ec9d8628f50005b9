"""What the builders of one form share: random numbers, features, labels, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from eval.studies.layouts.cells import Cell, GridLine, Part, label, long_text, spread, value
from eval.studies.layouts.naming import Namer
from eval.synth.wording import Style


@dataclass(slots=True)
class Drawing:
    """One form that is being drawn. `gold` are its values; what a feature leaves out is taken from it.

    `layout` gives the choices that all forms of a document share, `rng` all others. `effects` are the features that
    took effect; `ambiguous` the paths that a person cannot settle; `width` the columns of the grid.
    """

    rng: Random
    layout: Random
    features: frozenset[str]
    namer: Namer
    style: Style
    gold: dict[str, Any]
    width: int = 6
    effects: set[str] = field(default_factory=set)
    ambiguous: set[str] = field(default_factory=set)

    def has(self, feature: str) -> bool:
        """Whether the feature was drawn; it counts as in effect from here on."""
        if feature in self.features:
            self.effects.add(feature)
        return feature in self.features

    def line(self, cells: Sequence[Cell], part: Part) -> GridLine:
        """A row over the whole width of the grid."""
        return spread(cells, self.width, part)

    def amount(self, printed: str | None, path: str) -> Cell:
        """An amount as the document prints amounts; the null mark where there is none."""
        if printed is None:
            return self.null(path)
        text = f"{float(printed):,.2f}" if self.style.thousands else printed
        if self.has("amount_unit"):
            text += self.style.currency
        return value(text, path)

    def null(self, path: str) -> Cell:
        """What an empty value prints: the document's null mark, or nothing."""
        return value("" if self.has("null_blank") else self.style.null, path)

    def day(self, printed: str, path: str) -> Cell:
        """A date as the document prints dates."""
        if not self.has("date_words"):
            return value(printed, path)
        year, month, day = printed.split("-")
        return value(f"{year}年{int(month)}月{int(day)}日", path)

    def pair(self, path: str, cell: Cell) -> list[Cell]:
        """A label and its value, in two cells or in one."""
        name = self.namer.beside(path)
        if not self.has("label_with_value") or not cell.text:
            return [label(name), cell]
        colon = "：" if self.style.wide else ": "
        return [Cell(name.rstrip("：:") + colon + cell.text, "value", path)]

    def heading(self, path: str) -> str:
        """The label of the block of amounts, with the currency unit unless that stands under the title."""
        name = self.namer.plain(path)
        if self.has("unit_at_title"):
            return name
        return f"{name}（{self.style.currency}）" if self.style.wide else f"{name}({self.style.currency})"


def head(drawing: Drawing, groups: Sequence[Sequence[tuple[str, Cell]]]) -> list[GridLine]:
    """The rows of the head: groups of fields and their values, regrouped where that was drawn."""
    fields = [pair for group in groups for pair in group]
    if drawing.has("head_grouping"):
        size = drawing.layout.choice((1, 1, 2, 3))
        groups = [fields[k : k + size] for k in range(0, len(fields), size)]
    rows = []
    for group in groups:
        cells = [cell for path, held in group for cell in drawing.pair(path, held)]
        if cells:
            rows.append(drawing.line(cells, "head"))
    return rows


def goals(drawing: Drawing, block: str, paths: tuple[str, str]) -> list[GridLine]:
    """The block of two goal texts: side by side under their labels, or a row each."""
    left, right = (long_text(drawing.gold[path], path) for path in paths)
    if drawing.has("goals_as_rows"):
        return [
            drawing.line([label(drawing.namer.beside(path)), held], "goals")
            for path, held in zip(paths, (left, right), strict=True)
            if held.text
        ]
    first = label(block)
    names = [label(drawing.namer.over(path)) for path in paths]
    columns = _halves(drawing.width)
    return [
        GridLine((first, *(names[k] for k in columns)), "goals"),
        GridLine((first, *((left, right)[k] for k in columns)), "goals"),
    ]


def _halves(width: int) -> list[int]:
    left = (width - 1) // 2
    return [0] * left + [1] * (width - 1 - left)
