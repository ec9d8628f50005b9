"""Two readings of one form side by side: which values both give, and a finding wherever they differ.

Rows of lists are the same where their own values stand in the same place, whatever number each reader gives them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from extractor.accounting.value_paths import doubted, field_of, in_row, is_key, own_places, row_of, spans
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Finding, Place, finding
from schemas.spec import SchemaSpec
from schemas.values import fold


class Pair(NamedTuple):
    """A value as two readers give it; `path` is the first reader's. One of the two may be missing."""

    path: str
    first: Candidate | None
    second: Candidate | None

    @property
    def is_agreed(self) -> bool:
        """Whether both give it, alike but for white space and the width of characters."""
        return self.first is not None and self.second is not None and fold(self.first.text) == fold(self.second.text)


class Agreement(NamedTuple):
    """The paths of the first reading that the second confirms, what differs, and what the second accounts for.

    `on_values` are findings where both readers differ on a value, or only the second has one; `on_rows` where a row is
    there for one reader alone, or is another row.
    """

    agreed: frozenset[str]
    on_values: tuple[Finding, ...]
    on_rows: tuple[Finding, ...]
    known: tuple[Place, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings."""
        return (*self.on_values, *self.on_rows)


def agreement(schema: SchemaSpec, first: Answer, second: Answer, sure: Container[str] = ()) -> Agreement:
    """How far two readings of a form agree. A value that the second reader lacks has no finding here.

    `sure` are values of the first that no other reading puts in doubt. Where a schema asks for some of a page, rows are
    not compared: rows that are lost are text that nothing accounts for.
    """
    both = pairs(schema, first.candidates, second.candidates)
    agreed = [pair for pair in both if pair.is_agreed]
    differing = (pair for pair in both if pair.second is not None and not pair.is_agreed)
    on_values = (_differ(schema, pair) for pair in differing if pair.first is None or pair.path not in sure)
    on_rows: tuple[Finding, ...] = ()
    if schema.accounts == "all":
        on_rows = (*_rows_unlike(schema, both), *_rows_alone(schema, first.candidates, second.candidates))
    same = (place for pair in agreed if pair.second is not None for place in pair.second.places)
    known = (*second.labels, *second.nulls, *same)
    paths = frozenset(p.path for p in agreed)
    return Agreement(paths, tuple(dict.fromkeys(on_values)), tuple(dict.fromkeys(on_rows)), known)


def pairs(schema: SchemaSpec, first: Sequence[Candidate], second: Sequence[Candidate]) -> list[Pair]:
    """The values of two readings side by side; those of rows that only the second has are left out."""
    rows = {name: _same_rows(schema, name, first, second) for name in _lists((*first, *second))}
    theirs: dict[str, Candidate] = {}
    for candidate in second:
        row, name = row_of(candidate.path), field_of(candidate.path)
        if row is None:
            theirs.setdefault(candidate.path, candidate)
        elif row in rows[name]:
            theirs.setdefault(in_row(candidate.path, rows[name][row]), candidate)
    ours: dict[str, Candidate] = {}
    for candidate in first:
        ours.setdefault(candidate.path, candidate)
    return [Pair(path, ours.get(path), theirs.get(path)) for path in dict.fromkeys((*ours, *theirs))]


def _lists(candidates: Iterable[Candidate]) -> list[str]:
    return list(dict.fromkeys(field_of(c.path) for c in candidates if row_of(c.path) is not None))


def _same_rows(
    schema: SchemaSpec, name: str, first: Sequence[Candidate], second: Sequence[Candidate]
) -> dict[int, int]:
    """The second reader's row → the first's that has most characters in common with it; each row once."""
    ours = {row: set(characters(places)) for row, places in own_places(schema, first, name).items()}
    owners: dict[tuple[int, str, int], list[int]] = {}
    for row, own in ours.items():
        for character in own:
            owners.setdefault(character, []).append(row)
    shared: Counter[tuple[int, int]] = Counter()
    for row, places in own_places(schema, second, name).items():
        for character in characters(places):
            shared.update((row, other) for other in owners.get(character, ()))
    out: dict[int, int] = {}
    for (row, other), _ in sorted(shared.items(), key=lambda item: (-item[1], abs(item[0][0] - item[0][1]), item[0])):
        if row not in out and other not in out.values():
            out[row] = other
    return out


def characters(places: Iterable[Place]) -> Iterator[tuple[int, str, int]]:
    """Every character of some places: its page, its unit, its position."""
    return ((place.page, place.unit, n) for place in places for n in range(place.start, place.end))


def _rows_unlike(schema: SchemaSpec, both: Sequence[Pair]) -> Iterator[Finding]:
    """A finding on each list with a row that the readers read so differently that it is another row to each of them."""
    rows: dict[tuple[str, int], list[Pair]] = {}
    for pair in both:
        row = row_of(pair.path)
        if row is not None and pair.second is not None and not spans(schema, pair.path):
            rows.setdefault((field_of(pair.path), row), []).append(pair)
    for (name, row), own in rows.items():
        if 2 * sum(pair.is_agreed for pair in own) <= len(own) or any(_is_renamed(schema, pair) for pair in own):
            yield _two_readers(name, f"row {row} is another row to another reader; look how many rows there are")


def _rows_alone(schema: SchemaSpec, first: Sequence[Candidate], second: Sequence[Candidate]) -> Iterator[Finding]:
    """A finding on each row that only one reader has: on the list where it is the second, for the first lacks it."""
    for name in _lists((*first, *second)):
        same = _same_rows(schema, name, first, second)
        for row in sorted(set(own_places(schema, second, name)) - set(same)):
            text = _row_text(second, name, row)
            yield _two_readers(name, f"another reader has a row more: {text}")
        for row in sorted(set(own_places(schema, first, name)) - set(same.values())):
            yield _two_readers(f"{name}[{row}]", "another reader has no such row")


def _row_text(candidates: Iterable[Candidate], name: str, row: int) -> str:
    own = (c.text for c in candidates if field_of(c.path) == name and row_of(c.path) == row)
    return " ".join(own)[:60]


def _differ(schema: SchemaSpec, pair: Pair) -> Finding:
    texts = [repr(c.text[:60]) if c is not None else "nothing" for c in (pair.first, pair.second)]
    path = doubted(schema, pair.path) if schema.accounts == "all" else pair.path
    message = f"read as {texts[0]}, and by another reader as {texts[1]}; look which it is"
    return _two_readers(path, message, (pair.second.text,) if pair.second else ())


def _is_renamed(schema: SchemaSpec, pair: Pair) -> bool:
    """Whether two readers know a row by names that have little in common."""
    from rapidfuzz.fuzz import ratio

    if pair.first is None or pair.second is None or not is_key(schema, pair.path):
        return False
    return ratio(fold(pair.first.text), fold(pair.second.text)) < ALIKE


ALIKE = 50.0
"""Of 100 (Indel similarity of rapidfuzz): names of rows that are less alike name different rows."""


def _two_readers(path: str, message: str, others: tuple[str, ...] = ()) -> Finding:
    return finding(FindingKind.TWO_READERS, path, message, others=others)
