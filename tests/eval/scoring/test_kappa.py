"""Cohen's kappa: the published example, and its limits."""

from __future__ import annotations

import pytest

from eval.scoring.kappa import kappa
from eval.scoring.verdicts import Leaf, Verdict


def leaf(field: str, first: str | None, second: str | None) -> Leaf:
    verdict: Verdict = "right" if first == second else "wrong"
    return Leaf(field, field, field, verdict, first, second, first == second, None, True)


def table(both_yes: int, yes_no: int, no_yes: int, both_no: int) -> list[Leaf]:
    pairs = {("yes", "yes"): both_yes, ("yes", "no"): yes_no, ("no", "yes"): no_yes, ("no", "no"): both_no}
    return [leaf("grant", a, b) for (a, b), times in pairs.items() for _ in range(times)]


def test_the_textbook_table_of_fifty_grant_proposals() -> None:
    found = kappa(table(20, 5, 10, 15))
    assert found is not None
    assert found.values == 50
    assert found.observed == pytest.approx(0.70)
    assert found.kappa == pytest.approx(0.40)


def test_perfect_agreement_is_one_and_that_of_strangers_zero() -> None:
    assert kappa(table(25, 0, 0, 25)).kappa == pytest.approx(1.0)  # type: ignore[union-attr]  # there are leaves
    assert kappa(table(9, 9, 9, 9)).kappa == pytest.approx(0.0)  # type: ignore[union-attr]


def test_chance_is_that_of_each_field() -> None:
    """A field that is always empty agrees by chance, and adds nothing."""
    empty = [leaf("remark", None, None)] * 50
    with_empty, without = kappa([*table(20, 5, 10, 15), *empty]), kappa(table(20, 5, 10, 15))
    assert with_empty is not None and without is not None
    assert with_empty.kappa == pytest.approx(without.kappa)
    assert with_empty.observed > without.observed


def test_where_chance_gives_all_there_is_no_kappa() -> None:
    found = kappa([leaf("remark", None, None)] * 3)
    assert found is not None and found.kappa is None
    assert kappa([]) is None
