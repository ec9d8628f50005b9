"""What keys 1 to 9 offer: two columns, two engines, two meanings, the source's own text."""

from __future__ import annotations

from typing import Any

import schemas
from extractor.accounting.agreement import Pair
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, finding
from extractor.engines.hybrid import merging
from extractor.review.suggestions import suggestions

SPEC = schemas.load("self_evaluation")


def record(path: str, *findings: dict[str, Any], evidence: dict[str, str] | None = None) -> dict[str, Any]:
    texts = {path: "10.00", **(evidence or {})}
    spans = {p: [{"page": 1, "line": n, "start": 0, "end": 5, "text": t}] for n, (p, t) in enumerate(texts.items())}
    return {"findings": list(findings), "evidence": spans, "residue": []}


def offered(line: dict[str, Any], path: str, now: str = "10.00") -> list[str]:
    return suggestions(line, path, now, SPEC)


def test_two_columns_offer_the_numbers_of_the_row() -> None:
    path = "indicators[0].weight"
    doubt = finding(FindingKind.COLUMN_UNCLEAR, path, "it could stand in another column").to_json()
    beside = {"indicators[0].score": "9.50", "indicators[0].level3": "巡查次数", "indicators[1].score": "8.00"}
    assert offered(record(path, doubt, evidence=beside), path) == ["9.50"], "a text is no weight; no other row"
    assert offered(record(path, evidence=beside), path) == [], "without the doubt nothing is offered"


def test_two_engines_offer_what_the_other_one_read() -> None:
    path = "indicators[0].weight"
    pair = Pair(path, Candidate(path, "10.00", ()), Candidate(path, "18.00", ()))
    found = merging._differ(path, pair)
    assert found.others == ("18.00",)
    assert offered(record(path, found.to_json()), path)[0] == "18.00"


def test_an_engine_that_read_nothing_offers_nothing() -> None:
    path = "indicators[0].weight"
    pair = Pair(path, Candidate(path, "10.00", ()), None)
    assert merging._differ(path, pair).to_json().get("others") is None


def test_a_long_text_of_another_reader_is_offered_whole() -> None:
    text = "农田水利设施维修养护" * 10
    doubt = finding(FindingKind.TWO_READERS, "expected_goal", f"read as {text[:60]!r}", others=(text,)).to_json()
    assert offered(record("expected_goal", doubt), "expected_goal", "农田")[0] == text
