from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.scoring.calibration import Judged, accuracy_at, area, curve, doubt
from eval.scoring.predictions import prediction

RECORDS = st.lists(
    st.builds(Judged, st.sampled_from([0.0, 0.1, 0.5, 2.0]), st.integers(0, 50), st.integers(0, 50)), max_size=12
)


def test_doubt_that_knows_the_errors_keeps_the_right_ones_first() -> None:
    records = [Judged(0.9, 5, 5), Judged(0.0, 40, 0), Judged(0.1, 49, 1)]
    assert curve(records) == [(0.4, 0.0), (0.9, 1 / 90), (1.0, 0.06)]
    assert accuracy_at(records, 0.4) == 1.0
    assert accuracy_at(records, 0.8) == pytest.approx(1 - 0.8 / 80)
    assert accuracy_at(records, 1.0) == pytest.approx(0.94)
    backwards = [Judged(-r.doubt, r.right, r.errors) for r in records]
    worse, better = area(backwards), area(records)
    assert worse is not None and better is not None and worse > better


@given(RECORDS)
def test_the_order_of_equals_changes_nothing(records: list[Judged]) -> None:
    assert curve(records) == curve(records[::-1])
    assert accuracy_at(records, 0.8) == accuracy_at(records[::-1], 0.8)


@given(RECORDS)
def test_all_records_together_have_the_accuracy_of_all(records: list[Judged]) -> None:
    total = sum(r.right + r.errors for r in records)
    if total == 0:
        assert accuracy_at(records, 1.0) is None and area(records) is None
    else:
        assert accuracy_at(records, 1.0) == pytest.approx(sum(r.right for r in records) / total)
        assert 0 <= (area(records) or 0) <= 1


def test_records_are_doubted_for_findings_weak_evidence_and_residue() -> None:
    span = {"page": 1, "line": 3, "start": 0, "end": 2, "text": "优", "match": "exact", "confidence": None}
    calm = {"values": {"rating": "优", "year": 2031}, "evidence": {"rating": [span], "year": [span]}}
    fuzzy = {**calm, "evidence": {"rating": [{**span, "match": "fuzzy"}], "year": [span]}}
    unplaced = {**calm, "evidence": {"rating": [span]}}
    unsure = {**calm, "evidence": {"rating": [{**span, "confidence": 0.4}], "year": [span]}}
    flagged = {**calm, "findings": [{"path": "rating", "about": "reading", "kind": "doubt"}]}
    odd_source = {**calm, "findings": [{"path": "rating", "about": "source", "kind": "odd"}]}
    residue = {**calm, "residue": [{"page": 1, "line": 9, "start": 0, "end": 4, "text": "12.0"}]}
    assert doubt(prediction(calm)) == doubt(prediction(odd_source)) == 0
    doubts = [doubt(prediction(raw)) for raw in (fuzzy, unplaced, residue, unsure, flagged)]
    assert doubts == [0.25, 0.25, 0.25, pytest.approx(0.3), 0.5]


def test_an_indicator_value_has_one_place_for_its_parts() -> None:
    target = {"text": "≥3(次)", "operator": "≥", "value": "3", "unit": "次"}
    span = {"page": 1, "cell": "T1R2C3", "start": 0, "end": 5, "text": "≥3(次)", "match": "exact", "confidence": None}
    raw = {"values": {"indicators": [{"target": target}]}, "evidence": {"indicators[0].target": [span]}}
    assert doubt(prediction(raw)) == 0
