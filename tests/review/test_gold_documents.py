"""What people decided, as gold and as corrected tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.labelling import problems_of
from extractor.cli import main
from extractor.config import Settings
from extractor.document.decision import Action
from extractor.ledger import decision_log
from extractor.review import gold_documents, modes
from extractor.review.service import Change, Person, ReviewService
from extractor.runs.run import load_schemas
from tests.review.runs import evaluation, make_run, records

ADA = Person("ada", "s")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "out", {"a.txt": evaluation("水闸养护")})


def decide(run: Path, *changes: tuple[Action, str, str | None], mode: modes.Mode | None = None) -> list[Path]:
    """Decides in order; the gold that comes of it."""
    mode = mode or modes.review()
    with decision_log.opened(run) as ledger:
        service = ReviewService(run, ledger, load_schemas(()), Settings(), mode)
        service.loaded.wait(30)
        for number, (action, path, text) in enumerate(changes):
            sha256 = records(run)[0]["sha256"]
            service.decide(ADA, f"b{number}", service.seen(sha256, 0), 1.0, sha256, 0, [Change(action, path, text)])
        return gold_documents.write(ledger, mode, run.parent / "out-documents")


def form_of(path: Path) -> dict[str, object]:
    form: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))["forms"][0]
    return form


def test_a_form_that_was_corrected_and_accepted_is_gold_that_the_check_accepts(run: Path) -> None:
    (gold,) = decide(run, ("set", "implementing_unit", "云岭县水务"), ("accept", "", None))
    content = json.loads(gold.read_text(encoding="utf-8"))
    assert (content["document"], content["labelled"]["by"], "draft" in content) == ("a.txt", "ada", False)
    assert form_of(gold)["implementing_unit"] == "云岭县水务"
    assert content["labelled"]["drafted_by"] == "rules"
    assert problems_of(gold) == []


def test_a_form_that_nobody_accepted_as_a_whole_is_a_draft(run: Path) -> None:
    doubts: Sequence[str] = records(run)[0]["unsettled"]
    accepted: list[tuple[Action, str, str | None]] = [("accept", path, None) for path in doubts if path]
    gold = decide(run, ("set", "implementing_unit", "云岭县水务"), *accepted)
    marks = [json.loads(path.read_text(encoding="utf-8")).get("draft") for path in gold]
    assert marks == ([True] if "" not in doubts else [])


def test_labels_from_nothing_hold_what_the_labeller_typed_alone(run: Path) -> None:
    mode = modes.label("ada", blank=True)
    (gold,) = decide(run, ("set", "project_name", "水闸养护"), ("accept", "", None), mode=mode)
    form = form_of(gold)
    assert (form["project_name"], form["implementing_unit"], form["indicators"]) == ("水闸养护", None, [])
    with decision_log.opened(run) as ledger:
        assert decision_log.by_form(ledger, "review") == {}
        assert decision_log.by_form(ledger, modes.label("ben", blank=True).task) == {}


def test_an_export_of_what_was_reviewed_has_the_corrected_values_and_says_which(run: Path, tmp_path: Path) -> None:
    decide(run, ("set", "indicators[1].weight", "11.00"), ("set", "rating", "良"))
    assert main(["export", str(run), "--to", str(tmp_path / "t.csv"), "--reviewed"]) == 0
    with (tmp_path / "t.self_evaluation.indicators.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["weight"], row["reviewed"]) for row in rows][:2] == [("10.00", ""), ("11.00", "weight: corrected")]
    with (tmp_path / "t.self_evaluation.csv").open(encoding="utf-8-sig") as file:
        (form,) = csv.DictReader(file)
    assert (form["rating"], form["reviewed"]) == ("良", "rating: corrected")
    assert main(["export", str(run), "--to", str(tmp_path / "u.csv")]) == 0
    with (tmp_path / "u.self_evaluation.csv").open(encoding="utf-8-sig") as file:
        (as_read,) = csv.DictReader(file)
    assert as_read["rating"] == "优" and "reviewed" not in as_read
