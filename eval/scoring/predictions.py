"""What a run gave: its records and documents, read back from the run's folder."""

from __future__ import annotations

import json
import re
from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from extractor.accounting import decided
from extractor.document.decision import REVIEW
from extractor.engines.llm.budget import Prices, Usage, money
from extractor.errors import CallError
from extractor.ledger import decision_log


class Remark(NamedTuple):
    """A finding, of the reading or the source."""

    path: str
    about: str
    kind: str
    message: str
    severity: str = "warning"


@dataclass(frozen=True, slots=True)
class Prediction:
    """One record of a run; `unsettled` are the paths in doubt, as the record itself says (`""`: all of it)."""

    document: str
    form: int
    schema: str
    values: Mapping[str, Any]
    unsettled: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    residue: tuple[Mapping[str, Any], ...] = ()
    usage: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    model: str = ""
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


def prediction(raw: Mapping[str, Any], prices: Prices | None = None) -> Prediction:
    """A record from one line of `records.jsonl`; where there are prices, its usage says what it cost."""
    findings = tuple(_remark(f) for f in raw.get("findings") or ())
    return Prediction(
        str(raw.get("document", "")),
        int(raw.get("form") or 0),
        str(raw.get("schema", "")),
        _mapping(raw.get("values")),
        tuple(raw.get("unsettled", ("",))),  # a record that does not say is in doubt
        _mapping(raw.get("evidence")),
        tuple(raw.get("residue") or ()),
        _priced(_mapping(raw.get("usage")), prices),
        str(raw.get("engine") or ""),
        str(raw.get("model") or ""),
        findings,
    )


def _priced(usage: Mapping[str, Any], prices: Prices | None) -> Mapping[str, Any]:
    if prices is None or not usage:
        return usage
    used = Usage(*(usage.get(name, 0) for name in ("prompt_tokens", "cached_tokens", "completion_tokens")))
    return {**usage, "money": money(used, prices)}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _remark(f: Mapping[str, Any]) -> Remark:
    texts = (f.get("path") or "", f.get("about", "reading"), f.get("kind") or "", f.get("message") or "")
    return Remark(*texts, f.get("severity") or "warning")


def readings(records: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]] = ()) -> dict[str, Reading]:
    """The documents of a run by name, from the lines of `records.jsonl` and `documents.jsonl`."""
    by_document: dict[str, list[Prediction]] = {}
    for raw in records:
        record = prediction(raw)
        by_document.setdefault(record.document, []).append(record)
    about = _abouts(documents)
    return {name: _reading(name, by_document.get(name, []), about.get(name)) for name in {**about, **by_document}}


class _About(NamedTuple):
    """What a line of `documents.jsonl` says that scoring needs."""

    flagged: bool
    seconds: float | None
    reason: str | None


def _abouts(lines: Iterable[Mapping[str, Any]]) -> dict[str, _About]:
    return {
        str(line.get("document", "")): _About(_flagged(line), line.get("seconds"), line.get("reason")) for line in lines
    }


def _reading(name: str, records: list[Prediction], about: _About | None) -> Reading:
    records = sorted(records, key=lambda record: record.form)
    return Reading(name, tuple(records), *(about or ()))


def _flagged(about: Mapping[str, Any]) -> bool:
    findings = about.get("findings") or ()
    return (
        about.get("status") == "failed"
        or any(f.get("about", "reading") == "reading" for f in findings)
        or any(line.get("kind") == "table" for line in about.get("unclaimed") or ())
    )


class Run(Mapping[str, Reading]):
    """A run's documents by name, each read from the files when it is asked for: few are in memory at a time."""

    def __init__(self, records: Path, documents: Path | None, prices: Prices | None = None) -> None:
        self._decisions = decision_log.in_folder(records.parent, REVIEW)
        self._prices = prices
        self._records, self._at = records, _offsets(records)
        self._about = _abouts(_lines(documents)) if documents else {}
        self._names = dict.fromkeys([*self._about, *self._at])

    def __getitem__(self, name: str) -> Reading:
        if name not in self._names:
            raise KeyError(name)
        return _reading(name, [prediction(raw, self._prices) for raw in self._raw(name)], self._about.get(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _raw(self, name: str) -> Iterator[dict[str, Any]]:
        with self._records.open("rb") as file:
            for number, offset in self._at.get(name, ()):
                file.seek(offset)
                raw = _parsed(self._records, number, file.readline())
                about = self._decisions.get((str(raw.get("sha256")), int(raw.get("form") or 0)))
                yield decided.as_read(raw, about) if about else raw


def load(folder: Path) -> Mapping[str, Reading]:
    """The documents of a run's folder, or of the runs in folders below it; raises `CallError` where there is none."""
    below = sorted(path.parent for path in folder.glob("*/records.jsonl")) if folder.is_dir() else []
    if not below or (folder / "records.jsonl").is_file():
        return _one(folder)
    runs = [_one(path) for path in below]
    twice = [name for name, count in Counter(name for run in runs for name in run).items() if count > 1]
    if twice:
        raise CallError(f"{folder}: {twice[0]} stands in several of the runs below it; give one of them")
    return ChainMap(*runs)  # type: ignore[arg-type]  # nothing is written to it


def _one(folder: Path) -> Run:
    records = folder if folder.is_file() else folder / "records.jsonl"
    if not records.is_file():
        raise CallError(f"{folder}: has no records.jsonl; give the folder that `extractor run --out` wrote")
    documents = records.parent / "documents.jsonl"
    return Run(records, documents if documents.is_file() else None, _prices(records.parent))


def _prices(folder: Path) -> Prices | None:
    """The prices that the run was given; None where it was given none, or has no ledger any more."""
    from extractor.ledger import store

    if not (folder / store.FILE).is_file():
        return None
    with store.reading(folder) as ledger:
        settings = store.last_run(ledger).settings
    prices = Prices(*(settings.get(f"price_{of}") for of in ("prompt", "cached", "completion")))
    return None if money(Usage(), prices) is None else prices


FIRST = re.compile(rb'\s*\{\s*"document"\s*:\s*("(?:[^"\\]|\\.)*")')


def _offsets(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Where the records of each document stand: line numbers and offsets. `document` is the first name of a line."""
    out: dict[str, list[tuple[int, int]]] = {}
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                match = FIRST.match(line)
                name = json.loads(match[1]) if match else _parsed(path, number, line).get("document", "")
                out.setdefault(str(name), []).append((number, offset))
            offset += len(line)
    return out


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        yield from (_parsed(path, number, line) for number, line in enumerate(file, 1) if line.strip())


def _parsed(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise CallError(f"{path}: line {number} is not JSON: {error}; export the run again") from error
    if not isinstance(raw, dict):
        raise CallError(f"{path}: line {number} is not a JSON object; export the run again")
    return raw


def stem(name: str) -> str:
    """A document's name without folders and suffix, by which gold and run find each other."""
    return re.sub(r"\.[A-Za-z0-9]+$", "", PurePosixPath(name).name)


class Names(NamedTuple):
    """The names of a run's documents, by themselves, by their last part, by their stem."""

    whole: frozenset[str]
    last: Mapping[str, list[str]]
    stems: Mapping[str, list[str]]


def names_of(run: Iterable[str]) -> Names:
    """The names of a run's documents, ready to be looked up."""
    last: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    for name in run:
        last.setdefault(PurePosixPath(name).name, []).append(name)
        stems.setdefault(stem(name), []).append(name)
    return Names(frozenset(name for found in last.values() for name in found), last, stems)


def matching(document: str, names: Names) -> list[str]:
    """The documents of a run that a gold's document means: the same name, else the same without its suffix."""
    if document in names.whole:
        return [document]
    return sorted(names.last.get(document) or names.stems.get(stem(document), []))
