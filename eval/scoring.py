"""A run scored against gold, document by document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eval import metrics
from eval.gold import Gold
from eval.metrics import Counts, Cube, Forms, Rows
from eval.predictions import Prediction, Reading, matching
from eval.verdicts import ERRORS, FormVerdicts, Leaf, document_verdicts


class Mistake(NamedTuple):
    """A leaf in error, with its form (-1: no such form) in gold and in the record."""

    schema: str
    form: int
    record: int
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """How one document was read: counts, forms, rows, and each error."""

    document: str
    gold: str
    shape: tuple[str, ...]
    cube: Cube
    forms: Forms
    rows: Rows
    mistakes: tuple[Mistake, ...]
    findings: int
    idle_findings: int
    edits: int
    likeness: Mapping[str, tuple[float, int]]
    reason: str | None = None

    @property
    def counts(self) -> Counts:
        """The document's leaves by verdict."""
        return metrics.counts(self.cube)


def score_run(golds: Sequence[Gold], run: Mapping[str, Reading]) -> list[DocumentScore]:
    """Each gold document against each of the run's documents that it means; one that is not there counts as empty."""
    out: list[DocumentScore] = []
    for gold in golds:
        readings: list[Reading | None] = [run[name] for name in matching(gold.document, run)]
        out += [score_document(gold, reading) for reading in readings or [None]]
    return out


def score_document(gold: Gold, reading: Reading | None) -> DocumentScore:
    """One document's score; without a reading all of gold is omitted."""
    return summarise(gold, reading, document_verdicts(gold, reading))


def summarise(gold: Gold, reading: Reading | None, verdicts: Sequence[FormVerdicts]) -> DocumentScore:
    """The figures of a document's verdicts."""
    records = {record.form: record for record in reading.records} if reading else {}
    flags = {v.record: records[v.record].flags for v in verdicts if v.record is not None}
    return DocumentScore(
        reading.document if reading else gold.document,
        str(gold.path),
        gold.shape,
        metrics.cube(verdicts),
        _forms(verdicts, records),
        sum((metrics.rows(v.rows) for v in verdicts), Rows()),
        tuple(_mistakes(verdicts)),
        sum(len(found) for found in flags.values()),
        sum(metrics.unjustified(flags[v.record], v.leaves) for v in verdicts if v.record is not None),
        metrics.edits(verdicts),
        _likeness(verdicts),
        reading.reason if reading else "no record of this document in the run",
    )


def _forms(verdicts: Iterable[FormVerdicts], records: Mapping[int, Prediction]) -> Forms:
    listed = list(verdicts)
    outcomes = Counter(v.outcome for v in listed)
    settled = sum(v.outcome == "found" and v.record is not None and not records[v.record].flags for v in listed)
    return Forms(outcomes["found"], outcomes["missing"], outcomes["extra"], sum(v.perfect for v in listed), settled)


def _mistakes(verdicts: Iterable[FormVerdicts]) -> Iterable[Mistake]:
    for form in verdicts:
        gold, record = -1 if form.gold is None else form.gold, -1 if form.record is None else form.record
        for leaf in form.leaves:
            if leaf.verdict in ERRORS:
                yield Mistake(form.schema, gold, record, leaf)


def _likeness(verdicts: Iterable[FormVerdicts]) -> dict[str, tuple[float, int]]:
    """By field of long text: the sum of 1 − CER, and how many texts both sides have."""
    out: dict[str, tuple[float, int]] = {}
    for form in verdicts:
        for leaf in form.leaves:
            if leaf.likeness is not None:
                total, n = out.get(leaf.field, (0.0, 0))
                out[leaf.field] = total + leaf.likeness, n + 1
    return out


@dataclass(frozen=True, slots=True)
class Total:
    """The figures of several documents together."""

    cube: Cube
    forms: Forms
    rows: Rows
    findings: int
    idle_findings: int
    edits: int
    likeness: Mapping[str, tuple[float, int]]

    @property
    def counts(self) -> Counts:
        """All leaves by verdict."""
        return metrics.counts(self.cube)


def total(scores: Iterable[DocumentScore]) -> Total:
    """Several documents' scores added up."""
    listed = list(scores)
    cube: Cube = Counter()
    likeness: dict[str, tuple[float, int]] = {}
    for score in listed:
        cube.update(score.cube)
        for field, (alike, n) in score.likeness.items():
            before = likeness.get(field, (0.0, 0))
            likeness[field] = before[0] + alike, before[1] + n
    return Total(
        cube,
        sum((score.forms for score in listed), Forms()),
        sum((score.rows for score in listed), Rows()),
        sum(score.findings for score in listed),
        sum(score.idle_findings for score in listed),
        sum(score.edits for score in listed),
        likeness,
    )
