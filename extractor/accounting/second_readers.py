"""What readers that are independent of an engine change about its answer: doubts settled, doubts raised."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from extractor.accounting.agreement import Agreement, agreement
from extractor.accounting.assembly import assemble
from extractor.accounting.checks import check
from extractor.accounting.value_paths import doubted
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Finding, Form, Place, finding
from schemas.conventions import POINT, Convention
from schemas.spec import SchemaSpec

SETTLED_BY_AGREEMENT = frozenset({FindingKind.TEXTS_RUN_ON, FindingKind.LABEL_UNCONFIRMED})
"""Doubts about where a value ends, and whose it is: two readers that go by different signs and agree settle them."""


@dataclass(frozen=True, slots=True)
class SecondReaders:
    """What other readers of a form say: values that they confirm, findings, places known to them, failed checks."""

    agreed: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    known: tuple[Place, ...] = ()
    failed: frozenset[Finding] = frozenset()

    def without_settled(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings without those that the agreement settles."""
        return tuple(f for f in findings if f.kind not in SETTLED_BY_AGREEMENT or f.path not in self.agreed)

    def about_source(self, checked: Iterable[Finding]) -> tuple[Finding, ...]:
        """Failed checks: about the source where the values of another reader fail in the same way."""
        return tuple(replace(f, about="source") if f in self.failed else f for f in checked)


def second_readers(
    form: Form, answer: Answer, convention: Convention = POINT, proven: Container[str] = ()
) -> SecondReaders:
    """What the other readers of an answer say of it; `proven` are paths that need none of them."""
    sure = proven if form.schema.accounts == "asked" else ()
    held = [agreement(form.schema, answer, other, sure) for other in answer.others]
    if not held:
        return SecondReaders()
    return SecondReaders(
        frozenset().union(*(one.agreed for one in held)),
        tuple(
            dict.fromkeys(f for one in held for f in (*one.findings, *read_by_one(form.schema, answer, one, proven)))
        ),
        tuple(place for one in held for place in one.known),
        frozenset(f for other in answer.others for f in _failed(form, other, convention)),
    )


def read_by_one(schema: SchemaSpec, answer: Answer, one: Agreement, proven: Container[str] = ()) -> Iterable[Finding]:
    """A finding on each value that the other reader neither confirms nor reads differently, but for proven ones."""
    if schema.accounts == "asked":
        return  # what stands under no known label is in doubt, and is told so
    named = {f.path for f in one.findings}
    for candidate in answer.candidates:
        if candidate.path not in one.agreed and candidate.path not in named and candidate.path not in proven:
            yield finding(FindingKind.UNPROVEN, doubted(schema, candidate.path), "no other reader finds a value here")


def _failed(form: Form, other: Answer, convention: Convention) -> tuple[Finding, ...]:
    return check(form.schema, assemble(form.schema, other.candidates, convention).values, "reading")
