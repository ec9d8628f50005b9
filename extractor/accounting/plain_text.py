"""What plain text cannot show: that nothing of the page is missing.

In a grid of cells an empty place is seen. In plain text (no cells that are facts, no boxes) a line or a box that an OCR
lost leaves no gap, so there a missing value is only as sure as what stands around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from extractor.accounting.checks import falls_short
from extractor.accounting.proof.printed_labels import labels_in
from extractor.accounting.proof.value_ends import values_lost
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Finding, Form, finding
from schemas.relations import SumsTo

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


def checks_in_doubt(form: Form, checked: Iterable[Finding], values: dict[str, Any]) -> Iterator[Finding]:
    """The failed checks; in plain text those that a lost line explains are about the reading, on the whole row."""
    plain = is_plain(form)
    short = any(isinstance(one, SumsTo) and falls_short(one, values) for one in form.schema.relations)
    for found in checked:
        if not plain or found.kind not in STRUCTURAL or (found.kind == FindingKind.SUMS_TO and not short):
            yield found
        else:
            row = found.path[: found.path.index("]") + 1] if found.kind == FindingKind.OWNS else found.path
            yield replace(found, about="reading", path=row)
