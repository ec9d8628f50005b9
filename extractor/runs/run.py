"""A run: one command over many documents, kept in one folder with its ledger.

Discover, hash, skip what is done, hand the rest to workers, record each answer in one transaction, export.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from extractor import readers
from extractor.config import Settings
from extractor.document.layout import Document
from extractor.document.results import DocumentResult
from extractor.engines import llm
from extractor.errors import DocumentError, MissingPackage, SchemaError
from extractor.ledger import readings, result_rows, run_counts, store
from extractor.ledger.readings import Reading
from extractor.ledger.result_rows import ResultRow
from extractor.ledger.store import Ledger, Task
from extractor.runs import discovery, interruption, result_files, workers
from extractor.runs.fingerprint import fingerprint, reading_mark
from extractor.version import __version__
from schemas.spec import SchemaSpec

Result = TypeVar("Result")
CHANGED = "changed while it was being read; run again"
Process = Callable[[Path, str, Settings, Sequence[SchemaSpec], str], DocumentResult]


class Plan(NamedTuple):
    """What a run is to do: the documents, the folder, the settings, the schemas by name, the engine."""

    paths: tuple[Path, ...]
    out: Path
    settings: Settings
    schemas: tuple[str | SchemaSpec, ...]
    engine: str


class Progress(NamedTuple):
    """One document more is done (or failed, for `reason`): `done` of `total`; the first, with 0 done, names none."""

    done: int
    total: int
    name: str
    reason: str | None


@dataclass(frozen=True)
class Summary:
    """What a run found, all inputs counted; `reused` of them had been read before; `asked` is None without a model."""

    counts: run_counts.Counts
    schemas: tuple[run_counts.SchemaCount, ...]
    asked: run_counts.Asked | None
    reused: int
    seconds: float
    records: Path
    documents: Path


def run(plan: Plan, process: Process | None = None, progress: Callable[[Progress], None] | None = None) -> Summary:
    """Makes the run that `plan` says, or goes on with it. Raises `CallError` where the call itself is wrong."""
    start = time.monotonic()
    with begun(plan) as (ledger, mark):
        reused = run_counts.counts(ledger).done
        try:
            with interruption.heeded(lambda: llm.give_up(interruption.GRACE)):
                _read_all(ledger, mark, plan, process, progress or (lambda _: None))
        finally:  # what is finished is there, also when the run must stop
            files = result_files.lines(ledger, plan.out)
        store.finish(ledger)
        counts, by_schema = run_counts.counts(ledger), tuple(run_counts.schema_counts(ledger))
        asked = run_counts.asked(ledger) if asks(plan) else None
    return Summary(counts, by_schema, asked, reused, time.monotonic() - start, files.records, files.documents)


@contextlib.contextmanager
def begun(plan: Plan) -> Iterator[tuple[Ledger, str]]:
    """The plan's ledger, for this process alone, with its documents written down; and the fingerprint of the call."""
    mark = fingerprint(plan.settings, load_schemas(plan.schemas, plan.settings.labels), plan.engine)
    discovery.check(plan.paths, plan.out)
    with store.writing(plan.out) as ledger:
        known = discovery.Known(partial(store.has_name, ledger), partial(store.has_path, ledger))
        inputs = discovery.inputs(plan.paths, plan.out, plan.settings.max_bytes, known)
        store.begin(ledger, mark, plan.engine, names_of(plan.schemas), plan.settings.public(), __version__, inputs)
        yield ledger, mark


def names_of(chosen: Sequence[str | SchemaSpec]) -> tuple[str, ...]:
    """How the schemas were named."""
    return tuple(one if isinstance(one, str) else one.name for one in chosen)


def load_schemas(names: Sequence[str | SchemaSpec], labels: Path | None = None) -> tuple[SchemaSpec, ...]:
    """The schemas of these names, `table` behind them for what none of them claims; raises `SchemaError`.

    With the labels that a person confirmed, in the file `labels` or in `SCHEMA.labels.toml` here.
    """
    import schemas
    from schemas.confirmed_labels import confirmed

    try:
        chosen = tuple(schemas.load(one) if isinstance(one, str) else one for one in names) or schemas.builtin()
        chosen = tuple(confirmed(spec, labels) for spec in chosen)
    except LookupError as error:
        raise SchemaError(str(error.args[0])) from None
    called = [spec.name for spec in chosen]
    twice = next((name for name in called if called.count(name) > 1), None)
    if twice is not None:
        raise SchemaError(f"two schemas are named {twice!r}; rename the file or the class of one, or give it once")
    if "table" in called:
        return chosen
    return (*chosen, schemas.load("table"))


def stream(plan: Plan) -> Iterator[store.DoneInput]:
    """Makes the run that `plan` says and gives each document when it is done; first those that are done already.

    Who stops early keeps what is finished. Raises what `run` raises.
    """
    with begun(plan) as (ledger, mark):
        try:
            yield from list(store.done_inputs(ledger))
            for task in _each(ledger, mark, plan, None, lambda _: None):
                yield from list(store.done_inputs(ledger, task))
        finally:
            result_files.lines(ledger, plan.out)
        store.finish(ledger)


def _read_all(
    ledger: Ledger, mark: str, plan: Plan, process: Process | None, progress: Callable[[Progress], None]
) -> None:
    for _ in _each(ledger, mark, plan, process, progress):
        pass


def _each(
    ledger: Ledger, mark: str, plan: Plan, process: Process | None, progress: Callable[[Progress], None]
) -> Iterator[Task]:
    """Reads what waits, and gives each task when its result is in the ledger."""
    total = store.waiting_count(ledger)
    count = min(plan.settings.workers or cores(), max(total, 1))
    progress(Progress(0, total, "", None))
    given = answers(plan, process, store.waiting(ledger), count)
    with contextlib.closing(given):
        for done, answer in enumerate(given, 1):
            task: Task = answer.task
            row = row_of(answer)
            store.record(ledger, mark, task, row)
            progress(Progress(done, total, task.name, row.reason))
            yield task


def row_of(answer: workers.Answer) -> ResultRow:
    """What the ledger keeps of what came of a task."""
    row: ResultRow = answer.value if answer.reason is None else result_rows.failed(answer.reason, answer.seconds)
    return row


def answers(
    plan: Plan, process: Process | None, tasks: Iterable[Task], count: int
) -> Generator[workers.Answer, None, None]:
    """What becomes of each task: all of it in a worker; where a model is asked, only the reading."""
    limits = workers.Limits(plan.settings.seconds_per_document, plan.settings.memory_mb)
    if process is None and asks(plan):
        from extractor.runs import model_calls

        specs, ledger = load_schemas(plan.schemas, plan.settings.labels), plan.out / store.FILE
        with contextlib.closing(workers.map(opener, (plan.settings, ledger), tasks, count, limits)) as opened:
            yield from model_calls.answers(opened, plan.settings, specs, plan.engine, ledger)
        return
    arguments = (process, plan.settings, plan.schemas, plan.engine, plan.out / store.FILE)
    if any(isinstance(one, SchemaSpec) for one in plan.schemas):  # a class of a notebook: no worker can import it
        read = reader(*arguments)
        yield from (workers.Answer(task, read(task), None, 0.0) for task in tasks)
        return
    yield from workers.map(reader, arguments, tasks, count, limits)


def asks(plan: Plan) -> bool:
    """Whether the run may ask a model: the engine's own, or one that looks at pictures of lines."""
    return plan.engine != "rules" or plan.settings.vision_model is not None


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def reader(
    process: Process | None,
    settings: Settings,
    schema_names: Sequence[str | SchemaSpec],
    engine: str,
    ledger: Path,
) -> Callable[[Task], ResultRow]:
    """Runs once in each worker: the function that reads one document into what the ledger keeps of it."""
    from extractor.pipeline import process_file

    specs, recall = load_schemas(schema_names, settings.labels), Recall(ledger, settings)
    make = process or partial(process_file, read=recall.read)

    def read(task: Task) -> ResultRow:
        start = time.monotonic()
        result = _guarded(task, settings, lambda: make(Path(task.path), task.name, settings, specs, engine))
        if isinstance(result, str):
            return result_rows.failed(result, time.monotonic() - start)
        if result.status == "done" and result.sha256 != task.sha256:
            return result_rows.failed(CHANGED, time.monotonic() - start)
        return result_rows.row_of(result)._replace(reading=recall.taken())

    return read


class Recall:
    """Reads documents, and takes from the ledger those that OCR has read before; one for each worker."""

    def __init__(self, ledger: Path, settings: Settings) -> None:
        self._ledger, self._settings = store.connect_to_read(ledger), settings
        self._filled = readings.any_kept(self._ledger)
        self._fresh: Document | None = None

    @cached_property
    def _mark(self) -> str:
        """The fingerprint of the reading: worked out where a reading is kept or found, not for every text document."""
        return reading_mark(self._settings)

    def read(self, path: Path, name: str, settings: Settings) -> Document:
        """The document, from the ledger or from the file."""
        self._fresh = None
        self._filled = self._filled or readings.any_kept(self._ledger)  # some may come while this worker runs
        if self._filled:
            kept = readings.find(self._ledger, readers.sha256(path), path.suffix.lower(), self._mark, name)
            if kept is not None:
                return kept
        document = readers.read(path, name, settings)
        self._fresh = None if document.exact else document
        return document

    def taken(self) -> Reading | None:
        """The last document, where OCR read it and the ledger does not have it yet."""
        fresh, self._fresh = self._fresh, None
        return None if fresh is None else readings.packed(fresh, self._mark)


def opener(settings: Settings, ledger: Path) -> Callable[[Task], Document | ResultRow]:
    """Runs once in each worker: the function that reads one document, for others to ask a model about it."""
    recall = Recall(ledger, settings)

    def read(task: Task) -> Document | ResultRow:
        start, path = time.monotonic(), Path(task.path)
        try:
            document = _guarded(task, settings, lambda: recall.read(path, task.name, settings))
        except (DocumentError, MissingPackage) as error:
            document = str(error)
        if not isinstance(document, str) and readers.sha256(path) != task.sha256:
            document = CHANGED
        return result_rows.failed(document, time.monotonic() - start) if isinstance(document, str) else document

    return read


def _guarded(task: Task, settings: Settings, work: Callable[[], Result]) -> Result | str:
    """What `work` gives, or the reason why the document cannot be opened any more."""
    try:
        _allow(Path(task.path), settings)
        return work()
    except OSError as error:
        if error.filename is None or os.fspath(error.filename) != task.path:
            raise  # not the document's fault
        return f"cannot be opened any more: {error.strerror}"


def _allow(path: Path, settings: Settings) -> None:
    """Lets a document of many pages take longer."""
    further = _pages(path, settings) - 1
    if further > 0:
        workers.allow(settings.seconds_per_document + further * settings.seconds_per_page)


def _pages(path: Path, settings: Settings) -> int:
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            return 1
    from extractor.readers.pdf.reader import opened

    try:
        with opened(path, settings) as pdf:
            return 1 if pdf is None else len(pdf)
    except (DocumentError, MissingPackage):
        return 1  # who reads it says what is wrong
