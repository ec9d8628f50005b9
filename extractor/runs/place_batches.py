"""Batches of a place: the questions of each shard go out at batch price, and `work` finds their answers.

`batch/FINGERPRINT/BLOCK/UNIT/NUMBER`, made only if absent, is what is known of a shard's batches; the last number
counts. It is written before the provider hears of a batch, so that of two that would send the same questions one is
refused. A shard is held by a lease meanwhile. Answers become `answer/KEY`, where every worker looks first.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from extractor.config import Settings
from extractor.engines.llm import batch_api
from extractor.engines.llm.endpoint_options import options
from extractor.ledger import batch_rows, readings, store
from extractor.ledger.store import Ledger
from extractor.runs import batches, object_folders, run, shard_inputs, shards, shared_readings, work_units
from extractor.runs.batches import Submitted
from extractor.runs.fingerprint import fingerprint, reading_mark
from extractor.runs.leases import FREE, SECONDS, Heartbeat, LeaseBook
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.run import Plan
from extractor.runs.shared_calls import PlaceCalls
from extractor.runs.work_units import Unit
from extractor.version import __version__

BATCHES = "batch"
NOTHING = b'{"batches": [], "requests": []}'
Sleep = Callable[[float], None]


class _Wanted(NamedTuple):
    """A unit under one fingerprint."""

    mark: str
    unit: Unit

    @property
    def prefix(self) -> str:
        return f"{BATCHES}/{self.mark}/{self.unit.block}/{self.unit.name}"


class _Overtaken(Exception):
    """Another call has gone on with the shard."""


@dataclass
class _Held:
    """A unit that this call holds: its folder on the disk, and its ledger with what is known of its batches."""

    place: ObjectFolder
    wanted: _Wanted
    calls: PlaceCalls
    folder: Path
    ledger: Ledger
    number: int = 0
    text: bytes = NOTHING

    @property
    def file(self) -> Path:
        return self.folder / store.FILE

    def recall(self) -> None:
        """What the place knows of the unit's batches."""
        keys = sorted(item.key for item in self.place.objects(self.wanted.prefix))
        if keys:
            self.number = int(keys[-1].rsplit("/", 1)[1])
            self.text = self.place.get(keys[-1]) or NOTHING
            batch_rows.load(self.ledger, self.text)

    def keep(self) -> None:
        """Tells the place what is known now. Raises `_Overtaken` where another call was first."""
        text = batch_rows.dump(self.ledger)
        if text == self.text:
            return
        self.number, self.text = self.number + 1, text
        if not self.place.put_if_absent(f"{self.wanted.prefix}/{self.number:06d}", text):
            raise _Overtaken


def submit(place: ObjectFolder, plan: Plan, sleep: Sleep = time.sleep) -> Submitted:
    """Sends off the questions of all shards that are not done, a batch or more for each.

    Raises `CallError` where nothing is planned, or the engine asks no model.
    """
    batches.refuse_silent(plan.engine)
    object_folders.refuse_careless(place)
    mark = fingerprint(plan.settings, run.load_schemas(plan.schemas, plan.settings.labels), plan.engine)
    open_ = [unit for block in shards.blocks(place) for unit in work_units.state(place, mark, block.name).open(block)]
    asked = {key: wanted.prefix for wanted, text in _known(place) for key in batch_rows.waiting(text)}
    sent: list[Submitted] = []
    _each(place, [_Wanted(mark, unit) for unit in open_], lambda h: sent.append(_submitted(h, plan, asked)), sleep)
    return Submitted(sum(one.documents for one in sent), sum(one.requests for one in sent))


def _submitted(held: _Held, plan: Plan, asked: dict[str, str]) -> Submitted:
    """Sends off the questions of a unit but those that another has `asked`: two may hold the same document."""
    unit, settings = held.wanted.unit, plan.settings
    entries = shards.entries(held.place, unit.block, unit.shard)[unit.first : unit.last]
    inputs = shard_inputs.fetch(entries, held.folder, settings.max_bytes)
    if shards.kind_of(entries[0].url) != "text":
        shared_readings.recall(held.place, inputs, reading_mark(settings), held.ledger)
    names = run.names_of(plan.schemas)
    store.begin(held.ledger, held.wanted.mark, plan.engine, names, settings.public(), __version__, inputs)
    own = held.wanted.prefix
    sent = batches.sent(
        plan._replace(out=held.folder), held.ledger, held.calls, held.keep, lambda key: asked.get(key, own) != own
    )
    asked.update(dict.fromkeys(batch_rows.waiting(batch_rows.dump(held.ledger)), own))
    for sha256, suffix, reading in readings.every(held.ledger):  # `work` need not read them by OCR once more
        shared_readings.keep(held.place, sha256, suffix, reading)
    return sent


def collect(place: ObjectFolder, settings: Settings, sleep: Sleep = time.sleep) -> batch_api.Collected:
    """Brings in what is finished: answers go to the place, for all workers."""
    got: list[batch_api.Collected] = []

    def one(held: _Held) -> None:
        got.append(asyncio.run(batch_api.collect(options(settings), held.file)))
        for key, body in held.ledger.execute("SELECT key, body FROM responses"):
            held.calls.keep(key, body.encode("utf-8", "surrogatepass"))
        held.keep()  # last: until then the provider is asked again, which costs nothing

    _each(place, [wanted for wanted, text in _known(place) if not batch_rows.are_over(text)], one, sleep)
    return batch_api.Collected(*map(sum, zip(*got, strict=True))) if got else batch_api.Collected(0, 0, 0)


def status(place: ObjectFolder, settings: Settings) -> list[batch_api.Status]:
    """The batches of a place."""
    with tempfile.TemporaryDirectory(prefix="extractor-") as folder, store.writing(Path(folder)) as ledger:
        for _, text in _known(place):
            batch_rows.load(ledger, text)
        return asyncio.run(batch_api.status(options(settings), Path(folder) / store.FILE))


def _known(place: ObjectFolder) -> Iterator[tuple[_Wanted, bytes]]:
    """Each unit that has batches, with what is known of them."""
    last = {item.key.rpartition("/")[0]: item.key for item in sorted(place.objects(BATCHES), key=lambda one: one.key)}
    for prefix, key in last.items():
        _, mark, block, name = prefix.split("/")
        yield _Wanted(mark, Unit(block, name)), place.get(key) or NOTHING


def _each(place: ObjectFolder, wanted: Iterable[_Wanted], do: Callable[[_Held], None], sleep: Sleep) -> None:
    """Does something with each unit while this call holds it; waits for those that another call holds."""
    left = list(wanted)
    books = {mark: LeaseBook(place, f"{BATCHES}-{mark}") for mark, _ in left}
    with contextlib.ExitStack() as stack:
        for book in books.values():
            stack.callback(book.give_up_all)
            stack.enter_context(Heartbeat(book))
        while left:
            left = [one for one in left if not _done(place, one, books[one.mark], do)]
            if left:
                sleep(SECONDS / 6)


def _done(place: ObjectFolder, wanted: _Wanted, book: LeaseBook, do: Callable[[_Held], None]) -> bool:
    """Whether the unit was free, and was done."""
    state = book.states(wanted.unit.block).get(wanted.unit.name, FREE)
    lease = book.take(wanted.unit.block, wanted.unit.name, state) if state.free else None
    if lease is None:
        return False
    with tempfile.TemporaryDirectory(prefix="extractor-") as folder, store.writing(Path(folder)) as ledger:
        held = _Held(place, wanted, PlaceCalls(place, book), Path(folder), ledger)
        held.recall()
        with contextlib.suppress(_Overtaken):
            do(held)
    book.end(lease)
    return True
