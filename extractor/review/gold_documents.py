"""Documents that a person has decided, as gold files: `NAME.gold.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from extractor.accounting import decided
from extractor.accounting.settled import DOCUMENT
from extractor.document.decision import Decision
from extractor.ledger import decision_log
from extractor.ledger.store import Ledger
from extractor.review.modes import Mode
from extractor.review.run_records import run_records
from extractor.runs.result_files import write_lines

TABLE = "table"
"""The schema of tables that no form claims: they stand beside the forms of a gold file."""


class GoldDocument(NamedTuple):
    """A decided document: its name, and the content of its gold file."""

    document: str
    content: dict[str, Any]


def write(ledger: Ledger, mode: Mode, folder: Path) -> list[Path]:
    """Writes a gold file for each document that is fully decided in a mode; one that holds the same is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    out: list[Path] = []
    for gold in decided_documents(ledger, mode):
        path = folder / f"{PurePosixPath(gold.document).stem}.gold.json"
        text = json.dumps(gold.content, ensure_ascii=False, indent=1)
        if not path.exists() or path.read_text(encoding="utf-8").rstrip("\n") != text:
            write_lines(path, [text])
        out.append(path)
    return out


def decided_documents(ledger: Ledger, mode: Mode) -> Iterator[GoldDocument]:
    """The documents of the last run in which nothing is left to decide and of which something was decided.

    After a third pass, those that both labellers have labelled whole, too. Otherwise a document is marked as a draft
    unless a person accepted each of its forms as a whole: what the run settled by itself, nobody has looked at.
    """
    decisions = decision_log.by_form(ledger, mode.task)
    forms: dict[str, list[Mapping[str, Any]]] = {}
    for found in run_records(ledger, True, decisions):
        forms.setdefault(found.record["sha256"], []).append(mode.starts_from(found.record))
    for sha256, records in forms.items():
        about = [decisions.get((sha256, record["form"]), ()) for record in records]
        if any(about) or (mode.between and _both_labelled(records)):
            gold = _gold(records, about, mode)
            if gold is not None:
                yield gold


def _both_labelled(records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether both labellers of a third pass have accepted each form."""
    return all(record["values"] for record in records if record["form"] != DOCUMENT)


def _gold(records: Sequence[Mapping[str, Any]], about: Sequence[Sequence[Decision]], mode: Mode) -> GoldDocument | None:
    reviewed = [decided.review(record, made) for record, made in zip(records, about, strict=True)]
    if any(one.unsettled or one.stale for one in reviewed):
        return None
    forms = [(record, one) for record, one in zip(records, reviewed, strict=True) if record["form"] != DOCUMENT]
    accepted = all(one.marks.get("") == "accepted" for record, one in forms if record["schema"] != TABLE)
    made = [decision for decisions in about for decision in decisions]
    content: dict[str, Any] = {"document": PurePosixPath(records[0]["document"]).name, "title": None}
    if not accepted and mode.between is None:
        content["draft"] = True
    between = mode.between
    content["labelled"] = {
        "by": ", ".join(sorted({*(d.who for d in made), *(between.by if between else ())})),
        "on": max([d.at[:10] for d in made] + ([between.on] if between else [])),
        "agreed": between is not None,
        "drafted_by": None if mode.is_blank else _configuration(records),
    }
    content["forms"] = [
        {"form_type": record["schema"], **one.values} for record, one in forms if record["schema"] != TABLE
    ]
    return GoldDocument(records[0]["document"], content)


def _configuration(records: Sequence[Mapping[str, Any]]) -> str:
    """Which configuration the labels began with: its engine and its model."""
    first = next(record for record in records if record["form"] != DOCUMENT)
    return f"{first['engine']} {first['model'] or ''}".strip()
