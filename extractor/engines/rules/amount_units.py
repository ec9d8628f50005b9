"""Amounts with the unit of money printed behind each: the number is the value, and the unit that of the form.

A unit that is not the one which the form states is a doubt: the number would be of another size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, Place
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
    """The amounts among the candidates without the units behind them, which are the form's where it states none."""
    units = units_of(schema)
    behind: dict[str, Place] = {}
    stated = {fold(c.text) for c in draft.candidates if (f := schema.field(c.path)) and f.printed.suffix_of}
    for n, candidate in enumerate(draft.candidates) if units else ():
        field, last = schema.field(candidate.path), candidate.places[-1]
        unit = unit_behind(fold(candidate.text), units)
        if field is None or field.kind != "amount" or not candidate.text.endswith(unit) or not unit:
            continue
        cut = last.end - len(unit)
        if cut <= last.start:
            continue
        behind.setdefault(unit, last._replace(start=cut))
        draft.nulls.append(last._replace(start=cut))
        places = (*candidate.places[:-1], last._replace(end=cut))
        draft.candidates[n] = Candidate(candidate.path, candidate.text.removesuffix(unit).rstrip(), places)
        if stated and stated != {unit}:
            message = f"printed in {unit}, and the form states {', '.join(sorted(stated))}"
            draft.doubt(candidate.path, FindingKind.AMBIGUOUS_VALUE, message)
    if not stated and behind:
        _state(draft, schema, behind)


def _state(draft: Draft, schema: SchemaSpec, behind: Mapping[str, Place]) -> None:
    """The unit that stands behind the amounts of a form, in doubt where some of them have another one."""
    field = next((f for f in schema.leaves() if f.printed.suffix_of and set(behind) & set(f.printed.vocabulary)), None)
    if field is None:
        return
    unit, place = next(iter(behind.items()))
    draft.nulls.remove(place)
    draft.candidates.append(Candidate(field.path, unit, (place,)))
    if len(behind) > 1:
        message = f"several units stand behind amounts: {', '.join(behind)}"
        draft.doubt(field.path, FindingKind.AMBIGUOUS_VALUE, message)
