"""What a place costs beside a local run: `python -m eval.studies.scale_speed s3://BUCKET/PREFIX --texts 4000`.

Distinct documents are put into the store, part by part. One local run with four worker processes reads a part from the
disk; then four workers with one process each read it from the store and write to the place, which grows from part to
part. Compared, for each part: the CPU seconds of all processes of each (the server's not counted), the largest
process, and the records. A table is printed after each part. At the end `plan` and `work` are called once more on the
whole place: nothing is left to do, and that is timed too. The variables of the store must be set.

`--minutes` ends the comparison: no part begins later. The rest of the texts are then documents of one line, which are
read from the store alone, so that the last calls still meet a place of the whole size. `--first N` takes up a
comparison that ended so: the parts before N are left out.

`--one-form` cuts the sample texts into single forms: smaller documents, so that the store's share of the cost is
larger. `--tiny` makes documents of one line: for the time of a call that has nothing to do.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from eval.reports.figure_tables import Table, Value, show
from eval.studies import variation
from eval.studies.speed_text import SAMPLES, texts
from eval.studies.variation import Source
from extractor.ledger import store
from extractor.runs import object_folders, place_copies
from extractor.runs.object_folders import ObjectFolder

WORKERS = 4
LOOK_SECONDS = 2.0
"""How often the memory of the processes is looked at."""
COMMAND = [sys.executable, "-m", "extractor"]


class Took(NamedTuple):
    """CPU seconds of some commands and all that they started, seconds on the wall, their largest process in MB."""

    cpu: float
    seconds: float
    memory: float


class Part(NamedTuple):
    """What one part took."""

    documents: int
    records: int
    local: Took
    remote: Took
    equal: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the study; ends with status 1 where the records differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", help="an empty prefix of a store")
    parser.add_argument("--texts", type=int, default=4_000)
    parser.add_argument("--folder", type=Path, help="further documents, for example PDFs of eval.synth")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="the number of the first part to read, 1 and on")
    parser.add_argument("--one-form", action="store_true", help="texts of one form each")
    parser.add_argument("--tiny", action="store_true", help="texts of one line, without a form")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no part begins later than that")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    done: list[Part] = []
    job, started = f"{chosen.place}/job", time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        for number, files in enumerate(_parts(chosen, Path(scratch)), chosen.first):
            done.append(_measured(files, f"{chosen.place}/in/{number}", job, Path(scratch)))
            show([Table("A place beside a local run", COLUMNS, tuple(map(_row, [*done, _sum(done)])))])
            if time.monotonic() - started > 60 * chosen.minutes:
                break
        rest = max(0, chosen.texts - number * -(-chosen.texts // chosen.parts))
        if rest:
            _fill(rest, f"{chosen.place}/in/rest", job, Path(scratch))
    again = _again(job, [f"{chosen.place}/in"])
    rows = tuple((name, f"{took.seconds:.1f}", f"{took.cpu:.1f}", f"{took.memory:.0f}") for name, took in again)
    called = f"The same calls again: nothing is left to do ({sum(p.documents for p in done) + rest:,} documents)"
    show([Table(called, ("call", "seconds", "CPU seconds", "MB"), rows)])
    return 0 if all(part.equal for part in done) else 1


def _parts(chosen: argparse.Namespace, scratch: Path) -> Iterator[list[Path]]:
    """The documents of each part, made when they are asked for."""
    pdfs = sorted(chosen.folder.glob("*.pdf")) if chosen.folder else []
    size, further = -(-chosen.texts // chosen.parts), -(-len(pdfs) // chosen.parts)
    for number in range(chosen.first - 1, chosen.parts):
        folder = scratch / f"documents-{number}"
        folder.mkdir()
        count = min(size, chosen.texts - number * size)
        if chosen.tiny:
            _write_lines(folder, range(number * size, number * size + count))
        else:
            variation.write(sources(chosen.one_form, f"-{number}"), count, chosen.seed + number, folder)
        for file in pdfs[number * further : (number + 1) * further]:
            os.link(file, folder / file.name)
        yield sorted(folder.iterdir())


def _write_lines(folder: Path, numbers: range) -> None:
    """Documents of one line each."""
    for number in numbers:
        (folder / f"{number:06}.txt").write_text(f"A line of text, number {number}.\n", encoding="utf-8")


def sources(one_form: bool, mark: str) -> list[Source]:
    """The texts to vary; the mark makes names of documents that no other part has."""
    whole = [variation.read(file) for file in texts(SAMPLES)]
    if not one_form:
        return [Source(source.name + mark, source.text, source.letters) for source in whole]
    return [
        Source(f"{source.name}-{number}{mark}", form, source.letters)
        for source in whole
        for number, form in enumerate(variation.forms_of(source.text))
        if number  # what stands in front of the first title is no form
    ]


def _measured(files: Sequence[Path], inputs: str, job: str, scratch: Path) -> Part:
    _put(files, inputs)
    folder = files[0].parent
    out = scratch / f"{folder.name}-out"
    local = _took([[*COMMAND, "run", str(folder), "--out", str(out), "--workers", str(WORKERS), "--engine", "rules"]])
    remote = _read_by_workers(inputs, job)
    with store.reading(out) as ledger:
        left = _digests(store.record_lines(ledger))
    names = {file.name for file in files}
    return Part(len(files), len(left), local, remote, left == _of_place(object_folders.opened(job), names))


def _put(files: Sequence[Path], inputs: str) -> None:
    stored = object_folders.opened(inputs)
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda file: stored.put(file.name, file), files):
            pass


def _read_by_workers(inputs: str, job: str) -> Took:
    """Plans the inputs and reads them from the store; what the workers take."""
    subprocess.run([*COMMAND, "plan", inputs, "--out", job], check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own
    return _took([[*COMMAND, "work", job, "--workers", "1", "--engine", "rules"]] * WORKERS)


def _fill(count: int, inputs: str, job: str, scratch: Path) -> None:
    """Documents of one line, read from the store alone."""
    folder = scratch / "rest"
    folder.mkdir()
    _write_lines(folder, range(count))
    _put(sorted(folder.iterdir()), inputs)
    _read_by_workers(inputs, job)


def _of_place(job: ObjectFolder, names: set[str]) -> list[bytes]:
    with place_copies.folder_of(job) as folder, store.reading(folder) as ledger:
        return _digests(line for line in store.record_lines(ledger) if json.loads(line)["document"] in names)


def _digests(lines: Iterator[str]) -> list[bytes]:
    """Hashes of the lines' contents: a hundred thousand records need not be in memory."""
    return sorted(hashlib.sha256(json.dumps(json.loads(line), sort_keys=True).encode()).digest() for line in lines)


def _again(job: str, inputs: Sequence[str]) -> list[tuple[str, Took]]:
    calls = {"plan": [*COMMAND, "plan", *inputs, "--out", job], "work": [*COMMAND, "work", job, "--engine", "rules"]}
    calls["status"] = [*COMMAND, "status", job]
    return [(name, _took([call])) for name, call in calls.items()]


def _took(commands: Sequence[list[str]]) -> Took:
    """What some commands take at once."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    quiet = subprocess.DEVNULL
    running = [subprocess.Popen(c, stdout=quiet, stderr=quiet) for c in commands]  # noqa: S603  # our own
    over, largest = threading.Event(), [0.0]
    watch = threading.Thread(target=_watch, args=([p.pid for p in running], over, largest), daemon=True)
    watch.start()
    for process, command in zip(running, commands, strict=True):
        if process.wait():
            raise SystemExit(f"status {process.returncode}: {' '.join(command)}")
    over.set()
    watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(cpu, time.monotonic() - started, largest[0])


def _watch(pids: Sequence[int], over: threading.Event, largest: list[float]) -> None:
    """Keeps the peak of the largest process among some and their descendants."""
    while not over.wait(LOOK_SECONDS):
        for pid in _with_descendants(pids):
            with contextlib.suppress(OSError, StopIteration):
                status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
                peak = next(line for line in status if line.startswith("VmHWM"))
                largest[0] = max(largest[0], int(peak.split()[1]) / 1024)


def _with_descendants(pids: Sequence[int]) -> list[int]:
    out = list(pids)
    for pid in out:  # grows as it is gone through
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                out += map(int, children.read_text(encoding="utf-8").split())
    return out


COLUMNS = (
    "documents", "records", "CPU s: local", "CPU s: place", "ratio", "largest process, MB: local", "place",
    "records equal",
)  # fmt: skip


def _row(part: Part) -> tuple[Value, ...]:
    return (
        f"{part.documents:,}", f"{part.records:,}", f"{part.local.cpu:.1f}", f"{part.remote.cpu:.1f}",
        f"{part.remote.cpu / part.local.cpu:.3f}", f"{part.local.memory:.0f}", f"{part.remote.memory:.0f}",
        "yes" if part.equal else "no",
    )  # fmt: skip


def _sum(parts: Sequence[Part]) -> Part:
    def together(took: Sequence[Took]) -> Took:
        return Took(sum(t.cpu for t in took), sum(t.seconds for t in took), max(t.memory for t in took))

    return Part(
        sum(p.documents for p in parts), sum(p.records for p in parts), together([p.local for p in parts]),
        together([p.remote for p in parts]), all(p.equal for p in parts),
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
