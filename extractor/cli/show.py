"""What the commands print: a progress bar or plain lines, the summary of a run, a document, a schema."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from extractor.config import Settings
from extractor.ledger.run_counts import Asked, Failure
from extractor.runs.run import Progress, Summary
from schemas.spec import FieldSpec, SchemaSpec

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from extractor.document.layout import Document
    from extractor.engines.llm.batch_api import Collected, Status
    from extractor.runs.batches import Estimated, Submitted

SECONDS_BETWEEN_LINES = 5.0
WITHOUT_TITLES = {"table": "any table that no other schema claims"}
"""What is read with a schema that has no titles."""


def say(message: str) -> None:
    """One line to stderr."""
    print(message, file=sys.stderr, flush=True)


def engine_chosen(engine: str, settings: Settings) -> str:
    """Which engine reads, and why where nobody chose it."""
    if settings.model is None and settings.engine is None:
        return "engine: rules (built in, no network); no model is configured: setting model, or --model"
    return f"engine: {engine}" + (f", model {settings.model}" if engine != "rules" else "")


@contextlib.contextmanager
def progress(engine: str) -> Iterator[Callable[[Progress], None]]:
    """Takes each document that is done: a bar on a terminal, now and then a line elsewhere."""
    if sys.stderr.isatty():
        with _bar(engine) as advance:
            yield advance
    else:
        yield _plain_lines(engine)


@contextlib.contextmanager
def _bar(engine: str) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.progress import Task as RichTask
    from rich.text import Text

    class CallsColumn(ProgressColumn):
        """The calls of the model; it moves with them, not with the documents."""

        def render(self, task: RichTask) -> Text:
            return Text(calls_so_far())

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        CallsColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking for documents", total=None)

        def advance(step: Progress) -> None:
            bar.update(task, completed=step.done, total=step.total, description=step.name)
            if step.done == 0:
                bar.console.print(_start(engine, step.total), markup=False, highlight=False)

        yield advance


def calls_so_far() -> str:
    """The calls of the model that is being asked: answered, in flight, tokens, cost; nothing where none is."""
    from extractor.engines import llm

    seen = llm.current_traffic()
    if seen is None:
        return ""
    cost = "" if seen.cost is None else f", {seen.cost:.4f} in money"
    return f"{seen.done} calls, {seen.in_flight} in flight, {seen.usage.tokens} tokens{cost}"


def _plain_lines(engine: str) -> Callable[[Progress], None]:
    last, failed = time.monotonic(), 0

    def advance(step: Progress) -> None:
        nonlocal last, failed
        failed += step.reason is not None
        if step.done == 0:
            say(_start(engine, step.total))
        elif step.done == step.total or time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            so_far = f"{step.done} of {step.total} documents read" + (f", {failed} failed" if failed else "")
            say("; ".join(filter(None, (so_far, calls_so_far()))))

    return advance


def _start(engine: str, total: int) -> str:
    return f"{engine}\n" + (f"{total} documents to read" if total else "nothing new to read")


def summary(result: Summary, failures: Iterable[Failure]) -> None:
    """The table at the end of a run, the documents that failed, and where the files are."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    console.print(_figures(result))
    if result.schemas:
        console.print(_by_schema(result))
    console.print(f"records:   {result.records}\ndocuments: {result.documents}", markup=False)
    for failure in failures:
        say(f"failed: {failure.name}: {failure.reason}")


def _figures(result: Summary) -> RichTable:
    counts = result.counts
    rows = {
        "documents": f"{counts.documents}" + (f" ({result.reused} read before)" if result.reused else ""),
        "done": f"{counts.done}",
        "failed": f"{counts.failed}",
        "settled documents": f"{counts.settled_documents}",
        "forms": f"{counts.forms}",
        "settled forms": f"{counts.settled}",
        "forms for review": f"{counts.forms - counts.settled}",
        "residue": f"{counts.residue}",
        **({} if result.asked is None else _asked(result.asked, counts.forms)),
        "seconds": f"{result.seconds:.1f}",
    }
    table = _table("", "run", header=False)
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _asked(asked: Asked, forms: int) -> dict[str, str]:
    share = f" ({100 * asked.forms / forms:.1f} %)" if forms else ""
    return {
        "forms that needed the model": f"{asked.forms}{share}",
        "calls": f"{asked.calls}",
        "tokens of prompts": f"{asked.prompt_tokens}",
        "tokens of answers": f"{asked.completion_tokens}",
    }


def _by_schema(result: Summary) -> RichTable:
    table = _table("schema", "forms", "settled", "for review", "residue")
    for count in result.schemas:
        figures = (count.forms, count.settled, count.forms - count.settled, count.residue)
        table.add_row(count.schema, *map(str, figures))
    return table


def _table(first: str, *others: str, header: bool = True) -> RichTable:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, show_header=header, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right" if header else "left")
    return table


def description(described: dict[str, Any]) -> str:
    """A document as `look` shows it to a person."""
    parts = [f"{described['document']}  sha256 {described['sha256']}"]
    parts += [f"note: {note['message']}" for note in described["notes"]]
    for page in described["pages"]:
        parts.append(_page(page))
    parts.append(f"{len(described['forms'])} forms")
    parts += [_form(form) for form in described["forms"]]
    parts.append(f"{len(described['chunks'])} chunks, about {described['tokens']} tokens")
    for number, chunk in enumerate(described["chunks"], 1):
        parts.append(f"--- chunk {number}: form {chunk['form']}, {chunk['schema']}, about {chunk['tokens']} tokens")
        parts.append(chunk["text"])
    return "\n".join(parts)


def _page(page: dict[str, Any]) -> str:
    size = f", {page['width']:.0f} × {page['height']:.0f} points" if page["width"] else ""
    head = f"page {page['page']}: {len(page['lines'])} lines, {len(page['tables'])} tables{size}"
    return "\n".join([head, *(_grid(number, table) for number, table in enumerate(page["tables"], 1))])


def _grid(number: int, table: dict[str, Any]) -> str:
    cells = table["cells"]
    rows = max((c["row"] + c["row_span"] for c in cells), default=0)
    columns = max((c["col"] + c["col_span"] for c in cells), default=0)
    merged = sum(c["row_span"] > 1 or c["col_span"] > 1 for c in cells)
    return f"  table {number}: {rows} rows, {columns} columns, {len(cells)} cells, {merged} of them merged"


def _form(form: dict[str, Any]) -> str:
    first, last = form["pages"][0], form["pages"][-1]
    where = f"page {first}" if first == last else f"pages {first} to {last}"
    return f"  form {form['form']}: {form['schema']}, {where}, {form['rows']} rows: {form['title'] or '(no title)'}"


def schema(spec: SchemaSpec) -> str:
    """A schema with its fields, one a line: path, kind, the labels it is printed under."""
    head = f"{spec.name}: {', '.join(spec.titles) or WITHOUT_TITLES.get(spec.name, 'the whole document, if named')}"
    return "\n".join([head, *(_field(field, 1) for field in spec.fields)])


def _field(field: FieldSpec, depth: int) -> str:
    kind = field.kind if field.wanted is None or field.kind == "date" else " or ".join(sorted(field.wanted.types))
    what = kind if field.structure == "scalar" else field.structure
    printed = field.printed
    labels = " | ".join(printed.labels)
    column = f"column {' | '.join(printed.column)}" if printed.column else ""
    where = "; ".join(part for part in (labels, column, f"like {printed.pattern}" if printed.pattern else "") if part)
    line = f"{'  ' * depth}{field.name} ({what})" + (f": {where}" if where else "")
    return "\n".join([line, *(_field(child, depth + 1) for child in field.children)])


def estimate(told: Estimated) -> str:
    """What a run would cost, in words."""
    cost = told.cost
    text = (
        f"{told.documents} documents, {told.forms} forms, {told.asked} of them (or parts of them) for the model: about"
        f" {cost.calls} calls, {cost.prompt_tokens} tokens of prompts and {cost.completion_tokens} of answers,"
        " corrections not counted"
    )
    return text + ("" if cost.money is None else f"; {cost.money:.4f} in money")


def submitted(did: Submitted) -> str:
    """What was sent off in batches."""
    return f"{did.requests} questions about {did.documents} documents were sent off"


def collected(got: Collected) -> str:
    """What came in from batches."""
    return f"{got.answers} answers came in, {got.failures} lines failed, {got.running} batches still run"


def batches(found: Sequence[Status]) -> str:
    """A line for each batch."""
    lines = [
        f"{b.id or '(not started)'}: {b.status}, {b.requests} requests, {b.done} answered, {b.failed} failed"
        for b in found
    ]
    return "\n".join(lines) or "no batches here yet"


def prompts(document: Document, settings: Settings, schemas: Sequence[SchemaSpec], engine: str) -> Iterator[str]:
    """What a model would be sent by an engine about each form, exactly."""
    from extractor.engines.llm import request_preview
    from extractor.engines.llm.endpoint_options import options
    from extractor.forms.regions import cut
    from extractor.runs.batches import ASKED

    own = options(settings if settings.model else settings.model_copy(update={"model": "MODEL"}))
    for form in ASKED[engine](cut(document, schemas).forms):
        for request in request_preview.requests(form, own):
            yield f"=== form {form.index} ({form.schema.name})\n{request_preview.shown(request)}"
