"""Two readings of a form's parts made one: where they differ evidence and checks decide, else both values are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.accounting.agreement import Pair, agreement, characters, pairs
from extractor.accounting.proof import labels_in, proofs
from extractor.accounting.second_readers import SETTLED_BY_AGREEMENT, read_by_one
from extractor.accounting.value_paths import covers, doubted, field_of, moved, own_places, row_of, spans
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Finding, Form, finding
from extractor.engines.hybrid.answer_parts import Region, judge, positions, shifted
from extractor.engines.hybrid.open_parts import Part
from schemas.spec import SchemaSpec, generic
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
    """The answer of rules, with those regions of the model's that are the better ones.

    What rules have proven stays. A value that only the model has, or that rules read differently, is in doubt.
    """
    doubtful = [f.path for f in judge(form, first).reading]
    told = [_told(form, first, second, part.regions, region) for region in part.regions]
    differing = [t for t in told if t.candidates and not t.same_as(_ours(first, t.region))]
    guarded = {t.region: _guarded(form.schema, first, t, doubtful) for t in differing}
    better = _chosen(form, first, second, [one for one in guarded.values() if one is not None])
    taken = {t.region for t in better}
    heard = {t.region: t for t in differing}
    shown = [_in_doubt(form, first, t, heard[t.region]) for t in better]
    doubts = [f for t in differing if t.region not in taken for f in _both(form.schema, first, t)]
    agreed = _agreed_paths(form.schema, first, told)
    kept = (f for f in first.findings if f.about == "source" or not _is_settled(f, first, told, agreed))
    best = _with(replace(first, findings=(*kept, *doubts)), second, shown)
    whole = (f for f in second.findings if f.path == "")
    return replace(best, findings=tuple(dict.fromkeys((*best.findings, *whole))), usage=second.usage)


def _guarded(schema: SchemaSpec, first: Answer, told: Told, doubtful: Sequence[str]) -> Told | None:
    """What the second reader says with the first's proven values in it; None where it has no row for one of them."""
    ours = {c.path: c for c in _ours(first, told.region)}
    sure = {path for path in ours if not any(covers(doubt, path) for doubt in doubtful)}
    found = pairs(schema, told.candidates, list(ours.values()))
    proven = {pair.path: pair.second for pair in found if pair.second is not None and pair.second.path in sure}
    lost = sure - {candidate.path for candidate in proven.values()}
    if not all(_is_there(ours[path], told.candidates) for path in lost):
        return None
    left = tuple(c for c in told.candidates if c.path not in proven)
    return told._replace(candidates=(*left, *(replace(c, path=path) for path, c in proven.items())))


def _is_there(candidate: Candidate, others: Iterable[Candidate]) -> bool:
    """Whether one of some values is the same, of the same field and from the same characters, in whatever row."""
    own = set(characters(candidate.places))
    return any(
        generic(other.path) == generic(candidate.path)
        and fold(other.text) == fold(candidate.text)
        and not own.isdisjoint(characters(other.places))
        for other in others
    )


def _in_doubt(form: Form, first: Answer, told: Told, heard: Told) -> Told:
    """The second reader's region with a finding on each value of what was heard that the first has not, or not so.

    None where the place of the second reader's value is proven and that of the first's is not.
    """
    schema = form.schema
    ours, theirs = Answer(tuple(_ours(first, told.region))), Answer(heard.candidates)
    held = agreement(schema, theirs, ours)
    settled = (f for f in told.findings if not (f.kind in SETTLED_BY_AGREEMENT and f.path in held.agreed))
    better = _better_proven(form, theirs, ours)
    doubts = (f for f in (*held.on_values, *read_by_one(schema, theirs, held)) if f.path not in better)
    return told._replace(findings=(*settled, *doubts, *held.on_rows))


def _better_proven(form: Form, theirs: Answer, ours: Answer) -> frozenset[str]:
    """What a doubt of a value would name, for the values of the second reader alone whose places are proven."""
    labels = labels_in(form)
    his, mine = (proofs(labels, form, answer.candidates) for answer in (theirs, ours))
    both = pairs(form.schema, theirs.candidates, ours.candidates)
    sure = (p.path for p in both if p.path in his and (p.second is None or p.second.path not in mine))
    return frozenset(doubted(form.schema, path) for path in sure)


def _agreed_paths(schema: SchemaSpec, first: Answer, told: Sequence[Told]) -> frozenset[str]:
    """The paths of the first reader's values that the second reads alike."""
    held = (agreement(schema, Answer(tuple(_ours(first, t.region))), Answer(t.candidates)) for t in told)
    return frozenset(path for one in held for path in one.agreed)


def _is_settled(finding: Finding, first: Answer, told: Sequence[Told], agreed: frozenset[str]) -> bool:
    """Whether all that a doubt of the first reader touches is read alike by the second."""
    region = next((t for t in told if t.region.holds(finding.path)), None)
    if region is None:
        return False
    if region.region.last is not None or region.same_as(_ours(first, region.region)):
        touched = [c.path for c in first.candidates if covers(finding.path, c.path)]
    else:  # a field as a whole that differs: a doubt on all of it stays
        touched = [c.path for c in first.candidates if c.path == finding.path]
    nothing = not touched and not region.candidates and all(t.same_as(_ours(first, t.region)) for t in told)
    return nothing or (bool(touched) and agreed.issuperset(touched))


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
    ours, theirs = (own_places(form.schema, answer.candidates, region.name) for answer in (first, second))
    asked = [r for r in regions if r.name == region.name]
    kept = {n: places for n, places in ours.items() if not any(r.first <= n < (r.last or 0) for r in asked)}
    taken = {char for places in kept.values() for char in characters(places)}
    ends = [(r, min((at(p) for n, ps in kept.items() if n >= (r.last or 0) for p in ps), default=None)) for r in asked]
    out = []
    for row, places in sorted(theirs.items()):
        printed = set(characters(places))
        start = min(map(at, places))
        stands_in = next((r for r, end in ends if end is None or start < end), asked[-1])
        if 2 * len(printed & taken) <= len(printed) and stands_in == region:
            out.append(row)
    return out


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


def _both(schema: SchemaSpec, first: Answer, told: Told) -> Iterator[Finding]:
    """A finding on each value of the first reader's that the second reads differently, or that only one has."""
    ours, theirs = Answer(tuple(_ours(first, told.region))), Answer(told.candidates)
    for pair in pairs(schema, ours.candidates, theirs.candidates):
        if not pair.is_agreed:
            yield _differ(doubted(schema, pair.path), pair)
    yield from agreement(schema, ours, theirs).on_rows


def _differ(path: str, pair: Pair) -> Finding:
    ours, theirs = (repr(c.text[:60]) if c else "nothing" for c in (pair.first, pair.second))
    message = f"rules read {ours}, the model {theirs}; look which it is"
    return finding(FindingKind.TWO_READERS, path, message, others=(pair.second.text,) if pair.second else ())
