"""From gold to a stricter rule: `eval --risk` offers it or says what is missing, `run --settle` uses it."""

from __future__ import annotations

import argparse
import json
from fractions import Fraction
from pathlib import Path

import pytest

import extractor
from eval.commands import add_commands
from eval.reports.report import evaluate
from extractor.accounting.settling_rule import SettlingRule, rule_of
from extractor.cli import main
from extractor.errors import CallError
from tests.eval_cases import Form, evaluation_row, gold_file, record, run_folder, self_evaluation
from tests.paths import SAMPLES

FORM = self_evaluation([evaluation_row("培训场次")])
SPAN = {"page": 1, "line": 1, "start": 0, "end": 1, "text": "优", "match": "exact", "proof": "label"}


def documents(folder: Path, count: int, spoilt: int) -> tuple[Path, Path]:
    """Gold and a run of so many documents; in the spoilt ones a value is wrong that was only nearly printed so."""
    records: list[Form] = []
    (folder / "gold").mkdir()
    for n in range(count):
        gold_file(folder / "gold", FORM, name=f"case{n}")
        read = {**FORM, "rating": "差"} if n < spoilt else FORM
        match = "fuzzy" if n < spoilt else "exact"
        records.append({**record(read, 0, f"case{n}.txt"), "evidence": {"rating": [{**SPAN, "match": match}]}})
    return folder / "gold", run_folder(folder / "run", records)


def test_the_gold_of_enough_documents_gives_a_rule_that_leaves_its_errors_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, run = documents(tmp_path, 49, 10)
    file = tmp_path / "rule.json"
    assert evaluate(run, [gold], file, risk=Fraction("0.02")) == 0
    rule = rule_of(file)
    assert rule is not None and (rule.documents, rule.risk) == (49, 0.02)
    printed = capsys.readouterr().out
    assert "Rule of settling at a risk of 2 %" in printed and f"extractor run --settle {file}" in printed
    rows = {line.rsplit("  ", 1)[0].strip(): line.split("  ")[-1].strip() for line in printed.splitlines()}
    assert rows["built-in settling: settled values / silent errors"].endswith("/ 10")
    assert rows["under the rule: settled values / silent errors"].endswith("/ 0")


def test_where_there_are_too_few_documents_it_says_how_many_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, run = documents(tmp_path, 3, 0)
    file = tmp_path / "rule.json"
    assert evaluate(run, [gold], file, risk=Fraction("0.001")) == 1
    assert not file.exists()
    printed = capsys.readouterr().out
    assert "3 documents have gold and 999 are needed" in printed
    assert "label 996 more, or ask for at least 25 %" in printed
    assert evaluate(run, [gold], file, risk=Fraction("0.25")) == 0


def test_where_forms_vanish_no_rule_is_offered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(4):
        gold_file(tmp_path, FORM, FORM, name=f"case{n}")
    run = run_folder(tmp_path / "run", [record(FORM, 0, f"case{n}.txt") for n in range(4)])
    assert evaluate(run, [tmp_path], tmp_path / "rule.json", risk=Fraction("0.3")) == 1
    assert "forms vanished without a finding" in capsys.readouterr().out


def test_a_rule_that_cannot_be_written_is_an_error_of_the_call(tmp_path: Path) -> None:
    gold, run = documents(tmp_path, 3, 0)
    with pytest.raises(CallError, match="cannot be written"):
        evaluate(run, [gold], tmp_path / "none" / "rule.json", risk=Fraction("0.5"))


@pytest.mark.parametrize("share", ["0", "100%", "1", "-1%", "few", "0.1%%"])
def test_a_risk_that_is_no_share_is_refused(share: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    with pytest.raises(SystemExit):
        parser.parse_args(["eval", "run", "--gold", "gold", f"--risk={share}"])
    assert "--risk" in capsys.readouterr().err
    parsed = parser.parse_args(["eval", "run", "--gold", "gold", "--risk", "0.1%"])
    assert parsed.risk == Fraction(1, 1000)


def test_a_run_and_the_python_api_settle_by_the_rule(tmp_path: Path) -> None:
    sample = SAMPLES / "linhe-2022-department-targets.txt"
    file = tmp_path / "rule.json"
    file.write_text(SettlingRule(threshold=0.001, risk=0.01, documents=150).model_dump_json(), encoding="utf-8")
    call = ["run", str(sample), "--engine", "rules", "--workers", "1"]
    assert main([*call, "--out", str(tmp_path / "plain")]) == 0
    assert main([*call, "--out", str(tmp_path / "ruled"), "--settle", str(file)]) == 0
    plain, ruled = (_lines(tmp_path / name / "records.jsonl") for name in ("plain", "ruled"))
    assert [r["values"] for r in plain] == [r["values"] for r in ruled]
    assert all({*one["unsettled"]} <= {*other["unsettled"]} for one, other in zip(plain, ruled, strict=True))
    both = zip(plain, ruled, strict=True)
    more = [path for one, other in both for path in {*other["unsettled"]} - {*one["unsettled"]}]
    named = [f["path"] for r in ruled for f in r["findings"] if f["kind"] == "below_settling_rule"]
    assert more and sorted(more) == sorted(named)
    read = [r for r in extractor.extract(sample, engine="rules", settle=file) if isinstance(r, extractor.Record)]
    assert [list(r.unsettled) for r in read] == [r["unsettled"] for r in ruled]
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(CallError, match=r"rule\.json"):
        next(iter(extractor.extract(sample, engine="rules", settle=file)))
    assert main([*call, "--out", str(tmp_path / "bad"), "--settle", str(file)]) == 2


def _lines(path: Path) -> list[Form]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
