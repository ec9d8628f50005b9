"""Values that a schema declares as derived: asked for with their rule, proven by an expression, never invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import schemas
from extractor.config import Settings
from extractor.document.layout import Document, Line, Page
from extractor.document.results import Record
from extractor.engines.llm import prompting
from extractor.engines.llm.answer_reading import labels_of, read
from extractor.forms.regions import cut
from extractor.pipeline import facts_of, record_of

TEXT = """Order No: K-17
Fee: 8.00
Net: 7.25
The boat was late again and the crew is angry."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order_no": {"type": "string"},
        "fee": {"type": "number"},
        "net": {"type": "number"},
        "total": {"type": "number", "x-derived": "fee and net together", "x-check": "fee + net"},
        "mood": {"type": "string", "x-derived": "good or bad, by the last line"},
    },
}


def record(tmp_path: Path, **answer: str) -> Record:
    path = tmp_path / "order.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    lines = tuple(Line(1, n, text) for n, text in enumerate(TEXT.splitlines(), 1))
    document = Document("d.txt", "0" * 64, (Page(1, lines),))
    (form,) = cut(document, [schemas.load(str(path))]).forms
    own = Settings(model="m")
    told = read(form, {"order_no": "K-17", "fee": "8.00", "net": "7.25", **answer}, labels_of(form), words())
    assert told.problems == ()
    return record_of(document, form, told.answer, "llm", own, facts_of(document, own)).record


def words() -> dict[str, str]:
    return prompting.words("en")


def doubts(found: Record) -> set[str]:
    return {f.path for f in found.findings if f.about == "reading"}


def test_a_value_that_its_expression_comes_to_is_settled(tmp_path: Path) -> None:
    found = record(tmp_path, total="15.25")
    assert found.values["total"] == 15.25
    assert "total" not in doubts(found)
    assert {(s.match, s.proof, s.text) for s in found.evidence["total"]} == {
        ("derived", "computed", "8.00"),
        ("derived", "computed", "7.25"),
    }


@pytest.mark.parametrize("total", ["15.26", "15", "1525"])
def test_a_value_that_its_expression_does_not_come_to_is_in_doubt(tmp_path: Path, total: str) -> None:
    assert "total" in doubts(record(tmp_path, total=total))


def test_a_value_without_an_expression_is_there_and_in_doubt(tmp_path: Path) -> None:
    found = record(tmp_path, mood="bad")
    assert found.values["mood"] == "bad"
    assert [f.kind for f in found.findings if f.path == "mood"] == ["derived_unproven"]


def test_a_value_made_of_one_in_doubt_is_in_doubt(tmp_path: Path) -> None:
    assert "total" in doubts(record(tmp_path, net="8.00", total="16.00"))


def test_the_prompt_asks_for_it_with_its_rule(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    text = prompting.system_text(schemas.load(str(path)), "en")
    assert "total (number, derived): fee and net together" in text
    assert 'Fields marked "derived" are not printed.' in text


@pytest.mark.parametrize("check", ["fee +", "eval(fee)", 7])
def test_an_expression_that_is_none_is_named_with_its_place(tmp_path: Path, check: object) -> None:
    wrong = {**SCHEMA["properties"], "total": {"type": "number", "x-derived": True, "x-check": check}}
    path = tmp_path / "order.json"
    path.write_text(json.dumps({**SCHEMA, "properties": wrong}), encoding="utf-8")
    with pytest.raises(LookupError, match="#/properties/total"):
        schemas.load(str(path))
