"""Why a value's place is its field's own, for every candidate of every engine; what cannot be shown is a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from extractor.accounting.proof.list_columns import lists_lacking
from extractor.accounting.proof.printed_labels import Lack, labels_in
from extractor.accounting.proof.record_keys import keys_lacking
from extractor.accounting.proof.value_ends import ends_lacking, heads_lacking, values_lost
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Line
from extractor.document.results import Answer, Finding, Form, finding
from schemas.values import fold


def unproven(form: Form, answer: Answer, heads: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """A finding on each value, row or list whose place cannot be shown to be its own: it names what is missing.

    `heads` are lines, folded, that stand at the head of pages.
    """
    lacks = dict.fromkeys(_lacks(form, answer, heads))
    return tuple(finding(FindingKind.UNPROVEN, lack.path, lack.message) for lack in lacks)


def running_heads(document: Document) -> frozenset[str]:
    """The lines, folded, that stand in a document more than once, and once as the first of a page."""
    lines = Counter(fold(unit.text) for unit in document.units() if isinstance(unit, Line))
    first = {fold(page.blocks[0].text) for page in document.pages if page.blocks and isinstance(page.blocks[0], Line)}
    return frozenset(line for line in first if lines[line] > 1)


def _lacks(form: Form, answer: Answer, heads: frozenset[str]) -> Iterator[Lack]:
    labels = labels_in(form)
    for candidate in answer.candidates if heads else ():
        yield from heads_lacking(labels, form.schema, candidate, heads)
    ends = [lack for candidate in answer.candidates for lack in ends_lacking(labels, form.schema, candidate)]
    yield from ends
    if ends:
        yield from values_lost(labels, form.schema, answer.candidates)
    yield from keys_lacking(labels, form.schema)
    yield from lists_lacking(labels, form.schema, answer.candidates)
