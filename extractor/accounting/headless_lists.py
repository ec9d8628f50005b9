"""Lists without a header: a person may confirm that their columns have no label, and that tells no number's column.

What does is a printed sum: it shows that the numbers of its column are those, and that no row is missing. Two other
numbers of a row are told apart by their own labels (`2 @ 3.50`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from extractor.accounting.checks import lists_in, sum_holds
from extractor.accounting.number_marks import label_before
from extractor.accounting.proof.list_columns import header_of
from extractor.accounting.proof.printed_labels import PrintedLabels, labels_in
from extractor.accounting.value_paths import field_of, row_of
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, Finding, Form, finding
from extractor.forms.form_tokens import with_confirmed_labels
from schemas.relations import Sums
from schemas.spec import FieldSpec, SchemaSpec, generic


def numbers_unshown(form: Form, candidates: Sequence[Candidate], values: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding on each list without a header whose numbers no sum shows, and on rows that mix theirs up."""
    schema = form.schema
    bare = {path for path, texts in schema.confirmed if "" in texts}
    if schema.accounts != "asked" or not bare:
        return
    labels = labels_in(with_confirmed_labels(form))
    for spec in schema.fields:
        own = [c for c in candidates if field_of(c.path) == spec.name and _is_number(schema, c)]
        if spec.structure != "rows" or not any(generic(c.path) in bare for c in own) or _has_header(labels, spec, own):
            continue
        summed = _summed(schema, spec, values)
        if not summed:
            message = "it has no header, and no sum shows in which column its numbers stand"
            yield finding(FindingKind.UNPROVEN, spec.name, message)
            continue
        yield from _rows_mixed(form, [c for c in own if generic(c.path) not in summed])


def _is_number(schema: SchemaSpec, candidate: Candidate) -> bool:
    spec = schema.field(candidate.path)
    return spec is not None and spec.kind == "amount"


def _has_header(labels: PrintedLabels, spec: FieldSpec, own: Sequence[Candidate]) -> bool:
    rows = frozenset(labels.tokens[n].row for c in own for n in labels.of(c.places))
    return header_of(labels, spec, rows) is not None


def _summed(schema: SchemaSpec, spec: FieldSpec, values: Mapping[str, Any]) -> set[str]:
    """The columns of a list whose printed sum is right."""
    sums = (r for r in schema.relations if isinstance(r, Sums) and spec.name in lists_in(r))
    return {part for one in sums if sum_holds(one, dict(values)) for part in one.parts if "[]" in part}


def _rows_mixed(form: Form, numbers: Sequence[Candidate]) -> Iterator[Finding]:
    """A finding on each row with several numbers that no sum shows, but for those behind a label of their own."""
    texts = {(row.page, unit.id): unit.text for row in form.rows for unit in row.units}
    rows: dict[tuple[str, int | None], list[bool]] = {}
    for candidate in numbers:
        spec, place = form.schema.field(candidate.path), candidate.places[0] if candidate.places else None
        text = texts.get((place.page, place.unit), "") if place else ""
        shown = spec is not None and place is not None and label_before(text, place, spec)
        rows.setdefault((field_of(candidate.path), row_of(candidate.path)), []).append(shown)
    for (name, row), shown_ones in rows.items():
        if shown_ones.count(False) > 1:
            message = "nothing printed tells which of its numbers is which"
            yield finding(FindingKind.UNPROVEN, f"{name}[{row}]", message)
