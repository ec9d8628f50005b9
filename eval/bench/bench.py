"""Engines, models, prompts, damages and repeats side by side: `extractor bench CONFIG.toml`.

Reading and scoring are apart. A reading (arm × set × repeat) is a run of its own, in a folder named by the hash of all
that can change it; what is done is never done again. Scoring rewrites `verdicts.jsonl` (a line a leaf), `scores.jsonl`
(a line a document), `summary.json` and `report.html` from the readings that are there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from eval.bench import config as bench_config
from eval.bench.config import Arm, BenchConfig
from eval.bench.document_sets import Staged, stage
from eval.reports import figure_tables, figures, html_report
from eval.reports.compare import as_json, compare_all, comparison_table, in_words, tally
from eval.reports.html_report import RunScores
from eval.reports.report import write
from eval.scoring.predictions import Reading, matching, names_of
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import DocumentScore, summarise
from eval.scoring.verdicts import FormVerdicts, document_verdicts
from extractor.errors import CallError, StopRun
from extractor.ledger.run_counts import Counts
from extractor.version import __version__
from schemas.spec import SchemaSpec

SCORING = 2
"""The version of the scoring contract: raised when the same records would get other figures."""
ROOT = Path(__file__).resolve().parents[2]
DONE = "done.json"
"""The mark of a reading that came to its end."""
CODE = ("extractor", "schemas", "prompts")
PACKAGES = ("instructor", "jsonschema", "numpy", "openai", "pdfplumber", "pydantic", "rapidfuzz", "rapidocr", "scipy")


class Cell(NamedTuple):
    """One reading: an arm over a set, and which repeat it is; `key` names its folder."""

    arm: str
    set: str
    repeat: int
    key: str


def bench(config_path: Path, *, rescore: bool = False) -> int:
    """Runs what is not done yet, scores all, writes and prints the report; returns 1 if a document failed, else 0.

    `rescore` runs no engine. Raises `CallError` where the bench, its gold or its documents cannot be used.
    """
    config = bench_config.load(config_path)
    arms = bench_config.arms(config, config_path)
    sets = stage(config, _own_schemas(arms))
    manifest = config.out / "manifest.json"
    if rescore:
        cells = _known_cells(manifest)
    else:
        code = code_hash()
        cells = [_cell(arm, one, repeat, code) for arm in arms for one in sets for repeat in range(config.repeats)]
        content = describe(config, arms, sets, cells, code)
        write(manifest, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        for cell in cells:
            _go_on(cell, {arm.name: arm for arm in arms}[cell.arm], {s.name: s for s in sets}[cell.set], config.out)
    failed = score(config, cells, {s.name: s for s in sets})
    print(f"report: {config.out / 'report.html'}")
    return 1 if failed else 0


def _own_schemas(arms: Sequence[Arm]) -> dict[str, SchemaSpec]:
    """The schemas that arms name, by the name that gold calls them by."""
    from extractor.runs import run as runs

    return {spec.name: spec for arm in arms for spec in runs.load_schemas(arm.settings.schemas)}


def _known_cells(manifest: Path) -> list[Cell]:
    if not manifest.is_file():
        raise CallError(f"{manifest}: nothing was run yet; run the bench without --rescore first")
    return [Cell(**cell) for cell in json.loads(manifest.read_text(encoding="utf-8"))["cells"]]


def _cell(arm: Arm, one: Staged, repeat: int, code: str) -> Cell:
    what = [_fingerprint(arm), sorted(one.hashes.items()), repeat, __version__, code]
    return Cell(arm.name, one.name, repeat, hashlib.sha256(json.dumps(what).encode()).hexdigest()[:24])


def _fingerprint(arm: Arm) -> str:
    """The hash of an arm's engine, schemas, prompts and parameters, and of who answers: an endpoint or a recording."""
    from extractor.runs import run as runs
    from extractor.runs.fingerprint import fingerprint

    mark = fingerprint(arm.settings, runs.load_schemas(arm.settings.schemas), arm.engine)
    return hashlib.sha256(f"{mark} {arm.settings.base_url or ''} {_recording(arm) or ''}".encode()).hexdigest()


def _recording(arm: Arm) -> str | None:
    """The hash of the recorded answers that an arm plays; None where it plays none."""
    file = arm.settings.replay
    return hashlib.sha256(file.read_bytes()).hexdigest() if file is not None and file.is_file() else None


def code_hash() -> str:
    """The hash of all code and text that reads documents: a change of it makes other readings."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def describe(
    config: BenchConfig, arms: Sequence[Arm], sets: Sequence[Staged], cells: Sequence[Cell], code: str
) -> dict[str, Any]:
    """The manifest: everything that a reading depends on, by value or by hash."""
    from extractor.runs import run as runs

    return {
        "name": config.name,
        "config": config.model_dump(mode="json"),
        "code": {"version": __version__, "hash": code, "git": _git(), "scoring": SCORING},
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "arms": {
            arm.name: {
                "engine": arm.engine,
                "fingerprint": _fingerprint(arm),
                "recording": _recording(arm),
                "settings": arm.settings.public(),
                "schemas": {
                    s.name: {"shape": s.shape, "labels": s.labels} for s in runs.load_schemas(arm.settings.schemas)
                },
            }
            for arm in arms
        },
        "prompts": _prompts(),
        "documents": {one.name: dict(one.hashes) for one in sets},
        "gold": {
            one.name: {g.path.name: hashlib.sha256(g.path.read_bytes()).hexdigest() for g in one.golds} for one in sets
        },
        "cells": [cell._asdict() for cell in cells],
    }


def _prompts() -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((ROOT / "prompts").glob("*.txt"))
    }


def _git() -> dict[str, Any] | None:
    """The commit and whether files differ from it; None outside of a repository."""
    try:
        command = ["git", "-C", str(ROOT), "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
        out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout  # noqa: S603 - no input
    except (OSError, subprocess.SubprocessError):
        return None
    commit = next((line.split()[-1] for line in out.splitlines() if line.startswith("# branch.oid")), None)
    return {"commit": commit, "changed": any(not line.startswith("#") for line in out.splitlines())}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _folder(out: Path, cell: Cell) -> Path:
    return out / "predictions" / cell.key


def _is_done(out: Path, cell: Cell) -> bool:
    return (_folder(out, cell) / DONE).is_file()


def _go_on(cell: Cell, arm: Arm, one: Staged, out: Path) -> None:
    """Reads a cell unless that was done before; where its engine must stop, says why, and the bench goes on."""
    name = f"{cell.arm} · {cell.set} · {cell.repeat + 1}"
    if _is_done(out, cell):
        print(f"{name}: done before")
        return
    try:
        counts = _read(cell, arm, one, out)
    except StopRun as error:
        print(f"{name}: stopped, and not scored: {error}")
        return
    print(f"{name}: {counts.done} documents, {counts.failed} failed")


def _read(cell: Cell, arm: Arm, one: Staged, out: Path) -> Counts:
    """Reads a cell's documents, or what of them is left; a finished cell is marked, and not touched again."""
    from extractor.runs import run as runs

    folder = _folder(out, cell)
    summary = runs.run(runs.Plan((one.folder,), folder, arm.settings, arm.settings.schemas, arm.engine))
    write(folder / DONE, json.dumps(cell._asdict(), ensure_ascii=False) + "\n")
    return summary.counts


def score(config: BenchConfig, cells: Sequence[Cell], sets: dict[str, Staged]) -> bool:
    """Scores the finished readings, writes all results; returns whether a document failed or a reading is missing."""
    scores: dict[Cell, list[DocumentScore]] = {}
    with _replaced(config.out / "verdicts.jsonl") as verdicts, _replaced(config.out / "scores.jsonl") as documents:
        for cell in cells:
            if cell.set in sets and _is_done(config.out, cell):
                scores[cell] = _scored(cell, sets[cell.set], config.out, verdicts, documents)
    if not scores:
        raise StopRun(f"{config.out}: no reading is finished; run the bench again, without --rescore")
    runs, missing = _runs(scores), [cell for cell in cells if cell not in scores]
    tallies = _tallies(scores)
    compared = compare_all(tallies, seed=config.seed) if len(tallies) > 1 else []
    summary = {
        "name": config.name,
        "scoring": SCORING,
        "not_read": [cell._asdict() for cell in missing],
        "arms": {run.name: _arm_figures(run) for run in runs},
        "comparisons": [as_json(c) for c in compared],
    }
    write(config.out / "summary.json", json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    shown = [html_report.leaderboard(runs), *([comparison_table(compared)] if compared else [])]
    page = html_report.page(config.name, f"{len(runs)} arms, {len(sets)} sets of documents", runs, shown[1:])
    write(config.out / "report.html", page)
    for suffix in (".md", ".csv"):
        write(config.out / f"report{suffix}", figure_tables.written(shown, Path(f"report{suffix}")))
    figure_tables.show(shown)
    print("\n".join(in_words(c) for c in compared))
    for cell in missing:
        print(f"{cell.arm} · {cell.set} · {cell.repeat + 1}: not read to the end, and in no figure")
    failed = any(s.seconds is not None and s.reason is not None for listed in scores.values() for s in listed)
    return failed or bool(missing)


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    """A file that is written aside and takes its name when it is whole."""
    aside = path.with_suffix(".part")
    with aside.open("w", encoding="utf-8") as file:
        yield file
    aside.replace(path)


def _scored(cell: Cell, one: Staged, out: Path, verdicts: TextIO, documents: TextIO) -> list[DocumentScore]:
    run = load_run(_folder(out, cell))
    names = names_of(run)
    head = {"arm": cell.arm, "set": cell.set, "repeat": cell.repeat, "key": cell.key}
    listed = []
    for gold in one.golds:
        readings: list[Reading | None] = [run[name] for name in matching(gold.document, names)]
        for reading in readings or [None]:
            forms = document_verdicts(gold, reading)
            score = replace(summarise(gold, reading, forms), gold=one.content[str(gold.path)])
            verdicts.writelines(_line({**head, **leaf}) for leaf in leaf_lines(score.document, forms))
            documents.write(_line({**head, **figures.document_json(score)}))
            listed.append(score)
    return listed


def leaf_lines(document: str, forms: Sequence[FormVerdicts]) -> Iterator[dict[str, Any]]:
    """The verdicts of a document, one leaf at a time."""
    for form in forms:
        for leaf in form.leaves:
            yield {
                "document": document, "schema": form.schema, "form": form.gold, "record": form.record, **leaf._asdict(),
            }  # fmt: skip


def _line(what: dict[str, Any]) -> str:
    return json.dumps(what, ensure_ascii=False) + "\n"


def _runs(scores: dict[Cell, list[DocumentScore]]) -> list[RunScores]:
    out: dict[str, dict[str, list[DocumentScore]]] = {}
    for cell, listed in scores.items():
        out.setdefault(cell.arm, {}).setdefault(cell.set, []).extend(listed)
    return [RunScores(arm, by_set) for arm, by_set in out.items()]


def _tallies(scores: dict[Cell, list[DocumentScore]]) -> dict[str, Any]:
    """By arm: the counts of each content, repeat by repeat; of what every arm has read to the end, and no more."""
    arms = {cell.arm for cell in scores}
    read = Counter((cell.set, cell.repeat) for cell in scores)
    repeats: dict[str, dict[int, list[DocumentScore]]] = {}
    for cell, listed in scores.items():
        if read[cell.set, cell.repeat] < len(arms):
            continue
        repeats.setdefault(cell.arm, {}).setdefault(cell.repeat, []).extend(listed)
    return {arm: tally([by_repeat[k] for k in sorted(by_repeat)]) for arm, by_repeat in repeats.items()}


def _arm_figures(run: RunScores) -> dict[str, Any]:
    """An arm's figures; without seconds, so that a bench that was stopped and gone on with says the same."""
    by_set = {name: figures.figures(scores, timed=False) for name, scores in run.sets.items()}
    whole = figures.summary(run.scores, timed=False)
    return {"all": whole["all"], "by_set": by_set, "by_schema": whole["by_schema"], "by_field": whole["by_field"]}
