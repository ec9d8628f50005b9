"""Figures from verdicts: pure functions over counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from eval.scoring.verdicts import ERRORS, FormVerdicts, Leaf, Row, Verdict


class Kind(NamedTuple):
    """What leaves are counted by. `vanished` holds for leaves of a form that is missing without a finding."""

    schema: str
    field: str
    verdict: Verdict
    settled: bool
    exact: bool
    missing: bool


Cube = Counter[Kind]


@dataclass(frozen=True, slots=True)
class Counts:
    """Leaves by verdict, and what of them is settled. Leaves that are empty on both sides stay out of every share."""

    right: int = 0
    wrong: int = 0
    omitted: int = 0
    invented: int = 0
    empty: int = 0
    exact: int = 0
    settled: int = 0
    silent: int = 0
    vanished: int = 0
    false_alarms: int = 0

    @property
    def values(self) -> int:
        """Leaves that stand in gold, in the record, or in both."""
        return self.right + self.errors

    @property
    def errors(self) -> int:
        """Leaves that are wrong, omitted or invented."""
        return self.wrong + self.omitted + self.invented

    @property
    def false_positives(self) -> int:
        """Values of the record that gold does not have so."""
        return self.wrong + self.invented

    @property
    def false_negatives(self) -> int:
        """Values of gold that the record does not have so."""
        return self.wrong + self.omitted

    @property
    def precision(self) -> float | None:
        """Right ÷ what the record claims."""
        return ratio(self.right, self.right + self.false_positives)

    @property
    def recall(self) -> float | None:
        """Right ÷ what gold has."""
        return ratio(self.right, self.right + self.false_negatives)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall, micro-averaged over leaves."""
        return f1(self.right, self.false_positives, self.false_negatives)

    @property
    def raw_f1(self) -> float | None:
        """F1 where only values that are equal as they stand, without any folding, are right."""
        folded = self.right - self.exact
        return f1(self.exact, self.false_positives + folded, self.false_negatives + folded)

    @property
    def silent_rate(self) -> float | None:
        """(Settled errors + values of forms that vanished without a finding) ÷ (settled values + those)."""
        return ratio(self.silent + self.vanished, self.settled + self.vanished)

    @property
    def settled_share(self) -> float | None:
        """Settled values ÷ all values; values of missing forms are never settled."""
        return ratio(self.settled, self.values)


def ratio(part: float, whole: float) -> float | None:
    """`part` ÷ `whole`; None of nothing."""
    return part / whole if whole else None


def f1(right: float, false_positives: float, false_negatives: float) -> float | None:
    """2·right ÷ (2·right + FP + FN); None of nothing."""
    return ratio(2 * right, 2 * right + false_positives + false_negatives)


def cube(forms: Iterable[FormVerdicts]) -> Cube:
    """The leaves of forms, counted by all that figures ask for."""
    out: Cube = Counter()
    for form in forms:
        missing = form.outcome == "missing"
        out.update(_kind(form.schema, x.field, x.verdict, x.settled, x.exact, missing) for x in form.leaves)
    return out


@cache
def _kind(schema: str, field: str, verdict: Verdict, settled: bool, exact: bool, missing: bool) -> Kind:
    """One tuple for each kind there is: thousands of documents share them."""
    return Kind(schema, field, verdict, settled, exact, missing)


def counts(of: Mapping[Kind, int]) -> Counts:
    """The counts of a cube, or of a part of one."""
    verdicts: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for kind, n in of.items():
        verdicts[kind.verdict] += n
        if kind.verdict == "empty":
            continue
        other["exact"] += n * (kind.exact and kind.verdict == "right")
        if kind.missing:
            other["vanished"] += n * kind.settled
            continue
        other["settled"] += n * kind.settled
        other["silent"] += n * (kind.settled and kind.verdict in ERRORS)
        other["false_alarms"] += n * (kind.verdict == "right" and not kind.settled)
    return Counts(**verdicts, **other)


def part(of: Cube, **where: Any) -> Cube:
    """The part of a cube whose kinds have these values (`schema="table"`)."""
    return Counter({kind: n for kind, n in of.items() if all(getattr(kind, k) == v for k, v in where.items())})


def by(of: Cube, *names: str) -> dict[tuple[Any, ...], Counts]:
    """The counts of a cube by one or more names of `Kind`, in the order of first sight."""
    groups: dict[tuple[Any, ...], Cube] = {}
    for kind, n in of.items():
        groups.setdefault(tuple(getattr(kind, name) for name in names), Counter())[kind] += n
    return {key: counts(group) for key, group in groups.items()}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of lists: found, omitted, invented, without an error, and how many stand in gold's order."""

    found: int = 0
    omitted: int = 0
    invented: int = 0
    perfect: int = 0
    in_order: int = 0

    def __add__(self, other: Rows) -> Rows:
        """Both together."""
        return Rows(
            self.found + other.found,
            self.omitted + other.omitted,
            self.invented + other.invented,
            self.perfect + other.perfect,
            self.in_order + other.in_order,
        )

    @property
    def precision(self) -> float | None:
        """Found ÷ rows of the record."""
        return ratio(self.found, self.found + self.invented)

    @property
    def recall(self) -> float | None:
        """Found ÷ rows of gold."""
        return ratio(self.found, self.found + self.omitted)

    @property
    def perfect_rate(self) -> float | None:
        """Rows without an error ÷ rows of gold."""
        return ratio(self.perfect, self.found + self.omitted)

    @property
    def order(self) -> float | None:
        """Found rows that stand in gold's order (the longest run of them that does) ÷ found rows."""
        return ratio(self.in_order, self.found)


def rows(of: Iterable[Row]) -> Rows:
    """The figures of the rows of one form; order is looked at list by list."""
    listed = list(of)
    outcomes = Counter(row.outcome for row in listed)
    sequences: dict[str, list[int]] = {}
    for row in listed:
        if row.record is not None and row.gold is not None:
            sequences.setdefault(row.field, []).append(row.record)
    return Rows(
        outcomes["found"],
        outcomes["omitted"],
        outcomes["invented"],
        sum(row.perfect for row in listed),
        sum(longest_increasing(sequence) for sequence in sequences.values()),
    )


def longest_increasing(numbers: Iterable[int]) -> int:
    """The length of the longest increasing subsequence (patience sorting)."""
    from bisect import bisect_left

    tops: list[int] = []
    for number in numbers:
        at = bisect_left(tops, number)
        tops[at : at + 1] = [number]
    return len(tops)


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms of documents: found, missing, extra, perfect, and found with no reading finding at all."""

    found: int = 0
    missing: int = 0
    extra: int = 0
    perfect: int = 0
    settled: int = 0

    def __add__(self, other: Forms) -> Forms:
        """Both together."""
        return Forms(
            self.found + other.found,
            self.missing + other.missing,
            self.extra + other.extra,
            self.perfect + other.perfect,
            self.settled + other.settled,
        )

    @property
    def gold(self) -> int:
        """Forms that gold has."""
        return self.found + self.missing


def unjustified(flags: Iterable[str], leaves: Iterable[Leaf]) -> int:
    """How many reading findings cover no error: false alarms, finding by finding."""
    wrong = [leaf.path for leaf in leaves if leaf.verdict in ERRORS]
    return sum(not any(covers(flag, path) for path in wrong) for flag in flags)


def covers(flag: str, path: str) -> bool:
    """Whether a finding at `flag` is about the value at `path`: the same, one that holds it, or the whole record.

    A row that the record lacks (`list[]`) is also what a finding on the list, or on one of its rows, points to.
    """
    if not flag or path == flag or path.startswith((f"{flag}.", f"{flag}[")):
        return True
    before, bracket, _ = path.partition("[]")
    return bool(bracket) and flag.startswith(f"{before}[")


def edits(forms: Iterable[FormVerdicts]) -> int:
    """What a person would have to do: each wrong, omitted or invented value is one edit; deleting a row or a form that
    is not there is one edit whatever it holds.
    """
    return sum(_form_edits(form) for form in forms)


def _form_edits(form: FormVerdicts) -> int:
    if form.outcome == "extra":
        return 1
    extra = {(row.field, row.record) for row in form.rows if row.outcome == "invented"}
    values = sum(leaf.verdict in ERRORS and not _in_extra_row(leaf) for leaf in form.leaves)
    return values + len(extra)


def _in_extra_row(leaf: Leaf) -> bool:
    """Whether the value is part of a row that gold lacks; a text of a list that gold lacks is an edit of its own."""
    return leaf.verdict == "invented" and leaf.gold_path.partition("[]")[2] != ""
