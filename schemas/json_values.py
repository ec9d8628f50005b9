"""How a JSON Schema wants a value given, and how printed text becomes one: numbers, true and false, members of an enum.

A text that is not what is wanted stays as it is printed: validation against the schema says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from schemas.values import Kind, fold, parse_amount, parse_date, parse_integer

_TRUE = ("是", "有", "√", "✓", "✔", "☑", "yes", "y", "true")
_FALSE = ("否", "无", "×", "✗", "✘", "no", "n", "false")
_BOOLEANS = {fold(word): True for word in _TRUE} | {fold(word): False for word in _FALSE}


@dataclass(frozen=True, eq=False)
class Wanted:
    """The JSON types of a value but for null, the texts of its enum, and whether the schema admits a value there."""

    types: frozenset[str]
    members: tuple[str, ...]
    admits: Callable[[Any], bool]

    @property
    def is_boolean(self) -> bool:
        """Whether the value is true or false, and nothing else."""
        return self.types == {"boolean"}

    def read(self, text: str, kind: Kind) -> Any:
        """The value that a printed text is: the member of the enum, the number, the date, or the text as it stands."""
        for member in self.members:
            if fold(member) == fold(text):
                return member
        if "string" in self.types and kind != "date" and not self.members:
            return text
        readers = [parse_date] if kind == "date" else [READERS[t] for t in READERS if t in self.types]
        for reader in readers:
            try:
                return reader(text)
            except ValueError:
                continue
        return text


def read_boolean(text: str) -> bool:
    """`是`, `√`, `yes` and their like are true, `否`, `×`, `no` and theirs are false."""
    word = fold(text).casefold()
    if word not in _BOOLEANS:
        raise ValueError(f"neither yes nor no: {text!r}")
    return _BOOLEANS[word]


def read_integer(text: str) -> int:
    """A printed count, or a number without a fraction: `12人`, `-3`, `12.00`."""
    try:
        return parse_integer(text)
    except ValueError:
        number = Decimal(parse_amount(text))
    if number != int(number):
        raise ValueError(f"not a whole number: {text!r}")
    return int(number)


def read_number(text: str) -> int | float:
    """A printed number as one of JSON, with its exact value; one with more digits than a double holds is none."""
    digits = parse_amount(text)
    if "." not in digits:
        return int(digits)
    number = float(digits)
    if Decimal(repr(number)) != Decimal(digits):
        raise ValueError(f"more digits than a JSON number keeps: {text!r}")
    return number


READERS: dict[str, Callable[[str], Any]] = {
    "boolean": read_boolean,
    "integer": read_integer,
    "number": read_number,
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
