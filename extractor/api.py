"""The Python API: the same code as the command line, for a notebook, a script, or a task of a scheduler."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from extractor.accounting.settling_rule import rule_of
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Finding, finding
from extractor.errors import CallError, DocumentError

if TYPE_CHECKING:
    import pyarrow as pa

    from extractor.document.layout import Document
    from schemas.spec import SchemaSpec

Value = TypeVar("Value")
Source = str | PathLike[str]
SchemaLike = str | PathLike[str] | type[BaseModel] | Mapping[str, Any]


@dataclass(frozen=True)
class Record(Generic[Value]):
    """One form of a document.

    `value` is an instance of the schema's pydantic model; for a JSON Schema, and where the model refuses the values,
    it is the plain dict `values`, and a finding of the kind `schema_refuses` says why. `evidence` maps the path of
    each value to the places where it is printed (page, line or cell, characters, box in PDF points). `unsettled` lists
    the paths in doubt (`""`: the whole record); `settled` is true where there are none. The keys are those of
    `records.jsonl`.
    """

    document: str
    sha256: str
    form: int
    schema: str
    value: Value
    values: dict[str, Any]
    evidence: dict[str, list[dict[str, Any]]]
    findings: tuple[Finding, ...]
    residue: tuple[dict[str, Any], ...]
    unsettled: tuple[str, ...]
    engine: str
    model: str | None
    usage: dict[str, Any]

    @property
    def settled(self) -> bool:
        """Whether no value of the record is in doubt."""
        return not self.unsettled


@dataclass(frozen=True)
class Failed:
    """A document that could not be read: its name, and the reason with the remedy."""

    document: str
    reason: str

    @property
    def settled(self) -> bool:
        """A document that was not read is never settled."""
        return False


def extract(
    paths: Source | Iterable[Source],
    schema: SchemaLike | Iterable[SchemaLike] | None = None,
    engine: str | None = None,
    out: Source | None = None,
    *,
    strict: bool = False,
    **settings: Any,
) -> Iterator[Record[Any] | Failed]:
    """Reads documents and gives their records one by one, each as soon as its document is done.

    `paths`: files and folders. `schema`: the name of a built-in schema, a pydantic model, a `Form`, a JSON Schema as a
    dict or as the path of a file, or several of these; by default the built-in schemas that are known by their titles.
    Tables that no schema claims come as records of the schema `table`. `engine`: `rules`, `llm` or `hybrid`; by
    default `hybrid` where a `model` is set, else `rules`. `settings`: any setting of `extractor.toml`, such as
    `model`, `base_url`, `locale`, or `settle`: a rule of settling that `extractor eval --risk` wrote.

    With `out`, a folder, the run is kept there like one of the command line: documents are read by worker processes
    with limits on time and memory, what is done is not read again, and a stopped run goes on. Without it each document
    is read in this process, and nothing is written. A class that no worker can import (one of a notebook) is always
    read in this process.

    A document that cannot be read comes as `Failed`; with `strict=True` it raises `DocumentError` instead. Raises
    `CallError` where the call itself is wrong (a path, a setting, a schema), `StopRun` where the run must stop. All
    errors of this package are `extractor.errors.ExtractorError`.
    """
    chosen = Settings.load(engine=engine, **settings)
    used = chosen.engine or ("hybrid" if chosen.model else "rules")
    if used != "rules" and chosen.model is None:
        raise CallError(f"engine {used!r} needs a model: give model=..., or set it in extractor.toml")
    rule_of(chosen.settle)  # a rule that cannot be used is told before anything is read
    with contextlib.ExitStack() as stack:
        named = [_named(one, stack) for one in _several(schema)]
        places = tuple(Path(path) for path in _several(paths))
        done = (
            _in_this_process(places, chosen, named, used)
            if out is None
            else _kept(places, Path(out), chosen, named, used)
        )
        models = {spec.name: spec for spec in _specs(named)}
        for name, reason, lines in done:
            if reason is not None and strict:
                raise DocumentError(f"{name}: {reason}")
            if reason is not None:
                yield Failed(name, reason)
            yield from (_record(json.loads(line), models) for line in lines)


def read(path: Source, **settings: Any) -> Document:
    """A file as pages of lines and tables, before any schema. Raises `DocumentError` where it cannot be read."""
    from extractor import readers

    return readers.read(Path(path), Path(path).name, Settings.load(**settings))


class Run:
    """A run that is kept in a folder: records, documents, tables. Raises `CallError` where there is none."""

    def __init__(self, out: Source) -> None:
        """`out`: the folder that `extract(..., out=...)` or `extractor run --out` wrote."""
        from extractor.ledger import store

        self.out = Path(out)
        with store.reading(self.out) as ledger:
            self._names = store.last_run(ledger).schemas

    def records(self, schema: SchemaLike | Iterable[SchemaLike] | None = None) -> Iterator[Record[Any]]:
        """The records in the order of documents and forms; `schema` gives the models again where no name does."""
        from extractor.document.decision import REVIEW
        from extractor.ledger import decision_log, store
        from extractor.runs import decided_lines

        with contextlib.ExitStack() as stack, store.reading(self.out) as ledger:
            models = {spec.name: spec for spec in self._specs(schema, stack)}
            for line in decided_lines.records(ledger, decision_log.by_form(ledger, REVIEW)):
                yield _record(json.loads(line), models)

    def documents(self) -> Iterator[dict[str, Any]]:
        """The lines of `documents.jsonl`, one for each input."""
        from extractor.document.decision import REVIEW
        from extractor.ledger import decision_log, store
        from extractor.runs import decided_lines

        with store.reading(self.out) as ledger:
            yield from map(json.loads, decided_lines.documents(ledger, decision_log.by_form(ledger, REVIEW)))

    def table(self, name: str | None = None, schema: SchemaLike | Iterable[SchemaLike] | None = None) -> pa.Table:
        """A pyarrow table: of a schema (a row a form), of one of its lists (`invoice.items`), `documents`, `findings`.

        Without a name, that of the only schema that has records. Decimals are strings, as printed. Raises `CallError`
        for a name that is not there; the message lists those that are.
        """
        from extractor.export import arrow_tables
        from extractor.ledger import store

        with contextlib.ExitStack() as stack, store.reading(self.out) as ledger:
            return arrow_tables.table(ledger, self._specs(schema, stack), name)

    def _specs(
        self, schema: SchemaLike | Iterable[SchemaLike] | None, stack: contextlib.ExitStack
    ) -> tuple[SchemaSpec, ...]:
        return _specs(self._names if schema is None else [_named(one, stack) for one in _several(schema)])


Named = "str | SchemaSpec"


def _several(given: Any) -> list[Any]:
    """One thing or several as a list."""
    if given is None:
        return []
    single = isinstance(given, str | PathLike | Mapping | type)
    return [given] if single else list(given)


def _named(schema: SchemaLike, stack: contextlib.ExitStack) -> str | SchemaSpec:
    """A schema as the command line names it; a class that has no file as its spec."""
    import schemas
    from schemas.spec import spec_of

    if isinstance(schema, Mapping):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / f"{schemas.snake_case(str(schema.get('title') or 'schema')).replace(' ', '_')}.json"
        file.write_text(json.dumps(schema), encoding="utf-8")
        return schemas.load(str(file))
    if not isinstance(schema, type):
        return str(schema)
    built_in = next((name for name, model in schemas.SCHEMAS.items() if model is schema), None)
    if built_in is not None:
        return built_in
    return spec_of(schema, schemas.snake_case(schema.__name__))


def _specs(named: Iterable[str | SchemaSpec]) -> tuple[SchemaSpec, ...]:
    from extractor.runs import run

    return run.load_schemas(tuple(named))


Done = Iterator[tuple[str, str | None, Iterable[str]]]


def _kept(paths: tuple[Path, ...], out: Path, settings: Settings, named: list[str | SchemaSpec], engine: str) -> Done:
    from extractor.runs import run

    yield from run.stream(run.Plan(paths, out, settings, tuple(named), engine))


def _in_this_process(paths: tuple[Path, ...], settings: Settings, named: list[str | SchemaSpec], engine: str) -> Done:
    from extractor import pipeline
    from extractor.engines import llm
    from extractor.ledger.result_rows import dumps
    from extractor.runs import discovery

    nowhere = Path(tempfile.gettempdir()) / "extractor-keeps-nothing-here"
    discovery.check(paths, nowhere)
    names: set[str] = set()
    places: set[Path] = set()
    known = discovery.Known(names.__contains__, places.__contains__)
    specs = _specs(named)
    asks = engine != "rules" or settings.vision_model is not None
    with llm.serving(settings) if asks else contextlib.nullcontext():
        for item in discovery.inputs(paths, nowhere, settings.max_bytes, known):
            names.add(item.name)
            places.add(item.path)
            if item.reason is not None:
                yield item.name, item.reason, ()
                continue
            result = pipeline.process_file(item.path, item.name, settings, specs, engine)
            yield item.name, result.reason, [dumps(record.to_json()) for record in result.records]


def _record(line: dict[str, Any], models: Mapping[str, SchemaSpec]) -> Record[Any]:
    """A record from its line, with the value as the schema's model."""
    findings = [
        Finding(f["path"], f["about"], FindingKind(f["kind"]), f["severity"], f["message"], tuple(f.get("others", ())))
        for f in line["findings"]
    ]
    value: Any = line["values"]
    spec = models.get(line["schema"])
    if spec is not None and not spec.keeps:
        try:
            value = spec.model.model_validate(value)
        except ValidationError as error:
            refused = (
                finding(FindingKind.SCHEMA_REFUSES, ".".join(map(str, e["loc"])), f"the schema refuses it: {e['msg']}")
                for e in error.errors()
            )
            findings.extend(one for one in refused if one not in findings)
    return Record(
        line["document"], line["sha256"], line["form"], line["schema"], value, line["values"], line["evidence"],
        tuple(findings), tuple(line["residue"]), tuple(line["unsettled"]), line["engine"], line["model"], line["usage"],
    )  # fmt: skip
