"""A schema of 400 fields: groups that fit, each with the text that can hold it, and no field lost."""

from __future__ import annotations

import json
from pathlib import Path

import schemas
from extractor.config import Settings
from extractor.document.layout import Document, Line, Page
from extractor.document.results import Form
from extractor.engines import llm
from extractor.engines.llm.field_groups import field_groups
from extractor.engines.llm.prompting import fields_text
from extractor.forms.regions import cut
from extractor.forms.token_counts import tokens_in
from schemas.spec import SchemaSpec
from tests.fault_server import Faults, Step, running

COUNT = 400


def schema(tmp_path: Path) -> SchemaSpec:
    fields = {f"reading_{n}": {"type": "number", "title": f"Meter {n} of the hall"} for n in range(COUNT)}
    path = tmp_path / "meters.json"
    path.write_text(json.dumps({"type": "object", "properties": fields}), encoding="utf-8")
    return schemas.load(str(path))


def form(spec: SchemaSpec) -> Form:
    lines = tuple(Line(1, n + 1, f"Meter {n} of the hall: {n}.50") for n in range(COUNT))
    (one,) = cut(Document("d.txt", "0" * 64, (Page(1, lines),)), [spec]).forms
    return one


def test_groups_keep_the_budget_and_hold_each_field_once(tmp_path: Path) -> None:
    spec = schema(tmp_path)
    groups = field_groups(spec, "en", 1000)
    assert len(groups) > 3
    assert all(tokens_in(fields_text(group, "en")) <= 1000 for group in groups)
    assert [f.name for group in groups for f in group.fields] == [f.name for f in spec.fields]
    assert field_groups(spec, "en", 100_000) == (spec,)


def test_a_request_carries_the_groups_that_its_text_can_hold(tmp_path: Path) -> None:
    spec = schema(tmp_path)
    asked: list[tuple[set[int], set[int]]] = []

    def respond(request: dict[str, object]) -> Step:
        system, user = (str(m["content"]) for m in request["messages"][:2])  # type: ignore[index]  # a list of messages
        wanted = {n for n in range(COUNT) if f"reading_{n} (" in system}
        shown = {n for n in range(COUNT) if f"Meter {n} of the hall:" in user}
        asked.append((wanted, shown))
        return Step(answer=json.dumps({f"reading_{n}": f"{n}.50" for n in sorted(wanted & shown)}))

    with running(Faults(respond=respond)) as server:
        own = Settings.model_validate(
            {"model": "m", "base_url": server.url, "token_budget": 1000, "prompt_language": "en", "answer_mode": "text"}
        )
        (answer,) = llm.extract([form(spec)], own)
    assert {c.path: c.text for c in answer.candidates} == {f"reading_{n}": f"{n}.50" for n in range(COUNT)}
    assert answer.findings == ()
    chunks = {min(shown) for _, shown in asked}
    assert len(asked) < 2 * len(chunks) + len(field_groups(spec, "en", 1000))
    assert all(wanted & shown for wanted, shown in asked)
