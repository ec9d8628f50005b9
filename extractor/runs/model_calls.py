"""Runs that ask a model: workers read the documents, threads of this process ask about them, many at once.

Reading is what can hang or crash, so it stays in processes of its own; waiting for a model costs a thread and nothing
else. All threads share one session: one event loop, one gate, one budget.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from extractor import pipeline
from extractor.config import Settings
from extractor.document.layout import Document
from extractor.engines import llm
from extractor.errors import CallError, DocumentError, StopRun
from extractor.ledger import result_rows
from extractor.ledger.readings import packed
from extractor.ledger.result_rows import ResultRow
from extractor.runs import interruption
from extractor.runs.fingerprint import reading_mark
from extractor.runs.interruption import GRACE, POLL
from extractor.runs.workers import Answer
from schemas.spec import SchemaSpec

Finish = Callable[[Document, Path], ResultRow]


def answers(
    opened: Iterator[Answer], settings: Settings, schemas: Sequence[SchemaSpec], engine: str, ledger: Path
) -> Generator[Answer, None, None]:
    """What `opened` documents become, each as soon as it is there. Raises `StopRun` when nothing more can be asked.

    `opened` gives documents as the values of its answers; one that could not be read passes through.
    """

    mark = reading_mark(settings)

    def finish(document: Document, path: Path) -> ResultRow:
        start = time.monotonic()
        try:
            result = pipeline.process(document, settings, schemas, engine, path)
        except DocumentError as error:
            return result_rows.failed(str(error), time.monotonic() - start)
        except (StopRun, CallError):
            raise
        except Exception as error:  # costs its own document, as in a worker
            if os.environ.get("EXTRACTOR_DEBUG"):
                traceback.print_exc(file=sys.stderr)
            return result_rows.failed(f"internal error: {type(error).__name__}: {error}", time.monotonic() - start)
        row = result_rows.row_of(result.timed(time.monotonic() - start))
        return row if document.exact else row._replace(reading=packed(document, mark))

    with llm.serving(settings, ledger):
        # More than there are calls in flight: while some wait for the model, others are cut, judged and written down.
        yield from _mapped(opened, finish, 2 * settings.concurrency)


def _mapped(opened: Iterator[Answer], finish: Finish, at_once: int) -> Generator[Answer, None, None]:
    """Each document finished in a thread, at most `at_once` of them; the next is only taken when one is free."""
    busy: dict[Future[ResultRow], Answer] = {}
    with ThreadPoolExecutor(at_once, thread_name_prefix="document") as threads:
        try:
            for one in opened:
                if not isinstance(one.value, Document):
                    yield one
                    continue
                busy[threads.submit(finish, one.value, Path(one.task.path))] = one
                yield from _done(busy)
                while len(busy) >= at_once:
                    yield from _done(busy, POLL)
            while busy:
                yield from _done(busy, POLL)
        except (StopRun, KeyboardInterrupt):
            # no document is begun any more; those that are under way are paid for, and finished
            busy = {future: one for future, one in busy.items() if not future.cancel()}
            while busy:
                with contextlib.suppress(StopRun, KeyboardInterrupt):
                    yield from _done(busy, POLL)
            raise
        except GeneratorExit:  # nobody wants any more of it
            llm.give_up(GRACE)
            raise
        finally:
            for future in busy:
                future.cancel()


def _done(busy: dict[Future[ResultRow], Answer], seconds: float = 0) -> Iterator[Answer]:
    """Those that are finished, or will be in some seconds. Raises `KeyboardInterrupt` where the run is to end."""
    done, _ = wait(busy, timeout=seconds, return_when=FIRST_COMPLETED)
    failed: BaseException | None = None
    for future in done:
        one = busy.pop(future)
        failed = failed or future.exception()
        if future.exception() is None:
            row = future.result()
            yield Answer(one.task, row, row.reason, row.seconds)
    if failed is not None:  # what else was finished is told first
        raise failed
    if interruption.asked():
        raise KeyboardInterrupt
