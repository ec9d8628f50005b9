"""The cheapest way to read the pieces of a list as rows, by dynamic programming, and how sure each place is.

Each piece is given a column, and either begins a cell or goes on with the one before. The second-best reading of each
piece gives its margin: a small one is a doubt. Where columns are facts, as in a grid with true spans, they weigh more
than anything.

Method: a first-order Markov model decoded by min-sum (Viterbi) with backward costs for the margins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from operator import add
from typing import NamedTuple

from extractor.engines.rules.header_columns import Column
from extractor.engines.rules.pieces import Piece, Width, column_kind
from extractor.engines.rules.reading_costs import (
    NEVER,
    UNKNOWN,
    Skips,
    Step,
    emissions,
    shape,
    skip_costs,
    step,
    surroundings,
)

DOUBT = 1.0
"""Below this margin a token's column is in doubt."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to be read: its pieces, its columns, and what the pieces cost in each."""

    pieces: tuple[Piece, ...]
    columns: tuple[Column, ...]
    kinds: tuple[str, ...]
    costs: tuple[tuple[float, ...], ...]
    spaced: bool
    unwrapped: bool
    """Whether each line holds one cell, whole: no line of the form is wrapped."""


def listing(pieces: Sequence[Piece], columns: Sequence[Column], *, unwrapped: bool = False) -> Listing:
    """The pieces of a list with their costs."""
    kinds = tuple(column_kind(c.field) for c in columns)
    costs = tuple(map(tuple, emissions(pieces, columns, kinds)))
    return Listing(
        tuple(pieces), tuple(columns), kinds, costs, _blank_lined(pieces), unwrapped and _is_cell_a_line(pieces, kinds)
    )


def _blank_lined(pieces: Sequence[Piece]) -> bool:
    """Whether blank lines stand between most lines, so that two without one stand side by side on the page."""
    begins = [p.token.gap for p in pieces if p.first and not p.token.table]
    return sum(1 for gap in begins if gap) * 2 > len(begins)


def _is_cell_a_line(pieces: Sequence[Piece], kinds: Sequence[str]) -> bool:
    """Whether each line is a cell of a known column: nothing but what a typographic space cuts off stands behind one,
    and no sign or bare number is there that may be of a column that the header does not tell.
    """
    if any(not piece.first and not piece.token.soft for piece in pieces) or UNKNOWN & set(kinds):
        return False
    forms = [shape(piece.fold) for piece in pieces]
    numeric = bool({"amount", "integer"} & set(kinds))
    alone = any(form.comparison and len(piece.fold) == 1 for form, piece in zip(forms, pieces, strict=True))
    return not alone and (numeric or not any(form.number for form in forms))


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


def decode(one: Listing, widths: Sequence[Width]) -> list[Reading]:
    """The cheapest reading of each piece."""
    pieces, costs, kinds = one.pieces, one.costs, one.kinds
    count = len(kinds)
    skip, seen = skip_costs(kinds, 1.0), skip_costs(kinds, 0.1)
    skips = [seen if p.whole else skip for p in pieces]
    states = 2 * count
    forward: list[list[float]] = []
    back: list[list[int]] = []
    start = [NEVER] * states
    for column in range(count):
        start[2 * column] = costs[0][column] + skips[0][0][column]
    forward.append(start)
    steps = [
        step(pieces[n - 1], pieces[n], kinds, widths, surroundings(pieces, n, one.spaced, unwrapped=one.unwrapped))
        for n in range(1, len(pieces))
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
        totals = list(map(add, forward[n], backward[n]))
        best, totals[chosen] = totals[chosen], inf
        second = min(totals)
        readings.append(Reading(chosen, second - best, totals.index(second)))
    return readings


def _advance(
    forward: Sequence[float], cost: Sequence[float], step: Step, before: Skips, here: Skips, count: int
) -> tuple[list[float], list[int]]:
    """One step of the forward pass: the cheapest way into each state."""
    row = [NEVER] * (2 * count)
    origin = [0] * (2 * count)
    # the state in which the piece before stands in column c: it begins its cell there, or goes on with it
    last = [s if forward[s] <= forward[s + 1] else s + 1 for s in range(0, 2 * count, 2)]
    ends = [forward[s] for s in last]
    beside = [value + step.across for value in ends]
    # the row before ends at its column c: whatever it lacks behind c is skipped
    closed = [value + before[c + 1][count] for c, value in enumerate(ends)]
    least = min(closed)
    fresh, fresh_from = least + step.down, last[closed.index(least)]
    for column in range(count):
        emission = cost[column]
        if emission >= NEVER:
            continue
        best, best_from = fresh + here[0][column], fresh_from
        for c in range(column):
            value = beside[c] + here[c + 1][column]
            if value < best:
                best, best_from = value, last[c]
        row[2 * column] = best + emission
        origin[2 * column] = best_from
        going_on = step.on[column]
        if going_on < NEVER:
            row[2 * column + 1] = ends[column] + going_on
            origin[2 * column + 1] = last[column]
    return row, origin


def _backward(
    costs: Sequence[Sequence[float]], steps: Sequence[Step], skips: Sequence[Skips], count: int
) -> list[list[float]]:
    """The cheapest way from each state to the end."""
    out = [[skips[-1][c + 1][count] for c in range(count) for _ in range(2)]]
    for n in range(len(costs) - 1, 0, -1):
        step, cost, after, before, here = steps[n - 1], costs[n], out[-1], skips[n - 1], skips[n]
        begin = [cost[c] + after[2 * c] if cost[c] < NEVER else NEVER for c in range(count)]
        fresh = step.down + min(map(add, here[0], begin))
        row: list[float] = []
        for column in range(count):
            best = fresh + before[column + 1][count]
            skipped = here[column + 1]
            for c in range(column + 1, count):
                value = step.across + skipped[c] + begin[c]
                if value < best:
                    best = value
            going_on = step.on[column]
            if going_on < NEVER and cost[column] < NEVER and going_on + after[2 * column + 1] < best:
                best = going_on + after[2 * column + 1]
            row += (best, best)
        out.append(row)
    out.reverse()
    return out
