"""How one document prints its cells: what is chosen once for all of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from eval.studies.layouts.cells import Cell, GridLine
from eval.studies.layouts.drawing import Drawing
from eval.studies.layouts.features import separator_of
from eval.studies.layouts.wrapping import stack, wrapped

DROPS_BLANKS = ("sep_spaces", "sep_wide_spaces", "sep_cell_lines", "sep_page")
"""Separators that cannot show a blank cell."""
GRIDS = ("sep_tab", "sep_pipe", "sep_markdown", "sep_html")
"""Separators with which a title can be a row of the table."""


@dataclass(slots=True)
class Look:
    """The choices of a document. Widths are characters of double width; `seen` are the cells that are printed already.

    `long_width` is None where a long text stays on one line.
    """

    separator: str
    gap: str
    paragraphs: str
    long_width: int | None
    value_width: int
    label_width: int
    blank_lines: bool
    compact: bool
    title_in_grid: bool
    seen: set[Cell] = field(default_factory=set)
    stacks: dict[str, list[str]] = field(default_factory=dict)


def make_look(rng: Random, features: frozenset[str]) -> Look:
    """The choices of a document with these features."""
    separator = separator_of(features)
    narrow, wide = "wrap_narrow" in features, "wrap_wide" in features
    pages = separator in ("sep_page", "sep_aligned")
    width: int | None = rng.randint(18, 34) if pages else None
    if narrow:
        width = rng.randint(7, 15)
    elif wide:
        width = rng.randint(40, 90)
    return Look(
        separator=separator,
        gap=_gap(rng, separator, features),
        paragraphs=rng.choice(("space", "space", "none", "html")),
        long_width=width,
        value_width=rng.randint(5, 9) if narrow else rng.randint(10, 18),
        label_width=rng.randint(4, 9),
        blank_lines=rng.random() < 0.5,
        compact=rng.random() < 0.4,
        title_in_grid=separator in GRIDS and rng.random() < 0.5,
    )


def _gap(rng: Random, separator: str, features: frozenset[str]) -> str:
    if separator == "sep_wide_spaces":
        return "　" * rng.randint(2 if "label_spaced" in features else 1, 4)
    if separator == "sep_spaces":
        return " " * rng.randint(2, 7)
    return {"sep_tab": "\t", "sep_pipe": " | ", "sep_page": " "}.get(separator, "  ")


def lines_of(look: Look, drawing: Drawing, cell: Cell, width: int | None = None) -> list[str]:
    """A cell's text in the lines in which it prints; `width` bounds them where columns are aligned."""
    if cell.kind == "label" and "label_stacked" in drawing.features and 3 <= len(cell.text) <= 8:
        drawing.effects.add("label_stacked")
        if cell.text not in look.stacks:
            look.stacks[cell.text] = stack(drawing.rng, cell.text)
        return look.stacks[cell.text]
    if cell.kind == "long":
        return _long_lines(look, drawing, cell.text, width)
    if cell.kind == "joined":
        return [cell.text]
    if look.separator == "sep_page":
        width = look.value_width if cell.kind == "value" else look.label_width
    return wrapped(cell.text, width) if width else [cell.text]


def _long_lines(look: Look, drawing: Drawing, text: str, width: int | None) -> list[str]:
    limit = min(look.long_width or width or 40, width or 999) if look.long_width or width else None
    if limit is None:
        return text.split("\n")
    for feature in ("wrap_narrow", "wrap_wide"):
        if feature in drawing.features and len(text) > limit:
            drawing.effects.add(feature)
    return wrapped(text, limit)


def one_line(look: Look, drawing: Drawing, cell: Cell) -> str:
    """A cell's text in a row that is one line; a long text may still wrap where the row is no part of a markup."""
    if cell.kind != "long":
        return " ".join(lines_of(look, drawing, cell))
    markup = look.separator in ("sep_markdown", "sep_html")
    if look.long_width and not markup:
        return "\n".join(lines_of(look, drawing, cell))
    paragraphs = cell.text.split("\n")
    if look.paragraphs == "html" and look.separator in ("sep_tab", "sep_html", "sep_markdown"):
        return " ".join(f"<p>{p}</p>" for p in paragraphs)
    return (" " if look.paragraphs != "none" else "").join(paragraphs)


def shown(look: Look, drawing: Drawing, line: GridLine) -> list[Cell | None]:
    """The cells of a line at their places; None where a cell is covered by one that is printed already."""
    out: list[Cell | None] = []
    for k, cell in enumerate(line.cells):
        right = k > 0 and line.cells[k - 1] is cell
        if right and look.compact:
            continue
        again = _again_beside(drawing, line, cell) if right else cell not in look.seen or _again(drawing, cell)
        out.append(cell if again else None)
    look.seen.update(line.cells)
    return out + [None] * (len(line.cells) - len(out))


def _again_beside(drawing: Drawing, line: GridLine, cell: Cell) -> bool:
    return line.part != "title" and bool(cell.text) and drawing.has("merged_repeated")


def _again(drawing: Drawing, cell: Cell) -> bool:
    if not cell.text:
        return False
    return drawing.has("merged_repeated") or (cell.kind == "level" and drawing.has("levels_repeated"))
