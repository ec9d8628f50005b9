"""SIGINT and SIGTERM: the first ends a run where nothing finished is lost, the second ends the process at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

STATUS: Final = 130
POLL: Final = 0.2  # seconds after which whoever waits looks whether the run is to end
GRACE: Final = 5.0  # seconds that calls in flight have to end
MESSAGE: Final = b"\nextractor: stopping; no new call goes out, finished work is written; once more ends it at once\n"

_asked = threading.Event()


def asked() -> bool:
    """Whether the run is to end."""
    return _asked.is_set()


@contextlib.contextmanager
def heeded(first: Callable[[], None]) -> Iterator[None]:
    """Within the block the first signal calls `first` and is noted; outside of the main thread nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(number: int, frame: FrameType | None) -> None:
        if _asked.is_set():
            end_at_once()
        _asked.set()
        os.write(2, MESSAGE)
        first()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _asked.clear()


def end_at_once() -> None:
    """Kills the workers, with all that they started, and this process."""
    for child in multiprocessing.active_children():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid or 0, signal.SIGKILL) if child.pid else None
    os._exit(STATUS)
