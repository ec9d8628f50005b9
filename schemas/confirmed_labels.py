"""Labels and meanings that a person confirmed: `SCHEMA.labels.toml` in the working directory, or a file that is named.

They prove values and change nothing else: no question to a model, no reading. An empty label says that the field is
printed without one.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from schemas.meanings import Meaning
from schemas.spec import FieldSpec, SchemaSpec, digest

Labels = Mapping[str, tuple[str, ...]]
"""By the path of a field (`items[].amount`), the labels that it is printed under."""
Meanings = Mapping[str, tuple[Meaning, ...]]
"""By the path of a field, printed words and the values that they mean."""


def file_of(schema: str) -> Path:
    """Where the confirmed labels of a schema are kept if no file is named."""
    return Path(f"{schema}.labels.toml")


def read(path: Path) -> Labels:
    """The confirmed labels of a file; none where there is no file. Raises `LookupError` for a file that is wrong."""
    found = _table(path, "labels")
    if not isinstance(found, dict) or not all(
        isinstance(own, list) and all(isinstance(label, str) for label in own) for own in found.values()
    ):
        raise LookupError(f"{path}: [labels] must give a list of labels for each field")
    return {field: tuple(own) for field, own in found.items()}


def read_meanings(path: Path) -> Meanings:
    """The confirmed meanings of a file, likewise."""
    found = _table(path, "meanings")
    if not all(isinstance(own, dict) and all(isinstance(v, str) for v in own.values()) for own in found.values()):
        raise LookupError(f"{path}: [meanings] must give, for each field, the words and what they mean")
    return {field: tuple(Meaning(words, value) for words, value in own.items()) for field, own in found.items()}


def _table(path: Path, name: str) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get(name, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LookupError(f"{path}: cannot be read as TOML: {error}") from None
    if not isinstance(found, dict):
        raise LookupError(f"{path}: [{name}] must be a table of fields")
    return found


def write(path: Path, labels: Labels, meanings: Meanings | None = None) -> None:
    """Writes confirmed labels and meanings, fields in order."""
    lines = ["# Confirmed by a person. Written by `extractor labels --confirm`.", "[labels]"]
    lines += [f"{_quoted(field)} = [{', '.join(map(_quoted, own))}]" for field, own in sorted(labels.items())]
    for field, own in sorted((meanings or {}).items()):
        lines += ["", f"[meanings.{_quoted(field)}]", *(f"{_quoted(m.words)} = {_quoted(m.value)}" for m in own)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def added(labels: Labels, more: Sequence[tuple[str, str]]) -> Labels:
    """The labels with others (field and label each)."""
    out = dict(labels)
    for field, label in more:
        out[field] = tuple(dict.fromkeys((*out.get(field, ()), label)))
    return out


def confirmed(spec: SchemaSpec, path: Path | None) -> SchemaSpec:
    """The schema with its confirmed labels and meanings. Raises `LookupError` for a field that it does not have."""
    file = path or file_of(spec.name)
    labels, meanings = read(file), read_meanings(file)
    unknown = [field for field in (*labels, *meanings) if spec.field(field) is None]
    if path is None and unknown:
        raise LookupError(f"{file}: the schema {spec.name} has no field {unknown[0]!r}; correct it there")
    own = tuple(sorted((field, texts) for field, texts in labels.items() if field not in unknown))
    meant = tuple(sorted((field, texts) for field, texts in meanings.items() if field not in unknown))
    if not own and not meant:
        return spec
    return replace(spec, confirmed=own, meanings=meant, labels=digest([spec.labels, own, *([meant] if meant else [])]))


@cache
def widened(spec: SchemaSpec) -> SchemaSpec:
    """The schema with its confirmed labels among those that are declared: for proofs, and for a second reader."""
    labels = dict(spec.confirmed)
    return replace(spec, fields=tuple(_widened(field, labels) for field in spec.fields)) if labels else spec


def _widened(field: FieldSpec, labels: Labels) -> FieldSpec:
    own = tuple(label for label in labels.get(field.path, ()) if label)
    children = tuple(_widened(child, labels) for child in field.children)
    if "[]" in field.path:
        printed = replace(field.printed, column=(*field.printed.column, *own))
    else:
        printed = replace(field.printed, labels=(*field.printed.labels, *own))
    return replace(field, printed=printed, children=children) if own or children else field
