"""How much stricter must settling be for silent errors to stay below a bound? Conformal risk control, by document.

Angelopoulos, Bates, Fisch, Lei and Schuster (2022), "Conformal Risk Control", arXiv:2208.02814. Documents are taken as
exchangeable: those to come are like those of the gold, read by the same engine under the same schemas. A rule keeps
settled what is no more doubtful than a threshold t. The loss of a document is the share of wrong values among those
that the rule leaves settled, plus the share of its values that vanished with a form without a finding (no threshold
helps there), at most 1. That share is not monotone in t, as the theorem asks: the largest at any threshold up to t is
taken, which is. For n documents the threshold is the largest t with (sum of losses + 1) ÷ (n + 1) ≤ risk; then a
further document's loss is at most the risk on average. No t can do with fewer than 1 ÷ risk − 1 documents.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from eval.scoring.calibration import Doubted
from eval.scoring.scores import DocumentScore

WORST = 1
"""The largest loss that a document can have."""


class Losses(NamedTuple):
    """A document's loss as steps: from each doubt on, the largest loss at any threshold up to it."""

    doubts: tuple[float, ...]
    losses: tuple[Fraction, ...]
    least: Fraction

    def at(self, threshold: float) -> Fraction:
        """The loss under a threshold."""
        step = bisect_right(self.doubts, threshold)
        return self.losses[step - 1] if step else self.least


class Kept(NamedTuple):
    """What a threshold leaves settled, and how many of those values are wrong."""

    settled: int
    silent: int


class Supported(NamedTuple):
    """What the gold supports: the threshold (None: none does), the bound on the loss that it has, what it keeps.

    `unruled` is the same for the built-in settling alone; `lacking` counts the documents that are missing for any
    threshold at all.
    """

    threshold: float | None
    bound: float
    kept: Kept
    unruled_bound: float
    unruled: Kept
    documents: int
    lacking: int


def needed(risk: Fraction) -> int:
    """The fewest documents that can support a risk: n ≥ worst loss ÷ risk − 1."""
    return max(1, math.ceil(WORST / risk - 1))


def losses(doubted: Mapping[Doubted, int], vanished: int, values: int) -> Losses:
    """The loss of one document of so many values, from its values by doubt and those of vanished forms."""
    lost = Fraction(vanished, max(1, values))
    settled: Counter[float] = Counter()
    silent: Counter[float] = Counter()
    for one, n in doubted.items():
        settled[one.doubt] += n * one.settled
        silent[one.doubt] += n * (one.settled and one.error)
    doubts: list[float] = []
    worst: list[Fraction] = []
    kept = wrong = 0
    for doubt in sorted(d for d, n in settled.items() if n):
        kept, wrong = kept + settled[doubt], wrong + silent[doubt]
        doubts.append(doubt)
        worst.append(max((*worst[-1:], min(Fraction(WORST), Fraction(wrong, kept) + lost))))
    return Losses(tuple(doubts), tuple(worst), lost)


def supported(scores: Sequence[DocumentScore], risk: Fraction) -> Supported:
    """The most lenient rule that the gold of these documents supports at a risk."""
    by_gold: dict[str, list[DocumentScore]] = {}
    for score in scores:
        by_gold.setdefault(score.gold, []).append(score)
    documents = [_losses_of(own) for own in by_gold.values()]
    doubted = _added(score.doubted for score in scores)
    n = len(documents)
    found = [t for t in _thresholds(documents) if _bound(documents, t) <= risk]
    threshold = max(found, default=None)
    return Supported(
        threshold,
        float(_bound(documents, -1.0 if threshold is None else threshold)),
        _kept(doubted, -1.0 if threshold is None else threshold),
        float(_bound(documents, math.inf)),
        _kept(doubted, math.inf),
        n,
        max(0, needed(risk) - n),
    )


def _losses_of(readings: Sequence[DocumentScore]) -> Losses:
    """Of a document that was read several times, all readings together."""
    counts = [score.counts for score in readings]
    vanished, values = sum(c.vanished for c in counts), sum(c.values for c in counts)
    return losses(_added(score.doubted for score in readings), vanished, values)


def _added(counters: Iterable[Mapping[Doubted, int]]) -> Counter[Doubted]:
    out: Counter[Doubted] = Counter()
    for one in counters:
        out.update(one)
    return out


def _thresholds(documents: Sequence[Losses]) -> list[float]:
    """Where any document's loss has a step, and the one that keeps all that is settled."""
    return sorted({1.0, *(doubt for one in documents for doubt in one.doubts)}) if documents else []


def _bound(documents: Sequence[Losses], threshold: float) -> Fraction:
    return (sum((one.at(threshold) for one in documents), Fraction(0)) + WORST) / (len(documents) + 1)


def _kept(doubted: Mapping[Doubted, int], threshold: float) -> Kept:
    kept = {one: n for one, n in doubted.items() if one.settled and one.doubt <= threshold}
    return Kept(sum(kept.values()), sum(n for one, n in kept.items() if one.error))
