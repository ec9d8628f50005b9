"""What the page calls forms, rows, fields and places: numbers count from 1, fields have their printed label."""

from __future__ import annotations

import re
from typing import Any

from extractor.accounting.added_forms import is_added
from extractor.accounting.settled import DOCUMENT
from extractor.accounting.value_tree import STEP, Rows, steps
from schemas.spec import FieldSpec, SchemaSpec

WHOLE = "the whole form"
_CELL = re.compile(r"\bT(\d+)R(\d+)C(\d+)\b")
_LINE = re.compile(r"\bL(\d+)\b")
_FORM = re.compile(r"^form (\d+):")
_ROW = re.compile(r"\b(\w+)\[(\d+)\]")


def form_name(form: int) -> str:
    """A form by its number; the document beside its forms, and forms that people added, have names of their own."""
    if form == DOCUMENT:
        return "beside its forms"
    return f"added form {-1 - form}" if is_added(form) else f"form {form + 1}"


def label(field: FieldSpec) -> str:
    """The field's name beside its printed label."""
    printed = next(iter((*field.printed.labels, *field.printed.column, *field.printed.heading)), "")
    return f"{field.name} · {printed}" if printed and printed != field.name else field.name


def row_numbers(tree: Any, path: str) -> tuple[int, ...]:
    """The numbers of the rows of a path of named rows, as they are counted now: from 1, without deleted ones."""
    out: list[int] = []
    for step in steps(path):
        if isinstance(tree, Rows):
            alive = [other for other in tree if other not in tree.deleted]
            out.append(1 + (alive.index(step) if step in alive else len(alive)))
        tree = tree.get(step) if isinstance(tree, dict) else None
    return tuple(out)


def path_name(spec: SchemaSpec | None, path: str, numbers: tuple[int, ...] = ()) -> str:
    """A path in words: its fields by name and printed label, its rows by number (by default those of the path)."""
    if not path:
        return WHOLE
    out: list[str] = []
    left, at, in_row = list(numbers), "", False
    for name, row in STEP.findall(path):
        if row:
            number = left.pop(0) if left else int(row) + 1 if row.isdigit() else 0
            out.append(f"{'column' if in_row else 'row'} {number or 'new'}")
            at += f"[{row}]"
        else:
            at = f"{at}.{name}" if at else name
            field = spec.field(at) if spec is not None else None
            out.append(label(field) if field is not None else name)
        in_row = bool(row)
    return ", ".join(out)


def unit_name(unit: str) -> str:
    """The id of a line or cell in words: `T1R8C0` is row 9, column 1 of table 1."""
    cell = _CELL.sub(lambda m: f"table {m[1]}, row {int(m[2]) + 1}, column {int(m[3]) + 1}", unit)
    return _LINE.sub(r"line \1", cell)


def in_words(message: str) -> str:
    """A finding's message with its forms, rows and cells named as the page names them."""
    message = _FORM.sub(lambda m: f"{form_name(int(m[1]))}:", unit_name(message))
    return _ROW.sub(lambda m: f"{m[1]}, row {int(m[2]) + 1}", message)
