"""The tables that records become: the scalars of a form in one, each of its lists in another, keyed alike.

Columns come from the schema alone, so that every export of a schema has the same ones. An indicator value takes
four columns (text, operator, value, unit). Every row starts with the keys `document` and `form`, a list's also
with `row` (all count from 0); a list of lists has `column` too. A list inside of a row is a column of JSON.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from schemas.spec import FieldSpec, SchemaSpec

Type = Literal["text", "decimal", "integer", "boolean", "float"]
INDICATOR = (("text", "text"), ("operator", "text"), ("value", "decimal"), ("unit", "text"))
TYPES: dict[str, Type] = {"text": "text", "date": "text", "amount": "decimal", "integer": "integer"}


class Column(NamedTuple):
    """A column: its name, its type, and where its value stands in the row's own values."""

    name: str
    type: Type
    path: tuple[str, ...]


class Table(NamedTuple):
    """A table: its name, and its columns with the keys in front; `rows_of` is the list that gives its rows."""

    name: str
    columns: tuple[Column, ...]
    schema: str | None = None
    rows_of: tuple[str, ...] | None = None


_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""What the name of a file or a sheet cannot hold, and that of a field can."""


def _column(name: str, type_: Type = "text") -> Column:
    return Column(name, type_, (name,))


KEYS = (_column("document"), _column("form", "integer"))
VALUES = ("values",)
TAKEN = frozenset({"document", "form", "settled", "row"})
"""The names of the keys, which a value may have too."""
DOCUMENTS = Table(
    "documents",
    (
        *(_column(name) for name in ("document", "sha256", "status", "reason")),
        *(_column(name, "integer") for name in ("pages", "forms")),
        _column("settled", "boolean"),
        _column("seconds", "float"),
    ),
)
FINDINGS = Table(
    "findings",
    (*KEYS, *(_column(name) for name in ("schema", "path", "about", "kind", "severity", "message"))),
)


def of_schema(spec: SchemaSpec) -> tuple[Table, ...]:
    """The schema's tables: the form's own first, then one for each list."""
    own = (*KEYS, _column("settled", "boolean"), *_scalars(spec.fields))
    return (Table(spec.name, own, spec.name), *_lists(spec, spec.fields, ()))


def _scalars(fields: Sequence[FieldSpec], parent: tuple[str, ...] = VALUES) -> Iterator[Column]:
    for field in fields:
        path = (*parent, field.name)
        name = _name(path)
        if field.structure == "group":
            yield from _scalars(field.children, path)
        elif field.structure == "scalar" and field.kind == "indicator":
            yield from (Column(f"{name}.{part}", typing.cast(Type, kind), (*path, part)) for part, kind in INDICATOR)
        elif field.structure == "scalar":
            yield Column(name, _type(field), path)


def _name(path: tuple[str, ...]) -> str:
    """A column's name: the path of its value, whole where a key has the same name."""
    name = ".".join(path[1:])
    return f"values.{name}" if name in TAKEN else name


def _type(field: FieldSpec) -> Type:
    """The type of a field's column; what a JSON Schema wants as a number may be a text that is none."""
    return "decimal" if field.wanted is not None and field.kind == "integer" else TYPES[field.kind]


def _lists(spec: SchemaSpec, fields: Sequence[FieldSpec], parent: tuple[str, ...]) -> Iterator[Table]:
    for field in fields:
        path = (*parent, field.name)
        if field.structure == "group":
            yield from _lists(spec, field.children, path)
        if field.structure in ("rows", "texts"):
            name = _UNSAFE.sub(lambda m: f"%{ord(m[0]):02X}", ".".join(path))
            yield Table(f"{spec.name}.{name}", (*KEYS, *_row_columns(spec, field)), spec.name, path)


def _row_columns(spec: SchemaSpec, field: FieldSpec) -> Iterator[Column]:
    yield _column("row", "integer")
    if field.structure == "rows":
        yield from _scalars(field.children)
        inner = (child.name for child in field.children if child.structure in ("rows", "texts"))
        yield from (Column(_name((*VALUES, name)), "text", (*VALUES, name)) for name in inner)
        return
    if _is_nested(spec, field):
        yield Column("column", "integer", (*VALUES, "column"))
    yield Column("text", "text", (*VALUES, "text"))


def _is_nested(spec: SchemaSpec, field: FieldSpec) -> bool:
    """Whether a list of texts is one of lists (`list[list[str]]`), which the spec does not tell apart."""
    info = spec.model.model_fields.get(field.path)
    inner = typing.get_args(info.annotation) if info else ()
    return bool(inner) and typing.get_origin(inner[0]) is list


REVIEWED = "reviewed"


def with_reviewed(table: Table) -> Table:
    """The table with a column that says which of a row's values people decided, and how."""
    name = f"@{REVIEWED}" if any(column.name == REVIEWED for column in table.columns) else REVIEWED
    return table._replace(columns=(*table.columns, Column(name, "text", (REVIEWED,))))


def _decided(record: dict[str, Any], row: str) -> str | None:
    """The decisions about a row ("": about the form outside of its rows): `weight: corrected; score: accepted`."""
    out = [
        f"{path[len(row) :].lstrip('.') or 'all'}: {mark}"
        for path, mark in record.get(REVIEWED, {}).items()
        if (path.startswith(row) and path[len(row) :][:1] in ("", ".", "[") if row else "[" not in path)
    ]
    return "; ".join(out) or None


def rows(table: Table, record: dict[str, Any]) -> Iterator[list[Any]]:
    """The rows that one record gives a table of its schema, in the order of the table's columns."""
    keys = {"document": record["document"], "form": record["form"], "settled": record["settled"]}
    if table.rows_of is None:
        yield _cells(table, keys | {"values": record["values"], REVIEWED: _decided(record, "")})
        return
    above = ".".join(table.rows_of)
    for number, item in enumerate(_at(record["values"], table.rows_of) or ()):
        for part in _parts(item):
            decided = _decided(record, f"{above}[{number}]")
            yield _cells(table, keys | {"row": number, "values": part, REVIEWED: decided})


def _parts(item: Any) -> Iterator[dict[str, Any]]:
    if isinstance(item, dict):
        yield item
    elif isinstance(item, list):
        yield from ({"column": number, "text": text} for number, text in enumerate(item))
    else:
        yield {"text": item}


def findings(line: dict[str, Any]) -> Iterator[list[Any]]:
    """The rows that one record, or one document, gives the table of findings."""
    for finding in line["findings"]:
        yield _cells(FINDINGS, {"form": None, "schema": None} | line | finding)


def document(line: dict[str, Any]) -> list[Any]:
    """The row of one document."""
    return _cells(DOCUMENTS, line)


def _cells(table: Table, values: dict[str, Any]) -> list[Any]:
    return [_cell(_at(values, column.path), column.type) for column in table.columns]


def _cell(value: Any, type_: Type) -> Any:
    """A value as its column takes it: in one of decimals or texts, a number is its digits, anything else JSON."""
    if type_ not in ("decimal", "text") or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False)


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(values, dict):
            return None
        values = values.get(name)
    return values
