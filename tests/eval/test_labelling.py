from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.labelling import agree, check, draft, problems_of
from eval.reports.compare import compare
from eval.reports.report import evaluate
from eval.scoring.gold import load
from extractor.errors import CallError
from tests.eval_cases import evaluation_row, gold_file, record, run_folder, self_evaluation

FORM = self_evaluation([evaluation_row("培训场次"), evaluation_row("巡查覆盖率", "88.00")])
LABELLED = {"by": "a reader of budgets", "on": "2031-02-03", "agreed": True}


def source(folder: Path) -> Path:
    """A source in which every value of the form stands."""
    texts: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)
        elif value is not None:
            texts.append(str(value))

    walk({key: value for key, value in FORM.items() if key != "form_type"})
    path = folder / "case.txt"
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_gold_whose_values_all_stand_in_the_source_has_no_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source(tmp_path)
    gold = gold_file(tmp_path, FORM, labelled=LABELLED)
    before = gold.read_bytes()
    assert check([gold]) == 0
    assert "every value stands in its source" in capsys.readouterr().out
    assert gold.read_bytes() == before


def test_a_wrong_digit_in_gold_is_named_with_form_and_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source(tmp_path)
    wrong = self_evaluation([evaluation_row("培训场次", "95.01"), *FORM["indicators"][1:]])
    gold = gold_file(tmp_path, wrong, labelled=LABELLED)
    assert check([gold]) == 1
    found = {(p.form, p.path) for p in problems_of(gold)}
    assert found == {("0", "indicators[0].target.text"), ("0", "indicators[0].target.value")}
    assert "95.01" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"labeled": {}}, "unknown names labeled"),
        ({"draft": True}, "is a draft"),
        ({"labelled": {"by": "a reader"}}, "does not say: on, agreed"),
        ({"labelled": {**LABELLED, "on": "3 Feb"}}, "YYYY-MM-DD"),
    ],
)
def test_headers_are_checked(tmp_path: Path, header: dict[str, Any], message: str) -> None:
    source(tmp_path)
    assert [message in p.what for p in problems_of(gold_file(tmp_path, FORM, **header))] == [True]


def test_one_bad_file_does_not_hide_the_next(tmp_path: Path) -> None:
    bad = gold_file(tmp_path, {**FORM, "total_score": "96,2"}, name="a")
    assert ["total_score" in p.what for p in problems_of(bad)] == [True]
    without_source = gold_file(tmp_path, FORM, name="b")
    assert ["cannot be held against its source" in p.what for p in problems_of(without_source)] == [True]
    assert check([tmp_path]) == 1


def test_two_labellers_agree_by_the_scorer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    gold_file(tmp_path / "one", FORM)
    gold_file(tmp_path / "two", {**FORM, "rating": "良"})
    gold_file(tmp_path / "two", FORM, name="more")
    assert agree([tmp_path / "one"], [tmp_path / "two"]) == 0
    printed = capsys.readouterr().out
    assert "1 documents labelled by both, 1 by one alone" in printed and "rating" in printed and "良" in printed


def test_labels_agree_about_tables_beside_the_forms_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = {"title": "河道水位表", "header": ["站点", "水位"], "rows": [["上桥", "3.20"]]}
    gold = gold_file(tmp_path, FORM, tables=[table])
    assert agree([gold], [gold]) == 0
    assert "1 of 1 / 100.00 %" in capsys.readouterr().out


def test_labels_of_other_documents_cannot_agree(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no document in common"):
        agree([gold_file(tmp_path, FORM, name="a")], [gold_file(tmp_path, FORM, name="b")])


def test_a_draft_is_refused_until_it_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_folder(tmp_path / "run", [record(FORM, 0, "case.txt", "rating", "indicators[1]")])
    assert draft(run, tmp_path / "gold") == 0
    path = tmp_path / "gold" / "case.gold.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert (content["draft"], content["doubts"]) == (True, {"0": ["indicators[1]", "rating"]})
    assert load(path).forms[0].values["project_name"] == FORM["project_name"]
    with pytest.raises(CallError, match="is a draft"):
        evaluate(run, [path])
    assert evaluate(run, [path], drafts=True) == 0
    path.write_text(json.dumps({**content, "draft": False}), encoding="utf-8")
    draft(run, tmp_path / "gold")
    assert "was left alone" in capsys.readouterr().out
    assert load(path).draft is False


def test_a_draft_of_a_document_that_is_not_in_the_run_is_refused(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [record(FORM)])
    with pytest.raises(CallError, match=r"no document 'other\.txt'; there are: case\.txt"):
        draft(run, tmp_path / "gold", documents=["other.txt"])


def test_gold_that_a_configuration_drafted_does_not_score_it_unasked(tmp_path: Path) -> None:
    rules = {**record(FORM, 0, "case.txt"), "engine": "rules", "model": None}
    run = run_folder(tmp_path / "run", [rules])
    draft(run, tmp_path / "gold")
    path = tmp_path / "gold" / "case.gold.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["labelled"]["drafted_by"] == "rules"
    path.write_text(json.dumps({**content, "draft": False}), encoding="utf-8")
    with pytest.raises(CallError, match=r"began as a draft of rules, .* --own-drafts"):
        evaluate(run, [path])
    assert evaluate(run, [path], own_drafts=True) == 0
    other = run_folder(tmp_path / "other", [{**rules, "engine": "hybrid", "model": "some-model"}])
    assert evaluate(other, [path]) == 0
    with pytest.raises(CallError, match="began as a draft of rules"):
        compare([run, other], [path])


def test_kappa_stands_beside_the_agreement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = gold_file(tmp_path, FORM)
    assert agree([gold], [gold]) == 0
    assert "100.00% the same; Cohen's kappa: 1.000" in capsys.readouterr().out
