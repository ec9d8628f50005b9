"""A JSON Schema file: read, held against its meta-schema, every reference in it resolved. Nothing is ever fetched.

All errors are `LookupError`s that name the file, the place in it (a JSON pointer) and what to do.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import exceptions, validators
from jsonschema.protocols import Validator
from referencing import Registry, Specification
from referencing.exceptions import Unresolvable
from referencing.jsonschema import specification_with

from schemas.fields import CHECK, DERIVED, KEYS, declared, derivation

TITLES = "x-titles"
UNASKED = "x-unasked"
ENUM_LABELS = "x-enum-labels"
ACCOUNTS = "x-accounts"
MOST = 20_000
"""So many subschemas are followed; a schema of more (references that double and double again) is refused."""
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords whose values are schemas by name."""
_DATA = frozenset({"enum", "const", "default", "examples", "example", "required", "type"})
"""Keywords whose values are no schemas."""


@dataclass(frozen=True, eq=False)
class Node:
    """A subschema: where it stands, how references in it resolve, and the subschemas on the way to it."""

    file: Path
    schema: Any
    pointer: str
    resolver: Any
    above: frozenset[int]
    counter: Iterator[int]

    def error(self, what: str) -> LookupError:
        """What is wrong here."""
        return LookupError(f"{self.file}: {self.pointer}: {what}")

    def below(self, *steps: str | int) -> Node:
        """The subschema that stands below this one."""
        schema: Any = self.schema
        for step in steps:
            schema = schema[step]
        pointer = self.pointer + "".join(f"/{_escaped(step)}" for step in steps)
        return self._next(schema, pointer, self.resolver)

    def target(self) -> Node | None:
        """The subschema that `$ref` names, if there is one."""
        reference = self.schema.get("$ref")
        if not isinstance(reference, str):
            return None
        try:
            found = self.resolver.lookup(reference)
        except (Unresolvable, ValueError, TypeError, LookupError):
            raise self.error(_unresolved(reference)) from None
        if not isinstance(found.contents, dict | bool):
            raise self.error(f"$ref {reference!r} names something that is no schema; let it name one")
        return self._next(found.contents, reference if reference.startswith("#") else f"({reference})", found.resolver)

    def _next(self, schema: Any, pointer: str, resolver: Any) -> Node:
        if next(self.counter) > MOST:
            raise self.error(
                f"the schema has more than {MOST} parts, counted wherever they are referred to; simplify it"
            )
        above = self.above | {id(self.schema)}
        if isinstance(schema, dict) and id(schema) in above:
            raise self.error(
                "refers to what it is a part of; a form has no endless levels: write down as many as are printed"
            )
        return replace(self, schema=schema, pointer=pointer, resolver=resolver, above=above)


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _unresolved(reference: str) -> str:
    if reference.startswith("#"):
        return f"$ref {reference!r} names nothing in this file; add it, for example below $defs"
    return f"$ref {reference!r} is not in this file, and nothing is fetched or opened; copy it below $defs"


class Read(NamedTuple):
    """A schema file that is in order: its root, and the validator of the original."""

    root: Node
    validator: Validator


def read(path: Path) -> Read:
    """The schema of a file; raises `LookupError` where it cannot be used."""
    try:
        return _read(path)
    except RecursionError:
        raise LookupError(f"{path}: is nested too deeply, or refers to itself without end; simplify it") from None


def _read(path: Path) -> Read:
    schema = _parsed(path)
    dialect = _dialect(path, schema)
    try:
        dialect.check_schema(schema)
    except exceptions.SchemaError as error:
        pointer = "#" + "".join(f"/{_escaped(step)}" for step in error.absolute_path)
        why = "; ".join(each.message for each in error.context or ()) or error.message
        raise LookupError(f"{path}: {pointer}: {why[:300]}; correct it there") from None
    specification: Specification[Any] = specification_with(dialect.META_SCHEMA["$schema"])
    resource = specification.create_resource(schema)
    registry: Registry[Any] = Registry()  # knows this file alone, and retrieves nothing
    root = Node(path, schema, "#", registry.resolver_with_root(resource), frozenset(), count())
    for node in _every(root):
        _check(node)
    validator = dialect(schema, registry=registry, format_checker=dialect.FORMAT_CHECKER)
    validator.is_valid({})  # a reference that leads back to itself shows here
    return Read(root, validator)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LookupError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise LookupError(f"{path}: is not UTF-8; save it as UTF-8") from None
    try:
        schema = json.loads(text, parse_float=Decimal, parse_constant=_refused, object_pairs_hook=_once)
    except ValueError as error:
        raise LookupError(f"{path}: is not JSON: {error}") from None
    if not isinstance(schema, dict):
        raise LookupError(f"{path}: #: a JSON Schema is an object ({{…}}); this is none")
    return schema


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no value of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise ValueError(f"{name!r} stands twice in one object")
        out[name] = value
    return out


DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _dialect(path: Path, schema: dict[str, Any]) -> Any:
    """The validator class of the draft that the schema names; without a name it is draft 2020-12."""
    named = schema.get("$schema", DRAFT)
    known = {str(draft.META_SCHEMA["$schema"]).rstrip("#"): draft for draft in _DRAFTS}
    draft = known.get(named.rstrip("#")) if isinstance(named, str) else None
    if draft is None:
        raise LookupError(f"{path}: #/$schema: no draft {named!r} is known; there are: {', '.join(known)}")
    return draft


_DRAFTS = (
    validators.Draft202012Validator,
    validators.Draft201909Validator,
    validators.Draft7Validator,
    validators.Draft6Validator,
    validators.Draft4Validator,
)


def _every(node: Node) -> Iterator[Node]:
    """A subschema with all that stands in it."""
    if not isinstance(node.schema, dict):
        return
    yield node
    for key, value in node.schema.items():
        if key in _DATA or key.startswith("x-"):
            continue
        if isinstance(value, dict):
            steps = [(key, name) for name in value] if key in _NAMED else [(key,)]
        else:
            steps = [(key, n) for n in range(len(value))] if isinstance(value, list) else []
        for step in steps:
            yield from _every(node.below(*step))


def _check(node: Node) -> None:
    for key in ("$dynamicRef", "$recursiveRef"):
        if key in node.schema:
            raise node.error(f"{key} is not supported; use $ref")
    for key in ("$id", "id"):
        if node.pointer != "#" and isinstance(node.schema.get(key), str):
            raise node.error(f"{key} below the root is not supported; remove it, and refer to the place by #/…")
    node.target()
    try:
        declared(node.schema)
        derivation(node.schema)
        for key in (TITLES, UNASKED):
            texts = node.schema.get(key, [])
            if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
                raise ValueError(f"{key} must be a list of texts, none of them empty")
        _check_own(node.schema)
    except ValueError as error:
        raise node.error(f"{error}; correct it there") from None
    for key in node.schema:
        known = [*KEYS, TITLES, UNASKED, ENUM_LABELS, ACCOUNTS, DERIVED, CHECK]
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.8) if key.startswith("x-") else []
        if close and key not in known:
            raise node.error(f"{key!r} means nothing here; did you mean {close[0]}?")


def _check_own(schema: dict[str, Any]) -> None:
    labels = schema.get(ENUM_LABELS, {})
    lists = labels.values() if isinstance(labels, dict) else [None]
    if not all(isinstance(own, list) and all(isinstance(t, str) and t.strip() for t in own) for own in lists):
        raise ValueError(f"{ENUM_LABELS} must give, for members of the enum, lists of the words that are printed")
    if schema.get(ACCOUNTS, "asked") not in ("asked", "all"):
        raise ValueError(f'{ACCOUNTS} must be "asked" or "all"')
