"""A JSON Schema file as a schema: straight to the tree of fields, with the original kept for validation.

References, `allOf` and alternatives of one place are read as one; what they say beyond types, properties and labels is
left to the validation. A field's labels are its `title`, its `x-labels` and its name, as documents spell it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from string import capwords
from typing import Any, NamedTuple

from jsonschema.protocols import Validator

from schemas import json_file
from schemas.fields import CHECK, DERIVED, KEYS, Printed, declared, derivation
from schemas.json_file import Node
from schemas.json_model import model_of
from schemas.json_values import Wanted
from schemas.spec import (
    ANY_NAME,
    Accounts,
    FieldSpec,
    SchemaSpec,
    Structure,
    digest,
    every,
    variants_beside,
    with_variants,
)
from schemas.values import Kind

_NUMBERS = frozenset({"number", "integer"})
_EVERY = frozenset({"object", "array", "string", "boolean", "null"}) | _NUMBERS
_TYPES: dict[type, str] = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


def load(path: Path) -> SchemaSpec:
    """The schema of a file, named after it; raises `LookupError` that says what is wrong, where, and what to do."""
    root, validator = json_file.read(path)
    name = name_of(path)
    place = Place.of([root])
    if place.types() != {"object"}:
        raise root.error('must describe an object, with "type": "object"; put a list below a property of it')
    variants = variants_beside(path)
    fields = _Reader(validator, variants).fields(place, "", in_rows=False)
    own = tuple(place.first(json_file.TITLES) or ())
    titles = (*(own or filter(None, [place.first("title")])), *variants.get("titles", ()))
    unasked = (*(place.first(json_file.UNASKED) or ()), *variants.get("unasked", ()))
    shape = digest([(f.path, f.structure, f.kind, sorted(f.wanted.types if f.wanted else ())) for f in every(fields)])
    accounts: Accounts = place.first(json_file.ACCOUNTS) or "asked"
    labels = digest([titles, unasked, accounts, [repr(f.printed) for f in every(fields)], repr(root.schema)])
    whole = not own and "titles" not in variants
    model = model_of(name, validator)
    return SchemaSpec(
        name, model, titles, fields, (), shape, labels, keeps=True, whole=whole, unasked=unasked, accounts=accounts
    )


def name_of(path: Path) -> str:
    """The name of a file's schema: `Loan List.schema.json` is `Loan_List`."""
    return re.sub(r"\W+", "_", path.name.removesuffix(".json").removesuffix(".schema")).strip("_") or "schema"


class Place(NamedTuple):
    """One place of a record: the subschemas given for it, and with them all that they refer to."""

    given: tuple[Node, ...]
    pieces: tuple[Node, ...]

    @classmethod
    def of(cls, given: list[Node]) -> Place:
        """The place of these subschemas."""
        found: dict[int, Node] = {}
        for node in given:
            _gather(node, found)
        return cls(tuple(given), tuple(found.values()))

    def types(self) -> frozenset[str]:
        """The JSON types that a value can have there, null aside; all of them where nothing is said."""
        told = [types for types in map(_types, self.given) if types != _EVERY]
        here = frozenset[str]().union(*told) if told else _EVERY
        return here - {"null"} - (frozenset({"integer"}) if "number" in here else frozenset())

    def first(self, key: str) -> Any:
        """The nearest value of a keyword."""
        return next((node.schema[key] for node in self.pieces if key in node.schema), None)

    def property_names(self) -> dict[str, list[Node]]:
        """The properties, each with all subschemas that describe it."""
        out: dict[str, list[Node]] = {}
        for node in self.pieces:
            for name in node.schema.get("properties", {}):
                out.setdefault(name, []).append(node.below("properties", name))
        return out

    def items(self) -> Place:
        """The place of each item of a list; items of which nothing is said are texts."""
        return Place.of([node.below("items") for node in self.pieces if isinstance(node.schema.get("items"), dict)])

    def error(self, what: str) -> LookupError:
        """What is wrong there."""
        return self.given[0].error(what)


def _gather(node: Node, found: dict[int, Node]) -> None:
    if not isinstance(node.schema, dict) or id(node.schema) in found:
        return
    found[id(node.schema)] = node
    for group in (_conditions(node), *_alternatives(node)):
        for other in group:
            _gather(other, found)


def _conditions(node: Node) -> list[Node]:
    """What must hold beside the subschema: what it refers to, and its `allOf`."""
    target = node.target()
    return [*([target] if target else []), *(node.below("allOf", n) for n in range(len(node.schema.get("allOf", ()))))]


def _alternatives(node: Node) -> list[list[Node]]:
    keys = [key for key in ("anyOf", "oneOf") if key in node.schema]
    return [[node.below(key, n) for n in range(len(node.schema[key]))] for key in keys]


def _types(node: Node) -> frozenset[str]:
    """The types that a subschema leaves open, as far as its keywords say."""
    if not isinstance(node.schema, dict):
        return _EVERY if node.schema else frozenset()
    found = _own_types(node.schema)
    for other in _conditions(node):
        found &= _types(other)
    for group in _alternatives(node):
        found &= frozenset[str]().union(*map(_types, group))
    return found


_IMPLIED = {"properties": {"object"}, "items": {"array"}, "pattern": {"string"}, "format": {"string"}}


def _own_types(schema: Mapping[str, Any]) -> frozenset[str]:
    if "type" in schema:
        named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return frozenset(named) | (_NUMBERS if "number" in named else frozenset())
    for key, types in _IMPLIED.items():
        if key in schema:
            return frozenset(types)
    members = _enum(schema)
    return frozenset(_type_of(m) for m in members) if members else _EVERY


def _enum(schema: Mapping[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _type_of(value: Any) -> str:
    return _TYPES.get(type(value)) or ("integer" if value == int(value) else "number")


@dataclass(frozen=True)
class _Reader:
    """Makes fields of places: with the validator of the whole, and the variants of labels."""

    validator: Validator
    variants: dict[str, Any]

    def fields(self, place: Place, parent: str, *, in_rows: bool) -> tuple[FieldSpec, ...]:
        """The fields of an object's properties."""
        named = place.property_names()
        if not named:
            raise place.error("names no properties, so there is nothing to read; add properties")
        return tuple(self._field(name, Place.of(given), given[0], parent, in_rows) for name, given in named.items())

    def _field(self, name: str, place: Place, node: Node, parent: str, in_rows: bool) -> FieldSpec:
        if not name or re.search(r"[.\[\]]", name):
            raise node.error("the name of a property must not be empty, nor hold a dot or square brackets; rename it")
        types, path = place.types(), f"{parent}.{name}" if parent else name
        inner = place.items() if types == {"array"} else place
        structure = _structure(place, types, inner)
        children: tuple[FieldSpec, ...] = ()
        values = _map_values(place) if structure == "group" else None
        if values is not None:
            children = (self._map_value(values, path),)
        elif structure in ("group", "rows"):
            below, is_list = (path + "[]", True) if structure == "rows" else (path, False)
            children = self.fields(inner, below, in_rows=is_list)
        kind = "text" if children else _kind(inner)
        members = () if children else _members(inner)
        words = {word: m for m, own in (inner.first(json_file.ENUM_LABELS) or {}).items() for word in own}
        wanted = Wanted(inner.types(), members, self._admitting(place), words)
        description = str(place.first("description") or "")
        told = {key: place.first(key) for key in (DERIVED, CHECK)}
        rule, check = derivation({**told, "description": description})
        here = Printed() if rule else with_variants(_printed(name, place, inner, in_rows), self.variants)
        return FieldSpec(
            name, path, structure, kind, here, children, "" if rule == description else description, wanted,
            pairs=values is not None, derived=rule, check=check,
        )  # fmt: skip

    def _map_value(self, place: Place, path: str) -> FieldSpec:
        """The field that stands for each value of a map: whatever its name, its label is that name."""
        structure = _structure(place, place.types(), place)
        if structure != "scalar":
            raise place.error("the values of a map are single values; name its properties if they are more than that")
        wanted = Wanted(place.types(), _members(place), self._admitting(place), {})
        return FieldSpec(ANY_NAME, f"{path}.{ANY_NAME}", "scalar", _kind(place), Printed(), (), "", wanted)

    def _admitting(self, place: Place) -> Callable[[Any], bool]:
        validators = [self.validator.evolve(schema=node.schema) for node in place.given]
        return lambda value: all(validator.is_valid(value) for validator in validators)


def _map_values(place: Place) -> Place | None:
    """What the values of a map are: an object without properties whose `additionalProperties` are described."""
    given = [node.below("additionalProperties") for node in place.pieces
             if isinstance(node.schema.get("additionalProperties"), dict)]  # fmt: skip
    return Place.of(given) if given and not place.property_names() else None


def _structure(place: Place, types: frozenset[str], inner: Place) -> Structure:
    if not types:
        raise place.error("no value can stand here; name a type")
    if types == {"object"}:
        return "group"
    if types == {"array"}:
        if place.first("prefixItems") or isinstance(place.first("items"), list):
            raise place.error("items by position are not supported; name them as properties of an object")
        if inner.given and inner.types() == {"object"}:
            return "rows"
        if inner.given and inner.types() != _EVERY - {"null"} and inner.types() & {"object", "array"}:
            raise place.error("items are objects or single values; lists of lists, or of both, are not supported")
        return "texts"
    if types & {"object", "array"} and types != _EVERY - {"null", "integer"}:
        raise place.error(f"can be {' or '.join(sorted(types))}; name one, so that a reader knows what stands there")
    return "scalar"


def _kind(place: Place) -> Kind:
    types = place.types()
    if types == {"string"} and place.first("format") == "date":
        return "date"
    if types <= _NUMBERS and types:
        return "amount" if "number" in types else "integer"
    return "text"


def _members(place: Place) -> tuple[str, ...]:
    """The texts of an enum."""
    found = (member for node in place.pieces for member in _enum(node.schema) if isinstance(member, str))
    return tuple(dict.fromkeys(found))


def _printed(name: str, place: Place, inner: Place, in_rows: bool) -> Printed:
    """Where the field is printed: what the schema declares, and its title and name as labels."""
    here = declared({key: value for key in KEYS if (value := place.first(key)) is not None})
    title = str(place.first("title") or "")
    told = [title, *here.column, *here.labels] if in_rows else [title, *here.labels]
    labels = tuple(dict.fromkeys(filter(None, [*told, *spellings(title), *spellings(name)])))
    here = replace(here, vocabulary=here.vocabulary or _members(inner))
    if in_rows:
        return replace(here, labels=(), column=labels)
    # What has a column, too, has labels only to name its row; what stands in brackets behind a label has none.
    return here if here.column or here.suffix_of else replace(here, labels=labels)


def spellings(name: str) -> Iterator[str]:
    """A title or a name as documents print it: `invoiceNo` and `invoice_no` also as `Invoice no`, `Invoice No`, …"""
    if name:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").strip()
        plain = words.lower() if " " in words and words != name else words
        yield from (name, *(how for how in (plain, plain.capitalize(), capwords(plain), plain.upper()) if how))
