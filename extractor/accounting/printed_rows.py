"""Whether each row of a list is a printed row of its own, where a schema asks for some of a page.

A value that stands in the printed row of another row of its list is that one's, or the rows are mixed up; two printed
rows that are both as full as a row is are no single one; and what stands in a full row between is no other text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor.accounting.asked_residue import Key, filled, least_filled, rows_around
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Cell
from extractor.document.results import Candidate, Finding, Form, Place, finding
from extractor.forms.chunks import header_rows
from schemas.spec import generic


@dataclass
class _List:
    """The printed rows in which each row of a list has values."""

    rows: dict[str, set[int]] = field(default_factory=dict)

    @property
    def printed(self) -> set[int]:
        """All printed rows of the list."""
        return set().union(*self.rows.values())


def rows_unsure(form: Form, candidates: Sequence[Candidate]) -> Iterator[Finding]:
    """A finding on each row of a list that is not shown to be one printed row, and on lists that may lack one."""
    if form.schema.accounts == "all":
        return
    numbers = {(row.page, unit.id): n for n, row in enumerate(form.rows) for unit in row.units}
    down = {(r.page, u.id) for r in form.rows for u in r.units if isinstance(u, Cell) and u.row_span > 1}
    used = Counter((generic(c.path), place) for c in candidates for place in set(c.places))
    lists: dict[str, _List] = {}
    others: dict[int, set[str]] = {}
    for candidate in candidates:
        spec = form.schema.field(candidate.path)
        own = _row_of(candidate.path)
        for place in candidate.places:
            n = numbers.get(_key(place))
            if n is None:
                continue
            if not own:
                others.setdefault(n, set()).add(candidate.path)
            elif spec is not None and not spec.printed.spans and _key(place) not in down:
                once = used[generic(candidate.path), place] == 1
                if once:
                    lists.setdefault(generic(own), _List()).rows.setdefault(own, set()).add(n)
    empty = {own for c in candidates if (own := _row_of(c.path))} - {
        path for one in lists.values() for path in one.rows
    }
    for path in sorted(empty):
        yield finding(FindingKind.UNPROVEN, path.split("[")[0], f"nothing printed is {path}'s alone")
    for name, one in lists.items():
        top = name.split("[")[0]
        mixed = [*_mixed(form, one)]
        yield from mixed
        if mixed:
            yield finding(FindingKind.UNPROVEN, top, "rows of it are mixed up, so one may be missing")
        yield from _swallowed(form, top, one, others)


def _mixed(form: Form, one: _List) -> Iterator[Finding]:
    """Rows that share a printed row, and rows made of several."""
    owners: dict[int, set[str]] = {}
    for path, printed in one.rows.items():
        for n in printed:
            owners.setdefault(n, set()).add(path)
    least = least_filled(form, one.printed)
    for path, printed in one.rows.items():
        if any(len(owners[n]) > 1 for n in printed):
            yield finding(FindingKind.UNPROVEN, path, "another row has values from the same printed row")
        elif sum(filled(form.rows[n]) > least for n in printed) > 1:
            yield finding(FindingKind.UNPROVEN, path, "its values stand in several printed rows, each as full as a row")


def _swallowed(form: Form, name: str, one: _List, others: dict[int, set[str]]) -> Iterator[Finding]:
    """Full printed rows among those of a list, or next to them, that hold values of other fields alone."""
    least, headers = least_filled(form, one.printed), header_rows(form)
    for n in rows_around(form, one.printed):
        if n in others and n not in one.printed and filled(form.rows[n]) > least and id(form.rows[n]) not in headers:
            texts = sorted(path for path in others[n] if _is_text(form, path))
            if texts:
                yield finding(FindingKind.UNPROVEN, name, "one of its rows may stand in another value")
            for path in texts:
                yield finding(FindingKind.UNPROVEN, path, f"a row of {name} may stand in it")


def _is_text(form: Form, path: str) -> bool:
    spec = form.schema.field(path)
    return spec is not None and spec.kind == "text"


def _key(place: Place) -> Key:
    return place.page, place.unit


def _row_of(path: str) -> str:
    """The innermost row that a path lies in; '' for none."""
    return path[: path.rindex("]") + 1] if "]." in path else ""
