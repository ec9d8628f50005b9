"""Speed and memory of text documents: `python -m eval.studies.speed_text [SOURCE ...] --count 10000`.

Distinct documents are made from the sources (`eval.studies.variation`), then read by `extractor run` in growing
numbers, each time in one run with one worker. Printed: forms in a CPU second (all processes of the run together), peak
memory of its largest process, and how the time of a document and the memory grow with the number of documents.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from eval.reports.figure_tables import Table, Value, show
from eval.studies import variation

SAMPLES = Path(__file__).parents[1] / "samples"


class Run(NamedTuple):
    """What one run took: documents and forms read, seconds on the wall, CPU seconds, peak memory in MB."""

    documents: int
    forms: int
    seconds: float
    cpu: float
    memory: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the documents, reads them, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", type=Path, default=[SAMPLES])
    parser.add_argument("--count", type=int, default=10_000, help="documents in the largest run")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        sources = [variation.read(file) for path in chosen.sources for file in texts(path)]
        variation.write(sources, chosen.count, chosen.seed, folder)
        files = sorted(folder.iterdir(), key=lambda file: file.stem[-5:])  # the sources in turn
        runs = [measured(files[: chosen.count // part], Path(scratch) / f"run-{part}") for part in (10, 4, 2, 1)]
    show([Table("Text documents, one worker", COLUMNS, tuple(row(run) for run in runs))])
    return 0


def texts(path: Path) -> list[Path]:
    """The text files of a folder, or the file itself."""
    return sorted(path.glob("*.txt")) if path.is_dir() else [path]


def measured(files: Sequence[Path], out: Path) -> Run:
    """One run over some files, in a process of its own; the files are linked into a folder."""
    folder = out.with_suffix(".in")
    folder.mkdir()
    for file in files:
        os.link(file, folder / file.name)
    command = [sys.executable, "-m", "extractor", "run", str(folder), "--out", str(out), "--engine", "rules"]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--workers", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # our own command
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"the run failed with status {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    with (out / "records.jsonl").open("rb") as lines:
        forms = sum(1 for _ in lines)
    return Run(len(files), forms, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


COLUMNS = ("documents", "forms", "seconds", "CPU seconds", "forms a CPU second", "CPU ms a document", "peak MB")


def row(run: Run) -> tuple[Value, ...]:
    """A run as a row of the table."""
    return (
        f"{run.documents:,}",
        f"{run.forms:,}",
        f"{run.seconds:.1f}",
        f"{run.cpu:.1f}",
        f"{run.forms / run.cpu:.0f}",
        f"{1000 * run.cpu / run.documents:.2f}",
        f"{run.memory:.0f}",
    )


if __name__ == "__main__":
    raise SystemExit(main())
