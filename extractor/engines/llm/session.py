"""A session with an endpoint: one event loop in a thread, one gate, one purse, for all forms of a run.

Documents are read and judged in other threads or processes; the loop only speaks with the endpoint.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from extractor.document.results import Answer, Form
from extractor.engines.llm.budget import NOTHING, Purse
from extractor.engines.llm.call_cache import kept, opened, used
from extractor.engines.llm.call_sharing import SharedCalls
from extractor.engines.llm.client import Ask, asker, open_client, wire
from extractor.engines.llm.conversation import answer
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.mode_probe import mode_of
from extractor.engines.llm.rate_limits import Gate
from extractor.engines.llm.recordings import recording, replaying
from extractor.engines.llm.second_reading import beside, turned
from extractor.engines.llm.traffic import Traffic
from extractor.engines.llm.transport import CallFailed, Line, Send
from extractor.engines.llm.vision import Crop, Looked, look
from extractor.errors import DocumentError, StopRun

Told = TypeVar("Told")


@asynccontextmanager
async def asking(
    options: Options, ledger: Path | None = None, shared: SharedCalls | None = None, traffic: Traffic | None = None
) -> AsyncIterator[Ask]:
    """A function that asks: through cache, budget, gate and retries to the endpoint, or from a recording alone."""
    traffic = traffic or Traffic(options.prices)
    async with contextlib.AsyncExitStack() as stack:
        store = None if ledger is None else stack.enter_context(opened(ledger))
        if options.replay is not None:
            send: Send = traffic.watched(replaying(options.replay))
        else:
            client = await stack.enter_async_context(open_client(options.endpoint, options.max_answer_bytes))
            gate = Gate(options.ceilings, share=shared.share if shared else None)
            send = Line(traffic.watched(wire(client)), gate, options.policy, (options.endpoint.api_key,)).send
        if options.record is not None:
            send = recording(send, options.record, (options.endpoint.api_key,))
        if options.budget.tokens is not None or options.budget.money is not None:
            purse = Purse(options.budget, options.prices, used(store) if store else NOTHING, shared)
            stack.callback(purse.close)
            send = purse.metered(send)
        if store is not None:
            send = kept(send, store, stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="ledger")), shared)
        yield asker(send, await mode_of(options, store))


class Session:
    """Asks about forms from any thread, and waits for the answers."""

    def __init__(self, options: Options, ledger: Path | None = None, shared: SharedCalls | None = None) -> None:
        self._options, self._ledger, self._shared = options, ledger, shared
        self.traffic = Traffic(options.prices)
        self._running: set[asyncio.Task[Any]] = set()
        self._ready: Future[tuple[asyncio.AbstractEventLoop, Ask]] = Future()
        self._over: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._serve, name="model", daemon=True)
        self._lock = threading.Lock()

    def _serve(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error)

    async def _main(self) -> None:
        self._over = asyncio.Event()
        async with asking(self._options, self._ledger, self._shared, self.traffic) as ask:
            self._ready.set_result((asyncio.get_running_loop(), ask))
            await self._over.wait()

    def submit(self, forms: Sequence[Form], document: str = "") -> Future[list[Answer]]:
        """The answers about a document's forms, all asked for at once."""
        return self._submitted(lambda ask: [self._answer(form, document, ask) for form in forms])

    def look(self, crops: Sequence[Crop], document: str = "") -> Looked:
        """What the vision model reads on some pictures of lines, waited for. Raises `StopRun` and `DocumentError`."""
        (looked,) = self._submitted(lambda ask: [look(crops, document, ask, self._options)]).result()
        return looked

    def _submitted(self, questions: Callable[[Ask], Sequence[Coroutine[Any, Any, Told]]]) -> Future[list[Told]]:
        with self._lock:  # a run that has nothing to ask opens nothing
            if self._thread.ident is None:
                self._thread.start()
        loop, ask = self._ready.result()
        return asyncio.run_coroutine_threadsafe(self._answers(lambda: questions(ask)), loop)

    async def _answers(self, questions: Callable[[], Sequence[Coroutine[Any, Any, Told]]]) -> list[Told]:
        tasks = [asyncio.ensure_future(question) for question in questions()]
        self._running.update(tasks)
        try:
            return await asyncio.gather(*tasks)
        except CallFailed as error:
            raise DocumentError(f"the model gave no answer: {error}; run again to go on where it stopped") from error
        except asyncio.CancelledError:
            raise self.traffic.stopped or StopRun("the calls were given up") from None
        finally:
            for task in tasks:
                task.cancel()
            self._running.difference_update(tasks)

    def give_up(self, seconds: float) -> None:
        """No new call goes out; those in flight have so many seconds to end. Safe in a signal's handler."""
        self.traffic.stop()
        if self._ready.done() and self._ready.exception() is None:
            loop, _ = self._ready.result()
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(loop.call_later, seconds, self._cancel)

    def _cancel(self) -> None:
        for task in self._running:
            task.cancel()

    async def _answer(self, form: Form, document: str, ask: Ask) -> Answer:
        """What the model says of a form; where two readings are asked for, with what it says the second time."""
        if self._options.readings == 1:
            return await answer(form, document, ask, self._options)
        other = answer(turned(form), document, ask, self._options.second)
        return beside(*await asyncio.gather(answer(form, document, ask, self._options), other))

    def extract(self, forms: Sequence[Form], document: str = "") -> list[Answer]:
        """The answers, waited for. Raises `StopRun` and `DocumentError`."""
        return self.submit(forms, document).result()

    def close(self) -> None:
        """End the loop and the connections."""
        if self._thread.ident is None:
            return
        with contextlib.suppress(Exception):  # where it never opened there is nothing to close
            loop, _ = self._ready.result()
            if self._over is not None:
                loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)


@contextlib.contextmanager
def session(options: Options, ledger: Path | None = None, shared: SharedCalls | None = None) -> Iterator[Session]:
    """A session for as long as the block."""
    own = Session(options, ledger, shared)
    try:
        yield own
    finally:
        own.close()
