"""Two readings of a form's parts made one: where they differ evidence and checks decide, else both values are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Finding, Form, Place, finding
from extractor.engines.hybrid.answer_parts import (
    Region,
    field_of,
    judge,
    moved,
    own_places,
    positions,
    row_of,
    shifted,
    spans,
)
from extractor.engines.hybrid.open_parts import Part
from schemas.spec import SchemaSpec
from schemas.values import fold


class Told(NamedTuple):
    """What the second reader says of a region, its rows numbered from the region's first; how many rows it has."""

    region: Region
    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    rows: int = 0

    def same_as(self, ours: Iterable[Candidate]) -> bool:
        """Whether both readers read the same values."""
        return {c.path: fold(c.text) for c in self.candidates} == {c.path: fold(c.text) for c in ours}


def settle(form: Form, first: Answer, part: Part, second: Answer) -> Answer:
    """The answer of rules, with those regions of the model's that are the better ones."""
    told = [_told(form, first, second, part.regions, region) for region in part.regions]
    agreed = _agreed(first, told)
    differing = [t for t in told if t.candidates and t not in agreed]
    better = _chosen(form, first, second, differing)
    doubtful = {f.path for f in judge(form, first).reading}
    # Where the model changes a value that nothing spoke against, both readings are shown too.
    shown = [t._replace(findings=(*t.findings, *_changed(form.schema, first, t, doubtful))) for t in better]
    doubts = [f for t in differing if t not in better for f in _both(form.schema, first, t)]
    # What rules doubted is settled where both read the same; where the model's reading is taken, its own doubts count.
    kept = (f for f in first.findings if f.about == "source" or not any(t.region.holds(f.path) for t in agreed))
    best = _with(replace(first, findings=(*kept, *doubts)), second, shown)
    whole = (f for f in second.findings if f.path == "")
    return replace(best, findings=tuple(dict.fromkeys((*best.findings, *whole))), usage=second.usage)


def _agreed(first: Answer, told: Sequence[Told]) -> list[Told]:
    """The regions that both read the same; those where neither reads anything only if all others are so."""
    same = [t for t in told if t.same_as(_ours(first, t.region))]
    read = [t for t in same if t.candidates]
    return same if read and len(same) == len(told) else read


def _ours(first: Answer, region: Region) -> list[Candidate]:
    return [c for c in first.candidates if region.holds(c.path)]


def _told(form: Form, first: Answer, second: Answer, regions: Sequence[Region], region: Region) -> Told:
    if region.last is None:
        findings = tuple(f for f in second.findings if field_of(f.path) == region.name)
        return Told(region, tuple(c for c in second.candidates if field_of(c.path) == region.name), findings)
    rows = _rows_of(form, first, second, regions, region)
    number = {row: n for n, row in enumerate(rows, region.first)}

    def path(old: str) -> str | None:
        row = row_of(old)
        if field_of(old) != region.name or (row is not None and row not in number):
            return None
        return old if row is None else moved(old, number[row] - row)

    own = [replace(c, path=new) for c in second.candidates if (new := path(c.path)) is not None]
    own += _inherited(form.schema, first, region, own, len(rows))
    findings = tuple(replace(f, path=new) for f in second.findings if (new := path(f.path)) is not None)
    return Told(region, tuple(own), findings, len(rows))


def _rows_of(form: Form, first: Answer, second: Answer, regions: Sequence[Region], region: Region) -> list[int]:
    """The second reader's rows that stand in a region of a list.

    A row that is mostly one which the first reader keeps is no answer; others stand before the next row that is kept.
    """
    at = positions(form)
    ours, theirs = (own_places(form.schema, answer, region.name) for answer in (first, second))
    asked = [r for r in regions if r.name == region.name]
    kept = {n: places for n, places in ours.items() if not any(r.first <= n < (r.last or 0) for r in asked)}
    taken = {char for places in kept.values() for place in places for char in _characters(place)}
    ends = [(r, min((at(p) for n, ps in kept.items() if n >= (r.last or 0) for p in ps), default=None)) for r in asked]
    out = []
    for row, places in sorted(theirs.items()):
        characters = {char for place in places for char in _characters(place)}
        start = min(map(at, places))
        stands_in = next((r for r, end in ends if end is None or start < end), asked[-1])
        if 2 * len(characters & taken) <= len(characters) and stands_in == region:
            out.append(row)
    return out


def _characters(place: Place) -> Iterator[tuple[int, str, int]]:
    return ((place.page, place.unit, n) for n in range(place.start, place.end))


def _inherited(
    schema: SchemaSpec, first: Answer, region: Region, own: Sequence[Candidate], rows: int
) -> list[Candidate]:
    """The spanning labels of the row above, for the first rows of a region for which the second reader gave none."""
    above = f"{region.name}[{region.first - 1}]"
    said = {c.path for c in own}
    out = []
    for label in (c for c in first.candidates if c.path.startswith(above) and spans(schema, c.path)):
        for n in range(rows):
            path = moved(label.path, n + 1)
            if path in said:
                break
            out.append(replace(label, path=path))
    return out


def _chosen(form: Form, first: Answer, second: Answer, differing: Sequence[Told]) -> list[Told]:
    """The regions that the second reader reads better: each by itself, then those left together (two that swapped)."""
    better: list[Told] = []
    for told in differing:
        if _better(form, first, second, better, [told]):
            better.append(told)
    left = [t for t in differing if t not in better]
    return [*better, *left] if len(left) > 1 and _better(form, first, second, better, left) else better


def _better(form: Form, first: Answer, second: Answer, before: Sequence[Told], told: Sequence[Told]) -> bool:
    """Whether the form has fewer findings, or else fewer failed checks, with more regions read by the second reader."""
    ours, theirs = (judge(form, _with(first, second, regions)) for regions in (before, [*before, *told]))
    if any(theirs.of(t.region.name) > ours.of(t.region.name) for t in told):
        return False
    return (len(theirs.reading), len(theirs.failed)) < (len(ours.reading), len(ours.failed))


def _with(answer: Answer, other: Answer, told: Sequence[Told]) -> Answer:
    """An answer with some regions' values, and the findings on them, from another. The last first: rows may move."""
    if not told:
        return answer
    for one in sorted(told, key=lambda t: t.region.first, reverse=True):
        answer = _replaced(answer, one)
    labels = tuple(dict.fromkeys((*answer.labels, *other.labels)))
    return replace(answer, labels=labels, nulls=tuple(dict.fromkeys((*answer.nulls, *other.nulls))))


def _replaced(answer: Answer, told: Told) -> Answer:
    region = told.region
    rest = replace(
        answer,
        candidates=tuple(c for c in answer.candidates if not region.holds(c.path)),
        findings=tuple(f for f in answer.findings if not region.holds(f.path)),
    )
    if region.last is not None:
        rest = shifted(rest, region.name, region.last, told.rows - (region.last - region.first))
    return replace(rest, candidates=(*rest.candidates, *told.candidates), findings=(*rest.findings, *told.findings))


def _changed(schema: SchemaSpec, first: Answer, told: Told, doubtful: set[str]) -> Iterator[Finding]:
    """A finding on each value that the second reader changes although nothing spoke against the first's."""
    for ours, theirs in _aligned(schema, first, told):
        if ours and theirs and ours.path not in doubtful and fold(ours.text) != fold(theirs.text):
            yield _differ(theirs.path, ours.text, theirs.text)


def _both(schema: SchemaSpec, first: Answer, told: Told) -> Iterator[Finding]:
    """A finding on each value of the first reader's that the second reads differently, or that only one has."""
    for ours, theirs in _aligned(schema, first, told):
        texts = [c.text if c else "nothing" for c in (ours, theirs)]
        if ours is None or theirs is None or fold(texts[0]) != fold(texts[1]):
            # A row that only the model reads has no path among the rows of rules: the list is in doubt.
            path = ours.path if ours else theirs.path if theirs and row_of(theirs.path) is None else told.region.name
            yield _differ(path, *texts)


def _aligned(schema: SchemaSpec, first: Answer, told: Told) -> Iterator[tuple[Candidate | None, Candidate | None]]:
    """The values of both readers side by side: rows are the same where a value of theirs stands in the same place."""
    ours = _ours(first, told.region)
    rows = _same_rows(schema, told.region.name, ours, told.candidates)
    theirs = {c.path: c for c in told.candidates}
    for candidate in ours:
        row = row_of(candidate.path)
        path = candidate.path if row is None else moved(candidate.path, rows[row] - row) if row in rows else ""
        yield candidate, theirs.pop(path, None)
    yield from ((None, candidate) for candidate in theirs.values())


def _same_rows(schema: SchemaSpec, name: str, ours: Sequence[Candidate], theirs: Sequence[Candidate]) -> dict[int, int]:
    first, second = (own_places(schema, Answer(tuple(own)), name) for own in (ours, theirs))
    by_place = {place: row for row, places in second.items() for place in places}
    out: dict[int, int] = {}
    for row, places in first.items():
        same = [by_place[p] for p in places if p in by_place]
        if same and same[0] not in out.values():
            out[row] = same[0]
    return out


def _differ(path: str, ours: str, theirs: str) -> Finding:
    message = f"rules read {ours[:60]!r}, the model {theirs[:60]!r}; look which it is"
    return finding(FindingKind.TWO_READERS, path, message)
