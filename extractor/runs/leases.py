"""Leases: who works on what. They save work; nothing that must be right rests on them.

A lease is an object `lease/FINGERPRINT/BLOCK/UNIT/GENERATION`, made only if absent. Its owner overwrites it now and
then with another text. Who sees it unchanged for longer than the lease lasts, by a clock of their own, may make the
next generation. An empty lease was given up. Clocks of different machines are never compared.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from uuid import uuid4

from extractor.errors import StopRun
from extractor.runs.object_folders import Object, ObjectFolder

Clock = Callable[[], float]
SECONDS = 60.0
"""How long a lease lasts without a sign of life: a takeover waits that long, and each third of it costs a request."""
BEATS = 3
"""Heartbeats in the time of a lease: two may be lost."""


class LeaseState(NamedTuple):
    """The leases of one unit: the latest generation (0: none), whether it may be followed, and how many owners died."""

    generation: int
    free: bool
    deaths: int


FREE = LeaseState(0, True, 0)


class Lease(NamedTuple):
    """What this worker holds."""

    unit: str
    key: str
    generation: int


class LeaseBook:
    """The leases of one fingerprint, as this worker sees them."""

    def __init__(
        self, folder: ObjectFolder, fingerprint: str, seconds: float = SECONDS, clock: Clock = time.monotonic
    ) -> None:
        self.folder, self.seconds, self.clock = folder, seconds, clock
        self.owner = uuid4().hex
        self._prefix = f"lease/{fingerprint}"
        self._seen: dict[str, tuple[str, float]] = {}
        self._held: dict[str, Lease] = {}
        self._beats = 0
        self.share = 1.0
        self._lock = threading.Lock()  # a beat must not follow the last word about a lease

    def states(self, block: str) -> Mapping[str, LeaseState]:
        """The state of each unit of a block that has ever been leased. One LIST."""
        by_unit: dict[str, list[Object]] = {}
        for item in self.folder.objects(f"{self._prefix}/{block}"):
            by_unit.setdefault(item.key.rsplit("/", 2)[1], []).append(item)
        return {unit: self._state(items) for unit, items in by_unit.items()}

    def _state(self, items: Iterable[Object]) -> LeaseState:
        ordered = sorted(items, key=lambda item: item.key)
        last = ordered[-1]
        earlier = sum(item.size > 0 for item in ordered[:-1])
        free = last.size == 0 or self._expired(last)
        dead = earlier + (free and last.size > 0)
        return LeaseState(int(last.key.rsplit("/", 1)[1]), free, dead)

    def _expired(self, item: Object) -> bool:
        """Unchanged for longer than a lease lasts, since this worker saw it first."""
        now = self.clock()
        etag, since = self._seen.get(item.key, ("", now))
        if etag != item.etag:
            etag, since = item.etag, now
            self._seen[item.key] = (etag, since)
        return now - since >= self.seconds

    def take(self, block: str, unit: str, state: LeaseState) -> Lease | None:
        """The next generation of a unit's lease, or None where another worker was first."""
        generation = state.generation + 1
        key = self._key(f"{block}/{unit}", generation)
        if not self.folder.put_if_absent(key, self._text()):
            return None
        lease = Lease(f"{block}/{unit}", key, generation)
        self._held[key] = lease
        return lease

    def _key(self, unit: str, generation: int) -> str:
        return f"{self._prefix}/{unit}/{generation:04d}"

    def count(self) -> None:
        """See what share of all live leases is held here: one LIST for 1,000 of them."""
        last: dict[str, Object] = {}
        for item in self.folder.objects(self._prefix):
            unit = item.key.rsplit("/", 1)[0]
            if unit not in last or last[unit].key < item.key:
                last[unit] = item
        live = sum(item.size > 0 and not self._expired(item) for item in last.values())
        self.share = min(1.0, max(len(self._held), 1) / max(live, 1))

    def beat(self) -> None:
        """Show life: overwrite the leases that are held."""
        for key in list(self._held):
            with self._lock:
                if key in self._held:
                    self.folder.put(key, self._text())

    def give_up(self, lease: Lease) -> None:
        """Let others have it at once."""
        with self._lock, contextlib.suppress(StopRun):
            if self._held.pop(lease.key, None):
                self.folder.put(lease.key, b"")

    def end(self, lease: Lease) -> None:
        """The work is done: the lease is of no use any more, nor are those of owners that died before."""
        with self._lock, contextlib.suppress(StopRun):
            if self._held.pop(lease.key, None):
                for generation in range(1, lease.generation + 1):
                    self.folder.delete(self._key(lease.unit, generation))

    def give_up_all(self) -> None:
        """Let others have all that is held."""
        for lease in list(self._held.values()):
            self.give_up(lease)

    def _text(self) -> bytes:
        """Another text each time: the ETag of a store may be a hash of the content."""
        self._beats += 1
        return f"{self.owner} {self._beats}".encode()


class Heartbeat:
    """A thread that shows life for as long as the block; a store that is out of order costs a beat, not the work."""

    def __init__(self, book: LeaseBook, count: bool = False) -> None:
        self._book, self._count, self._over = book, count, threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def _run(self) -> None:
        while not self._over.wait(self._book.seconds / BEATS):
            with contextlib.suppress(Exception):
                self._book.beat()
                if self._count:
                    self._book.count()

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
