"""What it costs to read a piece of a list in a column, and to step from one piece to the next.

What a piece costs comes from the schema (vocabulary, kind of value), what a step costs from the page: does it begin a
line, does a space or a blank line cut it off, was the line before it full.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from extractor.engines.rules.header_columns import Column, column_under
from extractor.engines.rules.pieces import Piece, Width
from extractor.engines.rules.value_kinds import is_null, parses
from extractor.forms.tokens import NULLS, first_unit, open_bracket
from schemas.spec import FieldSpec

NEVER = 1e6
SKIPPED = {
    "key": 3.0,
    "indicator": 2.5,
    "amount": 3.0,
    "integer": 3.0,
    "date": 3.0,
    "pattern": 3.0,
    "word": 0.0,
    "text": 0.0,
    "unknown": 0.6,
    "unit": 0.6,
}
"""What it costs that a cell of a kind is empty."""


class Shape(NamedTuple):
    """What a text is by its looks: a comparison at its start, a number, a number with a unit, one with its end."""

    comparison: bool
    number: bool
    quantity: bool
    complete: bool


@lru_cache(maxsize=8192)
def shape(text: str) -> Shape:
    """The shape of a folded text: it is asked for each piece in each column, and in each step to the next piece."""
    return Shape(
        _COMPARISON.match(text) is not None,
        _NUMBER.fullmatch(text) is not None,
        _QUANTITY.fullmatch(text) is not None,
        _COMPLETE.fullmatch(text) is not None,
    )


_NUMBER = re.compile(r"[-+−]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_QUANTITY = re.compile(r"[-+−]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([^\d,.;:]{1,3}|\([^()]{1,8}\))")
_COMPLETE = re.compile(r".*\d[^()]*(%|\([^()]{1,8}\))")
_COMPARISON = re.compile(r"[≥≤><=≧≦⩾⩽]")


UNKNOWN = frozenset({"unknown", "unit"})
"""Kinds of columns that no field declares."""
LONGEST_UNIT = 4
"""Characters of a unit in a column of its own: `平方米`, `人次`; longer text is none."""
ODD = 2.5
"""A piece that costs so much in a column is none of its cells, as far as the schema tells."""


def emissions(pieces: Sequence[Piece], columns: Sequence[Column], kinds: Sequence[str]) -> list[list[float]]:
    """What each piece costs in each column.

    Where a column is unknown, which takes any text, the number of a cell in its row tells the column if no cell of the
    list speaks against it: some converters move the cells of a row to the left.
    """
    costs = [[_kind_cost(piece, n, kind, columns[n].field) for n, kind in enumerate(kinds)] for piece in pieces]
    for piece, own in zip(pieces, costs, strict=True) if UNKNOWN & set(kinds) else ():
        if _COMPARISON.fullmatch(piece.fold):  # a sign without its number stands in a column of signs
            own[:] = [cost + 3.0 * (kind == "indicator") for cost, kind in zip(own, kinds, strict=True)]
    under = [column_under(piece.token, columns) if piece.token.table else -1 for piece in pieces]
    whole = [(own, n) for piece, own, n in zip(pieces, costs, under, strict=True) if piece.whole]
    counts = bool(UNKNOWN & set(kinds)) and all(n >= 0 and own[n] < ODD for own, n in whole)
    for piece, own, hint in zip(pieces, costs, under, strict=True):
        if piece.token.table:
            weight = _hint_weight(piece, counts=counts, drawn=_is_under(piece, columns, hint))
            own[:] = [cost + (0.0 if n == hint else weight) for n, cost in enumerate(own)]
    return costs


def _hint_weight(piece: Piece, *, counts: bool, drawn: bool) -> float:
    """What it costs that a cell of a table stands in another column than the one that its number or its place tells."""
    if piece.token.exact:
        return 6.0
    if piece.whole and counts:
        return 3.0
    return 0.6 if piece.counted or drawn else 0.0


def _is_under(piece: Piece, columns: Sequence[Column], column: int) -> bool:
    """Whether a cell's place on the page and its number in the row tell the same column: no cell was moved there."""
    drawn = piece.token.unit.box is not None and columns[column].x0 is not None
    return column >= 0 and drawn and columns[column].col == piece.token.col


def _kind_cost(piece: Piece, column: int, kind: str, field: FieldSpec) -> float:
    text = piece.fold
    if kind in UNKNOWN:
        return _unknown_cost(piece, kind)
    if kind == "word":
        return 0.0 if column in piece.word else 2.5 if piece.token.table else 6.0
    if kind == "pattern":
        return -1.0 if re.fullmatch(field.printed.pattern, text) else 5.0
    comparison, number, quantity, _ = shape(text)
    if kind == "key":
        if quantity:
            return 2.5
        return 6.0 if comparison else 5.0 if number or piece.word else 0.0
    if kind == "indicator":
        if comparison:
            return 0.0
        if piece.word:
            return 5.0
        return 0.1 if quantity else 0.4 if text[0].isdigit() or text in NULLS else 0.6
    if kind in ("amount", "integer", "date"):
        return 0.0 if number or parses(kind, text) else 0.2 if is_null(kind, text) else NEVER
    return 4.0 if number or comparison else 3.0 if piece.word else 1.0


def _unknown_cost(piece: Piece, kind: str) -> float:
    """What a piece costs in a column that no field declares: any text may stand there, and of units short ones."""
    text = piece.fold
    if piece.word:
        return 4.0
    if _COMPARISON.match(text):
        return 0.2 if len(text) == 1 and kind == "unknown" else 3.0
    if kind == "unit":
        return 0.2 if text in NULLS else 0.3 if len(text) <= LONGEST_UNIT and not re.search(r"\d", text) else 2.5
    return 0.6


UNWRAPPED = 4.0
"""What it costs more that a line goes on with a cell in a form whose lines are not wrapped; page breaks cut some."""

Skips = Sequence[Sequence[float]]


@lru_cache(maxsize=256)
def skip_costs(kinds: tuple[str, ...], weight: float) -> Skips:
    """skip[a][b]: what it costs that columns a … b-1 are empty."""
    count = len(kinds)
    table = [[0.0] * (count + 1) for _ in range(count + 1)]
    for a in range(count + 1):
        total = 0.0
        for b in range(a, count):
            total += weight * SKIPPED[kinds[b]]
            table[a][b + 1] = total
        if a and kinds[a - 1] == "word":  # a row of labels alone: printed forms have them
            table[a][count] = min(table[a][count], 2.5)
    return table


class Step(NamedTuple):
    """The costs of a step between two pieces: to another column of the row, to a new row, to go on with column c."""

    across: float
    down: float
    on: tuple[float, ...]


class Surroundings(NamedTuple):
    """What stands around a piece: blank lines between most lines; nothing more of its row; lines that never wrap."""

    spaced: bool
    over: bool
    unwrapped: bool


def surroundings(pieces: Sequence[Piece], n: int, spaced: bool, *, unwrapped: bool = False) -> Surroundings:
    """What stands around piece `n`."""
    after = pieces[n + 1] if n + 1 < len(pieces) else None
    return Surroundings(spaced, after is None or bool(after.word), unwrapped)


def step(before: Piece, after: Piece, kinds: Sequence[str], widths: Sequence[Width], around: Surroundings) -> Step:
    """The costs of a step between two pieces."""
    here, there = before.token, after.token
    if there.table:
        return _grid_step(before, after, kinds)
    unit_below = after.fold.startswith("(") and before.fold[-1].isdigit()
    penalty = 6.0 if (open_bracket(here) or unit_below) and not before.word else 0.0
    on = _going_on(before, after, kinds, widths, penalty)
    if after.first and around.unwrapped and not there.gap:
        on = tuple(cost + UNWRAPPED for cost in on)
    if not after.first:  # on the same line
        begins = any(shape(after.fold)[:3])
        return Step((1.2 if there.soft and not begins else 0.0) + penalty, 5.0 + penalty, on)
    beside = around.spaced and not there.gap and not penalty
    if beside:
        on = tuple(cost + 0.7 for cost in on)
    down = 0.3 + penalty + (1.0 if beside and not after.word else 0.0)
    # cells of one line share it: where blank lines stand between lines, one of the two has several
    across = 0.3 + penalty + (_apart(after) if around.spaced and there.gap else 0.0)
    return Step(across + _wrap_risk(before, after, kinds, widths, around.over), down, on)


def _apart(after: Piece) -> float:
    """What it costs that another cell of the row stands below a blank line: cells of one line share it.

    A figure has one line, and stands in the middle of the row however high that is.
    """
    return 1.5 if any(shape(after.fold)[1:]) else 0.5


def _wrap_risk(before: Piece, after: Piece, kinds: Sequence[str], widths: Sequence[Width], over: bool) -> float:
    """What it costs to read free text below a full line as another cell: it may be the same cell, wrapped."""
    form = shape(after.fold)
    if after.word or before.word or form.comparison or form.quantity:
        return 0.0
    room = before.token.width + first_unit(after.token.text)
    key = kinds.index("key") if "key" in kinds else -1
    full = key >= 0 and widths[key].widest > 0 and room > widths[key].widest - 0.1
    return (1.6 if over else 0.3) if full else 0.0


def _going_on(
    before: Piece, after: Piece, kinds: Sequence[str], widths: Sequence[Width], opened: float
) -> tuple[float, ...]:
    """What it costs, in each column, that a piece goes on with the cell of the one before."""
    if opened:
        return tuple(0.0 if kind in _ODD_AHEAD else NEVER for kind in kinds)
    odd = {kind: _odd_inside(before, after, kind) for kind in _ODD_AHEAD if kind in kinds}
    if not after.first:
        further = 0.3 if after.token.soft else 4.0
        return tuple(odd[kind] + further if kind in odd else NEVER for kind in kinds)
    needed = before.token.width + first_unit(after.token.text) + 0.1
    return tuple(
        odd[kind] + _room_left(before.token.width, needed, wide) if kind in odd else NEVER
        for kind, wide in zip(kinds, widths, strict=True)
    )


def _room_left(full: float, needed: float, column: Width) -> float:
    """What it costs that a line wraps which is `full` wide, and with the first word of the next would be `needed`."""
    if needed <= column.widest:  # it would have fitted
        return 4.0 if column.sure else 3.0 if needed <= column.common else 1.5
    return 0.8 if full > column.widest + 0.5 else 0.3  # wider than any line known here: it may be full or not


_ODD_AHEAD = {"key": 5.0, "indicator": 4.0, "text": 2.0, "word": 6.0, "unknown": 2.0, "unit": 5.0}
"""Columns whose cells may have several lines, and what a comparison costs inside of one."""


def _odd_inside(before: Piece, after: Piece, kind: str) -> float:
    """What it costs that a piece stands inside a cell: one that begins like another kind of cell."""
    if kind == "word":
        return 6.0 if before.word or after.word else 1.5
    form = shape(after.fold)
    if kind in UNKNOWN and (form.comparison or form.quantity):
        return 5.0
    if form.comparison:
        return _ODD_AHEAD[kind]
    if after.word or after.begins:
        return 5.0
    if kind == "indicator" and shape(before.fold).complete:
        return 5.0 if after.fold[0].isdigit() else 2.0
    if form.quantity:
        return 1.5
    return 2.0 if form.number else 0.0


def _grid_step(before: Piece, after: Piece, kinds: Sequence[str]) -> Step:
    here, there = before.token, after.token
    if here.table == there.table and here.row == there.row:
        return Step(0.0, NEVER, tuple(NEVER for _ in kinds))
    # a row that a page break cut goes on with its cells; anything else is a new row
    cut = 3.5 if here.table != there.table else 6.0
    on = tuple(cut + _odd_inside(before, after, k) if k in _ODD_AHEAD else NEVER for k in kinds)
    return Step(cut, 0.0, on)
