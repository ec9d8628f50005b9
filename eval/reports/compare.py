"""Is this run better than that one? Runs over the same documents, compared with the document as the unit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from eval.reports import figure_tables
from eval.reports.figure_tables import Table
from eval.reports.figures import Triple, hits, silence
from eval.reports.report import unread, write
from eval.scoring import statistics
from eval.scoring.gold import load_all
from eval.scoring.own_drafts import refuse_own
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import DocumentScore, score_run
from eval.scoring.statistics import Array, Difference
from extractor.errors import CallError
from schemas.spec import SchemaSpec


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs by name, the difference of a figure (second − first), and p after Holm's correction."""

    first: str
    second: str
    figure: str
    difference: Difference
    corrected: float


Tallies = Mapping[str, Sequence[Mapping[str, Array]]]
"""By gold file and repeat: the counts of each figure."""


FIGURES: dict[str, Callable[[DocumentScore], Triple]] = {"F1": hits, "settled values that are right": silence}
"""What is compared: counts of each document that make an F1, or a share written as one."""


def compare(
    runs: list[Path],
    gold: list[Path],
    json_file: Path | None = None,
    *,
    seed: int = 0,
    drafts: bool = False,
    own_drafts: bool = False,
    extra: Mapping[str, SchemaSpec] = MappingProxyType({}),
) -> int:
    """Compares two or more runs' folders over the same gold, prints the tables; returns the exit status.

    Raises `CallError` where a run or the gold cannot be used, or the runs share no document.
    """
    if len(runs) < 2:
        raise CallError("two or more folders of runs are needed to compare")
    golds = load_all(gold, drafts=drafts, extra=extra)
    loaded = {name: load_run(run) for name, run in _named(runs).items()}
    for run in () if own_drafts else loaded.values():
        refuse_own(golds, run)
    scores = {name: score_run(golds, run) for name, run in loaded.items()}
    tallies = {name: tally([listed]) for name, listed in scores.items()}
    found = compare_all(tallies, seed=seed)
    if json_file is not None:
        write(json_file, json.dumps([as_json(c) for c in found], ensure_ascii=False, indent=1) + "\n")
    figure_tables.show([comparison_table(found)])
    print("\n".join(in_words(c) for c in found))
    print("".join(unread(name, listed) for name, listed in scores.items()), end="")
    return 0


def _named(runs: Sequence[Path]) -> dict[str, Path]:
    """Runs by the name of their folder, by the whole path where two folders have one name."""
    names = [run.resolve().name for run in runs]
    named = {name if names.count(name) == 1 else str(run): run for name, run in zip(names, runs, strict=True)}
    if len(named) < len(runs):
        raise CallError("a run is named twice; name each folder once")
    return named


def tally(repeats: Sequence[Sequence[DocumentScore]]) -> Tallies:
    """The counts of each gold document, repeat by repeat; several readings of it in one repeat are summed."""
    out: dict[str, list[dict[str, Array]]] = {}
    for k, scores in enumerate(repeats):
        for score in scores:
            listed = out.setdefault(score.gold, [])
            if len(listed) <= k:
                listed.append({figure: np.zeros(3) for figure in FIGURES})
            for figure, counted in FIGURES.items():
                listed[-1][figure] = listed[-1][figure] + np.array(counted(score), dtype=float)
    return out


def compare_all(runs: Mapping[str, Tallies], *, seed: int = 0) -> list[Comparison]:
    """Every two runs, by every figure; Holm's correction over the pairs of each figure."""
    out: list[Comparison] = []
    for figure in FIGURES:
        found = [
            Comparison(a, b, figure, _difference(runs[a], runs[b], figure, seed), 1.0) for a, b in combinations(runs, 2)
        ]
        corrected = statistics.holm([c.difference.p for c in found])
        out += [replace(c, corrected=p) for c, p in zip(found, corrected, strict=True)]
    return out


def _difference(a: Tallies, b: Tallies, figure: str, seed: int) -> Difference:
    shared = [name for name in a if name in b]
    if not shared:
        raise CallError("the runs share no document that the gold knows; nothing can be compared")
    return statistics.compare(_counts(a, shared, figure), _counts(b, shared, figure), seed=seed)


def _counts(run: Tallies, documents: Sequence[str], figure: str) -> Array:
    """Counts by document and repeat; a document with fewer repeats than others has them over again."""
    repeats = max(len(run[name]) for name in documents)
    return np.array([[run[name][k % len(run[name])][figure] for k in range(repeats)] for name in documents])


def comparison_table(found: Sequence[Comparison]) -> Table:
    """One line a comparison: differences in points of 100."""
    columns = (
        "",
        "figure",
        "documents",
        "first",
        "second",
        "difference (95 %)",
        "p",
        "p (Holm)",
        "detectable",
        "needed",
    )
    return Table("Second − first", columns, tuple(_cells(c) for c in found))


def _cells(c: Comparison) -> tuple[figure_tables.Value, ...]:
    d = c.difference
    shares = (f"{100 * d.a:.2f} %", f"{100 * d.b:.2f} %", points(d))
    return (
        f"{c.second} − {c.first}", c.figure, d.documents, *shares, f"{d.p:.4f}", f"{c.corrected:.4f}",
        f"{100 * d.detectable:.2f}", "–" if d.needed is None else f"{d.needed:,}",
    )  # fmt: skip


def points(d: Difference) -> str:
    """`+1.20 (-0.30 … +2.70)`, in points of 100."""
    for digits in (2, 3, 4, 6):
        low, middle, high = (f"{100 * x:+.{digits}f}" for x in (d.interval.low, d.difference, d.interval.high))
        if low != high:
            break
    return f"{middle} ({low} … {high})"


def in_words(c: Comparison) -> str:
    """What a comparison says, and what it cannot say."""
    d = c.difference
    if c.corrected < 0.05:
        better, worse = (c.second, c.first) if d.difference > 0 else (c.first, c.second)
        by = f"{100 * abs(d.difference):.2f} points"
        return f"{c.figure}: {better} is better than {worse} by {by} (p {c.corrected:.4f})."
    least = _least(d)
    if d.needed is None:
        return f"{c.figure}: {c.first} and {c.second} do not differ; {least}."
    more = max(0, d.needed - d.documents)
    further = f"about {more:,} more documents like these" if more else "other documents of the kind"
    return (
        f"{c.figure}: {c.first} and {c.second} cannot be told apart (p {c.corrected:.4f}); {least}, "
        f"and to show this difference would need {further}."
    )


def _least(d: Difference) -> str:
    if d.documents < statistics.FEWEST:
        return f"{d.documents} documents can show no difference of any size (at least {statistics.FEWEST} can)"
    return f"{d.documents} documents would show one of {100 * d.detectable:.2f} points or more"


def as_json(c: Comparison) -> dict[str, Any]:
    """A comparison as JSON; shares and differences are parts of 1."""
    return {"first": c.first, "second": c.second, "figure": c.figure, **asdict(c.difference), "p_holm": c.corrected}
