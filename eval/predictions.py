"""What a run gave: its records and documents, read back from the run's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from extractor.errors import CallError


class Remark(NamedTuple):
    """A finding, of the reading or the source."""

    path: str
    about: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """One record of a run; `flags` are the paths of its findings about the reading."""

    document: str
    form: int
    schema: str
    values: Mapping[str, Any]
    flags: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    residue: tuple[Mapping[str, Any], ...] = ()
    usage: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    findings: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a run: its records in order, and whether the run itself says that something is amiss.

    `flagged` holds for a document that failed, or has findings about the reading or table-like text outside of
    every form: a form that is missing there has not vanished in silence.
    """

    document: str
    records: tuple[Prediction, ...] = ()
    flagged: bool = False
    seconds: float | None = None
    reason: str | None = None


def prediction(raw: Mapping[str, Any]) -> Prediction:
    """A record from one line of `records.jsonl`."""
    findings = tuple(_remark(f) for f in raw.get("findings") or ())
    flags = tuple(f.path for f in findings if f.about == "reading")
    return Prediction(
        str(raw.get("document", "")),
        int(raw.get("form") or 0),
        str(raw.get("schema", "")),
        raw.get("values") or {},
        flags,
        raw.get("evidence") or {},
        tuple(raw.get("residue") or ()),
        raw.get("usage") or {},
        str(raw.get("engine") or ""),
        findings,
    )


def _remark(f: Mapping[str, Any]) -> Remark:
    return Remark(f.get("path") or "", f.get("about", "reading"), f.get("kind") or "", f.get("message") or "")


def readings(records: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]] = ()) -> dict[str, Reading]:
    """The documents of a run by name, from the lines of `records.jsonl` and `documents.jsonl`."""
    by_document: dict[str, list[Prediction]] = {}
    for raw in records:
        record = prediction(raw)
        by_document.setdefault(record.document, []).append(record)
    about = {str(line.get("document", "")): line for line in documents}
    return {name: _reading(name, by_document.get(name, []), about.get(name)) for name in {**about, **by_document}}


def _reading(name: str, records: list[Prediction], about: Mapping[str, Any] | None) -> Reading:
    records = sorted(records, key=lambda record: record.form)
    if about is None:
        return Reading(name, tuple(records))
    return Reading(name, tuple(records), _flagged(about), about.get("seconds"), about.get("reason"))


def _flagged(about: Mapping[str, Any]) -> bool:
    findings = about.get("findings") or ()
    return (
        about.get("status") == "failed"
        or any(f.get("about", "reading") == "reading" for f in findings)
        or any(line.get("kind") == "table" for line in about.get("unclaimed") or ())
    )


def load(folder: Path) -> dict[str, Reading]:
    """The documents of a run's folder; raises `CallError` where there is no `records.jsonl`."""
    records = folder if folder.is_file() else folder / "records.jsonl"
    if not records.is_file():
        raise CallError(f"{folder}: has no records.jsonl; give the folder that `extractor run --out` wrote")
    documents = records.parent / "documents.jsonl"
    return readings(_lines(records), _lines(documents) if documents.is_file() else ())


def _lines(path: Path) -> list[dict[str, Any]]:
    out = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                out.append(json.loads(line))
            except ValueError as error:
                raise CallError(f"{path}: line {number} is not JSON: {error}; export the run again") from error
    return out


def stem(name: str) -> str:
    """A document's name without folders and suffix, by which gold and run find each other."""
    return re.sub(r"\.[A-Za-z0-9]+$", "", PurePosixPath(name).name)


def matching(document: str, run: Mapping[str, Reading]) -> list[str]:
    """The names of a run's documents that a gold's document means: the same name, else the same without its suffix."""
    exact = [name for name in run if name == document or PurePosixPath(name).name == document]
    return exact or sorted(name for name in run if stem(name) == stem(document))
