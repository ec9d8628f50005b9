"""The commands of many machines: `plan`, `work`, `status`; each takes the parsed call and gives the exit status."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.errors import CallError, StopRun

if TYPE_CHECKING:
    from types import FrameType

    from extractor.runs.job_status import JobStatus
    from extractor.runs.run import Plan

LEFT = 3
"""The exit status where work is left."""
LEASE = 60.0
"""Seconds that a worker may be silent: that of `runs.leases`, which the parser must not load."""


def path_or_place(text: str) -> Path | str:
    """A path of this disk, or the URL of a place as it is given."""
    return text if "://" in text else Path(text)


def is_place(given: Path | str) -> bool:
    """Whether a plan was made there: a store, or a folder of this disk that holds a job."""
    return isinstance(given, str) or (given / "job").is_dir()


@contextlib.contextmanager
def run_folder(given: Path | str, lines: bool = False) -> Iterator[Path]:
    """The folder of a run: as it is, or written for as long as the block from a place (of this disk, or of a store).

    `lines`: with `records.jsonl` and `documents.jsonl` beside the ledger.
    """
    if isinstance(given, Path) and not is_place(given):
        yield given
        return
    from extractor.runs import object_folders, place_copies

    with place_copies.folder_of(object_folders.opened(str(given)), lines=lines) as folder:
        yield folder


@contextlib.contextmanager
def export_target(to: Path | str) -> Iterator[Path]:
    """Where an export is to be written; for a place a temporary folder, whose files go there when it is whole.

    A place without a suffix becomes a data set: a folder of Parquet files for each table.
    """
    if isinstance(to, Path):
        yield to
        return
    from extractor.runs import object_folders

    name = to.rsplit("/", 1)[1]
    with tempfile.TemporaryDirectory(prefix="export-") as scratch:
        yield Path(scratch) / (name if "." in name else "tables.parquet")
        folder = object_folders.opened(to.rsplit("/", 1)[0] if "." in name else to)
        for path in sorted(Path(scratch).iterdir()):
            table = path.name.removeprefix("tables.").removesuffix(".parquet")
            folder.put(path.name if "." in name else f"{table}/part-00000.parquet", path)


def plan(call: Namespace) -> int:
    """`extractor plan`."""
    from extractor.runs import job_status, object_folders, planning, replanning

    folder = object_folders.opened(call.out)
    if call.failed:
        made = replanning.plan_failed(folder, job_status.call_named(folder, None))
    elif call.paths or call.list:
        made = planning.plan(call.paths, folder, call.list)
    else:
        raise CallError("nothing to plan: give files, folders, stores, or --list FILE")
    changed = f" ({made.changed} of them changed)" if made.changed else ""
    print(f"{made.documents} documents planned{changed} in {made.shards} shards; {made.known} were planned before")
    return 0


def work(call: Namespace) -> int:
    """`extractor work`."""
    from extractor.cli.commands import reading_plan

    with _scratch(call.scratch) as scratch:
        return work_on(call.place, reading_plan(call, (), scratch), call.deadline, call.max_shards, call.lease)


def work_on(place: str, made: Plan, deadline: float | None, max_shards: int | None, lease: float) -> int:
    """Works on a place until nothing is left, a limit is reached, or SIGTERM comes."""
    from extractor.cli.show import say
    from extractor.runs import object_folders
    from extractor.runs.work import WorkerStopped, WorkLimits
    from extractor.runs.work import work as work_through

    folder = object_folders.opened(place)
    try:
        with _stopping(deadline):
            did = work_through(folder, made, WorkLimits(max_shards, lease), told=say)
    except WorkerStopped as stopped:
        say(f"stopped ({stopped}); what was held is given up, and other workers go on with it")
        return LEFT
    except StopRun as error:
        say(f"extractor: {error}")
        return LEFT
    print(f"{did.units} shards done: {did.documents} documents, {did.failed} failed; {did.left} shards are left")
    return LEFT if did.left else 1 if did.failed else 0


def on_place(call: Namespace) -> bool:
    """Whether a run reads from a store, writes to one, or uses a cluster."""
    return call.on is not None or any(isinstance(one, str) for one in (*call.paths, call.out))


def run_on_place(call: Namespace) -> int:
    """`extractor run` where documents or results are in a store, or where a cluster reads: plan, then work."""
    from extractor.cli.commands import reading_plan
    from extractor.cli.show import say
    from extractor.runs import job_status, object_folders, planning

    if call.estimate:
        raise CallError("--estimate needs documents and results on this disk")
    if call.on is not None and call.on != "ray" and not call.on.startswith("ray://"):
        raise CallError(f"--on {call.on}: no such cluster; there are: ray, ray://HOST:PORT")
    folder = object_folders.opened(str(call.out))
    planning.plan([str(path) for path in call.paths], folder)
    with _scratch(None) as scratch:
        made = reading_plan(call, (), scratch)
        if call.on is None:
            return work_on(str(call.out), made, None, None, LEASE)
        from extractor.runs import ray_tasks

        left = ray_tasks.read(folder, made, call.on, say)
    told = job_status.status(folder, job_status.call_named(folder, None))
    print(shown(told))
    return LEFT if left else 1 if told.documents_failed else 0


@contextlib.contextmanager
def _scratch(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="extractor-") as scratch:
        yield Path(scratch)


@contextlib.contextmanager
def _stopping(deadline: float | None) -> Iterator[None]:
    """SIGTERM and the deadline end the worker where it stands."""
    from extractor.runs.work import WorkerStopped

    def stop(why: str) -> Callable[[int, FrameType | None], None]:
        def handler(number: int, frame: FrameType | None) -> None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise WorkerStopped(why)

        return handler

    before = signal.signal(signal.SIGTERM, stop("SIGTERM")), signal.signal(signal.SIGALRM, stop("its deadline"))
    if deadline is not None:
        signal.setitimer(signal.ITIMER_REAL, deadline)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGALRM, before[1])


def status(call: Namespace) -> int:
    """`extractor status`."""
    while True:
        told = _state(call)
        print(json.dumps(told._asdict(), ensure_ascii=False) if call.json else shown(told), flush=True)
        if call.watch is None or not told.left:
            return LEFT if told.left else 1 if told.documents_failed else 0
        time.sleep(call.watch)


def _state(call: Namespace) -> JobStatus:
    """Of a place, or of a run in a folder of this disk."""
    from extractor.runs import folder_status, job_status, object_folders

    given = path_or_place(call.place)
    if isinstance(given, Path) and not is_place(given):
        if call.fingerprint:
            raise CallError(f"--fingerprint is about a place, and {given} is none; its last run is shown without it")
        return folder_status.status(given)
    folder = object_folders.opened(call.place)
    return job_status.status(folder, job_status.call_named(folder, call.fingerprint))


def shown(told: JobStatus) -> str:
    """The state of a place, or of a run in a folder, in words."""
    waiting = told.documents - told.documents_done - told.documents_failed
    units = f"{told.done} done ({told.with_failures} with failures), {told.leased} leased, {told.waiting} waiting"
    lines = [
        *([f"shards: {units}"] if told.shards else []),
        f"documents: {told.documents}, of them {told.documents_done} done, {told.documents_failed} failed"
        + (f" ({told.set_aside} set aside), {waiting} waiting" if told.shards else f", {waiting} waiting"),
        f"pages: {told.pages}; forms: {told.forms}, of them {told.settled} settled",
    ]
    if told.calls:
        money = "" if told.money is None else f"; {told.money:.4f} in money"
        lines.append(f"calls: {told.calls}; tokens: {told.prompt_tokens} + {told.completion_tokens}{money}")
    if told.rate and told.left:
        lines.append(f"rate: {told.rate:.2f} documents a second; about {_duration(told.seconds_left or 0)} left")
    if waiting and not told.shards:
        lines.append("what waits is read by the same extractor run as before")
    lines += [f"failed: {name}: {reason}" for name, reason in told.reasons]
    return "\n".join(lines)


def _duration(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"


def add_plan(adder: argparse._SubParsersAction[Any]) -> None:
    """`plan` and its options."""
    this = adder.add_parser("plan", help="cut inputs into shards of a place, for any number of workers")
    this.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, or s3://, gs://, az://")
    this.add_argument("--out", required=True, metavar="PLACE", help="a folder, or s3://, gs://, az://")
    this.add_argument(
        "--list", action="append", default=[], metavar="FILE",
        help="inputs by name: text, CSV, JSONL or Parquet with a column url or path; - is stdin",
    )  # fmt: skip
    this.add_argument("--failed", action="store_true", help="plan again what failed with the last worker's settings")
    this.set_defaults(run=plan)


def add_work(this: argparse.ArgumentParser) -> None:
    """The options of `work` beside those of reading."""
    this.add_argument("place", metavar="PLACE", help="where a plan was made")
    this.add_argument("--deadline", type=float, metavar="S", help="end after S seconds, and give up what is held")
    this.add_argument("--max-shards", type=int, metavar="N", help="take no more than N shards")
    this.add_argument("--lease", type=float, default=LEASE, metavar="S", help="a silent worker is replaced after S")
    this.add_argument("--scratch", type=Path, metavar="DIR", help="local disk for this worker alone; by default /tmp")
    this.set_defaults(run=work)


def add_status(adder: argparse._SubParsersAction[Any]) -> None:
    """`status` and its options."""
    this = adder.add_parser("status", help="what is done of a place or a run: documents, failures, rate, time left")
    this.add_argument("place", metavar="PLACE", help="where a plan was made, or the folder of a run")
    this.add_argument("--watch", type=float, metavar="S", help="again every S seconds, until all is done")
    this.add_argument("--fingerprint", metavar="HASH", help="of these settings; by default those of the last worker")
    this.add_argument("--json", action="store_true", help="as one JSON object")
    this.set_defaults(run=status)
