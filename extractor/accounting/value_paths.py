"""Paths of values taken apart: the field of the schema's top level, the row of a list, the places of a row's values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from extractor.document.results import Candidate, Place
from schemas.spec import SchemaSpec

_ROW = re.compile(r"^([^.\[\]]+)\[(\d+)\]")


@lru_cache(maxsize=8192)
def field_of(path: str) -> str:
    """The field of the schema's top level that a path lies in."""
    return path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]


@lru_cache(maxsize=8192)
def row_of(path: str) -> int | None:
    """The number of the row of a top-level list that a path lies in."""
    match = _ROW.match(path)
    return int(match[2]) if match else None


def moved(path: str, by: int) -> str:
    """The path of the same value `by` rows further down."""
    return _ROW.sub(lambda m: f"{m[1]}[{int(m[2]) + by}]", path)


def in_row(path: str, row: int) -> str:
    """The path of the same value in another row of its list."""
    return _ROW.sub(lambda m: f"{m[1]}[{row}]", path)


def covers(finding: str, path: str) -> bool:
    """Whether a finding on one path is a finding on another: on the same, on what holds it, on the whole record."""
    return not finding or path == finding or path.startswith((f"{finding}.", f"{finding}["))


def spans(schema: SchemaSpec, path: str) -> bool:
    """Whether a path is that of a spanning label, which stands for several rows."""
    spec = schema.field(path)
    return spec is not None and spec.printed.spans


def own_places(schema: SchemaSpec, candidates: Iterable[Candidate], name: str) -> dict[int, tuple[Place, ...]]:
    """The places of the values that each row of a list has alone; of a row of labels, those of its labels."""
    own: dict[int, tuple[Place, ...]] = {}
    labels: dict[int, tuple[Place, ...]] = {}
    for candidate in candidates:
        row = row_of(candidate.path)
        if row is not None and field_of(candidate.path) == name:
            out = labels if spans(schema, candidate.path) else own
            out[row] = (*out.get(row, ()), *candidate.places)
    return labels | own


@lru_cache(maxsize=8192)
def is_key(schema: SchemaSpec, path: str) -> bool:
    """Whether a value is what its row is known by: a key, else the first text of the row."""
    rows = schema.field(field_of(path))
    if rows is None or row_of(path) is None or not rows.children:
        return False
    keys = [c.name for c in rows.children if c.printed.key]
    keys = keys or [c.name for c in rows.children if c.kind == "text" and not c.printed.spans][:1]
    return path.rpartition("].")[2] in keys


def doubted(schema: SchemaSpec, path: str) -> str:
    """What is in doubt where a value is: the value; the whole row where the value is what the row is known by."""
    return path[: path.index("]") + 1] if is_key(schema, path) else path
