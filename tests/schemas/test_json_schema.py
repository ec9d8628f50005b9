"""A JSON Schema file is a schema: its tree of fields, its labels, its values, and what is wrong with a bad one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import schemas
from extractor.accounting.assembly import assemble
from extractor.config import Settings
from extractor.document.results import Candidate
from extractor.engines.llm.answer_schema import answer_model
from extractor.errors import SchemaError
from extractor.runs.fingerprint import fingerprint
from extractor.runs.run import load_schemas
from schemas.json_schema import name_of, spellings
from schemas.spec import SchemaSpec

Load = Callable[..., SchemaSpec]
TEXT: dict[str, Any] = {"type": "string"}


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """The schema with these properties, and whatever else stands beside them."""

    def loaded(properties: dict[str, Any], **more: Any) -> SchemaSpec:
        path = tmp_path / "case.json"
        path.write_text(json.dumps({"type": "object", "properties": properties, **more}), encoding="utf-8")
        schemas.load.cache_clear()
        return schemas.load(str(path))

    return loaded


def tree(spec: SchemaSpec) -> list[tuple[str, str, str]]:
    return [(f.path, f.structure, f.kind) for f in spec.leaves()]


def test_objects_lists_and_references_become_the_tree_of_fields(load: Load) -> None:
    row = {"type": "object", "properties": {"name": TEXT, "price": {"type": "number"}}}
    spec = load(
        {
            "no": TEXT,
            "day": {"type": "string", "format": "date"},
            "party": {"type": "object", "properties": {"city": TEXT, "staff": {"type": "integer"}}},
            "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}},
            "notes": {"type": "array", "items": TEXT},
            "anything": {},
        },
        **{"$defs": {"row": row}},
    )
    assert tree(spec) == [
        ("no", "scalar", "text"),
        ("day", "scalar", "date"),
        ("party.city", "scalar", "text"),
        ("party.staff", "scalar", "integer"),
        ("rows[].name", "scalar", "text"),
        ("rows[].price", "scalar", "amount"),
        ("notes", "texts", "text"),
        ("anything", "scalar", "text"),
    ]
    assert (spec.name, spec.titles, spec.keeps, spec.whole) == ("case", (), True, True)


@pytest.mark.parametrize(
    ("schema", "kind", "types"),
    [
        ({"type": ["number", "null"]}, "amount", {"number"}),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer", {"integer"}),
        ({"oneOf": [{"type": "number"}, {"type": "string"}]}, "text", {"number", "string"}),
        ({"allOf": [{"type": ["number", "string"]}, {"type": ["integer", "null"]}]}, "integer", {"integer"}),
        ({"$ref": "#/$defs/money", "description": "of it all"}, "amount", {"number"}),
        ({"$ref": "#money"}, "amount", {"number"}),
        ({"enum": ["高", "低", None]}, "text", {"string"}),
        ({"const": 3}, "integer", {"integer"}),
        ({"enum": [0.5, 1]}, "amount", {"number"}),
        ({"type": ["boolean", "null"]}, "text", {"boolean"}),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "date", {"string"}),
    ],
    ids=str,
)
def test_types_are_read_through_references_and_alternatives(
    load: Load, schema: dict[str, Any], kind: str, types: set[str]
) -> None:
    spec = load({"a": schema}, **{"$defs": {"money": {"$anchor": "money", "type": "number"}}})
    field = spec.field("a")
    assert field and field.wanted
    assert (field.structure, field.kind) == ("scalar", kind)
    assert field.wanted.types == types


def test_properties_of_all_and_any_branches_stand_side_by_side(load: Load) -> None:
    spec = load(
        {"a": {"allOf": [{"$ref": "#/$defs/named"}, {"type": "object", "properties": {"tel": TEXT}}]}},
        anyOf=[{"properties": {"b": {"const": "x"}}}, {"properties": {"b": {"const": "y"}, "c": TEXT}}],
        **{"$defs": {"named": {"type": "object", "properties": {"name": TEXT}}}},
    )
    assert [f.path for f in spec.leaves()] == ["a.name", "a.tel", "b", "c"]
    b = spec.field("b")
    assert b and b.printed.vocabulary == ("x", "y")


def test_labels_are_the_title_what_is_declared_and_the_name(load: Load) -> None:
    row = {"type": "object", "properties": {"name": {**TEXT, "title": "品名", "x-column": "物品", "x-key": True}}}
    spec = load(
        {
            "shop": {**TEXT, "title": "店名", "x-labels": ["商店"], "description": "who sells"},
            "unitPrice": {"type": "number"},
            "unit": {**TEXT, "enum": ["元", "万元"], "x-suffix-of": ["金额"]},
            "goal": {**TEXT, "x-long": True, "x-alone": True, "x-heading": "目标"},
            "rows": {"type": "array", "title": "明细", "items": row},
        }
    )
    fields = {f.path: f for f in (*spec.fields, *spec.leaves())}
    assert fields["shop"].printed.labels == ("店名", "商店", "shop", "Shop", "SHOP")
    assert fields["shop"].description == "who sells"
    assert fields["unitPrice"].printed.labels[:3] == ("unitPrice", "unit price", "Unit price")
    assert (fields["unit"].printed.labels, fields["unit"].printed.vocabulary) == ((), ("元", "万元"))
    assert fields["goal"].printed.long and fields["goal"].printed.alone
    assert fields["goal"].printed.heading == ("目标",)
    assert fields["rows"].printed.labels[0] == "明细"
    assert fields["rows[].name"].printed.column[:2] == ("品名", "物品")
    assert fields["rows[].name"].printed.labels == () and fields["rows[].name"].printed.key


@pytest.mark.parametrize(
    ("name", "also"),
    [("invoice_no", "Invoice No"), ("invoiceNo", "Invoice no"), ("TOTAL", "TOTAL"), ("借用单位", "借用单位")],
)
def test_names_are_looked_for_as_documents_spell_them(name: str, also: str) -> None:
    assert also in spellings(name)


@pytest.mark.parametrize(
    ("more", "titles", "whole"),
    [
        ({}, (), True),
        ({"title": "登记表"}, ("登记表",), True),
        ({"title": "Registration", "x-titles": ["登记表", "登记单"]}, ("登记表", "登记单"), False),
    ],
)
def test_titles_cut_documents_and_only_declared_ones_must_be_there(
    load: Load, more: dict[str, Any], titles: tuple[str, ...], whole: bool
) -> None:
    spec = load({"a": TEXT}, **more)
    assert (spec.titles, spec.whole) == (titles, whole)


def test_variants_in_the_toml_beside_it_widen_labels_and_titles(load: Load, tmp_path: Path) -> None:
    toml = 'titles = ["价格表"]\nunasked = ["店主"]\n[labels]\n"店名" = ["商铺"]\n'
    (tmp_path / "case.toml").write_text(toml, encoding="utf-8")
    spec = load({"shop": {**TEXT, "title": "店名"}}, title="价目表", **{"x-unasked": ["电话"]})
    assert spec.unasked == ("电话", "店主")
    shop = spec.field("shop")
    assert shop and shop.printed.labels[:2] == ("店名", "商铺")
    assert (spec.titles, spec.whole) == (("价目表", "价格表"), False)


def test_any_change_of_the_file_changes_the_fingerprint(load: Load) -> None:
    def mark(schema: dict[str, Any]) -> tuple[str, str]:
        spec = load({"a": schema})
        return fingerprint(Settings(), [spec], "rules"), spec.shape

    plain, again = mark(TEXT), mark(TEXT)
    shorter, labelled, number = mark({**TEXT, "maxLength": 3}), mark({**TEXT, "title": "甲"}), mark({"type": "number"})
    assert plain == again
    assert len({plain[0], shorter[0], labelled[0], number[0]}) == 4
    assert plain[1] == shorter[1] == labelled[1] != number[1]


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "number"}, "2,317,000.10", 2317000.1),
        ({"type": "number"}, "¥ 3", 3),
        ({"type": "number"}, "0.1", 0.1),
        ({"type": "integer"}, "12人", 12),
        ({"type": "integer"}, "-3", -3),
        ({"type": "integer"}, "1,200.00", 1200),
        ({"type": ["boolean", "null"]}, "是", True),
        ({"type": "boolean"}, "√", True),
        ({"type": "boolean"}, "No", False),
        ({"enum": ["Ａ级", "in progress"]}, "A 级", "Ａ级"),
        ({"enum": ["Ａ级", "in progress"]}, "in progress", "in progress"),
        ({"enum": [1, 2, "x"]}, "2", 2),
        ({"type": "string", "format": "date"}, "2031年5月6日", "2031-05-06"),
        ({"type": ["number", "string"]}, "3.50", "3.50"),
        ({"type": "string"}, "3,500.00", "3,500.00"),
    ],
    ids=str,
)
def test_values_are_given_in_the_type_that_is_wanted(load: Load, schema: dict[str, Any], text: str, value: Any) -> None:
    made = assemble(load({"a": schema}), [Candidate("a", text, ())])
    assert made.findings == ()
    assert made.values == {"a": value}
    assert type(made.values["a"]) is type(value)


@pytest.mark.parametrize(
    ("schema", "text", "says"),
    [
        ({"type": "number"}, "约三万", "not of type 'number'"),
        ({"type": "number"}, "0.12345678901234567890", "not of type 'number'"),
        ({"type": "integer"}, "1.5", "not of type 'integer'"),
        ({"type": "boolean"}, "待定", "not of type 'boolean'"),
        ({"enum": ["高", "低"]}, "中", "is not one of"),
        ({"type": "string", "pattern": "^[A-Z]+$"}, "a1", "does not match"),
        ({"type": "string", "format": "date"}, "五月初", "is not a 'date'"),
        ({"type": "string", "maxLength": 2}, "三个字", "is too long"),
        (
            {"anyOf": [{"type": "number", "maximum": 5}, {"type": "null"}]},
            "7.5",
            "7.5 is greater than",
        ),
        ({"not": {"const": "无"}}, "无", "should not be valid under"),
    ],
    ids=str,
)
def test_what_the_schema_refuses_stays_as_printed_and_is_a_finding(
    load: Load, schema: dict[str, Any], text: str, says: str
) -> None:
    made = assemble(load({"a": schema}), [Candidate("a", text, ())])
    (finding,) = made.findings
    assert (finding.path, finding.about, finding.kind) == ("a", "reading", "schema_refuses")
    assert says in finding.message
    assert str(made.values["a"]) == text


def test_decimals_are_held_against_the_schema_as_they_are_written(load: Load) -> None:
    spec = load({"a": {"type": "number", "multipleOf": 0.01, "maximum": 820.57}})
    assert assemble(spec, [Candidate("a", "820.57", ())]).findings == ()
    assert [f.path for f in assemble(spec, [Candidate("a", "820.575", ())]).findings] == ["a", "a"]


def test_what_is_empty_is_null_where_null_is_admitted_and_else_left_out(load: Load) -> None:
    party = {"type": "object", "properties": {"name": TEXT}, "required": ["name"]}
    spec = load(
        {
            "plain": TEXT,
            "nullable": {"type": ["string", "null"]},
            "party": party,
            "perhaps": {"anyOf": [party, {"type": "null"}]},
            "rows": {"type": "array", "items": party},
            "filled": {"type": "array", "items": TEXT, "minItems": 1},
        }
    )
    made = assemble(spec, [])
    assert made.values == {"nullable": None, "perhaps": None, "rows": []}
    assert made.findings == ()


def test_what_is_required_and_missing_is_a_finding_on_its_own_path(load: Load) -> None:
    row = {"type": "object", "properties": {"name": TEXT, "price": {"type": "number"}}, "required": ["name", "price"]}
    spec = load({"no": TEXT, "rows": {"type": "array", "items": row}}, required=["no", "rows"])
    made = assemble(spec, [Candidate("rows[0].name", "灯", ()), Candidate("rows[1].price", "3", ())])
    assert made.values == {"rows": [{"name": "灯"}, {"price": 3}]}
    assert {f.path for f in made.findings} == {"no", "rows[0].price", "rows[1].name"}


def test_the_model_validates_gold_by_the_original(load: Load) -> None:
    model = load({"a": {"type": "integer"}}, required=["a"], additionalProperties=False).model
    assert model.model_validate({"a": 3.0}).model_dump() == {"a": 3.0}
    with pytest.raises(ValidationError, match="'a' is a required property"):
        model.model_validate({})
    with pytest.raises(ValidationError, match="Additional properties"):
        model.model_validate({"a": 1, "b": 2})


def test_older_drafts_and_their_definitions_are_read(load: Load) -> None:
    spec = load(
        {"a": {"$ref": "#/definitions/money"}},
        **{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"money": {"type": "number"}}},
    )
    assert tree(spec) == [("a", "scalar", "amount")]


def test_a_part_may_serve_several_places(load: Load) -> None:
    named = {"type": "object", "properties": {"name": TEXT}}
    spec = load(
        {"lender": {"$ref": "#/$defs/named"}, "borrower": {"$ref": "#/$defs/named"}},
        allOf=[{"$ref": "#/$defs/named"}],
        **{"$defs": {"named": named}},
    )
    assert [f.path for f in spec.leaves()] == ["lender.name", "borrower.name", "name"]


def test_properties_may_have_names_that_models_have_of_their_own(load: Load) -> None:
    names = ["_id", "copy", "json", "schema", "model_config", "shape", "validator", "__class__", "2nd name", "a/b"]
    spec = load(dict.fromkeys(names, TEXT))
    answered = dict.fromkeys(names, "x")
    assert answer_model(spec).model_validate(answered).model_dump(exclude_none=True) == answered
    made = assemble(spec, [Candidate(name, "x", ()) for name in names])
    assert (made.values, made.findings) == (answered, ())


OBJECT = '{"type": "object", "properties": {"a": %s}}'
ENDLESS = {"type": "object", "properties": {"a": TEXT, "kids": {"type": "array", "items": {"$ref": "#"}}}}
DOUBLING = {
    "type": "object",
    "properties": {"a": {"$ref": "#/$defs/d0"}},
    "$defs": {
        **{
            f"d{n}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/d{n + 1}"} for k in "xyz"}}
            for n in range(20)
        },
        "d20": TEXT,
    },
}


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("{", "", "is not JSON"),
        ("", "", "is not JSON"),
        ("[1]", "#", "is an object"),
        ("{}", "#", '"type": "object"'),
        ('{"type": "object"}', "#", "add properties"),
        ('{"type": "array", "items": {"type": "string"}}', "#", "put a list below a property"),
        ('{"type": "object", "type": "object"}', "", "stands twice"),
        (
            '{"$schema": "https://example.org/mine", "type": "object"}',
            "#/$schema",
            "there are: https://json-schema.org",
        ),
        (OBJECT % '{"type": "strin"}', "#/properties/a/type", "'strin' is not one of"),
        (OBJECT % '{"type": "string", "pattern": "("}', "#/properties/a/pattern", "is not a 'regex'"),
        (OBJECT % '{"enum": "x"}', "#/properties/a/enum", "not of type 'array'"),
        (OBJECT % '{"$ref": "#/$defs/none"}', "#/properties/a", "add it, for example below $defs"),
        (OBJECT % '{"not": {"$ref": "#/$defs/none"}}', "#/properties/a/not", "names nothing in this file"),
        (OBJECT % '{"$ref": "http://127.0.0.1:9/x.json"}', "#/properties/a", "nothing is fetched"),
        (OBJECT % '{"$ref": "../../../../etc/passwd"}', "#/properties/a", "nothing is fetched or opened"),
        (OBJECT % '{"$id": "other.json"}', "#/properties/a", "remove it"),
        (OBJECT % '{"$dynamicRef": "#a"}', "#/properties/a", "use $ref"),
        (OBJECT % '{"type": ["object", "string"]}', "#/properties/a", "name one"),
        (OBJECT % '{"allOf": [{"type": "string"}, {"type": "number"}]}', "#/properties/a", "no value can stand here"),
        (OBJECT % "false", "#/properties/a", "no value can stand here"),
        (OBJECT % '{"type": "null"}', "#/properties/a", "no value can stand here"),
        (OBJECT % '{"type": "object"}', "#/properties/a", "add properties"),
        (OBJECT % '{"type": "array", "items": {"type": "array"}}', "#/properties/a", "lists of lists"),
        (OBJECT % '{"type": "array", "prefixItems": [{}]}', "#/properties/a", "items by position"),
        (OBJECT % '{"x-labels": [3]}', "#/properties/a", "x-labels must be a text or a list of texts"),
        (OBJECT % '{"x-key": "yes"}', "#/properties/a", "x-key must be true or false"),
        (OBJECT % '{"x-pattern": "("}', "#/properties/a", "no regular expression"),
        (OBJECT % '{"x-lables": ["甲"]}', "#/properties/a", "did you mean x-labels?"),
        ('{"type": "object", "properties": {"a.b": {}}}', "#/properties/a.b", "rename it"),
        ('{"type": "object", "properties": {"a": {}}, "x-titles": "登记表"}', "#", "x-titles must be a list"),
        ('{"type": "object", "properties": {"a": {}}, "x-unasked": [""]}', "#", "x-unasked must be a list"),
        (json.dumps(ENDLESS), "#/properties/kids/items", "a form has no endless levels"),
        (OBJECT % '{"$ref": "#/properties/a"}', "#/properties/a", "endless levels"),
        (json.dumps(DOUBLING), "", "simplify it"),
        ("[" * 100_000, "", "nested too deeply"),
    ],
    ids=range(35),
)
def test_a_bad_file_is_refused_with_its_name_the_place_and_what_to_do(
    tmp_path: Path, text: str, place: str, says: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        load_schemas([str(path)])
    message = str(caught.value)
    assert message.startswith(f"{path}: {place}: " if place else f"{path}: ")
    assert says in message


def test_a_missing_file_and_one_that_is_no_utf8_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be read: No such file"):
        load_schemas([str(tmp_path / "none.json")])
    (tmp_path / "latin.json").write_bytes(b'{"title": "\xe9"}')
    with pytest.raises(SchemaError, match="save it as UTF-8"):
        load_schemas([str(tmp_path / "latin.json")])


def test_names_come_from_the_file_and_are_unlike_each_other(tmp_path: Path) -> None:
    assert name_of(Path("Loan List.schema.json")) == "Loan_List"
    assert name_of(Path("借用.json")) == "借用"
    for folder, name in (("one", "loan"), ("two", "loan"), ("one", "table")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.json").write_text(OBJECT % "{}", encoding="utf-8")
    with pytest.raises(SchemaError, match="two schemas are named 'loan'"):
        load_schemas([str(tmp_path / "one" / "loan.json"), str(tmp_path / "two" / "loan.json")])
    with pytest.raises(SchemaError, match="a built-in schema is named 'table'"):
        load_schemas([str(tmp_path / "one" / "table.json")])
