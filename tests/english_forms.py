"""The English samples as forms with the answer of an honest reader, ready to be concluded with another answer."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import schemas
from eval.scoring.gold import load
from eval.studies.mistakes.recorded_forms import RecordedForm
from extractor import readers
from extractor.accounting.settled import unsettled
from extractor.config import Settings
from extractor.document.results import Record
from extractor.engines import rules
from extractor.engines.llm.answer_reading import labels_of, read
from extractor.engines.llm.prompting import words
from extractor.forms.regions import cut
from extractor.pipeline import facts_of, record_of
from tests.gold_answers import answer
from tests.paths import ROOT

SAMPLES, GOLD = ROOT / "eval" / "samples" / "en", ROOT / "eval" / "gold" / "en"
SCHEMAS = {
    "invoice": "invoice",
    "receipt": "receipt",
    "statement": "bank_statement",
    "purchase-order": "purchase_order",
    "lab-report": "lab_report",
}
NAMES = sorted(p.name for p in SAMPLES.iterdir() if p.suffix not in (".png", ".jpg"))
SETTINGS = Settings(model="m", language="en")


def schema_of(name: str) -> str:
    return next(schema for word, schema in SCHEMAS.items() if word in name)


def gold_of(name: str) -> dict[str, Any]:
    path = GOLD / f"{Path(name).stem}.gold.json"
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["forms"][0]
    return values


@cache
def english_form(name: str) -> RecordedForm:
    document = readers.read(SAMPLES / name, name, SETTINGS)
    (form,) = cut(document, [schemas.load(schema_of(name))]).forms
    labels, facts, (second,) = labels_of(form), facts_of(document, SETTINGS), rules.extract([form])

    def conclude(values: dict[str, Any]) -> Record:
        told = replace(read(form, values, labels, words("en")).answer, usage={"calls": 1}, others=(second,))
        record = record_of(document, form, told, "llm", SETTINGS, facts).record
        return replace(record, unsettled=unsettled(record.findings))

    gold = load(GOLD / f"{Path(name).stem}.gold.json").forms[0]
    return RecordedForm(name, gold, form, form, answer(form, gold_of(name)), conclude)
