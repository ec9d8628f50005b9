"""A run scored against gold, document by document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eval.scoring import calibration, evidence_places, metrics
from eval.scoring.calibration import Doubted
from eval.scoring.evidence_places import NOT_GROUNDED, Grounded
from eval.scoring.gold import Gold
from eval.scoring.metrics import Counts, Cube, Forms, Rows
from eval.scoring.predictions import Prediction, Reading, matching, names_of
from eval.scoring.provenance import Source, stated
from eval.scoring.verdicts import ERRORS, FormVerdicts, Leaf, document_verdicts, known, table_verdicts
from schemas.spec import generic


class Mistake(NamedTuple):
    """A leaf in error: its form (-1: no such form) in gold and in the record, and where the record says it stands."""

    schema: str
    form: int
    record: int
    leaf: Leaf
    evidence: tuple[Mapping[str, Any], ...] = ()


class Tables(NamedTuple):
    """Tables beside the forms: how many gold has and the record has too, their right cells, FP and FN."""

    gold: int = 0
    found: int = 0
    right: int = 0
    false_positives: int = 0
    false_negatives: int = 0


NO_TABLES = Tables()


class Planted(NamedTuple):
    """Errors that gold says are planted in the source, and how many of them have their finding."""

    errors: int = 0
    found: int = 0


NO_PLANTED = Planted()


class Claims(NamedTuple):
    """Values of records and of gold, and how many of them do not stand in the source."""

    values: int = 0
    absent: int = 0
    gold_values: int = 0
    gold_absent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What is counted of a document, or of several together: leaves, forms, rows, findings, doubts, and the cost.

    `claims` is None where the source was not looked at; `usage` adds up the figures of the records' usage.
    """

    cube: Cube
    forms: Forms
    rows: Rows
    findings: int
    idle_findings: int
    edits: int
    likeness: Mapping[str, tuple[float, int]]
    doubted: Mapping[Doubted, int] = field(default_factory=dict)
    residue: int = 0
    usage: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    claims: Claims | None = None
    tables: Tables = NO_TABLES
    planted: Planted = NO_PLANTED
    grounded: Grounded = NOT_GROUNDED

    @property
    def counts(self) -> Counts:
        """All leaves by verdict."""
        return metrics.counts(self.cube)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentScore(Score):
    """How one document was read: its figures, each error, and why it has no record where it has none."""

    document: str
    gold: str
    shape: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    reason: str | None = None


SourceOf = Callable[[Gold], Source | None]


def score_run(
    golds: Sequence[Gold], run: Mapping[str, Reading], source_of: SourceOf = lambda gold: None
) -> list[DocumentScore]:
    """Each gold document against each of the run's documents that it means; one that is not there counts as empty."""
    out: list[DocumentScore] = []
    names = names_of(run)
    for gold in golds:
        readings: list[Reading | None] = [run[name] for name in matching(gold.document, names)]
        source = source_of(gold)
        out += [score_document(gold, reading, source) for reading in readings or [None]]
    return out


def score_document(gold: Gold, reading: Reading | None, source: Source | None = None) -> DocumentScore:
    """One document's score; without a reading all of gold is omitted."""
    return summarise(gold, reading, document_verdicts(gold, reading), source)


def summarise(
    gold: Gold, reading: Reading | None, verdicts: Sequence[FormVerdicts], source: Source | None = None
) -> DocumentScore:
    """The figures of a document's verdicts."""
    records = {record.form: record for record in reading.records} if reading else {}
    unsettled = {v.record: records[v.record].unsettled for v in verdicts if v.record is not None}
    return DocumentScore(
        document=reading.document if reading else gold.document,
        gold=str(gold.path),
        shape=gold.shape,
        cube=metrics.cube(verdicts),
        forms=_forms(verdicts, records),
        rows=sum((metrics.rows(v.rows) for v in verdicts), Rows()),
        mistakes=tuple(_mistakes(verdicts, records)),
        findings=sum(len(found) for found in unsettled.values()),
        idle_findings=sum(metrics.unjustified(unsettled[v.record], v.leaves) for v in verdicts if v.record is not None),
        edits=metrics.edits(verdicts),
        likeness=_likeness(verdicts),
        doubted=_doubted(verdicts, records),
        residue=sum(len(record.residue) for record in records.values()),
        usage=usage(records.values()),
        seconds=reading.seconds if reading else None,
        claims=_claims(gold, reading, source) if source else None,
        reason=reading.reason if reading else "no record of this document in the run",
        tables=_tables(table_verdicts(gold, reading)),
        grounded=evidence_places.added(_grounded(gold, verdicts, records)),
        planted=_planted(
            gold, {v.gold: records[v.record] for v in verdicts if v.gold is not None and v.record is not None}
        ),
    )


def _grounded(gold: Gold, verdicts: Sequence[FormVerdicts], records: Mapping[int, Prediction]) -> Iterable[Grounded]:
    """The evidence of each gold form whose values have places; a form without a record has none."""
    for form in verdicts:
        if form.gold is not None and gold.places:
            evidence = records[form.record].evidence if form.record is not None else {}
            yield evidence_places.grounded(form, gold.places[form.gold], dict(gold.forms[form.gold].values), evidence)


def _planted(gold: Gold, records: Mapping[int, Prediction]) -> Planted:
    """A planted error is found by a finding of its kind at its field or inside of it, in whatever row that stands."""
    raised = {(form, f.kind, generic(f.path)) for form, record in records.items() for f in record.findings}
    wanted = [(int(p["form"]), str(p["kind"]), generic(str(p["path"]))) for p in gold.planted]

    def is_found(form: int, kind: str, path: str) -> bool:
        inside = (f"{path}.", f"{path}[")
        return any((f, k) == (form, kind) and (p == path or p.startswith(inside)) for f, k, p in raised)

    return Planted(len(wanted), sum(is_found(*one) for one in wanted))


def _tables(verdicts: Sequence[FormVerdicts]) -> Tables:
    c = metrics.counts(metrics.cube(verdicts))
    found = sum(v.outcome == "found" for v in verdicts)
    return Tables(len(verdicts), found, c.right, c.false_positives, c.false_negatives)


def _doubted(verdicts: Iterable[FormVerdicts], records: Mapping[int, Prediction]) -> Counter[Doubted]:
    out: Counter[Doubted] = Counter()
    for form in verdicts:
        if form.record is not None:
            out.update(calibration.doubted(form.leaves, calibration.doubts(records[form.record])))
    return out


def usage(records: Iterable[Prediction]) -> dict[str, float]:
    """The numbers that records state of their usage, added up by name, and how many of them needed a model."""
    return _added(
        {
            **{name: n for name, n in record.usage.items() if isinstance(n, int | float) and not isinstance(n, bool)},
            **({"model_needed": 1} if record.usage.get("calls") else {}),
        }
        for record in records
    )


def _claims(gold: Gold, reading: Reading | None, source: Source) -> Claims:
    specs = {form.schema.name: form.schema for form in gold.forms}
    records = [(specs.get(r.schema) or known(r.schema), r.values) for r in (reading.records if reading else ())]
    read = [stated(spec, values, source) for spec, values in records if spec is not None and spec.name in specs]
    true = [stated(form.schema, form.values, source) for form in gold.forms]
    return Claims(
        sum(s.values for s in read),
        sum(len(s.absent) for s in read),
        sum(s.values for s in true),
        sum(len(s.absent) for s in true),
    )


def _forms(verdicts: Iterable[FormVerdicts], records: Mapping[int, Prediction]) -> Forms:
    listed = list(verdicts)
    outcomes = Counter(v.outcome for v in listed)
    settled = sum(v.outcome == "found" and v.record is not None and not records[v.record].unsettled for v in listed)
    return Forms(outcomes["found"], outcomes["missing"], outcomes["extra"], sum(v.perfect for v in listed), settled)


def _mistakes(verdicts: Iterable[FormVerdicts], records: Mapping[int, Prediction]) -> Iterable[Mistake]:
    for form in verdicts:
        gold, record = -1 if form.gold is None else form.gold, -1 if form.record is None else form.record
        for leaf in form.leaves:
            if leaf.verdict in ERRORS:
                spans = evidence(records[record], leaf.path) if record >= 0 else ()
                yield Mistake(form.schema, gold, record, leaf, spans)


def evidence(record: Prediction, path: str) -> tuple[Mapping[str, Any], ...]:
    """The spans of a value: its own, or those of the nearest value that holds it (an indicator's parts have one)."""
    while path:
        if record.evidence.get(path):
            return tuple(record.evidence[path])
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return ()


def _likeness(verdicts: Iterable[FormVerdicts]) -> dict[str, tuple[float, int]]:
    """By field of long text: the sum of 1 − CER, and how many texts both sides have."""
    out: dict[str, tuple[float, int]] = {}
    for form in verdicts:
        for leaf in form.leaves:
            if leaf.likeness is not None:
                total, n = out.get(leaf.field, (0.0, 0))
                out[leaf.field] = total + leaf.likeness, n + 1
    return out


def total(scores: Iterable[DocumentScore]) -> Score:
    """Several documents' scores added up."""
    listed = list(scores)
    cube: Cube = Counter()
    doubted: Counter[Doubted] = Counter()
    likeness: dict[str, tuple[float, int]] = {}
    for score in listed:
        cube.update(score.cube)
        doubted.update(score.doubted)
        for name, (alike, n) in score.likeness.items():
            before = likeness.get(name, (0.0, 0))
            likeness[name] = before[0] + alike, before[1] + n
    return Score(
        cube=cube,
        forms=sum((score.forms for score in listed), Forms()),
        rows=sum((score.rows for score in listed), Rows()),
        findings=sum(score.findings for score in listed),
        idle_findings=sum(score.idle_findings for score in listed),
        edits=sum(score.edits for score in listed),
        likeness=likeness,
        doubted=doubted,
        residue=sum(score.residue for score in listed),
        usage=_added(score.usage for score in listed),
        seconds=sum(timed) if (timed := [s.seconds for s in listed if s.seconds is not None]) else None,
        claims=_all_claims([score.claims for score in listed if score.claims is not None]),
        tables=Tables(*map(sum, zip(NO_TABLES, *(score.tables for score in listed), strict=True))),
        grounded=evidence_places.added(score.grounded for score in listed),
        planted=Planted(*map(sum, zip(NO_PLANTED, *(score.planted for score in listed), strict=True))),
    )


def _added(usages: Iterable[Mapping[str, float]]) -> dict[str, float]:
    out: dict[str, float] = {}
    for one in usages:
        for name, value in one.items():
            out[name] = out.get(name, 0) + value
    return out


def _all_claims(claims: Sequence[Claims]) -> Claims | None:
    return Claims(*(sum(column) for column in zip(*claims, strict=True))) if claims else None
