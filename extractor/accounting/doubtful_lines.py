"""The printed lines that OCR was unsure of, and what becomes of their doubt when other readers have read them too.

A second reading settles a doubt where it is the same; where it is another, the finding tells both. No value changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.accounting.line_readings import TextKind, confirms, text_kind
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Unit
from extractor.document.results import LOW_CONFIDENCE, Finding, Record, Span
from extractor.readers.scan.printed_lines import PrintedLine, printed_lines

Units = Mapping[tuple[int, str], Unit]


class LineKey(NamedTuple):
    """What a line is known by: its page, its unit, its first character."""

    page: int
    unit: str
    start: int


class Doubt(NamedTuple):
    """Characters `start` to `end` (exclusive) of a printed line that stand for a value, one of them in doubt."""

    path: str
    line: PrintedLine
    start: int
    end: int

    @property
    def key(self) -> LineKey:
        """The line's key."""
        return LineKey(self.line.page, self.line.unit, self.line.start)

    @property
    def kind(self) -> TextKind:
        """The kind of what is printed there."""
        return text_kind(self.line.text[self.start : self.end])


Readings = Mapping[LineKey, Mapping[str, str]]
"""By line, what each further reader gives for it, by the reader's name."""


def doubts(record: Record, units: Units) -> list[Doubt]:
    """The doubtful characters of the values whose findings say that OCR is unsure of them."""
    paths = dict.fromkeys(f.path for f in record.findings if f.kind == FindingKind.LOW_CONFIDENCE)
    return [d for path in paths for span in record.evidence.get(path, ()) for d in _doubts_of(path, span, units)]


def _doubts_of(path: str, span: Span, units: Units) -> Iterator[Doubt]:
    for doubt in lines_of(path, span, units):
        words = units[doubt.key[:2]].words
        first, last = doubt.line.start + doubt.start, doubt.line.start + doubt.end
        own = (w for w in words if w.start < last and w.start + len(w.text) > first)
        if any(w.confidence is not None and w.confidence < LOW_CONFIDENCE for w in own):
            yield doubt


def unsure_lines(unit: Unit) -> list[PrintedLine]:
    """The printed lines of a unit in which OCR was unsure of a character."""
    low = [w.start for w in unit.words if w.confidence is not None and w.confidence < LOW_CONFIDENCE]
    return [line for line in printed_lines(unit) if any(line.start <= at < line.end for at in low)]


def lines_of(path: str, span: Span, units: Units) -> Iterator[Doubt]:
    """The characters of each printed line that a span of a value covers, in doubt or not."""
    place = span.place
    unit = units.get((place.page, place.unit))
    for line in printed_lines(unit) if unit is not None else ():
        start, end = max(place.start, line.start), min(place.end, line.end)
        if start < end:
            yield Doubt(path, line, start - line.start, end - line.start)


def open_doubts(doubts: Iterable[Doubt], readings: Readings) -> list[Doubt]:
    """The doubts that no further reading settles."""
    return [doubt for doubt in doubts if not confirming(doubt, readings)]


def confirming(doubt: Doubt, readings: Readings) -> tuple[str, ...]:
    """The readers that read the doubtful characters like the first."""
    told = readings.get(doubt.key, {})
    return tuple(name for name, text in told.items() if confirms(doubt.line.text, text, doubt.start, doubt.end))


def judged(record: Record, doubts: Sequence[Doubt], readings: Readings, notes: Mapping[LineKey, str]) -> Record:
    """The record without the doubts that other readers settle; each of the others says what they read.

    `notes` say why a reader gives nothing for a line.
    """
    by_path: dict[str, list[Doubt]] = {}
    for doubt in doubts:
        by_path.setdefault(doubt.path, []).append(doubt)
    settled = {path for path, own in by_path.items() if not open_doubts(own, readings)}
    findings = tuple(
        _told(finding, by_path.get(finding.path, ()), readings, notes)
        for finding in record.findings
        if finding.kind != FindingKind.LOW_CONFIDENCE or finding.path not in settled
    )
    readers = {path: _readers(by_path[path], readings) for path in settled}
    evidence = {
        path: tuple(replace(span, confirmed_by=readers[path]) for span in spans) if path in readers else spans
        for path, spans in record.evidence.items()
    }
    return replace(record, findings=findings, evidence=evidence)


def _readers(doubts: Iterable[Doubt], readings: Readings) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for doubt in doubts for name in confirming(doubt, readings)))


def _told(finding: Finding, doubts: Iterable[Doubt], readings: Readings, notes: Mapping[LineKey, str]) -> Finding:
    """The finding with what other readers read at the doubtful characters."""
    if finding.kind != FindingKind.LOW_CONFIDENCE:
        return finding
    lines = {d.key: d.line.text for d in open_doubts(doubts, readings)}
    said = [
        f"{name} reads {text[:60]!r} where {line[:60]!r} was read"
        for key, line in lines.items()
        for name, text in readings.get(key, {}).items()
    ]
    why = dict.fromkeys(notes[key] for key in lines if key in notes)
    return replace(finding, message="; ".join([finding.message, *said, *why]))
