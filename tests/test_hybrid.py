"""Rules first, the model for what they leave open, evidence and checks where the two differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import schemas
from extractor import hybrid, llm, rules, sources
from extractor.config import Settings
from extractor.grounding import container
from extractor.pipeline import process
from extractor.regions import cut
from extractor.results import Answer, Candidate, Finding, Form, Place, Record
from tests.fault_server import Faults, Server, Step, running
from tests.test_llm_engine import GOOD, TEXT, document

SAMPLES = Path(__file__).parents[1] / "eval" / "samples"


def settings(server: Server) -> Settings:
    return Settings.model_validate(
        {"model": "m", "base_url": server.url, "api_key": "k", "call_attempts": 2, "call_timeout": 2, "corrections": 1}
    )


def run(text: str, answer: dict[str, Any]) -> tuple[Record, list[dict[str, Any]]]:
    """The record of a text with one form, and the requests that it cost."""
    with running(Faults((Step(answer=json.dumps(answer, ensure_ascii=False)),))) as server:
        result = process(document(text), settings(server), schemas.builtin(), "hybrid")
    return result.records[0], server.faults.requests


def form_of(text: str) -> Form:
    (form,) = cut(document(text), schemas.builtin()).forms
    return form


UNCLEAR = TEXT.replace(
    "修缮步道三公里，加装路灯。 已按期完工。", "修缮步道共三公里\n加装路灯二十盏。\n步道已按期完工\n路灯也全部亮了。"
)
GOALS = ("expected_goal", "actual_completion")


@pytest.fixture
def abstaining(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that cannot tell the two goals apart, and say so."""
    read = rules.extract

    def extract(forms: Sequence[Form]) -> list[Answer]:
        doubts = tuple(Finding(name, "reading", "columns_unclear", "warning", "two columns?") for name in GOALS)
        return [
            replace(a, candidates=tuple(c for c in a.candidates if c.path not in GOALS), findings=doubts)
            for a in read(forms)
        ]

    monkeypatch.setattr(rules, "extract", extract)


def test_a_settled_form_costs_no_call() -> None:
    record, requests = run(TEXT, {})
    assert record.settled
    assert record.usage.get("calls", 0) == 0
    assert requests == []
    assert record.engine == "hybrid"


@pytest.mark.usefixtures("abstaining")
def test_only_the_unsettled_fields_are_asked_for() -> None:
    # What nothing accounts for stands between the funding and the indicators: those are looked at again too.
    rows = [[f"L{int(row[0][1:]) + 3}", *row[1:]] for row in GOOD["indicators"]]
    answer = {"expected_goal": "[L14-L15]", "actual_completion": "[L16-L17]", "funding": GOOD["funding"]}
    record, requests = run(UNCLEAR, {**answer, "indicators": rows})
    assert len(requests) == 1
    sent = json.dumps(requests[0], ensure_ascii=False)
    assert all(name in sent for name in GOALS)
    assert "implementing_unit" not in sent
    assert "total_score" not in sent
    assert record.values["expected_goal"] == "修缮步道共三公里加装路灯二十盏。"
    assert record.values["actual_completion"] == "步道已按期完工路灯也全部亮了。"
    assert record.values["indicators"][0]["level3"] == GOOD["indicators"][0][3]
    assert [f for f in record.findings if f.about == "reading"] == []
    assert record.usage["calls"] == 1


@pytest.mark.usefixtures("abstaining")
def test_a_model_that_gives_nothing_leaves_the_form_as_rules_left_it() -> None:
    record, _ = run(UNCLEAR, {})
    alone = process(document(UNCLEAR), Settings(), schemas.builtin(), "rules").records[0]
    assert record.values == alone.values
    assert record.values["expected_goal"] is None
    assert not record.settled


@pytest.mark.usefixtures("abstaining")
def test_a_model_that_invents_changes_nothing() -> None:
    record, _ = run(UNCLEAR, {"expected_goal": "修建大桥一座", "actual_completion": "没有完工"})
    assert "大桥" not in str(record.values)
    assert not record.settled


def candidate(path: str, text: str, line: str, start: int) -> Candidate:
    return Candidate(path, text, (Place(1, line, start, start + len(text)),))


def two(first: list[Candidate], second: list[Candidate], *findings: Finding) -> Answer:
    """What becomes of two readings of one form."""
    form = form_of(TEXT)
    own = rules.extract([form])[0]
    names = {container(c.path) for c in (*first, *second)}
    rest = tuple(c for c in own.candidates if container(c.path) not in names)
    ours = replace(own, candidates=(*rest, *first), findings=findings)
    part = replace(form, schema=hybrid.part_of(form.schema, names))
    return hybrid.settle(form, ours, part, Answer(tuple(second), own.labels, own.nulls))


DOUBT = Finding("project_name", "reading", "text_left", "warning", "more text stands behind the value")


def value(answer: Answer, path: str) -> str:
    return next(c.text for c in answer.candidates if c.path == path)


def test_two_readers_that_agree_settle_a_doubt() -> None:
    same = [candidate("project_name", "湖滨步道修缮", "L3", 5)]
    assert two(same, same, DOUBT).findings == ()


def test_the_better_evidence_decides() -> None:
    short, whole = candidate("project_name", "湖滨步道", "L3", 5), candidate("project_name", "湖滨步道修缮", "L3", 5)
    answer = two([short], [whole], DOUBT)
    assert value(answer, "project_name") == "湖滨步道修缮"
    assert DOUBT not in answer.findings
    assert value(two([whole], [short]), "project_name") == "湖滨步道修缮"


def test_where_nothing_decides_both_values_are_shown() -> None:
    ours, theirs = (
        candidate("supervising_department", "云河县住建局", "L4", 5),
        candidate("supervising_department", "云河县园林所", "L4", 17),
    )
    answer = two([ours], [theirs])
    assert value(answer, "supervising_department") == "云河县住建局"
    found = [f for f in answer.findings if f.kind == "two_readers"]
    assert [f.path for f in found] == ["supervising_department"]
    assert "云河县住建局" in found[0].message
    assert "云河县园林所" in found[0].message


def test_a_check_decides_between_two_readings_of_equal_evidence() -> None:
    ours, theirs = candidate("total_score", "100.00", "L19", 3), candidate("total_score", "98.00", "L19", 10)
    weight = candidate("total_weight", "100.00", "L19", 3)
    swapped = candidate("total_weight", "98.00", "L19", 10)
    answer = two([ours, swapped], [theirs, weight])
    assert (value(answer, "total_score"), value(answer, "total_weight")) == ("98.00", "100.00")


def test_the_engine_reads_its_own_version_from_both() -> None:
    assert rules.VERSION in hybrid.VERSION
    assert llm.VERSION in hybrid.VERSION


@pytest.mark.parametrize("name", sorted(p.name for p in SAMPLES.iterdir() if p.is_file()))
def test_with_a_silent_model_hybrid_is_rules(name: str) -> None:
    own = sources.read(SAMPLES / name, name, Settings())
    with running(Faults((Step(answer="{}"),))) as server:
        ours = process(own, settings(server), schemas.builtin(), "hybrid")
    alone = process(own, Settings(), schemas.builtin(), "rules")
    assert [r.values for r in ours.records] == [r.values for r in alone.records]
    assert [r.settled for r in ours.records] == [r.settled for r in alone.records]
