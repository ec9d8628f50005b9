"""The drawn documents read by `extractor run --engine rules` and scored as `extractor eval` scores."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.reports import figures
from eval.reports.figure_tables import Table, Value, percent, show, spelled
from eval.scoring import metrics
from eval.scoring.gold import load_all
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import DocumentScore, Mistake, score_run, total
from eval.studies.layouts.features import FEATURES, SEPARATORS
from extractor.errors import CallError

COLUMNS = ("", "documents", "found / missing / extra", "F1", "settled", "silent", "silent rate", "silent alone")


NUMBERS = {
    "no kind but the separator": range(1),
    "one kind": range(1, 2),
    "two to four kinds": range(2, 5),
    "five kinds or more": range(5, 99),
}
"""Documents by how many kinds they have beside their separator."""


class Places(NamedTuple):
    """What the manifest says of a document: (form, path) that nobody can settle, and under unknown labels."""

    ambiguous: frozenset[tuple[int, str]]
    unknown: frozenset[tuple[int, str]]


class Aside(NamedTuple):
    """What can be left aside: doubted errors at ambiguous places, settled nulls under labels that no schema declares.

    `f1` and `silent_rate` are the figures without them.
    """

    ambiguous: int
    unknown_nulls: int
    f1: float | None
    silent_rate: float | None


def measure(folder: Path, seed: int) -> dict[str, Any]:
    """Reads and scores the folder's documents, prints the tables, writes `figures.json`; raises `CallError`."""
    read(folder / "documents", folder / "read")
    scores = score_run(load_all([folder / "gold"]), load_run(folder / "read"))
    places = manifest(folder / "manifest.jsonl")
    out = summary(scores, places, seed)
    (folder / "figures.json").write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    show([Table(f"Layouts of seed {seed}", COLUMNS, tuple(rows(scores)))])
    left = aside(scores, places)
    f1, silent = (spelled(percent(share)) for share in (left.f1, left.silent_rate))
    print(f"Without the {left.ambiguous} doubted errors at ambiguous places: F1 {f1}")
    print(f"Without the {left.unknown_nulls} settled nulls under unknown labels: silent error rate {silent}")
    return out


def read(documents: Path, out: Path) -> None:
    """`extractor run` in a process of its own; raises `CallError` where it could not run."""
    command = [sys.executable, "-m", "extractor", "run", str(documents), "--out", str(out), "--engine", "rules"]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603  # our own command
    if done.returncode not in (0, 1):
        raise CallError(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()[-500:]}")


def manifest(path: Path) -> dict[str, Places]:
    """The places of each document."""
    out = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        two = (frozenset((int(p["form"]), str(p["path"])) for p in entry[name]) for name in ("ambiguous", "unknown"))
        out[str(entry["document"])] = Places(*two)
    return out


def summary(scores: Sequence[DocumentScore], places: Mapping[str, Places], seed: int) -> dict[str, Any]:
    """All figures as JSON; `features` by kind, `aside` what may be left aside, `errors` the silent ones."""
    whole = figures.figures(scores, timed=False)
    silent = [
        {**figures.mistake_json(score.document, m), "features": list(score.shape)}
        for score in scores
        for m in score.mistakes
        if m.leaf.settled
    ]
    by_number = {
        name: figures.counts_json(total(s for s in scores if len(s.shape) - 1 in sizes).counts)
        for name, sizes in NUMBERS.items()
    }
    kinds = {kind: figures.counts_json(total(_with(scores, kind)).counts) for kind in (*SEPARATORS, *FEATURES)}
    left = aside(scores, places)._asdict()
    return {"seed": seed, "all": whole, "aside": left, "numbers": by_number, "features": kinds, "silent": silent}


def aside(scores: Sequence[DocumentScore], places: Mapping[str, Places]) -> Aside:
    """Counts what may be left aside."""
    verdicts: Counter[str] = Counter()
    nulls = 0
    for score in scores:
        here = places[score.document]
        for mistake in score.mistakes:
            if not mistake.leaf.settled and _stands(mistake, here.ambiguous):
                verdicts[mistake.leaf.verdict] += 1
            omitted = mistake.leaf.verdict == "omitted" and mistake.record >= 0
            nulls += mistake.leaf.settled and omitted and _stands(mistake, here.unknown)
    c = total(scores).counts
    positives = c.false_positives - verdicts["wrong"] - verdicts["invented"]
    negatives = c.false_negatives - verdicts["wrong"] - verdicts["omitted"]
    silent = c.silent + c.vanished - nulls
    rate = metrics.ratio(silent, c.settled + c.vanished - nulls)
    return Aside(verdicts.total(), nulls, metrics.f1(c.right, positives, negatives), rate)


def _stands(mistake: Mistake, places: frozenset[tuple[int, str]]) -> bool:
    path = mistake.leaf.gold_path
    return any(form == mistake.form and (path == at or path.startswith((f"{at}.", f"{at}["))) for form, at in places)


def rows(scores: Sequence[DocumentScore]) -> list[tuple[Value, ...]]:
    """A row for all, by number of kinds, and for each kind that was drawn; `silent alone`: where no other was."""
    out = [_row("all", list(scores))]
    for name, sizes in NUMBERS.items():
        out.append(_row(name, [s for s in scores if len(s.shape) - 1 in sizes]))
    for kind in (*SEPARATORS, *FEATURES):
        chosen = _with(scores, kind)
        if chosen:
            out.append(_row(kind, chosen, [s for s in chosen if len(s.shape) <= 2]))
    return out


def _with(scores: Sequence[DocumentScore], kind: str) -> list[DocumentScore]:
    return [score for score in scores if kind in score.shape]


def _row(name: str, scores: list[DocumentScore], alone: Sequence[DocumentScore] = ()) -> tuple[Value, ...]:
    whole = total(scores)
    c, forms = whole.counts, whole.forms
    silent = c.silent + c.vanished
    few = total(alone).counts if alone else metrics.Counts()
    return (
        name,
        len(scores),
        f"{forms.found} / {forms.missing} / {forms.extra}",
        percent(c.f1),
        percent(c.settled_share),
        silent,
        percent(c.silent_rate),
        f"{few.silent + few.vanished} of {len(alone)}" if alone else None,
    )
