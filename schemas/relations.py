"""What must hold between the values of one form. A schema declares these; `accounting.checks` looks whether they hold.

Paths name fields (`funding.annual_total`); `indicators[].weight` stands for that field of every row, and two
paths with `[]` of the same list are compared row by row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sums:
    """`total` is the sum of `parts` (those that are printed); differences up to `tolerance` are rounding."""

    total: str
    parts: tuple[str, ...]
    tolerance: str = "0.01"


@dataclass(frozen=True, slots=True)
class SumsTo:
    """The `parts` sum to the number `total`."""

    parts: tuple[str, ...]
    total: str = "100"
    tolerance: str = "0.01"


@dataclass(frozen=True, slots=True)
class AtMost:
    """`value` is not above `limit` (a path)."""

    value: str
    limit: str


@dataclass(frozen=True, slots=True)
class Share:
    """`percent` = 100 · `part` ÷ `whole`, to within `tolerance` points."""

    percent: str
    part: str
    whole: str
    tolerance: str = "0.1"


@dataclass(frozen=True, slots=True)
class InOrder:
    """The dates `first` and `then` stand in order."""

    first: str
    then: str


@dataclass(frozen=True, slots=True)
class PercentAtMost100:
    """An indicator value whose unit is `%` is not above 100."""

    value: str


@dataclass(frozen=True, slots=True)
class Present:
    """`value` is there in each row whose `beside` is there (or, with no `beside`, in the form)."""

    value: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Owns:
    """Under each label of `upper` only some labels of `lower` can stand: `allowed` maps the one to the others."""

    upper: str
    lower: str
    allowed: tuple[tuple[str, tuple[str, ...]], ...]


Relation = Sums | SumsTo | AtMost | Share | InOrder | PercentAtMost100 | Present | Owns
