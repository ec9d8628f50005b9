"""Cohen's kappa of two labellers: how far they agree beyond what chance would give (Cohen 1960)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from eval.scoring.verdicts import ERRORS, Leaf


class Agreement(NamedTuple):
    """Values that both have labelled, the share on which they agree, and kappa; None where chance would give all."""

    values: int
    observed: float
    kappa: float | None


def kappa(leaves: Iterable[Leaf]) -> Agreement | None:
    """The agreement over leaves of one labeller's gold scored against the other's; None without any leaf.

    Agreement by chance is that of the same field: the probability that two values drawn at random from what each
    labeller gave for it (no value is one of them) are the same. Pooled over the fields by their numbers of values.
    """
    fields: dict[str, list[tuple[str, str]]] = {}
    for leaf in leaves:
        first = _text(leaf.gold)
        fields.setdefault(leaf.field, []).append((first, _text(leaf.value) if leaf.verdict in ERRORS else first))
    count = sum(map(len, fields.values()))
    if not count:
        return None
    observed = sum(first == second for pairs in fields.values() for first, second in pairs) / count
    chance = sum(_chance(pairs) for pairs in fields.values()) / count
    return Agreement(count, observed, (observed - chance) / (1 - chance) if chance < 1 else None)


def _chance(pairs: list[tuple[str, str]]) -> float:
    """The number of pairs of one field that would agree by chance."""
    ours, theirs = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    return sum(times * theirs[value] for value, times in ours.items()) / len(pairs)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
