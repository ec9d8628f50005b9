"""The label variants beside the models: their keys are labels of the model, and none of them is a value."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

import schemas
from schemas.spec import FieldSpec
from schemas.values import fold
from tests.paths import ROOT

NAMES = ("project_target", "self_evaluation", "department_target")


def variants(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "schemas" / f"{name}.toml").read_text(encoding="utf-8"))


def declared(model: type[Any]) -> str:
    return json.dumps(model.model_json_schema(), ensure_ascii=False)


def every_field(fields: tuple[FieldSpec, ...]) -> Iterator[FieldSpec]:
    for field in fields:
        yield field
        yield from every_field(field.children)


@pytest.mark.parametrize("name", NAMES)
def test_each_key_is_a_label_of_the_model(name: str) -> None:
    printed = declared(schemas.load(name).model)
    missing = [key for key in variants(name)["labels"] if json.dumps(key, ensure_ascii=False) not in printed]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_each_variant_reaches_a_field(name: str) -> None:
    spec = schemas.load(name)
    reached = {label for field in every_field(spec.fields) for label in (*field.printed.labels, *field.printed.column)}
    wanted = {label for labels in variants(name)["labels"].values() for label in labels}
    assert wanted <= reached
    assert set(variants(name)["titles"]) <= set(spec.titles)


@pytest.mark.parametrize("name", NAMES)
def test_no_variant_is_a_value_of_the_samples(name: str) -> None:
    labels = {fold(label) for labels in variants(name)["labels"].values() for label in labels}
    labels |= {fold(title) for title in variants(name)["titles"]}
    assert labels & set(sample_texts()) == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_variant_is_in_a_closed_vocabulary(name: str) -> None:
    labels = {label for labels in variants(name)["labels"].values() for label in labels}
    words = {word for field in every_field(schemas.load(name).fields) for word in field.printed.vocabulary}
    assert labels & words == set()


def sample_texts() -> Iterator[str]:
    for path in sorted((ROOT / "eval" / "gold").glob("*.gold.json")):
        yield from texts(json.loads(path.read_text(encoding="utf-8"))["forms"])


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield fold(value)
