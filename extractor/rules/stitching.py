"""Rows of a list that a page break cut in two: their cells are put together again.

Only where columns are facts. A label that is complete only with what stands below the break is certain; a row is, where
the line above the break reaches the edge of its cell and no figure stands on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extractor.labels import LabelIndex
from extractor.rules.pieces import Piece, column_kind
from extractor.rules.zones import Column, column_under


def stitched(pieces: list[Piece], columns: Sequence[Column], index: LabelIndex) -> tuple[list[Piece], list[int]]:
    """The pieces with cells put together that stand on both sides of a page break, and the tokens of cut labels."""
    beside = [p for p in pieces if p.token.exact and column_under(p.token, columns) < 0]
    cut = [p for p, q in pairwise(beside) if p.fold + q.fold in index.labels]
    labels = [
        t for p in beside for t in p.tokens if p in cut or (beside.index(p) and beside[beside.index(p) - 1] in cut)
    ]
    out = [p for p in pieces if not labels or not set(p.tokens) & set(labels)]
    breaks = [n for n in range(1, len(out)) if _breaks(out[n - 1], out[n])]
    for n in reversed(breaks):
        out = _stitch(out, n, columns, index)
    return out, labels


def _breaks(before: Piece, after: Piece) -> bool:
    there, here = before.token, after.token
    return bool(there.table and here.table) and there.table != here.table and there.exact and here.exact


def _stitch(pieces: list[Piece], n: int, columns: Sequence[Column], index: LabelIndex) -> list[Piece]:
    under = [column_under(p.token, columns) for p in pieces]
    below = [m for m in range(n, len(pieces)) if _same_row(pieces[m], pieces[n])]
    above = {under[m]: m for m in range(n) if _same_row(pieces[m], pieces[n - 1])}
    joined: dict[int, int] = {}
    for m in below:
        head = max((k for k in range(n) if under[k] == under[m]), default=-1)
        if head >= 0 and _completes(pieces[head], pieces[m], index):
            joined[m] = head
    rest = [m for m in below if m not in joined and not pieces[m].word]
    if _goes_on(pieces, rest, above, under, columns):
        joined.update({m: above[under[m]] for m in rest if under[m] in above})
        row = pieces[n - 1].token
        for m in rest:
            token = pieces[m].token
            pieces[m] = pieces[m]._replace(token=token._replace(row=row.row, table=row.table, first=False), first=False)
    return _joined(pieces, joined, index, columns)


def _same_row(piece: Piece, other: Piece) -> bool:
    return piece.token.row == other.token.row


def _completes(head: Piece, tail: Piece, index: LabelIndex) -> bool:
    """Whether two parts make a word of a spanning vocabulary that the first alone is not."""
    return head.fold not in index.words and head.fold + tail.fold in index.words


def _goes_on(
    pieces: Sequence[Piece], rest: Sequence[int], above: dict[int, int], under: Sequence[int], columns: Sequence[Column]
) -> bool:
    """Whether a row below the break is the end of the one above: each cell that stands on both sides goes on."""
    kinds = [column_kind(c.field) for c in columns]
    twice = [m for m in rest if under[m] in above]
    key = kinds.index("key") if "key" in kinds else -1
    if (
        not twice
        or any(under[m] < 0 for m in rest)
        or (len(twice) < len(rest) and key not in {under[m] for m in twice})
    ):
        return False
    if any(kinds[under[m]] in ("amount", "integer", "date", "pattern") for m in twice):
        return False
    if any(kinds[under[m]] == "indicator" and pieces[m].fold[0] in "≥≤><=0123456789" for m in twice):
        return False
    return all(reaches_edge(pieces[above[under[m]]]) for m in twice)


def reaches_edge(piece: Piece) -> bool:
    """Whether the last line of a cell leaves no room for another character."""
    unit = piece.token.unit
    if unit.box is None or not unit.words or unit.words[-1].box is None:
        return False
    word = unit.words[-1]
    box = word.box
    if box is None:
        return False
    character = (box.x1 - box.x0) / max(1, len(word.text))
    return unit.box.x1 - box.x1 < 1.8 * character


def _joined(
    pieces: Sequence[Piece], joined: dict[int, int], index: LabelIndex, columns: Sequence[Column]
) -> list[Piece]:
    own = {c.field.path: n for n, c in enumerate(columns)}
    out = list(pieces)
    for m, head in joined.items():
        fold = out[head].fold + out[m].fold
        word = frozenset(own[f.path] for f in index.words.get(fold, ()) if f.path in own)
        out[head] = out[head]._replace(tokens=(*out[head].tokens, *out[m].tokens), fold=fold, word=word)
    return [p for m, p in enumerate(out) if m not in joined]
