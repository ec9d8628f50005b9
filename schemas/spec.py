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

from schemas.conventions import POINT, Convention
from schemas.fields import Form, Printed, declared, derivation
from schemas.json_values import Wanted
from schemas.meanings import Meaning
from schemas.relations import Relation
from schemas.values import READINGS, IndicatorValue, Is, Kind

ANY_NAME = "*"
"""The name, in a schema, of the field that stands for all values of a map."""
Structure = Literal["scalar", "group", "rows", "texts"]
Accounts = Literal["all", "asked"]


@dataclass(frozen=True, eq=False)
class FieldSpec:
    """One field: a `scalar`, a `group`, `rows` (list of groups), `texts` (list of text); `path` has `[]` for items.

    `wanted` says how a JSON Schema wants the value; in other schemas its kind says it all. `pairs` says that a group is
    a map of printed names to values, its one child. `derived` is the rule of a value that is not printed, "" for one
    that is; `check` the expression that it must be equal to.
    """

    name: str
    path: str
    structure: Structure
    kind: Kind
    printed: Printed
    children: tuple[FieldSpec, ...] = ()
    description: str = ""
    wanted: Wanted | None = None
    pairs: bool = False
    derived: str = ""
    check: str = ""

    @property
    def comparator(self) -> str:
        """How `eval` compares the field: its kind, `long` for a long text, `boolean` for what is true or false."""
        if self.wanted is not None and self.wanted.is_boolean:
            return "boolean"
        return "long" if self.printed.long else self.kind

    @property
    def interpreted(self) -> bool:
        """Whether a schema may want the value otherwise than it is printed: a member of an enum, a number, a code."""
        if self.wanted is None or self.children or self.derived or self.printed.long:
            return False
        return (
            bool(self.wanted.members or self.description)
            or self.wanted.types - {"null"} != {"string"}
            or (self.kind == "date")
        )

    def readings(self, text: str, convention: Convention = POINT) -> tuple[Any, ...]:
        """The values that a printed text can be, the likeliest first. Raises `ValueError` where it is none."""
        if self.wanted is None:
            return READINGS[self.kind](text, convention)
        return self.wanted.readings(text, self.kind, convention)


@dataclass(frozen=True, eq=False)
class SchemaSpec:
    """A schema as the machinery sees it.

    `keeps` says that a value which the model refuses stays as it is printed; `whole` that a document without a title
    of the schema may be one form of it all the same; `unasked` are labels whose values its records do not hold.
    `accounts` says what residue matters: that of the whole form, or that within what is asked for. `confirmed` are, by
    field, the printed labels that a person confirmed: they prove values, and change nothing that is asked or read.
    `meanings` are, by field, printed words and what they mean, confirmed likewise.
    """

    name: str
    model: type[BaseModel]
    titles: tuple[str, ...]
    fields: tuple[FieldSpec, ...]
    relations: tuple[Relation, ...]
    shape: str
    labels: str
    keeps: bool = False
    whole: bool = False
    unasked: tuple[str, ...] = ()
    accounts: Accounts = "all"
    confirmed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    meanings: tuple[tuple[str, tuple[Meaning, ...]], ...] = ()

    def leaves(self) -> Iterator[FieldSpec]:
        """Every scalar and list of texts, in order."""
        return _leaves(self.fields)

    def field(self, path: str) -> FieldSpec | None:
        """The field of a path (`indicators[3].target` or `indicators[].target`, `rates.Any name` of a map), or None."""
        known, own = _by_path(self), generic(path)
        found = known.get(own)
        return found if found is not None else known.get(f"{own.rpartition('.')[0]}.{ANY_NAME}")


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
    variants = _variants_of(model)
    fields = tuple(_field(n, "", info, variants) for n, info in model.model_fields.items())
    titles: tuple[str, ...] = getattr(model, "titles", ()) + tuple(variants.get("titles", ()))
    relations: tuple[Relation, ...] = getattr(model, "relations", ()) if issubclass(model, Form) else ()
    shape = digest([(f.path, f.structure, f.kind) for f in every(fields)])
    unasked: tuple[str, ...] = getattr(model, "unasked", ()) + tuple(variants.get("unasked", ()))
    accounts: Accounts = getattr(model, "accounts", "asked")
    ways = [(repr(f.printed), f.derived, f.check) for f in every(fields)]
    labels = digest([titles, unasked, ways, repr(relations), accounts])
    return SchemaSpec(
        name, model, titles, fields, relations, shape, labels, whole=not titles, unasked=unasked, accounts=accounts
    )


def every(fields: tuple[FieldSpec, ...]) -> Iterator[FieldSpec]:
    """The fields with all that are in them."""
    for f in fields:
        yield f
        yield from every(f.children)


def digest(what: object) -> str:
    """A short hash of plain data."""
    return hashlib.sha256(json.dumps(what, ensure_ascii=False, default=list).encode()).hexdigest()[:16]


def _variants_of(model: type[BaseModel]) -> dict[str, Any]:
    try:
        return variants_beside(Path(inspect.getfile(model)))
    except (TypeError, OSError):
        return {}


def variants_beside(schema: Path) -> dict[str, Any]:
    """`titles = [...]`, `unasked = [...]`, `[labels] "项目名称" = [variants]`: the TOML beside a schema's file."""
    path = schema.with_suffix(".toml")
    if not path.is_file():
        return {}
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _field(name: str, parent: str, info: FieldInfo, variants: dict[str, Any]) -> FieldSpec:
    path = f"{parent}.{name}" if parent else name
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    here = with_variants(declared(extra), variants)
    inner, is_list, marked = _unwrap(info.annotation)
    description = info.description or ""
    rule, check = derivation({**extra, "description": description})
    if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not IndicatorValue:
        base = path + "[]" if is_list else path
        children = tuple(_field(n, base, i, variants) for n, i in inner.model_fields.items())
        return FieldSpec(name, path, "rows" if is_list else "group", "text", here, children, description)
    kind = _kind(inner, marked, info)
    structure: Structure = "texts" if is_list else "scalar"
    return FieldSpec(name, path, structure, kind, here, (), description, derived=rule, check=check)


def with_variants(here: Printed, variants: dict[str, Any]) -> Printed:
    """The declaration with the variants of its labels."""
    others: dict[str, list[str]] = variants.get("labels", {})

    def wider(labels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v for label in labels for v in (label, *others.get(label, ()))))

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
