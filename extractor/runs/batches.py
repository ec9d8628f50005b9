"""A run's questions in batches: sent off at batch price, collected later, finished by an ordinary run.

`submit` again after `collect` sends what has come up since: corrections, and lines that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from extractor.document.layout import Document
from extractor.document.results import Form
from extractor.engines import hybrid
from extractor.engines.llm import batch_api, request_preview
from extractor.engines.llm.call_cache import key_of
from extractor.engines.llm.call_sharing import SharedCalls
from extractor.engines.llm.endpoint_options import options
from extractor.errors import CallError
from extractor.forms.regions import cut
from extractor.ledger import readings, store
from extractor.ledger.store import Ledger
from extractor.runs import run, workers
from extractor.runs.fingerprint import reading_mark
from extractor.runs.run import Plan

ASKED: dict[str, Callable[[Sequence[Form]], Sequence[Form]]] = {"llm": lambda forms: forms, "hybrid": hybrid.unsettled}


class Submitted(NamedTuple):
    """What `submit` did: documents looked at, requests sent off."""

    documents: int
    requests: int


class Estimated(NamedTuple):
    """What a run would cost: documents, forms, and those of them that need the model; calls and tokens."""

    documents: int
    forms: int
    asked: int
    cost: request_preview.Estimate


def submit(plan: Plan) -> Submitted:
    """Send off all questions that are open about the plan's documents."""
    with _begun(plan) as ledger:
        return sent(plan, ledger)


def sent(
    plan: Plan,
    ledger: Ledger,
    shared: SharedCalls | None = None,
    told: Callable[[], None] = lambda: None,
    elsewhere: Callable[[str], bool] = lambda key: False,
) -> Submitted:
    """Send off what is open about the documents that wait in the plan's ledger.

    Answers that are `shared` count as there, and a request whose key waits `elsewhere` is not sent. `told` is called
    when the ledger knows more of batches than before; the first time before the provider hears of them.
    """
    own, file, count = options(plan.settings), plan.out / store.FILE, 0

    def asked() -> Iterator[tuple[str, Sequence[Form]]]:
        nonlocal count
        for document, _, forms in _questions(plan, ledger):
            count += 1
            yield document.sha256, forms

    open_ = asyncio.run(batch_api.open_requests(asked(), own, file, shared))
    found = [request for request in open_ if not elsewhere(key_of(request))]
    return Submitted(count, asyncio.run(batch_api.submit(found, own, file, told=told)))


def status(plan: Plan) -> list[batch_api.Status]:
    """The batches of a run's folder."""
    return asyncio.run(batch_api.status(options(plan.settings), plan.out / store.FILE))


def collect(plan: Plan) -> batch_api.Collected:
    """Bring in what is finished."""
    return asyncio.run(batch_api.collect(options(plan.settings), plan.out / store.FILE))


def estimate(plan: Plan) -> Estimated:
    """What a run would cost, without a call; what the ledger has already is counted too."""
    documents = forms = 0
    asked: list[Form] = []
    with _begun(plan) as ledger:
        for _, all_forms, own in _questions(plan, ledger):
            documents, forms = documents + 1, forms + len(all_forms)
            asked.extend(own)
    return Estimated(documents, forms, len(asked), request_preview.estimate(asked, options(plan.settings)))


def refuse_silent(engine: str) -> None:
    """Raises `CallError` where an engine asks no model."""
    if engine not in ASKED:
        raise CallError(f"engine {engine} asks no model; choose one of: {', '.join(ASKED)}")


@contextlib.contextmanager
def _begun(plan: Plan) -> Iterator[Ledger]:
    refuse_silent(plan.engine)
    with run.begun(plan) as (ledger, _):
        yield ledger


def _questions(plan: Plan, ledger: Ledger) -> Iterator[tuple[Document, Sequence[Form], Sequence[Form]]]:
    """Each document that can be read, all of its forms, and what of them is to be asked."""
    specs = run.load_schemas(plan.schemas, plan.settings.labels)
    for document in _documents(plan, ledger):
        forms = cut(document, specs).forms
        yield document, forms, ASKED[plan.engine](forms)


def _documents(plan: Plan, ledger: Ledger) -> Iterator[Document]:
    """What can be read; what OCR has read is kept, for the run that finishes."""
    limits = workers.Limits(plan.settings.seconds_per_document, plan.settings.memory_mb)
    count, mark = plan.settings.workers or run.cores(), reading_mark(plan.settings)
    arguments = (plan.settings, plan.out / store.FILE)
    with contextlib.closing(workers.map(run.opener, arguments, store.waiting(ledger), count, limits)) as opened:
        for answer in opened:
            if isinstance(answer.value, Document):
                if not answer.value.exact:
                    readings.keep(ledger, answer.task.sha256, answer.task.suffix, readings.packed(answer.value, mark))
                yield answer.value
