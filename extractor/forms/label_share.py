"""How many of a schema's labels stand in some rows: whether they are a form of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extractor.document.results import Row
from extractor.forms.labels import label_index, row_tokens, spot
from schemas.spec import FieldSpec, SchemaSpec


class LabelShare(NamedTuple):
    """The share of a schema's labelled fields whose label stands in some rows, the first row with one, their number."""

    share: float
    first: int
    known: int


def label_share(rows: Sequence[Row], spec: SchemaSpec) -> LabelShare:
    """How many of the schema's labels stand in the rows."""
    index = label_index(spec)
    tokens = row_tokens(rows, index)
    hits = spot(tokens, index)
    wanted = {f.path for f in _printed_fields(spec.fields)}
    found = {t.field.path for h in hits.values() for t in h.targets}
    first = min((tokens[p].row for p in hits), default=0)
    count = len(found & wanted)
    return LabelShare(count / len(wanted) if wanted else 0.0, first, count)


def _printed_fields(fields: Sequence[FieldSpec]) -> list[FieldSpec]:
    out: list[FieldSpec] = []
    for field in fields:
        if field.printed.labels or field.printed.column:
            out.append(field)
        out.extend(_printed_fields(field.children))
    return out
