"""Printed words that mean a value which the schema wants otherwise than it is printed: known, or in doubt."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, Finding, finding
from schemas.conventions import POINT, Convention
from schemas.meanings import confirmed_value, is_known, meaning_of
from schemas.spec import FieldSpec, SchemaSpec

_JSON = r'("(?:[^"\\]|\\.)*")'
MEANT = re.compile(rf"{_JSON} is given as {_JSON}")
"""The words and the value in the message of a finding, as JSON."""


class Interpreted(NamedTuple):
    """A candidate whose text is to be read as its value, how its numbers are written, and what is in doubt about it."""

    candidate: Candidate
    convention: Convention
    findings: tuple[Finding, ...] = ()


def interpreted(schema: SchemaSpec, spec: FieldSpec, candidate: Candidate, convention: Convention) -> Interpreted:
    """What a candidate means: what its engine says, else what a person confirmed of its words, else its own text.

    What an engine says is in doubt unless the words, read alone, are that value, or a person confirmed it.
    """
    if spec.wanted is None:
        return Interpreted(candidate, convention)
    confirmed = dict(schema.meanings).get(spec.path, ())
    if candidate.meaning is None:
        value = confirmed_value(spec, candidate.text, confirmed, convention)
        return Interpreted(replace(candidate, text=value), POINT) if value else Interpreted(candidate, convention)
    meant = Interpreted(replace(candidate, text=candidate.meaning), POINT)
    if is_known(spec, candidate.words, candidate.meaning, convention):
        return meant
    reasons = " ".join(reason.text for reason in candidate.reasons)
    meaning = meaning_of(spec, candidate.text, reasons, candidate.meaning, convention)
    if meaning in confirmed:
        return meant
    words, value = (json.dumps(text, ensure_ascii=False) for text in meaning)
    message = f"{words} is given as {value}: the words are not known to mean it"
    return meant._replace(findings=(finding(FindingKind.MEANING_UNCONFIRMED, candidate.path, message),))
