"""Headers of lists and matrices: labels that span columns stand over the labels of those, beside labels of the others.

The tokens of a header of several rows are put in the order of its leaf columns, with the labels over them first, and
cells that are no label last: so it reads like a header of one row, in which every cell is a label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from extractor.document.layout import Cell
from extractor.engines.rules.header_columns import heads_units
from extractor.engines.rules.label_zones import group_of
from extractor.forms.labels import LabelIndex, targets_of
from extractor.forms.line_labels import label_key
from extractor.forms.tokens import Token, in_column

LEVELS = 3
"""So many rows may a header have."""


class Ordered(NamedTuple):
    """Tokens in the order in which they are read, and the headings that only stand over labels of columns."""

    tokens: list[Token]
    headings: list[Token]


def leaves_in_order(tokens: Sequence[Token], index: LabelIndex) -> Ordered:
    """The tokens with those of each header in the order of its leaf columns."""
    rows = [list(own) for _, own in groupby(tokens, key=lambda t: t.row)]
    out = Ordered([], [])
    n = 0
    while n < len(rows):
        height = _height(rows[n : n + LEVELS], index)
        header = rows[n : n + height]
        headings = _headings(header, index) if height else []
        out.headings.extend(headings)
        out.tokens.extend([t for t in _flat(header, index) if t not in headings] if height else rows[n])
        n += max(1, height)
    return out


def _headings(rows: Sequence[Sequence[Token]], index: LabelIndex) -> list[Token]:
    """The cells of a header that only stand over labels of columns: no labels, or those of a column below them."""
    leaves = _leaves(rows)
    above = [token for row in rows for token in row if token not in leaves]
    return [
        token
        for token in above
        if all(target.column for target in targets_of(token, index) or ())
        and all(_columns(leaf, index) for leaf in _below(token, leaves))
    ]


def _below(token: Token, leaves: Sequence[Token]) -> list[Token]:
    return [t for t in leaves if t.col < token.col + token.span and token.col < t.col + t.span]


def _height(rows: Sequence[Sequence[Token]], index: LabelIndex) -> int:
    """How many of the rows, from the first on, are one header of a list or a matrix."""
    if not rows[0][0].exact:
        return 0
    for height in range(len(rows), 1, -1):
        if _is_header(rows[:height], index):
            return height
    if not all(in_column(t) for t in rows[0]):
        return 0
    groups = Counter(group for t in rows[0] for group in {group_of(path) for path in _columns(t, index)})
    return int(any(group and count > 1 for group, count in groups.items()))


def _is_header(rows: Sequence[Sequence[Token]], index: LabelIndex) -> bool:
    """Whether rows are one header: below the first all leaves are labels; first and last have columns of one group."""
    first = rows[0][0]
    if any(not in_column(t) or t.table != first.table or t.page != first.page for row in rows for t in row):
        return False
    leaves = _leaves(rows)
    if not all(_columns(t, index) for t in leaves if t not in rows[0]):
        return False
    groups = [{group_of(path) for t in row if t in leaves for path in _columns(t, index)} for row in rows]
    return bool(groups[0] & groups[-1]) and len({label_key(t.fold) for t in leaves}) == len(leaves)


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


def _flat(rows: Sequence[Sequence[Token]], index: LabelIndex) -> list[Token]:
    leaves = _leaves(rows)
    whole = [*(t for row in rows for t in row if t not in leaves), *leaves]
    return sorted(whole, key=lambda t: targets_of(t, index) is None and not heads_units(t.fold))
