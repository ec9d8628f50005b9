from __future__ import annotations

from pathlib import Path

import pytest

from eval.scoring.gold import load, load_all
from extractor.errors import CallError
from tests.eval_cases import evaluation_row, gold_file, self_evaluation
from tests.paths import ROOT

FORM = self_evaluation([evaluation_row("培训场次")])


def test_gold_is_loaded_with_its_tags(tmp_path: Path) -> None:
    labelled = {"by": "a reader", "on": "2031-02-03", "agreed": True}
    gold = load(gold_file(tmp_path, FORM, shape="page-text", labelled=labelled))
    assert (gold.document, gold.shape, gold.labelled["agreed"]) == ("case.txt", ("page-text",), True)
    assert gold.forms[0].schema.name == "self_evaluation"
    assert "form_type" not in gold.forms[0].values


def test_the_samples_gold_is_valid() -> None:
    folder = ROOT / "eval" / "gold"
    assert all(gold.forms for gold in load_all([folder]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"form_type": "self_evaluatoin"}, "form 0.*self_evaluatoin.*there are"),
        ({"total_score": "96,24"}, r"form 0 \(self_evaluation\): total_score"),
        ({"indicators": [evaluation_row("甲", operator="!")]}, r"indicators\[0\]\.target\.operator"),
        ({"project_nmae": "x"}, "project_nmae"),
        ({"rating": {"any_of": ["优", 3]}}, "rating"),
        ({"rating": {"any_of": []}}, "rating"),
    ],
)
def test_gold_that_its_schema_does_not_validate_is_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = gold_file(tmp_path, {**FORM, **change})
    before = path.read_bytes()
    with pytest.raises(CallError, match=rf"case\.gold\.json: .*{message}"):
        load_all([tmp_path])
    assert path.read_bytes() == before


def test_files_that_are_no_gold_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gold.json"
    broken.write_text("{", encoding="utf-8")
    for path, message in (
        (broken, "broken.gold.json: is not JSON"),
        (tmp_path / "absent.gold.json", "absent.gold.json: cannot be read"),
        (tmp_path / "sub", "no \\*.gold.json"),
    ):
        (tmp_path / "sub").mkdir(exist_ok=True)
        with pytest.raises(CallError, match=message):
            load_all([path])


def test_drafts_are_refused_unless_allowed(tmp_path: Path) -> None:
    path = gold_file(tmp_path, FORM, draft=True)
    with pytest.raises(CallError, match="is a draft"):
        load_all([path])
    assert load_all([path], drafts=True)[0].draft
