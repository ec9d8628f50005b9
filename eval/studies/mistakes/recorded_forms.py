"""The forms of recorded runs, each with the answer that was recorded, ready to be concluded with another answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import schemas
from eval.scoring.gold import Gold, GoldForm, load_all
from extractor import readers
from extractor.accounting.proof.own_labels import QUOTED
from extractor.accounting.settled import unsettled
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document
from extractor.document.results import Answer, Form, Record
from extractor.engines import hybrid, rules
from extractor.engines.llm.answer_reading import Labels, labels_of, merged
from extractor.engines.llm.conversation import Part, answered, conclude
from extractor.engines.llm.endpoint_options import Options, options
from extractor.engines.llm.session import asking
from extractor.forms.regions import cut
from extractor.pipeline import beside_rules, facts_of, record_of
from schemas import confirmed_labels
from schemas.spec import generic

Conclude = Callable[[dict[str, Any]], Record]
"""The record that an answer leads to; the model stands by its answer when it is corrected."""


@dataclass(frozen=True, slots=True)
class RecordedForm:
    """A form with its gold, the form that was asked for, the answer that was recorded, and the way to a record.

    `asked` is None where the model was not asked: then every answer leads to the same record. `alone` is what `rules`
    read by themselves, where the engine has them read first.
    """

    document: str
    gold: GoldForm
    form: Form
    asked: Form | None
    values: dict[str, Any]
    conclude: Conclude
    alone: Record | None = None


def recorded_forms(
    samples: Path, gold: Path, recording: Path, engine: str, language: str = Settings().language
) -> list[RecordedForm]:
    """All forms with gold. Raises `StopRun` where the recording lacks an answer."""
    own = Settings.model_validate(
        {"model": "relayed", "replay": recording, "language": language, "prompt_language": language}
    )
    read = {"llm": _read_by_model, "hybrid": _read_by_both}[engine]
    out = []
    for one in load_all(sorted(gold.glob("*.gold.json")) if gold.is_dir() else [gold]):
        path = samples / one.document
        document = readers.read(path, path.name, own)
        out.extend(read(document, one, own))
    return out


def _forms(document: Document, gold: Gold) -> list[tuple[Form, GoldForm]]:
    named = {form.schema.name for form in gold.forms}
    found_by_titles = schemas.builtin()
    asked = (
        found_by_titles if named <= {spec.name for spec in found_by_titles} else [schemas.load(name) for name in named]
    )
    return list(zip(cut(document, asked).forms, gold.forms, strict=True))


def _answers(forms: Sequence[Form], document: str, own: Options) -> list[tuple[Labels, list[Part]]]:
    async def all_of_them() -> list[tuple[Labels, list[Part]]]:
        async with asking(own) as ask:
            labels = [labels_of(form) for form in forms]
            every = [await answered(f, document, at, ask, own) for f, at in zip(forms, labels, strict=True)]
            return list(zip(labels, every, strict=True))

    return asyncio.run(all_of_them())


def _read_by_model(document: Document, gold: Gold, settings: Settings) -> list[RecordedForm]:
    own = options(settings)
    pairs = _forms(document, gold)
    forms = [form for form, _ in pairs]
    out = []
    for (form, wanted), (labels, parts) in zip(pairs, _answers(forms, document.sha256, own), strict=True):
        values = _values(form, parts)

        def record(values: dict[str, Any], form: Form, labels: Labels = labels) -> Record:
            answer = conclude(form, [Part(values, calls=1)], labels, own)
            return _settled(document, form, beside_rules([form], [answer])[0], "llm", settings)

        known = _with_labels_of(record(values, form), form)
        out.append(RecordedForm(document.name, wanted, known, known, values, partial(record, form=known)))
    return out


def _with_labels_of(honest: Record, form: Form) -> Form:
    """The form after a person has confirmed every label that the honest answer met: the state of a settled run."""
    met = [(f.path, QUOTED.search(f.message)) for f in honest.findings if f.kind == FindingKind.LABEL_UNCONFIRMED]
    own = [(generic(path).removesuffix("[]"), json.loads(quote[1])) for path, quote in met if quote]
    labels = tuple(sorted(confirmed_labels.added({}, own).items()))
    return replace(form, schema=replace(form.schema, confirmed=labels)) if own else form


def _read_by_both(document: Document, gold: Gold, settings: Settings) -> list[RecordedForm]:
    own = options(settings)
    pairs = _forms(document, gold)
    read = rules.extract([form for form, _ in pairs])
    open_parts = hybrid.open_parts([form for form, _ in pairs], read)
    asked = [part.form for part in open_parts.values()]
    heard = dict(zip(open_parts, _answers(asked, document.sha256, own), strict=True))
    out = []
    for n, (form, wanted) in enumerate(pairs):
        alone = _settled(document, form, read[n], "hybrid", settings)
        if n not in open_parts:
            out.append(RecordedForm(document.name, wanted, form, None, {}, partial(_same, alone)))
            continue
        part, (labels, parts), first = open_parts[n], heard[n], read[n]

        def finish(
            values: dict[str, Any],
            form: Form = form,
            part: hybrid.OpenPart = part,
            labels: Labels = labels,
            first: Answer = first,
        ) -> Record:
            told = conclude(part.form, [Part(values, calls=1)], labels, own)
            return _settled(document, form, hybrid.settle(form, first, part, told), "hybrid", settings)

        out.append(RecordedForm(document.name, wanted, form, part.form, _values(part.form, parts), finish, alone))
    return out


def _settled(document: Document, form: Form, answer: Answer, engine: str, settings: Settings) -> Record:
    record = record_of(document, form, answer, engine, settings, facts_of(document, settings)).record
    return replace(record, unsettled=unsettled(record.findings))


def _same(record: Record, values: dict[str, Any]) -> Record:
    return record


def _values(form: Form, parts: Sequence[Part]) -> dict[str, Any]:
    return merged(form, [part.values for part in parts])[0]
