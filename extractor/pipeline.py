"""The whole way, on one screen: read → cut into forms → an engine → assembly → grounding → checks → a result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from extractor import readers
from extractor.accounting import unclaimed as outside
from extractor.accounting.assembly import assemble
from extractor.accounting.checks import check
from extractor.accounting.derived_values import derived_values
from extractor.accounting.doubted_places import doubted_places
from extractor.accounting.form_count import forms_joined, forms_missed, keys_in_doubt, keys_left
from extractor.accounting.grounding import ground
from extractor.accounting.headless_lists import numbers_unshown
from extractor.accounting.open_brackets import open_brackets
from extractor.accounting.plain_text import checks_in_doubt, nulls_in_doubt, numbers_in_doubt, without_proven
from extractor.accounting.printed_line import without_placed
from extractor.accounting.printed_rows import rows_unsure
from extractor.accounting.proof import examine, running_heads
from extractor.accounting.second_readers import second_readers
from extractor.accounting.settled import settle
from extractor.accounting.settling_rule import rule_of
from extractor.accounting.unruled_values import in_doubt
from extractor.config import Settings
from extractor.document.finding_kinds import KINDS, FindingKind
from extractor.document.geometry import displayed_box
from extractor.document.layout import UPRIGHT, Document, Note
from extractor.document.results import Answer, DocumentResult, Finding, Form, Proof, Record, Row, Span, finding
from extractor.engines import hybrid, llm, rules
from extractor.errors import CallError, DocumentError, MissingPackage
from extractor.forms.form_tokens import with_confirmed_labels
from extractor.forms.regions import cut
from extractor.second_look import look_again
from schemas.conventions import Convention, told_by
from schemas.spec import SchemaSpec

Engine = Callable[[Sequence[Form], Settings, str], Sequence[Answer]]


def beside_rules(forms: Sequence[Form], answers: Sequence[Answer]) -> list[Answer]:
    """The answers of another engine, each with what `rules` reads in the same form: a second reader, free of charge."""
    read = rules.extract([with_confirmed_labels(form) for form in forms])
    return [replace(one, others=(*one.others, second)) for one, second in zip(answers, read, strict=True)]


ENGINES: dict[str, Engine] = {
    "rules": lambda forms, settings, sha256: rules.extract(forms),
    "llm": lambda forms, settings, sha256: beside_rules(forms, llm.extract(forms, settings, sha256)),
    "hybrid": hybrid.extract,
}

Read = Callable[[Path, str, Settings], Document]


class DocumentFacts(NamedTuple):
    """What holds for all forms of a document: how it prints numbers and dates, which lines head its pages."""

    convention: Convention
    heads: frozenset[str]


class Accounted(NamedTuple):
    """The record of a form, and the rows at the form's end that are no part of it."""

    record: Record
    behind: tuple[Row, ...]


def facts_of(document: Document, settings: Settings) -> DocumentFacts:
    """What holds for all forms of a document."""
    convention = told_by((unit.text for unit in document.units()), settings.locale)
    return DocumentFacts(convention, running_heads(document))


def process_file(
    path: Path, name: str, settings: Settings, schemas: Sequence[SchemaSpec], engine: str, read: Read = readers.read
) -> DocumentResult:
    """The result of one file; a file that cannot be read gives a failed one with its reason."""
    started = time.perf_counter()
    sha256 = ""
    try:
        sha256 = readers.sha256(path)
        result = process(read(path, name, settings), settings, schemas, engine, path)
    except (DocumentError, MissingPackage) as error:
        result = DocumentResult(name, sha256, "failed", reason=str(error))
    except OSError as error:
        reason = f"cannot be read: {error.strerror}; check that it is still there"
        result = DocumentResult(name, sha256, "failed", reason=reason)
    return result.timed(time.perf_counter() - started)


def process(
    document: Document, settings: Settings, schemas: Sequence[SchemaSpec], engine: str, path: Path | None = None
) -> DocumentResult:
    """The records of a document, what no form claims, and the findings about the document as a whole.

    `path`: the file, for a second look at what OCR was unsure of; without it none is taken.
    """
    extract = engine_named(engine)
    regions = cut(document, schemas)
    records: list[Record] = []
    left: list[Row] = list(regions.outside)
    facts = facts_of(document, settings)
    for form, answer in zip(regions.forms, extract(regions.forms, settings, document.sha256), strict=True):
        record, behind = record_of(document, form, answer, engine, settings, facts)
        records.append(record)
        left.extend(behind)
    if path is not None and not document.exact:
        records = look_again(document, path, records, settings)
    records = outside.lists_cut(document, regions.forms, records, left)
    tables, unclaimed = outside.account(
        document, outside.in_order(document, left), len(records), partial(_doubts, document)
    )
    repeated = (p for form in regions.forms for p in form.furniture)
    furniture = outside.furniture(document, {*regions.furniture, *repeated})
    missed = forms_missed(document, regions.forms, schemas, tuple(r.place for r in furniture))
    whole = [with_confirmed_labels(form) for form in regions.forms]
    missed += keys_in_doubt(regions.forms, records) + keys_left(records, schemas) + forms_joined(whole)
    notes = dict.fromkeys(
        finding(n.kind, "", _on_page(n.page, n.message), "reading" if KINDS[n.kind].may_lose_forms else "source")
        for n in document.notes
    )
    return settle(
        DocumentResult(
            document.name, document.sha256, "done", len(document.pages), (*records, *tables), unclaimed, furniture,
            (*regions.notes, *missed, *notes), ocr_seconds=document.ocr_seconds,
        ),
        rule_of(settings.settle),
    )  # fmt: skip


def record_of(
    document: Document, form: Form, answer: Answer, engine: str, settings: Settings, facts: DocumentFacts
) -> Accounted:
    """The record of one form, and the rows at its end that are no part of it."""
    assembled = assemble(form.schema, answer.candidates, facts.convention)
    examined = examine(form, answer, facts.heads)
    others = second_readers(form, answer, facts.convention, examined.proofs)
    kinds: dict[str, Proof] = {**dict.fromkeys(others.agreed, "agreed"), **examined.proofs}
    grounded = ground(form, replace(answer, nulls=(*answer.nulls, *others.known)), kinds)
    as_given = document.exact and not answer.usage.get("calls")  # no OCR and no model's words stand between
    checked = check(form.schema, assembled.values, "source" if as_given else "reading")
    checked = others.about_source(checked) if document.exact else checked
    checked = tuple(checks_in_doubt(form, checked, assembled.values))
    notes = (
        n for n in form.notes if engine == "rules" or n.kind != FindingKind.FEW_LABELS
    )  # a model reads without them
    asked = form.schema.accounts == "asked"
    unruled = partial(in_doubt, form, answer.candidates, kinds, bool(answer.usage.get("calls"))) if asked else _whole
    places = doubted_places(_doubting(document, form.rows), grounded.evidence, assembled.values)
    before = (
        *notes,
        *_doubts(document, form.rows, unruled, placed=False),
        *places,
        *without_proven(form, others.without_settled(answer.findings), assembled.values),
        *others.findings,
    )
    findings = (
        *before,
        *assembled.findings,
        *without_placed(document, form, answer.candidates, grounded.evidence, grounded.findings),
        *others.without_settled(examined.findings),
        *rows_unsure(form, answer.candidates),
        *numbers_unshown(form, answer.candidates, assembled.values),
        *nulls_in_doubt(form, answer),
        *open_brackets(form, answer, assembled.values),
        *numbers_in_doubt(form, assembled.values),
        *checked,
    )
    derived = derived_values(form.schema, answer.candidates, assembled.values, grounded.evidence, findings)
    findings = (*findings, *derived.findings)
    record = Record(
        document.name, document.sha256, form.index, form.schema.name, assembled.values,
        _displayed(document, {**grounded.evidence, **derived.evidence}), tuple(dict.fromkeys(findings)),
        grounded.residue, engine,
        settings.model if engine != "rules" else None, answer.usage,
    )  # fmt: skip
    return Accounted(record, grounded.unclaimed)


def _displayed(document: Document, evidence: dict[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
    """The evidence with its boxes where a viewer shows them."""
    turned = {page.number: page for page in document.pages if page.turn != UPRIGHT}

    def shown(span: Span) -> Span:
        page = turned.get(span.place.page)
        return replace(span, box=displayed_box(span.box, page)) if page and span.box else span

    return {path: tuple(shown(span) for span in spans) for path, spans in evidence.items()} if turned else evidence


def _whole(_: int) -> Iterable[str]:
    """The whole record."""
    return ("",)


def _doubting(document: Document, rows: Sequence[Row]) -> list[Note]:
    """What the reader of the file doubted on the pages of the rows."""
    pages = {row.page for row in rows}
    return [n for n in document.notes if KINDS[n.kind].unsettles_page and n.page in pages]


def _doubts(
    document: Document,
    rows: Sequence[Row],
    unruled: Callable[[int], Iterable[str]] = _whole,
    *,
    placed: bool = True,
) -> tuple[Finding, ...]:
    """What the reader of the file doubted on a page of the rows: any value there may be wrong, or in another cell.

    `unruled` says what a table without ruling lines puts in doubt, by page. Doubts about a part of a page are left out
    unless `placed`.
    """
    doubts: list[Finding] = []
    for n in (n for n in _doubting(document, rows) if placed or n.box is None):
        paths = unruled(n.page) if n.kind == FindingKind.UNRULED_DOUBT else ("",)
        doubts.extend(finding(n.kind, path, _on_page(n.page, n.message)) for path in paths)
    loose = {r.page for r in rows if r.table and not r.exact_columns and r.units[0].box is not None}
    message = "no ruling lines: the table's columns are told from its gaps alone"
    for page in sorted(loose):
        doubts.extend(finding(FindingKind.UNRULED_DOUBT, path, _on_page(page, message)) for path in unruled(page))
    return tuple(doubts)


def engine_named(name: str) -> Engine:
    """The engine of a name; the error for a missing one names those that there are."""
    if name not in ENGINES:
        raise CallError(f"no engine named {name!r}; there are: {', '.join(ENGINES)}")
    return ENGINES[name]


def _on_page(page: int, message: str) -> str:
    return f"page {page}: {message}" if page else message
