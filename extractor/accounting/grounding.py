"""Accounts for every character of a form: label, value, null mark, furniture, or residue.

A character is evidence of one value only, spanning labels excepted; what nothing accounts for is residue, and a
finding on what stands around it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from extractor.accounting.asked_residue import asked_residue, rows_passed_over
from extractor.accounting.shared_evidence import SharedEvidence
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Box, Cell, Line, Unit
from extractor.document.results import (
    LOW_CONFIDENCE,
    Answer,
    Candidate,
    Finding,
    Form,
    Match,
    Place,
    Proof,
    Residue,
    Row,
    Span,
    finding,
    placed,
)
from extractor.forms.form_tokens import form_tokens
from extractor.forms.labels import LabelIndex, label_index
from extractor.forms.line_labels import label_key
from extractor.forms.regions import PAGE_GAP
from extractor.forms.tokens import HEADING, row_shaped
from schemas.spec import SchemaSpec
from schemas.values import fold

LABEL, VALUE, NULL, FURNITURE = 1, 2, 3, 4
_LABEL_PUNCTUATION = frozenset(":：﹕")


@dataclass(frozen=True, slots=True)
class Grounded:
    """A form's characters accounted for. `unclaimed` are rows at its end that are no part of it."""

    evidence: dict[str, tuple[Span, ...]]
    findings: tuple[Finding, ...]
    residue: tuple[Residue, ...]
    unclaimed: tuple[Row, ...]


class _Sheet:
    """The classes of all characters of a form, by unit."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.units: dict[tuple[int, str], Unit] = {(r.page, u.id): u for r in rows for u in r.units}
        self.order: dict[tuple[int, str], int] = {key: n for n, key in enumerate(self.units)}
        self.marks = {key: bytearray(len(u.text)) for key, u in self.units.items()}

    def mark(self, place: Place, what: int) -> None:
        """Gives a class to the characters of a place that have none; a value takes what a label had."""
        marks = self.marks.get((place.page, place.unit))
        if marks is None:
            return
        end = min(place.end, len(marks))
        if what == VALUE or not any(marks[place.start : end]):
            marks[place.start : end] = bytes([what]) * (end - place.start)
            return
        for n in range(place.start, end):
            marks[n] = marks[n] or what


def ground(form: Form, answer: Answer, proofs: Mapping[str, Proof] | None = None) -> Grounded:
    """Evidence, residue and what is wrong with them, for an engine's answer about a form.

    `proofs` are the kinds of proof of its values, which their evidence names.
    """
    sheet = _Sheet(form.rows)
    title_units = {(r.page, u.id): u for r in form.title_rows for u in r.units}
    findings: list[Finding] = []
    evidence: dict[str, tuple[Span, ...]] = {}
    shared = SharedEvidence(form, answer.candidates)
    for candidate in answer.candidates:
        if candidate.path in evidence:
            continue  # a second reading: assembly keeps the first, and this one's characters are residue
        spans = _spans(candidate, sheet.units, title_units, proofs.get(candidate.path) if proofs else None)
        evidence[candidate.path] = spans
        spec = form.schema.field(candidate.path)
        if spec is not None and spec.derived:
            continue  # printed nowhere
        findings.extend(_evidence_findings(candidate, spans))
        findings.extend(shared.doubts(candidate))
        for place in candidate.places:
            sheet.mark(place, VALUE)
        for place in (place for reason in candidate.reasons for place in reason.places):
            sheet.mark(place, LABEL)
    labels = answer.labels or label_places(form)
    for place in labels:
        sheet.mark(place, LABEL)
    for place in answer.nulls:
        sheet.mark(place, NULL)
    for place in (*answer.foreign, *_unasked_places(form)):
        sheet.mark(place, FURNITURE)
    residue = list(_residue(sheet))
    tail, unclaimed = _tail(form, sheet, residue)
    residue = [r for r in residue if (r.place.page, r.place.unit) not in tail]
    rest_of: Mapping[Place, frozenset[str]] = {}
    if form.schema.accounts == "asked":
        residue, rest_of = asked_residue(form, answer.candidates, labels, residue, answer.quoted)
    findings.extend(_residue_findings(residue, form, answer.candidates, sheet, rest_of))
    findings.extend(_swallowed(form.schema, answer.candidates, sheet.units))
    left = [
        Residue(own, part.text[own.start : own.end])
        for place in (*(r.place for r in residue), *answer.foreign)
        for part, own in placed(sheet.units[place.page, place.unit], place.start, place.end)
    ]
    return Grounded(evidence, tuple(findings), tuple(left), unclaimed)


def label_places(form: Form) -> tuple[Place, ...]:
    """The places of all labels of a form's schema, for engines that do not report them."""
    known = form_tokens(form)
    hits = (hit for hit in known.hits.values() if hit.targets)
    return tuple(known.tokens[p].place for hit in hits for p in range(hit.first, hit.last + 1))


def _unasked_places(form: Form) -> list[Place]:
    """The places of what forms of the schema print and its records do not hold: it is accounted for, and no value."""
    if not form.schema.unasked:
        return []
    known = form_tokens(form)
    return [known.tokens[position].place for position in known.unasked]


def _spans(
    candidate: Candidate,
    units: dict[tuple[int, str], Unit],
    titles: dict[tuple[int, str], Unit],
    proof: Proof | None,
) -> tuple[Span, ...]:
    found: list[tuple[Unit, Place]] = []
    for place in (*candidate.places, *(place for reason in candidate.reasons for place in reason.places)):
        unit = units.get((place.page, place.unit)) or titles.get((place.page, place.unit))
        if unit is None or not 0 <= place.start < place.end <= len(unit.text):
            continue
        whole = isinstance(unit, Line) or not unit.parts
        found.extend([(unit, place)] if whole else placed(unit, place.start, place.end))
    texts = [part.text[own.start : own.end] for part, own in found]
    match = _match(candidate.words, texts)
    return tuple(
        Span(own, text, *located(part, own), match, proof) for (part, own), text in zip(found, texts, strict=True)
    )


def _match(text: str, parts: Sequence[str]) -> Match:
    """How a value matches its evidence: to the letter, folded, or only nearly."""
    if len(parts) == 1 and parts[0] == text:
        return "exact"
    whole = "".join(parts)
    if "".join(whole.split()) == "".join(text.split()):
        return "exact"
    return "folded" if fold(whole) == fold(text) else "fuzzy"


class Located(NamedTuple):
    """Where characters stand on their page, and how sure their reader is of them."""

    box: Box | None
    confidence: float | None


def located(unit: Unit, place: Place) -> Located:
    """The box around a place's words, and their lowest confidence; the unit's own box where words are unknown."""
    if not unit.words:
        return Located(unit.box, None)
    words = [w for w in unit.words if w.start < place.end and w.start + len(w.text) > place.start]
    boxes = [w.box for w in words if w.box is not None]
    sure = [w.confidence for w in words if w.confidence is not None]
    if not boxes:
        return Located(unit.box, min(sure, default=None))
    box = Box(
        min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes), max(b.bottom for b in boxes)
    )
    return Located(box, min(sure, default=None))


def _evidence_findings(candidate: Candidate, spans: Sequence[Span]) -> Iterable[Finding]:
    path = candidate.path
    if not spans:
        yield finding(FindingKind.NO_EVIDENCE, path, f"stands nowhere in the form: {candidate.text[:60]}")
        return
    if spans[0].match == "fuzzy":
        printed = "".join(s.text for s in spans)
        message = f"the source reads {printed[:60]!r}, the value {candidate.text[:60]!r}"
        yield finding(FindingKind.EVIDENCE_DIFFERS, path, message, others=(printed,))
    yield from unsure(path, spans)


def unsure(path: str, spans: Sequence[Span]) -> Iterable[Finding]:
    """A finding where the reader is not sure of a value's characters."""
    low = [s for s in spans if s.confidence is not None and s.confidence < LOW_CONFIDENCE]
    if low:
        worst = min(low, key=lambda s: s.confidence or 0.0)
        message = f"the reading is unsure here ({worst.confidence:.2f}): {worst.text[:40]}"
        yield finding(FindingKind.LOW_CONFIDENCE, path, message)


_PRINTED = re.compile(r"\S+(?:[ \t]+\S+)*")


def _residue(sheet: _Sheet) -> Iterable[Residue]:
    for key, marks in sheet.marks.items():
        if 0 not in marks:
            continue
        text = sheet.units[key].text
        start = -1
        for n in range(len(marks) + 1):
            free = n < len(marks) and not marks[n]
            if free and start < 0:
                start = n
            elif not free and start >= 0:
                yield from _printed(key, text, start, n)
                start = -1


def _printed(key: tuple[int, str], text: str, start: int, end: int) -> Iterable[Residue]:
    for match in _PRINTED.finditer(text, start, end):
        if not all(c in _LABEL_PUNCTUATION for c in match[0]):
            yield Residue(Place(key[0], key[1], match.start(), match.end()), match[0])


def container(path: str) -> str:
    """What holds a value: its list, its group, or the value itself."""
    if "[" in path:
        return path[: path.index("[")]
    return path.split(".", maxsplit=1)[0]


def _residue_findings(
    residue: Sequence[Residue], form: Form, candidates: Sequence[Candidate], sheet: _Sheet,
    rest_of: Mapping[Place, frozenset[str]],
) -> Iterable[Finding]:  # fmt: skip
    """Each residue is a finding on what stands before it, on what stands behind it, and on what has no value between.

    Before and behind in reading order, and right above and below in its table. Between by the schema's order: the
    residue may be that value, its label not known. Of a schema that asks for some of a page, it is a finding on the
    values that it may be the `rest_of`, else on the rows of lists beside it, and on a list of which it may be a row.
    """
    if not residue:
        return
    asked = form.schema.accounts == "asked"
    lost = rows_passed_over(form, candidates) if asked else {}
    holder = _row_or_value if asked else container
    given = {container(c.path) for c in candidates}
    names = [] if asked else [f.name for f in form.schema.fields]
    where = sorted(
        _Stand(sheet.order[p.page, p.unit], p.start, holder(c.path))
        for c in candidates
        for p in c.places
        if (p.page, p.unit) in sheet.order
    )
    unfilled = [] if asked else sorted({*where, *_unfilled(form, sheet, given)})
    units = list(sheet.units.values())
    seen: set[tuple[str, str]] = set()
    for r in residue:
        here = sheet.order[r.place.page, r.place.unit]
        before, behind = _around(where, here, r.place.start)
        first = min((names.index(n) for n in before if n in names), default=0)
        last = max((names.index(n) for n in behind if n in names), default=len(names))
        between = {n for n in names[first:last] if n not in given}
        between |= _around(unfilled, here, r.place.start)[0] - given  # its label is the last before the residue
        above, below = _around([w for w in where if _are_stacked(units[w.order], units[here])], here, r.place.start)
        whole = {lost[key] for key in ((r.place.page, r.place.unit),) if key in lost}
        around = {*before, *behind, *between, *above, *below, *whole}
        own = {holder(path) for path in rest_of.get(r.place, ())} | whole
        for path in sorted(own or around) or [""]:
            if (path, r.text) not in seen:
                seen.add((path, r.text))
                message = f"nothing accounts for {r.text[:60]!r} (page {r.place.page}, {r.place.unit})"
                yield finding(FindingKind.RESIDUE, path, message)


def _unfilled(form: Form, sheet: _Sheet, given: set[str]) -> Iterable[_Stand]:
    """The labels of single values that have none, as if their values stood there."""
    known = form_tokens(form)
    for hit in known.hits.values():
        place = known.tokens[hit.first].place
        for target in hit.targets:
            holder = container(target.field.path)
            if holder not in given and not target.column and (place.page, place.unit) in sheet.order:
                yield _Stand(sheet.order[place.page, place.unit], place.start, holder)


def _row_or_value(path: str) -> str:
    """The innermost row of a list that a value is in, or the value itself."""
    return path[: path.rindex("]") + 1] if "]." in path else path


class _Stand(NamedTuple):
    """Where a value stands: its unit's number, its first character, and what holds the value."""

    order: int
    start: int
    container: str


def _around(where: Sequence[_Stand], order: int, start: int) -> tuple[set[str], set[str]]:
    """What holds the values that stand next before and behind a place."""
    at = bisect_left(where, _Stand(order, start, ""))
    return {w.container for w in where[max(at - 1, 0) : at]}, {w.container for w in where[at : at + 1]}


def _are_stacked(one: Unit, other: Unit) -> bool:
    """Whether a cell of a table stands right above or below another."""
    if not (isinstance(one, Cell) and isinstance(other, Cell)) or (one.page, one.table) != (other.page, other.table):
        return False
    aligned = one.col < other.col + other.col_span and other.col < one.col + one.col_span
    return aligned and (one.row + one.row_span == other.row or other.row + other.row_span == one.row)


def _tail(form: Form, sheet: _Sheet, residue: Sequence[Residue]) -> tuple[set[tuple[int, str]], tuple[Row, ...]]:
    """Lines behind the last row that the form claims, if they are prose: they stand outside of it."""
    claimed = (any(set(sheet.marks[row.page, u.id]) - {0, FURNITURE} for u in row.units) for row in reversed(form.rows))
    last = next((len(form.rows) - n for n, is_claimed in enumerate(claimed, 1) if is_claimed), -1)
    rows = form.rows[last + 1 :]
    if last < 0 or not rows:
        return set(), ()
    for n, row in enumerate(rows):
        text = " ".join(u.text.strip() for u in row.units if u.text.strip())
        if row.table or not (HEADING.match(text) or "。" in text or row.gap >= PAGE_GAP - 1):
            break
        left = rows[n:]
        if any(r.table or row_shaped(r.units[0].text) for r in left):
            break
        return {(r.page, u.id) for r in left for u in r.units}, tuple(left)
    return set(), ()


def _swallowed(
    schema: SchemaSpec, candidates: Sequence[Candidate], units: dict[tuple[int, str], Unit]
) -> Iterable[Finding]:
    """A text with a line like a table row, a label of the form or a bare number in it may have swallowed that."""
    index = label_index(schema)
    for candidate in candidates:
        spec = schema.field(candidate.path)
        if spec is None or spec.kind != "text" or spec.printed.spans:
            continue
        for (page, unit_id), places in groupby(candidate.places, key=lambda p: (p.page, p.unit)):
            unit = units.get((page, unit_id))
            if unit is None or not unit_id.startswith("L"):
                continue
            own = list(places)
            what = _strange(unit.text[own[0].start : own[-1].end], index, len(candidate.places))
            if what:
                message = f"a line of this text {what[1]}: {unit.text.strip()[:60]}"
                yield finding(what[0], candidate.path, message)
                break


def _strange(line: str, index: LabelIndex, parts: int) -> tuple[FindingKind, str] | None:
    """The kind of finding that a line of a text deserves, and what it says."""
    if row_shaped(line):
        return FindingKind.ROW_IN_TEXT, "looks like a table row"
    if parts > 1 and _BARE_NUMBER.fullmatch(line.strip()):
        return FindingKind.NUMBER_IN_TEXT, "is a bare number, perhaps of a page"
    head = line.split(maxsplit=1)[0] if line.strip() else ""
    if parts > 1 and len(head) >= _LABEL_LENGTH and label_key(head) in index.labels:
        return FindingKind.LABEL_IN_TEXT, "begins with a label of the form"
    return None


_BARE_NUMBER = re.compile(r"\d{1,4}")
_LABEL_LENGTH = 4
