"""Bundles: each page of a document of several schemas is read by the schema whose labels stand on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import schemas
from extractor.document.layout import Block
from extractor.document.results import DocumentResult
from extractor.forms.page_parts import parts
from extractor.forms.regions import rows_of
from schemas.spec import SchemaSpec
from tests.form_cases import grid, lines, paged, result_of

FERRY = {"ferry": "Ferry", "berths": "Berths", "skipper": "Skipper", "harbour": "Harbour"}
CROP = {"field": "Field", "crop": "Crop", "sown": "Sown"}


@pytest.fixture
def specs(tmp_path: Path) -> list[SchemaSpec]:
    """Two schemas of a stranger: labels of single values, and a list of trips."""
    trips = {"type": "array", "items": {"type": "object", "properties": {"port": {"title": "Port", "type": "string"}}}}
    out = []
    for name, fields, lists in (("ferry", FERRY, {"trips": trips}), ("crop", CROP, {})):
        properties = {field: {"type": "string", "title": label} for field, label in fields.items()} | lists
        (tmp_path / f"{name}.json").write_text(
            json.dumps({"type": "object", "properties": properties}), encoding="utf-8"
        )
        out.append(schemas.load(str(tmp_path / f"{name}.json")))
    return out


def ferry(name: str, page: int) -> list[Block]:
    return lines(f"Ferry: {name}", "Berths: 12", "Skipper: Ann Lowe", page=page)


def crop(page: int) -> list[Block]:
    return lines("Field: North Acre", "Crop: Oats", "Sown: in March", page=page)


def read(specs: list[SchemaSpec], *pages: list[Block]) -> DocumentResult:
    return result_of(paged(*pages), [*specs, schemas.load("table")])


def found(specs: list[SchemaSpec], *pages: list[Block]) -> list[tuple[str, list[int]]]:
    """The schema of each part, and its pages."""
    return [
        (part.schema.name if part.schema else "", sorted({row.page for row in part.rows}))
        for part in parts(rows_of(paged(*pages)), specs)
    ]


def test_each_page_is_read_by_its_schema_and_one_that_none_fits_is_listed(specs: list[SchemaSpec]) -> None:
    result = read(specs, ferry("Marrow", 1), crop(2), lines("Minutes of a meeting", page=3), ferry("Selk", 4))
    values = [(record.schema, next(iter(record.values.values()))) for record in result.records]
    assert values == [("ferry", "Marrow"), ("crop", "North Acre"), ("ferry", "Selk")]
    assert [line.text for line in result.unclaimed] == ["Minutes of a meeting"]
    assert [(f.kind, f.message[:7]) for f in result.findings] == [("page_unknown", "page 3:")]
    assert not result.settled


def test_a_bundle_whose_pages_all_fit_is_settled(specs: list[SchemaSpec]) -> None:
    result = read(specs, ferry("Marrow", 1), crop(2))
    assert [record.schema for record in result.records] == ["ferry", "crop"]
    assert result.settled and not result.findings


def test_a_page_that_says_the_head_again_with_other_values_is_another_form(specs: list[SchemaSpec]) -> None:
    assert found(specs, ferry("Marrow", 1), ferry("Selk", 2), crop(3)) == [
        ("ferry", [1]), ("ferry", [2]), ("crop", [3]),
    ]  # fmt: skip
    assert found(specs, ferry("Marrow", 1), ferry("Marrow", 2), crop(3)) == [("ferry", [1, 2]), ("crop", [3])]


def test_a_page_with_few_labels_goes_on_with_the_form_before_it(specs: list[SchemaSpec]) -> None:
    more = lines("Harbour: Stane", "Berths are let by the day.", page=2)
    assert found(specs, ferry("Marrow", 1), more, crop(3)) == [("ferry", [1, 2]), ("crop", [3])]


def test_a_table_that_goes_on_belongs_to_the_form_before_it(specs: list[SchemaSpec]) -> None:
    ports = [*ferry("Marrow", 1), grid(["Port", "Day"], ["Stane", "Monday"])]
    same, other = grid(["Orrin", "Friday"], page=2), grid(["a", "b", "c"], page=2)
    assert found(specs, ports, [same], crop(3)) == [("ferry", [1, 2]), ("crop", [3])]
    assert found(specs, ports, [other], crop(3)) == [("ferry", [1]), ("", [2]), ("crop", [3])]


def test_one_label_is_a_word_of_any_text_and_two_tell_a_schema(specs: list[SchemaSpec]) -> None:
    one, two = lines("Crop: good", page=2), lines("Crop: good", "Sown: in March", page=2)
    assert found(specs, ferry("Marrow", 1), one, lines("The end.", page=3)) == []
    assert found(specs, ferry("Marrow", 1), two) == [("ferry", [1]), ("crop", [2])]


def test_pages_of_one_schema_alone_are_no_bundle(specs: list[SchemaSpec]) -> None:
    assert found(specs, ferry("Marrow", 1), ferry("Selk", 2)) == []
    assert found(specs[:1], ferry("Marrow", 1), crop(2)) == []


def test_where_two_schemas_fit_alike_the_one_of_the_page_before_goes_on(specs: list[SchemaSpec]) -> None:
    both = lines("Skipper: Jo Peat", "Harbour: Stane", "Field: Low End", "Crop: Rye", page=3)
    assert found(specs, ferry("Marrow", 1), crop(2), both)[-1][0] == "crop"
