"""Trials with the mistakes of OCR: the lines of a document altered in one place, read again, and scored by its gold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import schemas
from eval.scoring.gold import Gold, load_all
from eval.scoring.predictions import readings
from eval.scoring.verdicts import ERRORS, FormVerdicts, Leaf, document_verdicts
from eval.studies.mistakes.ocr_mistakes import OCR_KINDS
from eval.studies.mistakes.spoiled_values import Effect, Trial
from eval.synth.seeds import seeded
from extractor.config import Settings
from extractor.document.results import DocumentResult
from extractor.pipeline import process_file
from extractor.readers.encoding import decode

Key = tuple[int | None, str, str, str]


def ocr_trials(samples: Path, gold: Path, kinds: Sequence[str], tries: int, seed: int) -> Iterator[Trial]:
    """Each kind of mistake in each plain text that has gold, so many times for each of its forms."""
    with tempfile.TemporaryDirectory() as folder:
        for one in load_all(sorted(gold.glob("*.gold.json")) if gold.is_dir() else [gold]):
            path = samples / one.document
            if path.suffix == ".txt":
                yield from _of_document(path, one, kinds, tries * len(one.forms), seed, Path(folder))


def _of_document(path: Path, gold: Gold, kinds: Sequence[str], tries: int, seed: int, folder: Path) -> Iterator[Trial]:
    text = decode(path.read_bytes()).text
    before = {_key(form, leaf) for form, leaf in _errors(_read(text, path.name, gold, folder))}
    for kind in kinds:
        for attempt in range(tries):
            lines = text.split("\n")
            if OCR_KINDS[kind](lines, seeded(f"ocr {kind} {path.name}", seed, attempt)):
                verdicts = _read("\n".join(lines), path.name, gold, folder)
                yield Trial(path.name, kind, _effect(before, verdicts))


class _Verdicts(NamedTuple):
    forms: Sequence[FormVerdicts]
    settled: bool


def _read(text: str, name: str, gold: Gold, folder: Path) -> _Verdicts:
    """The verdicts on a text as `rules` read it."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    result: DocumentResult = process_file(path, name, Settings(), schemas.builtin(), "rules")
    lines = [record.to_json() for record in result.records]
    return _Verdicts(document_verdicts(gold, readings(lines, [result.to_json()])[name]), result.settled)


def _errors(verdicts: _Verdicts) -> Iterator[tuple[FormVerdicts, Leaf]]:
    return ((form, leaf) for form in verdicts.forms for leaf in form.leaves if leaf.verdict in ERRORS)


def _key(form: FormVerdicts, leaf: Leaf) -> Key:
    return form.gold, leaf.gold_path, leaf.field, repr(leaf.value)


def _effect(before: set[Key], verdicts: _Verdicts) -> Effect:
    """What is in error now and was not before; a value that vanished with its form without a finding is settled."""
    spoiled = [leaf for form, leaf in _errors(verdicts) if _key(form, leaf) not in before]
    there = [leaf for form in verdicts.forms for leaf in form.leaves if leaf.verdict != "empty"]
    silent, settled = (sum(leaf.settled for leaf in some) for some in (spoiled, there))
    return Effect(len(spoiled), silent, settled, len(there), verdicts.settled)
