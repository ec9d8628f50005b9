"""What a place costs beside a local run: `python -m eval.studies.scale_speed s3://BUCKET/PREFIX --texts 4000`.

Distinct documents are put into the store. One local run with four worker processes reads them from the disk; then four
workers with one process each read them from the store and write to it. Compared: the CPU seconds of all processes of
each (the server's not counted), the largest process, and the records. The variables of the store must be set.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from eval.reports.figure_tables import Table, show
from eval.studies import variation
from eval.studies.speed_text import SAMPLES, texts
from extractor.ledger import store
from extractor.runs import object_folders, place_copies, planning

WORKERS = 4


class _Took(NamedTuple):
    cpu: float
    memory: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the study; ends with status 1 where the records differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", help="an empty prefix of a store")
    parser.add_argument("--texts", type=int, default=4_000)
    parser.add_argument("--folder", type=Path, help="further documents, for example PDFs of eval.synth")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        variation.write([variation.read(file) for file in texts(SAMPLES)], chosen.texts, chosen.seed, folder)
        for file in sorted(chosen.folder.glob("*.pdf")) if chosen.folder else ():
            os.link(file, folder / file.name)
        files = sorted(folder.iterdir())
        inputs, job = (object_folders.opened(f"{chosen.place}/{name}") for name in ("in", "job"))
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda file: inputs.put(file.name, file), files))
        planning.plan([inputs.url], job)
        command = [sys.executable, "-m", "extractor"]
        local = _took([[*command, "run", str(folder), "--out", f"{scratch}/out", "--workers", str(WORKERS)]])
        work = [*command, "work", job.url, "--workers", "1"]
        remote = _took([work] * WORKERS)
        return _shown(len(files), local, remote, Path(scratch) / "out", job)


def _took(commands: Sequence[list[str]]) -> _Took:
    """CPU seconds of some commands at once and of all that they started, and their largest process in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = [
        subprocess.Popen([*c, "--engine", "rules"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # our own
        for c in commands
    ]
    for process, command in zip(running, commands, strict=True):
        if process.wait():
            raise SystemExit(f"status {process.returncode}: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Took(cpu, after.ru_maxrss / 1024)


def _shown(count: int, local: _Took, remote: _Took, out: Path, job: object_folders.ObjectFolder) -> int:
    with store.reading(out) as ledger:
        left = sorted(store.record_lines(ledger))
    with place_copies.folder_of(job) as folder, store.reading(folder) as ledger:
        right = sorted(store.record_lines(ledger))
    equal = [json.loads(line) for line in left] == [json.loads(line) for line in right]
    rows = (
        ("documents; records", f"{count:,}; {len(left):,}"),
        ("CPU seconds: four local workers", f"{local.cpu:.1f}"),
        ("CPU seconds: four workers on the place", f"{remote.cpu:.1f}"),
        ("ratio", f"{remote.cpu / local.cpu:.3f}"),
        ("largest process so far, MB: local; place", f"{local.memory:.0f}; {remote.memory:.0f}"),
        ("records equal", "yes" if equal else "no"),
    )
    show([Table("A place beside a local run", ("what", "figure"), rows)])
    return 0 if equal else 1


if __name__ == "__main__":
    raise SystemExit(main())
