"""Text that is laid out by spaces, page by page: its tables, and which columns go on from one page to the next."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Cell, Grid, Line, Note, Page, Word
from extractor.tables.unruled import left_aligned
from extractor.tables.unruled.line_columns import Column
from extractor.tables.unruled.line_tables import UNSURE, Found, grids

MISFIT = 0.25
"""How far columns may be from those of the page before, in shares of the table's width."""
FIT_TIE = 0.02

_SPACED = re.compile(r"\S\s{3,}\S")


def is_spaced(texts: Sequence[str]) -> bool:
    """Whether lines are laid out by spaces: many have inner gaps of three or more."""
    filled = [t for t in texts if t.strip()]
    gaps = sum(1 for t in filled if "\t" not in t and _SPACED.search(t.strip()))
    return gaps > max(4, 0.15 * len(filled))


class Laid(NamedTuple):
    """Pages whose columns were found, and what is doubtful in them."""

    pages: tuple[Page, ...]
    notes: tuple[Note, ...]


def laid_out(pages: Sequence[Page]) -> Laid:
    """Pages of text, the lines of those that are laid out by spaces as grids where they stand in columns.

    Each page with such a grid has a note: a row that is cut in the wrong place need not look doubtful.
    """
    texts = [block.text for page in pages for block in page.blocks if isinstance(block, Line)]
    if not is_spaced(texts):
        return Laid(tuple(pages), ())
    out: list[Page] = []
    notes: list[Note] = []
    before: Found | None = None
    for page in pages:
        lines = [block for block in page.blocks if isinstance(block, Line)]
        if len(lines) < len(page.blocks):
            out.append(page)
            before = None
            continue
        exact = left_aligned.grids(lines, page.number)
        if exact is not None:
            out.append(replace(page, blocks=tuple(exact)))
            before = None
            continue
        before = continued(grids(lines, page.number, 1, before is not None and _ends_in_table(before)), before)
        out.append(replace(page, blocks=tuple(before.blocks)))
        if any(isinstance(block, Grid) for block in before.blocks):
            notes.append(Note(FindingKind.UNRULED_DOUBT, page.number, "rows and columns are told from spaces alone"))
        notes.extend(before.notes)
    return Laid(tuple(out), tuple(notes))


def continued(found: Found, before: Found | None) -> Found:
    """A page whose first table goes on with the last one of the page before has its columns numbered as there."""
    if before is None or not _goes_on(found, before):
        return found
    grid = next(block for block in found.blocks if isinstance(block, Grid))
    ours = found.columns[0][0]
    matches = (match_columns(ours, theirs) for theirs in reversed(before.columns[-1]))
    matched = next((m for m in matches if m), {})
    if not matched:
        rows = found.heights[0]
        doubtful = [_unsure(cell) if cell.row < rows else cell for cell in grid.cells]
        note = Note(FindingKind.UNRULED_DOUBT, grid.page, "it is not clear which columns of the page before go on here")
        return _with(found, grid, replace(grid, cells=tuple(doubtful)), [note])
    cells: list[Cell] = []
    for cell in grid.cells:
        last = cells[-1] if cells and cells[-1].row == cell.row else None
        col = max((matched[s] for s in matched if s <= cell.col), default=0)
        end = min((matched[s] for s in matched if s >= cell.col + cell.col_span), default=col + cell.col_span)
        col = col if last is None else max(col, last.col + 1)
        cells.append(replace(cell, col=col, col_span=max(1, end - col)))
    return _with(found, grid, replace(grid, cells=tuple(cells)), [])


def _with(found: Found, old: Grid, new: Grid, notes: Sequence[Note]) -> Found:
    blocks: list[Line | Grid] = [new if block is old else block for block in found.blocks]
    return found._replace(blocks=blocks, notes=[*found.notes, *notes])


def _goes_on(found: Found, before: Found) -> bool:
    """Whether a page begins with a table, and the page before ends with one, but for two lines of page furniture."""
    return _ends_in_table(before) and any(isinstance(block, Grid) for block in found.blocks[:3])


def _ends_in_table(found: Found) -> bool:
    return any(isinstance(block, Grid) for block in found.blocks[-3:])


def match_columns(ours: Sequence[Column], theirs: Sequence[Column]) -> dict[int, int]:
    """Which boundary of theirs each of ours is: the best affine fit of their middles; empty where none fits."""
    if len(ours) == len(theirs):
        return {a.start: b.start for a, b in zip(ours, theirs, strict=True)}
    if len(ours) < 2 or len(ours) > len(theirs):
        return {}
    middles = [(c.x0 + c.x1) / 2 for c in ours], [(c.x0 + c.x1) / 2 for c in theirs]
    fits = sorted(
        (_fit(middles[0], [middles[1][n] for n in chosen]), chosen)
        for chosen in combinations(range(len(theirs)), len(ours))
    )
    if len(fits) > 1 and (fits[0][0] > MISFIT or fits[1][0] - fits[0][0] < FIT_TIE):
        return {}
    return {c.start: theirs[n].start for c, n in zip(ours, fits[0][1], strict=True)}


def _fit(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How far positions are from being the same up to scale and offset, in shares of their distance."""
    scale = (theirs[-1] - theirs[0]) / (ours[-1] - ours[0])
    wide = theirs[-1] - theirs[0]
    off = max(abs(theirs[0] + scale * (a - ours[0]) - b) for a, b in zip(ours, theirs, strict=True)) / wide
    return off + 0.5 * abs(math.log(scale))


def _unsure(cell: Cell) -> Cell:
    words = cell.words or (Word(0, cell.text),)
    return replace(cell, words=tuple(replace(w, confidence=min(UNSURE, w.confidence or 1.0)) for w in words))
