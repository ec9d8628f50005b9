"""Values of a digital page whose row the reader was not sure of, and that stand on one printed line with their row.

A table without lines leaves open where a row begins. A value's own characters say on which printed line they are: that
of its row's other values, or that of its own label. Nothing else is doubted where no OCR read the page.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from extractor.accounting.proof.printed_labels import PrintedLabels, labels_in
from extractor.accounting.value_paths import spans
from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import overlap, union
from extractor.document.layout import Box, Document
from extractor.document.results import Candidate, Finding, Form, Span
from extractor.forms.form_tokens import with_confirmed_labels

_SHARED = 0.5
"""Two boxes are on one line if they share so much of the lower one's height."""
_TALL = 100_000.0
"""Points; no page is so high."""

Evidence = Mapping[str, Sequence[Span]]


def without_placed(
    document: Document, form: Form, candidates: Sequence[Candidate], evidence: Evidence, findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """The findings without those that doubt the row of a value which its printed line shows."""
    doubted = {f.path for f in findings if f.kind == FindingKind.LOW_CONFIDENCE}
    if not document.exact or form.schema.accounts != "asked" or not doubted:
        return tuple(findings)
    spaced = {note.page for note in document.notes if note.kind == FindingKind.UNRULED_DOUBT}
    shown = _on_the_line_of_their_row(form, candidates, evidence)
    shown |= _behind_their_label(form, candidates, evidence, spaced)
    return tuple(f for f in findings if f.kind != FindingKind.LOW_CONFIDENCE or f.path not in shown)


def _on_the_line_of_their_row(form: Form, candidates: Sequence[Candidate], evidence: Evidence) -> set[str]:
    """The values on one line with all of their row; and labels that span rows, on that line or above it."""
    rows: dict[str, dict[str, Box | None]] = {}
    labels: dict[str, Box | None] = {}
    for candidate in candidates:
        if "]." in candidate.path:
            own = (
                labels if spans(form.schema, candidate.path) else rows.setdefault(candidate.path.rpartition(".")[0], {})
            )
            own[candidate.path] = _box(evidence.get(candidate.path, ()))
    lines = {row: [b for b in boxes.values() if b] for row, boxes in rows.items() if _is_one_line(boxes.values())}
    values = {path for row in lines if len(rows[row]) > 1 for path in rows[row]}
    for path, box in labels.items():
        row = lines.get(path.rpartition(".")[0])
        if box and row and all(_on_one_line(box, own) or box.bottom <= own.top for own in row):
            values.add(path)
    return values


def _is_one_line(boxes: Iterable[Box | None]) -> bool:
    own = list(boxes)
    return all(a is not None and b is not None and _on_one_line(a, b) for a in own for b in own)


def _behind_their_label(
    form: Form, candidates: Sequence[Candidate], evidence: Evidence, spaced: Container[int]
) -> set[str]:
    """The single values right behind a label of their own; on `spaced` pages rows are told from spaces alone."""
    labels = labels_in(with_confirmed_labels(form))
    out: set[str] = set()
    for candidate in candidates:
        spec, tokens = form.schema.field(candidate.path), labels.of(candidate.places)
        if spec is None or "[]" in spec.path or not tokens:
            continue
        before = labels.hit_of.get(tokens[0] - 1)
        own = before is not None and any(t.field.path == spec.path for t in before.targets)
        if own and _is_beside(labels, tokens[0], _box(evidence.get(candidate.path, ())), spaced):
            out.add(candidate.path)
    return out


def _is_beside(labels: PrintedLabels, first: int, value: Box | None, spaced: Container[int]) -> bool:
    label, here = labels.tokens[first - 1], labels.tokens[first]
    if label.page != here.page or label.row != here.row or label.table != here.table:
        return False
    if label.unit.box is None and value is None:  # a sheet, whose rows are facts
        return here.exact and here.page not in spaced
    return (
        label.unit.box is not None and value is not None and _on_one_line(_on_page(label.unit.box, label.page), value)
    )


def _box(evidence: Sequence[Span]) -> Box | None:
    """The box around a value, None where a part of it has none."""
    boxes = [_on_page(span.box, span.place.page) for span in evidence if span.box is not None]
    return union(boxes) if len(boxes) == len(evidence) else None


def _on_page(box: Box, page: int) -> Box:
    """The box on a strip of all pages below each other."""
    return Box(box.x0, box.top + page * _TALL, box.x1, box.bottom + page * _TALL)


def _on_one_line(one: Box, other: Box) -> bool:
    lower = min(one.bottom - one.top, other.bottom - other.top)
    return overlap(one.top, one.bottom, other.top, other.bottom) > _SHARED * lower
