from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.reports.compare import compare
from extractor.errors import CallError
from tests.eval_cases import Form, evaluation_row, gold_file, record, run_folder, self_evaluation

DOCUMENTS = 9


def forms() -> list[Form]:
    return [self_evaluation([evaluation_row("培训场次", f"{k}.00")], f"第{k}号治理经费") for k in range(DOCUMENTS)]


def bench(tmp_path: Path, wrong: dict[str, int]) -> tuple[list[Path], Path]:
    """Runs of nine documents, in which so many have a wrong rating."""
    for k, form in enumerate(forms()):
        gold_file(tmp_path, form, name=f"d{k}")
    runs = []
    for name, count in wrong.items():
        read = [{**form, "rating": "差", "year": 1999} if k < count else form for k, form in enumerate(forms())]
        runs.append(run_folder(tmp_path / name, [record(f, 0, f"d{k}.txt") for k, f in enumerate(read)]))
    return runs, tmp_path


def compared(tmp_path: Path, wrong: dict[str, int]) -> list[dict[str, Any]]:
    runs, gold = bench(tmp_path, wrong)
    out = tmp_path / "compared.json"
    assert compare(runs, [gold], out) == 0
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_a_run_that_is_worse_in_every_document_is_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    f1 = compared(tmp_path, {"a": 0, "b": DOCUMENTS})[0]
    assert f1["difference"] < 0 and f1["p"] == pytest.approx(2 / 2**DOCUMENTS)
    assert f1["interval"][0] < f1["difference"] < f1["interval"][1]
    assert "is better than" in capsys.readouterr().out


def test_one_worse_document_of_nine_is_not_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    f1 = compared(tmp_path, {"a": 0, "b": 1})[0]
    assert f1["p"] == 1.0 and f1["interval"][1] > 0
    assert f1["needed"] > DOCUMENTS and f1["detectable"] > abs(f1["difference"])
    printed = capsys.readouterr().out
    assert "cannot be told apart" in printed and "more documents like these" in printed


def test_the_same_run_twice_does_not_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    f1 = compared(tmp_path, {"a": 2, "b": 2})[0]
    assert (f1["difference"], f1["p"], f1["needed"]) == (0.0, 1.0, None)
    assert f1["interval"][0] < 0 < f1["interval"][1]
    assert "do not differ" in capsys.readouterr().out


def test_three_runs_are_corrected_for_three_comparisons(tmp_path: Path) -> None:
    found = [c for c in compared(tmp_path, {"a": 0, "b": DOCUMENTS, "c": DOCUMENTS}) if c["figure"] == "F1"]
    assert [(c["first"], c["second"]) for c in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found[0]["p_holm"] == pytest.approx(3 * found[0]["p"])
    assert found[2]["p_holm"] == 1.0


def test_few_documents_are_said_to_show_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = forms()[0]
    gold = gold_file(tmp_path, form)
    runs = [
        run_folder(tmp_path / "a", [record(form)]),
        run_folder(tmp_path / "b", [record({**form, "rating": "差"})]),
    ]
    compare(runs, [gold])
    assert "1 documents can show no difference of any size" in capsys.readouterr().out


def test_documents_that_a_run_has_not_read_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They count as empty: a run that was cut off is not to look like a bad engine."""
    runs, gold = bench(tmp_path, {"a": 0, "b": 0})
    lines = (runs[1] / "records.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (runs[1] / "records.jsonl").write_text("".join(lines[:-7]), encoding="utf-8")
    compare(runs, [gold])
    printed = capsys.readouterr().out
    assert (
        "b: 7 documents were not read, and count as empty (d2.txt: no record of this document in the run; " in printed
    )
    assert "and 2 more)" in printed and "a: " not in printed


def test_one_run_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="two or more"):
        compare([tmp_path], [tmp_path])
    gold = gold_file(tmp_path, forms()[0])
    with pytest.raises(CallError, match="named twice"):
        compare([tmp_path, tmp_path], [gold])
