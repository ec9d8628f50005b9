"""The report as one HTML file that opens without a network: tables, inline SVG plots, a filter over all errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from eval.reports import figure_tables, plots
from eval.reports.figure_tables import Table, Value, percent
from eval.reports.figures import documents_of, f1_interval, mistake_json, silent_interval, with_interval
from eval.reports.plots import Bar, Series
from eval.scoring import calibration, metrics, statistics
from eval.scoring.metrics import Cube
from eval.scoring.scores import DocumentScore, total

PAGE = Path(__file__).parent / "page"
MOST_ERRORS = 20_000
"""A page with more errors would be slow to open; the rest are in verdicts.jsonl."""
FIELDS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class RunScores:
    """The scores of one run by the name of each set of documents."""

    name: str
    sets: Mapping[str, Sequence[DocumentScore]]

    @property
    def scores(self) -> list[DocumentScore]:
        """All of the run's scores."""
        return [score for scores in self.sets.values() for score in scores]


def page(title: str, subtitle: str, runs: Sequence[RunScores], comparisons: Sequence[Table] = ()) -> str:
    """The whole report: `comparisons` are tables that stand behind the leaderboard."""
    sections = [*_leaderboard(runs), *(_section(t.title, figure_tables.html(t)) for t in comparisons)]
    sections += [*_by_set(runs), *_by_shape(runs), _by_field(runs), _confusion(runs), _calibration(runs)]
    sections.append(_by_document(runs))
    return _template("report.html").render(
        title=title,
        subtitle=subtitle,
        sections=sections,
        data=_data(runs),
        css=_file("report.css"),
        js=_file("report.js"),
    )


@cache
def _template(name: str) -> Template:
    """A template of the page; whatever is put into it is escaped unless it is `Markup`."""
    return Environment(loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined).get_template(name)


@cache
def _file(name: str) -> Markup:
    return Markup((PAGE / name).read_text(encoding="utf-8"))  # noqa: S704 - the project's own file


def _section(title: str, *content: Markup) -> Markup:
    return Markup("<section><h2>{}</h2>{}</section>").format(title, Markup().join(content))


def _data(runs: Sequence[RunScores]) -> Markup:
    """The errors for the page's filter, in a form that no text of a document can break out of."""
    errors = [error for _, error in zip(range(MOST_ERRORS), _errors(runs), strict=False)]
    return htmlsafe_json_dumps({"errors": errors}, ensure_ascii=False)


def _errors(runs: Sequence[RunScores]) -> Iterator[dict[str, Any]]:
    for run in runs:
        for name, scores in run.sets.items():
            for score in scores:
                for mistake in score.mistakes:
                    yield {"run": run.name, "set": name, **mistake_json(score.document, mistake)}


LEADERBOARD = (
    "run", "documents", "F1 (95 %)", "precision", "recall", "forms found", "extra", "records perfect (95 %)",
    "rows found", "silent errors (95 %)", "settled", "false alarms", "edits per form", "tokens per form",
    "money per form", "seconds per form",
)  # fmt: skip


def leaderboard(runs: Sequence[RunScores]) -> Table:
    """One line a run, the best F1 first."""
    ordered = sorted(runs, key=lambda run: -(total(run.scores).counts.f1 or 0.0))
    spare = (
        "seconds per form",
        "tokens per form",
        "money per form",
        "false alarms",
        "precision",
        "recall",
        "edits per form",
        "rows found",
    )
    return Table("Leaderboard", LEADERBOARD, tuple(_leader(run) for run in ordered), spare)


def _leader(run: RunScores) -> tuple[Value, ...]:
    whole, documents = total(run.scores), documents_of(run.scores)
    c, forms = whole.counts, whole.forms
    perfect = statistics.wilson(forms.perfect, forms.gold)
    return (
        run.name, documents, with_interval(c.f1, f1_interval(run.scores)), percent(c.precision), percent(c.recall),
        f"{forms.found} of {forms.gold}", forms.extra, with_interval(metrics.ratio(forms.perfect, forms.gold), perfect),
        percent(whole.rows.recall), with_interval(c.silent_rate, silent_interval(run.scores)),
        percent(c.settled_share), c.false_alarms, metrics.ratio(whole.edits, forms.gold),
        metrics.ratio(tokens(whole.usage), forms.gold) if whole.usage else None,
        f"{whole.usage['money'] / forms.gold:.5f}" if "money" in whole.usage and forms.gold else None,
        None if whole.seconds is None else f"{whole.seconds / max(1, forms.gold):.4f}",
    )  # fmt: skip


def tokens(usage: Mapping[str, float]) -> float:
    """The tokens of a usage: their total, or prompt and completion together."""
    return usage.get("total_tokens") or usage.get("prompt_tokens", 0) + usage.get("completion_tokens", 0)


def _leaderboard(runs: Sequence[RunScores]) -> Iterator[Markup]:
    rows = []
    for k, run in enumerate(runs):
        interval = f1_interval(run.scores)
        rows.append(Bar(run.name, total(run.scores).counts.f1, interval.low, interval.high, k))
    yield _section("Leaderboard", figure_tables.html(leaderboard(runs)), plots.bars(rows))


def _by_set(runs: Sequence[RunScores]) -> Iterator[Markup]:
    names = list(dict.fromkeys(name for run in runs for name in run.sets))
    if len(names) < 2:
        return
    series, rows = [], []
    for run in runs:
        points = []
        for k, name in enumerate(names):
            scores = run.sets.get(name, ())
            f1 = total(scores).counts.f1 if scores else None
            if f1 is not None:
                interval = f1_interval(scores)
                points.append((float(k), f1, interval.low, interval.high))
                c = total(scores).counts
                rows.append(
                    (
                        f"{run.name}: {name}",
                        with_interval(f1, interval),
                        percent(c.silent_rate),
                        percent(c.settled_share),
                    )
                )
        series.append(Series(run.name, tuple(points)))
    table = Table("", ("", "F1 (95 %)", "silent errors", "settled"), tuple(rows))
    yield _section("F1 by set of documents and damage", plots.lines(series, names), figure_tables.html(table))


def _by_shape(runs: Sequence[RunScores]) -> Iterator[Markup]:
    rows = []
    for run in runs:
        for tag in dict.fromkeys(tag for score in run.scores for tag in score.shape):
            scores = [score for score in run.scores if tag in score.shape]
            c = total(scores).counts
            f1 = with_interval(c.f1, f1_interval(scores))
            rows.append((run.name, tag, documents_of(scores), f1, percent(c.silent_rate), percent(c.settled_share)))
    if rows:
        table = Table("", ("run", "shape", "documents", "F1 (95 %)", "silent errors", "settled"), tuple(rows))
        yield _section("F1 by shape of document", figure_tables.html(table))


def _by_field(runs: Sequence[RunScores]) -> Markup:
    """Bars of the fields with the lowest F1, the rest behind a click."""
    cubes = {run.name: metrics.by(total(run.scores).cube, "schema", "field") for run in runs}
    fields = list(dict.fromkeys(key for cube in cubes.values() for key in cube))

    def worst(key: tuple[Any, ...]) -> float:
        return min((f1 for cube in cubes.values() if key in cube and (f1 := cube[key].f1) is not None), default=2.0)

    bars = [
        Bar(f"{key[0]}: {key[1]}" + (f" ({run})" if len(runs) > 1 else ""), cubes[run][key].f1, None, None, k)
        for key in sorted(fields, key=worst)
        for k, run in enumerate(cubes)
        if key in cubes[run] and cubes[run][key].values
    ]
    first = FIELDS_SHOWN * len(runs)
    rest = (
        Markup("<details><summary>{} more</summary>{}</details>").format(len(bars) - first, plots.bars(bars[first:]))
        if len(bars) > first
        else Markup()
    )
    return _section("F1 by field, the lowest first", plots.bars(bars[:first]), rest)


def _confusion(runs: Sequence[RunScores]) -> Markup:
    """What became of what gold has, and of what it leaves empty; settled and flagged apart."""
    rows: list[tuple[Value, ...]] = []
    for run in runs:
        cube = total(run.scores).cube
        for gold, verdicts in (("a value", ("right", "wrong", "omitted")), ("empty", ("empty", "invented"))):
            counted = {v: metrics.part(cube, verdict=v) for v in verdicts}
            same, other, nothing = _three(gold, counted)
            rows.append((run.name, gold, same, other, nothing))
    head = ("run", "gold has", "read: the same", "read: something else", "read: nothing")
    note = Markup('<p class="note">In brackets: settled, that is without a finding about the reading.</p>')
    return _section("Verdicts", figure_tables.html(Table("", head, tuple(rows))), note)


def _three(gold: str, counted: Mapping[str, Cube]) -> tuple[str, str, str]:
    if gold == "empty":
        return "–", _both(counted["invented"]), _both(counted["empty"])
    return _both(counted["right"]), _both(counted["wrong"]), _both(counted["omitted"])


def _both(cube: Cube) -> str:
    return f"{sum(cube.values()):,} ({sum(n for kind, n in cube.items() if kind.settled and not kind.missing):,})"


def _calibration(runs: Sequence[RunScores]) -> Markup:
    series = []
    for run in runs:
        points = calibration.curve(calibration.judged(total(run.scores).doubted))
        series.append(Series(run.name, tuple((p.coverage, 1 - p.risk, None, None) for p in points)))
    note = Markup(
        '<p class="note">The share of right values among the least doubtful records, from few records to all. '
        "A line that falls to the right says that findings and evidence know which records to doubt.</p>"
    )
    return _section("Calibration", plots.lines(series, (), x_label="share of all values that is kept"), note)


def _by_document(runs: Sequence[RunScores]) -> Markup:
    columns = (
        "run",
        "set",
        "document",
        "F1",
        "right",
        "wrong",
        "omitted",
        "invented",
        "forms missing",
        "extra",
        "settled",
    )
    rows = [
        (
            run.name, name, s.document, percent(c.f1), c.right, c.wrong, c.omitted, c.invented, s.forms.missing,
            s.forms.extra, percent(c.settled_share),
        )
        for run in runs for name, scores in run.sets.items() for s in scores for c in (s.counts,)
    ]  # fmt: skip
    table = figure_tables.html(
        Table("", columns, tuple(sorted(rows, key=lambda row: row[3] if row[3] is not None else 2.0)))
    )
    return _section(
        "Documents",
        Markup("<details{}><summary>{} readings</summary>{}</details>").format(
            Markup(" open") if len(rows) <= 40 else "", len(rows), table
        ),
    )
