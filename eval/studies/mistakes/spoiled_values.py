"""What a mistake does to a record: the values that it spoils, and which of them count as settled all the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from eval.scoring.gold import GoldForm
from eval.scoring.predictions import prediction
from eval.scoring.verdicts import ERRORS, Leaf, form_verdicts
from extractor.accounting.value_tree import generic, holds
from extractor.document.results import Place, Record


class Effect(NamedTuple):
    """The values that are in error because of a mistake, those of them that are settled, and all settled values.

    `whole` says that the whole record is settled.
    """

    spoiled: int
    silent: int
    settled: int
    values: int
    whole: bool


class Trial(NamedTuple):
    """One mistake: the document, the kind of mistake (or the rate), what it did.

    `changed` are values that `rules` alone had settled, and that the record does not have any more.
    """

    document: str
    kind: str
    effect: Effect
    changed: tuple[str, ...] = ()


def changed_proven(alone: Record | None, record: Record) -> tuple[str, ...]:
    """The values that a record of `rules` has settled and that another record of the form does not have, or elsewhere.

    The same value is that of the same field, copied from the same places: rows may have other numbers.
    """
    if alone is None:
        return ()
    kept = {_printed(record, path) for path in record.evidence}
    settled = (p for p in alone.evidence if not any(holds(outer, p) for outer in alone.unsettled))
    return tuple(path for path in settled if _printed(alone, path) not in kept)


def _printed(record: Record, path: str) -> tuple[str, tuple[Place, ...]]:
    return generic(path), tuple(span.place for span in record.evidence[path])


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
