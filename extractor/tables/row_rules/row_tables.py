"""Tables with ruling lines between their rows only: lines give the rows and row spans, gaps in the text the columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import Segment, clusters, overlap, stab, union
from extractor.document.layout import Box, Cell, Grid
from extractor.tables import column_gaps
from extractor.tables.column_gaps import Above, Clear, Going, Held, clear_grid, parted, side_by_side
from extractor.tables.merged_rows import hides_rows, least_white
from extractor.tables.row_rules.rule_extents import SAME, extents_of, opened
from extractor.tables.ruled.lattice import tile
from extractor.tables.text_runs import Row, Run, lines_of, may_go_on, middle
from extractor.tables.words import Piece, passage

LEAST_BANDS = 2  # rows between lines
LEAST_CELLS = 3  # in a row that is all that a table has
MOST_LINES = 3.5  # the median of printed lines in a row
COMMON = 0.3  # the share of rows that show an edge of a column, for it to hold in others
UPRIGHT = 0.6  # the share of a row's height that a vertical line must cover to be a wall in it
LEAST_HEADER = 3  # gaps in a row whose columns the rows below it keep


class Banded(NamedTuple):
    """A table found among rows of runs: the index of its first, one past its last, its grid, what may go on below."""

    start: int
    end: int
    grid: Grid
    going: Going | None = None


class Proof(NamedTuple):
    """What helps to prove columns: horizontal lines as they were drawn, columns of the page before, vertical lines.

    `shaded` says that some of the lines are edges of colour, of which rows of one colour have none between them.
    """

    drawn: Sequence[Segment]
    going: Going | None
    uprights: Sequence[Segment] = ()
    shaded: bool = False


class Band(NamedTuple):
    """What is printed between two lines: from the top to the bottom, and the runs."""

    top: float
    bottom: float
    runs: list[Run]


def find_banded(rows: Sequence[Row], rules: Sequence[Segment], page: int, proof: Proof | None = None) -> list[Banded]:
    """The tables whose rows are ruled and whose columns are not; without `proof` their columns are hints."""
    extents = extents_of(rows, rules, proof and proof.going)
    found = (_table(rows, rules, extent, page, proof) for extent in extents)
    return sorted((table for table in found if table is not None), key=lambda table: table[:2])


class Inside(NamedTuple):
    """What stands in the place of a table: the rows of runs, the lines, and where those part its rows."""

    start: int
    end: int
    runs: list[Run]
    rules: list[Segment]
    ys: list[float]


def _table(rows: Sequence[Row], rules: Sequence[Segment], extent: Box, page: int, proof: Proof | None) -> Banded | None:
    """The table of an extent, and of what a page break left open above and below it, if its columns are proved."""
    if proof is not None:
        for place in opened(rows, extent, proof.going, rules):
            inside = _inside(rows, rules, place)
            clear = inside and _clear(inside, place, page, proof, may_go_on(rows, inside.start))
            if inside is not None and clear is not None:
                return Banded(inside.start, inside.end, *clear)
    inside = _inside(rows, rules, extent)
    return inside and _hinted(inside, extent, page)


def _inside(rows: Sequence[Row], rules: Sequence[Segment], place: Box) -> Inside | None:
    left, top, right, bottom = place
    found = [i for i, row in enumerate(rows) if top < middle(row[0]) < bottom and _is_within(row, left, right)]
    if not found or found[-1] - found[0] + 1 != len(found):
        return None
    own = [s for s in rules if top <= s.at <= bottom and left - SAME <= s.lo and s.hi <= right + SAME]
    ys = [sum(g) / len(g) for g in clusters({s.at for s in own}, 2.0)]
    ys = [*(y for y in (top,) if y < ys[0] - SAME), *ys, *(y for y in (bottom,) if y > ys[-1] + SAME)]
    return Inside(found[0], found[-1] + 1, [run for i in found for run in rows[i]], own, ys)


def _hinted(inside: Inside, extent: Box, page: int) -> Banded | None:
    """The table whose columns are hints."""
    left, right, runs = extent.x0, extent.x1, inside.runs
    ends = [x for s in inside.rules for x in (s.lo, s.hi) if left + SAME < x < right - SAME]
    known = [sum(g) / len(g) for g in clusters(set(ends), SAME)]
    bands = _bands([part for run in runs for part in cut(run, [*known, *left_edges(runs)])], inside.ys)
    filled = [band for band in bands if band.runs]
    lines = median(len({round(middle(run)) for run in band.runs}) for band in filled)
    if any(_holds_rows(band) for band in filled):
        return None
    if len(filled) < LEAST_BANDS or lines > MOST_LINES or sum(len(_blocks(b)) > 1 for b in filled) < 0.5 * len(filled):
        return None
    grid = _grid(bands, inside.rules, inside.ys, [left, *known, right], page)
    return Banded(inside.start, inside.end, grid) if grid is not None else None


def _clear(inside: Inside, place: Box, page: int, proof: Proof, first: bool) -> Clear | None:
    """The table where lines part all of its rows and its columns are proved; the `first` of a page may go on there."""
    rules, ys = inside.rules, inside.ys
    sides = Box(place.x0, ys[0], place.x1, ys[-1])
    going = proof.going if first else None
    bands = []
    runs = [part for run in inside.runs for whole in _apart(run, proof.uprights) for part in parted(whole)]
    rows = [(top, bottom, tuple(side_by_side(own))) for top, bottom, own in _bands(runs, ys)]
    least = least_white(block for _, _, blocks in rows for block in blocks)
    for top, bottom, blocks in rows:
        if hides_rows(blocks, least) or (proof.shaded and _are_rows(blocks)):
            return None
        walls = _walls_of(top, bottom, proof, sides)
        bands.append(column_gaps.Band(top, bottom, blocks, walls))
    while bands and not bands[0].blocks:
        ys, bands = ys[1:], bands[1:]
    while bands and not bands[-1].blocks:
        ys, bands = ys[:-1], bands[:-1]
    bands = _joined_over(bands, rules)
    if len(bands) < LEAST_BANDS and (not bands or (going is None and len(bands[0].blocks) < LEAST_CELLS)):
        return None

    def ruled(xs: list[float], held: Held) -> Above:
        return [
            [
                _is_ruled(rules, y, a, b) or _is_ruled_at(rules, y, held, row, col)
                for col, (a, b) in enumerate(pairwise(xs))
            ]
            for row, y in enumerate(ys)
        ]

    return clear_grid(bands, page, sides._replace(bottom=ys[-1]), ruled, going)


def _are_rows(blocks: Sequence[column_gaps.Block]) -> bool:
    """Whether a text begins below the end of another: those of one row stand beside each other. Characters of a label
    that is set downwards stand beside several rows."""
    boxes = [block.box for block in blocks if any(len(run.text) > 1 for run in block.runs)]
    return bool(boxes) and max(box.top for box in boxes) > min(box.bottom for box in boxes)


def _joined_over(bands: list[column_gaps.Band], rules: Sequence[Segment]) -> list[column_gaps.Band]:
    """Bands with each text that goes on below where no line is put to the text above it."""
    out = list(bands[:1])
    for band in bands[1:]:
        kept = []
        for block in band.blocks:
            box = block.box
            over = [n for n, b in enumerate(out[-1].blocks) if overlap(b.box.x0, b.box.x1, box.x0, box.x1) > 0]
            if len(over) == 1 and not _is_ruled(rules, band.top, box.x0, box.x1):
                blocks = list(out[-1].blocks)
                blocks[over[0]] = column_gaps.block_of([*blocks[over[0]].runs, *block.runs])
                out[-1] = out[-1]._replace(blocks=tuple(blocks))
            else:
                kept.append(block)
        out.append(band._replace(blocks=tuple(kept)))
    return out


def _walls_of(top: float, bottom: float, proof: Proof, sides: Box) -> tuple[float, ...]:
    """Where lines show that a column ends in a row: above as well as below it, or beside it."""
    shown = [_ends(proof.drawn, y, sides) for y in (top, bottom)]
    ends = [x for x in shown[0] if any(abs(x - other) < 1 for other in shown[1])]
    least = UPRIGHT * (bottom - top)
    return (*ends, *(s.at for s in proof.uprights if overlap(s.lo, s.hi, top, bottom) >= least))


def _apart(run: Run, uprights: Sequence[Segment]) -> list[Run]:
    """A run cut where a vertical line stands between two of its words."""
    y = middle(run)
    return cut(run, [s.at for s in uprights if s.lo < y < s.hi and run.box.x0 < s.at < run.box.x1])


def _ends(drawn: Sequence[Segment], y: float, sides: Box) -> list[float]:
    """Where lines at a height end inside of a table: cells end there whose lines are drawn one by one."""
    own = [x for s in drawn if abs(s.at - y) <= 1 for x in (s.lo, s.hi)]
    return [x for x in own if sides.x0 + SAME < x < sides.x1 - SAME]


def _holds_rows(band: Band) -> bool:
    """Whether several lines between two rules are rows themselves: three pieces of text or more in each."""
    lines: dict[int, int] = {}
    for run in band.runs:
        lines[round(middle(run))] = lines.get(round(middle(run)), 0) + 1
    return sum(count > 2 for count in lines.values()) > 3


def _is_within(row: Row, left: float, right: float) -> bool:
    return all(run.grid is None and left - SAME <= run.box.x0 and run.box.x1 <= right + 2 * SAME for run in row)


def left_edges(runs: Sequence[Run], least: int = 3) -> list[float]:
    """Where several texts begin in line below each other."""
    return [sum(g) / len(g) for g in clusters([run.box.x0 for run in runs], 0.8) if len(g) >= least]


def cut(run: Run, edges: Sequence[float]) -> list[Run]:
    """A run cut where the edge of a column falls between two of its words."""
    parts: list[list[Piece]] = [[run.pieces[0]]]
    for before, piece in pairwise(run.pieces):
        white = piece.box.x0 - before.box.x1
        if white > 0.4 * piece.size and any(before.box.x1 - 1 <= x <= piece.box.x0 + 1 for x in edges):
            parts.append([])
        parts[-1].append(piece)
    return [Run(box, tuple(part)) for part in parts if (box := union(p.box for p in part)) is not None]


def _bands(runs: Sequence[Run], ys: Sequence[float]) -> list[Band]:
    out = [Band(top, bottom, []) for top, bottom in pairwise(ys)]
    for run in runs:
        out[min(len(out) - 1, max(0, bisect_right(ys, middle(run)) - 1))].runs.append(run)
    return out


def _blocks(band: Band) -> list[tuple[float, float]]:
    """The stretches of a row that hold text, from left to right."""
    out: list[tuple[float, float]] = []
    for x0, x1 in sorted((run.box.x0, run.box.x1) for run in band.runs):
        if out and x0 <= out[-1][1] + 2:
            out[-1] = (out[-1][0], max(out[-1][1], x1))
        else:
            out.append((x0, x1))
    return out


def _grid(bands: list[Band], rules: Sequence[Segment], ys: list[float], edges: list[float], page: int) -> Grid | None:
    left, *known, right = edges
    between = [gaps_of(band) for band in bands]
    inner = stab([gap for gaps in between for gap in gaps], known)
    xs = [left, *inner, right]
    walls = _walls(bands, between, rules, xs)
    above = [[_is_ruled(rules, y, a, b) for a, b in pairwise(xs)] for y in ys]
    slots, owner = tile(walls, above)
    held: list[list[Run]] = [[] for _ in slots]
    wide = len(xs) - 1
    for index, band in enumerate(bands):
        for run in band.runs:
            middle = (run.box.x0 + run.box.x1) / 2
            col = min(wide - 1, max(0, bisect_right(xs, middle) - 1))
            held[owner[index * wide + col]].append(run)
    cells = []
    for slot, runs in zip(slots, held, strict=True):
        text, words = passage(lines_of(runs))
        box = Box(xs[slot.col], ys[slot.row], xs[slot.col + slot.col_span], ys[slot.row + slot.row_span])
        cells.append(Cell(page, 0, slot.row, slot.col, text, slot.row_span, slot.col_span, box, words))
    return Grid(page, 0, tuple(cells), Box(left, ys[0], right, ys[-1]), ragged=True) if wide > 1 else None


def gaps_of(band: Band) -> list[tuple[float, float]]:
    """The white between the stretches of text of a row."""
    blocks = _blocks(band)
    return [(a[1], b[0]) for a, b in pairwise(blocks)]


def _walls(
    bands: list[Band], between: list[list[tuple[float, float]]], rules: Sequence[Segment], xs: list[float]
) -> list[list[bool]]:
    """For each edge of a column, whether it stands in each row: where text shows it, and where partial lines end."""
    out = text_walls(bands, between, xs)
    for rule in rules:
        for index in range(1, len(xs) - 1):
            if min(abs(xs[index] - rule.lo), abs(xs[index] - rule.hi)) <= SAME:
                for row, band in enumerate(bands):
                    if min(abs(band.top - rule.at), abs(band.bottom - rule.at)) <= 2:
                        out[index][row] = True
    return out


def text_walls(bands: list[Band], between: list[list[tuple[float, float]]], xs: list[float]) -> list[list[bool]]:
    """For each edge of a column, whether it stands in each row: between two stretches of text, where a row whose
    texts fit the columns of a header leaves one of them blank, and, without a header, where it is common."""
    out = [[index in (0, len(xs) - 1)] * len(bands) for index in range(len(xs))]
    shared = [sum(lo - 1 <= x <= hi + 1 for gaps in between for lo, hi in gaps) for x in xs]
    edges = [{index for lo, hi in gaps if (index := _edge(xs, shared, lo, hi))} for gaps in between]
    least = COMMON * sum(bool(band.runs) for band in bands)
    common = {i for i in range(1, len(xs) - 1) if sum(i in own for own in edges) >= least}
    header: set[int] = set()
    for row, (band, own) in enumerate(zip(bands, edges, strict=True)):
        blocks = _blocks(band)
        if len(header) >= len(own) and _fits(blocks, [xs[i] for i in sorted(header)]):
            stand = own | header
        else:
            header = own if len(own) >= LEAST_HEADER else set()
            stand = own | {
                i for i in common if len(blocks) > 1 and not any(lo + 1 < xs[i] < hi - 1 for lo, hi in blocks)
            }
        for index in stand:
            out[index][row] = True
    return out


def _edge(xs: list[float], shared: list[int], lo: float, hi: float) -> int:
    """The edge for a gap: the one that most rows share, else the one next to the text; 0 when there is none."""
    inside = [i for i in range(1, len(xs) - 1) if lo - 1 <= xs[i] <= hi + 1]
    return max(inside, key=lambda i: (shared[i], -abs(xs[i] - hi)), default=0)


def _fits(blocks: list[tuple[float, float]], edges: list[float]) -> bool:
    """Whether each text of a row stands in a column of its own between these edges."""
    columns = [(bisect_right(edges, lo + 1), bisect_right(edges, hi - 1)) for lo, hi in blocks]
    return len(blocks) > 1 and all(a == b for a, b in columns) and len({a for a, _ in columns}) == len(columns)


def _is_ruled_at(rules: Sequence[Segment], y: float, held: Held, row: int, col: int) -> bool:
    """Whether a line stands between a text of a column and the row above or below it: a column of which only a part
    holds text may be two, and the line ends with the first."""
    near = (block.box for at, begins, block in held if begins == col and at in (row - 1, row))
    return any(_is_ruled(rules, y, box.x0, box.x1) for box in near)


def _is_ruled(rules: Sequence[Segment], y: float, start: float, end: float) -> bool:
    middle = (start + end) / 2
    return any(abs(s.at - y) <= 2 and s.lo - SAME <= middle <= s.hi + SAME for s in rules)
