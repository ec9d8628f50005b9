"""A printed page from its tokens and ruling lines: tables, then the lines outside of them, in reading order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.document.geometry import Rulings, Segment, overlap, union
from extractor.document.layout import Block, Box, Cell, Grid, Line
from extractor.tables.proved_columns import Going
from extractor.tables.row_rules.row_tables import Banded, Proof, find_banded, left_edges, sides_apart
from extractor.tables.row_rules.rule_extents import LEAST_CELLS
from extractor.tables.ruled.lattice import JOIN, Lattice, fill, find_lattices, free_rules
from extractor.tables.ruled.missing_lines import holds_columns, lacking, not_found
from extractor.tables.ruled.parted_rows import with_rows
from extractor.tables.ruled.separate_frames import with_frames_joined
from extractor.tables.ruled.shaded_areas import free_shades, level_edges, shaded_lattices, upright_edges
from extractor.tables.text_runs import Row, Run, row_box, runs_of, split_columns
from extractor.tables.unruled.aligned_runs import find_unruled
from extractor.tables.unruled.separated_rows import apart_tables
from extractor.tables.words import WIDE, Piece, Token, begin_apart, parts_at, passage, pieces_of, read_rows, rows_of
from extractor.tables.wrapped_numbers import rejoined


class Printed(NamedTuple):
    """What stands on a page, in reading order and numbered, and the columns of a table that may go on on the next."""

    blocks: list[Block]
    going: Going | None


def blocks_of(tokens: Sequence[Token], rulings: Rulings, page: int, join: float = JOIN) -> list[Block]:
    """The lines and tables of a page as seen in a picture; `join` is the widest gap in a ruling line, in points."""
    return _rejoined(_printed(tokens, rulings, page, (), join, None).blocks)


def drawn_blocks(
    tokens: Sequence[Token], rulings: Rulings, page: int, shades: Sequence[Box], going: Going | None
) -> Printed:
    """The lines and tables of a digital page, whose texts and lines stand exactly where they are drawn.

    `shades` are areas of colour, maybe of cells; `going` are the columns that the page before ends with.
    """
    found = _printed(tokens, rulings, page, shades, JOIN, Proof(rulings.horizontal, going, rulings.vertical))
    return found._replace(blocks=_rejoined(found.blocks))


def _rejoined(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with numbers that are wider than their cell in one line each."""
    return [rejoined(block) if isinstance(block, Grid) else block for block in blocks]


def _printed(
    tokens: Sequence[Token],
    rulings: Rulings,
    page: int,
    shades: Sequence[Box],
    join: float,
    proof: Proof | None,
) -> Printed:
    lattices = with_frames_joined(find_lattices(rulings, join=join), rulings)
    lattices += shaded_lattices(shades, lattices, tokens)
    parted = {n: own for n, lattice in enumerate(lattices) if (own := with_rows(lattice, tokens)) is not None}
    lattices = [parted[n].lattice if n in parted else lattice for n, lattice in enumerate(lattices)]
    doubtful = [own.lattice for own in parted.values() if not own.sure]
    if proof is None:
        found = _with_lattices(lattices, tokens, rulings, page, join, None)
        boxes = [lattice.box for lattice in doubtful]
        return found._replace(blocks=[_doubted(b) if b.box in boxes else b for b in found.blocks])
    areas = free_shades(shades, lattices)
    found = shaded(areas, lambda lines, own: _partly(lattices, tokens, lines, page, own, doubtful), rulings, proof)
    return found._replace(blocks=_with_doubts_beside(found.blocks, [lattice.box for lattice in lattices]))


def _with_doubts_beside(blocks: Sequence[Block], ruled: Sequence[Box]) -> list[Block]:
    """Blocks with each table that is not `ruled` in doubt where the line above or below it may be a row of it."""
    out = list(blocks)
    for n, block in enumerate(blocks):
        beside = [blocks[m] for m in (n - 1, n + 1) if 0 <= m < len(blocks)]
        if isinstance(block, Grid) and block.box not in ruled and any(_may_be_row(line, block) for line in beside):
            out[n] = _doubted(block)
    return out


def shaded(areas: Sequence[Box], read: Callable[[Rulings, Proof], Printed], rulings: Rulings, proof: Proof) -> Printed:
    """What stands on a page where edges of colour are as good as lines, in the tables that they prove.

    Tables that white proves as well, cut at the edges, stand without them, if they hold as much; other areas of colour
    are marks behind a text.
    """
    edges = level_edges(areas, rulings.horizontal)
    plain = read(rulings, proof._replace(edges=edges))
    if not edges:
        return plain
    own = proof._replace(uprights=[*proof.uprights, *upright_edges(areas)], areas=areas, edges=edges)

    def drawn(lines: list[Segment]) -> Printed:
        return read(rulings._replace(horizontal=[*rulings.horizontal, *lines]), own)

    coloured = drawn(edges)
    larger = [
        box
        for box, grid in _proved(coloured)
        if _texts(grid) > sum(_texts(g) for b, g in _proved(plain) if _meet(b, box))
    ]
    held = [edge for edge in edges if any(_is_at(edge, box) for box in larger)]
    return plain if not held else coloured if len(held) == len(edges) else drawn(held)


def _proved(printed: Printed) -> list[tuple[Box, Grid]]:
    """The tables whose rows and columns are proved."""
    return [(b.box, b) for b in printed.blocks if isinstance(b, Grid) and not b.ragged and b.box is not None]


def _is_at(edge: Segment, box: Box) -> bool:
    return box.top - 1 <= edge.at <= box.bottom + 1 and edge.lo < box.x1 and box.x0 < edge.hi


def _meet(one: Box, other: Box) -> bool:
    return overlap(one.top, one.bottom, other.top, other.bottom) > 0 and overlap(one.x0, one.x1, other.x0, other.x1) > 0


def _texts(grid: Grid) -> int:
    return sum(len(cell.text) for cell in grid.cells)


def _partly(
    lattices: Sequence[Lattice],
    tokens: Sequence[Token],
    rulings: Rulings,
    page: int,
    proof: Proof,
    doubtful: Sequence[Lattice],
) -> Printed:
    """What stands on a digital page whose lattices may lack lines; those that are `doubtful` lack some for certain."""
    partial = lacking(lattices, tokens)
    whole = [lattice for lattice in lattices if lattice not in partial]
    found = _with_lattices(whole, tokens, rulings, page, JOIN, proof)
    missed = not_found(partial, [block for block in found.blocks if isinstance(block, Grid)])
    if missed:
        # What its lines show is all that is known of such a table, and its cells may hold several.
        missed = [own.lattice if (own := with_rows(lattice, tokens, True)) else lattice for lattice in missed]
        found = _with_lattices(whole + missed, tokens, rulings, page, JOIN, proof)
    boxes = [lattice.box for lattice in [*missed, *doubtful]]

    def in_doubt(block: Block) -> bool:
        return block.box in boxes or (isinstance(block, Grid) and holds_columns(block, partial))

    return found._replace(blocks=[_doubted(block) if in_doubt(block) else block for block in found.blocks])


def _doubted(block: Block) -> Block:
    return replace(block, ragged=True) if isinstance(block, Grid) else block


def _with_lattices(
    lattices: Sequence[Lattice], tokens: Sequence[Token], rulings: Rulings, page: int, join: float, proof: Proof | None
) -> Printed:
    grids, rest = fill(lattices, tokens, page, proof is not None)
    boxes = [g.box for g in grids if g.box is not None]
    rows = _rows(rest, boxes)
    rows += [[Run(g.box, grid=g)] for g in grids if g.box is not None]
    rows.sort(key=lambda row: min(run.box.top for run in row))
    rules = free_rules(rulings.horizontal, boxes, join)
    rows = sides_apart(rows, rules, proof) if rules and proof is not None else rows
    ruled = find_banded(rows, rules, page, proof) if rules and proof is not None else []
    rows = _with_tables(rows, ruled)
    before = proof.going if proof is not None else None
    apart = apart_tables(rows, page, before, proof.edges) if proof is not None else []
    spaced = [Banded(start, end, *clear) for start, end, clear in apart]
    blocks = _numbered(_ordered(_with_tables(rows, spaced), page), page)
    return Printed(blocks, _going(rows, [*ruled, *spaced], before))


def _may_be_row(line: Block, grid: Grid) -> bool:
    """Whether a line beside a table has texts for most of its columns."""
    return isinstance(line, Line) and len(line.text.split(WIDE)) >= max(LEAST_CELLS, grid.cols // 2 + 1)


def _going(rows: Sequence[Row], tables: Sequence[Banded], before: Going | None) -> Going | None:
    """The columns of the last table where only a page number stands below it, and in any case how cells are set."""
    proved = [table for table in tables if table.going is not None]
    last = max(proved, key=_bottom, default=None)
    if last is None or last.going is None:
        return before and before._replace(rows=())
    below = [row for row in rows if row_box(row).top >= _bottom(last) - 1]
    numbers = all(len(row) == 1 and any(char.isdigit() for char in row[0].text) for row in below)
    return last.going._replace(rows=last.going.rows if numbers else ())


def _bottom(table: Banded) -> float:
    return table.grid.box.bottom if table.grid.box is not None else 0.0


def _with_tables(rows: list[Row], found: Sequence[Banded]) -> list[Row]:
    """Rows with those that make a table replaced by it."""
    out: list[Row] = []
    done = 0
    for table in sorted(found, key=lambda table: table[:2]):
        if table.start < done or table.grid.box is None:
            continue
        out += [*rows[done : table.start], [Run(table.grid.box, grid=table.grid)]]
        done = table.end
    return out + rows[done:]


def _rows(tokens: Sequence[Token], walls: Sequence[Box]) -> list[Row]:
    """The rows of runs outside of tables; turned text has rows of its own, slanted text comes as one run."""
    rows = _upright([t for t in tokens if t[6] == 0], walls)
    turned = [t for t in tokens if t[6] > 0]
    if turned:
        rows += [
            [Run(box, tuple(line))] for line in read_rows(turned) if (box := union(p.box for p in line)) is not None
        ]
    slanted = [t for t in tokens if t[6] < 0]
    if slanted:
        rows.append([_slanted(slanted)])
    return rows


def _upright(tokens: Sequence[Token], walls: Sequence[Box]) -> list[Row]:
    """The rows of upright text; a word that goes on over a place where others begin may be two that nearly touch."""
    lines = rows_of(tokens)
    rows = [runs_of(pieces_of(line), walls) for line in lines]
    begin = [{*begin_apart(line), *(run.box.x0 for run in row[1:])} for line, row in zip(lines, rows, strict=True)]
    starts = left_edges([x for places in begin for x in places])
    for n, row in enumerate(rows):
        if len(row) > 1 and any(run.box.x0 + 1 < x < run.box.x1 - 1 for x in starts for run in row):
            rows[n] = [run for part in parts_at(lines[n], starts) for run in runs_of(pieces_of(part), walls)]
    return [row for row in rows if row]


def _slanted(tokens: Sequence[Token]) -> Run:
    words = "".join(t[0] for t in tokens).split()
    box = union(Box(*t[1:5]) for t in tokens) or Box(0, 0, 0, 0)
    size = max(t[4] - t[2] for t in tokens)
    return Run(box, tuple(Piece(word, box, None, size) for word in words))


def _ordered(rows: list[Row], page: int) -> list[Block]:
    """Lines and tables, columns of prose one after the other."""
    out: list[Block] = []
    for region in split_columns(rows):
        for column in region.columns:
            out += _column(column, page)
    return out


def _column(rows: list[Row], page: int) -> list[Block]:
    out: list[Block] = []
    done = 0
    for start, end, grid in find_unruled(rows, page):
        out += [block for row in rows[done:start] for block in _row_blocks(row, page)]
        out.append(grid)
        done = end
    return out + [block for row in rows[done:] for block in _row_blocks(row, page)]


def _row_blocks(row: Row, page: int) -> list[Block]:
    """A table, or a line of all runs of a row."""
    if row[0].grid is not None:
        return [row[0].grid]
    text, words = passage([[piece for run in row for piece in run.pieces]], wide=True)
    return [Line(page, 0, text, union(run.box for run in row), words)] if text else []


def _numbered(blocks: Sequence[Block], page: int) -> list[Block]:
    """Lines numbered from 1, tables from 1."""
    out: list[Block] = []
    lines = tables = 0
    for block in blocks:
        if isinstance(block, Line):
            lines += 1
            out.append(replace(block, number=lines))
        else:
            tables += 1
            cells = tuple(
                Cell(page, tables, c.row, c.col, c.text, c.row_span, c.col_span, c.box, c.words) for c in block.cells
            )
            out.append(Grid(page, tables, cells, block.box, block.ragged))
    return out
