"""Small documents of schemas that ask for some of a page, with the answer of a model that copies what it is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from extractor import readers
from extractor.accounting.settled import unsettled
from extractor.config import Settings
from extractor.document.results import Record
from extractor.engines.llm.answer_reading import labels_of, read
from extractor.engines.llm.prompting import words
from extractor.forms.regions import cut
from extractor.pipeline import beside_rules, facts_of, record_of
from schemas import json_schema
from schemas.relations import Relation
from schemas.spec import SchemaSpec

SETTINGS = Settings(model="m", language="en")
TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}


def rows_of(**columns: dict[str, Any]) -> dict[str, Any]:
    """A list of rows with these columns."""
    return {"type": "array", "items": {"type": "object", "properties": columns}}


def schema(folder: Path, properties: dict[str, Any], relations: tuple[Relation, ...] = ()) -> SchemaSpec:
    """A JSON Schema as a spec, with relations that a schema in Python would have."""
    file = folder / "case.json"
    file.write_text(json.dumps({"type": "object", "properties": properties}), encoding="utf-8")
    return replace(json_schema.load(file), relations=relations)


def told(
    folder: Path, spec: SchemaSpec, document: str, answer: dict[str, Any], name: str = "case.md", **confirmed: Any
) -> Record:
    """The record of a document about which a model gives this answer; `confirmed`: labels by field, `.` as `__`."""
    file = folder / name
    file.write_text(document, encoding="utf-8")
    read_as = readers.read(file, name, SETTINGS)
    labels = tuple(sorted((field.replace("__", "[]."), tuple(own)) for field, own in confirmed.items()))
    (form,) = cut(read_as, [replace(spec, confirmed=labels)]).forms
    heard = replace(read(form, answer, labels_of(form), words("en")).answer, usage={"calls": 1})
    record = record_of(
        read_as, form, beside_rules([form], [heard])[0], "llm", SETTINGS, facts_of(read_as, SETTINGS)
    ).record
    return replace(record, unsettled=unsettled(record.findings))


def doubts(record: Record, path: str) -> set[str]:
    """The kinds of findings about the reading at a path."""
    return {str(f.kind) for f in record.findings if f.path == path and f.about == "reading"}
