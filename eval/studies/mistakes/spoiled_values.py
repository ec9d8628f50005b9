"""What a mistake does to a record: the values that it spoils, and which of them count as settled all the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from eval.scoring.gold import GoldForm
from eval.scoring.predictions import prediction
from eval.scoring.verdicts import ERRORS, Leaf, form_verdicts
from extractor.document.results import Record


class Effect(NamedTuple):
    """The values that are in error because of a mistake, those of them that are settled, and all settled values.

    `whole` says that the whole record is settled.
    """

    spoiled: int
    silent: int
    settled: int
    values: int
    whole: bool


def leaves_of(gold: GoldForm, record: Record) -> tuple[Leaf, ...]:
    """The verdicts on a record's leaves."""
    return form_verdicts(gold, prediction(record.to_json())).leaves


def effect(honest: Iterable[Leaf], gold: GoldForm, record: Record) -> Effect:
    """What differs from the record of the honest answer: errors that were there before are no effect."""
    before = {_what(leaf) for leaf in honest if leaf.verdict in ERRORS}
    leaves = leaves_of(gold, record)
    spoiled = [leaf for leaf in leaves if leaf.verdict in ERRORS and _what(leaf) not in before]
    there = [leaf for leaf in leaves if leaf.verdict != "empty"]
    return Effect(
        len(spoiled),
        sum(leaf.settled for leaf in spoiled),
        sum(leaf.settled for leaf in there),
        len(there),
        record.settled,
    )


def _what(leaf: Leaf) -> tuple[str, str, str]:
    return leaf.gold_path, leaf.field, repr(leaf.value)
