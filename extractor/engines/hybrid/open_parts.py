"""What of a form the model is asked about: the fields and rows in doubt, the lines where they stand, what rules read.

What rules have settled is accounted for in the part: as furniture.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from extractor.accounting.value_paths import field_of, moved, own_places, row_of, spans
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, AskedRows, Candidate, Form, Hint, Place, Row
from extractor.engines.hybrid.answer_parts import Judged, Region, judge, positions, row_count
from extractor.engines.llm.answer_writing import Printed, compact
from extractor.engines.llm.prompting import as_row
from extractor.forms.chunks import header_rows
from schemas.spec import SchemaSpec

AROUND = 3  # lines above and below those in doubt that the model sees
BESIDE = 1  # rows of a list above and below one in doubt that are asked too: a doubtful cell may be theirs
DECIDED = {FindingKind.LOW_CONFIDENCE, FindingKind.RESIDUE}
"""Findings that ask for no field by themselves: no reading mends a bad scan, and residue is asked for by its place."""

_LAST_ROW = re.compile(r"\[\d+\]$")
DOUBTFUL = "?"
"""Shown in place of a value that rules doubt."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form as it is asked for, and the regions of the first reader's answer that it is about."""

    form: Form
    regions: tuple[Region, ...]


def part_of(form: Form, answer: Answer) -> Part | None:
    """What of a form is to be asked for, rules having read it so; None if nothing is."""
    judged = judge(form, answer)
    if any(field_of(f.path) == "" and f.kind not in DECIDED for f in judged.reading):
        return _whole(form, answer, judged)
    rows, names = _in_doubt(form, answer, judged)
    if "" in names:
        return _whole(form, answer, judged)
    regions = tuple(_regions(form.schema, answer, rows, names))
    return _part(form, answer, judged, regions) if regions else None


def _whole(form: Form, answer: Answer, judged: Judged) -> Part:
    regions = tuple(Region(spec.name) for spec in form.schema.fields)
    return Part(replace(form, hint=_hint(form, form, answer, judged, regions)), regions)


def _in_doubt(form: Form, answer: Answer, judged: Judged) -> tuple[set[tuple[str, int]], set[str]]:
    """The rows of lists that are in doubt, and the fields that are as a whole ('' where nobody knows which)."""
    rows: set[tuple[str, int]] = set()
    names: set[str] = set()
    for finding in judged.reading:
        row = row_of(finding.path)
        if finding.kind in DECIDED:
            continue
        if row is None:
            names.add(field_of(finding.path))
        else:
            rows.update((field_of(finding.path), row + n) for n in range(-BESIDE, BESIDE + 1))
    for path in _around_residue(form, answer, judged):
        row = row_of(path)
        if row is None:
            names.add(field_of(path))
        else:
            rows.add((field_of(path), row))
    return rows, names


def _around_residue(form: Form, answer: Answer, judged: Judged) -> Iterator[str]:
    """The paths of the values that stand before and behind each text that nothing accounts for; '' where none does."""
    at = positions(form)
    own = [c for c in answer.candidates if not spans(form.schema, c.path)]
    values = sorted((*at(place), c.path) for c in own for place in c.places)
    for residue in judged.residue:
        n = bisect_left(values, (*at(residue.place), ""))
        beside = [*values[max(n - 1, 0) : n], *values[n : n + 1]]
        yield from (path for _, _, path in beside)
        if not beside:
            yield ""


def _regions(schema: SchemaSpec, answer: Answer, rows: set[tuple[str, int]], names: set[str]) -> Iterator[Region]:
    """The fields as a whole, and of other lists the rows in doubt, those that follow each other as one."""
    for spec in schema.fields:
        count = row_count(answer, spec.name)
        doubtful = sorted(n for name, n in rows if name == spec.name and 0 <= n < count)
        if spec.name in names or (doubtful and not (as_row(spec) and len(doubtful) < count)):
            yield Region(spec.name)
            continue
        starts = [n for n in doubtful if n - 1 not in doubtful]
        ends = [n + 1 for n in doubtful if n + 1 not in doubtful]
        yield from (Region(spec.name, first, last) for first, last in zip(starts, ends, strict=True))


def _part(form: Form, answer: Answer, judged: Judged, regions: tuple[Region, ...]) -> Part:
    asked = [c for c in answer.candidates if any(r.holds(c.path) for r in regions)]
    shown = replace(form, schema=narrowed(form.schema, frozenset(r.name for r in regions)))
    shown = replace(shown, rows=_lines(shown, answer, judged, regions, asked))
    own = {place for c in asked for place in c.places}
    paths = {c.path for c in asked}
    settled = (p for c in answer.candidates if c.path not in paths for p in c.places if p not in own)
    known = (*form.furniture, *settled, *answer.labels, *answer.nulls)
    return Part(replace(shown, furniture=known, hint=_hint(form, shown, answer, judged, regions)), regions)


@cache
def narrowed(schema: SchemaSpec, names: frozenset[str]) -> SchemaSpec:
    """The schema with these top-level fields alone; always the same one, as schemas are keys of caches."""
    return replace(schema, fields=tuple(f for f in schema.fields if f.name in names))


def _lines(
    form: Form, answer: Answer, judged: Judged, regions: Sequence[Region], asked: Sequence[Candidate]
) -> tuple[Row, ...]:
    """The lines of the values asked for and of unread text, with some around them, their labels and headers.

    A field without a value stands in one of them: all else is accounted for. All lines where there is none of them.
    """
    here = {(row.page, u.id): n for n, row in enumerate(form.rows) for u in row.units}

    def lines(places: Iterable[Place]) -> set[int]:
        return {here[p.page, p.unit] for p in places if (p.page, p.unit) in here}

    unread = lines(r.place for r in judged.residue)
    blocks = [{n} for n in unread]
    for region in regions:
        own = [c for c in asked if region.holds(c.path)]
        blocks.append(lines(p for c in own if region.last is None or not spans(form.schema, c.path) for p in c.places))
    if not any(blocks):
        return form.rows
    headers = header_rows(form)
    chosen = {n for n, row in enumerate(form.rows) if id(row) in headers}
    chosen |= lines(p for c in asked for p in c.places)
    for block in blocks:
        if block:
            chosen.update(range(max(min(block) - AROUND, 0), max(block) + AROUND + 1))
    return tuple(row for n, row in enumerate(form.rows) if n in chosen)


def _hint(form: Form, shown: Form, answer: Answer, judged: Judged, regions: Sequence[Region]) -> Hint | None:
    """What rules read of the regions, and between which lines the rows stand that are asked for."""
    printed = Printed(form)
    found = compact(shown, _renumbered(_masked(shown, answer, judged), regions))
    rows = []
    for region in (r for r in regions if r.last is not None):
        own, at = own_places(form.schema, answer.candidates, region.name), positions(form)
        above = max((p for n, ps in own.items() if n < region.first for p in ps), key=at, default=None)
        below = min((p for n, ps in own.items() if n >= (region.last or 0) for p in ps), key=at, default=None)
        ends = ("" if place is None else str(printed.row(place)) for place in (above, below))
        rows.append(AskedRows(region.name, *ends))
    if not found and not rows:
        return None
    return Hint(json.dumps(found, ensure_ascii=False, separators=(",", ":")), tuple(rows))


def _masked(form: Form, answer: Answer, judged: Judged) -> Answer:
    """The answer without its doubtful values: a reader who is shown one is no second reader. In rows a mark stays.

    A list that is in doubt as a whole is left out, with all rows.
    """
    doubtful = tuple(f.path for f in judged.reading if f.kind not in DECIDED)

    def masked(candidate: Candidate) -> Candidate | None:
        path = candidate.path
        doubts = [d for d in doubtful if path == d or path.startswith((f"{d}.", f"{d}["))]
        if not doubts:
            return candidate
        parent = form.schema.field(_LAST_ROW.sub("", path.rpartition(".")[0]))
        in_row = parent is not None and as_row(parent) and field_of(path) not in doubts
        return replace(candidate, text=DOUBTFUL) if in_row else None

    return replace(answer, candidates=tuple(filter(None, map(masked, answer.candidates))))


def _renumbered(answer: Answer, regions: Sequence[Region]) -> Iterator[Candidate]:
    """The values of the regions, the rows of each list numbered without gaps."""
    counts: dict[str, int] = {}
    for region in regions:
        by = counts.get(region.name, 0) - region.first
        counts[region.name] = (region.last or 0) + by
        for candidate in answer.candidates:
            if region.holds(candidate.path):
                yield replace(candidate, path=moved(candidate.path, by))
