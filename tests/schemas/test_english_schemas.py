"""The English schemas: chosen by name alone, shown by `extractor schemas`, whole documents without a title as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import schemas
from extractor.cli import main
from tests.schemas.test_spec import paths_of

ENGLISH = ("invoice", "receipt", "bank_statement", "purchase_order", "lab_report")


def test_a_run_without_a_named_schema_does_not_look_for_them() -> None:
    assert not {spec.name for spec in schemas.builtin()} & set(ENGLISH)
    assert {spec.name for spec in schemas.every()} >= set(ENGLISH)
    assert schemas.every()[-1].name == "table"


def test_the_command_shows_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas"]) == 0
    printed = capsys.readouterr().out.splitlines()
    heads = [line.partition(":")[0] for line in printed if not line.startswith(" ")]
    assert heads == list(schemas.SCHEMAS)


def test_the_command_shows_one_of_them_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "--schema", "invoice"]) == 0
    printed = capsys.readouterr().out
    assert "invoice_number (text): Invoice Number | Invoice No" in printed
    assert "invoice: the whole document, if named" in printed
    assert "patient_name" not in printed


@pytest.mark.parametrize("name", ENGLISH)
def test_the_whole_document_is_a_form_of_it_since_the_letterhead_stands_above_the_title(name: str) -> None:
    spec = schemas.load(name)
    assert spec.titles == ()
    assert spec.whole


@pytest.mark.parametrize("name", ENGLISH)
def test_every_relation_names_fields_that_there_are(name: str) -> None:
    spec = schemas.load(name)
    assert spec.relations
    assert [path for relation in spec.relations for path in paths_of(relation) if spec.field(path) is None] == []


@pytest.mark.parametrize("name", ENGLISH)
def test_no_label_is_given_to_two_fields_of_one_place(name: str) -> None:
    spec = schemas.load(name)
    single = [label for field in spec.fields for label in field.printed.labels]
    assert sorted(single) == sorted(set(single))
    for rows in (field for field in spec.fields if field.structure == "rows"):
        columns = [label for field in rows.children for label in field.printed.column]
        assert sorted(columns) == sorted(set(columns))


def test_a_file_of_ones_own_may_have_the_name_of_a_schema_that_is_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "invoice.json"
    path.write_text(json.dumps({"type": "object", "properties": {"number": {"type": "string"}}}))
    assert [field.path for field in schemas.load(str(path)).fields] == ["number"]
