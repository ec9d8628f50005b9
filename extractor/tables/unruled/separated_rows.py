"""Tables without any lines whose rows certainly stand apart: the white between rows is wider than that between lines.

Cells begin at the same height in a row, or have their middles there. Where that leaves open which rows a label spans,
there is no reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import Segment, clusters, overlap
from extractor.document.layout import Box
from extractor.tables.column_gaps import Band, Block, block_of, fits, parted, parts_of_row
from extractor.tables.merged_rows import WIDEST, hides_rows, least_white
from extractor.tables.proved_columns import Clear, Going, clear_grid
from extractor.tables.text_runs import LARGER, Row, Run, may_go_on, middle, row_box
from extractor.tables.unruled.aligned_runs import MARKER
from extractor.tables.words import is_cjk

STEP = 0.2  # of the type size: so much wider is the white between rows than the white between lines
FAR = 3.5  # more white ends a table
LEVEL = 0.3  # of the type size: texts that begin so near in height begin together
EXACT = 0.12  # of the type size: so near they are meant to be at one height
LEAST_VOTES = 2  # cells that show where cells begin
SELDOM = 0.25  # of those that show it may be cells that show the other
ALIGNED = 1.5  # points
BEARING = 0.18  # of the type size: the white that a character may have on its left
NEAR = 3  # rows above one, in which texts may stand that it goes on with
STUB = 0.3  # of the table's width: how far the labels on its left reach at most
SMALLER = 0.9  # times the type size of a table: a running head; Latin characters alone make a line a little higher
FARTHER = 1.5  # times the white between rows: what stands so far above a table is none of it
FULL = 0.85  # of a table's width: a line whose words fill so much of it leaves no white for columns
PROSE = 0.5  # of the rows are such lines: they are prose
LEAST_ROWS = 3
LEAST_CELLS = 6  # of fewer rows


class Draft(NamedTuple):
    """A range of rows that may be a table, with its cells, the least white between its rows, and edges of colour."""

    start: int
    end: int
    cells: list[Block]
    apart: float
    edges: Sequence[Segment]


class Found(NamedTuple):
    """A table: the index of its first row of runs, and one past its last."""

    start: int
    end: int
    table: Clear


def apart_ranges(rows: Sequence[Row], going: Going | None = None) -> list[tuple[int, int]]:
    """Ranges of rows that may be tables: lines that stand by themselves, wide white and other tables end them. On top
    of the page, lines in line with inner columns of a table that may go on there do not stand by themselves."""
    several = [row for row in rows if len(row) > 1 and all(run.grid is None for run in row)]
    if not several:
        return []
    size = Counter(round(_height(run), 1) for row in several for run in row).most_common(1)[0][0]
    out: list[tuple[int, int]] = []
    start, goes_on = -1, 0
    for index, row in enumerate(rows):
        far = start >= 0 and row_box(row).top - max(row_box(r).bottom for r in rows[start:index]) > FAR * size
        above = rows[max(start, index - NEAR) : index] if start >= 0 else ()
        free = row[0].grid is not None or (_is_alone(row) and _is_free(row[0], above, several, size))
        free = free and not (index == goes_on and _goes_on(row, going, size))
        goes_on += index == goes_on and not free and len(row) == 1
        if start >= 0 and (far or free):
            out.append((start, index))
            start = -1
        if start < 0 and not free:
            start = index
    if start >= 0:
        out.append((start, len(rows)))
    return out


def _goes_on(row: Row, going: Going | None, size: float) -> bool:
    """Whether a lone line begins where texts of an inner column of the page before do."""
    if going is None or row[0].grid is not None or _height(row[0]) > LARGER * size:
        return False
    starts = [text.lo for texts in going.rows for text in texts if text.lo > going.left + 2 * size]
    return any(abs(row[0].box.x0 - x) < ALIGNED for x in starts)


def _height(run: Run) -> float:
    return run.box.bottom - run.box.top


def _is_free(run: Run, above: Sequence[Row], several: Sequence[Row], size: float) -> bool:
    """Whether a lone line stands by itself: larger, or neither below a line that it may go on with nor in line with
    any text of a row that has several."""
    if _height(run) > LARGER * size:
        return True
    box = run.box
    near = [r for row in above for r in row if r.grid is None and box.top - r.box.bottom < 0.75 * size]
    if any(overlap(r.box.x0, r.box.x1, box.x0, box.x1) > 0 and _height(r) <= LARGER * size for r in near):
        return False
    others = [r.box for row in several for r in row]
    centred = bool(above) and any(abs(b.x0 + b.x1 - box.x0 - box.x1) < ALIGNED for b in others)
    least = max(ALIGNED, BEARING * size)
    return not (centred or any(abs(b.x0 - box.x0) < least for b in others))


def apart_tables(rows: Sequence[Row], page: int, going: Going | None, edges: Sequence[Segment] = ()) -> list[Found]:
    """The tables of a page whose rows and columns are certain; a page is set in one way. Where edges of colour are,
    cells end."""
    goes_on = going is not None and bool(going.rows)
    known = going.apart if going is not None and goes_on else 0.0
    drafts = [
        draft
        for start, end in apart_ranges(rows, going)
        if (draft := _draft(rows, start, end, known if may_go_on(rows, start) else 0.0, edges)) is not None
    ]
    topped = _is_topped(drafts, going is not None and going.topped)
    out: list[Found] = []
    for draft in drafts:
        found = _table(rows, draft, page, going, topped) if goes_on and may_go_on(rows, draft.start) else None
        found = found or _table(rows, draft, page, None, topped)
        if found is not None:
            out.append(found)
    return out


def _table(rows: Sequence[Row], draft: Draft, page: int, going: Going | None, topped: bool) -> Found | None:
    """The table of a range of rows, or of what is below lines above it that stand by themselves after all."""
    first = rows[draft.start]
    if _is_alone(first) and _is_head(draft.cells, _goes_on(first, going, _height(first[0]))):
        return _below(rows, draft, page, going, topped)
    bands = _bands(_levels(draft.cells), topped)
    if bands is None or not _is_table(bands, going is not None):
        return None
    if any(_is_stacked(band) for band in bands):
        return None
    least = least_white(draft.cells)
    if any(hides_rows(band.blocks, least) for band in bands):
        return None
    end = _end(bands)
    rest = (
        sum(row_box(row).top < bands[end].top - 1 for row in rows[draft.start : draft.end]) if end < len(bands) else 0
    )
    if 0 < rest < draft.end - draft.start:
        shorter = _draft(rows, draft.start, draft.start + rest, draft.apart, draft.edges)
        return shorter and _table(rows, shorter, page, going, topped)
    box = row_box([run for cell in draft.cells for run in cell.runs])
    clear = clear_grid(bands, page, Box(box.x0 - 1, box.top, box.x1 + 1, box.bottom), None, going, draft.edges)
    if clear is not None:
        after = clear.going._replace(topped=topped, apart=draft.apart)
        return Found(draft.start, draft.end, clear._replace(going=after))
    return _below(rows, draft, page, None, topped) if _is_alone(rows[draft.start]) else None


def _is_stacked(band: Band) -> bool:
    """Whether a row holds single ideographs alone: characters of labels that are set downwards, beside several rows."""
    return all(len(run.text) == 1 and is_cjk(run.text) for block in band.blocks for run in block.runs)


def _is_alone(row: Row) -> bool:
    return len(parts_of_row(row)) == 1


def _columns(band: Band) -> int:
    """How many texts a row has, without what marks an item of a list."""
    return len(band.blocks) - bool(MARKER.fullmatch(band.blocks[0].runs[0].text))


def _is_table(bands: Sequence[Band], goes_on: bool) -> bool:
    """Whether rows are those of a table, or of one that goes on; few rows of one begin below each other."""
    several = [band for band in bands if _columns(band) > 1]
    if goes_on or not several:
        return bool(several)
    if _are_prose(bands):
        return False
    counts = [_columns(band) for band in several]
    left = [band.blocks[0].box for band in several]
    inline = (
        len(several) > 1 and sum(counts) >= LEAST_CELLS and max(box.x0 for box in left) < min(box.x1 for box in left)
    )
    return max(counts) > 2 and (len(several) >= LEAST_ROWS or inline)


def _are_prose(bands: Sequence[Band]) -> bool:
    """Whether rows are lines of prose that wide white between words cuts: most are one line, as wide as the table."""
    box = row_box([run for band in bands for block in band.blocks for run in block.runs])
    full = FULL * (box.x1 - box.x0)
    lines = [band for band in bands if all(len(block.runs) == 1 for block in band.blocks)]
    return sum(sum(b.box.x1 - b.box.x0 for b in band.blocks) > full for band in lines) > PROSE * len(bands)


def _end(bands: Sequence[Band]) -> int:
    """One past the last row: what stands alone over several columns below it, and in line with none, is no row."""
    last = max(n for n, band in enumerate(bands) if len(band.blocks) > 1)
    starts = [block.box.x0 for band in bands[: last + 1] for block in band.blocks[1:]]
    for n in range(last + 1, len(bands)):
        box = bands[n].blocks[0].box
        inline = any(abs(x - box.x0) <= ALIGNED for x in starts)
        over = any(box.x0 + ALIGNED < x < box.x1 - ALIGNED for x in starts)
        if not inline and (over or not fits(bands, n, last + 1)):
            return n
    return len(bands)


def _below(rows: Sequence[Row], draft: Draft, page: int, going: Going | None, topped: bool) -> Found | None:
    """The table without its first row."""
    if draft.start + 1 == draft.end:
        return None
    below = _draft(rows, draft.start + 1, draft.end, draft.apart, draft.edges)
    return below and _table(rows, below, page, going, topped)


def _is_head(cells: Sequence[Block], goes_on: bool) -> bool:
    """Whether the first text is set smaller than the others, or farther from the next than rows are from each other,
    unless it goes on from the page before: then a longer cell beside it may have ended there."""
    first, *others = sorted(cells, key=lambda block: block.box.top)
    tops = sorted({round(block.box.top) for block in cells})
    if len(tops) < 2:
        return False
    size = median(_height(run) for block in others for run in block.runs)
    steps = [b - a for a, b in pairwise(tops)]
    lines = len(first.runs) * size
    far = steps[0] - lines > FARTHER * (median(steps) - size) + size
    return _height(first.runs[0]) < SMALLER * size or (far and not goes_on)


def _draft(rows: Sequence[Row], start: int, end: int, known: float, edges: Sequence[Segment]) -> Draft | None:
    """Lines of cells put together, where white between lines and white between rows can be told apart."""
    runs = sorted((part for row in rows[start:end] for run in row for part in parted(run)), key=middle)
    above = [_above(runs, n) for n in range(len(runs))]
    whites = [
        (run.box.top - runs[up].box.bottom) / _height(run) for run, up in zip(runs, above, strict=True) if up >= 0
    ]
    least = _threshold(whites, known)
    if least is None:
        return None
    owner: list[list[Run]] = []
    out: list[list[Run]] = []
    for run, up in zip(runs, above, strict=True):
        near = up >= 0 and run.box.top - runs[up].box.bottom < least * _height(run)
        if near and not _is_parted(runs[up], run, edges):
            owner.append(owner[up])
        else:
            owner.append([])
            out.append(owner[-1])
        owner[-1].append(run)
    return Draft(start, end, [block_of(own) for own in out], least, edges)


def _is_parted(above: Run, below: Run, edges: Sequence[Segment]) -> bool:
    """Whether an edge of colour that reaches farther than both runs is between them."""
    left, right = min(above.box.x0, below.box.x0) - ALIGNED, max(above.box.x1, below.box.x1) + ALIGNED
    return any(middle(above) < e.at < middle(below) and e.lo <= left and right <= e.hi for e in edges)


def _above(runs: Sequence[Run], index: int) -> int:
    """The nearest of the runs, from top to bottom, that stands over one of them; -1 for none."""
    box, highest = runs[index].box, middle(runs[index]) - 0.5 * _height(runs[index])
    over = (
        n
        for n in range(index - 1, -1, -1)
        if middle(runs[n]) < highest and overlap(runs[n].box.x0, runs[n].box.x1, box.x0, box.x1) > 0
    )
    return next(over, -1)


def _threshold(whites: Sequence[float], known: float) -> float | None:
    """What parts white between lines from white between rows; None where nothing does. `known` is that of a table
    that may go on here."""
    ordered = sorted(whites)
    if not ordered or ordered[0] >= WIDEST:
        return WIDEST
    steps = ((a + b) / 2 for a, b in pairwise(ordered) if b - a >= STEP and a < WIDEST)
    return next(steps, known or None)


class Levels(NamedTuple):
    """The cells of a table, grouped by the height at which they begin, and by that of their middles."""

    tops: list[list[Block]]
    middles: list[list[Block]]


def _levels(blocks: Sequence[Block]) -> Levels:
    near = LEVEL * max(_height(run) for block in blocks for run in block.runs)
    tops = [middle(min(block.runs, key=middle)) for block in blocks]
    return Levels(*(_grouped(blocks, at, near) for at in (tops, [(b.box.top + b.box.bottom) / 2 for b in blocks])))


def _grouped(blocks: Sequence[Block], places: Sequence[float], near: float) -> list[list[Block]]:
    groups = clusters(set(places), near)
    out: list[list[Block]] = [[] for _ in groups]
    for block, place in zip(blocks, places, strict=True):
        out[next(n for n, group in enumerate(groups) if place <= group[-1])].append(block)
    return out


class Votes(NamedTuple):
    """How many cells begin with lower ones beside them, and how many have their middles where those have theirs."""

    tops: int
    middles: int


def _votes(blocks: Sequence[Block]) -> Votes:
    near = EXACT * max(_height(run) for block in blocks for run in block.runs)
    firsts = sorted(blocks, key=lambda block: middle(block.runs[0]))
    centres = sorted(blocks, key=lambda block: block.box.top + block.box.bottom)
    return Votes(
        len(_taller(firsts, [middle(block.runs[0]) for block in firsts], near)),
        len(_taller(centres, [(block.box.top + block.box.bottom) / 2 for block in centres], near)),
    )


def _taller(blocks: Sequence[Block], places: Sequence[float], near: float) -> set[Block]:
    """The blocks that have more lines than one beside them, which stands at the same place."""
    out: set[Block] = set()
    for n, block in enumerate(blocks):
        m = n + 1
        while m < len(blocks) and places[m] - places[n] <= near:
            if len(block.runs) != len(blocks[m].runs):
                out.add(max(block, blocks[m], key=lambda one: len(one.runs)))
            m += 1
    return out


def _is_topped(drafts: Sequence[Draft], known: bool) -> bool:
    """Whether cells begin at the tops of their rows, for certain: those with more lines than others do, or labels that
    have their middles in those of the rows they span would leave no room for each other."""
    votes = [_votes(draft.cells) for draft in drafts]
    tops, middles = sum(vote.tops for vote in votes), sum(vote.middles for vote in votes)
    if middles > SELDOM * tops:
        return False
    return known or tops >= LEAST_VOTES or any(_leave_no_room(_levels(draft.cells).tops) for draft in drafts)


def _leave_no_room(rows: Sequence[Sequence[Block]]) -> bool:
    left = min(block.box.x0 for row in rows for block in row)
    right = max(block.box.x1 for row in rows for block in row)
    stub = [(n, b) for n, row in enumerate(rows) for b in row if b.box.x1 - left < STUB * (right - left)]
    first = _first_column([block for _, block in stub])
    labels = sorted({n for n, block in stub if block in first})
    alone = any(len(rows[n]) == 1 for n in labels)
    return bool(labels) and not alone and not _may_be_centred(labels)


def _first_column(blocks: Sequence[Block]) -> list[Block]:
    """The blocks on the left that stand over or below each other."""
    out: list[Block] = []
    for block in sorted(blocks, key=lambda block: block.box.x0):
        if out and block.box.x0 >= max(b.box.x1 for b in out):
            break
        out.append(block)
    return out


def _may_be_centred(labels: Sequence[int]) -> bool:
    """Whether labels in these rows can stand in the middle of rows that they span, one behind the other."""
    for first in range(labels[0] + 1):
        start = first
        for label in labels:
            if start > label:
                break
            start = 2 * label - start + 1
        else:
            return True
    return False


def _bands(levels: Levels, topped: bool) -> list[Band] | None:
    """The rows; None where it is open which rows a label spans."""
    rows = levels.tops if topped or len(levels.tops) < len(levels.middles) else levels.middles
    left = min(block.box.x0 for row in rows for block in row)
    size = max(_height(run) for row in rows for block in row for run in block.runs)
    whole = all(min(block.box.x0 for block in row) - left < 2 * size for row in rows)
    return [_band(row) for row in rows] if topped or whole else None


def _band(row: Sequence[Block]) -> Band:
    own = tuple(sorted(row, key=lambda block: block.box.x0))
    return Band(min(b.box.top for b in own), min(b.box.bottom for b in own), own)
