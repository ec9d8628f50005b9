"""Documents read by the built-in engine and scored against their gold with the functions of `eval`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import schemas
from eval.scoring.gold import load_all
from eval.scoring.predictions import Reading, readings
from eval.scoring.scores import DocumentScore, score_run
from extractor.config import Settings
from extractor.document.results import DocumentResult
from extractor.pipeline import process_file


@cache
def read_folder(folder: Path, pattern: str = "*") -> tuple[DocumentResult, ...]:
    """The results of all files of a folder."""
    paths = sorted(p for p in folder.glob(pattern) if p.is_file())
    return tuple(process_file(p, p.name, Settings(), schemas.builtin(), "rules") for p in paths)


def run_of(results: tuple[DocumentResult, ...]) -> dict[str, Reading]:
    """The results as `eval` reads them back from a run's folder."""
    return readings([r.to_json() for d in results for r in d.records], [d.to_json() for d in results])


def scores_of(results: tuple[DocumentResult, ...], gold: Path) -> list[DocumentScore]:
    """Each gold file of a folder against the results."""
    return score_run(load_all(sorted(gold.glob("*.gold.json"))), run_of(results))


def silent_errors(scores: list[DocumentScore]) -> list[str]:
    """The errors that no finding covers, one line each."""
    return [
        f"{s.document} form {m.form}: {m.leaf.verdict} {m.leaf.path or m.leaf.gold_path}"
        for s in scores
        for m in s.mistakes
        if m.leaf.settled
    ]
