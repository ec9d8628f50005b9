"""The documents of a level read by the command line, scored against gold: the figures, a line each."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from eval.reports.figure_tables import percent, spelled
from eval.scoring.gold import load_all
from eval.scoring.predictions import load
from eval.scoring.scores import DocumentScore, score_run, total
from extractor.errors import CallError


class Cost(NamedTuple):
    """CPU seconds of a run as a whole, start included, and the pages that it read."""

    cpu: float
    pages: int


def read(documents: Path, out: Path, pages: int) -> Cost:
    """Runs `extractor run --engine rules`; CallError where the call could not run at all."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "extractor", "run", str(documents), "--engine", "rules", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    if done.returncode not in (0, 1):
        raise CallError(f"extractor run: exit status {done.returncode}: {done.stderr.strip()[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, pages)


def scored(documents: Path, run: Path) -> list[DocumentScore]:
    """Each document's score by the functions of `extractor eval`."""
    return score_run(load_all([documents]), load(run))


def figures(scores: Sequence[DocumentScore], cost: Cost) -> dict[str, object]:
    """The figures of a level by name, as they are printed."""
    whole = total(scores)
    counts, forms = whole.counts, whole.forms
    return {
        "documents": len(scores),
        "pages": cost.pages,
        "forms: found / missing / extra": f"{forms.found} / {forms.missing} / {forms.extra}",
        "F1": spelled(percent(counts.f1)),
        "values: right / wrong / omitted / invented": (
            f"{counts.right} / {counts.wrong} / {counts.omitted} / {counts.invented}"
        ),
        "silent errors": counts.silent + counts.vanished,
        "silent error rate": spelled(percent(counts.silent_rate)),
        "settled values": spelled(percent(counts.settled_share)),
        "CPU seconds a page, the whole run": round(cost.cpu / max(cost.pages, 1), 2),
    }


def by_document(scores: Sequence[DocumentScore]) -> list[str]:
    """A line a document that has errors: F1, settled share, silent errors, why it was not read."""
    out = []
    for score in scores:
        counts = score.counts
        if counts.errors or score.reason:
            silent = counts.silent + counts.vanished
            f1, settled = spelled(percent(counts.f1)), spelled(percent(counts.settled_share))
            line = f"{score.document}: F1 {f1}, settled {settled}, silent errors {silent}"
            out.append(f"{line}, {score.reason}" if score.reason else line)
    return out


def written(figures_of: dict[str, object], out: Path) -> None:
    """The figures as JSON."""
    out.write_text(json.dumps(figures_of, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
