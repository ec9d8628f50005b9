"""Whether the texts of a list are its items: their numbers count up from the first, in one style."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.accounting.proof.printed_labels import Lack
from extractor.accounting.value_paths import row_of
from extractor.document.results import Candidate
from schemas.spec import SchemaSpec
from schemas.values import fold

_NUMBER = re.compile(r"([(（]?)(\d{1,2}|[一二三四五六七八九十]{1,3}|[①-⑳])([)）、.．])(?!\d)")
_DIGITS = {digit: n for n, digit in enumerate("一二三四五六七八九十", 1)} | {chr(0x2460 + n): n + 1 for n in range(20)}


def items_lacking(schema: SchemaSpec, candidates: Sequence[Candidate]) -> Iterator[Lack]:
    """A lack of each list of texts whose numbers do not count up by one: an item may be lost, or another field's."""
    for spec in schema.fields:
        own = [c for c in candidates if spec.structure == "texts" and c.path.startswith(f"{spec.path}[")]
        numbers = [_number(c.text) for c in sorted(own, key=lambda c: row_of(c.path) or 0)]
        if len(numbers) < 2 or all(number is None for number in numbers):
            continue
        style = next(number[0] for number in numbers if number is not None)
        for n, number in enumerate(numbers):
            if number is None or number[0] != style or number[1] not in (0, n + 1):
                message = f"item {n} does not go on counting: an item may be lost, or belong to another field"
                yield Lack(spec.path, message)
                break


def _number(text: str) -> tuple[str, int] | None:
    """The style and the number that a text begins with; 0 for a number that is not told."""
    match = _NUMBER.match(fold(text))
    if match is None:
        return None
    digits = match[2].isdecimal()
    number = int(match[2]) if digits else _DIGITS.get(match[2], 0)
    return f"{match[1]}{'1' if digits else '一'}{match[3]}", number
