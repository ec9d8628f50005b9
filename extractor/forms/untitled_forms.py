"""Forms that no title stands above: told by their labels, one for all rows or one for each part of a bundle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Finding, Form, Row, finding
from extractor.forms.label_share import label_share
from extractor.forms.labels import label_index, row_tokens, spot
from extractor.forms.page_parts import parts
from extractor.forms.row_text import row_text
from schemas.spec import SchemaSpec

_HEAD_SHARE = 0.5


def without_titles(
    rows: Sequence[Row], schemas: Sequence[SchemaSpec], forms: list[Form], outside: list[Row], *, alone: bool
) -> list[Finding]:
    """Forms of rows without a title: one, or one for each part of a bundle; a finding on pages that no schema fits."""
    bundle = parts(rows, schemas) if alone else []
    if not bundle:
        _untitled(rows, schemas, forms, outside, alone=alone)
    for part in bundle:
        if part.schema is None:
            outside.extend(part.rows)
        else:
            _untitled(part.rows, [part.schema], forms, outside, alone=True, rivals=schemas)
    pages = sorted({row.page for part in bundle if part.schema is None for row in part.rows})
    message = "no schema fits this page of a bundle; its text is listed, and no value is read from it"
    return [finding(FindingKind.PAGE_UNKNOWN, "", f"page {page}: {message}") for page in pages]


def _untitled(
    rows: Sequence[Row],
    schemas: Sequence[SchemaSpec],
    forms: list[Form],
    outside: list[Row],
    *,
    alone: bool,
    rivals: Sequence[SchemaSpec] = (),
) -> None:
    """A form that has lost its title: rows that carry most of a schema's labels, from the first label on.

    With fewer, rows that are `alone` in their document are a form of the schema that needs no title, and in doubt. So
    is a form of which another schema, one of these or of `rivals`, knows as many labels.
    """
    labelled = [spec for spec in schemas if label_index(spec).labels]
    shares = [(spec, *label_share(rows, spec)) for spec in labelled]
    best = max(shares, key=lambda s: s[1], default=None)
    if best is not None and best[1] >= _HEAD_SHARE:
        spec, _, first, count = best
        first = 0 if alone and spec.accounts == "asked" else _with_lines_above(rows, first, spec)
        message = f"no title stands above this form; read as {spec.name} by its labels"
        untitled = [finding(FindingKind.NO_TITLE, "", message)] if spec.titles else []
        notes = (*untitled, *_may_be_another(rows, spec, count, rivals or labelled))
    else:
        only = [s for s in shares if s[0].whole and (s[1] or len(labelled) == 1)] if alone and rows else []
        if not only:
            outside.extend(rows)
            return
        (spec, share, *_), first = max(only, key=lambda s: s[1]), 0
        message = f"read as {spec.name}, of whose labels {share:.0%} stand here; is it one? declare what is printed"
        notes = (finding(FindingKind.FEW_LABELS, "", message),)
    outside.extend(rows[:first])
    starts = [first, *(n for n in _key_rows(rows, spec) if n > first)]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        forms.append(Form(len(forms), spec, tuple(rows[start:end]), notes=notes))


def _may_be_another(
    rows: Sequence[Row], spec: SchemaSpec, count: int, schemas: Sequence[SchemaSpec]
) -> tuple[Finding, ...]:
    """A doubt about a form of which another schema knows as many labels: share and number may tell two schemas."""
    others = [other.name for other in schemas if other.name != spec.name and label_share(rows, other).known >= count]
    message = f"read as {spec.name}, and {' and '.join(others)} knows as many of its labels; which is it?"
    return (finding(FindingKind.SCHEMA_UNCLEAR, "", message),) if others else ()


def _with_lines_above(rows: Sequence[Row], first: int, spec: SchemaSpec) -> int:
    """The first row of a form without a title: the lines right above are its own that are what a field looks like."""
    patterns = [f.printed.pattern for f in spec.fields if f.structure == "scalar" and f.printed.pattern]
    while first and not rows[first - 1].table and any(re.fullmatch(p, row_text(rows[first - 1])) for p in patterns):
        first -= 1
    return first


def _key_rows(rows: Sequence[Row], spec: SchemaSpec) -> list[int]:
    """The rows, behind the first, in which the label of a form's key stands with another value: another form begins."""
    keys = {f.path for f in spec.fields if f.printed.key and f.printed.labels}
    index = label_index(spec)
    tokens = row_tokens(rows, index)
    found: dict[int, str] = {}
    for hit in spot(tokens, index).values():
        if any(t.field.path in keys and not t.column for t in hit.targets):
            behind = tokens[hit.last + 1].fold if hit.last + 1 < len(tokens) else ""
            found.setdefault(tokens[hit.first].row, behind)
    starts = sorted(found)
    return [n for before, n in pairwise(starts) if spec.accounts == "all" or found[n] != found[before]]
