"""Runs of characters that cross a wall of their cell: they are not cut there, but stand in one cell.

A run is what was written without a gap: its characters follow each other in the file, on one baseline. It crosses a
wall for certain where a character stands on it, or stands beside it as close to the next as letters of a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from extractor.document.layout import Box
from extractor.tables.words import HAIR, WORD_GAP, Token

LEVEL = 0.3  # of the type size: by so much the characters of a baseline differ in height
BACK = 0.2  # of the type size: so far kerning sets a character back over the one before
HANG = 0.6  # of the type size: punctuation in full width has so much white before it
SPACE = 0.4  # of the type size: wider white is no space between words
TIGHT = 0.04  # of the type size: two text objects of one text are set as close as this
ON_WALL = 0.1  # of the type size: so far a character that stands on a wall reaches over it on both sides
PADDING = 1.0  # of the type size: text that begins nearer to its wall than this is set at it
HANGING = frozenset("，。、；：！？）》」』】”’)]")

Cells = Callable[[int], Box]
"""The box of a cell, given its number."""


def whole_runs(tokens: Sequence[Token], owners: list[int], box_of: Cells, drawn: bool) -> None:
    """Gives each run that crosses walls to one cell: `owners` has the cell of each token, -1 for one outside.

    Tokens that are not `drawn` stand about where they are printed: then only punctuation is known to cross.
    """
    done = 0
    for at in range(1, len(tokens)):
        if at <= done or owners[at] == owners[at - 1] or not _crosses(tokens, owners, at, box_of, drawn):
            continue
        first, end = _first(tokens, at - 1), _end(tokens, at)
        own = _owner(tokens[first:end], owners[first:end], box_of)
        owners[first:end] = [own] * (end - first)
        done = end - 1


def _follows(before: Token, token: Token) -> bool:
    """Whether a character was drawn right behind another, on its baseline."""
    size = max(before.bottom - before.top, token.bottom - token.top)
    level = abs(token.top + token.bottom - before.top - before.bottom) < 2 * LEVEL * size
    gap = token.x0 - before.x1
    upright = before.turn == token.turn == 0
    return upright and level and token.order - before.order == 1 and -BACK * size < gap < HANG * size


def _crosses(tokens: Sequence[Token], owners: Sequence[int], at: int, box_of: Cells, drawn: bool) -> bool:
    """Whether the run goes on over the wall between two characters of different cells."""
    before, token = tokens[at - 1], tokens[at]
    if not _follows(before, token):
        return False
    if token.text in HANGING or not drawn:
        return token.text in HANGING
    signs = [t for t in (before, token) if not t.text.isspace()]
    size, gap = max(before.bottom - before.top, 1.0), token.x0 - before.x1
    close = TIGHT if before.run != token.run else HAIR  # another font goes on right where the last character ends
    near = len(signs) == 2 and gap < (close if owners[at] >= 0 else WORD_GAP) * size
    wall = box_of(owners[at - 1] if owners[at] < 0 else owners[at])
    x, far = (wall.x1 if owners[at] < 0 else wall.x0), ON_WALL * size
    return near or any(c.x0 < x - far and x + far < _inked(c) for c in signs)


def _inked(token: Token) -> float:
    """How far a character reaches: the right half of punctuation in full width is white."""
    wide = token.text in HANGING and token.x1 - token.x0 > 0.8 * (token.bottom - token.top)
    return (token.x0 + token.x1) / 2 if wide else token.x1


def _first(tokens: Sequence[Token], at: int) -> int:
    """Where the run of a token begins."""
    while at and _follows(tokens[at - 1], tokens[at]) and not _is_wide(tokens[at - 1]):
        at -= 1
    return at


def _end(tokens: Sequence[Token], at: int) -> int:
    """One past the end of the run of a token."""
    at += 1
    while at < len(tokens) and _follows(tokens[at - 1], tokens[at]) and not _is_wide(tokens[at]):
        at += 1
    return at


def _is_wide(token: Token) -> bool:
    return token.text.isspace() and token.x1 - token.x0 > SPACE * (token.bottom - token.top)


def _owner(run: Sequence[Token], owners: Sequence[int], box_of: Cells) -> int:
    """The cell of a run: at whose left wall it begins, else at whose right wall it ends, else that of its middle."""
    first, last = run[0], run[-1]
    near = PADDING * max(first.bottom - first.top, 1.0)
    begun = owners[0] >= 0 and first.x0 - box_of(owners[0]).x0 < near
    ended = owners[-1] >= 0 and box_of(owners[-1]).x1 - last.x1 < near
    if begun or ended:
        return owners[0] if begun else owners[-1]
    middle = (first.x0 + last.x1) / 2
    inside = next((own for own, token in zip(owners, run, strict=True) if token.x1 >= middle), -1)
    return inside if inside >= 0 else max(owners[0], owners[-1])
