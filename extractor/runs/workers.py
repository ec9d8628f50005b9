"""`map` on this machine's processes: a task that crashes, hangs or grows costs itself, and the run goes on.

Workers are fresh interpreters ("spawn") that stay alive from task to task. Each is its own process group, so
that what it started (an OCR program, an office converter) ends with it. A few tasks wait in the pipe of a worker
that is quick; results come back one by one, as bytes, so the parent never holds more than that few.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

from extractor.errors import CallError, ExtractorError, StopRun
from extractor.runs import interruption

Setup = Callable[..., Callable[[Any], Any]]

QUICK = 0.05  # seconds: a worker whose tasks take less gets some ahead, so that it need not wait for the parent
AHEAD = 8
TASKS_PER_WORKER = 2_000  # then a fresh one: slow leaks of libraries must not be charged to a late document
STARTS = 3  # failures to start, one after the other, before the run is given up
SECONDS_TO_START = 120.0
YOUNG = 20_000  # new objects before the collector looks at them: a document makes many small ones and few cycles
GRACE = 15.0  # seconds after its limit that an orphaned worker ends itself


class Limits(NamedTuple):
    """What one task may take: seconds of wall clock, and megabytes on top of an idle worker."""

    seconds: float
    memory_mb: int


class Answer(NamedTuple):
    """What came of one task: its value, or the reason why there is none; the seconds that it took."""

    task: Any
    value: Any
    reason: str | None
    seconds: float


class _Reply(NamedTuple):
    kind: str  # "ready", "limit", "done", "failed"; "leaving": failed, and the worker ends; "stop": so must the call
    value: Any
    seconds: float


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    given: deque[Any] = field(default_factory=deque)  # oldest first: the first is being worked on
    ready: bool = False
    quick: bool = False
    seconds: float | None = None  # what its present task is allowed, where that is not the limit of all
    done: int = 0
    since: float = field(default_factory=time.monotonic)


def map(
    setup: Setup, arguments: tuple[Any, ...], tasks: Iterable[Any], count: int, limits: Limits
) -> Generator[Answer, None, None]:
    """The answers to `tasks`, each as soon as it is there, from `count` workers.

    `setup(*arguments)` runs once in each worker and gives the function that takes a task; all must be picklable.
    Tasks are taken from the iterable as workers become free. Raises `ExtractorError` when no worker can start, and
    what a worker raises to end it all: `StopRun` or `CallError`.
    """
    crew = _Crew(setup, arguments, iter(tasks), count, limits)
    try:
        yield from crew.answers()
    finally:
        for worker in crew.workers:
            _end(worker)


class _Crew:
    """The workers of one call, and the tasks that are still to be given out."""

    def __init__(
        self, setup: Setup, arguments: tuple[Any, ...], tasks: Iterator[Any], count: int, limits: Limits
    ) -> None:
        self.setup, self.arguments, self.limits, self.count = setup, arguments, limits, count
        self.tasks = tasks
        self.again: deque[Any] = deque()
        self.workers: list[_Worker] = []
        self.failed_starts = 0

    def answers(self) -> Iterator[Answer]:
        while True:
            if interruption.asked():
                yield from self._last()
                raise KeyboardInterrupt
            self._hand_out()
            if not any(worker.given for worker in self.workers):
                return
            ready = set(wait([w.pipe for w in self.workers], min(self._patience(), interruption.POLL)))
            for worker in list(self.workers):
                if worker.pipe in ready:
                    yield from self._received(worker)
                elif self._late(worker):
                    yield from self._given_up(worker)

    def _last(self) -> Iterator[Answer]:
        """What has come in already."""
        for worker in list(self.workers):
            if worker.given and worker.pipe.poll():
                yield from self._received(worker)

    def _hand_out(self) -> None:
        for depth in range(AHEAD):
            for place in range(self.count):
                if place < len(self.workers) and len(self.workers[place].given) > depth:
                    continue
                if depth and not self.workers[place].quick:
                    continue
                task = self._next()
                if task is _NO_TASK:
                    return
                self._give(place, task)

    def _next(self) -> Any:
        return self.again.popleft() if self.again else next(self.tasks, _NO_TASK)

    def _give(self, place: int, task: Any) -> None:
        if place >= len(self.workers):
            self.workers.append(_start(self.setup, self.arguments, self.limits))
            place = len(self.workers) - 1
        worker = self.workers[place]
        if not worker.given and worker.ready:
            worker.since = time.monotonic()
        worker.given.append(task)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # its end is seen, and told, when it is read
            worker.pipe.send(task)

    def _patience(self) -> float:
        now = time.monotonic()
        return max(0.0, min(self._limit(w) - now for w in self.workers if w.given))

    def _limit(self, worker: _Worker) -> float:
        return worker.since + (self._seconds(worker) if worker.ready else SECONDS_TO_START)

    def _seconds(self, worker: _Worker) -> float:
        return self.limits.seconds if worker.seconds is None else worker.seconds

    def _late(self, worker: _Worker) -> bool:
        return bool(worker.given) and time.monotonic() >= self._limit(worker)

    def _received(self, worker: _Worker) -> Iterator[Answer]:
        try:
            reply = _Reply(*pickle.loads(worker.pipe.recv_bytes()))  # noqa: S301  # from our own child
        except (EOFError, OSError):
            yield from self._lost(worker)
            return
        if reply.kind == "stop":
            raise reply.value
        if reply.kind == "limit":
            worker.seconds = reply.value
            return
        if reply.kind == "ready":
            worker.ready, self.failed_starts = True, 0
        else:
            yield self._answer(worker, reply)
        worker.since, worker.seconds = time.monotonic(), None
        if reply.kind == "leaving" or (worker.done >= TASKS_PER_WORKER and not worker.given):
            self._retire(worker)

    def _answer(self, worker: _Worker, reply: _Reply) -> Answer:
        worker.done += 1
        worker.quick = reply.seconds < QUICK and worker.done < TASKS_PER_WORKER - AHEAD
        task = worker.given.popleft()
        if reply.kind == "done":
            return Answer(task, reply.value, None, reply.seconds)
        return Answer(task, None, reply.value, reply.seconds)

    def _lost(self, worker: _Worker) -> Iterator[Answer]:
        """The worker ended by itself: its task pays, unless it never started."""
        worker.process.join(5)
        code = worker.process.exitcode
        if not worker.ready:
            self._count_failed_start(f"it ended with exit status {code} (its message stands above)")
        elif worker.given:
            reason = f"the worker that read it died ({_signal_name(code)})"
            yield Answer(worker.given.popleft(), None, reason, time.monotonic() - worker.since)
        self._retire(worker)

    def _given_up(self, worker: _Worker) -> Iterator[Answer]:
        if not worker.ready:
            self._count_failed_start(f"it was not ready after {SECONDS_TO_START:.0f} s")
        else:
            reason = f"took longer than the {self._seconds(worker):g} s that it is allowed"
            yield Answer(worker.given.popleft(), None, reason, time.monotonic() - worker.since)
        self._retire(worker)

    def _count_failed_start(self, why: str) -> None:
        self.failed_starts += 1
        if self.failed_starts >= STARTS:
            raise ExtractorError(f"no worker process can start: {why}")

    def _retire(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        self.again.extendleft(reversed(worker.given))
        _end(worker)


_NO_TASK = object()


def _start(setup: Setup, arguments: tuple[Any, ...], limits: Limits) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, setup, arguments, limits), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    """Kills the worker and all that it started."""
    worker.pipe.close()
    if worker.process.pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.kill()
    worker.process.join()


def _signal_name(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


# What follows runs in the worker.

_pipe: Connection | None = None


def allow(seconds: float) -> None:
    """Called by a task: from its start it may take `seconds`, whatever the limit of all is."""
    if _pipe is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
        _pipe.send_bytes(pickle.dumps(_Reply("limit", seconds, 0.0)))


def _work(pipe: Connection, setup: Setup, arguments: tuple[Any, ...], limits: Limits) -> None:
    global _pipe
    _pipe = pipe
    os.setsid()
    os.dup2(2, 1)  # what libraries print must not mix with what the command prints
    try:
        function = setup(*arguments)
    except ExtractorError as error:
        pipe.send_bytes(pickle.dumps(_Reply("stop", error, 0.0)))
        return
    gc.freeze()  # what is loaded stays: the collector need not look at it again and again
    gc.set_threshold(YOUNG)
    _limit_memory(limits.memory_mb)
    pipe.send_bytes(pickle.dumps(_Reply("ready", None, 0.0)))
    while True:
        try:
            task = pipe.recv()
            kind = _answer_to(pipe, function, task, limits)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return  # the parent is gone
        if kind in ("leaving", "stop"):
            return


def _answer_to(pipe: Connection, function: Callable[[Any], Any], task: Any, limits: Limits) -> str:
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + GRACE)  # ends this process, should the parent be gone
    kind, reply = _attempt(function, task, limits)
    signal.setitimer(signal.ITIMER_REAL, 0)
    pipe.send_bytes(reply)
    return kind


def _attempt(function: Callable[[Any], Any], task: Any, limits: Limits) -> tuple[str, bytes]:
    start = time.monotonic()
    try:
        value = function(task)
        return "done", pickle.dumps(_Reply("done", value, time.monotonic() - start))
    except MemoryError:
        kind, reason = "leaving", f"needs more memory than {limits.memory_mb} MB (setting memory_mb)"
    except (StopRun, CallError) as error:
        return "stop", pickle.dumps(_Reply("stop", error, time.monotonic() - start))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):  # the machine's fault, and every further document would pay
            stop = StopRun(f"no space is left on the disk ({error.strerror}); make room, and run again to go on")
            return "stop", pickle.dumps(_Reply("stop", stop, time.monotonic() - start))
        kind, reason = "failed", f"internal error: {type(error).__name__}: {error}"
    except (Exception, SystemExit) as error:
        if os.environ.get("EXTRACTOR_DEBUG"):
            traceback.print_exc(file=sys.stderr)
        kind, reason = "failed", f"internal error: {type(error).__name__}: {error}"
    return kind, pickle.dumps(_Reply(kind, reason, time.monotonic() - start))


def _limit_memory(megabytes: int) -> None:
    """Address space: what an idle worker has, and `megabytes` on top. Systems without such a limit go without."""
    pages = 0
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + megabytes * 1_000_000
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
