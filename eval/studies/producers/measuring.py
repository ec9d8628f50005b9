"""What `extractor run` reads of the printed forms, by producer, by kind of border, by type of form."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.reports.figure_tables import Table, percent
from eval.scoring.gold import load_all
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import DocumentScore, score_run, total
from eval.studies.producers.making import FORMS, MANIFEST

RUN = "run"
COLUMNS = (
    "", "documents", "forms: found", "missing", "extra", "F1", "silent errors", "silent error rate", "settled values",
)  # fmt: skip


def run(out: Path) -> list[DocumentScore]:
    """Read all forms of a folder with the rules and score them. Raises `ValueError` where the run cannot be made."""
    command = [sys.executable, "-m", "extractor", "run", str(out / FORMS), "--out", str(out / RUN), "--engine", "rules"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode not in (0, 1):
        raise ValueError(f"extractor run ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return score_run(load_all([out / FORMS]), load_run(out / RUN), lambda gold: None)


def manifest(out: Path) -> dict[str, dict[str, Any]]:
    """The lines of a folder's manifest, by the names of their documents; dropped ones are left out."""
    lines = (json.loads(line) for line in (out / MANIFEST).read_text(encoding="utf-8").splitlines())
    return {line["name"]: line for line in lines if not line["dropped"]}


def grouped(scores: list[DocumentScore], of: Callable[[DocumentScore], str]) -> dict[str, list[DocumentScore]]:
    """The scores by a name, in the order of the names."""
    out: dict[str, list[DocumentScore]] = defaultdict(list)
    for score in scores:
        out[of(score)].append(score)
    return dict(sorted(out.items()))


def figures(scores: list[DocumentScore]) -> dict[str, Any]:
    """The figures of a group of documents."""
    whole = total(scores)
    counts, forms = whole.counts, whole.forms
    return {
        "documents": len(scores),
        "found": forms.found,
        "missing": forms.missing,
        "extra": forms.extra,
        "f1": counts.f1,
        "silent": counts.silent + counts.vanished,
        "silent_rate": counts.silent_rate,
        "settled": counts.settled_share,
    }


def split(scores: list[DocumentScore], lines: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The figures of all documents, of each producer, of each kind of border, of each type of form."""

    def by(key: str) -> dict[str, Any]:
        groups = grouped(scores, lambda score: str(lines[Path(score.document).stem][key]))
        return {name: figures(group) for name, group in groups.items()}

    return {"all": {"all": figures(scores)}, **{key: by(key) for key in ("producer", "border", "type")}}


def tables(parts: dict[str, dict[str, Any]]) -> list[Table]:
    """The figures as tables for people."""
    return [
        Table(f"By {part}" if part != "all" else "All forms", COLUMNS, tuple(_row(n, f) for n, f in groups.items()))
        for part, groups in parts.items()
    ]


def _row(name: str, found: dict[str, Any]) -> tuple[Any, ...]:
    shares = (percent(found["f1"]), found["silent"], percent(found["silent_rate"]), percent(found["settled"]))
    return (name, found["documents"], found["found"], found["missing"], found["extra"], *shares)


def worst(scores: list[DocumentScore], lines: dict[str, dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The documents with the most silent errors, then the most errors."""
    order = sorted(scores, key=lambda s: (-(s.counts.silent + s.counts.vanished), -s.counts.errors))
    return [
        {**lines[Path(s.document).stem], "silent": s.counts.silent + s.counts.vanished, "errors": s.counts.errors}
        for s in order[:most]
        if s.counts.errors
    ]
