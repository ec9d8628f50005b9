"""Whether every form of a document was found: titles that stand where no form begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.accounting.proof.printed_labels import labels_in
from extractor.accounting.proof.record_keys import keys_lacking
from extractor.accounting.settled import unsettled
from extractor.accounting.value_paths import covers
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Cell, Document, Unit
from extractor.document.results import Finding, Form, Place, Record, finding
from extractor.forms.line_labels import label_key
from schemas.spec import SchemaSpec
from schemas.values import fold

_YEAR = re.compile(r"[(]?\d{4}(?:年度?)?[)]?")


def forms_missed(
    document: Document, forms: Sequence[Form], schemas: Sequence[SchemaSpec], known: Sequence[Place] = ()
) -> tuple[Finding, ...]:
    """A finding on each title that stands in a line of its own, in a cell or inside of a form, and begins no form.

    `known` are places that are accounted for otherwise, such as page furniture. A line outside of all forms may be
    part of a cover or a table of contents: those are looked at where the document is cut.
    """
    claimed = {(row.page, unit.id) for form in forms for row in form.title_rows for unit in row.units}
    claimed |= {(place.page, place.unit) for form in forms for place in (*form.title, *form.furniture)}
    claimed |= {(place.page, place.unit) for place in known}
    within = {(row.page, unit.id) for form in forms for row in form.rows for unit in row.units}
    titles = {fold(title) for spec in schemas for title in spec.titles}
    found = []
    before: Unit | None = None
    for unit in document.units():
        repeated = before is not None and _is_repeat(before, unit)
        before = unit
        place = (unit.page, unit.id)
        if place in claimed or repeated or not (isinstance(unit, Cell) or place in within):
            continue
        for line in _titles_in(unit, titles):
            message = f"page {unit.page}, {unit.id}: the title {line[:40]!r} stands here, and no form begins"
            found.append(finding(FindingKind.FORM_MISSED, "", message))
    return tuple(found)


def keys_in_doubt(forms: Sequence[Form], records: Sequence[Record]) -> tuple[Finding, ...]:
    """A finding on each form whose key has no value, or one in doubt: which form it is, and whether one, is open."""
    found = []
    for form, record in zip(forms, records, strict=True):
        doubts = unsettled(record.findings)
        keys = [f.path for f in form.schema.fields if f.structure == "scalar" and f.printed.key]
        open_keys = [p for p in keys if record.values.get(p) is None or any(covers(doubt, p) for doubt in doubts)]
        if keys and open_keys == keys:
            message = f"form {form.index}: what it is known by ({', '.join(keys)}) is in doubt; is it one form?"
            found.append(finding(FindingKind.FORM_UNCLEAR, "", message))
    return tuple(found)


def forms_joined(forms: Sequence[Form]) -> tuple[Finding, ...]:
    """A finding on each form in which another one may stand: what is printed once a form is printed there again."""
    lacks = ((form, lack) for form in forms for lack in keys_lacking(labels_in(form), form.schema))
    return tuple(finding(FindingKind.FORM_MISSED, "", f"form {form.index}: {lack.message}") for form, lack in lacks)


def keys_left(records: Sequence[Record], schemas: Sequence[SchemaSpec]) -> tuple[Finding, ...]:
    """A finding on each record that leaves a label unread which another form is known by: that form may be in it."""
    known = {spec.name: {label_key(label) for f in spec.leaves() for label in f.printed.labels} for spec in schemas}
    keys = {
        label_key(label): spec.name
        for spec in schemas
        for field in spec.fields
        if field.printed.key and field.structure == "scalar"
        for label in field.printed.labels
    }
    found = []
    for record in records:
        for key in {label_key(left.text) for left in record.residue} & keys.keys() - known.get(record.schema, set()):
            message = f"form {record.form}: {key!r} stands in it, which a {keys[key]} is known by; is that one missing?"
            found.append(finding(FindingKind.FORM_MISSED, "", message))
    return tuple(found)


def _titles_in(unit: Unit, titles: set[str]) -> Iterator[str]:
    for line in unit.text.splitlines():
        if _YEAR.sub("", fold(line)) in titles:
            yield line.strip()


def _is_repeat(before: Unit, unit: Unit) -> bool:
    """Whether a cell says the same as the one beside it: a merged cell that was written once a column."""
    if not (isinstance(before, Cell) and isinstance(unit, Cell)):
        return False
    return (before.table, before.row, before.text) == (unit.table, unit.row, unit.text)
