"""Does doubt tell errors from right values? AUROC, calibration error, Brier score, risk against coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from eval.scoring.predictions import Prediction
from eval.scoring.verdicts import ERRORS, Leaf
from extractor.accounting import value_doubt

BINS = 15
"""Of the calibration error (Guo et al. 2017 take so many)."""


class Judged(NamedTuple):
    """Values that are kept or left out together: their doubt, how many are right, how many are errors."""

    doubt: float
    right: int
    errors: int


class Point(NamedTuple):
    """Keeping the least doubtful values, so large a share of all, this share of them is in error."""

    coverage: float
    risk: float


class Doubted(NamedTuple):
    """What values are counted by for calibration: the doubt, whether it is settled, whether it is in error."""

    doubt: float
    settled: bool
    error: bool


def doubts(record: Prediction) -> dict[str, float]:
    """The doubt of each path of a record, as `run --settle` counts it."""
    return value_doubt.doubts(line_of(record))


def line_of(record: Prediction) -> dict[str, Any]:
    """What of a record's line the doubt is counted from."""
    findings = [found._asdict() for found in record.findings]
    return {"values": record.values, "evidence": record.evidence, "findings": findings}


def doubted(leaves: Iterable[Leaf], of: Mapping[str, float]) -> Counter[Doubted]:
    """The leaves that are there on either side, by the doubt of their value, or of what would hold it."""
    there = (leaf for leaf in leaves if leaf.verdict != "empty")
    return Counter(Doubted(of[_place(leaf.path, of)], leaf.settled, leaf.verdict in ERRORS) for leaf in there)


def _place(path: str, known: Mapping[str, float]) -> str:
    """The path in the record; of a row that it lacks (`list[]`), its list."""
    return value_doubt.nearest(path.partition("[]")[0], known)


def judged(of: Mapping[Doubted, int]) -> list[Judged]:
    """Values of equal doubt together."""
    right: Counter[float] = Counter()
    errors: Counter[float] = Counter()
    for one, n in of.items():
        (errors if one.error else right)[one.doubt] += n
    return [Judged(doubt, right[doubt], errors[doubt]) for doubt in sorted({*right, *errors})]


def _merged(of: Sequence[Judged]) -> list[Judged]:
    """Groups of equal doubt made one, the least doubtful first."""
    doubts = groupby(sorted(of), key=lambda one: one.doubt)
    return [Judged(doubt, *map(sum, zip(*(one[1:] for one in same), strict=True))) for doubt, same in doubts]


def auroc(of: Sequence[Judged]) -> float | None:
    """The share of pairs of a right value and an error in which the error is the more doubtful one; ties count half."""
    below = pairs = 0.0
    right, errors = sum(one.right for one in of), sum(one.errors for one in of)
    if not right or not errors:
        return None
    for one in _merged(of):
        pairs += one.errors * (below + one.right / 2)
        below += one.right
    return pairs / (right * errors)


def brier(of: Sequence[Judged]) -> float | None:
    """The mean square of doubt less outcome, 1 for an error (Brier 1950)."""
    total = sum(one.right + one.errors for one in of)
    squares = (one.right * one.doubt**2 + one.errors * (1 - one.doubt) ** 2 for one in of)
    return sum(squares) / total if total else None


def expected_calibration_error(of: Sequence[Judged]) -> float | None:
    """The mean distance of doubt and share of errors, over bins of about as many values each.

    Bins of equal mass (Nguyen and O'Connor 2015): most values have next to no doubt. Values of equal doubt share one.
    """
    total = sum(one.right + one.errors for one in of)
    if not total:
        return None
    off, bins = 0.0, [0.0, 0.0, 0.0]  # doubt, errors and values of the bin that is being filled
    for one in _merged(of):
        n = one.right + one.errors
        bins = [bins[0] + n * one.doubt, bins[1] + one.errors, bins[2] + n]
        if bins[2] >= total / BINS:
            off, bins = off + abs(bins[0] - bins[1]), [0.0, 0.0, 0.0]
    return (off + abs(bins[0] - bins[1])) / total


def curve(of: Sequence[Judged]) -> list[Point]:
    """Risk at each coverage, from the least to the most doubtful; values of equal doubt come in together."""
    total = sum(r.right + r.errors for r in of)
    points: list[Point] = []
    kept = wrong = 0
    ordered = sorted((r for r in of if r.right + r.errors), key=lambda r: r.doubt)
    for at, one in enumerate(ordered):
        kept += one.right + one.errors
        wrong += one.errors
        if at + 1 == len(ordered) or ordered[at + 1].doubt > one.doubt:
            points.append(Point(kept / total, wrong / kept))
    return points


def accuracy_at(of: Sequence[Judged], coverage: float) -> float | None:
    """The share of right values when that share of all values is kept, the least doubtful first.

    Inside of a group of equal doubt errors are spread evenly: nothing is won by the order of a file.
    """
    points = curve(of)
    if not points:
        return None
    before = Point(0.0, 0.0)
    for point in points:
        if point.coverage >= coverage - 1e-12:
            wrong_before, wrong = before.coverage * before.risk, point.coverage * point.risk
            share = (coverage - before.coverage) / (point.coverage - before.coverage)
            return 1.0 - (wrong_before + share * (wrong - wrong_before)) / coverage
        before = point
    return 1.0 - points[-1].risk


def area(of: Sequence[Judged]) -> float | None:
    """The area under risk against coverage: 0 is perfect; what no order could better is the risk of all."""
    points = curve(of)
    if not points:
        return None
    out, before = 0.0, Point(0.0, points[0].risk)
    for point in points:
        out += (point.coverage - before.coverage) * (point.risk + before.risk) / 2
        before = point
    return out
