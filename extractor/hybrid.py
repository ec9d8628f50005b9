"""Rules first; of the forms that they do not settle, the unsettled parts go to the model.

A part is a field of the schema's top level with all that it holds, and the rows where it stands with what surrounds
them. Where the two readers differ, evidence and checks decide; where those don't, it is a finding with both values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extractor import llm, rules
from extractor.assembly import assemble
from extractor.checks import check
from extractor.config import Settings
from extractor.grounding import container, ground
from extractor.results import Answer, Candidate, Finding, Form, Place, Row
from schemas.spec import SchemaSpec
from schemas.values import fold

VERSION = f"1-{rules.VERSION}-{llm.VERSION}"
AROUND = 3  # rows above and below the unsettled ones that the model sees


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer's findings about the reading and failed checks, each with the top-level fields that it touches."""

    reading: tuple[Finding, ...]
    failed: tuple[Finding, ...]

    def of(self, name: str) -> tuple[int, int]:
        """How many of each touch a field: what tells the better of two readings."""
        return sum(_touches(f, name) for f in self.reading), sum(_touches(f, name) for f in self.failed)


def extract(forms: Sequence[Form], settings: Settings, document: str = "") -> list[Answer]:
    """The answers of rules where they are settled, and of both readers where they are not."""
    read = rules.extract(forms)
    asked = _asked(forms, read)
    if not asked:
        return read
    told = llm.extract(list(asked.values()), settings, document)
    for (n, part), second in zip(asked.items(), told, strict=True):
        read[n] = settle(forms[n], read[n], part, second)
    return read


def unsettled(forms: Sequence[Form]) -> list[Form]:
    """What of the forms the model is asked about."""
    return list(_asked(forms, rules.extract(forms)).values())


def _asked(forms: Sequence[Form], read: Sequence[Answer]) -> dict[int, Form]:
    parts = {n: _part(form, answer) for n, (form, answer) in enumerate(zip(forms, read, strict=True))}
    return {n: part for n, part in parts.items() if part is not None}


def judge(form: Form, answer: Answer) -> Judged:
    """What is wrong with an answer. A check fails on the reading or on the source; here both count."""
    assembled = assemble(form.schema, answer.candidates)
    found = (*answer.findings, *assembled.findings, *ground(form, answer).findings)
    return Judged(
        tuple(f for f in found if f.about == "reading"), tuple(check(form.schema, assembled.values, "source"))
    )


def _part(form: Form, answer: Answer) -> Form | None:
    """What of a form is to be asked for: the unsettled fields and the rows that they stand in; None if it is settled.

    What rules have settled is accounted for there: as furniture.
    """
    reading = judge(form, answer).reading
    names = {container(f.path) for f in reading}
    if not names:
        return None
    if "" in names:
        return form
    schema = part_of(form.schema, names)
    settled = [p for c in answer.candidates if container(c.path) not in names for p in c.places]
    known = (*form.furniture, *settled, *answer.labels, *answer.nulls)
    return replace(form, schema=schema, rows=_rows(form, answer, names, reading), furniture=known)


def part_of(schema: SchemaSpec, names: Iterable[str]) -> SchemaSpec:
    """The schema with these top-level fields alone."""
    wanted = set(names)
    return replace(schema, fields=tuple(f for f in schema.fields if f.name in wanted))


def _rows(form: Form, answer: Answer, names: set[str], reading: Sequence[Finding]) -> tuple[Row, ...]:
    """The rows from the first to the last that hold something of the fields, or nothing that is accounted for."""
    places: set[tuple[int, str]] = {
        (p.page, p.unit) for c in answer.candidates if container(c.path) in names for p in c.places
    }
    places |= {(r.place.page, r.place.unit) for r in ground(form, answer).residue}
    touched = [n for n, row in enumerate(form.rows) if any((row.page, u.id) in places for u in row.units)]
    found_empty = any(not any(container(c.path) == name for c in answer.candidates) for name in names)
    if not touched or found_empty:
        return form.rows  # nobody knows where it stands
    return form.rows[max(touched[0] - AROUND, 0) : touched[-1] + AROUND + 1]


def settle(form: Form, first: Answer, part: Form, second: Answer) -> Answer:
    """The answer of rules, with those fields of the model's that are the better ones."""
    told = [spec.name for spec in part.schema.fields if _values(second, spec.name)]
    agreed = [name for name in told if _values(first, name) == _values(second, name)]
    differing = [name for name in told if name not in agreed]
    better = differing if len(differing) > 1 and _better(form, first, second, differing) else []
    better = better or [name for name in differing if _better(form, first, second, [name])]
    doubtful = {f.path for f in judge(form, first).reading}
    doubts = [f for name in better for f in _disagreements(first, second, name, doubtful)]
    doubts += [_both(first, second, name) for name in differing if name not in better]
    best = first
    for name in better:
        best = _with(best, second, name)
    # What rules doubted is settled where both read the same; where the model's reading is taken, its own doubts count.
    kept = tuple(f for f in best.findings if f.about == "source" or container(f.path) not in agreed)
    whole = tuple(f for f in second.findings if f.path == "")
    return replace(best, findings=(*kept, *whole, *dict.fromkeys(doubts)), usage=second.usage)


def _better(form: Form, first: Answer, second: Answer, names: Sequence[str]) -> bool:
    """Whether the form has fewer findings, or else fewer failed checks, with these fields read by the second reader."""
    other = first
    for name in names:
        other = _with(other, second, name)
    ours, theirs = judge(form, first), judge(form, other)
    if any(theirs.of(name)[0] > ours.of(name)[0] for name in names):
        return False
    return (len(theirs.reading), len(theirs.failed)) < (len(ours.reading), len(ours.failed))


def _with(answer: Answer, other: Answer, name: str) -> Answer:
    """An answer with one field's values, and the findings on them, from another."""
    rest = tuple(c for c in answer.candidates if container(c.path) != name)
    own = tuple(c for c in other.candidates if container(c.path) == name)
    findings = tuple(f for f in answer.findings if container(f.path) != name)
    theirs = tuple(f for f in other.findings if container(f.path) == name)
    return replace(
        answer, candidates=(*rest, *own), findings=(*findings, *theirs),
        labels=_union(answer.labels, other.labels), nulls=_union(answer.nulls, other.nulls),
    )  # fmt: skip


def _union(first: tuple[Place, ...], second: tuple[Place, ...]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _touches(finding: Finding, name: str) -> bool:
    return container(finding.path) in (name, "")


def _values(answer: Answer, name: str) -> dict[str, str]:
    return {c.path: fold(c.text) for c in answer.candidates if container(c.path) == name}


def _disagreements(first: Answer, second: Answer, name: str, doubtful: set[str]) -> Iterable[Finding]:
    """Where the model changes a value that nothing spoke against, both readings are shown."""
    theirs = {c.path: c for c in second.candidates if container(c.path) == name}
    for path, ours in _aligned(first, second, name):
        other = theirs.get(path)
        if other is not None and ours.path not in doubtful and fold(other.text) != fold(ours.text):
            yield _differ(path, ours.text, other.text)


def _aligned(first: Answer, second: Answer, name: str) -> Iterable[tuple[str, Candidate]]:
    """The first reader's values by the second's paths: rows are the same where they stand in the same place."""
    rows: dict[Place, str] = {
        p: _row_of(c.path) for c in second.candidates if container(c.path) == name for p in c.places
    }
    match: dict[str, str] = {}
    own = [c for c in first.candidates if container(c.path) == name]
    for candidate in own:
        for place in candidate.places:
            if _row_of(candidate.path) and place in rows:
                match.setdefault(_row_of(candidate.path), rows[place])
    for candidate in own:
        row = _row_of(candidate.path)
        if not row:
            yield candidate.path, candidate
        elif row in match:
            yield match[row] + candidate.path[len(row) :], candidate


def _row_of(path: str) -> str:
    return path[: path.index("]") + 1] if "]" in path else ""


def _both(first: Answer, second: Answer, name: str) -> Finding:
    ours, theirs = _values(first, name), _values(second, name)
    path = next((p for p in (*ours, *theirs) if ours.get(p) != theirs.get(p)), name)
    return _differ(path, ours.get(path, "nothing"), theirs.get(path, "nothing"))


def _differ(path: str, ours: str, theirs: str) -> Finding:
    message = f"rules read {ours[:60]!r}, the model {theirs[:60]!r}; look which it is"
    return Finding(path, "reading", "two_readers", "error", message)
