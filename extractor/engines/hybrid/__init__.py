"""Rules first; of the forms that they do not settle, the unsettled parts go to the model.

A part is a field of the schema's top level, or some rows of a list, with the lines where they stand and what surrounds
them. Where the two readers differ, evidence and checks decide; where those don't, it is a finding with both values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.accounting.agreement import agreement
from extractor.config import Settings
from extractor.document.results import Answer, Form
from extractor.engines import llm, rules
from extractor.engines.hybrid.merging import settle
from extractor.engines.hybrid.open_parts import Part as OpenPart
from extractor.engines.hybrid.open_parts import part_of

__all__ = ["OpenPart", "extract", "open_parts", "settle", "unsettled"]


def extract(forms: Sequence[Form], settings: Settings, document: str = "") -> list[Answer]:
    """The answers of rules where they are settled, and of both readers where they are not."""
    read = rules.extract(forms)
    asked = open_parts(forms, read)
    if not asked:
        return read
    told = llm.extract([part.form for part in asked.values()], settings, document)
    for (n, part), second in zip(asked.items(), told, strict=True):
        read[n] = settle(forms[n], read[n], part, _told_twice(part, second))
    return read


def _told_twice(part: OpenPart, told: Answer) -> Answer:
    """The model's answer with a finding wherever its second reading, if it was asked for one, differs."""
    held = (agreement(part.form.schema, told, other) for other in told.others)
    return replace(told, findings=(*told.findings, *(f for one in held for f in one.findings)), others=())


def unsettled(forms: Sequence[Form]) -> list[Form]:
    """What of the forms the model is asked about."""
    return [part.form for part in open_parts(forms, rules.extract(forms)).values()]


def open_parts(forms: Sequence[Form], read: Sequence[Answer]) -> dict[int, OpenPart]:
    """What the model is asked about, by the number of the form."""
    parts = {n: part_of(form, answer) for n, (form, answer) in enumerate(zip(forms, read, strict=True))}
    return {n: part for n, part in parts.items() if part is not None}
