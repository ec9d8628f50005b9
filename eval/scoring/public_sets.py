"""Labels in the forms of public sets: the values of each document as JSON, beside a JSON Schema for them.

A folder is told by its files. Each document is one form, and its labels are taken as they are: a set may break its own
schema, and is not corrected here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import schemas
from eval.scoring.gold import Gold, GoldForm
from extractor.errors import CallError, SchemaError
from schemas import json_schema

TEST = ".test.json"
GOLD = ".gold.json"


class Labelled(NamedTuple):
    """A document of a public set: its file, the file of its labels, its schema's file, its values.

    `document` is None where the set does not hold the document; `inline` is a schema that stands in the labels.
    """

    labels: Path
    document: Path | None
    schema: Path
    values: dict[str, Any]
    inline: dict[str, Any] | None = None


class PublicSet(NamedTuple):
    """A folder in the layout of a public set, and what it holds, in order of the names of the labels."""

    layout: str
    documents: tuple[Labelled, ...]


def docubench(folder: Path) -> Iterator[Labelled]:
    """`documents/ID.*`, `labels/ID.json`, `schemas/ID.json`, as in DocuPipe/DocuBench."""
    for labels in sorted((folder / "labels").glob("*.json")):
        schema = folder / "schemas" / labels.name
        if schema.is_file():
            yield Labelled(labels, _source(folder / "documents", labels.stem), schema, _object(labels))


def extract_bench(folder: Path) -> Iterator[Labelled]:
    """`KIND/KIND-schema.json`, below it `pdf+gold/NAME.gold.json` beside `NAME.pdf`: ContextualAI/extract-bench."""
    for schema in sorted(folder.rglob("*-schema.json")):
        for labels in sorted(schema.parent.rglob(f"*{GOLD}")):
            name, values = labels.name.removesuffix(GOLD), _object(labels)
            if not {"document", "forms"} <= values.keys():  # gold of one's own, beside a schema
                yield Labelled(labels, _source(labels.parent, name), schema, values)


def extractbench(folder: Path) -> Iterator[Labelled]:
    """`NAME.test.json` with `data_schema` and `expected_output`, beside the document, as in run-llama/ExtractBench."""
    for labels in sorted(folder.rglob(f"*{TEST}")):
        case = _object(labels)
        schema, values = case.get("data_schema"), case.get("expected_output")
        if isinstance(schema, dict) and isinstance(values, dict):
            name = labels.name.removesuffix(TEST)
            source = _source(labels.parent, name)
            yield Labelled(labels, source, labels.with_name(f"{name}.json"), values, schema)


LAYOUTS: dict[str, Callable[[Path], Iterator[Labelled]]] = {
    "DocuBench": docubench,
    "extract-bench": extract_bench,
    "ExtractBench": extractbench,
}
"""The layouts that are known, by the names of the sets that have them."""


def read(folder: Path) -> PublicSet | None:
    """The set that a folder holds; None where it has none of the layouts."""
    if not folder.is_dir():
        return None
    found = ((name, tuple(documents(folder))) for name, documents in LAYOUTS.items())
    return next((PublicSet(name, documents) for name, documents in found if documents), None)


def golds(found: PublicSet, scratch: Path) -> Iterator[Gold]:
    """The labels of a set as gold, tagged with its layout; schemas without a file are written to `scratch`."""
    for one in found.documents:
        spec = loaded(schema_file(one, scratch))
        name = one.document.name if one.document else one.labels.name.split(".", 1)[0]
        form = GoldForm(0, spec, MappingProxyType(one.values))
        yield Gold(one.labels, name, None, (form,), (found.layout,))


def schema_file(one: Labelled, folder: Path) -> Path:
    """The file of a document's schema; one that stands in its labels is written to the folder."""
    if one.inline is None:
        return one.schema
    path = folder / one.schema.name
    path.write_text(json.dumps(one.inline, ensure_ascii=False), encoding="utf-8")
    return path


def loaded(file: Path) -> schemas.spec.SchemaSpec:
    """The schema of a file, whatever it is called: the set names it. Raises `SchemaError` where it cannot be used."""
    try:
        return json_schema.load(file)
    except LookupError as error:
        raise SchemaError(str(error.args[0])) from None


def _source(folder: Path, name: str) -> Path | None:
    """The document of a name, whatever its suffix; the labels themselves are none."""
    beside = sorted(path for path in folder.glob("*.*") if path.name.startswith(f"{name}.") and path.is_file())
    return next((path for path in beside if path.suffix != ".json"), None)


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CallError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise CallError(f"{path}: labels are a JSON object, the values by field")
    return value
