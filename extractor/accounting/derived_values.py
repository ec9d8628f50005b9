"""Values that are not printed: proven where the schema's expression comes to the same, else in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from extractor.accounting.value_paths import covers
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, Finding, Span, finding
from schemas.expressions import Result, evaluated
from schemas.spec import SchemaSpec


class Derived(NamedTuple):
    """The evidence of derived values (the places of the numbers that they are made of), and what is not proven."""

    evidence: dict[str, tuple[Span, ...]]
    findings: tuple[Finding, ...]


def derived_values(
    schema: SchemaSpec,
    candidates: Iterable[Candidate],
    values: Mapping[str, Any],
    evidence: Mapping[str, tuple[Span, ...]],
    findings: Iterable[Finding],
) -> Derived:
    """What of a record is derived. A proven value is made of values none of which is in doubt."""
    doubts = {found.path for found in findings if found.about == "reading"}
    out: dict[str, tuple[Span, ...]] = {}
    unproven = []
    for candidate in candidates:
        spec = schema.field(candidate.path)
        if spec is None or not spec.derived:
            continue
        found = evaluated(spec.check, values, candidate.path.rpartition(".")[0]) if spec.check else None
        why = _lack(candidate, spec.check, found, doubts)
        if why:
            message = f"{candidate.text[:40]!r} is not printed, and nothing proves it: {why}"
            unproven.append(finding(FindingKind.DERIVED_UNPROVEN, candidate.path, message))
        paths = found.paths if found is not None else ()
        spans = (span for path in paths for span in evidence.get(path, ()))
        out[candidate.path] = tuple(replace(span, match="derived", proof=None if why else "computed") for span in spans)
    return Derived(out, tuple(unproven))


def _lack(candidate: Candidate, check: str, found: Result | None, doubts: set[str]) -> str:
    """Why a value is not proven; '' where it is."""
    if not check:
        return "its field has no x-check"
    if found is None:
        return f"{check} comes to no number here"
    if not _is_equal(candidate.text, found.number):
        return f"{check} comes to {found.number:f}"
    doubtful = next((path for path in found.paths if any(covers(doubt, path) for doubt in doubts)), "")
    return f"{doubtful}, which it is made of, is in doubt" if doubtful else ""


def _is_equal(text: str, number: Decimal) -> bool:
    """Whether a number as it is given is another one, rounded to as many decimals."""
    try:
        given = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return False
    if not given.is_finite():
        return False
    step = Decimal((0, (1,), int(given.as_tuple().exponent)))
    return abs(given - number) * 2 <= step and (given == number or step < 1)
