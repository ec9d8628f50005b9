"""Intervals and tests, checked by a second implementation (scipy) and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, kstest

from eval.statistics import (
    Array,
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

BASE, SPREAD, SHARED = 3.0, 0.6, 0.7


def readings(random: np.random.Generator, documents: int, better: float = 0.0) -> tuple[Array, Array]:
    """Two runs over clustered documents: sizes differ, errors of a document go together, and between runs too."""
    values = random.integers(1, 12, size=documents) * random.integers(40, 120, size=documents)
    hard = random.normal(size=documents)
    sizes = values.astype(float)
    return _reading(random, sizes, hard, 0.0), _reading(random, sizes, hard, better)


def _reading(random: np.random.Generator, values: Array, hard: Array, better: float) -> Array:
    own = random.normal(size=len(values))
    logit = BASE + better + SPREAD * (SHARED * hard + math.sqrt(1 - SHARED**2) * own)
    bad = random.binomial(values.astype(int), 1 / (1 + np.exp(logit)))
    omitted = random.binomial(bad, 0.4)
    return np.stack([values - bad, bad - omitted, bad], axis=1).astype(float)


def truth(better: float) -> tuple[float, float]:
    a, b = readings(np.random.default_rng(99), 400_000, better)
    f_a, f_b = float(micro_f1(a.sum(axis=0))), float(micro_f1(b.sum(axis=0)))
    return f_a, f_b - f_a


def test_intervals_hold_the_truth_in_95_of_100_clustered_experiments() -> None:
    f1, difference = truth(0.3)
    random = np.random.default_rng(7)
    single = paired = 0
    for seed in range(1000):
        a, b = readings(random, 40, 0.3)
        low, high = f1_interval(a, draws=800, seed=seed)
        single += low <= f1 <= high
        low, high = compare(a, b, draws=800, seed=seed).interval
        paired += low <= difference <= high
    assert 930 <= single <= 970, single
    assert 930 <= paired <= 970, paired


def test_treating_values_as_independent_would_miss_the_truth() -> None:
    """What the clusters are for: the same experiments with every value on its own."""
    f1, _ = truth(0.0)
    random = np.random.default_rng(8)
    held = 0
    for _ in range(400):
        a, _b = readings(random, 40)
        right, total = a[:, 0].sum(), a.sum() - a[:, 1].sum()
        low, high = wilson(right, total)
        held += low <= f1 <= high
    assert held < 250, held


def test_permutation_p_values_are_uniform_where_there_is_no_difference() -> None:
    random = np.random.default_rng(3)
    p = [permutation_p(*readings(random, 30), draws=1000, seed=seed) for seed in range(1000)]
    assert kstest(p, "uniform").pvalue > 0.01
    assert 0.03 <= np.mean(np.array(p) <= 0.05) <= 0.07


def test_a_real_difference_is_found_and_its_needed_size_is_near_the_detectable_one() -> None:
    a, b = readings(np.random.default_rng(5), 200, 0.4)
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
    a, _ = readings(np.random.default_rng(1), 12)
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
    a, b = readings(np.random.default_rng(2), 30)
    calm = np.stack([a, a, a], axis=1)
    noisy = np.stack([a, b, a], axis=1)
    low, high = f1_interval(noisy, seed=4)
    assert low < float(micro_f1(noisy.mean(axis=1).sum(axis=0))) < high
    assert f1_interval(calm, seed=4).low == pytest.approx(f1_interval(a, seed=4).low, abs=0.004)
    assert compare(a, noisy, draws=500).interval.high > 0


def test_draws_come_from_the_seed() -> None:
    a, b = readings(np.random.default_rng(6), 20)
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
