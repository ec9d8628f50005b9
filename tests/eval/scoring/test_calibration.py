from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.scoring.calibration import (
    Doubted,
    Judged,
    accuracy_at,
    area,
    auroc,
    brier,
    curve,
    doubted,
    expected_calibration_error,
    judged,
)
from eval.scoring.verdicts import Leaf

GROUPS = st.lists(
    st.builds(Judged, st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.integers(0, 50), st.integers(0, 50)), max_size=12
)


def test_doubt_that_knows_the_errors_keeps_the_right_ones_first() -> None:
    groups = [Judged(0.9, 5, 5), Judged(0.0, 40, 0), Judged(0.1, 49, 1)]
    assert curve(groups) == [(0.4, 0.0), (0.9, 1 / 90), (1.0, 0.06)]
    assert accuracy_at(groups, 0.4) == 1.0
    assert accuracy_at(groups, 0.8) == pytest.approx(1 - 0.8 / 80)
    assert accuracy_at(groups, 1.0) == pytest.approx(0.94)
    backwards = [Judged(-g.doubt, g.right, g.errors) for g in groups]
    worse, better = area(backwards), area(groups)
    assert worse is not None and better is not None and worse > better


@given(GROUPS)
def test_the_order_of_equals_changes_nothing(groups: list[Judged]) -> None:
    assert curve(groups) == curve(groups[::-1])
    assert accuracy_at(groups, 0.8) == accuracy_at(groups[::-1], 0.8)


@given(GROUPS)
def test_all_values_together_have_the_accuracy_of_all(groups: list[Judged]) -> None:
    total = sum(g.right + g.errors for g in groups)
    if total == 0:
        assert accuracy_at(groups, 1.0) is None and area(groups) is None
    else:
        assert accuracy_at(groups, 1.0) == pytest.approx(sum(g.right for g in groups) / total)
        assert 0 <= (area(groups) or 0) <= 1


def test_auroc_is_the_share_of_pairs_in_which_the_error_is_the_more_doubtful() -> None:
    assert auroc([Judged(0.1, 3, 0), Judged(0.9, 0, 2)]) == 1.0
    assert auroc([Judged(0.1, 0, 2), Judged(0.9, 3, 0)]) == 0.0
    assert auroc([Judged(0.5, 3, 2)]) == 0.5
    assert auroc([Judged(0.1, 2, 1), Judged(0.9, 1, 1)]) == pytest.approx((1.0 + 2 + 0.5) / 6)
    assert auroc([Judged(0.1, 2, 0)]) is None and auroc([]) is None


@given(GROUPS)
def test_auroc_agrees_with_all_pairs_counted(groups: list[Judged]) -> None:
    right = [g.doubt for g in groups for _ in range(g.right)]
    wrong = [g.doubt for g in groups for _ in range(g.errors)]
    pairs = [1.0 if e > r else 0.5 if e == r else 0.0 for e in wrong for r in right]
    assert auroc(groups) == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


def test_brier_and_calibration_error_are_nought_for_doubt_that_knows() -> None:
    knowing = [Judged(0.0, 9, 0), Judged(1.0, 0, 1)]
    assert (brier(knowing), expected_calibration_error(knowing)) == (0.0, 0.0)
    blind = [Judged(0.0, 9, 1)]
    assert brier(blind) == 0.1
    assert expected_calibration_error(blind) == pytest.approx(0.1)
    honest = [Judged(0.1, 9, 1)]
    assert brier(honest) == pytest.approx(0.09)
    assert expected_calibration_error(honest) == pytest.approx(0.0)
    assert brier([]) is None and expected_calibration_error([]) is None


def test_bins_of_the_calibration_error_have_equal_mass() -> None:
    off_both_ways = [Judged(0.0, 0, 150), Judged(1.0, 150, 0)]
    assert expected_calibration_error(off_both_ways) == 1.0  # one bin of all would call this calibrated
    rare = [Judged(n / 100_000, 1, 0) for n in range(1, 31)]
    assert expected_calibration_error(rare) == pytest.approx(sum(g.doubt for g in rare) / 30)


def leaf(path: str, verdict: str, *, settled: bool = True) -> Leaf:
    return Leaf(path, path, path, verdict, None, None, True, None, settled)  # type: ignore[arg-type]  # any verdict


def test_a_leaf_has_the_doubt_of_its_value_and_a_missing_row_that_of_its_list() -> None:
    of = {"": 0.01, "rows": 0.02, "rows[0]": 0.02, "rows[0].target": 0.3, "rating": 0.04}
    leaves = [
        leaf("rows[0].target.unit", "wrong", settled=False),
        leaf("rows[].target.unit", "omitted"),
        leaf("funding.total", "omitted"),
        leaf("rating", "right"),
        leaf("year", "empty"),
    ]
    counted = doubted(leaves, of)
    assert counted == {
        Doubted(0.3, settled=False, error=True): 1,
        Doubted(0.02, settled=True, error=True): 1,
        Doubted(0.01, settled=True, error=True): 1,
        Doubted(0.04, settled=True, error=False): 1,
    }
    assert judged(counted) == [Judged(0.01, 0, 1), Judged(0.02, 0, 1), Judged(0.04, 1, 0), Judged(0.3, 0, 1)]
