"""The sample of an audit and the bound that it shows."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.document.decision import Decision
from extractor.review.audit import Value, bound_of, draw, exact_upper, in_words, sample_size, settled_values


def judged(document: str, wrong: bool = False, path: str = "a") -> Decision:
    name = f"{document}{path}"
    return Decision(name, name, "ada", "2031-02-03", 1.0, document, 0, "reject" if wrong else "accept", path)


@pytest.mark.parametrize(("bound", "size"), [(0.001, 2995), (0.005, 598), (0.01, 299)])
def test_the_size_of_a_sample_is_said_beforehand(bound: float, size: int) -> None:
    assert sample_size(bound) == size
    assert exact_upper(0, size) <= bound < exact_upper(0, size - 1)


@pytest.mark.parametrize(("wrong", "of", "upper"), [(0, 300, 0.009936), (1, 10, 0.39416), (3, 100, 0.07571)])
def test_the_exact_bound_is_that_of_clopper_and_pearson(wrong: int, of: int, upper: float) -> None:
    from scipy.stats import beta

    assert exact_upper(wrong, of) == pytest.approx(beta.ppf(0.95, wrong + 1, of - wrong))
    assert exact_upper(wrong, of) == pytest.approx(upper, abs=2e-4)


def test_one_value_a_document_while_there_are_enough_documents() -> None:
    values = [Value(f"d{n}", 0, f"p{m}") for n in range(20) for m in range(5)]
    sample = draw(values, 20, seed=3)
    assert len({v.sha256 for v in sample}) == 20
    assert draw(values, 20, seed=3) == sample != draw(values, 20, seed=4)
    assert len(set(draw(values, 45, seed=3))) == 45


def test_a_sample_is_as_large_as_there_are_values() -> None:
    assert len(draw([Value("d", 0, "a")], 10, seed=0)) == 1


def test_values_in_doubt_and_values_without_evidence_are_not_drawn() -> None:
    record: dict[str, Any] = {
        "sha256": "d", "form": 1, "unsettled": ["rows[0]"],
        "evidence": {"rows[0].a": [{}], "rows[1].a": [{}], "rows[1].b": []},
    }  # fmt: skip
    assert list(settled_values(record)) == [Value("d", 1, "rows[1].a")]


def test_300_values_of_300_documents_without_an_error_bound_it_by_one_percent() -> None:
    bound = bound_of([judged(f"d{n}") for n in range(300)])
    assert "300 values of 300 documents judged, 0 wrong: at most 0.99%" in in_words(bound)
    assert bound.method.startswith("exact")


def test_values_of_the_same_document_count_as_one_where_none_is_wrong() -> None:
    bound = bound_of([judged(f"d{n}", path=path) for n in range(30) for path in "abcdefghij"])
    assert (bound.judged, bound.documents) == (300, 30)
    assert bound.upper == exact_upper(0, 30)


def test_errors_of_one_document_widen_the_bound() -> None:
    spread = [judged(f"d{n}", wrong=n < 10 and path == "a", path=path) for n in range(30) for path in "abcdefghij"]
    clustered = [judged(f"d{n}", wrong=n == 0, path=path) for n in range(30) for path in "abcdefghij"]
    assert bound_of(clustered).wrong == bound_of(spread).wrong == 10
    assert bound_of(clustered).upper > bound_of(spread).upper > 10 / 300
    assert bound_of(clustered).method == "bootstrap over documents"
