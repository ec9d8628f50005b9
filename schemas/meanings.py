"""What printed words mean where a schema wants a value otherwise than it is printed: `unfurnished` for false.

A meaning is confirmed once for a field and its words. What differs from document to document, and is the same in the
words and in the value, is no part of them: the figures of a number, the day and month of a date, its year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from schemas import days, numbers
from schemas.conventions import POINT, Convention
from schemas.json_values import word_key

if TYPE_CHECKING:
    from schemas.spec import FieldSpec

SAME = "#"
"""Stands for the figures, or the day and month, that words and value have in common."""
YEAR = "YYYY"
"""Stands for the one year that words name."""
_FIGURES = re.compile(r"\d(?:[\d.,' ]*\d)?")
_YEARS = re.compile(r"(?<!\d)(?:19|20|21)\d{2}(?!\d)")
_JOINED = re.compile(r"[\s,;]+")


class Meaning(NamedTuple):
    """Printed words, and the value that they mean."""

    words: str
    value: str


def meaning_of(spec: FieldSpec, text: str, reasons: str, value: str, convention: Convention) -> Meaning:
    """What is to be confirmed where a text, with other words that say so, means a value."""
    said = " ".join(f"{text} {reasons}".split())
    if spec.kind == "date":
        return _date_meaning(text, reasons, value, convention) or Meaning(said, value)
    if _is_numeric(spec):
        return _number_meaning(text, reasons, value, convention) or Meaning(said, value)
    return Meaning(said, value)


def is_known(spec: FieldSpec, words: str, value: str, convention: Convention) -> bool:
    """Whether words mean a value by themselves: read alone they are it, and nothing else."""
    wanted = spec.readings(value, POINT)
    if len(wanted) != 1:
        return False
    with suppress(ValueError):
        if spec.readings(words, convention) == wanted:
            return True
    here = spec.wanted
    free = here is not None and spec.kind == "text" and "string" in here.types and not here.members
    return free and _JOINED.sub("", words) == _JOINED.sub("", value)


def confirmed_value(spec: FieldSpec, words: str, confirmed: Iterable[Meaning], convention: Convention) -> str | None:
    """The value that a person confirmed for the words of a field; None where none is, or several are."""
    found = {value for meaning in confirmed if (value := _applied(spec, words, meaning, convention)) is not None}
    return found.pop() if len(found) == 1 else None


def _applied(spec: FieldSpec, words: str, meaning: Meaning, convention: Convention) -> str | None:
    """The value of words that are those of a meaning, with their own figures; None where they are others."""
    if not _is_numeric(spec) or SAME not in meaning.words:
        return meaning.value if word_key(words) == word_key(meaning.words) else None
    if meaning.words == SAME:
        return None  # a number without a mark: only who reads the page can say that it has another sign
    before, _, behind = meaning.words.partition(SAME)
    figures = _FIGURES.search(words)
    if figures is None or word_key(words[: figures.start()]) != word_key(before):
        return None
    if word_key(words[figures.end() :]) != word_key(behind):
        return None
    read = _digits(figures[0], convention)
    return meaning.value.replace(SAME, read.pop()) if len(read) == 1 else None


def _is_numeric(spec: FieldSpec) -> bool:
    return spec.wanted is not None and bool(spec.wanted.types & {"number", "integer"})


def _digits(text: str, convention: Convention) -> set[str]:
    with suppress(ValueError):
        return set(numbers.readings(text, convention))
    return set()


def _number_meaning(text: str, reasons: str, value: str, convention: Convention) -> Meaning | None:
    figures = [*_FIGURES.finditer(text)]
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if len(figures) != 1 or {Decimal(d) for d in _digits(figures[0][0], convention)} != {abs(number)}:
        return None
    words = f"{text[: figures[0].start()]}{SAME}{text[figures[0].end() :]} {reasons}"
    return Meaning(" ".join(words.split()), f"-{SAME}" if number < 0 else SAME)


def _date_meaning(text: str, reasons: str, value: str, convention: Convention) -> Meaning | None:
    """A day and a month as printed, and the one year that other words name."""
    year = value[:4]
    if set(_YEARS.findall(reasons)) != {year} or value not in _with_year(text, year, convention):
        return None
    if len(set(_with_year(text, year, convention))) != 1:
        return None
    when = re.sub(r"\d", "0", " ".join(reasons.split()))
    return Meaning(f"{SAME} {when}", f"{YEAR}-{SAME}")


def _with_year(text: str, year: str, convention: Convention) -> set[str]:
    """The days that a text without a year can be in a year."""
    out: set[str] = set()
    mark = re.search(r"[-./]", text)
    for whole in (f"{text.rstrip('-./ ')}{mark[0] if mark else ' '}{year}", f"{text.rstrip(', ')}, {year}"):
        with suppress(ValueError):
            out.update(days.readings(whole, convention))
    return out
