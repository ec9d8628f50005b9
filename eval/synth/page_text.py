"""The shape of text extractors: cell after cell, wrapped, stacks cut into lines, no columns, page breaks anywhere."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from random import Random

from eval.synth.content import Content, Form
from eval.synth.forms import sheet
from eval.synth.rendered import Rendered
from eval.synth.sheet import Block, Cell, Heading, Slot, Table, slots
from eval.synth.wording import Style
from eval.synth.wrap import ems, wrap

_FIGURE = re.compile(r"[\d,.]+")


@dataclass(slots=True)
class _Page:
    """The state of one text being written: how lines are set apart, pages and columns; `tight` breaks even amounts."""

    rng: Random
    airy: bool
    around: bool
    page: int
    ems: float
    stack: tuple[float, float]
    end: str
    tight: bool
    out: list[str] = field(default_factory=list)
    used: int = 0
    number: int = 1

    def gap(self, wide: float = 0.5) -> str:
        """What stands between two lines: a blank line with probability `wide`, where the text has any."""
        return "\n\n" if self.airy and self.rng.random() < wide else "\n"

    def put(self, *pieces: str) -> None:
        """Append text."""
        self.out += pieces

    def break_page(self) -> None:
        """Begin a new page."""
        self.put(self.end.format(number=self.number))
        self.number += 1
        self.used = 0


ENDS = ("\n\n\n", "\n\n\n", "\f", "\n— {number} —\n\n\f", "\n{number}\n\n\n\n")


def page_text(content: Content, rng: Random) -> Rendered:
    """The document as a text extractor prints its pages: stacks, wraps, blank lines, cells one after the other."""
    state = _Page(
        rng,
        airy=rng.random() < 0.75,
        around=rng.random() < 0.15,
        page=rng.randint(38, 60),
        ems=rng.choice((44.0, 48.0, 54.0)),
        stack=rng.choice(((2.0, 2.0), (2.0, 2.0), (4.0, 4.0), (3.0, 3.0), (4.0, 6.0))),
        end=rng.choice(ENDS),
        tight=rng.random() < 0.15,
    )
    if content.title:
        state.put("\n", content.title, "\n\n")
    forms = tuple(_told_apart(state, _lone_goal(form), content.style) for form in content.forms)
    for index, form in enumerate(forms):
        if index:
            state.break_page()
        for block in sheet(form, index, content.style).blocks:
            _page_block(state, block)
    text = "".join(state.out)
    return Rendered((text if state.airy else text.replace("\n\n\n", "\n\n")).encode(), forms)


def _lone_goal(form: Form) -> Form:
    """The form as a reader without columns finds it: a lone goal is the annual one."""
    values = copy.deepcopy(form.values)
    if form.type == "project_target" and values["overall_goal"] and not values["annual_goal"]:
        values["annual_goal"], values["overall_goal"] = values["overall_goal"], None
    return Form(form.type, values)


def _told_apart(state: _Page, form: Form, style: Style) -> Form:
    """The form with its first goal dropped or shortened, where nobody could tell from the lines which goal is which."""
    for table in (b for b in sheet(form, 0, style).blocks if isinstance(b, Table)):
        goals = [s for s in slots(table) if s.cell.role == "text" and s.cell.text]
        if len(goals) != 2 or goals[0].row != goals[1].row:
            continue
        left, right = (_cell_lines(state, table, s) for s in goals)
        if len(left) > 1 and not any(ems(line) > max(map(ems, left)) + 1.5 for line in right):
            name = goals[0].cell.path
            clause = re.split("[，。；,;]", form.values[name])[0].strip()
            short = clause if ems(clause) < 12 else "按计划完成各项工作"
            return Form(form.type, form.values | {name: short if name == "expected_goal" else None})
    return form


def _page_block(state: _Page, block: Block) -> None:
    if isinstance(block, Table):
        _page_table(state, block)
        return
    lines = [block.text] if isinstance(block, Heading) else wrap(block.text, state.ems)
    for line in lines:
        state.put(line, state.gap(1.0 if isinstance(block, Heading) else 0.8))
    state.used += 2 * len(lines)


def _page_table(state: _Page, table: Table) -> None:
    placed = slots(table)
    for r in range(len(table.rows)):
        row = [(s.cell, _cell_lines(state, table, s)) for s in placed if s.row == r and s.cell.text]
        row = _whole_level3(row)
        height = max((len(lines) for cell, lines in row if cell.row_span == 1), default=1)
        over = state.used + height > state.page
        if any(cell.role == "text" for cell, _ in row):
            _page_long(state, row)
        elif over and _cuttable(row) and state.rng.random() < 0.5:
            _page_cut(state, row)
        else:
            if over:
                state.break_page()
            _page_row(state, row)
            state.used += height


def _whole_level3(row: Row) -> Row:
    """A level-3 text with no value behind it is not wrapped: its second line would look like the value."""
    names = {cell.path.rpartition(".")[2] for cell, _ in row}
    if "level3" not in names or "target" in names:
        return row
    return [(cell, [cell.text] if cell.path.endswith(".level3") else lines) for cell, lines in row]


def _cell_lines(state: _Page, table: Table, slot: Slot) -> list[str]:
    widths = [w * state.ems / sum(table.widths) for w in table.widths]
    spanning = ".level" in slot.cell.path or (slot.cell.role == "label" and slot.cell.row_span > 1)
    if slot.cell.col_span == 1 and slot.col < 2 and spanning and table.head != (0,):
        return wrap(slot.cell.text, state.stack[slot.col])
    if slot.cell.role == "value" and not state.tight and _FIGURE.fullmatch(slot.cell.text):
        return [slot.cell.text]
    width = sum(widths[slot.col : slot.col + slot.cell.col_span]) - 0.5
    lines = wrap(slot.cell.text, width)
    while slot.cell.role == "text" and len(lines) > 1 and ems(lines[-1]) > width - 1.5 and width > 12:
        width -= 1
        lines = wrap(slot.cell.text, width)
    return lines


Row = list[tuple[Cell, list[str]]]


def _page_row(state: _Page, row: Row) -> None:
    """The cells of a row one after the other; neighbours of one line share a line."""
    if state.around and _wrapped_around(state, row):
        return
    before: list[str] = []
    for _, lines in row:
        if before:
            state.put(_between(state, before, lines))
        state.put(lines[0], *(piece for line in lines[1:] for piece in (state.gap(0.95), line)))
        before = lines
    state.put(state.gap(1.0))


def _between(state: _Page, before: list[str], after: list[str]) -> str:
    if len(before) == 1 and len(after) == 1:
        return " "
    if len(before) > 1 and len(after) == 1:
        return state.gap(0.15)
    return state.gap(0.5 if len(before) == 1 else 1.0)


def _wrapped_around(state: _Page, row: Row) -> bool:
    """A value of two lines set around the line of its label, where nothing else in the row wraps."""
    tall = [i for i, (_, lines) in enumerate(row) if len(lines) > 1]
    plain = all(cell.row_span == 1 for cell, _ in row)
    if len(tall) != 1 or len(row) != 2 or tall[0] != 1 or len(row[1][1]) != 2 or not plain:
        return False
    first, last = row[1][1]
    state.put(first, state.gap(0.3), row[0][1][0], state.gap(0.3), last, state.gap(1.0))
    return True


def _cuttable(row: Row) -> bool:
    """Whether only the row's spanning labels are stacks: a page break can then cut them after their first line."""
    tall = [cell for cell, lines in row if len(lines) > 1]
    return bool(tall) and all(".level" in cell.path and cell.row_span == 1 for cell in tall)


def _page_cut(state: _Page, row: Row) -> None:
    state.put(" ".join(lines[0] for _, lines in row), "\n")
    state.break_page()
    for _, lines in row:
        for line in lines[1:]:
            state.put(line, state.gap(1.0))
    state.used += 2


def _page_long(state: _Page, row: Row) -> None:
    """A row of long texts: column after column, page by page where a break cuts them."""
    rest = [lines for _, lines in row]
    while True:
        room = max(state.page - state.used, 3)
        part = [lines[:room] for lines in rest if lines[:room]]
        _page_columns(state, part)
        state.used += max(len(lines) for lines in part)
        rest = [lines[room:] for lines in rest]
        if not any(rest):
            return
        state.break_page()


def _page_columns(state: _Page, columns: list[list[str]]) -> None:
    for i, lines in enumerate(columns):
        beside = i + 1 < len(columns) and len(lines) == 1
        for line in lines[:-1]:
            state.put(line, state.gap(0.9))
        state.put(lines[-1], " " if beside else state.gap(1.0))
