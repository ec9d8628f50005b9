"""One model becomes the tree of fields that everything else works from; variants and user schemas come in as files."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

import schemas
from schemas.fields import Form, Part, printed
from schemas.spec import generic, spec_of
from schemas.values import Amount, Day, IndicatorValue

MODULE = """
from typing import ClassVar
from schemas.fields import Form, Part, printed
from schemas.values import Amount

class Item(Part):
    name: str | None = printed(column="品名", key=True)
    price: Amount | None = printed(column="{column}")

class PriceList(Form):
    titles: ClassVar[tuple[str, ...]] = ("价目表",)
    shop: str | None = printed("{label}", key=True)
    items: list[Item] = printed("价目", many=True)
    {more}
"""


class Row(Part):
    word: str | None = printed(column="词", spans=True)
    target: IndicatorValue | None = printed(column="目标")


class Money(Part):
    total: Amount | None = printed("合计")


class Sheet(Form):
    titles = ("样表",)

    name: str | None = printed("名称", key=True, description="who it is")
    day: Day | None = printed("日期")
    count: int | None = printed("数量")
    money: Money = printed("资金")
    rows: list[Row] = printed("明细", many=True)
    notes: list[str] = printed("备注", many=True, long=True)


def module(folder: Path, name: str, label: str = "店名", column: str = "单价", more: str = "") -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(MODULE.format(label=label, column=column, more=more), encoding="utf-8")
    module_spec = importlib.util.spec_from_file_location(f"price_{name}", path)
    assert module_spec and module_spec.loader
    loaded = importlib.util.module_from_spec(module_spec)
    sys.modules[module_spec.name] = loaded
    module_spec.loader.exec_module(loaded)
    return loaded


def test_paths_structures_and_kinds_come_from_the_annotations() -> None:
    spec = spec_of(Sheet, "sheet")
    assert [(f.path, f.structure, f.kind) for f in spec.leaves()] == [
        ("name", "scalar", "text"),
        ("day", "scalar", "date"),
        ("count", "scalar", "integer"),
        ("money.total", "scalar", "amount"),
        ("rows[].word", "scalar", "text"),
        ("rows[].target", "scalar", "indicator"),
        ("notes", "texts", "text"),
    ]
    assert spec.titles == ("样表",)


def test_a_field_is_found_by_its_path_with_or_without_numbers() -> None:
    spec = spec_of(Sheet, "sheet")
    assert spec.field("rows[12].target") is spec.field("rows[].target") is not None
    assert spec.field("notes[3]") is spec.field("notes") is not None
    assert spec.field("rows[0].nothing") is None
    assert generic("a[3].b[14]") == "a[].b[]"


def test_a_field_says_how_it_is_compared() -> None:
    spec = spec_of(Sheet, "sheet")
    assert [f.comparator for f in spec.leaves()] == ["text", "date", "integer", "amount", "text", "indicator", "long"]
    name = spec.field("name")
    assert name is not None
    assert (name.description, name.printed.labels, name.printed.key) == ("who it is", ("名称",), True)


def test_there_is_one_spec_a_model() -> None:
    assert spec_of(Sheet, "sheet") is spec_of(Sheet, "sheet")
    assert schemas.load("project_target") is schemas.builtin()[0]


def test_the_built_in_schemas_end_with_the_table() -> None:
    assert [s.name for s in schemas.builtin()] == ["project_target", "self_evaluation", "department_target", "table"]
    assert all(s.titles for s in schemas.builtin()[:-1])


def test_every_relation_names_fields_that_there_are() -> None:
    for spec in schemas.builtin():
        for relation in spec.relations:
            for path in paths_of(relation):
                assert spec.field(path) is not None, f"{spec.name}: {relation}"


def paths_of(relation: object) -> list[str]:
    names = ("value", "limit", "percent", "part", "whole", "first", "then", "upper", "lower", "beside", "parts")
    out = []
    for name in names:
        value = getattr(relation, name, ())
        out += [value] if isinstance(value, str) and value else list(value)
    total = getattr(relation, "total", "")
    return out + [total] * (not total.isdigit() and bool(total))


def test_variants_beside_the_module_widen_labels_and_titles(tmp_path: Path) -> None:
    (tmp_path / "wide.toml").write_text(
        'titles = ["价格表"]\n[labels]\n"店名" = ["商店名称"]\n"单价" = ["价格"]\n', encoding="utf-8"
    )
    spec = spec_of(module(tmp_path, "wide").PriceList, "wide")
    shop, price = spec.field("shop"), spec.field("items[].price")
    assert shop and price
    assert spec.titles == ("价目表", "价格表")
    assert shop.printed.labels == ("店名", "商店名称")
    assert price.printed.column == ("单价", "价格")


def test_a_new_label_changes_the_labels_and_not_the_shape(tmp_path: Path) -> None:
    one = spec_of(module(tmp_path, "one").PriceList, "price_list")
    (tmp_path / "other.toml").write_text('[labels]\n"店名" = ["商店名称"]\n', encoding="utf-8")
    other = spec_of(module(tmp_path, "other").PriceList, "price_list")
    renamed = spec_of(module(tmp_path, "renamed", column="价格").PriceList, "price_list")
    (tmp_path / "aside.toml").write_text('unasked = ["店主"]\n', encoding="utf-8")
    aside = spec_of(module(tmp_path, "aside").PriceList, "price_list")
    assert aside.unasked == ("店主",)
    assert one.shape == other.shape == renamed.shape == aside.shape
    assert len({one.labels, other.labels, renamed.labels, aside.labels}) == 4


def test_a_new_field_changes_the_shape(tmp_path: Path) -> None:
    one = spec_of(module(tmp_path, "before").PriceList, "price_list")
    more = spec_of(module(tmp_path, "after", more='street: str | None = printed("街道")').PriceList, "price_list")
    assert one.shape != more.shape


def test_the_same_model_has_the_same_hashes_in_another_file(tmp_path: Path) -> None:
    one = spec_of(module(tmp_path, "first").PriceList, "price_list")
    two = spec_of(module(tmp_path, "second").PriceList, "price_list")
    assert (one.shape, one.labels) == (two.shape, two.labels)


def test_a_person_gives_a_schema_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.py"
    path.write_text(MODULE.format(label="店名", column="单价", more=""), encoding="utf-8")
    spec = schemas.load(f"{path}:PriceList")
    assert spec.name == "price_list"
    assert [f.path for f in spec.leaves()] == ["shop", "items[].name", "items[].price"]


def test_a_plain_pydantic_model_is_a_schema_too(tmp_path: Path) -> None:
    path = tmp_path / "plain.py"
    path.write_text("from pydantic import BaseModel\n\nclass Plain(BaseModel):\n    name: str | None = None\n")
    spec = schemas.load(f"{path}:Plain")
    assert (spec.name, spec.titles, [f.path for f in spec.leaves()]) == ("plain", (), ["name"])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nonsense", "project_target, self_evaluation, department_target, invoice, .*, table"),
        ("missing.py:Model", "no such schema file"),
        ("{folder}/broken.py:Model", "SyntaxError"),
        ("{folder}/other.py:Model", "no pydantic model named 'Model'"),
        ("{folder}/other.py:NUMBER", "no pydantic model named 'NUMBER'"),
    ],
)
def test_a_schema_that_cannot_be_used_says_why(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "broken.py").write_text("class :\n")
    (tmp_path / "other.py").write_text("NUMBER = 3\n")
    with pytest.raises(LookupError, match=says):
        schemas.load(name.format(folder=tmp_path))


def test_two_user_schemas_of_the_same_file_name_stay_apart(tmp_path: Path) -> None:
    paths = [tmp_path / name / "schema.py" for name in ("a", "b")]
    for path, label in zip(paths, ("店名", "商号"), strict=True):
        path.parent.mkdir()
        path.write_text(MODULE.format(label=label, column="单价", more=""), encoding="utf-8")
    shops = [schemas.load(f"{path}:PriceList").field("shop") for path in paths]
    assert [shop.printed.labels for shop in shops if shop] == [("店名",), ("商号",)]


def test_each_field_of_a_model_has_its_spec() -> None:
    for spec in schemas.builtin():
        assert issubclass(spec.model, BaseModel)
        assert set(spec.model.model_fields) == {f.name for f in spec.fields}
