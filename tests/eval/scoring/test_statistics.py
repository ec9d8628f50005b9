"""Intervals and tests, checked by a second implementation (scipy) and by simulation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap, kstest

from eval.scoring.statistics import (
    Array,
    _reach,
    clopper_pearson,
    compare,
    effective,
    f1_interval,
    holm,
    micro_f1,
    permutation_p,
    upper_bound_of_none,
    wilson,
)
from eval.studies import coverage

USUAL = coverage.Population(coverage.SPREADS["even"], coverage.SIZES["unequal"], 0.92)
BETTER = replace(USUAL, better=0.3)


def readings(documents: int, seed: int, population: coverage.Population = USUAL) -> tuple[Array, Array]:
    """Two runs over documents whose errors go together, within a document and between the runs."""
    return population.draw(np.random.default_rng(seed), documents)


def test_intervals_hold_the_truth_in_95_of_100_clustered_experiments() -> None:
    drawn = list(coverage.experiments(BETTER, 40, 1000, seed=7))
    for of in (coverage.of_f1, coverage.of_difference):
        assert 0.93 <= of(BETTER, drawn, 400).share <= 0.97


@pytest.mark.parametrize("documents", [10, 20, 50])
@pytest.mark.parametrize("level", [0.9, 0.99])
def test_few_documents_that_differ_widely_are_held_too(documents: int, level: float) -> None:
    """A small part of `python -m eval.studies.coverage`: 400 experiments of a kind leave two points of chance."""
    population = coverage.Population(coverage.SPREADS["wide"], coverage.SIZES["unequal"], level, coverage.BETTER)
    drawn = list(coverage.experiments(population, documents, 400, seed=2))
    for of in (coverage.of_f1, coverage.of_difference):
        assert 0.91 <= of(population, drawn, 200).share <= 0.99


def test_the_populations_have_the_figures_that_they_name() -> None:
    for population in (BETTER, coverage.Population(coverage.SPREADS["heavy tail"], 0.0, 0.99, 0.5)):
        runs = readings(400_000, 99, population)
        seen = [float(micro_f1(run.sum(axis=0))) for run in runs]
        assert seen == pytest.approx(population.truth(), abs=3e-4)
        assert population.truth()[0] == population.f1 < population.truth()[1]


def test_treating_values_as_independent_would_miss_the_truth() -> None:
    """What the clusters are for: the same experiments with every value on its own."""
    wide = coverage.Population(coverage.SPREADS["wide"], coverage.SIZES["equal"], 0.9)
    drawn = [a for a, _, _ in coverage.experiments(wide, 40, 400, seed=8)]
    alone = [wilson(a[:, 0].sum(), a.sum() - a[:, 1].sum()) for a in drawn]
    assert coverage.held(alone, 0.9).share < 0.6


@pytest.mark.parametrize(("spread", "documents"), [("even", 30), ("wide", 12)])
def test_permutation_p_values_are_uniform_where_there_is_no_difference(spread: str, documents: int) -> None:
    population = coverage.Population(coverage.SPREADS[spread], coverage.SIZES["unequal"], 0.9)
    p = coverage.p_values(coverage.experiments(population, documents, 1000, seed=3), 1000)
    assert kstest(p, "uniform").pvalue > 0.01
    assert 0.03 <= np.mean(p <= 0.05) <= 0.07


def test_the_spread_is_the_one_that_scipy_finds() -> None:
    """A second implementation: scipy's own bootstrap of the same figure over the same documents."""
    a, b = readings(60, 21, BETTER)

    def difference(*columns: Array, axis: int) -> Array:
        right_a, bad_a, right_b, bad_b = (np.sum(c, axis=axis) for c in columns)
        return np.asarray(right_b / (right_b + bad_b) - right_a / (right_a + bad_a))

    columns = (a[:, 0], a[:, 1:].sum(axis=1) / 2, b[:, 0], b[:, 1:].sum(axis=1) / 2)
    theirs = bootstrap(columns, difference, paired=True, vectorized=True, n_resamples=4000, rng=1, method="BCa")
    found = compare(a, b, draws=4000)
    reach = _reach(found.documents, 0.95)
    assert found.detectable / reach == pytest.approx(theirs.standard_error, rel=0.1)
    assert tuple(found.interval) == pytest.approx(tuple(theirs.confidence_interval), abs=0.25 * found.detectable)


def test_the_interval_of_f1_is_near_that_of_scipy_where_documents_are_many() -> None:
    a, _ = readings(300, 22)

    def f1(*columns: Array, axis: int) -> Array:
        right, bad = (np.sum(c, axis=axis) for c in columns)
        return np.asarray(right / (right + bad))

    columns = (a[:, 0], a[:, 1:].sum(axis=1) / 2)
    theirs = bootstrap(columns, f1, paired=True, vectorized=True, n_resamples=4000, rng=1, method="BCa")
    ours = f1_interval(a, draws=4000)
    assert tuple(ours) == pytest.approx(tuple(theirs.confidence_interval), abs=0.1 * (ours.high - ours.low))


def test_errors_in_one_document_alone_leave_a_bound_of_use() -> None:
    """Samples without that document say nothing of how errors vary, and don't blow the interval up."""
    counts = np.tile([300.0, 0.0, 0.0], (20, 1))
    counts[3] = [293.0, 7.0, 7.0]
    low, high = f1_interval(counts, draws=1000)
    assert 0.98 < low < 1 - 7 / 6000 < high < 1


def test_a_real_difference_is_found_and_its_needed_size_is_near_the_detectable_one() -> None:
    a, b = readings(200, 5, BETTER)
    found = compare(a, b)
    assert found.p < 0.01 and found.interval.low > 0
    assert found.difference > found.detectable
    assert found.needed is not None and 2 <= found.needed < 200


def test_needed_documents_follow_the_published_example() -> None:
    """A standard deviation of 8 points detects 3.2 points with 50 documents (Miller 2024)."""
    random = np.random.default_rng(11)
    shift = random.normal(0.0, 80.0, size=5000).round()
    a = np.tile([10_000.0, 0.0, 0.0], (5000, 1))
    a[:, 0] -= 5000
    a[:, 1] = a[:, 2] = 5000.0
    b = a.copy()
    b[:, 0] += shift * 10
    b[:, 1] -= shift * 10
    b[:, 2] -= shift * 10
    assert compare(a, b, draws=200).detectable * math.sqrt(5000 / 50) == pytest.approx(0.032, rel=0.05)


def test_the_same_run_twice_differs_by_nothing_with_an_interval_of_some_width() -> None:
    a, _ = readings(12, 1)
    same = compare(a, a)
    assert (same.difference, same.p, same.needed) == (0.0, 1.0, None)
    assert same.interval.low < 0 < same.interval.high
    assert same.detectable > 0


@given(st.integers(1, 40), st.integers(1, 500), st.booleans())
def test_no_interval_has_a_width_of_zero(documents: int, values: int, perfect: bool) -> None:
    row = [float(values), 0.0, 0.0] if perfect else [0.0, float(values), float(values)]
    counts = np.tile(row, (documents, 1))
    low, high = f1_interval(counts, draws=50)
    assert 0 <= low < high <= 1
    assert (high == 1.0) if perfect else (low == 0.0)
    low, high = compare(counts, counts, draws=50).interval
    assert low < 0 < high


def test_documents_that_all_differ_by_the_same_still_leave_doubt() -> None:
    a = np.tile([46.0, 2.0, 2.0], (9, 1))
    b = np.tile([43.0, 5.0, 5.0], (9, 1))
    found = compare(a, b)
    assert found.interval.low < found.difference < found.interval.high
    assert found.p == pytest.approx(2 / 2**9)


def test_more_perfect_documents_give_a_narrower_interval() -> None:
    widths = [1 - f1_interval(np.tile([100.0, 0.0, 0.0], (n, 1))).low for n in (1, 3, 10, 100)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0.1 and widths[-1] < 0.005


def test_documents_without_any_value_are_no_trouble() -> None:
    empty = np.zeros((4, 3))
    assert f1_interval(empty, draws=20).high == 1.0
    assert compare(empty, empty, draws=20).p == 1.0


def test_repeats_are_resampled_too() -> None:
    a, b = readings(30, 2)
    calm = np.stack([a, a, a], axis=1)
    noisy = np.stack([a, b, a], axis=1)
    low, high = f1_interval(noisy, seed=4)
    assert low < float(micro_f1(noisy.mean(axis=1).sum(axis=0))) < high
    assert f1_interval(calm, seed=4).low == pytest.approx(f1_interval(a, seed=4).low, abs=0.004)
    assert compare(a, noisy, draws=500).interval.high > 0


def test_draws_come_from_the_seed() -> None:
    a, b = readings(20, 6)
    assert compare(a, b, draws=300, seed=1) == compare(a, b, draws=300, seed=1)
    assert f1_interval(a, draws=300, seed=1) != f1_interval(a, draws=300, seed=2)


def test_a_permutation_of_few_documents_goes_through_all_flips() -> None:
    """By hand: of three documents that all got better, two of the eight flips differ as much."""
    a = np.array([[8.0, 2.0, 2.0]] * 3)
    b = np.array([[9.0, 1.0, 1.0]] * 3)
    assert permutation_p(a, b) == pytest.approx(2 / 8)


@given(st.integers(0, 60), st.integers(1, 60))
def test_shares_have_the_intervals_that_scipy_gives(successes: int, failures: int) -> None:
    trials = successes + failures
    test = binomtest(successes, trials)
    assert wilson(successes, trials) == pytest.approx(tuple(test.proportion_ci(method="wilson")), abs=1e-6)
    assert clopper_pearson(successes, trials) == pytest.approx(tuple(test.proportion_ci(method="exact")), abs=1e-6)


def test_none_seen_has_an_upper_bound_of_about_three_over_n() -> None:
    for n in (50, 500, 5000):
        assert upper_bound_of_none(n) == pytest.approx(3 / n, rel=0.04)
    assert upper_bound_of_none(0) == 1.0
    assert wilson(0, 0) == clopper_pearson(0, 0) == (0.0, 1.0)


def test_clustered_values_are_worth_fewer() -> None:
    assert effective(100, 100) == 100
    assert 10 < effective(10, 1000) < 100
    assert effective(0, 0) == 0


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
