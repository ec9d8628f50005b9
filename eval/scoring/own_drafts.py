"""Labels that a configuration drafted: who corrects a draft is led by it, so it is not scored on them unasked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eval.scoring.gold import Gold
from eval.scoring.predictions import Reading, matching, names_of
from extractor.errors import CallError


def configurations_of(reading: Reading) -> str | None:
    """The engine and the model of a document's records, as `drafted_by` of a gold file names them; None without."""
    found = sorted({f"{record.engine} {record.model}".strip() for record in reading.records if record.engine})
    return ", ".join(found) or None


def refuse_own(golds: Iterable[Gold], run: Mapping[str, Reading]) -> None:
    """Raises `CallError` where gold was drafted by the configuration of the run that is to be scored on it."""
    names = names_of(run)
    for gold in golds:
        drafted = gold.labelled.get("drafted_by")
        for name in matching(gold.document, names) if drafted else ():
            if configurations_of(run[name]) == drafted:
                raise CallError(
                    f"{gold.path}: these labels began as a draft of {drafted}, the configuration that is to be scored;"
                    " label the document blind, or allow it with --own-drafts"
                )
