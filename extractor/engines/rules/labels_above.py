"""Labels that stand in a row of their own, with their values in the cells right below them.

The tokens are put in the order label, value, label, value, as if each value stood behind its label in its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from extractor.engines.rules.label_zones import group_of
from extractor.forms.labels import LabelIndex, targets_of
from extractor.forms.tokens import Token, in_column


def beside_their_labels(tokens: Sequence[Token], index: LabelIndex) -> list[Token]:
    """The tokens with the values of each row of labels put behind them."""
    rows = [list(own) for _, own in groupby(tokens, key=lambda t: t.row)]
    out: list[Token] = []
    n = 0
    while n < len(rows):
        below = rows[n + 1] if n + 1 < len(rows) else []
        pairs = _pairs(rows[n], below, index)
        if pairs is None:
            out.extend(rows[n])
            n += 1
            continue
        for label, value in pairs:
            out.extend([label] if value is None else [label, value._replace(row=label.row)])
        n += 2
    return out


def _pairs(
    labels: Sequence[Token], below: Sequence[Token], index: LabelIndex
) -> list[tuple[Token, Token | None]] | None:
    """Each label with the cell below it; None where the rows are not labels and their values."""
    if not labels or not below or not _is_row_of_labels(labels, index):
        return None
    if below[0].table != labels[0].table or not all(in_column(t) for t in below):
        return None
    if any(targets_of(t, index) for t in below):
        return None
    if not index.loose and not all(any(_over_whole(label, t) for label in labels) for t in below):
        return None
    under = {id(label): [t for t in below if _over(label, t)] for label in labels}
    owners = Counter(id(t) for own in under.values() for t in own)
    if any(len(own) > 1 for own in under.values()) or any(owners[id(t)] != 1 for t in below):
        return None
    return [(label, under[id(label)][0] if under[id(label)] else None) for label in labels]


def _is_row_of_labels(row: Sequence[Token], index: LabelIndex) -> bool:
    """Whether all cells of a row are labels of single values, and they are no header of a list."""
    if not all(t.table and in_column(t) for t in row):
        return False
    targets = [targets_of(t, index) or () for t in row]
    own = [[t for t in one if not t.column and not t.heading and t.field.structure == "scalar"] for one in targets]
    groups = Counter(group for one in targets for group in {group_of(t.field.path) for t in one if t.column})
    return all(own) and not any(group and count > 1 for group, count in groups.items())


def _over(label: Token, cell: Token) -> bool:
    return label.col < cell.col + cell.span and cell.col < label.col + label.span


def _over_whole(label: Token, cell: Token) -> bool:
    """Whether a cell is as wide as the label above it: in a form that is accounted for whole, none is wider."""
    return (label.col, label.span) == (cell.col, cell.span)
