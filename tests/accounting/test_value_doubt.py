"""The doubt of a value: each sign has its weight, signs are joined, what holds a value is never more doubtful."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.accounting.value_doubt import DIGITS, WEIGHTS, DoubtWeights, doubts, nearest

Form = dict[str, Any]


def span(**other: Any) -> Form:
    return {"page": 1, "line": 1, "start": 0, "end": 2, "text": "优", "match": "exact", "proof": "label"} | other


def line(*findings: Form, rating: Any = "优", spans: list[Form] | None = None) -> Form:
    """A record of a value in question, a list with a row, and nothing else."""
    return {
        "values": {"rating": rating, "rows": [{"name": "甲"}]},
        "evidence": {"rating": [span()] if spans is None else spans, "rows[0].name": [span()]},
        "findings": list(findings),
    }


def found(path: str, about: str = "reading", severity: str = "warning", kind: str = "residue") -> Form:
    return {"path": path, "about": about, "kind": kind, "severity": severity, "message": ""}


BASE = WEIGHTS.base
CASES = {
    "error": (line(found("rating", severity="error")), 1.0),
    "warning": (line(found("rating")), 1.0),
    "on_record": (line(found("")), 1.0),
    "source": (line(found("rating", "source")), 1.0),
    "empty": (line(rating=None, spans=[]), 1.0),
    "unplaced": (line(spans=[]), 1.0),
    "unproven": (line(spans=[span(proof=None)]), 1.0),
    "folded": (line(spans=[span(match="folded")]), 1.0),
    "fuzzy": (line(spans=[span(match="fuzzy")]), 1.0),
    "pieces": (line(spans=[span(), span()]), 1.0),
    "confidence": (line(spans=[span(confidence=0.75)]), 0.25),
    **{proof: (line(spans=[span(proof=proof)]), 1.0) for proof in ("layout", "agreed", "order", "column", "pattern")},
}


@pytest.mark.parametrize("sign", list(CASES))
def test_a_sign_alone_has_its_weight(sign: str) -> None:
    record, strength = CASES[sign]
    names_value = any(f["about"] == "reading" and f["path"] for f in record["findings"])
    beside = 0.5 * WEIGHTS.neighbours if names_value else 0.0  # one of the two values is doubted
    joined = 1 - (1 - BASE) * (1 - strength * asdict(WEIGHTS)[sign]) * (1 - beside)
    assert doubts(record)["rating"] == round(joined, DIGITS) > round(BASE, DIGITS)


def test_every_weight_is_looked_at() -> None:
    assert {field.name for field in fields(DoubtWeights)} == {*CASES, "base", "above", "neighbours"}


def test_a_value_with_a_label_and_nothing_against_it_has_the_least_doubt() -> None:
    twice = round(1 - (1 - BASE) ** 2, DIGITS)
    got = doubts(line())
    assert (got[""], got["rating"], got["rows"], got["rows[0]"]) == (0.0, *[round(BASE, DIGITS)] * 3)
    assert got["rows[0].name"] == twice


def test_a_finding_on_a_row_is_on_its_values_and_makes_the_others_a_little_more_doubtful() -> None:
    got, w = doubts(line(found("rows[0]"))), WEIGHTS
    beside = 1 - (1 - BASE) * (1 - 0.5 * w.neighbours)
    assert (got[""], got["rating"]) == (round(0.5 * w.neighbours, DIGITS), round(beside, DIGITS))
    assert got["rows"] == round(beside, DIGITS)  # it has the signs of its only value, not those of the row
    assert got["rows[0].name"] == round(1 - (1 - beside) * (1 - w.above) * (1 - BASE), DIGITS)


def test_a_list_has_the_signs_of_its_middle_value_and_an_empty_one_those_of_an_empty_value() -> None:
    evidence = {f"rows[{n}]": [span(match=match)] for n, match in enumerate(["fuzzy", "exact", "folded"])}
    got = doubts({"values": {"rows": ["甲", "乙", "丙"], "notes": []}, "evidence": evidence, "findings": []})
    assert got["rows"] == round(1 - (1 - BASE) * (1 - WEIGHTS.folded), DIGITS)
    assert got["notes"] == round(1 - (1 - BASE) * (1 - WEIGHTS.empty), DIGITS)


def test_findings_of_one_kind_count_once_and_of_two_kinds_twice() -> None:
    once, same = doubts(line(found("rating"))), doubts(line(found("rating"), found("rating")))
    two = doubts(line(found("rating"), found("rating", kind="unproven")))
    assert once == same
    assert two["rating"] == pytest.approx(1 - (1 - once["rating"]) * (1 - WEIGHTS.warning), abs=1e-4)


def test_what_a_rule_of_settling_says_changes_no_doubt() -> None:
    assert doubts(line(found("rating", kind="below_settling_rule"))) == doubts(line())


def test_a_finding_inside_of_a_quantity_is_on_the_quantity() -> None:
    quantity = {"text": "≥3(次)", "operator": "≥", "value": "3", "unit": "次"}
    got = doubts(line(found("rating.unit"), rating=quantity))
    assert "rating.unit" not in got and got["rating"] > WEIGHTS.warning
    assert nearest("rating.unit", got) == "rating"
    assert nearest("rows[7].name", got) == "rows"
    assert nearest("other", got) == ""


PATHS = st.sampled_from(["", "rating", "rows", "rows[0]", "rows[0].name", "elsewhere[3]"])
FINDINGS = st.lists(
    st.builds(found, PATHS, st.sampled_from(["reading", "source"]), st.sampled_from(["error", "warning"])), max_size=6
)


@given(FINDINGS, FINDINGS)
def test_what_holds_a_value_is_never_more_doubtful_and_findings_never_take_doubt_away(
    some: list[Form], more: list[Form]
) -> None:
    got, then = doubts(line(*some)), doubts(line(*some, *more))
    assert all(0 <= doubt <= 1 for doubt in got.values())
    assert got[""] <= min(got["rating"], got["rows"]) and got["rows"] <= got["rows[0]"] <= got["rows[0].name"]
    assert all(then[path] >= got[path] for path in got)
