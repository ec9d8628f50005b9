"""Tables from ruling lines, for born-digital pages and scans: true row and column spans, text of each cell.

Segments that cross make a lattice; its distinct places are the edges of rows and columns; where no line stands between
two slots, they are one cell.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from extractor.document.geometry import Rulings, Segment, area, clusters, joined, overlap, snapped
from extractor.document.layout import Box, Cell, Grid
from extractor.tables.ruled.crossing_runs import whole_runs
from extractor.tables.words import Token, passage, read_rows

SNAP = 3.0  # lines closer than this are one line
JOIN = 3.0  # a gap in a line that is no gap
REACH = 3.0  # how far a line may end before the line it meets
WALL = 0.6  # the share of a slot's side that a line must cover to be its wall
SHORTEST = 3.0  # a line shorter than this is no line
OPEN = 4  # upright lines that one level line closes: a row of three cells or more that a page break left open
LEFT_OVER = 3  # cells of one row that a page break left of a table, where one alone may hold text
NEXT = 3  # places in the order of drawing; between lines pdfium counts a line end
SLIVER = 4.0  # an empty row or column thinner than this is a double line
UNSURE = 0.9  # the confidence of texts that may be one or two: below what counts as read (results.LOW_CONFIDENCE)
MAX_SLOTS = 200_000  # a drawing, not a table


class Slot(NamedTuple):
    """A cell before it has text: place, spans, and whether lines close it.

    Above the first row and below the last none is needed: a page break leaves merged cells open there.
    """

    row: int
    col: int
    row_span: int
    col_span: int
    closed: bool
    open_below: bool = False
    """Whether it is in the last row, and no line stands below it: text may run out of it."""


class Lattice(NamedTuple):
    """The edges of rows and columns, the cells, and which cell each slot belongs to (row-major)."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    slots: tuple[Slot, ...]
    owner: tuple[int, ...]

    @property
    def box(self) -> Box:
        """The outline."""
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def slot_at(self, x: float, y: float) -> int:
        """The index of the cell at a point, -1 outside."""
        col, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        wide = len(self.xs) - 1
        if not (0 <= col < wide and 0 <= row < len(self.ys) - 1):
            return -1
        return self.owner[row * wide + col]

    def slot_box(self, slot: Slot) -> Box:
        """The box of a cell."""
        return Box(
            self.xs[slot.col], self.ys[slot.row], self.xs[slot.col + slot.col_span], self.ys[slot.row + slot.row_span]
        )


def find_lattices(rulings: Rulings, snap: float = SNAP, join: float = JOIN) -> list[Lattice]:
    """The lattices of a page, from top to bottom."""
    horizontal = _clean(rulings.horizontal, snap, join)
    vertical = _clean(rulings.vertical, snap, join)
    found = [lattice for h, v in _components(horizontal, vertical) if (lattice := _lattice(h, v)) is not None]
    return sorted(found, key=lambda lattice: (lattice.ys[0], lattice.xs[0]))


def free_rules(horizontal: Sequence[Segment], tables: Sequence[Box], join: float = JOIN) -> list[Segment]:
    """The horizontal lines outside of tables, each once."""

    def is_free(rule: Segment) -> bool:
        return not any(t.top - 2 <= rule.at <= t.bottom + 2 and rule.hi > t.x0 and rule.lo < t.x1 for t in tables)

    return _clean([s for s in horizontal if is_free(s)], SNAP, join)


def _clean(segments: Sequence[Segment], snap: float, join: float) -> list[Segment]:
    return [s for s in joined(snapped(segments, snap), join) if s.hi - s.lo >= SHORTEST]


def _components(horizontal: list[Segment], vertical: list[Segment]) -> list[tuple[list[Segment], list[Segment]]]:
    """Groups of lines that touch each other."""
    parent = list(range(len(horizontal) + len(vertical)))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    places = [v.at for v in vertical]  # sorted, as `joined` gives them
    for i, h in enumerate(horizontal):
        for j in range(bisect_left(places, h.lo - REACH), bisect_right(places, h.hi + REACH)):
            if vertical[j].lo - REACH <= h.at <= vertical[j].hi + REACH:
                parent[root(i)] = root(len(horizontal) + j)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = defaultdict(lambda: ([], []))
    for i, h in enumerate(horizontal):
        groups[root(i)][0].append(h)
    for j, v in enumerate(vertical):
        groups[root(len(horizontal) + j)][1].append(v)
    tables = [g for g in groups.values() if (len(g[0]) > 1 and g[1]) or (len(g[0]) == 1 and len(g[1]) >= OPEN)]
    lone = [side for across, sides in groups.values() if not across for side in sides]
    for _, sides in tables:
        sides.extend(side for side in lone if any(_is_beside(side, own) for own in (sides[0], sides[-1])))
    return tables


def _is_beside(side: Segment, other: Segment) -> bool:
    """Whether two upright lines begin and end in line: between them is a cell that two page breaks leave open."""
    return max(abs(side.lo - other.lo), abs(side.hi - other.hi)) <= SNAP


def _lattice(horizontal: list[Segment], vertical: list[Segment]) -> Lattice | None:
    vertical = sorted(vertical + open_sides(horizontal, vertical))
    horizontal = sorted(horizontal + open_sides(vertical, horizontal))
    xs, ys = sorted({v.at for v in vertical}), sorted({h.at for h in horizontal})
    if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > MAX_SLOTS:
        return None
    left = _walls(vertical, xs, ys)
    above = _walls(horizontal, ys, xs)
    slots, owner = tile(left, above)
    return Lattice(tuple(xs), tuple(ys), tuple(slots), tuple(owner))


def open_sides(rules: Sequence[Segment], sides: Sequence[Segment]) -> list[Segment]:
    """Lines that close a table whose rules run past its first or last side and end in line with each other.

    A page break leaves rows open as well as columns: then the roles are exchanged.
    """
    out: list[Segment] = []
    first, last = min(side.at for side in sides), max(side.at for side in sides)
    for far in (
        [(rule.lo, rule.at) for rule in rules if rule.lo < first - 2 * SNAP],
        [(rule.hi, rule.at) for rule in rules if rule.hi > last + 2 * SNAP],
    ):
        for group in clusters({x for x, _ in far}, SNAP):
            places = [y for x, y in far if group[0] <= x <= group[-1]]
            if len(places) > 1:
                out.append(Segment(sum(group) / len(group), min(places), max(places)))
    return out


def _walls(segments: Sequence[Segment], places: list[float], steps: list[float]) -> list[list[bool]]:
    """For each place, whether its lines cover each step between two crossing places."""
    index = {at: i for i, at in enumerate(places)}
    cover = [[0.0] * (len(steps) - 1) for _ in places]
    for at, lo, hi in segments:
        row = cover[index[at]]
        for step in range(max(0, bisect_right(steps, lo) - 1), min(len(steps) - 1, bisect_left(steps, hi))):
            row[step] += overlap(lo, hi, steps[step], steps[step + 1])
    return [[c >= WALL * (steps[i + 1] - steps[i]) for i, c in enumerate(row)] for row in cover]


def tile(left: list[list[bool]], above: list[list[bool]]) -> tuple[list[Slot], list[int]]:
    """Cut the slots into rectangles at their walls.

    `left[c][r]` is the wall left of column c in row r, `above[r][c]` the one above row r in column c; both go one
    past the last. Gives the cells in row-major order and the cell of each slot.
    """
    wide, high = len(left) - 1, len(above) - 1
    owner = [-1] * (wide * high)
    slots: list[Slot] = []
    for row in range(high):
        for col in range(wide):
            if owner[row * wide + col] >= 0:
                continue
            end = col + 1
            while end < wide and not left[end][row] and owner[row * wide + end] < 0:
                end += 1
            low = row + 1
            while low < high and _continues(left, above, low, col, end):
                low += 1
            closed = (
                all(left[col][row:low])
                and all(left[end][row:low])
                and (row == 0 or all(above[row][col:end]))
                and (low == high or all(above[low][col:end]))
            )
            for r in range(row, low):
                owner[r * wide + col : r * wide + end] = [len(slots)] * (end - col)
            open_below = low == high and not any(above[low][col:end])
            slots.append(Slot(row, col, low - row, end - col, closed, open_below))
    return slots, owner


def _continues(left: list[list[bool]], above: list[list[bool]], row: int, col: int, end: int) -> bool:
    """Whether a cell goes on in the next row: no line above it and none that cuts it."""
    return not any(above[row][col:end]) and not any(left[c][row] for c in range(col + 1, end))


class Filled(NamedTuple):
    """The tables of a page, and the tokens that stand in none."""

    grids: list[Grid]
    rest: list[Token]


def fill(lattices: Sequence[Lattice], tokens: Sequence[Token], page: int, drawn: bool) -> Filled:
    """Put each token into the innermost cell around its middle; give the tables that hold text. Where tokens stand
    exactly where they are drawn, those of one run stay in one cell."""
    inner_first = sorted(lattices, key=lambda lattice: area(lattice.box))
    held: list[dict[int, list[Token]]] = [defaultdict(list) for _ in inner_first]
    rest = list(tokens)
    for lattice, cells in zip(inner_first, held, strict=True):
        rest = _overflowing(lattice, _take(lattice, rest, cells, drawn), cells)
    grids: list[Grid] = []
    for lattice, cells in zip(inner_first, held, strict=True):
        if is_table(lattice, cells):
            grids.append(make_grid(lattice, cells, page))
        else:
            for members in cells.values():
                rest += members
    return Filled(grids, rest)


def _take(lattice: Lattice, tokens: list[Token], cells: dict[int, list[Token]], drawn: bool) -> list[Token]:
    """Put the tokens inside a lattice into its cells; gives the others."""
    xs, ys, owner, wide = lattice.xs, lattice.ys, lattice.owner, len(lattice.xs) - 1
    left, right, top, bottom = xs[0], xs[-1], ys[0], ys[-1]
    owners: list[int] = []
    for token in tokens:
        x, y = (token[1] + token[3]) / 2, (token[2] + token[4]) / 2
        if left <= x < right and top <= y < bottom:
            owners.append(owner[(bisect_right(ys, y) - 1) * wide + bisect_right(xs, x) - 1])
        else:
            owners.append(-1)
    for at in whole_runs(tokens, owners, lambda cell: lattice.slot_box(lattice.slots[cell]), drawn):
        tokens[at] = tokens[at]._replace(confidence=UNSURE)
    rest: list[Token] = []
    for token, cell in zip(tokens, owners, strict=True):
        (cells[cell] if cell >= 0 else rest).append(token)
    return rest


def _overflowing(lattice: Lattice, tokens: list[Token], cells: dict[int, list[Token]]) -> list[Token]:
    """Put the tokens right below cells without a lower line into those whose text they go on with; gives the others.

    A page break leaves such cells, and some printers let the last line of a label stand below them.
    """
    if not any(slot.open_below for slot in lattice.slots):
        return tokens
    rest: list[Token] = []
    for token in tokens:
        size = token.bottom - token.top
        near = -size <= token.top - lattice.ys[-1] <= 2 * size
        index = lattice.slot_at((token.x0 + token.x1) / 2, lattice.ys[-1] - 0.1) if near else -1
        own = cells.get(index, [])
        if index >= 0 and lattice.slots[index].open_below and own and 0 < token.order - own[-1].order <= NEXT:
            own.append(token)
        else:
            rest.append(token)
    return rest


def is_table(lattice: Lattice, cells: dict[int, list[Token]]) -> bool:
    """Whether a lattice with these tokens is a table: not a frame around text, not an empty drawing."""
    used = [i for i, members in cells.items() if any(not t[0].isspace() for t in members)]
    closed = sum(slot.closed for slot in lattice.slots)
    left_over = len(used) == 1 and closed >= LEFT_OVER and closed == len(lattice.slots)
    return (len(used) >= 2 and closed >= 2) or left_over


def make_grid(lattice: Lattice, cells: dict[int, list[Token]], page: int) -> Grid:
    """The grid of a lattice: rows and columns without any cell of their own are dropped, open empty slots too."""
    kept = [(slot, cells.get(i, [])) for i, slot in enumerate(lattice.slots) if slot.closed or cells.get(i)]
    rows = _renumber(lattice.ys, [(s.row, s.row_span, bool(t)) for s, t in kept])
    cols = _renumber(lattice.xs, [(s.col, s.col_span, bool(t)) for s, t in kept])
    out: list[Cell] = []
    for slot, tokens in kept:
        row, row_end = rows[slot.row], rows[slot.row + slot.row_span]
        col, col_end = cols[slot.col], cols[slot.col + slot.col_span]
        if row == row_end or col == col_end:
            continue
        text, words = passage(read_rows(tokens)) if tokens else ("", ())
        out.append(Cell(page, 0, row, col, text, row_end - row, col_end - col, lattice.slot_box(slot), words))
    out.sort(key=lambda cell: (cell.row, cell.col))
    return Grid(page, 0, tuple(out), lattice.box)


def _renumber(edges: Sequence[float], cells: list[tuple[int, int, bool]]) -> list[int]:
    """The new number of each edge once slivers (double lines) and steps where no cell begins are dropped."""
    begins = {start for start, _, _ in cells}
    sliver = {start for start, span, _ in cells if span == 1 and edges[start + 1] - edges[start] < SLIVER}
    sliver -= {start for start, span, full in cells if span == 1 and full}
    numbers, now = [], 0
    for index in range(len(edges)):
        numbers.append(now)
        if index in begins and index not in sliver:
            now += 1
    return numbers
