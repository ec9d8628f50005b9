"""The shape of OCR services: a row a line, cells between tabs, `<p>` in cells, lost columns, page breaks in tables.

What a breakage takes away from a reader is taken from the gold too: a level label that is lost becomes the
nearest one above, a value that is lost becomes null.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from random import Random

from eval.synth.content import Content, Form
from eval.synth.forms import sheets
from eval.synth.indicators import Values
from eval.synth.rendered import Rendered
from eval.synth.sheet import Cell, Heading, Sheet, Slot, Table, slots


@dataclass(slots=True)
class _Ocr:
    """The state of one text being written: how damaged it is, where the page ends, what was lost."""

    rng: Random
    damage: float
    titled_rows: bool
    stacks: bool
    page: int
    lines: list[str] = field(default_factory=list)
    forms: list[Values] = field(default_factory=list)
    left: int = 0
    missing: int = 0

    def break_page(self) -> None:
        """Begin a new page: blank lines, and perhaps a first column that is not seen there."""
        self.lines += [""] * self.rng.choice((1, 2))
        self.left = self.page
        self.missing = 1 if self.rng.random() < self.damage else 0


def ocr_text(content: Content, rng: Random) -> Rendered:
    """The document as text with tabs: `<p>` in cells, lost columns, page breaks in tables."""
    state = _Ocr(
        rng,
        damage=rng.choice((0.0, 0.0, 0.1, 0.3)),
        titled_rows=rng.random() < 0.7,
        stacks=rng.random() < 0.6,
        page=rng.randint(24, 60),
        forms=[copy.deepcopy(form.values) for form in content.forms],
    )
    if content.title:
        state.lines += ["", "", content.title, ""]
    for sheet in sheets(content):
        _ocr_sheet(state, sheet)
        state.lines += [""] * rng.choice((1, 1, 2))
    forms = tuple(Form(f.type, v) for f, v in zip(content.forms, state.forms, strict=True))
    return Rendered("\n".join(state.lines).encode(), forms)


def _ocr_sheet(state: _Ocr, sheet: Sheet) -> None:
    state.left, state.missing = state.page, 0
    cols = next(len(b.widths) for b in sheet.blocks if isinstance(b, Table))
    for block in sheet.blocks:
        if isinstance(block, Table):
            _ocr_table(state, sheet.form, block)
        elif isinstance(block, Heading) and block.level in ("title", "year") and state.titled_rows:
            state.lines.append(block.text + "\t" * (cols - 1))
        else:
            state.lines += ["", block.text, ""] if isinstance(block, Heading) else [block.text, ""]


def _ocr_table(state: _Ocr, form: int, table: Table) -> None:
    placed = slots(table)
    head_row = table.head[0] if table.head else -1
    for r in range(len(table.rows)):
        row = [s for s in placed if s.row == r]
        if state.left <= 0 and r > head_row + 1 and head_row >= 0:
            state.break_page()
        state.left -= 1
        if any("\n" in s.cell.text for s in row) and state.rng.random() < 0.2:
            _ocr_long(state, row, len(table.widths))
        elif r > head_row >= 0:
            _ocr_indicator(state, form, row, table)
        else:
            _ocr_plain(state, row, len(table.widths))


def _ocr_cell(state: _Ocr, cell: Cell) -> str:
    paragraphs = cell.text.split("\n")
    if len(paragraphs) > 1:
        return " ".join(f"<p>{p}</p>" for p in paragraphs)
    narrow = cell.role == "label" and cell.row_span > 1 and len(cell.text) in (4, 6) and cell.text.isalpha()
    if narrow and state.stacks:
        return " ".join(cell.text[i : i + 2] for i in range(0, len(cell.text), 2))
    return cell.text


def _ocr_plain(state: _Ocr, row: list[Slot], cols: int) -> None:
    """A row whose merged cells leave empty columns behind, or push everything to the left."""
    texts = [""] * cols
    packed = bool(row) and row[0].col == 0 and state.rng.random() < 0.3
    for i, slot in enumerate(row):
        texts[i if packed else slot.col] = _ocr_cell(state, slot.cell)
    state.lines.append("\t".join(texts))


def _ocr_long(state: _Ocr, row: list[Slot], cols: int) -> None:
    """A row whose long text is cut by a page break between two paragraphs."""
    long = max(row, key=lambda s: s.cell.text.count("\n"))
    paragraphs = long.cell.text.split("\n")
    cut = state.rng.randint(1, len(paragraphs) - 1)
    texts = [""] * cols
    for slot in row:
        texts[slot.col] = _ocr_cell(state, slot.cell)
    texts[long.col] = " ".join(f"<p>{p}</p>" for p in paragraphs[:cut])
    state.lines.append("\t".join(texts))
    state.break_page()
    state.missing = 0
    rest = [""] * cols
    rest[long.col] = " ".join(f"<p>{p}</p>" for p in paragraphs[cut:])
    if len(row) <= 2 and len(long.cell.text) and row[0] is not long and state.rng.random() < 0.5:
        state.lines += [line for p in paragraphs[cut:] for line in (p, "")]
    else:
        state.lines.append("\t".join(rest))


def _ocr_indicator(state: _Ocr, form: int, row: list[Slot], table: Table) -> None:
    cols = len(table.widths)
    kept = [s for s in row if not _lose(state, form, s, row)]
    texts = [""] * cols
    for slot in kept:
        texts[slot.col] = _ocr_cell(state, slot.cell)
    first = next((i for i, t in enumerate(texts) if t), 0)
    cut = min(state.missing, first)
    if first and state.rng.random() < state.damage:
        cut = state.rng.choice((first, max(first - 1, 0), 1))
    state.lines.append("\t".join(_shifted(texts, cut, state.rng)))


def _shifted(texts: list[str], cut: int, rng: Random) -> list[str]:
    """The row with `cut` leading columns gone; what follows the first cell may keep its column."""
    if cut == 0:
        return texts
    first = next((i for i, t in enumerate(texts) if t), 0)
    if rng.random() < 0.5:
        return texts[cut:] + [""] * (cut if rng.random() < 0.5 else 0)
    out = texts[:]
    out[first], out[first - cut] = "", texts[first]
    return out


def _lose(state: _Ocr, form: int, slot: Slot, row: list[Slot]) -> bool:
    """Whether a level label or a target is lost; the gold then says what a reader still finds."""
    values, path = state.forms[form], slot.cell.path
    if not path.startswith("indicators[") or state.rng.random() >= state.damage / 6:
        return False
    index, name = path.removeprefix("indicators[").split("].")
    rows: list[Values] = values["indicators"]
    i = int(index)
    if name == "target" and "weight" not in rows[i]:
        rows[i]["target"] = None
        return True
    if name not in ("level1", "level2") or i == 0 or rows[i]["level1"] == rows[i]["level2"] or not rows[i]["level3"]:
        return False
    alone = name == "level1" or not any(s.cell.path.endswith(".level1") for s in row)
    if not alone:
        return False
    for below in rows[i : i + slot.cell.row_span]:
        below[name] = rows[i - 1][name]
    return True
