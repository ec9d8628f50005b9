"""Other texts that a value may be: other readings, other columns, how it is printed, what nothing accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.accounting.judged_reading import Line
from extractor.accounting.value_tree import generic, holds
from extractor.document.finding_kinds import FindingKind
from schemas.spec import FieldSpec, SchemaSpec

MOST = 9  # as many as there are digits to choose one with
LONGEST = 300  # characters of a text that is worth a key
_NUMBER = re.compile(r"-?\d[\d.,]*\d|-?\d")
_OF_COLUMNS = frozenset({FindingKind.COLUMN_UNCLEAR, FindingKind.COLUMNS_UNCLEAR, FindingKind.ROW_SHIFTED})
"""Findings that say: the texts of this row may stand in other columns."""
_ROW = re.compile(r"^(.*\[[^\[\]]+\])\.")


def field_at(spec: SchemaSpec | None, path: str) -> FieldSpec | None:
    """The field of the schema that a path of named rows belongs to; None where the schema has none such."""
    return spec.field(generic(path)) if spec is not None else None


def suggestions(record: Line, path: str, now: str, spec: SchemaSpec | None) -> list[str]:
    """At most nine texts that the field can take and that differ from its text `now`, the likeliest first."""
    field = field_at(spec, path)
    out: list[str] = []
    for text in (taken for printed in _texts(record, path, field) for taken in fitting(field, printed)):
        if text and text != now and text not in out and len(text) <= LONGEST:
            out.append(text)
        if len(out) == MOST:
            break
    return out


def fitting(field: FieldSpec | None, text: str) -> Iterator[str]:
    """The text, if the field can take it; else the numbers in it that the field can take (`420.00` of `€420.00`)."""
    text = text.strip()
    if field is None or field.kind == "text" or _fits(field, text):
        yield text
    else:
        yield from (number for number in _NUMBER.findall(text) if _fits(field, number))


def _fits(field: FieldSpec, text: str) -> bool:
    try:
        field.readings(text)
    except ValueError:
        return False
    return True


def _of_row(record: Line, path: str) -> Iterator[str]:
    """The printed texts of the other columns of a row."""
    row = _ROW.match(path)
    if row is not None:
        yield from (_printed(record, other) for other in record["evidence"] if other != path and holds(row[1], other))


def _printed(record: Line, path: str) -> str:
    return " ".join(span["text"] for span in record["evidence"].get(path, ()))


def _texts(record: Line, path: str, field: FieldSpec | None) -> Iterator[str]:
    about = [f for f in record["findings"] if f["about"] == "reading" and holds(f["path"], path)]
    for finding in about:
        yield from finding.get("others", ()) if finding["path"] == path else ()
    if any(finding["kind"] in _OF_COLUMNS for finding in about):
        yield from _of_row(record, path)
    yield _printed(record, path)
    here = {(span["page"], span.get("line"), span.get("cell")) for span in record["evidence"].get(path, ())}
    beside = [r for r in record["residue"] if (r["page"], r.get("line"), r.get("cell")) in here]
    yield from (r["text"] for r in beside)
    if field is not None and field.kind != "text":  # any text would fit a field of text
        yield from (r["text"] for r in record["residue"])
