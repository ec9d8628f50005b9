"""An audit: how often settled values of a run are wrong, from a random sample that a person judges.

With one value a document, the bound is exact (Clopper and Pearson 1934, one-sided). Several values of one document are
not independent: then documents are resampled (bootstrap, percentile). Where no value is wrong a bootstrap shows no
variation; then the exact bound counts documents with a wrong value among the documents judged, and it says so.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from extractor.accounting.judged_reading import Line
from extractor.accounting.value_tree import holds
from extractor.document.decision import Decision

LEVEL = 0.95
DRAWS = 10_000
BOUNDS = (0.001, 0.005, 0.01)
"""The bounds for which the size of a sample is said beforehand."""


class Value(NamedTuple):
    """A settled value that can be drawn: the hash of its document, its form, its path."""

    sha256: str
    form: int
    path: str


class Bound(NamedTuple):
    """What an audit shows: values judged and wrong, documents, the upper bound of the share that is wrong, how."""

    judged: int
    wrong: int
    documents: int
    upper: float
    method: str


def sample_size(bound: float, level: float = LEVEL) -> int:
    """How many values, each of another document and none of them wrong, show a bound of the share that is wrong."""
    return math.ceil(math.log(1 - level) / math.log(1 - bound))


def settled_values(record: Line) -> Iterator[Value]:
    """The values of a record that have evidence and are settled. A value that was left out is not among them."""
    unsettled = record["unsettled"]
    for path, spans in record["evidence"].items():
        if spans and not any(holds(outer, path) for outer in unsettled):
            yield Value(record["sha256"], record["form"], path)


def draw(values: Iterable[Value], count: int, seed: int) -> list[Value]:
    """A random sample: one value of each of `count` documents; where there are fewer, further values of theirs.

    Each document is as likely as any other, and each value within its document.
    """
    by_document: dict[str, list[Value]] = {}
    for value in values:
        by_document.setdefault(value.sha256, []).append(value)
    source = random.Random(seed)  # noqa: S311  # a sample, no secret
    lists = [by_document[sha256] for sha256 in sorted(by_document)]
    source.shuffle(lists)
    for of_one in lists:
        source.shuffle(of_one)
    chosen: list[Value] = []
    depth = 0
    while len(chosen) < count and any(len(of_one) > depth for of_one in lists):
        chosen.extend(of_one[depth] for of_one in lists if len(of_one) > depth)
        depth += 1
    return chosen[:count]


def bound_of(judgements: Sequence[Decision], seed: int = 0, level: float = LEVEL) -> Bound:
    """The upper bound of the share of settled values that are wrong, from the judgements of a sample."""
    by_document: dict[str, list[bool]] = {}
    for judgement in judgements:
        by_document.setdefault(judgement.sha256, []).append(judgement.action == "reject")
    groups = list(by_document.values())
    judged, wrong = sum(map(len, groups)), sum(map(sum, groups))
    if all(len(group) == 1 for group in groups):
        return Bound(judged, wrong, len(groups), exact_upper(wrong, judged, level), "exact, one value a document")
    if not wrong:
        upper = exact_upper(0, len(groups), level)
        return Bound(judged, 0, len(groups), upper, "exact, by documents: several values of one are not independent")
    upper = max(_bootstrap(groups, seed, level), wrong / judged)
    return Bound(judged, wrong, len(groups), upper, "bootstrap over documents")


def exact_upper(wrong: int, judged: int, level: float = LEVEL) -> float:
    """The exact one-sided upper bound of a share: the largest at which so few wrong ones are still that likely."""
    if judged == 0 or wrong >= judged:
        return 1.0
    low, high = wrong / judged, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, judged, middle) > 1 - level else (low, middle)
    return high


def _at_most(wrong: int, judged: int, share: float) -> float:
    """The probability of at most `wrong` in `judged`, by logarithms, which large samples need."""
    logs = (
        math.lgamma(judged + 1) - math.lgamma(k + 1) - math.lgamma(judged - k + 1)
        + k * math.log(share) + (judged - k) * math.log1p(-share)
        for k in range(wrong + 1)
    )  # fmt: skip
    return math.fsum(map(math.exp, logs)) if 0 < share < 1 else float(share <= 0)


def _bootstrap(groups: Sequence[Sequence[bool]], seed: int, level: float) -> float:
    source = random.Random(seed)  # noqa: S311
    sums = [(sum(group), len(group)) for group in groups]
    shares = []
    for _ in range(DRAWS):
        drawn = source.choices(sums, k=len(sums))
        shares.append(sum(w for w, _ in drawn) / sum(n for _, n in drawn))
    return sorted(shares)[math.ceil(level * DRAWS) - 1]


def in_words(bound: Bound, level: float = LEVEL) -> str:
    """The result as a sentence."""
    return (
        f"{bound.judged} values of {bound.documents} documents judged, {bound.wrong} wrong: "
        f"at most {bound.upper:.2%} of the settled values are wrong, at {level:.0%} ({bound.method}). "
        "Values that were left out are not in the sample."
    )


def sizes_in_words() -> str:
    """How large a sample must be for usual bounds."""
    sizes = ", ".join(f"{bound:.1%}: {sample_size(bound)}" for bound in BOUNDS)
    return f"Values to judge, one a document and none wrong, for a bound of {sizes}"


def by_record(sample: Iterable[Value]) -> dict[tuple[str, int], list[str]]:
    """The paths of a sample by document and form."""
    out: dict[tuple[str, int], list[str]] = {}
    for value in sample:
        out.setdefault((value.sha256, value.form), []).append(value.path)
    return out


Judged = dict[tuple[str, int], tuple[Decision, ...]]


def judgements(decisions: Judged, sample: Iterable[Value]) -> list[Decision]:
    """The last judgement of each value of a sample."""
    last: dict[Any, Decision] = {}
    wanted = set(sample)
    for about in decisions.values():
        for decision in about:
            value = Value(decision.sha256, decision.form, decision.path)
            if value in wanted and decision.action in ("accept", "reject"):
                last[value] = decision
    return list(last.values())
