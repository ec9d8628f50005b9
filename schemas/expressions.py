"""Expressions over a record's numbers: `sum(items[].amount) + tax`, `quantity * unit_price`, `count(items[])`.

Numbers are decimals; `+ - * /`, brackets, and `sum`, `count`, `min`, `max`, `abs`, `round(x, 2)`. A name is the path of
a field: of the row that the expression is about, if it has one so named, else of the record. Nothing is ever executed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import lru_cache
from typing import Any, NamedTuple

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([^\W\d]\w*(?:\[\])?(?:\.[^\W\d]\w*(?:\[\])?)*)|([-+*/(),]))")
_STEP = re.compile(r"([^.\[\]]+)(\[\])?")
DEEPEST = 40
"""Levels of brackets; a deeper expression is refused."""
MOST_DECIMALS = 12

Value = Decimal | tuple[Decimal, ...]


class At(NamedTuple):
    """A number of the record with its path."""

    path: str
    number: Decimal


class Result(NamedTuple):
    """What an expression comes to, and the paths of the numbers that it was made of."""

    number: Decimal
    paths: tuple[str, ...]


class _Unknown(Exception):
    """A number is missing, or none."""


@dataclass(frozen=True)
class _Node:
    """A number, a name, or an operation on others."""

    what: str
    parts: tuple[_Node, ...] = ()
    number: Decimal = Decimal(0)


@lru_cache(maxsize=512)
def parsed(text: str) -> _Node:
    """An expression. Raises `ValueError` that says where it is wrong."""
    parser = _Parser(text)
    node = parser.total(0)
    if parser.at < len(parser.tokens):
        raise ValueError(f"{text!r}: nothing is expected at {parser.tokens[parser.at]!r}")
    return node


def names(node: _Node) -> Iterator[str]:
    """The paths that an expression names."""
    if node.what.startswith("$"):
        yield node.what[1:]
    for part in node.parts:
        yield from names(part)


def evaluated(text: str, record: Mapping[str, Any], row: str = "") -> Result | None:
    """What an expression comes to in a record; None where a number is missing. `row`: the row that it is about."""
    used: list[str] = []
    try:
        number = _number(_value(parsed(text), _Scope(record, row, used)))
    except (_Unknown, InvalidOperation, DivisionByZero, Overflow):
        return None
    return Result(number, tuple(dict.fromkeys(used)))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.tokens: list[str] = []
        end = 0
        while end < len(text.rstrip()):
            match = _TOKEN.match(text, end)
            if match is None:
                raise ValueError(f"{text!r}: {text[end:].strip()[:1]!r} has no meaning in an expression")
            self.tokens.append(match[0].strip())
            end = match.end()
        if not self.tokens:
            raise ValueError("an expression must not be empty")

    def total(self, depth: int) -> _Node:
        """Products added and subtracted."""
        return self._chain(depth, "+-", lambda: self._chain(depth, "*/", lambda: self._signed(depth)))

    def _chain(self, depth: int, marks: str, part: Callable[[], _Node]) -> _Node:
        node = part()
        while (mark := self._peek()) and mark in marks:
            self.at += 1
            node = _Node(mark, (node, part()))
        return node

    def _signed(self, depth: int) -> _Node:
        if self._peek() == "-":
            self.at += 1
            return _Node("-", (_Node("0"), self._signed(depth + 1)))
        return self._single(depth)

    def _single(self, depth: int) -> _Node:
        piece = self._peek()
        if depth > DEEPEST:
            raise ValueError(f"{self.text[:40]!r}: brackets are nested too deeply")
        self.at += 1
        if piece == "(":
            node = self.total(depth + 1)
            self._expect(")")
            return node
        if piece[:1].isdigit():
            return _Node("0", number=Decimal(piece))
        if not piece or piece in "-+*/),":
            raise ValueError(f"{self.text!r}: a number or a name is missing{f' before {piece!r}' if piece else ''}")
        if self._peek() != "(":
            return _Node(f"${piece}")
        if piece not in FUNCTIONS:
            raise ValueError(f"{self.text!r}: there is no {piece!r}; there are {', '.join(FUNCTIONS)}")
        self.at += 1
        parts = [self.total(depth + 1)]
        while self._peek() == ",":
            self.at += 1
            parts.append(self.total(depth + 1))
        self._expect(")")
        return _Node(piece, tuple(parts))

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise ValueError(f"{self.text!r}: {mark!r} is missing")
        self.at += 1


@dataclass(frozen=True)
class _Scope:
    """The record, the path of the row that an expression is about, and the paths of the numbers that were used."""

    record: Mapping[str, Any]
    row: str
    used: list[str]

    def of(self, name: str) -> tuple[Any, ...]:
        """What stands at a path, with each list gone through."""
        for start in (self.row, ""):
            here = _at(self.record, start)
            if isinstance(here, Mapping) and name.split(".")[0].removesuffix("[]") in here:
                found = [*_walk(here, name, start)]
                self.used.extend(path for path, _ in found)
                return tuple(value for _, value in found)
        raise _Unknown


def _at(record: Any, path: str) -> Any:
    for name, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        record = record[int(number)] if number else record[name]
    return record


def _walk(here: Any, name: str, start: str) -> Iterator[tuple[str, Any]]:
    """The values at a path, each with its own path."""
    places = [(start, here)]
    for step in name.split("."):
        match = _STEP.fullmatch(step)
        if match is None:
            return
        next_places = []
        for path, value in places:
            inner = value.get(match[1]) if isinstance(value, Mapping) else None
            own = f"{path}.{match[1]}" if path else match[1]
            if not match[2]:
                next_places.append((own, inner))
            elif isinstance(inner, Sequence) and not isinstance(inner, str):
                next_places.extend((f"{own}[{n}]", item) for n, item in enumerate(inner))
        places = next_places
    yield from places


def _value(node: _Node, scope: _Scope) -> Value:
    if node.what == "0":
        return node.number
    if node.what.startswith("$"):
        found = scope.of(node.what[1:])
        return tuple(map(_decimal, found)) if "[]" in node.what else _decimal(found[0] if found else None)
    if node.what == "count":
        return Decimal(sum(value is not None for value in scope.of(node.parts[0].what.removeprefix("$"))))
    parts = [_value(part, scope) for part in node.parts]
    if node.what in _MARKS:
        return _MARKS[node.what](_number(parts[0]), _number(parts[1]))
    return FUNCTIONS[node.what](parts)


def _decimal(value: Any) -> Decimal:
    text = value.get("value") if isinstance(value, Mapping) else value
    if text is None or isinstance(text, bool):
        raise _Unknown
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        raise _Unknown from None
    if not number.is_finite():
        raise _Unknown
    return number


def _number(value: Value) -> Decimal:
    if isinstance(value, tuple):
        raise _Unknown  # a list where one number is wanted
    return value


def _all(parts: Sequence[Value]) -> list[Decimal]:
    return [number for part in parts for number in (part if isinstance(part, tuple) else (part,))]


def _most(pick: Callable[[list[Decimal]], Decimal]) -> Callable[[Sequence[Value]], Decimal]:
    def of(parts: Sequence[Value]) -> Decimal:
        if not (numbers := _all(parts)):
            raise _Unknown
        return pick(numbers)

    return of


def _round(parts: Sequence[Value]) -> Decimal:
    places = int(_number(parts[1])) if len(parts) > 1 else 0
    if not 0 <= places <= MOST_DECIMALS:
        raise _Unknown
    return _number(parts[0]).quantize(Decimal((0, (1,), -places)), ROUND_HALF_UP)


_MARKS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
}
FUNCTIONS: dict[str, Callable[[Sequence[Value]], Decimal]] = {
    "sum": lambda parts: sum(_all(parts), Decimal(0)),
    "count": lambda parts: Decimal(len(_all(parts))),
    "min": _most(min),
    "max": _most(max),
    "abs": lambda parts: abs(_number(parts[0])),
    "round": _round,
}
