"""The study of second readers: what counts as agreement, what as an error."""

from __future__ import annotations

import pytest

import schemas
from eval.scoring.gold import Gold, GoldForm
from eval.studies.second_reader import Judged, gold_text, main, rows, tables
from tests.paths import ROOT


def judged(text: str, *, right: bool, sure: bool = False, **agree: bool) -> Judged:
    return Judged(text, "digits" if text.isdigit() else "words", sure, right, agree)


LINES = [
    judged("12", right=True, one=True),
    judged("13", right=False, one=True),
    judged("14", right=False, one=False, two=True),
    judged("words", right=True, one=False),
    judged("15", right=True, sure=True, one=True),
]


def test_errors_are_counted_among_those_that_agree_and_among_those_that_differ() -> None:
    table = {(row[1], row[2]): row[3:] for row in rows(LINES, "one")}
    assert table["unsure", "digits"] == (3, 2, 2 / 3, 1, 1, 1)
    assert table["unsure", "words"] == (1, 0, 0.0, 0, 1, 0)
    assert table["unsure", "all"] == (4, 2, 0.5, 1, 2, 1)
    assert table["sure", "all"] == (1, 1, 1.0, 0, 0, 0)


def test_a_reader_counts_only_lines_that_it_was_asked_about() -> None:
    assert [row[3] for row in rows(LINES, "two")] == [1, 1]
    assert [row[0] for row in tables(LINES, "x")[0].rows][-1] == "two"


def test_all_that_gold_says_is_printed_is_looked_in() -> None:
    spec = schemas.load("project_target")
    form = GoldForm(0, spec, {"project_name": "湖滨步道", "indicators": [{"target": {"text": "≥1,200(次)"}}]})
    printed = gold_text(Gold(ROOT, "d.pdf", None, (form,)))
    assert "湖滨步道" in printed
    assert "≥1200(次)" in printed
    assert any(label in printed for leaf in spec.leaves() for label in leaf.printed.labels)


def test_a_seed_that_was_used_proves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "5712", "--level", "4", "--claim", "again"]) == 2
    assert "was used on" in capsys.readouterr().err
