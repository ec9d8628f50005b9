"""Headers of several rows: labels that span columns stand over the labels of those columns, beside labels of the others.

The tokens of such a header are put in the order of its leaf columns, with what stands over them first; so it reads
like a header of one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from extractor.labels import LabelIndex, label_key, targets_of
from extractor.layout import Cell
from extractor.rules.zones import group_of
from extractor.tokens import Token

LEVELS = 3
"""So many rows may a header have."""


def leaves_in_order(tokens: Sequence[Token], index: LabelIndex) -> list[Token]:
    """The tokens with each header of several rows in the order of its leaf columns."""
    rows = [list(own) for _, own in groupby(tokens, key=lambda t: t.row)]
    out: list[Token] = []
    n = 0
    while n < len(rows):
        height = _height(rows[n : n + LEVELS], index)
        out.extend(_flat(rows[n : n + height]) if height > 1 else rows[n])
        n += height
    return out


def _height(rows: Sequence[Sequence[Token]], index: LabelIndex) -> int:
    """How many of the rows, from the first on, are one header of a list or a matrix."""
    for height in range(len(rows), 1, -1):
        if _is_header(rows[:height], index):
            return height
    return 1


def _is_header(rows: Sequence[Sequence[Token]], index: LabelIndex) -> bool:
    """Whether rows are one header: of labels alone below the first, with columns of one group in the first and last."""
    first = rows[0][0]
    if any(not t.exact or t.table != first.table or t.page != first.page for row in rows for t in row):
        return False
    if not all(_columns(t, index) for row in rows[1:] for t in row):
        return False
    leaves = [[t for t in _leaves(rows) if t in row] for row in rows]
    groups = [{group_of(path) for t in own for path in _columns(t, index)} for own in leaves]
    return bool(groups[0] & groups[-1]) and len({label_key(t.fold) for t in _leaves(rows)}) == len(_leaves(rows))


def _columns(token: Token, index: LabelIndex) -> list[str]:
    """The paths of the columns that a token may head."""
    return [t.field.path for t in targets_of(token, index) or () if t.column]


def _leaves(rows: Sequence[Sequence[Token]]) -> list[Token]:
    """The lowest cell in each column, from left to right; what stands beside more rows is no part of the header."""
    bottom = max(_bottom(t) for t in rows[-1])
    found = [t for n, row in enumerate(rows) for t in row if _bottom(t) <= bottom and not _covered(t, rows[n + 1 :])]
    return sorted(found, key=lambda t: t.col)


def _bottom(token: Token) -> int:
    cell = token.unit
    return cell.row + cell.row_span if isinstance(cell, Cell) else 0


def _covered(token: Token, below: Sequence[Sequence[Token]]) -> bool:
    """Whether a cell stands in one of its columns in a row below."""
    return any(t.col < token.col + token.span and token.col < t.col + t.span for row in below for t in row)


def _flat(rows: Sequence[Sequence[Token]]) -> list[Token]:
    leaves = _leaves(rows)
    return [*(t for row in rows for t in row if t not in leaves), *leaves]
