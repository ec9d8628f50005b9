from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from eval.commands import add_commands
from extractor.errors import CallError, SchemaError
from tests.eval_cases import evaluation_row, gold_file, record, run_folder, self_evaluation

FORM = self_evaluation([evaluation_row("培训场次")])


def call(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    parsed = parser.parse_args([str(argument) for argument in arguments])
    status: int = parsed.run(parsed)
    return status


def test_eval_writes_every_kind_of_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, run = gold_file(tmp_path, FORM), run_folder(tmp_path / "run", [record({**FORM, "rating": "差"})])
    (tmp_path / "case.txt").write_text("河湖巡护经费", encoding="utf-8")
    out = {name: tmp_path / name for name in ("s.json", "t.md", "t.csv", "r.html")}
    for table in ("t.md", "t.csv"):
        status = call(
            "eval", run, "--gold", gold, "--json", out["s.json"], "--table", out[table], "--html", out["r.html"],
            "--errors", "0", "--sources", tmp_path,
        )  # fmt: skip
        assert status == 0
    assert json.loads(out["s.json"].read_text(encoding="utf-8"))["all"]["source"]["absent"] > 0
    assert "| F1 |" in out["t.md"].read_text(encoding="utf-8")
    assert "By field: self_evaluation,rating,0.0" in out["t.csv"].read_text(encoding="utf-8")
    assert "<h2>Errors</h2>" in out["r.html"].read_text(encoding="utf-8")
    printed = capsys.readouterr().out
    assert "do not stand in the source" in printed and "Errors (" not in printed


def test_a_table_file_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    gold, run = gold_file(tmp_path, FORM), run_folder(tmp_path / "run", [record(FORM)])
    with pytest.raises(CallError, match=r"\.txt, \.md, \.csv, not \.docx"):
        call("eval", run, "--gold", gold, "--table", tmp_path / "t.docx")
    with pytest.raises(CallError, match="cannot be written"):
        call("eval", run, "--gold", gold, "--json", tmp_path / "none" / "s.json")


def test_a_schema_of_ones_own_is_scored_too(tmp_path: Path) -> None:
    schema = tmp_path / "receipt.py"
    schema.write_text(
        "from schemas.fields import Form, printed\n\n\nclass Receipt(Form):\n"
        "    titles = ('收据',)\n    number: str | None = printed('编号', key=True)\n",
        encoding="utf-8",
    )
    gold = gold_file(tmp_path, {"form_type": "receipt", "number": "A-7"})
    run = run_folder(tmp_path / "run", [record({"form_type": "receipt", "number": "A-1"})])
    with pytest.raises(CallError, match="receipt"):
        call("eval", run, "--gold", gold)
    out = tmp_path / "s.json"
    assert call("eval", run, "--gold", gold, "--schema", f"{schema}:Receipt", "--json", out) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["all"]["wrong"] == 1
    with pytest.raises(SchemaError, match="no such schema file"):
        call("eval", run, "--gold", gold, "--schema", "nowhere.py:Receipt")


def test_compare_gold_and_bench_are_reached(tmp_path: Path) -> None:
    gold = gold_file(tmp_path, FORM)
    a, b = (run_folder(tmp_path / name, [record(FORM)]) for name in "ab")
    assert call("compare", a, b, "--gold", gold, "--seed", "3") == 0
    assert call("gold", "agree", gold, gold) == 0
    assert call("gold", "draft", a, "--out", tmp_path / "drafts", "--document", "case.txt") == 0
    assert call("gold", "check", tmp_path / "drafts", "--sources", tmp_path) == 1
    with pytest.raises(CallError, match="cannot be read"):
        call("bench", tmp_path / "none.toml", "--rescore")


@pytest.mark.parametrize("arguments", [("eval", "run"), ("gold",), ("eval", "run", "--gold", "g", "--errors", "-1")])
def test_a_wrong_call_ends_with_status_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(*arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_commands_cost_nothing_until_they_are_called() -> None:
    heavy = "{'numpy', 'scipy', 'rich', 'pydantic'}"
    code = f"import sys, eval.commands; print(bool({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
