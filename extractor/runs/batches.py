"""A run's questions in batches: sent off at batch price, collected later, finished by an ordinary run.

`submit` again after `collect` sends what has come up since: corrections, and lines that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from extractor.document.layout import Document
from extractor.document.results import Form
from extractor.engines import hybrid
from extractor.engines.llm import batch_api, request_preview
from extractor.engines.llm.endpoint_options import options
from extractor.errors import CallError
from extractor.forms.regions import cut
from extractor.ledger import store
from extractor.ledger.store import Ledger
from extractor.runs import run, workers
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
    own, count = options(plan.settings), 0

    def asked(ledger: Ledger) -> Iterator[tuple[str, Sequence[Form]]]:
        nonlocal count
        for document, _, forms in _questions(plan, ledger):
            count += 1
            yield document.sha256, forms

    with _begun(plan) as ledger:
        found = asyncio.run(batch_api.open_requests(asked(ledger), own, plan.out / store.FILE))
        sent = asyncio.run(batch_api.submit(found, own, plan.out / store.FILE))
    return Submitted(count, sent)


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


@contextlib.contextmanager
def _begun(plan: Plan) -> Iterator[Ledger]:
    if plan.engine not in ASKED:
        raise CallError(f"engine {plan.engine} asks no model; choose one of: {', '.join(ASKED)}")
    with run.begun(plan) as (ledger, _):
        yield ledger


def _questions(plan: Plan, ledger: Ledger) -> Iterator[tuple[Document, Sequence[Form], Sequence[Form]]]:
    """Each document that can be read, all of its forms, and what of them is to be asked."""
    specs = run.load_schemas(plan.schemas, plan.settings.labels)
    for document in _documents(plan, store.waiting(ledger)):
        forms = cut(document, specs).forms
        yield document, forms, ASKED[plan.engine](forms)


def _documents(plan: Plan, tasks: Iterable[store.Task]) -> Iterator[Document]:
    limits = workers.Limits(plan.settings.seconds_per_document, plan.settings.memory_mb)
    count = plan.settings.workers or run.cores()
    arguments = (plan.settings, plan.out / store.FILE)
    with contextlib.closing(workers.map(run.opener, arguments, tasks, count, limits)) as opened:
        for answer in opened:
            if isinstance(answer.value, Document):
                yield answer.value
