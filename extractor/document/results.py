"""What comes out: spans of evidence, findings, residue, answers of engines, records.

All frozen. `to_json` of a class gives the shape that `records.jsonl` and `documents.jsonl` promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from extractor.document.finding_kinds import KINDS, About, FindingKind, Severity
from extractor.document.layout import Box, Unit, parts_of
from schemas.spec import SchemaSpec

Match = Literal["exact", "folded", "fuzzy", "derived"]
Proof = Literal["label", "heading", "column", "order", "unit", "pattern", "agreed", "layout", "computed"]
"""What shows that a value's place is its field's own.

`label`, `heading`   its label stands right before or above it, and is no other field's
`column`             its cells stand below the header of its column, in a table whose columns are facts
`order`              its row stands in one printed line, whose values are those of the columns, in their order
`unit`, `pattern`    it stands whole in the brackets of the label that states the unit; it looks as the field does
`agreed`             a second reader that goes by other signs gives the same value
`computed`           it is equal to what its schema's expression comes to, and is printed nowhere
`layout`             the rules found one reading of the form's layout, and none nearly as good
"""


LOW_CONFIDENCE = 0.93
"""What an OCR is less sure of than this is in doubt."""


class Place(NamedTuple):
    """Characters `start` to `end` (exclusive) of one unit's text; `unit` is a line's or a cell's id on its page."""

    page: int
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """A place with what stands there: the text, its box, its OCR confidence, how the value matched it, its proof.

    `confirmed_by`: further readers that were asked because the OCR was unsure, and read the same.
    """

    place: Place
    text: str
    box: Box | None = None
    confidence: float | None = None
    match: Match = "exact"
    proof: Proof | None = None
    confirmed_by: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The span as `records.jsonl` shows it: `line` (a number) or `cell` (an id)."""
        out = place_json(self.place)
        out["box"] = None if self.box is None else [round(v, 2) for v in self.box]
        out["text"] = self.text
        out["match"] = self.match
        out["proof"] = self.proof
        out["confidence"] = self.confidence
        if self.confirmed_by:
            out["confirmed_by"] = list(self.confirmed_by)
        return out


def placed(unit: Unit, start: int, end: int) -> Iterator[tuple[Unit, Place]]:
    """Where characters of a unit stand: a place in each of the parts that a page break cut it into."""
    offset = 0
    for part in parts_of(unit):
        first, last = max(start - offset, 0), min(end - offset, len(part.text))
        if first < last:
            yield part, Place(part.page, part.id, first, last)
        offset += len(part.text)
        offset += unit.text[offset : offset + 1] == "\n"  # a wrapped number goes on without a line end


def place_json(place: Place) -> dict[str, Any]:
    """`{"page", "line" or "cell", "start", "end"}` of a place."""
    out: dict[str, Any] = {"page": place.page}
    if place.unit.startswith("L"):
        out["line"] = int(place.unit[1:])
    else:
        out["cell"] = place.unit
    out["start"], out["end"] = place.start, place.end
    return out


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at.

    `path` names a value (`indicators[3].target`), something that holds values (`indicators`) or, empty, the whole
    record; `about` says whether the reading is in doubt or the source itself is odd. `others` are the texts that other
    readings of the same value have: a second reader's, another meaning, the source's own.
    """

    path: str
    about: About
    kind: FindingKind
    severity: Severity
    message: str
    others: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The finding as `records.jsonl` shows it; `others` only where there are any."""
        line = {
            "path": self.path,
            "about": self.about,
            "kind": self.kind,
            "severity": self.severity,
            "message": self.message,
        }
        return {**line, "others": list(self.others)} if self.others else line


def finding(
    kind: FindingKind, path: str, message: str, about: About | None = None, others: tuple[str, ...] = ()
) -> Finding:
    """A finding of a kind, about what the registry says unless `about` says otherwise (a failed check after OCR)."""
    entry = KINDS[kind]
    return Finding(path, about or entry.about, kind, entry.severity, message, others)


class Row(NamedTuple):
    """One printed row: a line, or one row of a grid (its cells from left to right).

    `table` numbers the grid within the document (0 for a line); `exact_columns` says that column numbers are facts;
    `gap` counts the blank lines above it; `number` counts the rows of the form from 1, the title's first: its id for
    an engine (0 outside of forms).
    """

    page: int
    units: tuple[Unit, ...]
    table: int = 0
    exact_columns: bool = False
    gap: int = 0
    number: int = 0


class AskedRows(NamedTuple):
    """The rows of a list that are asked for: between two rows of the form, given by their numbers, or ''."""

    field: str
    after: str
    before: str


class Hint(NamedTuple):
    """What goes with a form of which a part is asked: how another engine read it (JSON), and which rows are asked."""

    found: str
    rows: tuple[AskedRows, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The region of a document that one record comes from: its rows in reading order, page breaks stitched.

    `title` and `furniture` are the places that are accounted for before any engine looks. `alone` says that no text of
    its document stands outside of forms. `kept` holds what was computed from the form, by its type; a changed copy of
    the form begins with none.
    """

    index: int
    schema: SchemaSpec
    rows: tuple[Row, ...]
    title: tuple[Place, ...] = ()
    title_rows: tuple[Row, ...] = ()
    furniture: tuple[Place, ...] = ()
    notes: tuple[Finding, ...] = ()
    hint: Hint | None = None
    alone: bool = True
    kept: dict[type[Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A form, or a part of one, as text for an engine: every row has its number in brackets; `tokens` is estimated."""

    form: int
    schema: SchemaSpec
    text: str
    units: tuple[Unit, ...]
    tokens: int
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Residue:
    """Printed text that is no value and no label: what nothing accounts for, or page furniture."""

    place: Place
    text: str

    def to_json(self) -> dict[str, Any]:
        """The residue as `records.jsonl` shows it."""
        return {**place_json(self.place), "text": self.text}


class Words(NamedTuple):
    """Printed words and where they stand."""

    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value as an engine gives it: its path, the printed text, and the places it was copied from.

    `proof` is `layout` where the engine looked for every reading of the layout and found no other. `meaning` is the
    value that the text means, where the schema wants it otherwise than it is printed; `reasons` are words elsewhere
    that say so too (a column's header that tells the sign).
    """

    path: str
    text: str
    places: tuple[Place, ...]
    proof: Proof | None = None
    meaning: str | None = None
    reasons: tuple[Words, ...] = ()

    @property
    def words(self) -> str:
        """All printed words that say the value."""
        return " ".join((self.text, *(reason.text for reason in self.reasons)))


class Quoted(NamedTuple):
    """Under which printed words an engine found the values of a field: no places where it says under none."""

    field: str
    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of one chunk: values, what it read as labels and null marks, its own doubts, its usage.

    `foreign` is what stands in columns that no field declares: residue that puts nothing in doubt. `others` are what
    readers that are independent of this one say of the same form. `quoted` are the labels that it names.
    """

    candidates: tuple[Candidate, ...]
    labels: tuple[Place, ...] = ()
    nulls: tuple[Place, ...] = ()
    findings: tuple[Finding, ...] = ()
    foreign: tuple[Place, ...] = ()
    usage: dict[str, Any] = field(default_factory=dict)
    others: tuple[Answer, ...] = ()
    quoted: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one form, with everything that speaks for and against them.

    `unsettled`: the paths that are in doubt, "" for the whole record, as `accounting.settled` computed them.
    """

    document: str
    sha256: str
    form: int
    schema: str
    values: dict[str, Any]
    evidence: dict[str, tuple[Span, ...]]
    findings: tuple[Finding, ...]
    residue: tuple[Residue, ...]
    engine: str
    model: str | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    unsettled: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether no value of the record is in doubt."""
        return not self.unsettled

    def to_json(self) -> dict[str, Any]:
        """The record as one line of `records.jsonl`."""
        return {
            "document": self.document,
            "sha256": self.sha256,
            "form": self.form,
            "schema": self.schema,
            "values": self.values,
            "evidence": {path: [s.to_json() for s in spans] for path, spans in self.evidence.items()},
            "findings": [f.to_json() for f in self.findings],
            "residue": [r.to_json() for r in self.residue],
            "settled": self.settled,
            "unsettled": list(self.unsettled),
            "engine": self.engine,
            "model": self.model,
            "usage": self.usage,
        }


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A line outside of every form: what stands there, and whether it looks like part of a table."""

    page: int
    unit: str
    text: str
    kind: Literal["text", "table"] = "text"

    def to_json(self) -> dict[str, Any]:
        """The line as `documents.jsonl` shows it."""
        key, value = ("line", int(self.unit[1:])) if self.unit.startswith("L") else ("cell", self.unit)
        return {"page": self.page, key: value, "text": self.text, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """All that one document gave: records, what no form claims, page furniture, findings about it as a whole."""

    name: str
    sha256: str
    status: Literal["done", "failed"]
    pages: int = 0
    records: tuple[Record, ...] = ()
    unclaimed: tuple[Unclaimed, ...] = ()
    furniture: tuple[Residue, ...] = ()
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    seconds: float = 0.0
    settled: bool = False
    ocr_seconds: float = 0.0

    def timed(self, seconds: float) -> DocumentResult:
        """The same result, with the seconds that it took."""
        return replace(self, seconds=seconds)

    def to_json(self) -> dict[str, Any]:
        """The result as one line of `documents.jsonl`."""
        return {
            "document": self.name,
            "sha256": self.sha256,
            "status": self.status,
            "reason": self.reason,
            "pages": self.pages,
            "forms": len(self.records),
            "unclaimed": [u.to_json() for u in self.unclaimed],
            "furniture": [f.to_json() for f in self.furniture],
            "findings": [f.to_json() for f in self.findings],
            "settled": self.settled,
            "seconds": round(self.seconds, 4),
            "ocr_seconds": round(self.ocr_seconds, 4),
        }
