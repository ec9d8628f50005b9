"""The figures of a scored run: printed, and as JSON. `evaluate` is what `extractor eval` calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eval import metrics, tables
from eval.gold import load_all
from eval.metrics import Counts
from eval.predictions import load as load_run
from eval.scoring import DocumentScore, Mistake, Total, score_run, total
from eval.tables import Percent, Table, Value, percent
from schemas.spec import SchemaSpec


def evaluate(
    run_dir: Path,
    gold: list[Path],
    json_file: Path | None = None,
    *,
    drafts: bool = False,
    show: int = 20,
    extra: Mapping[str, SchemaSpec] = MappingProxyType({}),
) -> int:
    """Scores a run's folder against gold files or folders, prints the tables, writes the JSON; returns the exit status.

    Raises `CallError` where the run or the gold cannot be used. `show` is how many errors are listed.
    """
    scores = score_run(load_all(gold, drafts=drafts, extra=extra), load_run(run_dir))
    if json_file is not None:
        _write(json_file, summary(scores))
    tables.show([*report_tables(scores), *_mistake_table(scores, show)])
    return 0


def _write(path: Path, what: Mapping[str, Any]) -> None:
    from extractor.errors import CallError

    try:
        path.write_text(json.dumps(what, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CallError(f"{path}: cannot be written: {error.strerror or error}") from error


def report_tables(scores: Sequence[DocumentScore]) -> list[Table]:
    """All tables of a scored run."""
    whole = total(scores)
    return [
        tables.pairs("All documents", headline(whole)),
        _breakdown("By schema", {key[0]: c for key, c in metrics.by(whole.cube, "schema").items()}),
        _breakdown("By document", {score.document: score.counts for score in scores}),
        *_by_shape(scores),
        _by_field(whole),
    ]


def headline(whole: Total) -> list[tuple[str, Value]]:
    """The main figures, by name."""
    c, forms, rows = whole.counts, whole.forms, whole.rows
    return [
        ("F1", percent(c.f1)),
        ("precision", percent(c.precision)),
        ("recall", percent(c.recall)),
        ("F1, values exactly as they stand", percent(c.raw_f1)),
        ("values: right / wrong / omitted / invented", _slashes(c.right, c.wrong, c.omitted, c.invented)),
        ("empty on both sides (in no share)", c.empty),
        ("forms: found / missing / extra", _slashes(forms.found, forms.missing, forms.extra)),
        ("records perfect", f"{forms.perfect} of {forms.gold}"),
        ("rows: found / omitted / invented", _slashes(rows.found, rows.omitted, rows.invented)),
        (
            "rows: precision / recall / perfect",
            _slashes(*map(_short, (rows.precision, rows.recall, rows.perfect_rate))),
        ),
        ("rows in gold's order", percent(rows.order)),
        ("silent error rate", percent(c.silent_rate)),
        ("silent errors: values / of vanished forms", _slashes(c.silent, c.vanished)),
        ("settled values", percent(c.settled_share)),
        ("settled records", f"{forms.settled} of {forms.gold}"),
        ("false alarms: right values not settled", c.false_alarms),
        ("false alarms: reading findings on no error", f"{whole.idle_findings} of {whole.findings}"),
        ("edits per form to correct all", metrics.ratio(whole.edits, forms.gold)),
    ]


def _slashes(*figures: object) -> str:
    return " / ".join(str(figure) for figure in figures)


def _short(share: float | None) -> str:
    return tables.spelled(percent(share))


COLUMNS = ("F1", "precision", "recall", "right", "wrong", "omitted", "invented", "empty", "silent", "settled")


def _breakdown(title: str, groups: Mapping[str, Counts]) -> Table:
    return Table(title, ("", *COLUMNS), tuple((name, *_cells(c)) for name, c in groups.items()))


def _cells(c: Counts) -> tuple[Value, ...]:
    shares: tuple[Percent | None, ...] = (percent(c.f1), percent(c.precision), percent(c.recall))
    silent = c.silent + c.vanished
    return (*shares, c.right, c.wrong, c.omitted, c.invented, c.empty, silent, percent(c.settled_share))


def _by_shape(scores: Sequence[DocumentScore]) -> list[Table]:
    tags = dict.fromkeys(tag for score in scores for tag in score.shape)
    groups = {tag: total(s for s in scores if tag in s.shape).counts for tag in tags}
    return [_breakdown("By shape of document", groups)] if groups else []


def _by_field(whole: Total) -> Table:
    groups = metrics.by(whole.cube, "schema", "field")
    ordered = sorted(groups.items(), key=lambda item: (-item[1].errors, item[0]))
    rows = tuple(
        (f"{schema}: {field}", *_cells(c), _alike(whole, field), percent(c.raw_f1)) for (schema, field), c in ordered
    )
    return Table("By field", ("", *COLUMNS, "1 − CER", "F1 as it stands"), rows)


def _alike(whole: Total, field: str) -> Percent | None:
    alike, n = whole.likeness.get(field, (0.0, 0))
    return percent(metrics.ratio(alike, n))


def _mistake_table(scores: Sequence[DocumentScore], show: int) -> list[Table]:
    found = [(score.document, mistake) for score in scores for mistake in score.mistakes]
    if not found or show <= 0:
        return []
    rows = tuple(_mistake_cells(document, mistake) for document, mistake in found[:show])
    title = f"Errors ({len(found)}, the first {len(rows)})" if len(rows) < len(found) else f"Errors ({len(found)})"
    return [Table(title, ("document", "form", "value", "verdict", "settled", "gold", "read"), rows)]


def _mistake_cells(document: str, mistake: Mistake) -> tuple[Value, ...]:
    leaf = mistake.leaf
    form = mistake.form if mistake.form >= 0 else mistake.record
    path = leaf.gold_path if leaf.verdict == "omitted" else leaf.path
    return document, form, path, leaf.verdict, "yes" if leaf.settled else "no", _brief(leaf.gold), _brief(leaf.value)


def _brief(value: object) -> str:
    text = " ".join(str(value).split()) if value is not None else "–"
    return text if len(text) <= 60 else text[:59] + "…"


def summary(scores: Sequence[DocumentScore]) -> dict[str, Any]:
    """All figures as JSON: shares are parts of 1, null where there is nothing to share."""
    whole = total(scores)
    return {
        "all": figures(whole),
        "by_schema": {key[0]: counts_json(c) for key, c in metrics.by(whole.cube, "schema").items()},
        "by_document": [document_json(score) for score in scores],
        "by_shape": {
            tag: counts_json(total(s for s in scores if tag in s.shape).counts)
            for tag in dict.fromkeys(tag for score in scores for tag in score.shape)
        },
        "by_field": [
            {"schema": schema, "field": field, **counts_json(c), "likeness": _alike(whole, field)}
            for (schema, field), c in metrics.by(whole.cube, "schema", "field").items()
        ],
        "errors": [mistake_json(score.document, mistake) for score in scores for mistake in score.mistakes],
    }


def document_json(score: DocumentScore) -> dict[str, Any]:
    """The figures of one document."""
    return {
        "document": score.document,
        "gold": score.gold,
        "shape": list(score.shape),
        "reason": score.reason,
        **figures(total([score])),
    }


def figures(whole: Total) -> dict[str, Any]:
    """The figures of one or more documents."""
    forms, rows = whole.forms, whole.rows
    return {
        **counts_json(whole.counts),
        "forms": {"gold": forms.gold, "found": forms.found, "missing": forms.missing, "extra": forms.extra},
        "records_perfect": forms.perfect,
        "records_settled": forms.settled,
        "rows": {
            "found": rows.found,
            "omitted": rows.omitted,
            "invented": rows.invented,
            "perfect": rows.perfect,
            "precision": rows.precision,
            "recall": rows.recall,
            "perfect_rate": rows.perfect_rate,
            "order": rows.order,
        },
        "findings": {"reading": whole.findings, "false_alarms": whole.idle_findings},
        "edits": whole.edits,
        "edits_per_form": metrics.ratio(whole.edits, forms.gold),
    }


def counts_json(c: Counts) -> dict[str, Any]:
    """Counts and the shares that follow from them."""
    return {
        "f1": c.f1,
        "precision": c.precision,
        "recall": c.recall,
        "raw_f1": c.raw_f1,
        "right": c.right,
        "wrong": c.wrong,
        "omitted": c.omitted,
        "invented": c.invented,
        "empty": c.empty,
        "silent_rate": c.silent_rate,
        "silent": c.silent,
        "vanished": c.vanished,
        "settled": c.settled,
        "settled_share": c.settled_share,
        "false_alarms": c.false_alarms,
    }


def mistake_json(document: str, mistake: Mistake) -> dict[str, Any]:
    """One error."""
    leaf = mistake.leaf
    return {
        "document": document,
        "schema": mistake.schema,
        "form": mistake.form,
        "record": mistake.record,
        "path": leaf.path,
        "gold_path": leaf.gold_path,
        "field": leaf.field,
        "verdict": leaf.verdict,
        "settled": leaf.settled,
        "gold": leaf.gold,
        "value": leaf.value,
        "likeness": leaf.likeness,
    }
