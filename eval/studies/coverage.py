"""Do the intervals hold the truth as often as they say? `python -m eval.studies.coverage` simulates it.

Each experiment draws documents from a population whose figures are known exactly, as the errors of a document go
together: an odds of error for each document, shared in part by the two runs that read it.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.reports import figure_tables
from eval.scoring import statistics
from eval.scoring.statistics import Array

SHARED = 0.7
"""Correlation of what makes a document hard for the one run and for the other."""
OMITTED = 0.4
"""The share of errors that are omissions; the others are wrong values, which count twice."""
MEDIAN, USUAL, LEAST = 250, 400, 20
"""Values of a document: the median where sizes differ, the number where they do not, the fewest."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How documents differ: the deviation of their log odds of error; the share of bad ones, and how bad they are."""

    deviation: float
    bad: float = 0.0
    worse: float = 0.0


SPREADS = {"even": Spread(0.3), "wide": Spread(1.0), "heavy tail": Spread(0.5, 0.1, math.log(10))}
SIZES = {"equal": 0.0, "unequal": 0.9}
"""The standard deviation of the logarithm of a document's number of values."""


@dataclass(frozen=True, slots=True)
class Population:
    """Documents of a kind, of which a first run reads so many values right, the second some more (in log odds)."""

    spread: Spread
    sizes: float
    f1: float
    better: float = 0.0

    def truth(self) -> tuple[float, float]:
        """F1 of the two runs over all documents that there are."""
        return self.f1, _f1(_mean_rate(self.spread, self._centre() - self.better))

    def _centre(self) -> float:
        return _centre_of(self.spread, self.f1)

    def draw(self, random: np.random.Generator, documents: int) -> tuple[Array, Array]:
        """The counts of two runs over so many documents."""
        values = np.full(documents, USUAL)
        if self.sizes:
            values = np.maximum(LEAST, np.exp(random.normal(math.log(MEDIAN), self.sizes, documents))).astype(int)
        hard = random.normal(size=documents)
        bad = self.spread.worse * (random.random(documents) < self.spread.bad)
        odds = np.asarray(self._centre() + bad, dtype=float)
        return self._read(random, values, hard, odds), self._read(random, values, hard, odds - self.better)

    def _read(self, random: np.random.Generator, values: NDArray[np.int64], hard: Array, odds: Array) -> Array:
        own = SHARED * hard + math.sqrt(1 - SHARED**2) * random.normal(size=len(values))
        errors = random.binomial(values, _rate(odds + self.spread.deviation * own))
        omitted = random.binomial(errors, OMITTED)
        return np.stack([values - errors, errors - omitted, errors], axis=1).astype(float)


@cache
def _centre_of(spread: Spread, f1: float) -> float:
    """The log odds of error, of a document like most, with which F1 over all documents is this."""
    from scipy.optimize import brentq

    return float(brentq(lambda at: _f1(_mean_rate(spread, at)) - f1, -20.0, 10.0))


def _rate(log_odds: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _mean_rate(spread: Spread, centre: float) -> float:
    """The mean over documents, by Gauss–Hermite quadrature."""
    at, weights = np.polynomial.hermite_e.hermegauss(80)
    usual, bad = (
        float((_rate(centre + more + spread.deviation * at) * weights).sum() / weights.sum())
        for more in (0.0, spread.worse)
    )
    return (1 - spread.bad) * usual + spread.bad * bad


def _f1(rate: float) -> float:
    return 2 * (1 - rate) / (2 * (1 - rate) + (2 - OMITTED) * rate)


Experiment = tuple[Array, Array, int]
"""The counts of two runs over the same documents, and the seed of what is drawn from them."""


class Held(NamedTuple):
    """Of the experiments, the share whose interval holds the truth, and the intervals' median width."""

    share: float
    width: float


def experiments(population: Population, documents: int, times: int, seed: int) -> Iterator[Experiment]:
    """So many experiments of so many documents each."""
    random = np.random.default_rng([seed, documents])
    return ((*population.draw(random, documents), k) for k in range(times))


def held(intervals: Sequence[statistics.Interval], truth: float) -> Held:
    """How often intervals hold the truth."""
    return Held(
        float(np.mean([low <= truth <= high for low, high in intervals])),
        float(np.median([high - low for low, high in intervals])),
    )


def of_f1(population: Population, drawn: Iterable[Experiment], draws: int) -> Held:
    """The interval of the first run's F1; the silent error rate's is the same, of settled values."""
    found = [statistics.f1_interval(a, draws=draws, seed=seed) for a, _, seed in drawn]
    return held(found, population.truth()[0])


def of_difference(population: Population, drawn: Iterable[Experiment], draws: int) -> Held:
    """The interval of second − first."""
    found = [statistics.compare(a, b, draws=draws, seed=seed).interval for a, b, seed in drawn]
    first, second = population.truth()
    return held(found, second - first)


def p_values(drawn: Iterable[Experiment], draws: int) -> Array:
    """The p-value of each experiment."""
    return np.array([statistics.permutation_p(a, b, draws=draws, seed=seed) for a, b, seed in drawn])


BETTER = 0.3
"""By how much the second run's log odds are better, where a difference is to be held."""
DOCUMENTS = (5, 10, 20, 50, 200)
LEVELS = (0.5, 0.9, 0.99, 0.999)


def simulated(times: int, draws: int, seed: int) -> Iterator[figure_tables.Table]:
    """The tables of all populations and numbers of documents."""
    columns = ("documents differ", "sizes", "F1", *(f"n = {n}" for n in DOCUMENTS))
    for title, cell, better in (
        ("F1: experiments whose 95 % interval holds the truth", of_f1, 0.0),
        ("Difference of two runs: experiments whose 95 % interval holds the truth", of_difference, BETTER),
    ):
        yield figure_tables.Table(title, columns, tuple(_rows(cell, better, times, draws, seed)))
    yield figure_tables.Table("No difference: experiments with p ≤ 0.05", columns, tuple(_rejected(times, draws, seed)))


def _rows(
    cell: Callable[[Population, Iterable[Experiment], int], Held], better: float, times: int, draws: int, seed: int
) -> Iterator[tuple[figure_tables.Value, ...]]:
    for (spread, sizes, level), population in _populations(better):
        found = (cell(population, experiments(population, n, times, seed), draws).share for n in DOCUMENTS)
        yield spread, sizes, str(level), *(f"{100 * share:.1f} %" for share in found)


def _rejected(times: int, draws: int, seed: int) -> Iterator[tuple[figure_tables.Value, ...]]:
    for (spread, sizes, level), population in _populations(0.0):
        found = (p_values(experiments(population, n, times, seed), draws) for n in DOCUMENTS)
        yield spread, sizes, str(level), *(f"{100 * float((p <= 0.05).mean()):.1f} %" for p in found)


def _populations(better: float) -> Iterator[tuple[tuple[str, str, float], Population]]:
    for spread, sizes, level in product(SPREADS, SIZES, LEVELS):
        yield (spread, sizes, level), Population(SPREADS[spread], SIZES[sizes], level, better)


def main() -> int:
    """Simulates, prints the tables as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.coverage", description=__doc__)
    parser.add_argument("--experiments", type=int, default=1000, metavar="N", help="of each kind (default: 1000)")
    parser.add_argument("--draws", type=int, default=300, help="of each bootstrap and permutation (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="of the experiments (default: 1)")
    call = parser.parse_args()
    for table in simulated(call.experiments, call.draws, call.seed):
        print(figure_tables.markdown(table), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
