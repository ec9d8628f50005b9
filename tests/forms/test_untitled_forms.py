"""Forms without a title are of the schema whose labels stand in them; where two know as many, the form is in doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import schemas
from extractor.document.layout import Block
from extractor.document.results import Record
from schemas.spec import SchemaSpec
from tests.form_cases import lines, paged, result_of

SMALL = ("Berth", "Ferry", "Skipper")
LARGE = ("Berth", "Ferry", "Harbour", "Cargo", "Tide", "Buoy")


@pytest.fixture
def specs(tmp_path: Path) -> list[SchemaSpec]:
    """Two schemas that share two labels."""
    for name, labels in (("crossing", SMALL), ("landing", LARGE)):
        fields = {label.lower(): {"type": "string", "title": label} for label in labels}
        schema = {"title": name, "type": "object", "properties": fields}
        (tmp_path / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    return [schemas.load(str(tmp_path / f"{name}.json")) for name in ("crossing", "landing")]


def page(number: int, *labels: str) -> list[Block]:
    return lines(*(f"{label}: {label[::-1]}" for label in labels), page=number)


def read(specs: list[SchemaSpec], *labels: str) -> Record:
    (record,) = result_of(paged(page(1, *labels)), specs).records
    return record


def test_a_form_of_which_another_schema_knows_as_many_labels_has_no_settled_value(specs: list[SchemaSpec]) -> None:
    record = read(specs, "Berth", "Ferry")
    assert record.schema == "crossing"
    assert record.unsettled[0] == ""
    assert "schema_unclear" in {f.kind for f in record.findings}


def test_a_form_of_which_one_schema_knows_more_is_not_in_doubt_for_that(specs: list[SchemaSpec]) -> None:
    for labels, name in ((SMALL, "crossing"), (LARGE, "landing")):
        record = read(specs, *labels)
        assert record.schema == name
        assert "" not in record.unsettled
    assert "" not in read(specs[:1], "Berth", "Ferry").unsettled


def test_a_page_of_a_bundle_that_two_schemas_know_alike_is_in_doubt(specs: list[SchemaSpec]) -> None:
    first, second = result_of(paged(page(1, "Berth", "Ferry"), page(2, *LARGE)), specs).records
    assert (first.schema, second.schema) == ("crossing", "landing")
    assert first.unsettled[0] == ""
    assert "" not in second.unsettled
