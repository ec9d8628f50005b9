"""A record as the form of the page: fields by the schema, values with their places, marks, doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from extractor.accounting.decided import Reviewed
from extractor.accounting.judged_reading import Line
from extractor.accounting.value_tree import Rows, plain
from extractor.review.doubts import shown_value
from extractor.review.names import label
from schemas.spec import FieldSpec, SchemaSpec

SHOWN = 2_000
"""Characters of one value that the form shows; the field to edit it holds all."""


def sections(record: Line, reviewed: Reviewed, spec: SchemaSpec | None) -> list[dict[str, Any]]:
    """The nodes of the form, in the order of the schema: leaves, groups, lists of rows, lists of texts."""
    view = _View(record, reviewed)
    if spec is None or not record["values"]:
        return [view.node(name, name, name, None, value) for name, value in reviewed.tree.items()]
    return [
        view.node(field.name, label(field), field.name, field, reviewed.tree.get(field.name)) for field in spec.fields
    ]


class _View:
    """Makes nodes of one record."""

    def __init__(self, record: Line, reviewed: Reviewed) -> None:
        self.evidence: Mapping[str, Any] = record["evidence"]
        self.marks = reviewed.marks
        self.unsettled = set(reviewed.unsettled)

    def node(self, name: str, title: str, path: str, field: FieldSpec | None, value: Any) -> dict[str, Any]:
        """One field as a node; `kind` says which."""
        if isinstance(value, Rows) or (field is not None and field.structure in ("rows", "texts")):
            rows = value if isinstance(value, Rows) else Rows({})
            as_rows = (field is not None and field.structure == "rows") or any(
                isinstance(v, Rows | dict) and not is_leaf(v) for v in rows.values()
            )
            return self._rows(title, path, field, rows) if as_rows else self._texts(title, path, rows)
        if isinstance(value, dict) and not is_leaf(value):
            children = {child.name: child for child in field.children} if field is not None else {}
            parts = [
                self.node(n, label(children[n]) if n in children else n, f"{path}.{n}", children.get(n), v)
                for n, v in value.items()
            ]
            return {"kind": "group", "label": title, "path": path, "parts": parts, "doubt": path in self.unsettled}
        return self.leaf(title, path, value, bool(field is not None and field.printed.long))

    def leaf(self, title: str, path: str, value: Any, long: bool = False) -> dict[str, Any]:
        """One value: its text, its places, what was decided of it, whether it is in doubt."""
        text = shown_value(plain(value))
        return {
            "kind": "leaf",
            "label": title,
            "path": path,
            "text": text[:SHOWN],
            "cut": len(text) > SHOWN,
            "empty": value is None,
            "long": long,
            "spans": [_span(span) for span in self.evidence.get(path, ())],
            "mark": self.marks.get(path, ""),
            "doubt": path in self.unsettled,
        }

    def _rows(self, title: str, path: str, field: FieldSpec | None, rows: Rows) -> dict[str, Any]:
        alive = {name: row for name, row in rows.items() if name not in rows.deleted}
        columns = [(c.name, label(c)) for c in field.children] if field is not None and field.children else []
        if not columns:
            width = max((len(row) for row in alive.values() if isinstance(row, dict)), default=0)
            columns = [(str(number), str(number + 1)) for number in range(width)]
        return {
            "kind": "rows",
            "label": title,
            "path": path,
            "doubt": path in self.unsettled,
            "columns": [name for _, name in columns],
            "rows": [self._row(f"{path}[{name}]", row, [key for key, _ in columns]) for name, row in alive.items()],
        }

    def _row(self, path: str, row: Any, columns: Sequence[str]) -> dict[str, Any]:
        cells = []
        for column in columns:
            inside = f"{path}[{column}]" if isinstance(row, Rows) else f"{path}.{column}"
            value = row.get(column) if isinstance(row, dict) else None
            nested = isinstance(value, dict) and not is_leaf(value)
            cells.append(self.node(column, column, inside, None, value) if nested else self.leaf(column, inside, value))
        return {"path": path, "cells": cells, "doubt": path in self.unsettled, "mark": self.marks.get(path, "")}

    def _texts(self, title: str, path: str, rows: Rows) -> dict[str, Any]:
        items = [
            self.leaf(str(number), f"{path}[{name}]", value, long=True)
            for number, (name, value) in enumerate(((n, v) for n, v in rows.items() if n not in rows.deleted), 1)
        ]
        return {"kind": "texts", "label": title, "path": path, "doubt": path in self.unsettled, "items": items}


INDICATOR = ("text", "operator", "value", "unit")


def is_leaf(value: Any) -> bool:
    """Whether a node with parts is one value: that of an indicator has four parts."""
    return isinstance(value, dict) and not isinstance(value, Rows) and set(value) == set(INDICATOR)


def _span(span: Mapping[str, Any]) -> dict[str, Any]:
    unit = f"L{span['line']}" if "line" in span else span["cell"]
    return {"page": span["page"], "unit": unit, "start": span["start"], "end": span["end"], "box": span["box"]}
