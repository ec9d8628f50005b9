"""How a JSON Schema wants a value given, and how printed text becomes one: numbers, true and false, members of an enum.

A text that is not what is wanted stays as it is printed: validation against the schema says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from schemas import days, numbers
from schemas.conventions import POINT, Convention
from schemas.values import Kind, fold, integer_readings

_TRUE = (
    "是", "有", "对", "√", "✓", "✔", "☑", "☒", "yes", "y", "true", "[x]", "(x)", "checked", "on", "oui", "vrai", "ja",
    "wahr", "sí", "si", "sì", "vero", "verdadero", "sim", "verdadeiro", "tak", "да", "はい", "有り", "예",
)  # fmt: skip
_FALSE = (
    "否", "无", "無", "×", "✗", "✘", "☐", "no", "n", "false", "[]", "()", "unchecked", "off", "non", "faux", "nein",
    "falsch",    "nee", "falso", "não", "nao", "nie", "нет", "いいえ", "無し", "아니요",
)  # fmt: skip
_BOOLEANS = {fold(word).casefold(): True for word in _TRUE} | {fold(word).casefold(): False for word in _FALSE}
_BETWEEN = re.compile(r"[\s_./-]+")


@dataclass(frozen=True, eq=False)
class Wanted:
    """The JSON types of a value but for null, the texts of its enum, and whether the schema admits a value there.

    `printed` has, for members of the enum, other words that documents print for them.
    """

    types: frozenset[str]
    members: tuple[str, ...]
    admits: Callable[[Any], bool]
    printed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_boolean(self) -> bool:
        """Whether the value is true or false, and nothing else."""
        return self.types == {"boolean"}

    def readings(self, text: str, kind: Kind, convention: Convention = POINT) -> tuple[Any, ...]:
        """What a printed text can be: members of the enum, numbers, dates; what is none of them stays as it stands."""
        member = self._member(text)
        if member is not None:
            return (member,)
        if "string" in self.types and kind != "date" and not self.members:
            return (text,)
        readers = [days.readings] if kind == "date" else [READERS[t] for t in READERS if t in self.types]
        for reader in readers:
            try:
                return reader(text, convention)
            except ValueError:
                continue
        return (text,)

    def _member(self, text: str) -> str | None:
        """The member of the enum that a text prints, whatever its case and hyphens; None if it is none, or several."""
        for member in self.members:
            if fold(member) == fold(text):
                return member
        key = word_key(text)
        alike = {m for m in self.members if word_key(m) == key}
        alike |= {m for word, m in self.printed.items() if word_key(word) == key}
        return alike.pop() if len(alike) == 1 else None


def word_key(text: str) -> str:
    """What two spellings of a word share: no case, no hyphens, no white space."""
    return _BETWEEN.sub("", fold(text).casefold())


def boolean_readings(text: str, _: Convention = POINT) -> tuple[bool, ...]:
    """`是`, `√`, `yes` and their like are true, `否`, `×`, `no` and theirs are false."""
    word = fold(text).casefold().rstrip(".")
    if word not in _BOOLEANS:
        raise ValueError(f"neither yes nor no: {text!r}")
    return (_BOOLEANS[word],)


def whole_readings(text: str, convention: Convention = POINT) -> tuple[int, ...]:
    """A printed count, or a number without a fraction: `12人`, `-3`, `12.00`."""
    try:
        return integer_readings(text, convention)
    except ValueError:
        found = [Decimal(digits) for digits in numbers.readings(text, convention)]
    whole = tuple(int(number) for number in found if number == int(number))
    if not whole:
        raise ValueError(f"not a whole number: {text!r}")
    return whole


def number_readings(text: str, convention: Convention = POINT) -> tuple[int | float, ...]:
    """A printed number as one of JSON, with its exact value; one with more digits than a double holds is none."""
    return tuple(_json_number(digits, text) for digits in numbers.readings(text, convention))


def _json_number(digits: str, text: str) -> int | float:
    if "." not in digits:
        return int(digits)
    number = float(digits)
    if Decimal(repr(number)) != Decimal(digits):
        raise ValueError(f"more digits than a JSON number keeps: {text!r}")
    return number


READERS: dict[str, Callable[[str, Convention], tuple[Any, ...]]] = {
    "boolean": boolean_readings,
    "integer": whole_readings,
    "number": number_readings,
}


def exact(value: Any) -> Any:
    """A value with its floats as the decimals that they are written as, so that `0.07` is a multiple of `0.01`."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(repr(value))
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    return value
