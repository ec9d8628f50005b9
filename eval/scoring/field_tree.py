"""The tree of fields that scoring walks: a schema's fields with an indicator value's parts as leaves of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from schemas.spec import FieldSpec, SchemaSpec

Structure = Literal["scalar", "group", "rows", "texts"]

INDICATOR = (("text", "text"), ("operator", "text"), ("value", "amount"), ("unit", "text"))
"""The leaves of an indicator value and their comparators."""


@dataclass(frozen=True, slots=True)
class Node:
    """A field as scoring sees it; `cell` says that its children stand in one printed cell."""

    name: str
    path: str
    structure: Structure
    comparator: str
    children: tuple[Node, ...] = ()
    key: bool = False
    spans: bool = False
    cell: bool = False


@cache
def nodes(spec: SchemaSpec) -> tuple[Node, ...]:
    """The top fields of a schema."""
    return tuple(_node(field) for field in spec.fields)


def _node(field: FieldSpec) -> Node:
    key, spans = field.printed.key, field.printed.spans
    if field.structure == "scalar" and field.kind == "indicator":
        parts = tuple(Node(name, f"{field.path}.{name}", "scalar", kind) for name, kind in INDICATOR)
        return Node(field.name, field.path, "group", "indicator", parts, key, spans, cell=True)
    children = tuple(_node(child) for child in field.children)
    return Node(field.name, field.path, field.structure, field.comparator, children, key, spans)


def keys(spec: SchemaSpec) -> tuple[Node, ...]:
    """The top fields that tell one form from another."""
    return tuple(node for node in nodes(spec) if node.key)


def is_choice(value: Any) -> bool:
    """Whether a gold value lists alternatives: `{"any_of": [...]}`."""
    return (
        isinstance(value, dict) and len(value) == 1 and isinstance(value.get("any_of"), list) and value["any_of"] != []
    )


def choices(value: Any) -> list[Any]:
    """The alternatives of a gold value, the value alone where it lists none."""
    return value["any_of"] if is_choice(value) else [value]


def plain(value: Any, choice: int = 0) -> Any:
    """The gold value with every alternative decided: the one numbered `choice`, or the last there is."""
    if is_choice(value):
        options = value["any_of"]
        return plain(options[min(choice, len(options) - 1)], choice)
    if isinstance(value, dict):
        return {name: plain(part, choice) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part, choice) for part in value]
    return value


def most_choices(value: Any) -> int:
    """The largest number of alternatives that any leaf of a gold value lists."""
    if is_choice(value):
        return max(len(value["any_of"]), *(most_choices(part) for part in value["any_of"]))
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return max((most_choices(part) for part in value), default=1)
    return 1
