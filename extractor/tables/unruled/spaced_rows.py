"""Tables without any lines whose rows stand apart: lines of a cell are close, rows are not.

Lines that stand closely below each other make a cell, cells that begin at the same height (or have their middles there)
make a row, and gaps between the cells of the rows give the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extractor.document.geometry import clusters, overlap, stab
from extractor.document.layout import Box, Cell, Grid
from extractor.tables.row_rules.row_tables import Band, Banded, Proof, cut, gaps_of, left_edges, text_walls
from extractor.tables.ruled.lattice import Slot, tile
from extractor.tables.text_runs import Row, Run, lines_of, row_box
from extractor.tables.unruled.separated_rows import apart_tables
from extractor.tables.words import passage

CLOSE = 0.62  # of the type size: the most white between two lines of a cell
APART = 0.75  # the least white between two rows
SPACED = 0.35  # the share of rows that stand apart from the one above, in a table of this kind
FAR = 3.5  # more white ends a table
LEAST_ROWS = 3


@dataclass(slots=True)
class Block:
    """The lines of one cell so far."""

    runs: list[Run]

    @property
    def box(self) -> Box:
        """Around all lines."""
        return row_box(self.runs)


def find_spaced(rows: Sequence[Row], page: int, proof: Proof | None = None) -> list[Banded]:
    """The tables among rows that stand below each other; without `proof` their columns are hints."""
    proved = apart_tables(rows, page, proof.going) if proof is not None else []
    out = [Banded(start, end, *clear) for start, end, clear in proved]
    for start, end in _ranges(rows):
        if any(start < other.end and other.start < end for other in proved):
            continue
        grid = _grid(rows[start:end], page)
        if grid is not None:
            out.append(Banded(start, end, grid))
    return out


def _ranges(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """From each first row with several runs as far as no wide gap and no other table comes, to the last such row."""
    out: list[tuple[int, int]] = []
    start, last, below = -1, -1, -1
    for index, row in enumerate(rows):
        apart = index > 0 and _white(rows[index - 1], row)
        if start >= 0 and (row[0].grid is not None or apart > FAR):
            out.append((start, below + 1))
            start = -1
        if row[0].grid is None and len(row) > 1:
            start, last = (index if start < 0 else start), index
        if start >= 0 and (index == last or (below == index - 1 and _belongs(row, rows[start:index][::-1], apart))):
            below = index
    if start >= 0:
        out.append((start, below + 1))
    kept = [(a, b) for a, b in out if sum(len(row) > 1 for row in rows[a:b]) >= LEAST_ROWS]
    ends = [0, *(b for _, b in kept)]
    return [(_first(rows, a, after), b) for (a, b), after in zip(kept, ends, strict=False)]


def _belongs(row: Row, table: Sequence[Row], apart: float) -> bool:
    """Whether a lone text beside a table goes on with a cell, or is the only cell of a row that is not blank."""
    if apart < CLOSE:
        return True
    edges = [run.box.x0 for other in [r for r in table if len(r) > 1][:2] for run in other]
    box = row[0].box
    return any(abs(x - box.x0) < 1.5 for x in edges) and not any(box.x0 + 5 < x < box.x1 for x in edges)


def _first(rows: Sequence[Row], start: int, after: int) -> int:
    """The first row of a table whose first row with several runs is `start`: lone cells above belong to it."""
    first = start
    while first > after and len(rows[first - 1]) == 1 and rows[first - 1][0].grid is None:
        apart = _white(rows[first - 1], rows[first])
        if apart > FAR or apart < CLOSE or not _belongs(rows[first - 1], rows[start:], apart):
            break
        first -= 1
    return first


def _white(above: Row, below: Row) -> float:
    """The white between two rows, in type sizes."""
    one, two = row_box(above), row_box(below)
    return (two.top - one.bottom) / max(1.0, min(run.box.bottom - run.box.top for run in [*above, *below]))


def _grid(rows: Sequence[Row], page: int) -> Grid | None:
    several = [row for row in rows if len(row) > 1]
    apart = sum(_white(a, b) >= APART for a, b in pairwise(rows) if len(b) > 1)
    if apart < SPACED * (len(several) - 1) or max(map(len, several)) < 3:
        return None
    edges = left_edges([run for row in rows for run in row])
    blocks = _blocks([[part for run in row for part in cut(run, edges)] for row in rows])
    if any(_is_column(block) for block in blocks):
        return None
    bands = _bands(blocks)
    if sum(len(band.runs) > 2 for band in bands) < LEAST_ROWS:
        return None
    return _made(bands, page)


def _blocks(rows: Sequence[Row]) -> list[Block]:
    """Runs joined to the run above them that they go on with."""
    out: list[Block] = []
    for row in rows:
        for run in row:
            above = [block for block in out if _goes_on(block.runs[-1], run)]
            if above:
                max(above, key=lambda block: block.runs[-1].box.bottom).runs.append(run)
            else:
                out.append(Block([run]))
    return out


def _goes_on(above: Run, run: Run) -> bool:
    size = min(run.box.bottom - run.box.top, above.box.bottom - above.box.top)
    white = run.box.top - above.box.bottom
    if not -0.3 * size < white < CLOSE * size:
        return False
    centred = abs(run.box.x0 + run.box.x1 - above.box.x0 - above.box.x1) < 1.6 * size
    shared = overlap(run.box.x0, run.box.x1, above.box.x0, above.box.x1)
    return shared > 0 and (abs(run.box.x0 - above.box.x0) < 0.8 * size or centred)


def _is_column(block: Block) -> bool:
    """Whether what looks like the lines of one cell are figures below each other: then rows don't stand apart."""
    figures = sum(run.text[-1:].isdigit() and run.text[:1].isdigit() and len(run.text) < 14 for run in block.runs)
    return figures > 1


def _bands(blocks: Sequence[Block]) -> list[Band]:
    """Cells in rows: by their first lines or by their middles, whichever gives fewer rows."""
    size = median(run.box.bottom - run.box.top for block in blocks for run in block.runs)
    tops = {id(b): (b.runs[0].box.top + b.runs[0].box.bottom) / 2 for b in blocks}
    middles = {id(b): (b.box.top + b.box.bottom) / 2 for b in blocks}
    by_top, by_middle = (clusters(set(places.values()), 0.4 * size) for places in (tops, middles))
    places, groups = (tops, by_top) if len(by_top) <= len(by_middle) else (middles, by_middle)
    out: list[Band] = []
    for group in groups:
        runs = [run for block in blocks if group[0] <= places[id(block)] <= group[-1] for run in _as_one(block)]
        box = row_box(runs)
        out.append(Band(box.top, box.bottom, runs))
    return out


def _as_one(block: Block) -> list[Run]:
    """A cell as one run over all its lines, so that its lines stay together."""
    return [Run(block.box, tuple(piece for line in lines_of(block.runs) for piece in line))]


def _made(bands: list[Band], page: int) -> Grid | None:
    between = [gaps_of(band) for band in bands]
    box = row_box([run for band in bands for run in band.runs])
    xs = [box.x0 - 1, *stab([gap for gaps in between for gap in gaps], ()), box.x1 + 1]
    if len(xs) < 4:
        return None
    walls = text_walls(bands, between, xs)
    wide = len(xs) - 1
    firsts = [min(sum(x <= run.box.x0 + 1 for x in xs) - 1 for run in band.runs) for band in bands]
    # A row that begins with white goes on with the cells above, as the cells of a stub do.
    above = [[row in (0, len(bands)) or col >= firsts[row] for col in range(wide)] for row in range(len(bands) + 1)]
    for row, first in enumerate(firsts):
        walls[first][row] = True
    slots, owner = tile(walls, above)
    held: list[list[Run]] = [[] for _ in slots]
    for index, band in enumerate(bands):
        for run in band.runs:
            col = sum(x <= run.box.x0 + 1 for x in xs) - 1
            held[owner[index * wide + min(wide - 1, max(0, col))]].append(run)
    ys = [box.top, *((a.bottom + b.top) / 2 for a, b in pairwise(bands)), box.bottom]
    cells = []
    for slot, runs in zip(slots, held, strict=True):
        if runs or slot.col >= firsts[slot.row]:
            right, bottom = xs[slot.col + slot.col_span], ys[slot.row + slot.row_span]
            cells.append(_cell(page, slot, runs, Box(xs[slot.col], ys[slot.row], right, bottom)))
    return Grid(page, 0, tuple(cells), Box(xs[0], ys[0], xs[-1], ys[-1]), ragged=True)


def _cell(page: int, slot: Slot, runs: list[Run], box: Box) -> Cell:
    pieces = [piece for run in runs for piece in run.pieces]
    text, words = passage(lines_of([Run(piece.box, (piece,)) for piece in pieces]))
    return Cell(page, 0, slot.row, slot.col, text, slot.row_span, slot.col_span, box, words)
