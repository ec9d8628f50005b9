"""What a person types becomes a value of the field, by the same parsers as what is printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from extractor.accounting.judged_reading import Line
from extractor.accounting.value_tree import Rows, generic
from extractor.review.suggestions import field_at
from schemas.conventions import Convention, told_by
from schemas.spec import FieldSpec, SchemaSpec


def convention_of(record: Line, locale: str) -> Convention:
    """How the printed texts of a record write numbers and dates; what a person types is read alike."""
    return told_by((span["text"] for spans in record["evidence"].values() for span in spans), locale)


def value_of(spec: SchemaSpec | None, path: str, text: str | None, convention: Convention) -> Any:
    """The value of a text at a path; None for none.

    Raises `ValueError` where the field cannot take it, or where it could be two values.
    """
    if text is None or not text.strip():
        return None
    field = field_at(spec, path)
    if field is None or field.structure == "texts":
        return text.strip()
    if field.children or field.structure == "rows":
        raise ValueError(f"{path} holds other values; edit those")
    value, *others = field.readings(text.strip(), convention)
    if others:
        raise ValueError(f"{text!r} can be {value} or {others[0]}: write it so that it can be one value only")
    return value.model_dump() if isinstance(value, BaseModel) else value


def empty_row(spec: SchemaSpec | None, path: str, tree: Any) -> Any:
    """A new row of the list at a path: the row's fields, all empty; a list of cells as wide as the other rows."""
    field = spec.field(generic(path)) if spec is not None else None
    if field is not None and field.children:
        return empty_values(field.children)
    rows = [row for row in tree.values() if isinstance(row, Rows)] if isinstance(tree, Rows) else []
    return [None] * len(rows[0]) if rows else None


def empty_values(fields: Iterable[FieldSpec]) -> dict[str, Any]:
    """The values of fields that hold nothing yet."""
    return {field.name: _nothing(field) for field in fields}


def _nothing(field: FieldSpec) -> Any:
    if field.structure == "group":
        return empty_values(field.children)
    return [] if field.structure in ("rows", "texts") else None
