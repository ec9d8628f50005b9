"""Whether a printed text is a value of a kind, or a mark for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.forms.tokens import NULLS, STROKES
from schemas.values import READINGS, is_of, parse_indicator


def parses(kind: str, text: str) -> bool:
    """Whether a text is a value of a kind."""
    if kind == "indicator":
        return parse_indicator(text).value is not None
    return kind in READINGS and is_of(kind, text)


def is_amount(text: str, units: Sequence[str]) -> bool:
    """Whether a folded text is an amount, be it with one of some units behind it."""
    return parses("amount", text) or any(text.endswith(u) and parses("amount", text.removesuffix(u)) for u in units)


def is_null(kind: str, text: str) -> bool:
    """Whether a text is a mark for nothing where a value of a kind is expected."""
    return text in NULLS or (text in STROKES and not parses(kind, text))
