"""One function a command: it takes the parsed call and gives the exit status."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.config import Settings
from extractor.errors import CallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractor.document.layout import Document
    from extractor.inspect.pictures import Area
    from extractor.runs.run import Plan


def run(call: Namespace) -> int:
    """`extractor run`."""
    from extractor.cli import jobs, review_commands, show
    from extractor.document.decision import REVIEW
    from extractor.ledger import run_counts, store
    from extractor.review import run_records
    from extractor.runs import run

    if jobs.on_place(call):
        return jobs.run_on_place(call)
    plan = reading_plan(call, call.paths, call.out)
    if call.estimate:
        from extractor.runs import batches

        print(show.estimate(batches.estimate(plan)))
        return 0
    with show.progress(show.engine_chosen(plan.engine, plan.settings)) as progress:
        summary = run.run(plan, progress=progress)
    with store.reading(plan.out) as ledger:
        show.summary(summary, run_counts.failures(ledger))
        if summary.counts.settled < summary.counts.forms:
            print(review_commands.left_to_decide(run_records.remaining(ledger, REVIEW)), file=sys.stderr)
    return 1 if summary.counts.failed else 0


def reading_plan(call: Namespace, paths: Sequence[Path], out: Path) -> Plan:
    """What the options of reading say: settings, schemas, engine."""
    from extractor.runs.run import Plan

    asked = {"concurrency": call.concurrency, "record": call.record, "replay": call.replay, **_budget(call.budget)}
    asked |= {"readings": call.readings}
    files = {name: file.resolve() for name in ("labels", "settle") if (file := getattr(call, name)) is not None}
    settings = _settings(call, model=call.model, workers=call.workers, engine=call.engine, **files, **asked)
    engine = settings.engine or ("hybrid" if settings.model else "rules")
    if engine != "rules" and settings.model is None:
        raise CallError(f"engine {engine} needs a model: give --model, or set model in extractor.toml")
    idle = next((name for name, value in asked.items() if value is not None), None)
    if engine == "rules" and settings.vision_model is None and idle:
        option = "budget" if idle.startswith("budget") else idle
        raise CallError(f"--{option} is about calls of a model, and engine rules makes none: give --model")
    return Plan(tuple(paths), out, settings, _schemas(call, settings), engine)


def _budget(amount: str | None) -> dict[str, float | None]:
    """`2.50` is money, `300000tokens` is tokens."""
    if amount is None:
        return {}
    number = amount.removesuffix("tokens")
    try:
        value = float(number)
    except ValueError:
        raise CallError(f"--budget {amount}: neither money (2.50) nor tokens (300000tokens)") from None
    return {"budget_money": value} if number == amount else {"budget_tokens": int(value)}


def batch(call: Namespace) -> int:
    """`extractor batch submit|status|collect`."""
    from extractor.cli import jobs, show
    from extractor.runs import batches, run

    settings = _settings(call, model=call.model)
    if jobs.is_place(call.out):
        return _batch_of_place(call, settings)
    plan = run.Plan((), call.out, settings, (), "hybrid")
    if call.step == "submit":
        if not call.paths or any(isinstance(path, str) for path in call.paths):
            raise CallError("no documents of this disk are named: give files or folders, or a place as --out")
        done = batches.submit(_batch_plan(call, settings, tuple(call.paths), call.out))
        print(show.submitted(done))
    elif call.step == "status":
        print(show.batches(batches.status(plan)))
    else:
        print(show.collected(batches.collect(plan)))
    return 0


def _batch_of_place(call: Namespace, settings: Settings) -> int:
    from extractor.cli import show
    from extractor.runs import object_folders, place_batches, planning

    place = object_folders.opened(str(call.out))
    if call.step == "submit":
        if call.paths:
            planning.plan([str(path) for path in call.paths], place)
        print(show.submitted(place_batches.submit(place, _batch_plan(call, settings, (), Path()))))
    elif call.step == "status":
        print(show.batches(place_batches.status(place, settings)))
    else:
        print(show.collected(place_batches.collect(place, settings)))
    return 0


def _batch_plan(call: Namespace, settings: Settings, paths: tuple[Path, ...], out: Path) -> Plan:
    from extractor.runs.run import Plan

    return Plan(paths, out, settings, _schemas(call, settings), call.engine or settings.engine or "hybrid")


def look(call: Namespace) -> int:
    """`extractor look`."""
    from extractor import readers
    from extractor.cli import show
    from extractor.errors import DocumentError, MissingPackage
    from extractor.inspect.outline import areas, describe, reader_areas
    from extractor.runs import run

    settings = _settings(call)
    if not call.path.is_file():
        raise CallError(f"{call.path}: {'is a folder; name one file' if call.path.is_dir() else 'no such file'}")
    schemas = run.load_schemas(_schemas(call, settings))
    try:
        document = readers.read(call.path, call.path.name, settings)
    except (DocumentError, MissingPackage) as error:
        print(f"extractor: {call.path}: {error}", file=sys.stderr)
        return 1
    if call.image is not None:
        own = [*areas(document, settings, schemas), *reader_areas(document, call.path, settings)]
        return _draw(call, document, settings, own)
    if call.prompt:
        print("\n\n".join(show.prompts(document, settings, schemas, call.engine or "llm")))
        return 0
    described = describe(document, settings, schemas)
    print(json.dumps(described, ensure_ascii=False) if call.json else show.description(described))
    return 0


def _draw(call: Namespace, document: Document, settings: Settings, areas: Sequence[Area]) -> int:
    """A picture of each page; the names of the files are printed."""
    from extractor.errors import DocumentError, MissingPackage
    from extractor.inspect.pictures import draw

    try:
        pictures = draw(document, call.path, call.image, settings, areas)
    except (DocumentError, MissingPackage) as error:
        print(f"extractor: {call.path}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        raise CallError(f"{call.image}: {error.strerror}; name a folder that can be written") from error
    print("\n".join(map(str, pictures)))
    return 0


def export(call: Namespace) -> int:
    """`extractor export`."""
    from extractor.cli import jobs
    from extractor.export import files
    from extractor.ledger import store
    from extractor.runs import run

    with jobs.run_folder(call.directory) as directory, store.reading(directory) as ledger:
        specs = run.load_schemas(store.last_run(ledger).schemas)
        with jobs.export_target(call.to) as target:
            made = files.export(ledger, specs, target, call.reviewed)
    for note in made.notes:
        print(f"extractor: {note}", file=sys.stderr)
    for path in made.files if target == call.to else [call.to]:
        print(path)
    return 0


def schemas(call: Namespace) -> int:
    """`extractor schemas`."""
    from extractor.cli import show
    from extractor.runs import run
    from schemas import every

    for spec in run.load_schemas(tuple(call.schema))[: len(call.schema)] if call.schema else every():
        print(show.schema(spec))
    return 0


def doctor(call: Namespace) -> int:
    """`extractor doctor`."""
    from extractor.cli.doctor import report

    print(report(Settings.load(call.config)))
    return 0


def _settings(call: Namespace, **overrides: object) -> Settings:
    return Settings.load(call.config, password=ask_password() if call.password else None, **overrides)


def ask_password() -> str:
    """The password of protected files, asked for on the terminal."""
    import getpass

    try:
        return getpass.getpass("password of the documents: ", stream=sys.stderr)
    except EOFError:
        raise CallError("no password was given: type it on a terminal, or set EXTRACTOR_PASSWORD") from None


def _schemas(call: Namespace, settings: Settings) -> tuple[str, ...]:
    return tuple(_absolute(name) for name in call.schema or settings.schemas)


def _absolute(name: str) -> str:
    """`FILE.py:CLASS` and `FILE.json` with the whole path, so that the ledger can name it from anywhere."""
    if name.endswith(".json"):
        return str(Path(name).resolve())
    path, colon, cls = name.rpartition(":")
    return f"{Path(path).resolve()}:{cls}" if colon and path.endswith(".py") else name
