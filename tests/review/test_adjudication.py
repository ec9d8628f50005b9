"""Two labellers who do not see each other, and a third pass over what they labelled otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractor.config import Settings
from extractor.document.decision import Action
from extractor.errors import CallError
from extractor.ledger import decision_log
from extractor.review import adjudication, answers, gold_documents, modes
from extractor.review.modes import Mode
from extractor.review.service import Change, Person, ReviewService
from extractor.runs.run import load_schemas
from tests.review.runs import evaluation, make_run, records

DOCUMENTS = {"a.txt": evaluation("水闸养护"), "b.txt": evaluation("河道巡查")}
WHOLE: tuple[Action, str, str | None] = ("accept", "", None)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "out", DOCUMENTS)


def labelled(run: Path, mode: Mode, who: str, document: int, *changes: tuple[Action, str, str | None]) -> list[Any]:
    """The decisions of a person in a mode about the form of one document; the gold that there is then."""
    with decision_log.opened(run) as ledger:
        service = ReviewService(run, ledger, load_schemas(()), Settings(), mode)
        service.loaded.wait(60)
        sha256 = records(run)[document]["sha256"]
        for number, (action, path, text) in enumerate(changes):
            seen, change = service.seen(sha256, 0), Change(action, path, text)
            service.decide(Person(who, who), f"{who}{document}{number}", seen, 1.0, sha256, 0, [change])
        written = gold_documents.write(ledger, mode, run.parent / f"gold-{who}")
    return [json.loads(path.read_text(encoding="utf-8")) for path in written]


def third(run: Path) -> Mode:
    with decision_log.opened(run) as ledger:
        return adjudication.mode("cleo", adjudication.labeller(ledger, "ada"), adjudication.labeller(ledger, "ben"))


def test_what_two_labellers_differ_in_is_decided_by_a_third(run: Path) -> None:
    for document in (0, 1):
        labelled(run, modes.label("ada", False), "ada", document, ("set", "rating", "良"), WHOLE)
    labelled(run, modes.label("ben", False), "ben", 0, ("set", "indicators[1].weight", "12.00"), WHOLE)
    labelled(run, modes.label("ben", False), "ben", 1, ("set", "rating", "良"), WHOLE)
    mode = third(run)
    with decision_log.opened(run) as ledger:
        service = ReviewService(run, ledger, load_schemas(()), Settings(), mode)
        service.loaded.wait(60)
        doubts = list(service.doubts.all())
        assert sorted(doubt.path for doubt in doubts) == ["indicators[1].weight", "rating"]
        shown = {d.path: answers.record(service, d)["suggestions"] for d in doubts}
        first = {path: offered[0]["text"] for path, offered in shown.items()}
        assert first == {"rating": "优", "indicators[1].weight": "12.00"}, "the other label is key 1"
    gold = labelled(run, mode, "cleo", 0, ("accept", "rating", None), ("set", "indicators[1].weight", "12.00"))
    assert [content["document"] for content in gold] == ["a.txt", "b.txt"], "what both say needs no third"
    for content in gold:
        assert content["labelled"]["agreed"] is True and "draft" not in content
        assert content["forms"][0]["rating"] == "良"
    assert gold[0]["labelled"]["by"] == "ada, ben, cleo"
    assert gold[1]["labelled"]["by"] == "ada, ben"
    assert gold[0]["forms"][0]["indicators"][1]["weight"] == "12.00"


def test_a_form_that_one_has_not_accepted_is_not_decided(run: Path) -> None:
    labelled(run, modes.label("ada", False), "ada", 0, WHOLE)
    labelled(run, modes.label("ben", False), "ben", 0, ("set", "rating", "良"))
    mode = third(run)
    assert labelled(run, mode, "cleo", 0) == []


def test_a_labeller_who_is_not_there_is_named(run: Path) -> None:
    labelled(run, modes.label("ada", True), "ada", 0, WHOLE)
    with pytest.raises(CallError, match="nobody called 'ben' has labelled this run; there are: ada"):
        third(run)


def test_differences_are_leaves_and_lists_of_other_lengths() -> None:
    ours = {"a": "1", "rows": [{"b": "2", "c": None}], "t": {"text": "5", "operator": None, "value": "5", "unit": None}}
    theirs = {"a": "1", "rows": [{"b": "3", "c": None}, {"b": "4", "c": None}], "t": None}
    found = [(d.path, d.ours, d.theirs) for d in adjudication.differences(ours, theirs)]
    assert found == [("rows", "1 rows", "2 rows"), ("rows[0].b", "2", "3"), ("t", "5", "")]
