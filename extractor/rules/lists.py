"""Rows of a list from the tokens under its header: the cheapest way to read them, by dynamic programming.

Each token is given a column, and either begins a cell or goes on with the one before. What a token costs in a column
comes from the schema (vocabulary, kind of value); what a step costs comes from the page (does it begin a line, does a
space or a blank line cut it off, was the line before it full). Where columns are facts, as in a grid with true spans,
they weigh more than anything. The second-best reading of each token gives its margin: a small one is a doubt.

Method: a first-order Markov model decoded by min-sum (Viterbi) with backward costs for the margins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.rules.zones import Column, column_under
from extractor.tokens import Token, open_bracket, width
from schemas.spec import FieldSpec
from schemas.values import PARSERS, fold, parse_indicator

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
}
"""What it costs that a cell of a kind is empty."""
DOUBT = 1.0
"""Below this margin a token's column is in doubt."""


class Piece(NamedTuple):
    """A token of a list, or a stack of them read as one word; `word` lists the columns whose vocabulary has it."""

    tokens: tuple[int, ...]
    token: Token
    fold: str
    word: frozenset[int]
    first: bool
    cut: bool = False
    """Whether a page break cut it: its end stands behind the row and was put back."""
    begins: bool = False
    """Whether it is what a row's key looks like: a row begins here."""
    whole: bool = False
    """Whether its grid row has as many cells as the header: an empty cell is then seen to be empty."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: the pieces that make it, and whether they, or what follows, might belong elsewhere."""

    pieces: tuple[Piece, ...]
    doubtful: bool
    hides_row: bool = False
    """Whether a row of its own may begin inside of the cell."""


ListRow = dict[int, Cell]
"""One row: column number → cell."""


def column_kind(field: FieldSpec) -> str:
    """What a column holds, as the costs see it."""
    if field.printed.spans:
        return "word"
    if field.printed.pattern:
        return "pattern"
    if field.printed.key:
        return "key"
    return field.kind


class Width(NamedTuple):
    """The widest line seen in a column; `sure` says that lines were seen to wrap there: no wider one is to come.

    `common` is as wide as two lines at least were: a lone wider one may have been put there by mistake.
    """

    widest: float
    sure: bool
    common: float = 0.0


Widths = dict[str, Width]
"""Field path → how wide its column is, over all forms of a document."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to be read: its pieces, its columns, and what the pieces cost in each."""

    pieces: tuple[Piece, ...]
    columns: tuple[Column, ...]
    kinds: tuple[str, ...]
    costs: tuple[tuple[float, ...], ...]
    spaced: bool


def listing(pieces: Sequence[Piece], columns: Sequence[Column]) -> Listing:
    """The pieces of a list with their costs."""
    kinds = tuple(column_kind(c.field) for c in columns)
    costs = tuple(tuple(_emissions(p, columns, kinds)) for p in pieces)
    return Listing(tuple(pieces), tuple(columns), kinds, costs, _blank_lined(pieces))


def learn_widths(listings: Sequence[Listing]) -> Widths:
    """How wide the columns are, from a first reading of lists that stand in lines."""
    seen: dict[str, list[float]] = {}
    wrapped: dict[str, list[float]] = {}
    for one in listings:
        if one.pieces and not one.pieces[0].token.table:
            _observe(one, _decode(one, [Width(0.0, False)] * len(one.kinds)), seen, wrapped)
    return {name: _width_of(widths, wrapped.get(name, [])) for name, widths in seen.items()}


def merge_widths(own: Widths, others: Sequence[Widths]) -> Widths:
    """A form's own widths where it shows them beyond doubt, else what the other forms of the document show."""
    out = dict(own)
    for widths in others:
        for name, other in widths.items():
            known = out.get(name, Width(0.0, False))
            if not own.get(name, Width(0.0, False)).sure and other.widest > known.widest:
                out[name] = other
    return out


def _observe(
    one: Listing, readings: Sequence[Reading], seen: dict[str, list[float]], wrapped: dict[str, list[float]]
) -> None:
    """The widths of the lines in each column that stand there beyond doubt, and of those that wrap."""
    for n, (piece, reading) in enumerate(zip(one.pieces, readings, strict=True)):
        if reading.doubtful or piece.token.table:
            continue
        name = one.columns[reading.state >> 1].field.path
        seen.setdefault(name, []).append(piece.token.width)
        after = readings[n + 1] if n + 1 < len(readings) else None
        if after and after.state == reading.state | 1 and not after.doubtful and one.pieces[n + 1].first:
            wrapped.setdefault(name, []).append(piece.token.width)


def _width_of(seen: Sequence[float], wrapped: Sequence[float]) -> Width:
    """Lines that wrap show the width; a wider one, seen once, was put into the column by mistake."""
    full = max(wrapped, default=0.0)
    twice = sum(1 for width in wrapped if width > full - 0.6) > 1
    wider = sum(1 for width in seen if width > full + 0.6)
    if full and wider < 2:
        return Width(full, twice or not wider, full)
    return Width(max(seen), bool(wrapped), sorted(seen)[-2] if len(seen) > 1 else 0.0)


def read_rows(one: Listing, widths: Widths) -> list[ListRow]:
    """The rows that the pieces of a list make."""
    if not one.pieces:
        return []
    known = [widths.get(c.field.path, Width(0.0, False)) for c in one.columns]
    return _rows(one, _decode(one, known), known)


def _blank_lined(pieces: Sequence[Piece]) -> bool:
    """Whether blank lines stand between most lines, so that two without one stand side by side on the page."""
    begins = [p.token.gap for p in pieces if p.first and not p.token.table]
    return sum(1 for gap in begins if gap) * 2 > len(begins)


_NUMBER = re.compile(r"[-+−]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_QUANTITY = re.compile(r"[-+−]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([^\d,.;:]{1,3}|\([^()]{1,8}\))")
_COMPLETE = re.compile(r".*\d[^()]*(%|\([^()]{1,8}\))")
_COMPARISON = re.compile(r"[≥≤><=≧≦⩾⩽]")


def _emissions(piece: Piece, columns: Sequence[Column], kinds: Sequence[str]) -> list[float]:
    """What the piece costs in each column."""
    out = [_kind_cost(piece, n, kind, columns[n].field) for n, kind in enumerate(kinds)]
    if piece.token.table:
        hint = column_under(piece.token, columns)
        weight = 6.0 if piece.token.exact else 0.6
        out = [cost + (0.0 if n == hint else weight) for n, cost in enumerate(out)]
    return out


def _kind_cost(piece: Piece, column: int, kind: str, field: FieldSpec) -> float:
    text = piece.fold
    if kind == "word":
        return 0.0 if column in piece.word else 2.5 if piece.token.table else 6.0
    if kind == "pattern":
        return -1.0 if re.fullmatch(field.printed.pattern, text) else 5.0
    comparison = bool(_COMPARISON.match(text))
    number = bool(_NUMBER.fullmatch(text))
    if kind == "key":
        if _QUANTITY.fullmatch(text):
            return 2.5
        return 6.0 if comparison else 5.0 if number or piece.word else 0.0
    if kind == "indicator":
        if comparison:
            return 0.0
        if piece.word:
            return 5.0
        return 0.1 if _QUANTITY.fullmatch(text) else 0.4 if text[0].isdigit() or text in NULLS else 0.6
    if kind in ("amount", "integer", "date"):
        return 0.0 if number or parses(kind, text) else 0.2 if text in NULLS else NEVER
    return 4.0 if number or comparison else 3.0 if piece.word else 1.0


NULLS = frozenset({"-", "--", "—", "——", "/", "\\", "–", "□"})
"""Marks that stand for nothing."""


class Reading(NamedTuple):
    """How a piece is read: its state (2 · column + 1 if it goes on with a cell), by what margin, and the next best."""

    state: int
    margin: float
    other: int

    @property
    def doubtful(self) -> bool:
        """Whether the next best reading is nearly as good."""
        return self.margin < DOUBT

    @property
    def may_begin_row(self) -> bool:
        """Whether a piece that goes on with its cell may as well begin a row."""
        return self.doubtful and bool(self.state & 1) and not self.other & 1 and self.other <= self.state


def _decode(one: Listing, widths: Sequence[Width]) -> list[Reading]:
    """The cheapest reading of each piece."""
    pieces, costs, kinds, spaced = one.pieces, one.costs, one.kinds, one.spaced
    count = len(kinds)
    skip = _skip_costs(kinds, 1.0)
    seen = _skip_costs(kinds, 0.1)
    skips = [seen if p.whole else skip for p in pieces]
    states = 2 * count
    forward: list[list[float]] = []
    back: list[list[int]] = []
    start = [NEVER] * states
    for column in range(count):
        start[2 * column] = costs[0][column] + skips[0][0][column]
    forward.append(start)
    steps = [
        _step(pieces[n - 1], pieces[n], kinds, widths, spaced, _row_over(pieces, n)) for n in range(1, len(pieces))
    ]
    for n in range(1, len(pieces)):
        row, origin = _advance(forward[-1], costs[n], steps[n - 1], skips[n - 1], skips[n], count)
        forward.append(row)
        back.append(origin)
    ending = [forward[-1][s] + skips[-1][(s >> 1) + 1][count] for s in range(states)]
    state = min(range(states), key=ending.__getitem__)
    path = [state]
    for origin in reversed(back):
        path.append(origin[path[-1]])
    path.reverse()
    backward = _backward(costs, steps, skips, count)
    readings = []
    for n, chosen in enumerate(path):
        totals = [f + b for f, b in zip(forward[n], backward[n], strict=True)]
        other = min((s for s in range(states) if s != chosen), key=totals.__getitem__)
        readings.append(Reading(chosen, totals[other] - totals[chosen], other))
    return readings


Skips = Sequence[Sequence[float]]


def _skip_costs(kinds: Sequence[str], weight: float) -> list[list[float]]:
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


class _Step(NamedTuple):
    """The costs of a step between two pieces: to another column of the row, to a new row, to go on with column c."""

    across: float
    down: float
    on: tuple[float, ...]


def _row_over(pieces: Sequence[Piece], n: int) -> bool:
    """Whether nothing follows piece `n` that could be another cell of its row."""
    return n + 1 >= len(pieces) or bool(pieces[n + 1].word)


def _step(
    before: Piece, after: Piece, kinds: Sequence[str], widths: Sequence[Width], spaced: bool, over: bool
) -> _Step:
    here, there = before.token, after.token
    if there.table:
        return _grid_step(before, after, kinds)
    penalty = 6.0 if open_bracket(here) and not before.word else 0.0
    on = tuple(_going_on(before, after, kind, wide, penalty) for kind, wide in zip(kinds, widths, strict=True))
    beside = spaced and after.first and not there.gap and not penalty
    if beside:
        on = tuple(cost + 0.7 for cost in on)
    if not after.first:  # on the same line
        begins = _COMPARISON.match(after.fold) or _QUANTITY.fullmatch(after.fold) or _NUMBER.fullmatch(after.fold)
        return _Step((1.2 if there.soft and not begins else 0.0) + penalty, 5.0 + penalty, on)
    down = 0.3 + penalty + (1.0 if beside and not after.word else 0.0)
    across = 0.3 + penalty + (_apart(after) if spaced and there.gap else 0.0)
    return _Step(across + _wrap_risk(before, after, kinds, widths, over), down, on)


def _apart(after: Piece) -> float:
    """What it costs that another cell of the row stands below a blank line: cells of one line share it.

    A figure has one line, and stands in the middle of the row however high that is.
    """
    figure = _QUANTITY.fullmatch(after.fold) or _NUMBER.fullmatch(after.fold) or _COMPLETE.fullmatch(after.fold)
    return 1.5 if figure else 0.5


def _wrap_risk(before: Piece, after: Piece, kinds: Sequence[str], widths: Sequence[Width], over: bool) -> float:
    """What it costs to read free text below a full line as another cell: it may be the same cell, wrapped."""
    if after.word or before.word or _COMPARISON.match(after.fold) or _QUANTITY.fullmatch(after.fold):
        return 0.0
    room = before.token.width + first_unit(after.token)
    key = kinds.index("key") if "key" in kinds else -1
    full = key >= 0 and widths[key].widest > 0 and room > widths[key].widest - 0.1
    return (1.6 if over else 0.3) if full else 0.0


def _going_on(before: Piece, after: Piece, kind: str, column_width: Width, opened: float) -> float:
    """What it costs that a piece goes on with the cell of the one before."""
    here, there = before.token, after.token
    if kind not in _ODD_AHEAD:
        return NEVER
    if opened:
        return 0.0
    odd = _odd_inside(before, after, kind)
    if not after.first:
        return odd + (0.3 if there.soft else 4.0)
    needed = here.width + first_unit(there) + 0.1
    if needed <= column_width.widest:  # it would have fitted
        return odd + (4.0 if column_width.sure else 3.0 if needed <= column_width.common else 1.5)
    if here.width > column_width.widest + 0.5:
        return odd + 0.8  # wider than anything known here: nobody knows whether it is full
    return odd + 0.3


_ODD_AHEAD = {"key": 5.0, "indicator": 4.0, "text": 2.0, "word": 6.0}
"""Columns whose cells may have several lines, and what a comparison costs inside of one."""


def _odd_inside(before: Piece, after: Piece, kind: str) -> float:
    """What it costs that a piece stands inside a cell: one that begins like another kind of cell."""
    if kind == "word":
        return 6.0 if before.word or after.word else 1.5
    if _COMPARISON.match(after.fold):
        return _ODD_AHEAD[kind]
    if after.word or after.begins:
        return 5.0
    complete = kind == "indicator" and _COMPLETE.fullmatch(before.fold)
    if complete:
        return 5.0 if after.fold[0].isdigit() else 2.0
    if _QUANTITY.fullmatch(after.fold):
        return 1.5
    return 2.0 if _NUMBER.fullmatch(after.fold) else 0.0


def _grid_step(before: Piece, after: Piece, kinds: Sequence[str]) -> _Step:
    here, there = before.token, after.token
    if here.table == there.table and here.row == there.row:
        return _Step(0.0, NEVER, tuple(NEVER for _ in kinds))
    # a row that a page break cut goes on with its cells; anything else is a new row
    cut = 3.5 if here.table != there.table else 6.0
    on = tuple(cut + _odd_inside(before, after, k) if k in _ODD_AHEAD else NEVER for k in kinds)
    return _Step(cut, 0.0, on)


_UNIT = re.compile(r"[“‘《〈（(「『【\[]*(?:[A-Za-z0-9.,%]+|.)[，。；：、！？）》”’】〉」』%,.;:!?)\]]*")
"""What a printer keeps on one line: a word or a character, with the brackets and the punctuation that cling to it."""


def first_unit(token: Token) -> float:
    """The width of what would have had to fit on the line before."""
    match = _UNIT.match(token.text)
    return width(match[0]) if match else 0.0


def _advance(
    forward: Sequence[float], cost: Sequence[float], step: _Step, before: Skips, here: Skips, count: int
) -> tuple[list[float], list[int]]:
    """One step of the forward pass: the cheapest way into each state."""
    row = [NEVER] * (2 * count)
    origin = [0] * (2 * count)
    ends = [min((forward[2 * c], 2 * c), (forward[2 * c + 1], 2 * c + 1)) for c in range(count)]
    # the row before ends at its column c: whatever it lacks behind c is skipped
    fresh, fresh_from = min((value + before[c + 1][count], s) for c, (value, s) in enumerate(ends))
    fresh += step.down
    for column in range(count):
        emission = cost[column]
        if emission >= NEVER:
            continue
        best, best_from = fresh + here[0][column], fresh_from
        for c in range(column):
            value = ends[c][0] + step.across + here[c + 1][column]
            if value < best:
                best, best_from = value, ends[c][1]
        row[2 * column] = best + emission
        origin[2 * column] = best_from
        going_on = step.on[column]
        if going_on < NEVER:
            row[2 * column + 1] = ends[column][0] + going_on
            origin[2 * column + 1] = ends[column][1]
    return row, origin


def _backward(
    costs: Sequence[Sequence[float]], steps: Sequence[_Step], skips: Sequence[Skips], count: int
) -> list[list[float]]:
    """The cheapest way from each state to the end."""
    out = [[skips[-1][c + 1][count] for c in range(count) for _ in range(2)]]
    for n in range(len(costs) - 1, 0, -1):
        step, cost, after, before, here = steps[n - 1], costs[n], out[-1], skips[n - 1], skips[n]
        begin = [cost[c] + after[2 * c] if cost[c] < NEVER else NEVER for c in range(count)]
        fresh = step.down + min(here[0][c] + begin[c] for c in range(count))
        row: list[float] = []
        for column in range(count):
            best = fresh + before[column + 1][count]
            for c in range(column + 1, count):
                best = min(best, step.across + here[column + 1][c] + begin[c])
            if step.on[column] < NEVER and cost[column] < NEVER:
                best = min(best, step.on[column] + after[2 * column + 1])
            row.extend((best, best))
        out.append(row)
    out.reverse()
    return out


def _rows(one: Listing, readings: Sequence[Reading], widths: Sequence[Width]) -> list[ListRow]:
    """The rows of a reading. A piece in doubt puts its own cell in doubt, and the one before, which it might end."""
    rows: list[dict[int, list[int]]] = []
    last = NEVER
    for n, reading in enumerate(readings):
        column, goes_on = reading.state >> 1, reading.state & 1
        if not rows or (not goes_on and column <= last):
            rows.append({})
        rows[-1].setdefault(column, []).append(n)
        last = column
    return [{column: _cell(own, one, readings, widths[column]) for column, own in row.items()} for row in rows]


def _cell(own: Sequence[int], one: Listing, readings: Sequence[Reading], width_here: Width) -> Cell:
    following = readings[own[-1] + 1] if own[-1] + 1 < len(readings) else None
    pieces = tuple(one.pieces[n] for n in own)
    # a line that is wider than its column does not wrap in it: what follows may be a row of its own
    wide = width_here.sure and any(not p.token.table and p.token.width > width_here.widest + 0.5 for p in pieces[:-1])
    unsure = wide or any(readings[n].doubtful for n in own) or any(p.cut for p in pieces)
    ends_elsewhere = following is not None and following.doubtful and bool(following.other & 1)
    return Cell(pieces, unsure or ends_elsewhere, wide or any(readings[n].may_begin_row for n in own))


def parses(kind: str, text: str) -> bool:
    """Whether a text is a value of a kind."""
    if kind == "indicator":
        return parse_indicator(text).value is not None
    try:
        PARSERS[kind](text)  # type: ignore[index]  # the kinds of columns are a superset
    except (ValueError, KeyError):
        return False
    return True


def joined(pieces: Sequence[Piece]) -> str:
    """The folded text of a cell."""
    return "".join(fold(p.fold) for p in pieces)
