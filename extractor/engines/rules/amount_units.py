"""Amounts with the unit of money printed behind each: the number is the value, and the unit that of the form.

A unit that is not the one which the form states is a doubt: the number would be of another size.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate
from extractor.engines.rules.drafts import Draft
from extractor.engines.rules.value_kinds import parses
from schemas.spec import SchemaSpec
from schemas.values import fold


def units_of(schema: SchemaSpec) -> tuple[str, ...]:
    """The units that a schema's amounts can have, the longest first: words that stand in brackets behind labels."""
    found = {fold(word) for field in schema.leaves() if field.printed.suffix_of for word in field.printed.vocabulary}
    return tuple(sorted(found, key=len, reverse=True))


def unit_behind(text: str, units: Sequence[str]) -> str:
    """The unit that a folded amount ends with; "" for none."""
    unit = next((unit for unit in units if text.endswith(unit)), "")
    return unit if unit and parses("amount", text.removesuffix(unit)) else ""


def set_apart(draft: Draft, schema: SchemaSpec) -> None:
    """The amounts among the candidates without the units behind them."""
    units = units_of(schema)
    stated = {fold(c.text) for c in draft.candidates if (f := schema.field(c.path)) and f.printed.suffix_of}
    for n, candidate in enumerate(draft.candidates) if units else ():
        field, last = schema.field(candidate.path), candidate.places[-1]
        unit = unit_behind(fold(candidate.text), units)
        if field is None or field.kind != "amount" or not candidate.text.endswith(unit) or not unit:
            continue
        cut = last.end - len(unit)
        if cut <= last.start:
            continue
        draft.nulls.append(last._replace(start=cut))
        places = (*candidate.places[:-1], last._replace(end=cut))
        draft.candidates[n] = Candidate(candidate.path, candidate.text.removesuffix(unit).rstrip(), places)
        if stated and stated != {unit}:
            message = f"printed in {unit}, and the form states {', '.join(sorted(stated))}"
            draft.doubt(candidate.path, FindingKind.AMBIGUOUS_VALUE, message)
