"""What a mistake is, and what many of them do: exchange two strings of an answer."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from eval.studies.mistakes.answer_slots import AlteredAnswer, Listing, Slot

Mistake = Callable[[AlteredAnswer, Random], bool]
"""Alters an answer; False where the answer holds nothing that could be mistaken so."""


def exchange(one: Slot, other: Slot) -> bool:
    """Exchange two strings; False where they are the same."""
    first, second = one.text, other.text
    one.put(second)
    other.put(first)
    return first != second


def pair_exchanged(slots: list[Slot], rng: Random) -> bool:
    """Exchange two of some strings that differ; False where all are the same."""
    pairs = [(a, b) for n, a in enumerate(slots) for b in slots[n + 1 :] if a.text != b.text]
    return bool(pairs) and exchange(*rng.choice(pairs))


def any_listing(answer: AlteredAnswer, rng: Random, least: int = 2) -> Listing | None:
    """Any of the lists that have enough rows."""
    long_enough = [one for one in answer.listings() if len(one.rows) >= least]
    return rng.choice(long_enough) if long_enough else None
