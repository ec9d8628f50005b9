"""What is done of a place, and what is not: one view over all workers, from markers, splits and leases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from extractor.errors import CallError
from extractor.runs import shards, work_units
from extractor.runs.at_once import at_once
from extractor.runs.object_folders import Object, ObjectFolder
from extractor.runs.shard_parts import Marker
from extractor.runs.shards import Block
from extractor.runs.work_units import Unit

RATE_WINDOW = timedelta(minutes=15)
"""The rate is that of the last quarter of an hour: workers come and go."""
CALLS = "call"
REASONS = 20
"""Failures that are named."""


class JobCall(NamedTuple):
    """What a fingerprint stands for: engine, schemas and settings of the workers."""

    fingerprint: str
    engine: str
    schemas: tuple[str, ...]
    settings: dict[str, Any]
    version: str


class JobStatus(NamedTuple):
    """The state of a place for one fingerprint, or of a run in a folder (which has no `shards`).

    Units are shards and parts of shards, in a folder documents: `waiting` (nobody holds it), `leased` (held when the
    lease was last written), `done`, of them `with_failures`; `set_aside` counts documents. `rate` is documents a second
    by the store's clock, `seconds_left` what the waiting and leased ones take at that rate; both None where nothing
    tells.
    """

    fingerprint: str
    shards: int
    waiting: int
    leased: int
    done: int
    with_failures: int
    set_aside: int
    documents: int
    documents_done: int
    documents_failed: int
    pages: int
    forms: int
    settled: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    money: float | None
    reasons: tuple[tuple[str, str], ...]
    rate: float | None
    seconds_left: float | None

    @property
    def left(self) -> int:
        """Units that are not done."""
        return self.waiting + self.leased


def calls(folder: ObjectFolder) -> list[JobCall]:
    """What workers were started with, the last one last."""
    found = sorted(folder.objects(CALLS), key=lambda item: (item.modified, item.key))
    return [_call(folder, item) for item in found]


def _call(folder: ObjectFolder, item: Object) -> JobCall:
    told = json.loads(folder.get(item.key) or b"{}")
    mark = item.key.rsplit("/", 1)[1].removesuffix(".json")
    return JobCall(mark, told["engine"], tuple(told["schemas"]), told["settings"], told["version"])


def call_named(folder: ObjectFolder, prefix: str | None) -> JobCall:
    """The call whose fingerprint starts with `prefix`; without one, that of the worker that was started last."""
    there = calls(folder)
    if not there:
        shards.blocks(folder)
        raise CallError(f"{folder.url}: no worker was here yet; start one with: extractor work {folder.url}")
    fitting = [call for call in there if call.fingerprint.startswith(prefix or "")]
    if not fitting:
        names = ", ".join(call.fingerprint[:8] for call in there)
        raise CallError(f"no call here has a fingerprint that starts with {prefix}; there are: {names}")
    return fitting[-1]


class UnitState(NamedTuple):
    """A unit, with its marker where it is done, and when that was written."""

    unit: Unit
    marker: Marker | None
    written: datetime | None


def unit_states(folder: ObjectFolder, fingerprint: str, blocks: Sequence[Block]) -> Iterator[UnitState]:
    """All units of a place, in the order of their documents."""
    for block in blocks:
        state = work_units.state(folder, fingerprint, block.name)
        units = list(state.units(block))
        keys = [work_units.done_key(fingerprint, unit) if unit.name in state.done else None for unit in units]
        bodies = at_once(lambda key: None if key is None else folder.get(key), keys)
        for unit, body in zip(units, bodies, strict=True):
            done = state.done.get(unit.name)
            yield UnitState(unit, Marker.of(body) if body else None, done.modified if done else None)


def status(folder: ObjectFolder, call: JobCall) -> JobStatus:
    """The state of a place for one call."""
    heads = shards.heads(folder)
    blocks = shards.blocks(folder)
    states = list(unit_states(folder, call.fingerprint, blocks))
    markers = [state.marker for state in states if state.marker is not None]
    documents = sum(head.documents for head in heads)
    rate = _rate([(s.written, s.marker.documents) for s in states if s.marker and s.written])
    reached = sum(marker.documents for marker in markers)
    prompt, completion = sum(m.prompt_tokens for m in markers), sum(m.completion_tokens for m in markers)
    open_units = sum(state.marker is None for state in states)
    leased = min(open_units, _leased(folder, call.fingerprint, states))
    reasons = [reason for marker in markers for reason in marker.reasons]
    return JobStatus(
        call.fingerprint, sum(block.shards for block in blocks), open_units - leased, leased, len(markers),
        sum(marker.failed > 0 for marker in markers), sum(marker.set_aside for marker in markers), documents,
        sum(marker.done for marker in markers), sum(marker.failed for marker in markers),
        sum(marker.pages for marker in markers), sum(marker.forms for marker in markers),
        sum(marker.settled for marker in markers), sum(marker.calls for marker in markers), prompt, completion,
        money_of(prompt, completion, call.settings), tuple(reasons[:REASONS]), rate,
        None if not rate else (documents - reached) / rate,
    )  # fmt: skip


def _leased(folder: ObjectFolder, fingerprint: str, states: Sequence[UnitState]) -> int:
    """Open units whose latest lease was not given up; whether its owner lives, only workers find out."""
    open_ = {(state.unit.block, state.unit.name) for state in states if state.marker is None}
    last: dict[tuple[str, str], Object] = {}
    for block in sorted({block for block, _ in open_}):
        for item in folder.objects(f"lease/{fingerprint}/{block}"):
            name = item.key.rsplit("/", 2)[1]
            if (block, name) not in last or last[block, name].key < item.key:
                last[block, name] = item
    return sum(item.size > 0 for key, item in last.items() if key in open_)


def _rate(written: Sequence[tuple[datetime, int]]) -> float | None:
    """Documents a second, from what the store says of the last markers."""
    if len(written) < 2:
        return None
    latest = max(when for when, _ in written)
    window = [(when, count) for when, count in written if latest - when <= RATE_WINDOW]
    first = min(when for when, _ in window)
    seconds = (latest - first).total_seconds()
    return sum(count for when, count in window if when > first) / seconds if seconds > 0 else None


def money_of(prompt: int, completion: int, settings: Mapping[str, Any]) -> float | None:
    """What tokens cost, where the settings name their prices."""
    prices = settings.get("price_prompt"), settings.get("price_completion")
    if prices[0] is None or prices[1] is None:
        return None
    return float((prompt * prices[0] + completion * prices[1]) / 1_000_000)
