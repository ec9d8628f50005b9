"""Cuts rows into tokens: a cell is one token, a line is cut at white space.

A token is the smallest piece that can be a label or belong to a value. Its `fold` is what labels and
vocabularies are compared with; its place leads back to the source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from extractor.document.layout import Cell, Unit
from extractor.document.results import LOW_CONFIDENCE, Place, Row
from schemas.values import fold


class Token(NamedTuple):
    """One token. `row` counts the form's rows, `first` says that it begins its row, `col` is -1 in a line.

    `soft` marks a token that only a typographic space (between CJK and Latin characters or digits, or behind
    punctuation) cuts from the one before; `gap` counts blank lines above its row; `width` is in full-width characters.
    """

    unit: Unit
    start: int
    end: int
    fold: str
    width: float
    row: int
    first: bool
    soft: bool
    col: int
    span: int
    table: int
    exact: bool
    gap: int
    page: int

    @property
    def text(self) -> str:
        """The token as it is printed."""
        return self.unit.text[self.start : self.end]

    @property
    def place(self) -> Place:
        """Where the token stands."""
        return Place(self.page, self.unit.id, self.start, self.end)


def in_column(token: Token) -> bool:
    """Whether a token's column is a fact: columns are true in its table, and nobody guessed where its cell stands."""
    return token.exact and not any(w.confidence is not None and w.confidence < LOW_CONFIDENCE for w in token.unit.words)


NULLS = frozenset({"-", "--", "—", "——", "/", "\\", "–", "□"})
"""Marks that stand for nothing."""
STROKES = frozenset({"一", "ー", "_", "-_", "_-"})
"""What an OCR takes a dash for."""
_WORD = re.compile(r"\S+")
_FIGURE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:%|％|[(（][^()（）]{1,8}[)）])?")
_COMPARED = re.compile(r"[≥≤><=≧≦＞＜＝]\s*\d[\d.,]*(?:%|％|[(（][^()（）]{1,8}[)）])?")


def row_shaped(text: str) -> bool:
    """Whether a line looks like a row of a table: it ends with figures, two or one behind a comparison."""
    pieces = text.split()
    if len(pieces) < 2:
        return False
    if _COMPARED.fullmatch(pieces[-1]):
        return True
    return len(pieces) > 2 and all(_FIGURE.fullmatch(p) or _COMPARED.fullmatch(p) for p in pieces[-2:])


HEADING = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十\d]+[章节部分]|附[件表录注]|备?注[:：]|(填[表报])?说明[:：]|填表人"
)
"""How a line begins that stands outside of a table."""


def tokenize(rows: Sequence[Row]) -> list[Token]:
    """All tokens of the rows, in reading order; brackets that a space cut open are closed again."""
    out: list[Token] = []
    for number, row in enumerate(rows):
        if row.table:
            _cells(row, number, out)
        else:
            _words(row, number, out)
    return out


def _cells(row: Row, number: int, out: list[Token]) -> None:
    first = True
    for cell in row.units:
        text = cell.text
        folded = fold(text)
        if not folded or not isinstance(cell, Cell):
            continue
        start = len(text) - len(text.lstrip())
        end = len(text.rstrip())
        out.append(
            Token(
                cell, start, end, folded, width(text), number, first, False,
                cell.col, cell.col_span, row.table, row.exact_columns, row.gap, row.page,
            )
        )  # fmt: skip
        first = False


def _words(row: Row, number: int, out: list[Token]) -> None:
    unit, gap, page = row.units[0], row.gap, row.page
    for n, (start, end, folded, wide, soft) in enumerate(_line_pieces(unit.text)):
        out.append(Token(unit, start, end, folded, wide, number, n == 0, soft, -1, 1, 0, False, gap, page))


class _LinePiece(NamedTuple):
    """What is a token in a line: where it starts and ends, its fold and width, and whether its space is typography."""

    start: int
    end: int
    fold: str
    width: float
    soft: bool


@lru_cache(maxsize=2048)
def _line_pieces(text: str) -> tuple[_LinePiece, ...]:
    """The tokens of a line. The lines of a form are asked for where its document is cut, and again as a form's."""
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        before = text[slice(*spans[-1])] if spans else ""
        if before and (_open_bracket(before) or _clings(before, match[0])):
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    return tuple(
        _LinePiece(start, end, fold(text[start:end]), width(text[start:end]), n > 0 and soft_space(text, start))
        for n, (start, end) in enumerate(spans)
    )


def _clings(before: str, piece: str) -> bool:
    """Whether a space only sets off an operator from its number, or a number from its percent sign."""
    return before[-1] in "≥≤＞＜><=＝≧≦" or (piece[0] in "%％" and before[-1].isdigit())


def soft_space(text: str, start: int) -> bool:
    """Whether the white space before `start` is typography and not a gap between columns.

    One space between a CJK character and a digit or Latin letter, or behind punctuation, is set by printers.
    """
    before = text[:start].rstrip()
    if not before or start - len(before) > 1:
        return False
    left, right = before[-1], text[start]
    if left in "，。；：、！？,.;:!?）)》”】":
        return True
    return left < "\u2e80" or right < "\u2e80"


def _open_bracket(piece: str) -> bool:
    opened = piece.count("(") + piece.count("（")
    return opened > piece.count(")") + piece.count("）")


def open_bracket(token: Token) -> bool:
    """Whether the token opens a bracket that it does not close."""
    return _open_bracket(token.fold)


@lru_cache(maxsize=8192)
def width(text: str) -> float:
    """The printed width in full-width characters: what is above U+2E80 counts 1, the rest ½."""
    text = text.strip()
    if text.isascii():
        return len(text) / 2
    return (len(text) + len(_WIDE.findall(text))) / 2


_WIDE = re.compile("[\u2e80-\U0010ffff“”‘’…—·]")


def first_unit(text: str) -> float:
    """The width, in full-width characters, of what a printer keeps on one line at the start of a text."""
    match = _KEPT.match(text)
    return width(match[0]) if match else 0.0


_KEPT = re.compile(r"[“‘《〈（(「『【\[]*(?:[A-Za-z0-9.,%]+|.)[，。；：、！？）》”’】〉」』%,.;:!?)\]]*")
"""A word or a character, with the brackets and the punctuation that cling to it."""


def split_token(token: Token, at: int) -> tuple[Token, Token]:
    """The token cut in two at character `at` of its unit's text."""
    text = token.unit.text
    rest = at + len(text[at : token.end]) - len(text[at : token.end].lstrip())
    left = token._replace(end=at, fold=fold(text[token.start : at]), width=width(text[token.start : at]))
    right = token._replace(
        start=rest, fold=fold(text[rest : token.end]), width=width(text[rest : token.end]), first=False, soft=True
    )
    return left, right
