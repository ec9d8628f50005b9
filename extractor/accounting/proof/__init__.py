"""Why a value's place is its field's own, for every candidate of every engine; what cannot be shown is a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from extractor.accounting.proof.list_columns import lists_lacking
from extractor.accounting.proof.own_labels import own_labels
from extractor.accounting.proof.printed_labels import Lack, PrintedLabels, labels_in
from extractor.accounting.proof.record_keys import keys_lacking
from extractor.accounting.proof.text_items import items_lacking
from extractor.accounting.proof.value_ends import ends_lacking, heads_lacking, values_lost, wraps_lacking
from extractor.accounting.proof.value_places import proofs
from extractor.accounting.proof.whole_sentences import sentences_lacking
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Line
from extractor.document.results import Answer, Finding, Form, Proof, finding
from extractor.forms.form_tokens import with_confirmed_labels
from schemas.values import fold

__all__ = ["Examined", "examine", "labels_in", "proofs", "running_heads"]


class Examined(NamedTuple):
    """The kind of proof of each value that has one, and a finding on each value, row or list that lacks one."""

    proofs: Mapping[str, Proof]
    findings: tuple[Finding, ...]


def examine(form: Form, answer: Answer, heads: frozenset[str] = frozenset()) -> Examined:
    """What shows that the values of an answer stand where they belong; a finding names what is missing.

    `heads` are lines, folded, that stand at the head of pages.
    """
    form = with_confirmed_labels(form)
    labels = labels_in(form)
    kinds = {c.path: c.proof for c in answer.candidates if c.proof is not None}
    kinds.update(proofs(labels, form, answer.candidates))
    lacks = dict.fromkeys(_lacks(labels, form, answer, heads))
    findings = [finding(FindingKind.UNPROVEN, lack.path, lack.message) for lack in lacks]
    own = own_labels(labels, form.schema, answer, kinds)
    return Examined({**own.proofs, **kinds}, (*findings, *own.findings))


def running_heads(document: Document) -> frozenset[str]:
    """The lines, folded, that stand in a document more than once, and once as the first of a page."""
    lines = Counter(fold(unit.text) for unit in document.units() if isinstance(unit, Line))
    first = {fold(page.blocks[0].text) for page in document.pages if page.blocks and isinstance(page.blocks[0], Line)}
    return frozenset(line for line in first if lines[line] > 1)


def _lacks(labels: PrintedLabels, form: Form, answer: Answer, heads: frozenset[str]) -> Iterator[Lack]:
    yield from heads_lacking(labels, form.schema, answer.candidates, heads)
    ends = [lack for candidate in answer.candidates for lack in ends_lacking(labels, form.schema, candidate)]
    yield from ends
    if ends or any(found.about == "reading" for found in answer.findings):
        yield from values_lost(labels, form.schema, answer.candidates)
    if form.schema.accounts != "asked":
        yield from wraps_lacking(labels, form.schema, answer.candidates)
    for candidate in answer.candidates:
        yield from sentences_lacking(form.schema, candidate)
    yield from keys_lacking(labels, form.schema)
    yield from items_lacking(form.schema, answer.candidates)
    yield from lists_lacking(labels, form.schema, answer.candidates, frozenset(labels.of(answer.labels)))
