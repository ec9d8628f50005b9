"""Other texts that a value may be: other readings, columns beside it, how it is printed, what nothing accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.accounting.judged_reading import Line
from extractor.accounting.value_tree import generic, holds
from extractor.document.finding_kinds import FindingKind
from extractor.review.names import label
from schemas.spec import FieldSpec, SchemaSpec

MOST = 9  # as many as there are digits to choose one with
LONGEST = 300  # characters of a text that is worth a key
_NUMBER = re.compile(r"-?\d[\d.,]*\d|-?\d")
_OF_COLUMNS = frozenset({FindingKind.COLUMN_UNCLEAR, FindingKind.COLUMNS_UNCLEAR, FindingKind.ROW_SHIFTED})
"""Findings that say: the texts of this row may stand in other columns."""
_ROW = re.compile(r"^(.*\[[^\[\]]+\])\.([^.\[\]]+)$")


class Suggestion(NamedTuple):
    """A text that a value may be, and where it is from: a column of the row, or "" for the place itself."""

    text: str
    column: str = ""


def field_at(spec: SchemaSpec | None, path: str) -> FieldSpec | None:
    """The field of the schema that a path of named rows belongs to; None where the schema has none such."""
    return spec.field(generic(path)) if spec is not None else None


def suggestions(record: Line, path: str, now: str, spec: SchemaSpec | None) -> list[Suggestion]:
    """At most nine texts that the field can take and that are other values than `now`, the likeliest first."""
    field = field_at(spec, path)
    own = _value(field, now)
    out: dict[str, Suggestion] = {}
    for printed in _texts(record, path, field, spec):
        for text in fitting(field, printed.text):
            if text and _value(field, text) != own and len(text) <= LONGEST and len(out) < MOST:
                out.setdefault(text, Suggestion(text, printed.column))
    return list(out.values())


def _value(field: FieldSpec | None, text: str) -> object:
    """What the field keeps of a text, so that two ways to write one value are the same; the text where it is none."""
    if field is None or not _fits(field, text):
        return text
    return field.readings(text)


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


def _beside(record: Line, path: str, spec: SchemaSpec | None) -> Iterator[Suggestion]:
    """The printed texts of the nearest columns of a row, on either side, that hold any."""
    row = _ROW.match(path)
    found = spec.field(generic(row[1]).removesuffix("[]")) if row is not None and spec is not None else None
    if row is None or found is None:
        return
    names = [child.name for child in found.children]
    at = names.index(row[2]) if row[2] in names else len(names)
    for side in (found.children[at + 1 :], found.children[:at][::-1]):
        yield from _first_printed(record, row[1], side)


def _first_printed(record: Line, row: str, columns: Sequence[FieldSpec]) -> Iterator[Suggestion]:
    printed = ((_printed(record, f"{row}.{column.name}"), column) for column in columns)
    yield from [Suggestion(text, label(column)) for text, column in printed if text][:1]


def _printed(record: Line, path: str) -> str:
    return " ".join(span["text"] for span in record["evidence"].get(path, ()))


def _texts(record: Line, path: str, field: FieldSpec | None, spec: SchemaSpec | None) -> Iterator[Suggestion]:
    about = [f for f in record["findings"] if f["about"] == "reading" and holds(f["path"], path)]
    for finding in about:
        yield from map(Suggestion, finding.get("others", ()) if finding["path"] == path else ())
    if any(finding["kind"] in _OF_COLUMNS for finding in about):
        yield from _beside(record, path, spec)
    yield Suggestion(_printed(record, path))
    here = {(span["page"], span.get("line"), span.get("cell")) for span in record["evidence"].get(path, ())}
    beside = [r for r in record["residue"] if (r["page"], r.get("line"), r.get("cell")) in here]
    yield from (Suggestion(r["text"]) for r in beside)
    if field is not None and field.kind != "text":  # any text would fit a field of text
        yield from (Suggestion(r["text"]) for r in record["residue"])
