"""Intervals and tests where the document is the unit: forms and values of one document are not independent.

Counts come as an array (documents, 3) of right, false positives, false negatives, or (documents, repeats, 3) where each
document was read several times. All draws come from a seed. No interval has a width of 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVEL = 0.95
DRAWS = 10_000
POWER = 0.8
"""The share of experiments that must see a difference for it to be called detectable."""
SAME = 1e-9
"""A standard error below this is the rounding of documents that are all alike."""
FEWEST = 6
"""With fewer documents no sign-flip test can reach p = 0.05, whatever they show: 2 ÷ 2⁵ is more."""
BATCH, MOST_CELLS, LEAST_DRAWS = 50_000, 10_000_000, 1_000
"""Draws × documents at once (memory) and in all (time); thousands of documents need fewer draws."""
WITHIN = 0.1
"""Correlation of values of one document that is assumed where no variation between documents was seen."""
EXACT = 12
"""Up to this many documents a permutation test goes through all sign flips."""


class Interval(NamedTuple):
    """A two-sided interval."""

    low: float
    high: float


def wilson(successes: float, trials: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval of a share (Wilson 1927), by scipy; (0, 1) where nothing was tried."""
    from scipy.stats import binomtest

    if trials <= 0:
        return Interval(0.0, 1.0)
    return Interval(*map(float, binomtest(round(successes), round(trials)).proportion_ci(level, method="wilson")))


def clopper_pearson(successes: float, trials: float, level: float = LEVEL) -> Interval:
    """The exact interval of a share (Clopper and Pearson 1934), from quantiles of the beta distribution."""
    from scipy.stats import beta

    if trials <= 0:
        return Interval(0.0, 1.0)
    tail = (1 - level) / 2
    failures = trials - successes
    low = float(beta.ppf(tail, successes, failures + 1)) if successes > 0 else 0.0
    high = float(beta.ppf(1 - tail, successes + 1, failures)) if failures > 0 else 1.0
    return Interval(low, high)


def upper_bound_of_none(trials: float, level: float = LEVEL) -> float:
    """The one-sided upper bound of a share when none was seen in `trials`: about 3 ÷ trials (the rule of three)."""
    return 1.0 - (1.0 - level) ** (1.0 / trials) if trials > 0 else 1.0


def effective(documents: int, values: float, within: float = WITHIN) -> float:
    """How many independent values so many clustered ones are worth (Kish's design effect)."""
    if documents <= 0 or values <= 0:
        return 0.0
    each = max(1.0, values / documents)
    return values / (1 + (each - 1) * within)


def micro_f1(counts: Array) -> Array:
    """F1 of summed counts, last axis right, false positives, false negatives; 1 where there was nothing to find."""
    right, positives, negatives = counts[..., 0], counts[..., 1], counts[..., 2]
    below = 2 * right + positives + negatives
    return np.asarray(np.where(below > 0, 2 * right / np.where(below > 0, below, 1), 1.0), dtype=float)


def f1_interval(counts: Array, *, draws: int = DRAWS, seed: int = 0, level: float = LEVEL) -> Interval:
    """Micro-F1's interval: on the log odds, as many standard errors each way as `_spread` says (Hall 1988).

    Where documents show no variation it is exact, of the effective number of values.
    """
    at = _repeated(counts)
    estimate = float(micro_f1(at.mean(axis=1).sum(axis=0)))
    spread = _spread(_parts(at), _part, draws, seed, level, _log_odds) if len(at) else None
    if spread is None:
        return floor_interval(estimate, len(at), float(at.sum() / at.shape[1]) if len(at) else 0.0, level)
    ends = (_share(spread.value - spread.half), _share(spread.value + spread.half))
    return Interval(min(ends[0], estimate), max(ends[1], estimate))


def floor_interval(estimate: float, documents: int, values: float, level: float = LEVEL) -> Interval:
    """The interval of a share where documents show no variation: exact, of the effective number of values."""
    trials = effective(documents, values)
    return clopper_pearson(estimate * trials, trials, level)


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0


def _repeated(counts: Array) -> Array:
    counts = np.asarray(counts, dtype=float)
    return counts[:, None, :] if counts.ndim == 2 else counts


def _parts(counts: Array) -> Array:
    """Right values and errors of each document and repeat; F1 is the former ÷ both (a wrong value is one error)."""
    return np.stack([counts[..., 0], (counts[..., 1] + counts[..., 2]) / 2], axis=-1)


def _part(sums: Array) -> Array:
    """The share of right values."""
    return np.asarray(sums[..., 0] / np.maximum(sums.sum(axis=-1), SAME))


def _difference(sums: Array) -> Array:
    """The second run's share of right values − the first's."""
    return _part(sums[..., 2:]) - _part(sums[..., :2])


class _Drawn(NamedTuple):
    """A figure of each bootstrap sample, and its standard error."""

    values: Array
    errors: Array


def _as_it_is(drawn: _Drawn) -> _Drawn:
    return _Drawn(*(x[drawn.errors > SAME] for x in drawn))


def _log_odds(drawn: _Drawn) -> _Drawn:
    """Shares as log odds, their errors by the delta method; samples that lost every error, or variation, left out."""
    inside = (drawn.values > SAME) & (drawn.values < 1 - SAME)
    values, errors = _as_it_is(_Drawn(*(x[inside] for x in drawn)))
    return _Drawn(np.log(values) - np.log1p(-values), errors / (values * (1 - values)))


class _Spread(NamedTuple):
    """A figure of all documents, its standard error, and half the width of its interval."""

    value: float
    error: float
    half: float


def _spread(
    columns: Array,
    figure: Callable[[Array], Array],
    draws: int,
    seed: int,
    level: float,
    scale: Callable[[_Drawn], _Drawn] = _as_it_is,
) -> _Spread | None:
    """How far a figure of summed columns reaches, on a scale; None where documents show no variation.

    The standard error is the jackknife's, leaving out a document at a time (Efron and Stein 1981; for few and unequal
    clusters MacKinnon, Nielsen and Webb 2023). The reach, in standard errors, is that of a symmetric bootstrap-t over
    documents and the repeats of each (Hall 1988), and at least Student's t with as many degrees of freedom as
    documents of one size would leave (Kish's effective number: a large document counts for more than one of many).
    """
    from scipy.stats import t

    documents = len(columns)
    means = columns.mean(axis=1)
    seen = scale(_jackknife(means, np.ones((1, documents)), figure))
    if documents < 2 or not len(seen.errors):
        return None
    value, error = float(seen.values[0]), float(seen.errors[0])
    sizes = means.sum(axis=1)
    reach = float(t.ppf(0.5 + level / 2, max(1.0, sizes.sum() ** 2 / (sizes**2).sum() - 1)))
    drawn = map(scale, _resampled(columns, figure, draws, seed))
    far = np.concatenate([np.abs(one.values - value) / one.errors for one in drawn])
    if len(far):
        reach = max(reach, float(np.quantile(far, level)))
    return _Spread(value, error, reach * error)


def _resampled(columns: Array, figure: Callable[[Array], Array], draws: int, seed: int) -> Iterator[_Drawn]:
    """The figure and its standard error in bootstrap samples, batch by batch."""
    documents, repeats, _ = columns.shape
    random = np.random.default_rng(seed)
    draws = min(draws, max(LEAST_DRAWS, MOST_CELLS // documents))
    size = max(1, min(BATCH // documents, draws if repeats == 1 else draws // 100))
    for start in range(0, draws, size):  # repeats are drawn anew for each batch of draws of documents
        again = random.integers(0, repeats, size=(documents, repeats))
        means = np.take_along_axis(columns, again[:, :, None], axis=1).mean(axis=1)
        weights = random.multinomial(documents, np.full(documents, 1 / documents), size=min(size, draws - start))
        yield _jackknife(means, weights.astype(float), figure)


def _jackknife(columns: Array, weights: Array, figure: Callable[[Array], Array]) -> _Drawn:
    """The figure of each weighting of the documents, and its standard error from leaving out one at a time."""
    documents = len(columns)
    sums = weights @ columns
    left = figure(np.maximum(sums[:, None, :] - columns, 0.0))
    mean = (weights * left).sum(axis=1, keepdims=True) / documents
    squares = (weights * (left - mean) ** 2).sum(axis=1)
    return _Drawn(figure(sums), np.sqrt(squares * (documents - 1) / documents))


@dataclass(frozen=True, slots=True)
class Difference:
    """B − A of two runs over the same documents.

    `detectable` is the smallest difference that this many documents would show four times in five; `needed` how many
    documents would show the difference that was seen (None where there is none).
    """

    documents: int
    a: float
    b: float
    difference: float
    interval: Interval
    p: float
    detectable: float
    needed: int | None


def compare(a: Array, b: Array, *, draws: int = DRAWS, seed: int = 0, level: float = LEVEL) -> Difference:
    """Two runs over the same documents in the same order: the paired interval, and a sign-flip permutation test.

    The interval is `_spread`'s of the difference; where documents show no variation it is that of as many effective
    values without any difference. `detectable` and `needed` as Miller (2024): (1.96 + 0.84) standard
    errors; below 6 documents nothing is detectable.
    """
    left, right = _repeated(a), _repeated(b)
    n = len(left)
    f_a, f_b = (float(micro_f1(x.mean(axis=1).sum(axis=0))) for x in (left, right))
    difference = f_b - f_a
    interval, error = _difference_interval(left, right, difference, draws, seed, level)
    p = permutation_p(left.mean(axis=1), right.mean(axis=1), draws=draws, seed=seed)
    detectable = min(1.0, _reach(n, level) * error) if n >= FEWEST else 1.0
    return Difference(n, f_a, f_b, difference, interval, p, detectable, _needed(n, error, difference, level))


def _reach(documents: int, level: float) -> float:
    """The standard errors that a difference must be to be detectable: 1.96 + 0.84, more where documents are few."""
    from scipy.stats import t

    return float(t.ppf(0.5 + level / 2, documents - 1) + t.ppf(POWER, documents - 1))


def _needed(documents: int, error: float, difference: float, level: float) -> int | None:
    if abs(difference) < 1e-12:
        return None
    return max(FEWEST, math.ceil(documents * (_reach(100_000, level) * error / abs(difference)) ** 2))


def _difference_interval(
    a: Array, b: Array, difference: float, draws: int, seed: int, level: float
) -> tuple[Interval, float]:
    """The interval of the difference, and its standard error."""
    repeats = max(a.shape[1], b.shape[1])
    columns = np.concatenate([_cycled(_parts(a), repeats), _cycled(_parts(b), repeats)], axis=2)
    spread = _spread(columns, _difference, draws, seed, level)
    if spread is not None:
        error, half = spread.error, spread.half
    else:
        half = 1.0 if len(a) < 2 else clopper_pearson(0, effective(len(a), a.sum() / a.shape[1]), level).high
        error = half / NormalDist().inv_cdf(0.5 + level / 2)
    return Interval(max(-1.0, difference - half), min(1.0, difference + half)), error


def _cycled(columns: Array, repeats: int) -> Array:
    """Columns with as many repeats as the other run has; a run of one repeat (nothing sampled) is repeated as it is."""
    return columns[:, np.arange(repeats) % columns.shape[1]]


def permutation_p(a: Array, b: Array, *, draws: int = DRAWS, seed: int = 0) -> float:
    """The two-sided p-value of a sign-flip test, by scipy: for each document the two runs trade places or not.

    All flips up to 12 documents; above that random ones, with the observed one among them (Phipson and Smyth 2010).
    """
    from scipy.stats import permutation_test

    n = len(a)
    if n < 2:  # one document shows as much when it is swapped
        return 1.0
    pooled = np.concatenate([a, b])

    def difference(first: NDArray[np.int64], second: NDArray[np.int64], axis: int) -> Array:
        """The documents are given by their numbers, so that right, false and missing values stay together."""
        sums = (pooled[np.moveaxis(np.asarray(numbers), axis, -1)].sum(axis=-2) for numbers in (first, second))
        left, right = map(micro_f1, sums)
        return np.round(right - left, 12)  # the order of a sum must not part two flips that are the same

    numbers = (np.arange(n), np.arange(n, 2 * n))
    tried = 2**n if n <= EXACT else min(draws, max(LEAST_DRAWS, MOST_CELLS // n)) - 1
    found = permutation_test(
        numbers, difference, permutation_type="samples", n_resamples=tried, batch=max(1, BATCH // n), rng=seed
    )
    return float(found.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (Holm 1979): p-values adjusted for how many comparisons were made."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    out, worst = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        out[i] = worst
    return out
