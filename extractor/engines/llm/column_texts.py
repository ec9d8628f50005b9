"""Long texts of two columns that stand one behind the other: where the one ends, only the sense may say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Finding, finding
from extractor.engines.llm.answer_places import Found
from extractor.engines.llm.answer_schema import Leaf
from extractor.engines.llm.printed_characters import Sheet

_FIRST = re.compile(r"[（(]?\s*([1１一①])\s*[)）、.．，,]?")


def run_on(sheet: Sheet, located: Sequence[tuple[Leaf, Found]]) -> Iterator[Finding]:
    """A finding on both of two columns' texts between which nothing is printed that parts them.

    A label parts them, the wall of a cell, and items that both count from one.
    """
    texts = [(leaf.path, found) for leaf, found in located if _is_column(leaf) and found.places]
    for one, other in combinations(texts, 2):
        if one[0].rpartition(".")[0] != other[0].rpartition(".")[0]:
            continue
        (first, before), (second, after) = sorted((one, other), key=lambda text: sheet.extent(text[1].places))
        end, start = sheet.extent(before.places)[1], sheet.extent(after.places)[0]
        if end <= start and not sheet.parted(end, start) and not (_counts(before.text) and _counts(after.text)):
            for path, neighbour in ((first, second), (second, first)):
                message = f"nothing printed parts it from {neighbour}: the two may be one text, or end elsewhere"
                yield finding(FindingKind.TEXTS_RUN_ON, path, message)


def _is_column(leaf: Leaf) -> bool:
    return leaf.spec.printed.long and bool(leaf.spec.printed.column) and "[" not in leaf.path


def _counts(text: str) -> bool:
    """Whether a text begins with the first of numbered items."""
    return _FIRST.match(text.strip()) is not None
