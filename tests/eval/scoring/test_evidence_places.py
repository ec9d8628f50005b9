"""Grounding: words and pages of the evidence against the places that gold names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.reports.report import evaluate
from eval.scoring.evidence_places import Grounded, Hits, f1, words
from eval.scoring.gold import load
from eval.scoring.predictions import Reading, prediction
from eval.scoring.scores import score_document
from extractor.errors import CallError
from tests.eval_cases import Form, evaluation_row, gold_file, record, run_folder, self_evaluation

FORM = self_evaluation([evaluation_row("培训场次")])
BOX = [100.0, 200.0, 300.0, 220.0]


def span(text: str, page: int = 1, **other: Any) -> Form:
    return {"page": page, "cell": "T1R1C1", "start": 0, "end": len(text), "text": text, "match": "exact"} | other


def grounded(tmp_path: Path, places: Form, evidence: Form, form: Form = FORM) -> Grounded:
    gold = load(gold_file(tmp_path, form, places=[places]))
    line = {**record(form), "evidence": evidence}
    return score_document(gold, Reading("case.txt", (prediction(line),))).grounded


@pytest.mark.parametrize(
    ("box", "words_found"),
    [
        ([110, 202, 290, 218], Hits(6, 0, 0)),  # tighter than the gold's cell
        ([50, 190, 350, 230], Hits(6, 0, 0)),  # wider, and about the same middle
        ([100, 221, 300, 240], Hits(0, 6, 6)),  # the row below
        ([310, 200, 400, 220], Hits(0, 6, 6)),  # the cell beside it
        (None, Hits(0, 6, 6)),
    ],
)
def test_a_word_is_found_where_the_middle_of_its_box_lies_in_the_gold_s(
    tmp_path: Path, box: list[float] | None, words_found: Hits
) -> None:
    evidence = {"project_name": [span("河湖巡护经费", box=box)]}
    got = grounded(tmp_path, {"project_name": [{"page": 1, "box": BOX}]}, evidence)
    assert got == Grounded(1, words_found, Hits(1, 0, 0))


def test_what_the_evidence_holds_beside_the_value_and_what_it_lacks_both_count(tmp_path: Path) -> None:
    places = {"project_name": [{"page": 1, "line": 7}], "implementing_unit": [{"page": 1, "line": 8}]}
    evidence = {
        "project_name": [span("河湖巡护经费项目", line=7)],
        "implementing_unit": [span("云桥县", line=8)],
    }
    got = grounded(tmp_path, places, evidence)
    assert got.words == Hits(6 + 3, 2, 3)
    assert f1(got.words) == pytest.approx(18 / 23)


def test_another_page_is_an_error_of_pages_and_of_words(tmp_path: Path) -> None:
    got = grounded(tmp_path, {"rating": [{"page": 2, "box": BOX}]}, {"rating": [span("优", 1, box=BOX)]})
    assert got == Grounded(1, Hits(0, 1, 1), Hits(0, 1, 1))


def test_a_value_over_two_pages_has_both(tmp_path: Path) -> None:
    places = {"project_name": [{"page": 1, "box": BOX, "text": "河湖巡护"}, {"page": 2, "box": BOX, "text": "经费"}]}
    half = grounded(tmp_path, places, {"project_name": [span("河湖巡护", 1, box=BOX)]})
    assert half == Grounded(1, Hits(4, 0, 2), Hits(1, 0, 1))


def test_a_place_without_box_and_line_counts_for_pages_alone(tmp_path: Path) -> None:
    got = grounded(tmp_path, {"rating": [{"page": 1}]}, {"rating": [span("优", box=BOX)]})
    assert got == Grounded(1, Hits(), Hits(1, 0, 0))


def test_the_parts_of_a_quantity_have_one_place_and_rows_are_those_that_were_paired(tmp_path: Path) -> None:
    form = self_evaluation([evaluation_row("培训场次"), evaluation_row("巡查覆盖率", "88.00")])
    gold = load(gold_file(tmp_path, form, places=[{"indicators[1].target": [{"page": 1, "line": 4}]}]))
    read = {**form, "indicators": form["indicators"][1:]}
    line = {**record(read), "evidence": {"indicators[0].target": [span("≥88.00(%)", line=4)]}}
    got = score_document(gold, Reading("case.txt", (prediction(line),))).grounded
    assert got == Grounded(1, Hits(1, 0, 0), Hits(1, 0, 0))


def test_a_mark_for_nothing_is_no_value(tmp_path: Path) -> None:
    got = grounded(tmp_path, {"indicators[0].deviation": [{"page": 1, "box": BOX, "text": "-"}]}, {})
    assert got == Grounded()


def test_gold_without_places_is_not_scored_so(tmp_path: Path) -> None:
    gold = load(gold_file(tmp_path, FORM))
    assert score_document(gold, Reading("case.txt", (prediction(record(FORM)),))).grounded == Grounded()
    assert f1(Hits()) is None


def test_words_are_characters_where_no_white_space_parts_them() -> None:
    assert words("绩效 12.00 New York") == ["绩", "效", "12.00", "New", "York"]


def test_the_report_gives_both_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = gold_file(tmp_path, FORM, places=[{"rating": [{"page": 1, "box": BOX}]}])
    run = run_folder(tmp_path / "run", [{**record(FORM), "evidence": {"rating": [span("优", box=BOX)]}}])
    assert evaluate(run, [gold], tmp_path / "s.json") == 0
    assert "evidence at the gold's place, 1 values: word F1 / page F1" in capsys.readouterr().out
    scored = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert scored["all"]["grounding"] == {"values": 1, "word_f1": 1.0, "page_f1": 1.0}


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([], "for each of the 1 forms"),
        ({}, "must be a list"),
        ([[]], "must be an object of paths"),
        ([{"ratnig": [{"page": 1}]}], "ratnig: the form has no such value"),
        ([{"rating": {"page": 1}}], "rating: must be a list of places"),
        ([{"rating": []}], "rating: must be a list of places"),
        ([{"rating": [{"line": 1}]}], 'needs its "page"'),
        ([{"rating": [{"page": 0}]}], 'needs its "page"'),
        ([{"rating": [{"page": 1, "bbox": BOX}]}], "not bbox"),
        ([{"rating": [{"page": 1, "box": [1, 2, 3]}]}], "must be"),
        ([{"rating": [{"page": 1, "box": [3, 2, 1, 4]}]}], "wrong order"),
        ([{"rating": [{"page": 1, "line": "L4"}]}], "must be a number"),
        ([{"rating": [{"page": 1, "line": 4, "box": BOX}]}], "not both"),
    ],
)
def test_places_that_are_wrong_are_named(tmp_path: Path, places: Any, said: str) -> None:
    with pytest.raises(CallError) as error:
        load(gold_file(tmp_path, FORM, places=places))
    assert said in str(error.value) and "case.gold.json" in str(error.value)
