"""Whole runs with a JSON Schema file: `rules`, `llm` and `hybrid`, then `eval`, `bench`, `export` and the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractor.cli import main
from tests.fault_server import Faults, Step, running

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "乐器保管登记表",
    "type": "object",
    "properties": {
        "keeper": {"type": "string", "title": "保管单位", "x-key": True},
        "since": {"type": "string", "format": "date", "title": "起始日期"},
        "insured": {"type": ["boolean", "null"], "title": "是否投保"},
        "state": {"enum": ["完好", "待修", None], "title": "状况"},
        "value": {"$ref": "#/$defs/money", "title": "总值"},
        "copy": {"type": "string", "title": "副本"},
        "pieces": {"type": "array", "title": "乐器清单", "items": {"$ref": "#/$defs/piece"}},
    },
    "required": ["keeper", "pieces"],
    "additionalProperties": False,
    "$defs": {
        "money": {"type": "number", "multipleOf": 0.01},
        "piece": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "title": "乐器名称", "x-key": True},
                "count": {"type": "integer", "title": "件数", "minimum": 1},
                "price": {"$ref": "#/$defs/money", "title": "单件价值"},
            },
            "required": ["name", "count"],
        },
    },
}
DOCUMENT = """# 乐器保管登记表

| 保管单位 | 松岭县少年宫 | 起始日期 | 2031年9月1日 |
| --- | --- | --- | --- |
| 是否投保 | 是 | 状况 | 完 好 |
| 总值 | 10,241.14 | | |
| 乐器名称 | 件数 | 单件价值 | |
| 古筝 | 2 | 3,500.00 | |
| 竹笛 | 2 | 1620.57 | |
"""
VALUES: dict[str, Any] = {
    "keeper": "松岭县少年宫",
    "since": "2031-09-01",
    "insured": True,
    "state": "完好",
    "value": 10241.14,
    "pieces": [{"name": "古筝", "count": 2, "price": 3500.0}, {"name": "竹笛", "count": 2, "price": 1620.57}],
}
ANSWER: dict[str, Any] = {
    "keeper": "松岭县少年宫",
    "since": "2031年9月1日",
    "insured": "是",
    "state": "完 好",
    "value": "10,241.14",
    "pieces": [["10", "古筝", "2", "3,500.00"], ["11", "竹笛", "2", "1620.57"]],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXTRACTOR_WORKERS", "1")
    Path("docs").mkdir()
    Path("docs/one.md").write_text(DOCUMENT, encoding="utf-8")
    Path("keeping.json").write_text(json.dumps(SCHEMA, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def run(*more: str, text: str = DOCUMENT, schema: str = "keeping.json", out: str = "out") -> dict[str, Any]:
    Path("docs/one.md").write_text(text, encoding="utf-8")
    assert main(["run", "docs", "--out", out, "--schema", schema, *more]) == 0
    (line,) = Path(out, "records.jsonl").read_text(encoding="utf-8").splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def kinds(record: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(f["path"], f["about"], f["kind"]) for f in record["findings"]}


def test_rules_read_a_form_of_a_json_schema() -> None:
    record = run()
    assert (record["schema"], record["values"], record["settled"]) == ("keeping", VALUES, True)
    assert record["residue"] == []
    assert record["evidence"]["value"][0]["text"] == "10,241.14"


def test_what_the_schema_refuses_is_a_finding_and_the_value_stays() -> None:
    record = run(text=DOCUMENT.replace("完 好", "遗失").replace("是否投保 | 是", "是否投保 | 待定"))
    assert (record["values"]["state"], record["values"]["insured"], record["settled"]) == ("遗失", "待定", False)
    assert kinds(record) == {("state", "reading", "schema_refuses"), ("insured", "reading", "schema_refuses")}


def test_a_required_value_that_is_not_printed_is_a_finding_on_its_path() -> None:
    record = run(text=DOCUMENT.replace("| 保管单位 | 松岭县少年宫 |", "| 日期 | |"))
    assert "keeper" not in record["values"]
    assert ("keeper", "reading", "schema_refuses") in kinds(record)


def test_a_document_without_the_title_is_read_by_its_labels() -> None:
    record = run(text=DOCUMENT.replace("乐器保管登记表", "清册"))
    assert record["values"] == VALUES
    found = kinds(record)
    assert ("copy", "reading", "not_found") in found  # it is printed nowhere, but nobody's text stands above the form
    assert {finding for finding in found if finding[0] != "copy"} == {("", "source", "no_title")}


def test_a_document_with_few_of_the_labels_gives_a_record_that_is_in_doubt() -> None:
    record = run(text="| 保管单位 | 松岭县少年宫 |\n| --- | --- |\n| 电话 | 5550101 |\n")
    assert record["values"]["keeper"] == "松岭县少年宫"
    assert ("", "reading", "few_labels") in kinds(record)
    assert not record["settled"]


def test_a_schema_with_titles_of_its_own_claims_no_other_document() -> None:
    Path("strict.json").write_text(json.dumps({**SCHEMA, "x-titles": ["乐器保管登记表"]}), encoding="utf-8")
    record = run(schema="strict.json", text="| 保管单位 | 松岭县少年宫 |\n| --- | --- |\n| 电话 | 5550101 |\n")
    assert record["schema"] == "table"


def test_each_key_begins_a_form_where_no_title_stands() -> None:
    second = DOCUMENT.replace("# 乐器保管登记表\n", "").replace("松岭县少年宫", "柳溪镇文化站")
    Path("docs/one.md").write_text(DOCUMENT.replace("乐器保管登记表", "清册") + "\n" + second, encoding="utf-8")
    assert main(["run", "docs", "--out", "out", "--schema", "keeping.json"]) == 0
    lines = Path("out/records.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["values"]["keeper"] for line in lines] == ["松岭县少年宫", "柳溪镇文化站"]


def test_a_model_is_asked_for_a_form_of_a_json_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_MODEL", "m")
    with running(Faults((Step(answer=json.dumps(ANSWER, ensure_ascii=False)),))) as server:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", server.url)
        record = run("--engine", "llm")
        (request,) = server.faults.requests
    assert (record["values"], record["settled"]) == (VALUES, True)
    assert "保管单位" in request["messages"][0]["content"]


def test_what_a_model_gives_and_the_schema_refuses_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_MODEL", "m")
    text = DOCUMENT.replace("10,241.14", "约一万")
    answer = json.dumps({**ANSWER, "value": "约一万", "copy": "三份"}, ensure_ascii=False)
    with running(Faults((Step(answer=answer),))) as server:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", server.url)
        record = run("--engine", "llm", text=text)
    assert record["values"]["value"] == "约一万"
    assert {("value", "reading", "schema_refuses"), ("copy", "reading", "no_evidence")} <= kinds(record)
    assert "copy" not in record["values"]


def test_hybrid_asks_only_about_what_the_schema_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_MODEL", "m")
    with running(Faults((Step(answer=json.dumps({"insured": "待定"}, ensure_ascii=False)),))) as server:
        monkeypatch.setenv("EXTRACTOR_BASE_URL", server.url)
        assert run("--engine", "hybrid")["settled"]
        assert server.faults.requests == []
        record = run("--engine", "hybrid", text=DOCUMENT.replace("是否投保 | 是", "是否投保 | 待定"), out="again")
        assert len(server.faults.requests) >= 1
    assert record["values"] == {**VALUES, "insured": "待定"}
    assert ("insured", "reading", "schema_refuses") in kinds(record)


def gold(values: dict[str, Any]) -> None:
    Path("gold").mkdir(exist_ok=True)
    form = {"form_type": "keeping", **values}
    content = {"document": "one.md", "title": None, "forms": [form], "draft": True}
    Path("gold/one.gold.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def test_eval_scores_a_run_and_refuses_gold_that_the_schema_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    gold(VALUES | {"state": "待修"})
    call = ["eval", "out", "--gold", "gold", "--drafts", "--schema", "keeping.json", "--json", "score.json"]
    assert main([*call, "--sources", "docs"]) == 0
    score = json.loads(Path("score.json").read_text(encoding="utf-8"))
    counts = score["by_schema"]["keeping"]
    assert (counts["right"], counts["wrong"]) == (10, 1)
    gold(VALUES | {"value": "一万"})
    assert main(call) == 2
    assert "value: '一万' is not of type 'number'" in capsys.readouterr().err


def test_bench_reads_and_scores_with_a_json_schema() -> None:
    gold(VALUES)
    Path("bench.toml").write_text(
        'out = "bench"\ndrafts = true\n[[sets]]\nname = "ours"\ngold = ["gold"]\ndocuments = ["docs"]\n'
        '[[arms]]\nengine = "rules"\nschemas = ["keeping.json"]\n',
        encoding="utf-8",
    )
    assert main(["bench", "bench.toml"]) == 0
    assert Path("bench/report.html").is_file()


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_exports_hold_numbers_and_what_is_none(suffix: str) -> None:
    run(text=DOCUMENT.replace("是否投保 | 是", "是否投保 | 待定"))
    assert main(["export", "out", "--to", f"t.{suffix}"]) == 0
    if suffix == "csv":
        assert "松岭县少年宫,2031-09-01,待定,完好,10241.14," in Path("t.keeping.csv").read_text(encoding="utf-8")
        assert "古筝,2,3500.0" in Path("t.keeping.pieces.csv").read_text(encoding="utf-8")


def test_names_that_keys_have_too_and_lists_in_rows_are_columns_of_their_own() -> None:
    row = {
        "type": "object",
        "properties": {"row": {"type": "string", "title": "行"}, "parts": {"type": "array", "title": "部件"}},
    }
    properties = {"form": {"type": "string", "title": "甲"}, "a/b": {"type": "array", "items": row, "title": "乙"}}
    Path("odd.json").write_text(json.dumps({"type": "object", "properties": properties}), encoding="utf-8")
    record = run(schema="odd.json", text="| 甲 | 一 |\n| --- | --- |\n| 行 | 部件 |\n| 二 | 三 |\n")
    assert record["values"]["form"] == "一"
    assert main(["export", "out", "--to", "t.csv"]) == 0
    assert main(["export", "out", "--to", "t.xlsx"]) == 0
    assert "document,form,settled,values.form" in Path("t.odd.csv").read_text(encoding="utf-8")
    assert "document,form,row,values.row,parts" in Path("t.odd.a%2Fb.csv").read_text(encoding="utf-8")


def test_schemas_and_look_show_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "--schema", "keeping.json"]) == 0
    shown = capsys.readouterr().out
    assert "value (number): 总值 | value | Value | VALUE" in shown
    assert "table" not in shown
    assert main(["look", "docs/one.md", "--json", "--schema", "keeping.json"]) == 0
    assert [form["schema"] for form in json.loads(capsys.readouterr().out)["forms"]] == ["keeping"]


def test_a_bad_file_ends_the_call_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text('{"type": "object", "properties": {"a": {"$ref": "x.json"}}}', encoding="utf-8")
    assert main(["run", "docs", "--out", "out", "--schema", "bad.json"]) == 2
    assert "bad.json: #/properties/a: $ref 'x.json' is not in this file" in capsys.readouterr().err
