"""Brackets on scans that an OCR left open: what closes them was not read, so what stands in them is in doubt.

An amount's unit stands in brackets behind a label: where something else stands there, the unit is not empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from extractor.accounting import value_tree
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Finding, Form, finding
from extractor.forms.form_tokens import form_tokens
from extractor.forms.line_labels import key_of, label_key
from extractor.forms.tokens import Token
from schemas.spec import FieldSpec
from schemas.values import fold


def open_brackets(form: Form, answer: Answer, values: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding on each value read by OCR with a bracket that is not closed, and on each unit that was not read."""
    units = ((row.page, unit) for row in form.rows for unit in row.units)
    read = {(page, unit.id) for page, unit in units if any(word.confidence is not None for word in unit.words)}
    for candidate in answer.candidates:
        if is_open(candidate.text) and any((place.page, place.unit) in read for place in candidate.places):
            yield finding(FindingKind.LOW_CONFIDENCE, candidate.path, "a bracket in it is not closed")
    for field in form.schema.leaves() if read else ():
        if field.printed.suffix_of and "[]" not in field.path and _is_empty(values, field.path):
            behind = next((text for token in form_tokens(form).tokens if (text := _behind_label(token, field))), "")
            if behind:
                message = f"no unit is read, and {behind[:20]!r} stands behind its label"
                yield finding(FindingKind.UNPROVEN, field.path, message)


def _is_empty(values: Mapping[str, Any], path: str) -> bool:
    try:
        return value_tree.at(values, path) is None
    except KeyError:
        return False


def is_open(text: str) -> bool:
    """Whether a bracket in a text is never closed; the number of an item may close one that it does not open."""
    deep = 0
    for character in fold(text):
        deep = max(0, deep + (character == "(") - (character == ")"))
    return deep > 0


def _behind_label(token: Token, field: FieldSpec) -> str:
    """What stands behind a label of which a cell is the unit's place; empty where nothing does, or another word."""
    text = key_of(token.fold)
    for label in map(label_key, field.printed.suffix_of):
        if token.table and text.startswith(label) and len(text) > len(label) and not text[len(label)].isalpha():
            return text[len(label) :]
    return ""
