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
    return [offer.text for offer in suggestions(line, path, now, SPEC)]


def test_two_columns_offer_the_numbers_of_the_row() -> None:
    path = "indicators[0].weight"
    doubt = finding(FindingKind.COLUMN_UNCLEAR, path, "it could stand in another column").to_json()
    beside = {"indicators[0].score": "9.50", "indicators[0].level3": "巡查次数", "indicators[1].score": "8.00"}
    assert offered(record(path, doubt, evidence=beside), path) == ["9.50"], "a text is no weight; no other row"
    assert offered(record(path, evidence=beside), path) == [], "without the doubt nothing is offered"


def test_of_a_row_the_nearest_columns_are_offered_and_named() -> None:
    path = "indicators[0].level3"
    doubt = finding(FindingKind.COLUMN_UNCLEAR, path, "it could stand in another column").to_json()
    texts = {"level1": "产出指标", "level2": "数量指标", "target": "≥1.00(次)", "actual": "2.00(次)", "score": "9.50"}
    line = record(path, doubt, evidence={f"indicators[0].{name}": text for name, text in texts.items()})
    found = [(offer.text, offer.column) for offer in suggestions(line, path, "10.00", SPEC)]
    assert found == [("≥1.00(次)", "target · 年度指标值"), ("数量指标", "level2 · 二级指标")]


def test_the_same_value_in_other_writing_is_not_offered_and_another_value_is() -> None:
    path = "funding.total.budget" if SPEC.field("funding.total.budget") else "indicators[0].weight"
    beside = {"page": 1, "line": 0, "start": 0, "end": 8, "text": "2,860.00"}
    line = {**record(path), "residue": [beside, {**beside, "text": "2,861.00"}]}
    line["evidence"][path][0]["text"] = "2,860.00"
    assert offered(line, path, "2860.00") == ["2,861.00"]


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
