from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.scoring import risk_control
from eval.scoring.calibration import Doubted
from eval.scoring.metrics import Forms, Kind, Rows
from eval.scoring.risk_control import losses, needed, supported
from eval.scoring.scores import DocumentScore
from eval.synth.seeds import seeded

Values = dict[tuple[float, bool], int]
"""Doubt and whether it is an error → how many settled values."""


def counted(values: Values) -> Counter[Doubted]:
    return Counter({Doubted(doubt, settled=True, error=error): n for (doubt, error), n in values.items()})


def document(values: Values, name: str = "a", vanished: int = 0) -> DocumentScore:
    kinds = Counter({Kind("s", "f", "right", settled=True, exact=True, missing=False): sum(values.values())})
    kinds[Kind("s", "f", "omitted", settled=True, exact=False, missing=True)] += vanished
    return DocumentScore(
        document=name, gold=name, shape=(), mistakes=(), cube=+kinds, forms=Forms(), rows=Rows(), findings=0,
        idle_findings=0, edits=0, likeness={}, doubted=counted(values),
    )  # fmt: skip


CLEAN: Values = {(0.01, False): 10, (0.1, False): 10}
SPOILT: Values = {(0.01, False): 10, (0.1, True): 10}


def many(clean: int, spoilt: int) -> list[DocumentScore]:
    return [document(CLEAN if n < clean else SPOILT, str(n)) for n in range(clean + spoilt)]


@pytest.mark.parametrize(("risk", "fewest"), [("0.001", 999), ("0.01", 99), ("0.5", 1), ("0.3", 3), ("0.05", 19)])
def test_how_many_documents_a_risk_needs_is_exact(risk: str, fewest: int) -> None:
    assert needed(Fraction(risk)) == fewest
    enough = supported(many(fewest, 0), Fraction(risk))
    assert (enough.threshold, enough.lacking) == (1.0, 0)
    short = supported(many(fewest - 1, 0), Fraction(risk))
    assert (short.threshold, short.lacking) == (None, 1)


def test_the_threshold_leaves_out_what_the_errors_look_like() -> None:
    found = supported(many(95, 5), Fraction("0.02"))
    assert 0.01 <= (found.threshold or 0) < 0.1
    assert (found.kept, found.unruled) == ((1000, 0), (2000, 50))
    assert found.bound == pytest.approx(1 / 101)
    assert found.unruled_bound == pytest.approx((5 * 0.5 + 1) / 101)


def test_where_the_gold_supports_the_built_in_settling_the_rule_keeps_all() -> None:
    found = supported(many(95, 5), Fraction("0.05"))
    assert (found.threshold, found.kept) == (1.0, (2000, 50))


def test_values_that_vanished_with_their_form_are_a_loss_at_every_threshold() -> None:
    lost = [document(CLEAN, str(n), vanished=20) for n in range(30)]
    found = supported(lost, Fraction("0.4"))
    assert (found.threshold, found.lacking) == (None, 0)
    assert found.bound == pytest.approx((30 * 0.5 + 1) / 31)


def test_several_readings_of_a_document_are_one_document() -> None:
    assert supported([document(CLEAN, "a"), document(SPOILT, "a")], Fraction("0.9")).documents == 1


def test_nothing_is_supported_without_documents() -> None:
    found = supported([], Fraction("0.5"))
    assert (found.threshold, found.documents, found.lacking) == (None, 0, 1)


VALUES = st.dictionaries(
    st.tuples(st.sampled_from([0.0, 0.01, 0.2, 0.5, 1.0]), st.booleans()), st.integers(1, 9), max_size=8
)


@given(VALUES, st.integers(0, 9))
def test_a_document_s_loss_never_falls_as_the_threshold_rises(values: Values, vanished: int) -> None:
    loss = losses(counted(values), vanished, vanished + sum(values.values()))
    found = [loss.at(threshold) for threshold in (-1.0, 0.0, 0.005, 0.01, 0.2, 0.5, 0.7, 1.0)]
    assert found == sorted(found)
    assert all(0 <= one <= risk_control.WORST for one in found)
    kept = sum(values.values())
    wrong = sum(n for (_, error), n in values.items() if error)
    assert found[-1] >= (Fraction(wrong, kept) if kept else 0)


def test_a_further_document_s_loss_is_below_the_risk_on_average() -> None:
    """The theorem, by simulation: gold and a further document are drawn alike, the rule is chosen by the gold."""
    rng, risk = seeded("risk control", 7), Fraction("0.1")
    total, draws = Fraction(0), 400
    for _ in range(draws):
        drawn = [document(_drawn(rng), str(n)) for n in range(26)]
        found = supported(drawn[:-1], risk)
        further = losses(drawn[-1].doubted, 0, drawn[-1].counts.values)
        total += further.at(-1.0 if found.threshold is None else found.threshold)
    assert total / draws <= risk + Fraction("0.02")  # two standard errors of the simulation
    assert total > 0


def _drawn(rng: Random) -> Values:
    hard = rng.random() < 0.3
    return {
        (doubt, error): n
        for doubt in (0.01, 0.1, 0.3)
        for error in (False, True)
        if (n := rng.randint(0, 4) if error and hard and doubt > 0.01 else 0 if error else rng.randint(0, 10))
    }
