"""What is printed beside a number and belongs to it: its currency, its unit, its label in the same line.

An answer gives the number alone, so that these are no text that was passed over, where nothing that is asked for could
be they.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from extractor.document.results import Candidate, Form, Place, Residue
from schemas.numbers import CURRENCY, MULTIPLIERS, SIGN_MARKS, UNIT
from schemas.spec import FieldSpec, SchemaSpec

_CURRENCY = re.compile(CURRENCY)
_CURRENCY_BEFORE = re.compile(rf"{CURRENCY}\s*$")
_UNIT = re.compile(rf"/?(?:{UNIT})")


_SIGNS = tuple("-−+")


class _Number(NamedTuple):
    """A number of an answer: its value, its field, where it stands."""

    candidate: Candidate
    spec: FieldSpec
    place: Place


def marks_of_numbers(form: Form, candidates: Sequence[Candidate], residue: Sequence[Residue]) -> set[Place]:
    """The pieces of text that belong to a number beside them in their cell or line."""
    texts = {(row.page, unit.id): unit.text for row in form.rows for unit in row.units}
    given = {candidate.path for candidate in candidates}
    numbers: dict[tuple[int, str], list[_Number]] = {}
    for candidate in candidates:
        spec = form.schema.field(candidate.path)
        if spec is not None and spec.kind == "amount":
            for place in candidate.places:
                numbers.setdefault((place.page, place.unit), []).append(_Number(candidate, spec, place))
    out: set[Place] = set()
    for piece in residue:
        key = (piece.place.page, piece.place.unit)
        for number in numbers.get(key, ()):
            if _is_beside(texts[key], piece.place, number.place) and _is_mark(piece, number, form.schema, given):
                out.add(piece.place)
    return out


def _is_beside(text: str, one: Place, other: Place) -> bool:
    between = text[one.end : other.start] if one.end <= other.start else text[other.end : one.start]
    return not between.strip()


def _is_mark(piece: Residue, number: _Number, schema: SchemaSpec, given: Container[str]) -> bool:
    """Whether a text beside a number is its currency, its label before it, or a unit behind it that is no value."""
    if _CURRENCY.fullmatch(piece.text):
        return True
    if piece.place.end <= number.place.start:
        return piece.text in _labels(number.spec)
    if piece.text.strip("./ ").casefold() in SIGN_MARKS:
        return False
    return bool(_UNIT.fullmatch(piece.text)) and not any(_open_texts(schema, number.candidate.path, given))


def may_go_on(text: str, piece: Place, number: Place) -> bool:
    """Whether a piece of text may be a part of a number in its cell or line: a sign, digits, a multiplier."""
    before = piece.end <= number.start
    near, gap = (text[piece.start : piece.end], text[piece.end : number.start]) if before else (
        text[piece.start : piece.end][::-1], text[number.end : piece.start]
    )  # fmt: skip
    edge = near[-1:]
    if not gap and edge in _SIGNS:
        return True
    if edge in "()":
        return text[number.start - 1 : number.start] == "(" and text[number.end : number.end + 1] == ")"
    words = re.findall(r"\w+", text[piece.start : piece.end])
    word = (words[-1] if before else words[0]).casefold() if words else ""
    return not gap.strip() and (edge.isdigit() or word in SIGN_MARKS or word in MULTIPLIERS)


def label_before(text: str, place: Place, spec: FieldSpec) -> bool:
    """Whether a label of its field stands right before a number in its cell or line: `@ 3.50`."""
    before = _CURRENCY_BEFORE.sub("", text[: place.start]).rstrip()
    return any(before.endswith(label) for label in _labels(spec))


def _labels(spec: FieldSpec) -> tuple[str, ...]:
    return (*spec.printed.labels, *spec.printed.column)


def _open_texts(schema: SchemaSpec, path: str, given: Container[str]) -> Iterator[str]:
    """The texts that are asked for beside a value, in its row, and have no value."""
    parent, dot, _ = path.rpartition(".")
    beside = schema.field(parent.removesuffix("]").rpartition("[")[0] if parent.endswith("]") else parent)
    for spec in beside.children if beside is not None else schema.fields:
        own = f"{parent}{dot}{spec.name}"
        if spec.kind == "text" and own not in given and not spec.printed.spans:
            yield own
