from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.reports.figure_tables import Table, comma_separated, fitted, markdown, percent, plain
from eval.reports.report import evaluate
from extractor.errors import CallError
from tests.eval_cases import Form, evaluation_row, gold_file, record, run_folder, self_evaluation

FORM = self_evaluation([evaluation_row("培训场次"), evaluation_row("巡查覆盖率", "88.00")])


def result(tmp_path: Path, records: list[Form], **header: Any) -> Form:
    gold = gold_file(tmp_path, FORM, **header)
    out = tmp_path / "score.json"
    assert evaluate(run_folder(tmp_path / "run", records), [gold], out) == 0
    scored: Form = json.loads(out.read_text(encoding="utf-8"))
    return scored


def test_a_run_that_reads_all_scores_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    got = result(tmp_path, [record(FORM)], shape="page-text")
    assert (got["all"]["f1"], got["all"]["records_perfect"], got["all"]["silent"]) == (1.0, 1, 0)
    assert got["by_shape"]["page-text"]["f1"] == 1.0
    assert got["errors"] == []
    printed = capsys.readouterr().out
    assert "100.00 %" in printed and "By field" in printed and "Errors" not in printed


def test_errors_are_shown_with_both_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    got = result(tmp_path, [record({**FORM, "rating": "良"}, 0, "case.txt", "rating")])
    assert [(e["path"], e["verdict"], e["gold"], e["value"], e["settled"]) for e in got["errors"]] == [
        ("rating", "wrong", "优", "良", False)
    ]
    fields = {row["field"]: row for row in got["by_field"]}
    assert (fields["rating"]["f1"], fields["rating"]["silent"], fields["year"]["f1"]) == (0.0, 0, 1.0)
    assert "Errors (1)" in capsys.readouterr().out


def test_the_share_of_forms_that_needed_a_model_stands_with_the_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    used = {"calls": 2, "prompt_tokens": 300, "completion_tokens": 40}
    gold_file(tmp_path, FORM)
    gold_file(tmp_path, FORM, name="other")
    records = [{**record(FORM), "usage": used}, record(FORM, 0, "other.txt")]
    assert evaluate(run_folder(tmp_path / "run", records), [tmp_path], None) == 0
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["model_needed", "per", "form", "0.50"] in printed
    assert ["calls", "per", "form", "1.00"] in printed


def test_documents_are_matched_without_folder_and_suffix(tmp_path: Path) -> None:
    got = result(tmp_path, [record(FORM, 0, "scans/case.pdf")])
    assert [d["document"] for d in got["by_document"]] == ["scans/case.pdf"]
    assert got["all"]["f1"] == 1.0


def test_each_reading_of_a_gold_document_is_scored(tmp_path: Path) -> None:
    got = result(tmp_path, [record(FORM, 0, "case.docx"), record({**FORM, "year": 2030}, 0, "case.pdf")])
    assert [(d["document"], d["wrong"]) for d in got["by_document"]] == [("case.docx", 0), ("case.pdf", 1)]


def test_a_gold_document_without_records_is_not_left_out(tmp_path: Path) -> None:
    gold_file(tmp_path, FORM, name="other")
    gold_file(tmp_path, FORM)
    out = tmp_path / "score.json"
    evaluate(run_folder(tmp_path / "run", [record(FORM)]), [tmp_path], out)
    got = json.loads(out.read_text(encoding="utf-8"))
    assert got["all"]["recall"] == 0.5
    assert got["all"]["forms"] == {"gold": 2, "found": 1, "missing": 1, "extra": 0}


def test_documents_of_the_run_without_gold_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result(tmp_path, [record(FORM), record(FORM, 0, "other.txt"), record(FORM, 1, "other.txt")])
    assert "1 documents of the run have no gold" in capsys.readouterr().out


def test_records_of_the_wrong_make_are_errors_and_no_crash(tmp_path: Path) -> None:
    broken = {**record(FORM), "values": ["no", "object"], "evidence": None, "usage": None}
    got = result(tmp_path, [broken])
    assert (got["all"]["f1"], got["all"]["forms"]["found"]) == (0.0, 1)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    gold = gold_file(tmp_path, FORM)
    with pytest.raises(CallError, match=r"has no records\.jsonl"):
        evaluate(tmp_path, [gold], None)
    run_folder(tmp_path / "run", []).joinpath("records.jsonl").write_text("{}\n{", encoding="utf-8")
    with pytest.raises(CallError, match="line 2 is not JSON"):
        evaluate(tmp_path / "run", [gold], None)


def test_tables_are_written_as_text_markdown_and_csv() -> None:
    table = Table("Scores", ("field", "F1", "right"), (("项目|名称", percent(0.985), 1200), ("year", None, 0)))
    assert plain(table).splitlines() == [
        "Scores",
        "field           F1  right",
        "项目|名称  98.50 %  1,200",
        "year             –      0",
    ]
    assert "| 项目\\|名称 | 98.50 % | 1,200 |" in markdown(table)
    assert comma_separated(table).splitlines() == [
        "table,field,F1,right",
        "Scores,项目|名称,0.985,1200",
        "Scores,year,,0",
    ]


def test_a_narrow_terminal_leaves_out_spare_columns() -> None:
    table = Table("Scores", ("field", "F1", "right", "wrong"), (("名称", percent(0.985), 12, 0),), ("right", "F1"))
    assert fitted(table, 80) == table
    assert fitted(table, 30).columns == ("field", "F1", "wrong")
    assert fitted(table, 5).columns == ("field", "wrong") and fitted(table, 5).rows == (("名称", 0),)
