"""How much work is left: decisions, and the time that they take at the pace so far, on `review` and after `run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from extractor.accounting import judged_reading
from extractor.cli import main
from extractor.cli.review_commands import left_to_decide
from extractor.document.decision import REVIEW, Action, Decision
from extractor.ledger import decision_log
from extractor.review import run_records
from extractor.review.doubts import of_record
from extractor.review.open_doubts import Filter, OpenDoubts
from extractor.review.run_records import Remaining
from tests.review.runs import evaluation

UNREADABLE = evaluation("水闸养护", score="9..50")
"""The scores cannot be read: the weights beside them are in doubt."""


def decided(batch: str, seconds: float, *paths: str, task: str = REVIEW, undoes: str = "") -> list[Decision]:
    """What one key decided, about another document."""
    action: Action = "undo" if undoes else "accept"
    at = "2031-02-03T04:05:06+00:00"
    return [
        Decision(f"{batch}/{n}", batch, "ada", at, seconds, "ab", 0, action, path, task=task, undoes=undoes)
        for n, path in enumerate(paths or ("",))
    ]


def add(folder: Path, *batches: Sequence[Decision]) -> Remaining:
    """What is left when these are decided, too."""
    with decision_log.opened(folder) as ledger:
        for batch in batches:
            decision_log.add(ledger, batch)
        return run_records.remaining(ledger, REVIEW)


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_records, "ENOUGH", 1)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(UNREADABLE, encoding="utf-8")
    assert run() == 0
    return tmp_path / "out"


def run() -> int:
    return main(["run", "in", "--out", "out", "--engine", "rules", "--workers", "1", "--schema", "self_evaluation"])


def test_the_time_left_is_the_median_of_a_key_for_each_decision(out: Path) -> None:
    before = add(out)
    assert before.decisions > 0
    assert before.seconds is None
    assert add(out, decided("a", 4.0, "x", "y")) == Remaining(before.doubts, before.decisions, 4.0 * before.decisions)
    pause = decided("c", 3_600.0, "x")
    assert add(out, decided("b", 6.0, "x"), pause) == Remaining(before.doubts, before.decisions, 6.0 * before.decisions)


def test_a_few_decisions_tell_no_time(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_records, "ENOUGH", 3)
    assert add(out, decided("a", 4.0, "x"), decided("b", 4.0, "x")).seconds is None
    assert add(out, decided("c", 4.0, "x")).seconds is not None


def test_what_was_taken_back_and_what_an_audit_took_do_not_count(out: Path) -> None:
    left = add(out, decided("a", 4.0, "x")).seconds
    assert left is not None
    assert add(out, decided("b", 90.0, "x"), decided("c", 1.0, undoes="b")).seconds == left
    assert add(out, decided("d", 90.0, "x", task="audit:0:ab")).seconds == left


def test_what_is_decided_is_not_left(out: Path) -> None:
    with decision_log.opened(out) as ledger:
        record = next(run_records.run_records(ledger, with_settled=False, decisions={})).record
    path = record["unsettled"][0]
    judged = judged_reading.reading_hash(record, path)
    before = add(out)
    (general,) = decided("a", 5.0, path)
    one = replace(general, sha256=record["sha256"], form=record["form"], judged=judged)
    fewer = before.decisions - 1
    assert add(out, [one]) == Remaining(before.doubts - 1, fewer, 5.0 * fewer)


def test_identical_doubts_count_as_the_one_decision_that_settles_them(out: Path) -> None:
    """The three weights are the same and doubted for the same reason: the page offers them as one."""
    left = OpenDoubts()
    with decision_log.opened(out) as ledger:
        for record, position in run_records.run_records(ledger, with_settled=False, decisions={}):
            left.put(record["sha256"], record["form"], of_record(record, position, ()))
    weights = [doubt for doubt in left.all() if doubt.value == "10.00"]
    assert len(weights) == len(left.group(weights[0], same_value=True)) == 3
    now = add(out)
    assert now == Remaining(left.counts(Filter()).total, left.decisions, None)
    assert now.decisions == now.doubts - 2


def test_a_run_says_what_is_left_and_how_long_it_takes(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run() == 0
    left = add(out, decided("a", 120.0, "x")).decisions
    doubts = "(26 doubts, identical ones at once)"
    assert f"{left} decisions are left {doubts}\n" in capsys.readouterr().err
    assert run() == 0
    assert f"{left} decisions are left {doubts}, about {left * 2} minutes by the time" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (Remaining(7, 7, None), "7 decisions are left"),
        (Remaining(9, 7, None), "7 decisions are left (9 doubts, identical ones at once)"),
        (Remaining(0, 0, 0.0), "0 decisions are left"),
        (Remaining(7, 7, 59.0), "7 decisions are left, less than a minute by the time taken so far"),
        (Remaining(7, 7, 60.0), "7 decisions are left, about 1 minutes by the time taken so far"),
        (Remaining(7, 7, 5_399.0), "7 decisions are left, about 90 minutes by the time taken so far"),
        (Remaining(7, 7, 5_400.0), "7 decisions are left, about 1.5 hours by the time taken so far"),
    ],
)
def test_the_time_is_told_in_minutes_and_then_in_hours(left: Remaining, words: str) -> None:
    assert left_to_decide(left) == words
