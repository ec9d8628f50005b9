"""Is this run better than that one? Runs over the same documents, compared with the document as the unit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from eval import statistics, tables
from eval.gold import Gold, load_all
from eval.predictions import load as load_run
from eval.report import write
from eval.scoring import DocumentScore, score_run
from eval.statistics import Array, Difference
from eval.tables import Table
from extractor.errors import CallError


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs by name, the difference of a figure (second − first), and p after Holm's correction."""

    first: str
    second: str
    figure: str
    difference: Difference
    corrected: float


FIGURES: dict[str, Callable[[DocumentScore], tuple[int, int, int]]] = {
    "F1": lambda score: (score.counts.right, score.counts.false_positives, score.counts.false_negatives),
    "values not silently wrong": lambda score: _silence(score),
}
"""What is compared: counts of each document that make an F1, or a share written as one."""


def _silence(score: DocumentScore) -> tuple[int, int, int]:
    """Settled values without and with an error, as counts whose F1 is the share of the former."""
    c = score.counts
    bad = c.silent + c.vanished
    return c.settled + c.vanished - bad, bad, bad


def compare(
    runs: list[Path],
    gold: list[Path],
    json_file: Path | None = None,
    *,
    seed: int = 0,
    drafts: bool = False,
) -> int:
    """Compares two or more runs' folders over the same gold, prints the tables; returns the exit status.

    Raises `CallError` where a run or the gold cannot be used, or the runs share no document.
    """
    if len(runs) < 2:
        raise CallError("two or more folders of runs are needed to compare")
    golds = load_all(gold, drafts=drafts)
    scores = {str(run): score_run(golds, load_run(run)) for run in runs}
    found = compare_all({name: by_gold(listed, golds) for name, listed in scores.items()}, seed=seed)
    if json_file is not None:
        write(json_file, json.dumps([as_json(c) for c in found], ensure_ascii=False, indent=1) + "\n")
    tables.show([comparison_table(found)])
    print("\n".join(in_words(c) for c in found))
    return 0


def by_gold(scores: Sequence[DocumentScore], golds: Sequence[Gold]) -> dict[str, list[DocumentScore]]:
    """Scores by gold file: several readings of one document are repeats of it."""
    out: dict[str, list[DocumentScore]] = {str(gold.path): [] for gold in golds}
    for score in scores:
        out[score.gold].append(score)
    return out


def compare_all(runs: Mapping[str, Mapping[str, Sequence[DocumentScore]]], *, seed: int = 0) -> list[Comparison]:
    """Every two runs, by every figure; Holm's correction over the pairs of each figure."""
    out: list[Comparison] = []
    for figure, counted in FIGURES.items():
        found = [
            Comparison(a, b, figure, _difference(runs[a], runs[b], counted, seed), 1.0)
            for a, b in combinations(runs, 2)
        ]
        corrected = statistics.holm([c.difference.p for c in found])
        out += [replace(c, corrected=p) for c, p in zip(found, corrected, strict=True)]
    return out


def _difference(
    a: Mapping[str, Sequence[DocumentScore]],
    b: Mapping[str, Sequence[DocumentScore]],
    counted: Callable[[DocumentScore], tuple[int, int, int]],
    seed: int,
) -> Difference:
    shared = [name for name in a if name in b]
    if not shared:
        raise CallError("the runs share no document that the gold knows; nothing can be compared")
    return statistics.compare(_counts(a, shared, counted), _counts(b, shared, counted), seed=seed)


def _counts(
    run: Mapping[str, Sequence[DocumentScore]],
    documents: Sequence[str],
    counted: Callable[[DocumentScore], tuple[int, int, int]],
) -> Array:
    """Counts by document and repeat; a document with fewer repeats than others has them over again."""
    repeats = max(len(run[name]) for name in documents)
    rows = [[counted(run[name][k % len(run[name])]) for k in range(repeats)] for name in documents]
    return np.array(rows, dtype=float)


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


def _cells(c: Comparison) -> tuple[tables.Value, ...]:
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
    least = f"{d.documents} documents show differences of {100 * d.detectable:.2f} points or more"
    if d.needed is None:
        return f"{c.figure}: {c.first} and {c.second} do not differ; {least}."
    more = max(0, d.needed - d.documents)
    further = f"{more:,} more documents like these" if more else "as many documents again"
    return (
        f"{c.figure}: {c.first} and {c.second} cannot be told apart (p {c.corrected:.4f}); {least}, "
        f"and this difference would need about {further}."
    )


def as_json(c: Comparison) -> dict[str, Any]:
    """A comparison as JSON; shares and differences are parts of 1."""
    return {"first": c.first, "second": c.second, "figure": c.figure, **asdict(c.difference), "p_holm": c.corrected}
