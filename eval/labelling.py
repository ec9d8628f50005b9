"""Tools for those who label: check gold against schema and source, measure agreement, draft from a run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from eval.reports import figure_tables
from eval.reports.figure_tables import Table
from eval.reports.report import mistake_table, report_tables, write
from eval.scoring import provenance, public_sets
from eval.scoring.field_tree import plain
from eval.scoring.gold import HEADER, Gold, gold_files, load, load_all
from eval.scoring.kappa import kappa
from eval.scoring.own_drafts import configurations_of
from eval.scoring.predictions import Prediction, Reading, stem
from eval.scoring.predictions import load as load_run
from eval.scoring.public_sets import PublicSet
from eval.scoring.scores import score_document
from eval.scoring.verdicts import document_verdicts
from extractor.errors import CallError, DocumentError
from schemas.spec import SchemaSpec

Schemas = Mapping[str, SchemaSpec]
BUILT_IN: Schemas = MappingProxyType({})
"""No schemas beside those that are built in."""


class Problem(NamedTuple):
    """Something wrong with a gold file: in which form ("" for the file), at which path, what."""

    file: str
    form: str
    path: str
    what: str


def check(paths: list[Path], sources: Sequence[Path] = (), extra: Schemas = BUILT_IN) -> int:
    """`extractor gold check`: prints every problem of gold files; returns 1 if there are any, else 0."""
    sets = [found for path in paths if (found := public_sets.read(path)) is not None]
    files = gold_files(path for path in paths if public_sets.read(path) is None)
    problems = [problem for path in files for problem in problems_of(path, sources, extra)]
    problems += [problem for found in sets for problem in _set_problems(found, sources)]
    count = len(files) + sum(len(found.documents) for found in sets)
    if problems:
        figure_tables.show(
            [Table(f"Problems ({len(problems)})", ("file", "form", "value", "problem"), tuple(problems))]
        )
    else:
        print(f"{count} gold files: valid, and every value stands in its source")
    return 1 if problems else 0


def problems_of(path: Path, sources: Sequence[Path] = (), extra: Schemas = BUILT_IN) -> list[Problem]:
    """What is wrong with one gold file."""
    try:
        gold = load(path, extra)
    except CallError as error:
        return [Problem(path.name, "", "", str(error).removeprefix(f"{path}: "))]
    header = [Problem(path.name, "", "", what) for what in _header_problems(path, gold)]
    return [*header, *_source_problems(gold, sources)]


def _set_problems(found: PublicSet, sources: Sequence[Path]) -> Iterator[Problem]:
    """What is wrong with the labels of a public set: values that do not stand in their documents."""
    folders = dict.fromkeys(one.document.parent for one in found.documents if one.document is not None)
    with tempfile.TemporaryDirectory() as scratch:
        for gold in public_sets.golds(found, Path(scratch)):
            yield from _source_problems(gold, (*sources, *folders))


def _header_problems(path: Path, gold: Gold) -> Iterator[str]:
    unknown = set(json.loads(path.read_text(encoding="utf-8-sig"))) - HEADER
    if unknown:
        yield f"unknown names {', '.join(sorted(unknown))}; there are: {', '.join(sorted(HEADER))}"
    if gold.draft:
        yield "is a draft: read it against its document, then drop the mark and say in labelled who did"
    elif not gold.labelled:
        return
    missing = [name for name in ("by", "on", "agreed") if name not in gold.labelled]
    if gold.labelled and missing:
        yield f"labelled does not say: {', '.join(missing)}"
    if "on" in gold.labelled and not _is_day(gold.labelled["on"]):
        yield f"labelled on {gold.labelled['on']!r}: a day is written YYYY-MM-DD"


def _is_day(text: Any) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except (TypeError, ValueError):
        return False


def _source_problems(gold: Gold, sources: Sequence[Path]) -> Iterator[Problem]:
    try:
        source = provenance.read(provenance.find(gold.document, gold.path, sources))
    except (CallError, DocumentError) as error:
        yield Problem(gold.path.name, "", "", f"cannot be held against its source: {error}")
        return
    for form in gold.forms:
        values = plain(dict(form.values))
        for path in provenance.stated(form.schema, form.values, source, nearly=False).absent:
            what = f"does not stand in {gold.document}: {_brief(_at(values, path))}"
            yield Problem(gold.path.name, str(form.index), path, what)


def _at(values: Any, path: str) -> Any:
    for step in path.replace("[", ".[").split("."):
        values = values[int(step[1:-1])] if step.startswith("[") else values[step]
    return values


def _brief(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def agree(first: list[Path], second: list[Path], *, show: int = 20, extra: Schemas = BUILT_IN) -> int:
    """`extractor gold agree`: two labellers' gold of the same documents, the second scored against the first.

    The agreement is the ceiling of any engine's score; kappa says how much of it chance would not give. Raises
    `CallError` where they share no document.
    """
    ours = load_all(first, drafts=True, extra=extra)
    theirs = {stem(gold.document): gold for gold in load_all(second, drafts=True, extra=extra)}
    pairs = [(gold, theirs[stem(gold.document)]) for gold in ours if stem(gold.document) in theirs]
    if not pairs:
        raise CallError("the two sets of gold files have no document in common; compare labels of the same documents")
    scores = [score_document(gold, as_reading(other)) for gold, other in pairs]
    agreement = kappa(
        leaf for gold, other in pairs for form in document_verdicts(gold, as_reading(other)) for leaf in form.leaves
    )
    left = len(ours) + len(theirs) - 2 * len(pairs)
    figure_tables.show([*report_tables(scores), *mistake_table(scores, show)])
    if agreement is not None:
        shown = "none: chance alone would give it" if agreement.kappa is None else f"{agreement.kappa:.3f}"
        print(f"{agreement.values} values, {agreement.observed:.2%} the same; Cohen's kappa: {shown}")
    print(f"{len(pairs)} documents labelled by both" + (f", {left} by one alone" if left else ""))
    return 0


def as_reading(gold: Gold) -> Reading:
    """Gold as if a run had read it; of alternatives the first."""
    records = (
        Prediction(gold.document, index, form.schema.name, plain(dict(form.values)))
        for index, form in enumerate((*gold.forms, *gold.tables))
    )
    return Reading(gold.document, tuple(records))


def draft(run_dir: Path, out: Path, *, documents: Sequence[str] = ()) -> int:
    """`extractor gold draft`: gold files marked as drafts, from a run's records, with what the run doubts of them.

    Nothing that stands is overwritten. Raises `CallError` where a document is not in the run.
    """
    run = load_run(run_dir)
    unknown = [name for name in documents if name not in run]
    if unknown:
        raise CallError(f"{run_dir}: has no document {unknown[0]!r}; there are: {', '.join(list(run)[:10])}")
    out.mkdir(parents=True, exist_ok=True)
    for name in documents or run:
        path = out / f"{stem(name)}.gold.json"
        if path.exists():
            print(f"{path}: is there already, and was left alone")
            continue
        write(path, json.dumps(drafted(run[name]), ensure_ascii=False, indent=1) + "\n")
        print(path)
    return 0


def drafted(reading: Reading) -> dict[str, Any]:
    """The content of a draft: a form for each record; `doubts` are the paths that its reading findings name."""
    records = [record for record in reading.records if record.schema != "table"]
    return {
        "document": Path(reading.document).name,
        "title": None,
        "draft": True,
        "labelled": {"by": None, "on": None, "agreed": False, "drafted_by": configurations_of(reading)},
        "doubts": {str(i): list(record.unsettled) for i, record in enumerate(records) if record.unsettled},
        "forms": [{"form_type": record.schema, **record.values} for record in records],
    }
