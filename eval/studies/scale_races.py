"""Workers race for shards: `python -m eval.studies.scale_races s3://BUCKET/PREFIX --shards 1000`.

Each shard is one short text, so that workers meet at every one. They are started at the same time. The shards that
each says it read to the end are counted; two may have read one where a lease ran out. Afterwards each shard must have
one marker, and the records must be those of a local run.

`--ahead SECONDS` starts the first with a clock that is off (`faketime` of Debian; the clock for waiting runs on, as it
does where the time of day is wrong). `--small-disk FOLDER` adds one whose documents and
ledgers lie there, on a disk that is too small for them; it must end with status 3. The variables of the store must be
set.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.reports.figure_tables import Table, show
from eval.studies import scale_speed, variation
from extractor.ledger import store
from extractor.runs import object_folders, place_copies, planning, shards
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.shards import ShardSize

COMMAND = [sys.executable, "-m", "extractor"]
RULES = ["--engine", "rules", "--workers", "1"]


class _Ended(NamedTuple):
    """A worker: its status, and the shards that it read to the end."""

    status: int
    read: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the study; ends with status 1 where a shard was not done once, or the records differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", help="an empty prefix of a store")
    parser.add_argument("--shards", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lease", type=float, default=20.0)
    parser.add_argument("--ahead", type=int, help="seconds that the first worker's clock is ahead")
    parser.add_argument("--small-disk", type=Path, help="a folder on a disk that is too small")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    place = object_folders.opened(chosen.place)
    with tempfile.TemporaryDirectory() as scratch:
        documents, out = Path(scratch) / "documents", Path(scratch) / "out"
        variation.write(scale_speed.sources(True, ""), chosen.shards, chosen.seed, documents)
        planning.plan([str(documents)], place, size=ShardSize(pages=1))
        started = time.monotonic()
        ended = _raced(chosen)
        seconds = time.monotonic() - started
        subprocess.run([*COMMAND, "run", str(documents), "--out", str(out), *RULES], check=True, capture_output=True)  # noqa: S603  # our own
        return _compared(place, out, ended, seconds, full=chosen.small_disk is not None)


def _raced(chosen: argparse.Namespace) -> list[_Ended]:
    """All workers at once, until each has ended; the one of the small disk comes last."""
    calls = [_call(chosen, clock) for clock in [chosen.ahead or 0, *[0] * (chosen.workers - 1)]]
    if chosen.small_disk:
        calls.append([*_call(chosen, 0), "--scratch", str(chosen.small_disk)])
    # `faketime` now and then breaks a wait for another program: the workers need not ask for the version of one
    variables = os.environ | {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "EXTRACTOR_SECOND_READER": "off"}
    running = [
        subprocess.Popen(call, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603  # our own
        for call in calls
    ]
    return [_ended(one) for one in running]


def _call(chosen: argparse.Namespace, clock: int) -> list[str]:
    shifted = ["faketime", "-f", f"{clock:+d}s"] if clock else []
    return [*shifted, *COMMAND, "work", chosen.place, *RULES, "--lease", str(chosen.lease)]


def _ended(process: subprocess.Popen[str]) -> _Ended:
    said = process.communicate()[1].splitlines()
    if process.returncode:
        print(f"status {process.returncode}: {said[-1] if said else ''}", file=sys.stderr)
    return _Ended(process.returncode, [line.partition(":")[0] for line in said if " documents, " in line])


def _compared(place: ObjectFolder, out: Path, ended: Sequence[_Ended], seconds: float, full: bool) -> int:
    planned = sum(block.shards for block in shards.blocks(place))
    read = Counter(unit for one in ended for unit in one.read)
    markers = sum(1 for _ in place.objects("done"))
    with place_copies.folder_of(place) as folder:
        equal = list(_lines(folder)) == list(_lines(out))
    statuses = [one.status for one in ended]
    rows = (
        ("shards", f"{planned:,}"), ("markers", f"{markers:,}"), ("seconds", f"{seconds:.0f}"),
        ("read to the end by each worker", " + ".join(f"{len(one.read):,}" for one in ended)),
        ("shards that two have read to the end", f"{sum(times > 1 for times in read.values())}"),
        ("statuses of the workers", " ".join(map(str, statuses))), ("records equal", "yes" if equal else "no"),
    )  # fmt: skip
    show([Table("Workers race", ("what", "figure"), rows)])
    right = statuses == [0] * (len(ended) - full) + [3] * full
    return 0 if equal and right and markers == planned else 1


def _lines(folder: Path) -> Iterator[str]:
    with store.reading(folder) as ledger:
        yield from store.record_lines(ledger)


if __name__ == "__main__":
    raise SystemExit(main())
