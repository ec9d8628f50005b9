"""Runs of characters that cross a wall of their cell: they are not cut there, but stand in one cell.

A run is what was written without a gap: its characters follow each other in the file, on one baseline. It crosses a
wall for certain where a character stands on it, or stands beside it as close to the next as letters of a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from extractor.document.layout import Box
from extractor.tables.words import HAIR, WORD_GAP, Token

LEVEL = 0.3  # of the type size: by so much the characters of a baseline differ in height
BACK = 0.2  # of the type size: so far kerning sets a character back over the one before
HANG = 0.6  # of the type size: punctuation in full width has so much white before it
SPACE = 0.4  # of the type size: wider white is no space between words
TIGHT = 0.04  # of the type size: two text objects of one text are set as close as this
EXACT = 0.015  # of the type size: what rounding leaves of the overlap of two text objects of one text
ON_WALL = 0.1  # of the type size: so far a character that stands on a wall reaches over it on both sides
PADDING = 1.0  # of the type size: text that begins nearer to its wall than this is set at it
ALIKE = 1.0  # points by which texts may differ that are set in their cells in the same way
HANGING = frozenset("，。、；：！？）》」』】”’)]")

Cells = Callable[[int], Box]
"""The box of a cell, given its number."""


def whole_runs(tokens: Sequence[Token], owners: list[int], box_of: Cells, drawn: bool) -> list[int]:
    """Gives each run that crosses walls to one cell: `owners` has the cell of each token, -1 for one outside.

    Tokens that are not `drawn` stand about where they are printed: then only punctuation is known to cross. Returns the
    tokens of texts that nothing but their places in two cells tells apart.
    """
    done = 0
    near: list[int] = []
    for at in range(1, len(tokens)):
        if at <= done or owners[at] == owners[at - 1] or not _crosses(tokens, owners, at, box_of, drawn):
            continue
        texts = Texts(tokens, tuple(owners), box_of)
        first, end = texts.first(at), texts.end(at)
        own = _owner(tokens[first:end], owners[first:end], box_of)
        owners[first:end] = [own] * (end - first)
        near += texts.touching(first, end)
        done = end - 1
    return near


def _follows(before: Token, token: Token) -> bool:
    """Whether a character was drawn right behind another, on its baseline; texts that overlap are two."""
    size = max(before.bottom - before.top, token.bottom - token.top)
    level = abs(token.top + token.bottom - before.top - before.bottom) < 2 * LEVEL * size
    gap = token.x0 - before.x1
    upright = before.turn == token.turn == 0
    back = BACK if before.run == token.run else EXACT
    next_to = 0 < token.order - before.order <= (2 if token.text in HANGING else 1)  # pdfium counts a space in between
    return upright and level and next_to and -back * size < gap < HANG * size


class Texts(NamedTuple):
    """The characters of a table with their cells: which of them are one text.

    What was written in one text object is one text. Text objects one behind the other are one, but for those of which
    each is set in a cell of its own as the other is in its.
    """

    tokens: Sequence[Token]
    owners: Sequence[int]
    box_of: Cells

    def first(self, at: int) -> int:
        """Where the text of a character begins."""
        at = self._object(at).start
        while at and self._joins(at) and not self._are_two(at):
            at = self._object(at - 1).start
        return at

    def end(self, at: int) -> int:
        """One past the end of the text of a character."""
        at = self._object(at).stop
        while at < len(self.tokens) and self._joins(at) and not self._are_two(at):
            at = self._object(at).stop
        return at

    def touching(self, first: int, end: int) -> list[int]:
        """The characters of a text and of those beside it that touch it."""
        sides = [at for at in (first, end) if 0 < at < len(self.tokens) and self._joins(at) and self._touch(at)]
        return [n for at in sides for n in (*self._object(at - 1), *self._object(at))]

    def _object(self, at: int) -> range:
        """The characters of a text object, as far as one stands behind the other."""
        first, end = at, at + 1
        while first and self._is_one(first):
            first -= 1
        while end < len(self.tokens) and self._is_one(end):
            end += 1
        return range(first, end)

    def _is_one(self, at: int) -> bool:
        return self.tokens[at].run == self.tokens[at - 1].run and self._joins(at)

    def _joins(self, at: int) -> bool:
        before, token = self.tokens[at - 1], self.tokens[at]
        return _follows(before, token) and not _is_wide(before) and not _is_wide(token)

    def _touch(self, at: int) -> bool:
        before, token = self.tokens[at - 1], self.tokens[at]
        return token.x0 - before.x1 <= TIGHT * (token.bottom - token.top)

    def _are_two(self, at: int) -> bool:
        """Whether two text objects, the second from a character on, are set in two cells in the same way."""
        first, end = self._object(at - 1).start, self._object(at).stop
        while first and self._joins(first) and self._touch(first):
            first = self._object(first - 1).start
        while end < len(self.tokens) and self._joins(end) and self._touch(end):
            end = self._object(end).stop
        one, other = self._white(range(first, at)), self._white(range(at, end))
        return any(a is not None and b is not None and abs(a - b) < ALIKE for a, b in zip(one, other, strict=True))

    def _white(self, text: range) -> tuple[float | None, float | None, float | None]:
        """The white between a text and the left side of its cell, the right side, and how far it is from its middle."""
        first, last = self.tokens[text[0]], self.tokens[text[-1]]
        middle = (first.x0 + last.x1) / 2
        inner = next((n for n in text if self.tokens[n].x1 >= middle), text[-1])
        cells = [self.box_of(own) if (own := self.owners[n]) >= 0 else None for n in (text[0], text[-1], inner)]
        near = PADDING * (first.bottom - first.top)
        left = first.x0 - cells[0].x0 if cells[0] else None
        right = cells[1].x1 - last.x1 if cells[1] else None
        off = middle - (cells[2].x0 + cells[2].x1) / 2 if cells[2] else None
        return (
            left if left is not None and -ALIKE < left < near else None,
            right if right is not None and -ALIKE < right < near else None,
            off if off is not None and abs(off) < ALIKE else None,
        )


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
