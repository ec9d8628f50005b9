"""Tokens (characters of a PDF, words of an OCR) to words, lines and the text of a unit.

A token knows the direction of its text in quarter turns clockwise (0 upright, 1 reads downwards, 3 reads upwards).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import turn
from extractor.document.layout import Box, Word
from extractor.tables.writing_direction import is_right_to_left, logical_order, logical_word

WORD_GAP = 0.28  # of the type size; a gap that a reader sees as a space
CJK_GAP = 0.6  # between two ideographs, which justified text sets apart
HAIR = 0.12  # so much wider than the gaps before it, a gap may be one between two cells
START = 0.6  # points by which texts may differ that begin at the same place
WIDE_GAP = 1.5  # a gap that separates columns
WIDE = "   "  # how it is shown


DECIMAL = re.compile(r"[-+]?[\d,]*\d\.\d{2,}%?")


class Token(NamedTuple):
    """A piece of text with its box; `order` is its place in the file, `turn` its direction in quarter turns.

    `run` is the text object of a PDF that it was written in (0: none is known), in painting order; `baseline` is the
    height at which upright text stands, in points from the top.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    order: int = 0
    turn: int = 0
    confidence: float | None = None
    run: int = 0
    baseline: float | None = None


class Piece(NamedTuple):
    """A word before its place in a unit is known; `spaced` says that a space is drawn before it."""

    text: str
    box: Box
    confidence: float | None
    size: float
    spaced: bool = False


class Passage(NamedTuple):
    """The text of a unit and its words, each with its place in that text."""

    text: str
    words: tuple[Word, ...]


def is_cjk(char: str) -> bool:
    """Whether a character is an ideograph, a kana, or full-width punctuation."""
    return (
        "\u2e80" <= char <= "\u9fff"
        or "\uf900" <= char <= "\ufaff"
        or "\uff00" <= char <= "\uffef"
        or char > "\U0001ffff"
    )


def rows_of(tokens: Iterable[Token]) -> list[list[Token]]:
    """Upright tokens in printed lines, from top to bottom, each from left to right."""
    given = list(tokens)
    if _is_row(given):
        return [given]
    items = sorted([(t[2] + t[4], t) for t in given])
    rows: list[list[Token]] = []
    middle = height = 0.0
    for twice, token in items:
        tall = token[4] - token[2]
        # A superscript belongs to its line, the next line of tight text does not.
        if rows and twice - middle <= min(height, tall) * 0.9:
            rows[-1].append(token)
            height = max(height, tall)
            middle += (twice - middle) / len(rows[-1])
        else:
            rows.append([token])
            middle, height = twice, tall
    for row in rows:
        row.sort(key=_across)
    return rows


def _is_row(tokens: Sequence[Token]) -> bool:
    """Whether tokens stand in one line and in order, as most do."""
    if not tokens:
        return False
    _, left, top, _, bottom, *_ = tokens[0]
    twice, near = top + bottom, 0.6 * (bottom - top)
    for token in tokens:
        if token[1] < left or not -near < token[2] + token[4] - twice < near:
            return False
        left = token[1]
    return True


def _across(token: Token) -> tuple[float, int]:
    return (token[1], token[5])


def pieces_of(row: Sequence[Token]) -> list[Piece]:
    """The words of one printed line; a token drawn twice (fake bold) counts once."""
    out: list[Piece] = []
    run: list[Token] = []
    last: Token | None = None
    spaced = False
    for token in row:
        text, x0, top, x1, bottom, order = token[:6]
        if last is not None:
            size = max(bottom - top, 1.0)
            if (
                text == last[0]
                and x0 - last[1] < 0.4 * (x1 - x0)
                and abs(order - last[5]) > 1
                and abs(top - last[2]) < 0.4 * size
            ):
                continue
            if run:
                gap = x0 - last[3]
                wide = gap > WORD_GAP * size and (gap > CJK_GAP * size or not (is_cjk(text[0]) and is_cjk(last[0][-1])))
                if wide or (gap > HAIR * size and _are_numbers(run, text)):
                    out.append(_piece(run, spaced))
                    run, spaced = [], False
        last = token
        if text.isspace():
            if run:
                out.append(_piece(run, spaced))
                run = []
            spaced = True
        else:
            run.append(token)
    if run:
        out.append(_piece(run, spaced))
    return out


def _are_numbers(run: Sequence[Token], text: str) -> bool:
    """Whether a number with decimals has ended and a digit begins: digits of one number have no white between them."""
    return text[0].isdigit() and DECIMAL.fullmatch("".join([token.text for token in run])) is not None


def parts_at(row: Sequence[Token], starts: Sequence[float]) -> list[list[Token]]:
    """A printed line, cut where text begins right at one of some places: what was painted before the text on its left,
    or a number behind another sign, with white before it that is no space and more than between the characters before.
    Other letters are never cut from each other: some fonts give them boxes that are narrower than they are."""
    out: list[list[Token]] = [list(row[:1])]
    for (last, token), before in zip(pairwise(row), [0.0, *(b.x0 - a.x1 for a, b in pairwise(row))], strict=False):
        gap, size = token.x0 - last.x1, max(token.bottom - token.top, 1.0)
        wider = gap > max(before, 0.0) + HAIR * size and not (last.text.isalpha() or token.text.isalpha())
        if (wider or _are_apart(last, token)) and any(abs(token.x0 - x) < START for x in starts):
            out.append([])
        out[-1].append(token)
    return out


def begin_apart(row: Sequence[Token]) -> list[float]:
    """Where text of a printed line begins behind white, and was painted before the text on its left."""
    pairs = ((last, token) for last, token in pairwise(row) if _are_apart(last, token))
    return [token.x0 for last, token in pairs if token.x0 - last.x1 > HAIR * (token.bottom - token.top)]


def _are_apart(last: Token, token: Token) -> bool:
    """Whether a character was painted before that on its left, and so not as one text with it."""
    return token.run < last.run and not is_right_to_left(last.text + token.text)


def _piece(run: Sequence[Token], spaced: bool = False) -> Piece:
    first = run[0]
    top, right, bottom, score = first[2], first[3], first[4], first[7]
    for _, _, y0, x1, y1, _, _, confidence, _, _ in run:
        if y0 < top:
            top = y0
        if x1 > right:
            right = x1
        if y1 > bottom:
            bottom = y1
        if confidence is not None and (score is None or confidence < score):
            score = confidence
    return Piece("".join([t[0] for t in run]), Box(first[1], top, right, bottom), score, bottom - top, spaced)


def passage(rows: Iterable[Sequence[Piece]], wide: bool = False) -> Passage:
    """One text from lines of words: words joined by a space (three at a column gap if `wide`), lines by a newline."""
    parts: list[str] = []
    words: list[Word] = []
    length = 0
    for row in rows:
        before: Piece | None = None
        for piece in _as_written(row):
            glue = "" if not words else "\n" if before is None else _glue(before, piece, wide)
            words.append(Word(length + len(glue), piece.text, piece.box, piece.confidence))
            parts += [glue, piece.text]
            length += len(glue) + len(piece.text)
            before = piece
    return Passage("".join(parts), tuple(words))


def _as_written(row: Sequence[Piece]) -> Sequence[Piece]:
    """The words of a line in the order in which they are written: right-to-left text was read the wrong way round."""
    if not any(is_right_to_left(piece.text) for piece in row):
        return row
    return [p._replace(text=logical_word(p.text)) for p in logical_order(row, lambda piece: piece.text)]


def _glue(before: Piece, piece: Piece, wide: bool) -> str:
    gap = max(piece.box.x0 - before.box.x1, before.box.x0 - piece.box.x1)
    return WIDE if wide and gap > WIDE_GAP * piece.size else " "


def read_rows(tokens: Sequence[Token]) -> list[list[Piece]]:
    """The lines of words of one block (a cell) in reading order, whatever the direction of its text."""
    turns = {t[6] for t in tokens}
    if turns == {0}:
        rows = rows_of(tokens)
        columns = _vertical_columns(tokens) if len(rows) > 1 else []
        if columns:
            return [[_piece(column)] for column in columns]
        return [words for row in rows if (words := pieces_of(row))]
    out: list[list[Piece]] = []
    for direction in sorted(turns):
        out += _turned_rows([t for t in tokens if t[6] == direction], direction)
    return out


def _turned_rows(tokens: Sequence[Token], direction: int) -> list[list[Piece]]:
    """Lines of text that runs down (1), upside down (2) or up (3): turned upright, read, and turned back."""
    back = (4 - direction) % 4
    size = 10000.0
    upright = [
        t._replace(x0=b[0], top=b[1], x1=b[2], bottom=b[3])
        for t in tokens
        for b in [turn(Box(*t[1:5]), back, size, size)]
    ]
    rows = [pieces_of(row) for row in rows_of(upright)]
    return [[p._replace(box=turn(p.box, direction, size, size)) for p in row] for row in rows if row]


def _vertical_columns(tokens: Sequence[Token]) -> list[list[Token]]:
    """The columns of vertical writing (upright ideographs set downwards, columns from right to left); else none.

    Told from wrapped horizontal lines by the order of drawing: at least two columns, each drawn downwards.
    """
    marks = [t for t in tokens if not t[0].isspace()]
    if len(marks) < 4 or not all(is_cjk(t[0][0]) for t in marks):
        return []
    marks.sort(key=lambda t: t[5])
    columns: list[list[Token]] = [[marks[0]]]
    for before, token in pairwise(marks):
        same = abs(token.x0 + token.x1 - before.x0 - before.x1) < (before.x1 - before.x0)
        if same and token.top > before.top + 0.5 * (before.bottom - before.top):
            columns[-1].append(token)
        elif token.x1 <= before.x0 + 0.2 * (before.x1 - before.x0) and token.top < before.top:
            columns.append([token])
        else:
            return []
    if len(columns) < 2 or median(len(c) for c in columns) < 2:
        return []
    return columns
