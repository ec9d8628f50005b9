"""Tables with ruling lines between their rows only: lines give the rows and row spans, gaps in the text the columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

from extractor.document.geometry import Segment, clusters, overlap, union
from extractor.document.layout import Box, Grid
from extractor.tables import column_gaps
from extractor.tables.column_gaps import parted, side_by_side
from extractor.tables.merged_rows import ROOM, WIDEST, hides_rows, least_white, widest_white
from extractor.tables.proved_columns import Above, Clear, Going, Held, clear_grid
from extractor.tables.row_rules.rule_extents import LEAST_CELLS, SAME, extents_of, opened
from extractor.tables.text_runs import Row, Run, may_go_on, middle
from extractor.tables.words import Piece

LEAST_BANDS = 2  # rows between lines
UPRIGHT = 0.6  # the share of a row's height that a vertical line must cover to be a wall in it


class Banded(NamedTuple):
    """A table found among rows of runs: the index of its first, one past its last, its grid, what may go on below."""

    start: int
    end: int
    grid: Grid
    going: Going | None = None


class Proof(NamedTuple):
    """What helps to prove columns: horizontal lines as they were drawn, columns of the page before, vertical lines.

    `areas` are those of colour whose edges are among the lines; cells of one colour have no edge between them. `edges`
    are the edges of colour that cut the cells of tables without lines.
    """

    drawn: Sequence[Segment]
    going: Going | None
    uprights: Sequence[Segment] = ()
    areas: Sequence[Box] = ()
    edges: Sequence[Segment] = ()


class Band(NamedTuple):
    """What is printed between two lines: from the top to the bottom, and the runs."""

    top: float
    bottom: float
    runs: list[Run]


def find_banded(rows: Sequence[Row], rules: Sequence[Segment], page: int, proof: Proof) -> list[Banded]:
    """The tables whose rows are ruled and whose columns white proves."""
    extents = extents_of(rows, rules, proof.going, proof.areas)
    found = (_table(rows, rules, extent, page, proof) for extent in extents)
    return sorted((table for table in found if table is not None), key=lambda table: table[:2])


def sides_apart(rows: list[Row], rules: Sequence[Segment], proof: Proof) -> list[Row]:
    """The rows with those of tables side by side, each with lines of its own, put one table behind the other."""
    out = rows
    for left, right in permutations(extents_of(rows, rules, proof.going, proof.areas), 2):
        top, bottom = max(left.top, right.top), min(left.bottom, right.bottom)
        low = min(left.bottom - left.top, right.bottom - right.top)
        if left.x1 < right.x0 and bottom - top > 0.5 * low:
            out = _one_by_one(out, (left.x1 + right.x0) / 2, min(left.top, right.top), max(left.bottom, right.bottom))
    return out


def _one_by_one(rows: list[Row], x: float, top: float, bottom: float) -> list[Row]:
    """Rows that a strip of white parts, those on the left of it first."""
    own = [n for n, row in enumerate(rows) if top < middle(row[0]) < bottom]
    inside = rows[own[0] : own[-1] + 1] if own else []
    if any(run.box.x0 < x < run.box.x1 for row in inside for run in row):
        return rows
    parts = [[run for run in row if (run.box.x1 <= x) == first] for first in (True, False) for row in inside]
    return [*rows[: own[0]], *(part for part in parts if part), *rows[own[-1] + 1 :]] if own else rows


class Inside(NamedTuple):
    """What stands in the place of a table: the rows of runs, the lines, and where those part its rows."""

    start: int
    end: int
    runs: list[Run]
    rules: list[Segment]
    ys: list[float]


def _table(rows: Sequence[Row], rules: Sequence[Segment], extent: Box, page: int, proof: Proof) -> Banded | None:
    """The table of an extent, and of what a page break left open above and below it, if its columns are proved."""
    for place in opened(rows, extent, proof.going, rules, bool(proof.areas)):
        inside = _inside(rows, rules, place)
        if inside is None:
            continue
        for going in (proof.going, None) if may_go_on(rows, inside.start) else (None,):
            clear = _clear(inside, place, page, proof, going)
            if clear is not None:
                return Banded(inside.start, inside.end, *clear)
    return None


def _inside(rows: Sequence[Row], rules: Sequence[Segment], place: Box) -> Inside | None:
    left, top, right, bottom = place
    found = [i for i, row in enumerate(rows) if top < middle(row[0]) < bottom and _is_within(row, left, right)]
    if not found or found[-1] - found[0] + 1 != len(found):
        return None
    own = [s for s in rules if top <= s.at <= bottom and left - SAME <= s.lo and s.hi <= right + SAME]
    ys = [sum(g) / len(g) for g in clusters({s.at for s in own}, 2.0)]
    ys = [*(y for y in (top,) if y < ys[0] - SAME), *ys, *(y for y in (bottom,) if y > ys[-1] + SAME)]
    return Inside(found[0], found[-1] + 1, [run for i in found for run in rows[i]], own, ys)


def _clear(inside: Inside, place: Box, page: int, proof: Proof, going: Going | None) -> Clear | None:
    """The table where lines part all of its rows and its columns are proved."""
    rules, ys = inside.rules, inside.ys
    sides = Box(place.x0, ys[0], place.x1, ys[-1])
    bands = []
    runs = [part for run in inside.runs for whole in _apart(run, proof.uprights) for part in parted(whole)]
    rows = [(top, bottom, tuple(side_by_side(own))) for top, bottom, own in _bands(runs, ys)]
    least = least_white(block for _, _, blocks in rows for block in blocks)
    for top, bottom, blocks in rows:
        if hides_rows(blocks, least):
            return None
        walls = _walls_of(top, bottom, proof, sides)
        bands.append(column_gaps.Band(top, bottom, blocks, walls))
    while bands and not bands[0].blocks:
        ys, bands = ys[1:], bands[1:]
    while bands and not bands[-1].blocks:
        ys, bands = ys[:-1], bands[:-1]
    far = min(least, WIDEST) + ROOM
    if proof.areas:
        rules = [*rules, *_far_apart(bands, rules, far)]
    bands = _joined_over(bands, rules)
    if proof.areas and any(_may_be_rows(band, rules, sides, far) for band in bands):
        return None
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


def _may_be_rows(band: column_gaps.Band, rules: Sequence[Segment], sides: Box, white: float) -> bool:
    """Whether a band between edges of colour may be several rows of one colour: lines of a cell are farther apart than
    lines of one are, or cells that begin and end with the band stand below each other."""
    return widest_white(band.blocks) > white or _are_rows(_whole(band, rules, sides))


def _whole(band: column_gaps.Band, rules: Sequence[Segment], sides: Box) -> list[Box]:
    """The places of the texts of a band whose cells begin and end with it: others span several."""
    boxes = (block.box for block in band.blocks)
    return [
        box
        for box in boxes
        if all(y in sides[1::2] or _is_ruled(rules, y, box.x0, box.x1) for y in (band.top, band.bottom))
    ]


def _are_rows(boxes: Sequence[Box]) -> bool:
    """Whether a text begins below the end of another: those of one row stand beside each other."""
    return bool(boxes) and max(box.top for box in boxes) > min(box.bottom for box in boxes)


def _far_apart(bands: Sequence[column_gaps.Band], rules: Sequence[Segment], white: float) -> list[Segment]:
    """Lines above the texts that are farther from the text above them than lines of one cell are, in type sizes: two
    cells of one colour have no edge between them."""
    out: list[Segment] = []
    for n, band in enumerate(bands):
        for block in band.blocks:
            box = block.box
            above = [
                b.box.bottom
                for other in bands[:n]
                for b in other.blocks
                if overlap(b.box.x0, b.box.x1, box.x0, box.x1) > 0
            ]
            size = block.runs[0].box.bottom - block.runs[0].box.top
            far = bool(above) and box.top - max(above) > white * size
            if far and not _is_ruled(rules, band.top, box.x0, box.x1):
                out.append(Segment(band.top, box.x0, box.x1))
    return out


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


def _is_within(row: Row, left: float, right: float) -> bool:
    return all(run.grid is None and left - SAME <= run.box.x0 and run.box.x1 <= right + 2 * SAME for run in row)


def left_edges(places: Sequence[float], least: int = 3) -> list[float]:
    """Where several texts begin in line below each other, given where texts begin."""
    return [sum(g) / len(g) for g in clusters(places, 0.8) if len(g) >= least]


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


def _is_ruled_at(rules: Sequence[Segment], y: float, held: Held, row: int, col: int) -> bool:
    """Whether a line stands between a text of a column and the row above or below it: a column of which only a part
    holds text may be two, and the line ends with the first."""
    near = (block.box for at, begins, block in held if begins == col and at in (row - 1, row))
    return any(_is_ruled(rules, y, box.x0, box.x1) for box in near)


def _is_ruled(rules: Sequence[Segment], y: float, start: float, end: float) -> bool:
    middle = (start + end) / 2
    return any(abs(s.at - y) <= 2 and s.lo - SAME <= middle <= s.hi + SAME for s in rules)
