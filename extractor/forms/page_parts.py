"""A document of several schemas that need no title: which schema each of its pages is of, by the labels on it.

A part is the pages of one form. A page begins another part where it is of another schema, or where it says the labels
of a form's head again with other values. A page on which hardly a label stands goes on with the part before it where
one of that schema's labels or the same table stands on it; else no schema fits it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from extractor.document.layout import Cell
from extractor.document.results import Row
from extractor.forms.labels import label_index, row_tokens, spot
from schemas.spec import SchemaSpec

LEAST_LABELS = 2
"""So many labels of a schema tell that a page is of it: one alone may be a word of any text."""


class Part(NamedTuple):
    """Rows of consecutive pages that are one form of a schema, or of pages that none fits."""

    schema: SchemaSpec | None
    rows: tuple[Row, ...]


class _Fit(NamedTuple):
    """The labels of a schema on a page: the fields that they name, and what stands behind those of single values."""

    schema: SchemaSpec
    fields: frozenset[str]
    single: Mapping[str, str]


def parts(rows: Sequence[Row], schemas: Sequence[SchemaSpec]) -> list[Part]:
    """The parts of a document's rows; none where its pages are not of several schemas."""
    pages = [tuple(own) for _, own in groupby(rows, key=lambda row: row.page)]
    untitled = [spec for spec in schemas if spec.whole and label_index(spec).labels]
    if len(pages) < 2 or len(untitled) < 2:
        return []
    out: list[Part] = []
    head: _Fit | None = None
    decided: set[str] = set()
    for page in pages:
        fits = [_fit(page, spec) for spec in untitled]
        best = _best(fits, out[-1].schema if out else None)
        if best is not None:
            decided.add(best.schema.name)
            same = head is not None and head.schema is best.schema and not _says_again(head, best)
            head = head if same else best
        else:
            same = head is not None and _goes_on(out[-1], page, next(f for f in fits if f.schema is head.schema))
            head = head if same else None
        if same:
            out[-1] = Part(out[-1].schema, (*out[-1].rows, *page))
        else:
            out.append(Part(head.schema if head else None, page))
    return out if len(decided) > 1 else []


def _fit(rows: Sequence[Row], spec: SchemaSpec) -> _Fit:
    index = label_index(spec)
    tokens = row_tokens(rows, index)
    fields: set[str] = set()
    single: dict[str, str] = {}
    for hit in spot(tokens, index).values():
        behind = tokens[hit.last + 1].fold if hit.last + 1 < len(tokens) else ""
        for target in hit.targets:
            fields.add(target.field.path)
            if target.field.structure == "scalar" and not target.column and "[]" not in target.field.path:
                single.setdefault(target.field.path, behind)
    return _Fit(spec, frozenset(fields), single)


def _best(fits: Sequence[_Fit], before: SchemaSpec | None) -> _Fit | None:
    """The schema with most labels on a page; of several, that of the page before it; None where none has enough."""
    most = max(len(fit.fields) for fit in fits)
    ahead = [fit for fit in fits if len(fit.fields) == most]
    if most < LEAST_LABELS:
        return None
    return next((fit for fit in ahead if fit.schema is before), ahead[0])


def _says_again(head: _Fit, page: _Fit) -> bool:
    """Whether a page begins a form anew: half of the labels of the first page are there, one with another value."""
    again = head.single.keys() & page.single.keys()
    return 2 * len(again) >= len(head.single) > 0 and any(head.single[path] != page.single[path] for path in again)


def _goes_on(part: Part, page: Sequence[Row], fit: _Fit) -> bool:
    """Whether a page with hardly a label is of the part before it: by one of its labels, or by a table that goes on."""
    if fit.fields:
        return True
    last, first = part.rows[-1], page[0]
    return bool(last.table and first.table) and _columns(last) == _columns(first)


def _columns(row: Row) -> int:
    return max((cell.col + cell.col_span for cell in row.units if isinstance(cell, Cell)), default=0)
