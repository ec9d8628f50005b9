"""The tables of a sheet: its cells parted by empty rows, unless an empty row only spaces the rows of one table."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from extractor.document.results import LOW_CONFIDENCE
from extractor.readers.page_blocks import Spot

TALL = 1_000
"""Rows; a range merged beyond this ends where the other cells of its block end."""

UNSURE = LOW_CONFIDENCE - 0.03
"""The confidence of a row that may be the header of a table, or a row of the table above."""

_FIGURE = re.compile(r"[-+(]?[$€£¥]?\d[\d.,:/ -]*[)%‰]?")

Block = list[Spot]


def blocks_of(spots: Sequence[Spot]) -> list[Block]:
    """The tables of a sheet, from top to bottom; rows below a spacer row stand right below those above it."""
    out: list[Block] = []
    up = 0
    for part in _parted(spots):
        moved = [spot._replace(row=spot.row - up) for spot in part]
        end = max((spot.row + min(spot.row_span, TALL) for spot in out[-1]), default=0) if out else -1
        if out and moved[0].row == end + 1 and _has_columns_of(out[-1], moved):
            if _is_data(out[-1], moved):
                out[-1] += [spot._replace(row=spot.row - 1) for spot in moved]
                up += 1
                continue
            if not _is_header(moved):
                moved = [s._replace(confidence=UNSURE) if s.row == moved[0].row and s.text else s for s in moved]
        out.append(moved)
    return out


def _parted(spots: Sequence[Spot]) -> list[Block]:
    """Blocks of cells, parted by rows in which nothing stands; a block's empty merged ranges are among its cells."""
    out: list[Block] = []
    ends: list[int] = []
    for spot in sorted((spot for spot in spots if spot.text.strip()), key=lambda spot: spot[:2]):
        if not out or spot.row > ends[-1]:
            out.append([])
            ends.append(0)
        out[-1].append(spot)
        ends[-1] = max(ends[-1], spot.row + min(spot.row_span, TALL))
    for spot in spots:
        at = bisect_right(ends, spot.row)
        if not spot.text.strip() and at < len(out) and spot.row >= out[at][0].row:
            out[at].append(spot)
    return out


def _has_columns_of(above: Block, below: Block) -> bool:
    """Whether both blocks are tables whose rows begin in one column, and the lower is not the wider."""
    first = [spot for spot in below if spot.row == below[0].row and spot.text.strip()]
    left, right = (min(s.col for s in above if s.text.strip()), max(s.col + s.col_span for s in above))
    plain = len(first) > 1 and all(s.row_span == s.col_span == 1 for s in first)
    return plain and first[0].col == left and max(s.col + s.col_span for s in below) <= right


def _is_data(above: Block, below: Block) -> bool:
    """Whether a block begins with figures where the last row above has them, or where that is a row of labels alone:
    it begins with a row, and has no header of its own."""
    last = [spot for spot in above if spot.row == max(spot.row for spot in above) and spot.text.strip()]
    figures = {spot.col for spot in last if _is_figure(spot)}
    labels = len(last) == len([spot for spot in above if spot.text.strip()]) > 1 and not figures
    places = {spot.col for spot in last} if labels else figures
    return any(s.col in places and _is_figure(s) for s in below if s.row == below[0].row)


def _is_figure(spot: Spot) -> bool:
    return _FIGURE.fullmatch(spot.text.strip()) is not None


def _is_header(block: Block) -> bool:
    """Whether figures stand below a row that has none: it is the header of a table of its own."""
    first = [spot for spot in block if spot.row == block[0].row]
    return not any(map(_is_figure, first)) and any(_is_figure(spot) for spot in block if spot.row > block[0].row)
