"""A run scored against gold: printed as tables, written as JSON. `evaluate` is what `extractor eval` calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eval.reports import figure_tables, figures, html_report, settling_report
from eval.reports.figure_tables import Percent, Table, Value, percent
from eval.reports.html_report import RunScores
from eval.scoring import metrics, provenance
from eval.scoring.gold import Gold, load_all
from eval.scoring.metrics import Counts
from eval.scoring.own_drafts import refuse_own
from eval.scoring.predictions import load as load_run
from eval.scoring.provenance import Source
from eval.scoring.scores import DocumentScore, Mistake, Score, score_run, total
from schemas.spec import SchemaSpec


def evaluate(
    run_dir: Path,
    gold: list[Path],
    json_file: Path | None = None,
    *,
    drafts: bool = False,
    own_drafts: bool = False,
    show: int = 20,
    sources: Sequence[Path] = (),
    table_file: Path | None = None,
    html_file: Path | None = None,
    risk: Fraction | None = None,
    extra: Mapping[str, SchemaSpec] = MappingProxyType({}),
) -> int:
    """Scores a run's folder against gold files or folders, prints the tables, writes the JSON; returns the exit status.

    `show` is how many errors are listed; `sources` are folders of the documents, to see which values stand in them;
    `own_drafts` allows gold that the very configuration of the run drafted. `table_file` takes the tables too, as
    Markdown or CSV by its suffix; `html_file` the report for a browser. With a `risk` the JSON is the rule of settling
    that the gold supports at it, and the status 1 where it supports none. Raises `CallError` where the run or the gold
    cannot be used.
    """
    golds, run = load_all(gold, drafts=drafts, extra=extra), load_run(run_dir)
    if not own_drafts:
        refuse_own(golds, run)
    scores = score_run(golds, run, source_reader(sources))
    shown = [*report_tables(scores), *mistake_table(scores, show)]
    if json_file is not None and risk is None:
        write(json_file, json.dumps(figures.summary(scores), ensure_ascii=False, indent=1) + "\n")
    if table_file is not None:
        write(table_file, figure_tables.written(shown, table_file))
    if html_file is not None:
        subtitle = f"{run_dir} against {', '.join(str(path) for path in gold)}"
        write(html_file, html_report.page("How right is it", subtitle, [RunScores(run_dir.name, {"": scores})]))
    figure_tables.show(shown)
    print(unread(run_dir.name, scores), end="")
    left = len(set(run) - {score.document for score in scores})
    if left:
        print(f"{left} documents of the run have no gold and were not scored")
    return 0 if risk is None else settling_report.offer(scores, risk, json_file)


def unread(run: str, scores: Sequence[DocumentScore]) -> str:
    """The gold documents that a run has no record of, and why; they count as read empty."""
    without = [score for score in scores if score.reason is not None]
    if not without:
        return ""
    named = "; ".join(f"{score.document}: {score.reason}" for score in without[:MOST_NAMED])
    more = f"; and {len(without) - MOST_NAMED} more" if len(without) > MOST_NAMED else ""
    return f"{run}: {len(without)} documents were not read, and count as empty ({named}{more})\n"


def source_reader(folders: Sequence[Path]) -> Any:
    """A function that reads a gold's document, where folders of documents are named at all."""

    def read(gold: Gold) -> Source | None:
        return provenance.read(provenance.find(gold.document, gold.path, folders)) if folders else None

    return read


def write(path: Path, text: str) -> None:
    """Writes a file; raises `CallError` that names it where that cannot be done."""
    from extractor.errors import CallError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CallError(f"{path}: cannot be written: {error.strerror or error}") from error


def report_tables(scores: Sequence[DocumentScore]) -> list[Table]:
    """All tables of a scored run."""
    whole = total(scores)
    return [
        figure_tables.pairs("All documents", figures.headline(scores)),
        _breakdown("By schema", {key[0]: c for key, c in metrics.by(whole.cube, "schema").items()}),
        _by_document(scores),
        *_by_shape(scores),
        *_by_field(whole),
    ]


MOST_NAMED = 5
SPARE_SHARES = ("precision", "recall", "empty")
MOST_DOCUMENTS = 60
COLUMNS = ("F1", "precision", "recall", "right", "wrong", "omitted", "invented", "empty", "silent", "settled")


def _breakdown(title: str, groups: Mapping[str, Counts]) -> Table:
    return Table(title, ("", *COLUMNS), tuple((name, *_cells(c)) for name, c in groups.items()), SPARE_SHARES)


def _cells(c: Counts) -> tuple[Value, ...]:
    shares: tuple[Percent | None, ...] = (percent(c.f1), percent(c.precision), percent(c.recall))
    silent = c.silent + c.vanished
    return (*shares, c.right, c.wrong, c.omitted, c.invented, c.empty, silent, percent(c.settled_share))


def _by_document(scores: Sequence[DocumentScore]) -> Table:
    """Each document; of many the ones with the most errors."""
    shown = list(scores)
    title = "By document"
    if len(shown) > MOST_DOCUMENTS:
        shown = sorted(shown, key=lambda score: -score.counts.errors)[:MOST_DOCUMENTS]
        title = f"By document ({len(scores)}, the {MOST_DOCUMENTS} with the most errors)"
    rows = tuple((score.document, *_cells(score.counts)) for score in shown)
    return Table(title, ("", *COLUMNS), rows, SPARE_SHARES)


def _by_shape(scores: Sequence[DocumentScore]) -> list[Table]:
    tags = dict.fromkeys(tag for score in scores for tag in score.shape)
    groups = {tag: total(s for s in scores if tag in s.shape).counts for tag in tags}
    return [_breakdown("By shape of document", groups)] if groups else []


SPARE = ("precision", "recall", "as it stands", "1 − CER", "empty")


def _by_field(whole: Score) -> list[Table]:
    """A table for each schema, the fields with the most errors first."""
    groups: dict[str, list[tuple[str, Counts]]] = {}
    for (schema, field), c in metrics.by(whole.cube, "schema", "field").items():
        groups.setdefault(schema, []).append((field, c))
    columns = ("", *COLUMNS, "1 − CER", "as it stands")
    return [
        Table(
            f"By field: {schema}",
            columns,
            tuple(_field_cells(whole, *one) for one in sorted(fields, key=_worst)),
            SPARE,
        )
        for schema, fields in groups.items()
    ]


def _worst(field: tuple[str, Counts]) -> tuple[int, str]:
    return -field[1].errors, field[0]


def _field_cells(whole: Score, field: str, c: Counts) -> tuple[Value, ...]:
    return field, *_cells(c), figures.alike(whole, field), percent(c.raw_f1)


def mistake_table(scores: Sequence[DocumentScore], show: int) -> list[Table]:
    """The first errors, if there are any and `show` asks for some."""
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
