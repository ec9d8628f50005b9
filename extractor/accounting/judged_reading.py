"""What a decision judged: the reading at a path, as a hash, so that a later run shows whether it still reads so.

The hash covers the values at and below the path and the places they were copied from; for a whole record the residue
as well. An empty value says nothing by itself: inside of a row, the places of the row count with it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from extractor.accounting import value_tree
from extractor.accounting.value_tree import holds

Line = Mapping[str, Any]
"""A line of `records.jsonl`."""
PlaceKey = tuple[int, str, int, int]

_ROW = re.compile(r"^(.*\[[^\[\]]+\])")


def reading_hash(record: Line, path: str) -> str:
    """The hash of the reading at a path of a record; "" where the record has no such path."""
    try:
        value = value_tree.at(record["values"], path)
    except KeyError:
        return ""
    below = _evidence_below(record, path)
    what: dict[str, Any] = {"value": value, "evidence": below}
    row = _ROW.match(path)
    if not below and row is not None:
        what["row"] = _evidence_below(record, row[1])
    if not path:
        what["residue"] = [(_place(r), r["text"]) for r in record["residue"]]
    text = json.dumps(what, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24]


def _evidence_below(record: Line, path: str) -> dict[str, list[PlaceKey]]:
    """The places of the values at and below a path, by the rest of their paths."""
    return {
        other[len(path) :]: [_place(span) for span in spans]
        for other, spans in record["evidence"].items()
        if spans and holds(path, other)
    }


def places(record: Line, path: str) -> tuple[PlaceKey, ...]:
    """The places of the values at and below a path."""
    return tuple(place for below in _evidence_below(record, path).values() for place in below)


def _place(span: Mapping[str, Any]) -> PlaceKey:
    unit = f"L{span['line']}" if "line" in span else str(span["cell"])
    return int(span["page"]), unit, int(span["start"]), int(span["end"])


def now_at(record: Line, path: str, judged: str) -> str | None:
    """The path at which a record reads what was judged: the same one, or that of a row which moved; None if nowhere.

    A row counts as moved where exactly one path of the same field has the same values from the same places.
    """
    if reading_hash(record, path) == judged:
        return path
    row = _ROW.match(path)
    if row is None or "[+" in path:
        return None
    prefix, rest = row[1].rsplit("[", 1)[0], path[len(row[1]) :]
    try:
        count = len(value_tree.at(record["values"], prefix))
    except (KeyError, TypeError):
        return None
    candidates = (f"{prefix}[{number}]{rest}" for number in range(count))
    found = [path for path in candidates if reading_hash(record, path) == judged]
    return found[0] if len(found) == 1 else None
