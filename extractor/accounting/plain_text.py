"""What plain text cannot show: that nothing of the page is missing.

In a grid of cells an empty place is seen. In plain text (no cells that are facts, no boxes) a line or a box that an OCR
lost leaves no gap, so there a missing value is only as sure as what stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from extractor.accounting.checks import adds_up, falls_short
from extractor.accounting.proof.printed_labels import labels_in
from extractor.accounting.proof.value_ends import values_lost
from extractor.accounting.value_paths import field_of
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Finding, Form, finding
from schemas.relations import Owns, SumsTo

STRUCTURAL = frozenset({FindingKind.PRESENT, FindingKind.OWNS, FindingKind.SUMS_TO})
"""Failed checks that a lost line explains as well as an odd source does: a value, a label or a row is missing."""

MOST_LABELS_LOST = 3
"""Labels of single values that a form may lack because one line was lost; no line of the statutory forms holds more.

A form that lacks more of them is another version of it.
"""


def is_plain(form: Form) -> bool:
    """Whether nothing but the order of characters says where the form's text stands."""
    return not any(row.exact_columns or unit.box is not None for row in form.rows for unit in row.units)


def nulls_in_doubt(form: Form, answer: Answer) -> Iterator[Finding]:
    """A finding on each single field of a plain text that has neither value nor printed label, if those are few."""
    if form.schema.accounts != "all" or not is_plain(form):
        return
    lacks = [lack.path for lack in values_lost(labels_in(form), form.schema, answer.candidates)]
    lost = [path for path in lacks if (spec := form.schema.field(path)) is not None and spec.structure != "texts"]
    for path in lost if len(lost) <= MOST_LABELS_LOST else ():
        message = "no value is read and no label of it is found; a line may be lost"
        yield finding(FindingKind.UNPROVEN, path, message)


def numbers_in_doubt(form: Form, values: dict[str, Any]) -> Iterator[Finding]:
    """A finding on each row without a number in a list of numbered rows, and on each list of a plain text of which a
    number is missing.
    """
    plain = is_plain(form)
    for spec in form.schema.fields:
        rows = values.get(spec.name)
        if spec.structure != "rows" or not isinstance(rows, list):
            continue
        for child in spec.children:
            named = [_NUMBERED.fullmatch(str(row.get(child.name) or "")) for row in rows]
            told = [match for match in named if match]
            if len({match[1] for match in told}) != 1 or len(told) * 2 <= len(named):
                continue
            for n in (n for n, match in enumerate(named) if match is None):
                message = f"it has no number, as the other rows have: {rows[n].get(child.name)}"
                yield finding(FindingKind.UNPROVEN, f"{spec.path}[{n}]", message[:80])
            if not plain or len(told) < len(named):
                continue
            numbers = [int(match[2]) for match in told]
            if numbers != list(range(1, len(numbers) + 1)):
                shown = ", ".join(map(str, numbers))
                yield finding(FindingKind.UNPROVEN, spec.path, f"its rows are not numbered without a gap: {shown}"[:80])


_NUMBERED = re.compile(r"(\D+)(\d{1,3})")


def without_proven(form: Form, found: Sequence[Finding], values: dict[str, Any]) -> Iterator[Finding]:
    """The findings without those that a row may be hidden in a list whose figures add up: none of them is missing.

    Where it is in doubt at which line a row begins, the figures may all be read, and the rows be wrong.
    """
    whole = {path for one in form.schema.relations if isinstance(one, SumsTo) for path in adds_up(one, values)}
    whole -= {field_of(one.path) for one in found if one.kind in BEGINS_ELSEWHERE}
    for one in found:
        if one.kind != FindingKind.ROW_HIDDEN or one.path not in whole:
            yield one


BEGINS_ELSEWHERE = frozenset({FindingKind.ROW_UNCLEAR, FindingKind.ROW_SHIFTED, FindingKind.ROW_INCOMPLETE})
"""Doubts about where a row begins and ends."""


def checks_in_doubt(form: Form, checked: Iterable[Finding], values: dict[str, Any]) -> Iterator[Finding]:
    """The failed checks; in plain text those that a lost line explains are about the reading.

    Where a label cannot stand below another one, the one above is in doubt: a line that was lost held the right one.
    """
    plain = is_plain(form)
    upper = {one.lower: one.upper for one in form.schema.relations if isinstance(one, Owns)}
    short = any(isinstance(one, SumsTo) and falls_short(one, values) for one in form.schema.relations)
    for found in checked:
        if not plain or found.kind not in STRUCTURAL or (found.kind == FindingKind.SUMS_TO and not short):
            yield found
        else:
            path = found.path
            if found.kind == FindingKind.OWNS:
                path = upper[_ROW.sub("[]", path)].replace("[]", _ROW.findall(path)[0])
            yield replace(found, about="reading", path=path)


_ROW = re.compile(r"\[\d+\]")
