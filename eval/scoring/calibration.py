"""Do findings and evidence tell good records from bad ones? Risk against coverage over records in order of doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from eval.scoring.predictions import Prediction

WEAK = {"exact": 0.0, "folded": 0.05, "fuzzy": 0.5}
"""How much doubt the way casts that a value matched its source."""
UNPLACED = 0.5
"""The doubt of a value that has no evidence."""


class Judged(NamedTuple):
    """A record: the doubt that its own findings and evidence cast on it, its right values, its errors."""

    doubt: float
    right: int
    errors: int


class Point(NamedTuple):
    """Keeping the least doubtful records with this share of all values, this share of them is in error."""

    coverage: float
    risk: float


def doubt(record: Prediction) -> float:
    """Doubt per value: each reading finding counts 1, weak or missing evidence and unread text a part of that."""
    places = _values(record.values)
    weak = sum(_weakness(record.evidence.get(place)) for place in places) if record.evidence else 0.0
    return (sum(f.about == "reading" for f in record.findings) + weak + 0.5 * len(record.residue)) / max(1, len(places))


def _values(value: Any, path: str = "") -> list[str]:
    """The paths of all values of a record that can have evidence: an indicator value has one place as a whole."""
    if isinstance(value, dict) and not ("operator" in value and "text" in value):
        return [p for name, part in value.items() for p in _values(part, f"{path}.{name}" if path else name)]
    if isinstance(value, list):
        return [p for i, part in enumerate(value) for p in _values(part, f"{path}[{i}]")]
    return [] if value is None else [path]


def _weakness(spans: Any) -> float:
    if not spans:
        return UNPLACED
    return max(_span_weakness(span) for span in spans)


def _span_weakness(span: Any) -> float:
    confidence = span.get("confidence")
    return WEAK.get(span.get("match"), UNPLACED) + (0.0 if confidence is None else 1.0 - float(confidence))


def curve(records: Sequence[Judged]) -> list[Point]:
    """Risk at each coverage, from the least to the most doubtful; records of equal doubt come in together."""
    total = sum(r.right + r.errors for r in records)
    points: list[Point] = []
    kept = wrong = 0
    ordered = sorted((r for r in records if r.right + r.errors), key=lambda r: r.doubt)
    for at, record in enumerate(ordered):
        kept += record.right + record.errors
        wrong += record.errors
        if at + 1 == len(ordered) or ordered[at + 1].doubt > record.doubt:
            points.append(Point(kept / total, wrong / kept))
    return points


def accuracy_at(records: Sequence[Judged], coverage: float) -> float | None:
    """The share of right values when that share of all values is kept, the least doubtful records first.

    Inside of a group of equal doubt errors are spread evenly: nothing is won by the order of a file.
    """
    points = curve(records)
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


def area(records: Sequence[Judged]) -> float | None:
    """The area under risk against coverage: 0 is perfect; what no order could better is the risk of all."""
    points = curve(records)
    if not points:
        return None
    out, before = 0.0, Point(0.0, points[0].risk)
    for point in points:
        out += (point.coverage - before.coverage) * (point.risk + before.risk) / 2
        before = point
    return out
