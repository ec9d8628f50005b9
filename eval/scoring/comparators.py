"""When two values are the same: each comparator gives the canonical form that both must share."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from decimal import Decimal
from functools import lru_cache

from schemas.values import fold, parse_date

NUMBER = re.compile(r"-?\d+(\.\d+)?")


def canonical(comparator: str, value: object) -> Hashable:
    """What a value is compared by; None where it is empty (null, or white space alone)."""
    if value is None:
        return None
    text = value if isinstance(value, str) else _spelled(value)
    return _canonical(comparator, text)


@lru_cache(maxsize=262144)
def _canonical(comparator: str, text: str) -> Hashable:
    folded = fold(text)
    if not folded:
        return None
    return _COMPARATORS[comparator](folded)


def _spelled(value: object) -> str:
    """A value that is no text, in its JSON spelling, so that `true` is never 1 and a list is never a text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else f"{value!r}"


def _text(folded: str) -> Hashable:
    return folded


def _number(folded: str) -> Hashable:
    """A printed number by its value; `-0.00` is not `0.00`, since a lost sign is an error wherever it stands."""
    return (folded.startswith("-"), Decimal(folded)) if NUMBER.fullmatch(folded) else folded


def _date(folded: str) -> Hashable:
    try:
        return parse_date(folded)
    except ValueError:
        return folded


_COMPARATORS: dict[str, Callable[[str], Hashable]] = {
    "text": _text,
    "long": _text,
    "amount": _number,
    "integer": _number,
    "boolean": _text,
    "date": _date,
    "indicator": _text,
}


def likeness(gold: object, value: object) -> float:
    """1 − CER of two long texts after folding: 0 where nothing agrees, 1 where all does."""
    from rapidfuzz.distance import Levenshtein

    a, b = fold(str(gold)), fold(str(value))
    if not a:
        return float(not b)
    return max(0.0, 1.0 - Levenshtein.distance(a, b) / len(a))
