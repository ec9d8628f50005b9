"""The pieces of a list: tokens, or stacks of them read as one word, and what a column's cells can be."""

from __future__ import annotations

from typing import NamedTuple

from extractor.engines.rules.unknown_columns import is_unknown, states_units
from extractor.forms.tokens import Token
from schemas.spec import FieldSpec


class Piece(NamedTuple):
    """A token of a list, or a stack of them read as one word; `word` lists the columns whose vocabulary has it."""

    tokens: tuple[int, ...]
    token: Token
    fold: str
    word: frozenset[int]
    first: bool
    cut: bool = False
    """Whether a page break cut it: its end stands behind the row and was put back."""
    begins: bool = False
    """Whether it is what a row's key looks like: a row begins here."""
    whole: bool = False
    """Whether its grid row has as many cells as the header: an empty cell is then seen to be empty."""
    counted: bool = False
    """Whether blank cells are printed in its table: the number of its cell says something of its column."""
    drawn: bool = False
    """Whether all cells of its row are drawn but those of labels that span, on the page of the row above; a bare number
    may be the page's."""


def column_kind(field: FieldSpec) -> str:
    """What a column holds, as the costs see it."""
    if is_unknown(field):
        return "unit" if states_units(field) else "unknown"
    if field.printed.spans:
        return "word"
    if field.printed.pattern:
        return "pattern"
    if field.printed.key:
        return "key"
    return field.kind


class Width(NamedTuple):
    """The widest line seen in a column; `sure` says that lines were seen to wrap there: no wider one is to come.

    `common` is as wide as two lines at least were: a lone wider one may have been put there by mistake.
    """

    widest: float
    sure: bool
    common: float = 0.0
