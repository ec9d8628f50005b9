"""What a doubt about a part of a page means for the values of a record: those that stand there, and those that may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import overlap
from extractor.document.layout import Box, Note
from extractor.document.results import Finding, Span, finding

_ITEM = re.compile(r"(.*?)\[\d+\]")
ROWS = 100.0  # points; what stands so near above or below a list may be a row or the header of it
EDGE = 1.0  # points; boxes that share no more do not touch

Evidence = Mapping[str, Sequence[Span]]


def doubted_places(notes: Iterable[Note], evidence: Evidence, values: Mapping[str, Any]) -> list[Finding]:
    """The findings of notes that name a part of a page; the boxes of the evidence are those of the page as read."""
    out: dict[tuple[str, FindingKind], Finding] = {}
    for note in notes:
        for path in _paths(note, evidence, values) if note.box is not None else ():
            message = f"page {note.page}: {note.message}"
            out.setdefault((path, note.kind), finding(note.kind, path, message))
    return list(out.values())


def _paths(note: Note, evidence: Evidence, values: Mapping[str, Any]) -> Iterator[str]:
    """The values in the part of the page, the rows of lists that they are in, and the fields that are empty.

    A value may be lost in a cell that is read as another's, so what is empty is in doubt too; so is a list where a row
    may be lost, or its header.
    """
    touched = {path for path, boxes in _boxes(note.page, evidence).items() if any(_meet(note.box, b) for b in boxes)}
    for path in touched:
        item = _ITEM.match(path)
        yield path if item is None else item[1] if note.rows else item[0]
    if not any(_ITEM.match(path) for path in touched):
        yield from _lists_near(note, evidence)
    yield from _empty(values)


def _boxes(page: int, evidence: Evidence) -> dict[str, list[Box]]:
    return {
        path: [span.box for span in spans if span.place.page == page and span.box is not None]
        for path, spans in evidence.items()
    }


def _meet(one: Box | None, other: Box) -> bool:
    if one is None:
        return False
    across = overlap(one.x0, one.x1, other.x0, other.x1)
    return across > EDGE and overlap(one.top, one.bottom, other.top, other.bottom) > EDGE


def _lists_near(note: Note, evidence: Evidence) -> set[str]:
    """The lists whose rows stand about as high on the page."""
    box, out = note.box, set()
    for path, boxes in _boxes(note.page, evidence).items():
        item = _ITEM.match(path)
        if item and box and any(overlap(box.top - ROWS, box.bottom + ROWS, b.top, b.bottom) > 0 for b in boxes):
            out.add(item[1])
    return out


def _empty(values: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """The paths of the fields outside of lists that have no value."""
    for name, value in values.items():
        path = f"{at}.{name}" if at else name
        if isinstance(value, Mapping):
            yield from _empty(value, path)
        elif value is None or value == []:
            yield path
