"""Two readings of a model: the second asks in another order, and whatever differs is in doubt."""

from __future__ import annotations

import json
from typing import Any

import pytest

import schemas
from extractor.config import Settings
from extractor.document.results import Answer, Record
from extractor.engines.llm.second_reading import beside, turned
from extractor.forms.regions import cut
from extractor.pipeline import process
from tests.engines.llm.test_engine import GOOD, TEXT, document
from tests.fault_server import Faults, Step, running

OTHER = {**GOOD, "project_name": "湖滨步道"}


def read(engine: str, second: dict[str, Any], **more: Any) -> tuple[Record, list[dict[str, Any]]]:
    def respond(request: dict[str, Any]) -> Step:
        fields = request["messages"][0]["content"]
        turned_round = fields.index("rating") < fields.index("project_name")
        return Step(answer=json.dumps(second if turned_round else GOOD, ensure_ascii=False))

    with running(Faults(respond=respond)) as server:
        own = Settings.model_validate({"model": "m", "base_url": server.url, "readings": 2, "corrections": 0, **more})
        result = process(document(TEXT), own, schemas.builtin(), engine)
    return result.records[0], server.faults.requests


def test_two_readings_that_agree_are_no_doubt() -> None:
    record, requests = read("llm", GOOD)
    assert len(requests) == 2
    assert record.usage["calls"] == 2
    assert "two_readers" not in {f.kind for f in record.findings}


def test_a_value_that_the_second_reading_has_differently_is_in_doubt() -> None:
    record, _ = read("llm", OTHER)
    assert [f.path for f in record.findings if f.kind == "two_readers"] == ["project_name"]
    assert record.values["project_name"] == GOOD["project_name"]


def test_the_second_reading_may_be_another_models() -> None:
    _, requests = read("llm", GOOD, second_model="n")
    assert sorted(request["model"] for request in requests) == ["m", "n"]


def test_a_form_is_turned_round_once() -> None:
    (form,) = cut(document(TEXT), schemas.builtin()).forms
    assert turned(form).schema is turned(form).schema
    assert [f.name for f in turned(form).schema.fields] == [f.name for f in form.schema.fields][::-1]


def test_the_usage_of_both_readings_is_added_up() -> None:
    first, second = Answer((), usage={"calls": 1, "prompt_tokens": 10}), Answer((), usage={"calls": 2})
    both = beside(first, second)
    assert both.usage == {"calls": 3, "prompt_tokens": 10}
    assert both.others == (second,)


@pytest.mark.parametrize("readings", [0, 3])
def test_more_than_two_readings_are_refused(readings: int) -> None:
    with pytest.raises(ValueError, match="readings"):
        Settings(readings=readings)
