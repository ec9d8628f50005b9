"""Reads a pydantic model into the tree of fields that everything else works from.

Specs are compared by identity (there is one a model): they are the keys of caches on the hottest ways.

One model gives the places where the rules engine looks, the prompt's field list, the comparators of `eval`,
the columns of the exports. Two hashes: `shape` of what a record looks like, `labels` of how it is printed.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import tomllib
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.fields import Form, Printed
from schemas.relations import Relation
from schemas.values import IndicatorValue, Is, Kind

Structure = Literal["scalar", "group", "rows", "texts"]


@dataclass(frozen=True, eq=False)
class FieldSpec:
    """One field: a `scalar`, a `group`, `rows` (list of groups), `texts` (list of text); `path` has `[]` for items."""

    name: str
    path: str
    structure: Structure
    kind: Kind
    printed: Printed
    children: tuple[FieldSpec, ...] = ()
    description: str = ""

    @property
    def comparator(self) -> str:
        """How `eval` compares the field: its kind, or `long` for a long text."""
        return "long" if self.printed.long else self.kind


@dataclass(frozen=True, eq=False)
class SchemaSpec:
    """A schema as the machinery sees it."""

    name: str
    model: type[BaseModel]
    titles: tuple[str, ...]
    fields: tuple[FieldSpec, ...]
    relations: tuple[Relation, ...]
    shape: str
    labels: str

    def leaves(self) -> Iterator[FieldSpec]:
        """Every scalar and list of texts, in order."""
        return _leaves(self.fields)

    def field(self, path: str) -> FieldSpec | None:
        """The field of a path (`indicators[3].target` or `indicators[].target`), or None."""
        return _by_path(self).get(generic(path))


@lru_cache(maxsize=8192)
def generic(path: str) -> str:
    """The path with every index dropped: `indicators[3].target` → `indicators[].target`."""
    return _INDEX.sub("[]", path)


_INDEX = re.compile(r"\[\d+\]")


@cache
def _by_path(spec: SchemaSpec) -> dict[str, FieldSpec]:
    out: dict[str, FieldSpec] = {}

    def walk(fields: tuple[FieldSpec, ...]) -> None:
        for f in fields:
            out[f.path] = f
            if f.structure == "texts":
                out[f.path + "[]"] = f
            walk(f.children)

    walk(spec.fields)
    return out


def _leaves(fields: tuple[FieldSpec, ...]) -> Iterator[FieldSpec]:
    for f in fields:
        if f.children:
            yield from _leaves(f.children)
        else:
            yield f


@cache
def spec_of(model: type[BaseModel], name: str) -> SchemaSpec:
    """The spec of a model, with the label variants of the TOML file that stands beside its module, if there is one."""
    variants = _variants(model)
    fields = tuple(_field(n, "", info, variants) for n, info in model.model_fields.items())
    titles: tuple[str, ...] = getattr(model, "titles", ()) + tuple(variants.get("titles", ()))
    relations: tuple[Relation, ...] = getattr(model, "relations", ()) if issubclass(model, Form) else ()
    shape = _digest([(f.path, f.structure, f.kind) for f in _all(fields)])
    labels = _digest([titles, [repr(f.printed) for f in _all(fields)], repr(relations)])
    return SchemaSpec(name, model, titles, fields, relations, shape, labels)


def _all(fields: tuple[FieldSpec, ...]) -> Iterator[FieldSpec]:
    for f in fields:
        yield f
        yield from _all(f.children)


def _digest(what: object) -> str:
    return hashlib.sha256(json.dumps(what, ensure_ascii=False, default=list).encode()).hexdigest()[:16]


def _variants(model: type[BaseModel]) -> dict[str, Any]:
    """`titles = [...]` and `[labels] "项目名称" = [variants]` from the TOML beside the model's module."""
    try:
        path = Path(inspect.getfile(model)).with_suffix(".toml")
    except (TypeError, OSError):
        return {}
    if not path.is_file():
        return {}
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _field(name: str, parent: str, info: FieldInfo, variants: dict[str, Any]) -> FieldSpec:
    path = f"{parent}.{name}" if parent else name
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    declared: Any = extra.get("printed", {})
    arguments: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in declared.items()}
    here = Printed(**arguments)
    here = _with_variants(here, variants.get("labels", {}))
    inner, is_list, marked = _unwrap(info.annotation)
    description = info.description or ""
    if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not IndicatorValue:
        base = path + "[]" if is_list else path
        children = tuple(_field(n, base, i, variants) for n, i in inner.model_fields.items())
        return FieldSpec(name, path, "rows" if is_list else "group", "text", here, children, description)
    return FieldSpec(name, path, "texts" if is_list else "scalar", _kind(inner, marked, info), here, (), description)


def _with_variants(here: Printed, variants: dict[str, list[str]]) -> Printed:
    def wider(labels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v for label in labels for v in (label, *variants.get(label, ()))))

    return replace(
        here,
        labels=wider(here.labels),
        heading=wider(here.heading),
        column=wider(here.column),
        suffix_of=wider(here.suffix_of),
    )


def _unwrap(annotation: Any) -> tuple[Any, bool, Kind | None]:
    """The inner type of `X | None`, `list[X]`, `Annotated[X, ...]`; whether it is a list; the kind marked on it."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        inner, is_list, kind = _unwrap(args[0])
        return inner, is_list, next((m.kind for m in args[1:] if isinstance(m, Is)), kind)
    if origin in (typing.Union, types.UnionType):
        return _unwrap(next(a for a in args if a is not type(None)))
    if origin in (list, tuple):
        inner, _, kind = _unwrap(args[0])
        return inner, True, kind
    return annotation, False, None


def _kind(inner: Any, marked: Kind | None, info: FieldInfo) -> Kind:
    if inner is IndicatorValue:
        return "indicator"
    if inner is int:
        return "integer"
    if marked is None:
        marked = next((m.kind for m in info.metadata if isinstance(m, Is)), None)
    return marked or "text"
