"""Rules of settling: they unsettle what is more doubtful than they allow, and never settle anything."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.accounting.settled import settle, unsettled
from extractor.accounting.settling_rule import SettlingRule, below, judged, rule_of
from extractor.accounting.value_doubt import MARK, doubts
from extractor.accounting.value_tree import holds
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import DocumentResult, Finding, Place, Record, Span, finding
from extractor.errors import CallError
from extractor.runs.fingerprint import fingerprint

RULE = SettlingRule(threshold=0.01, risk=0.001, documents=1200)
SPAN = Span(Place(1, "L1", 0, 2), "优", proof="label")


def record(*findings: Finding, weak: str = "") -> Record:
    values: dict[str, Any] = {
        "rating": "优",
        "year": None,
        "rows": [{"name": "甲", "score": "1"}, {"name": "乙", "score": "2"}],
    }
    paths = ("rating", "rows[0].name", "rows[0].score", "rows[1].name", "rows[1].score")
    evidence: dict[str, tuple[Span, ...]] = dict.fromkeys(paths, (SPAN,))
    if weak:
        evidence[weak] = (replace(SPAN, match="fuzzy"),)
    return Record("a.txt", "0", 0, "made", values, evidence, findings, (), "rules")


def test_a_value_that_is_more_doubtful_than_the_rule_allows_is_unsettled_and_says_why() -> None:
    got = judged(record(weak="rows[1].score"), RULE)
    doubt = doubts(got.to_json())["rows[1].score"]
    assert unsettled(got.findings) == ("rows[1].score",)
    assert [(f.kind, f.about) for f in got.findings] == [(FindingKind.BELOW_SETTLING_RULE, "reading")]
    assert f"{doubt:.5f}" in got.findings[0].message and "0.01" in got.findings[0].message


def test_without_a_rule_nothing_changes() -> None:
    assert judged(record(weak="rating"), None) == record(weak="rating")


def test_a_list_that_may_lack_a_row_is_unsettled_as_a_whole() -> None:
    odd = finding(FindingKind.SUMS_TO, "rows", "does not add up")
    assert unsettled(judged(record(odd), RULE.model_copy(update={"threshold": 0.005})).findings) == ("rows",)


def test_a_rule_of_zero_unsettles_every_value_once() -> None:
    paths = unsettled(judged(record(), RULE.model_copy(update={"threshold": 0.0})).findings)
    assert paths == ("rating", "rows", "year")


KINDS = st.sampled_from([FindingKind.RESIDUE, FindingKind.NO_EVIDENCE, FindingKind.SUMS, FindingKind.UNPROVEN])
PATHS = st.sampled_from(["", "rating", "year", "rows", "rows[0]", "rows[1].score"])
FINDINGS = st.lists(st.builds(finding, KINDS, PATHS, st.just("")), max_size=5)
RULES = st.builds(SettlingRule, threshold=st.floats(0, 1), risk=st.just(0.01), documents=st.just(100))
LEAVES = ("rating", "year", "rows[0].name", "rows[0].score", "rows[1].name", "rows[1].score")


def settled_paths(found: tuple[Finding, ...]) -> set[str]:
    open_paths = unsettled(found)
    return {path for path in LEAVES if not any(holds(outer, path) for outer in open_paths)}


@given(FINDINGS, RULES, st.sampled_from(["", *LEAVES]))
def test_a_rule_only_unsettles(findings: list[Finding], rule: SettlingRule, weak: str) -> None:
    plain = record(*findings, weak=weak)
    ruled = judged(plain, rule)
    assert ruled.findings[: len(findings)] == plain.findings
    assert settled_paths(ruled.findings) <= settled_paths(plain.findings)
    of = doubts(plain.to_json())
    kept = {path for path in settled_paths(plain.findings) if of[path] <= rule.threshold}
    assert settled_paths(ruled.findings) == kept
    assert below(ruled.to_json(), rule) == ()  # applied once more, it says nothing new


@given(FINDINGS, RULES)
def test_a_document_is_settled_under_a_rule_only_if_it_is_without(findings: list[Finding], rule: SettlingRule) -> None:
    result = DocumentResult("a.txt", "0", "done", 1, (record(*findings),))
    plain, ruled = settle(result), settle(result, rule)
    assert plain.settled or not ruled.settled
    assert not ruled.settled or not ruled.records[0].unsettled


def test_a_rule_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "rule.json"
    file.write_text(RULE.model_dump_json(), encoding="utf-8")
    assert rule_of(file) == RULE
    assert rule_of(None) is None


GOOD = {"version": 1, "doubt": MARK, "threshold": 0.01, "risk": 0.001, "documents": 1200}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[1]", "is a JSON object"),
        (json.dumps({**GOOD, "version": 2}), "version is 2"),
        (json.dumps({**GOOD, "doubt": "other"}), "doubt is 'other'"),
        (json.dumps({**GOOD, "threshold": 1.5}), "threshold is 1.5"),
        (json.dumps({**GOOD, "threshold": "low"}), "threshold is 'low'"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "threshold"}), "threshold is missing"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "version"}), "version is missing"),
        (json.dumps({**GOOD, "documents": 0}), "documents is 0"),
        (json.dumps({**GOOD, "treshold": 0.1}), "there is no treshold"),
    ],
)
def test_a_rule_file_that_is_wrong_is_named_with_its_key_and_the_remedy(
    content: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "rule.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CallError) as error:
        rule_of(file)
    message = str(error.value)
    assert str(file) in message and said in message
    assert "extractor eval" in message or "remove it" in message


def test_a_rule_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"gone\.json"):
        rule_of(tmp_path / "gone.json")


def test_the_threshold_is_part_of_the_fingerprint_and_the_name_of_the_file_is_not(tmp_path: Path) -> None:
    marks = []
    for name, threshold in (("a.json", 0.01), ("b.json", 0.01), ("c.json", 0.02)):
        file = tmp_path / name
        file.write_text(RULE.model_copy(update={"threshold": threshold}).model_dump_json(), encoding="utf-8")
        marks.append(fingerprint(Settings(settle=file), (), "rules"))
    assert marks[0] == marks[1] != marks[2]
    assert fingerprint(Settings(), (), "rules") not in marks
