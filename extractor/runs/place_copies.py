"""A place as a folder of a run: its ledger, from what markers name. What works on a folder then works on a place.

The copy is written unit by unit; memory does not grow. It holds the decisions that people made on the place, too.
Of two inputs of one name, the one of the later plan counts.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from extractor.ledger import copies, store
from extractor.ledger.copies import CopiedDocument
from extractor.ledger.migrations import transaction
from extractor.ledger.store import Ledger
from extractor.runs import job_status, place_decisions, result_files, shard_parts, shards
from extractor.runs.job_status import JobCall, UnitState
from extractor.runs.object_folders import ObjectFolder

DOCUMENTS_IN_SHARD = 1_000_000
DOCUMENTS_IN_BLOCK = 1_000 * DOCUMENTS_IN_SHARD
BLOCKS_IN_PLAN = 100_000
"""Positions are spaced, so that each document has its own without counting those before it."""


@contextlib.contextmanager
def folder_of(place: ObjectFolder, fingerprint: str | None = None, lines: bool = False) -> Iterator[Path]:
    """A temporary folder with the ledger of a place: that of the call that `fingerprint` names, or of the last one.

    `lines`: with `records.jsonl` and `documents.jsonl` beside it.
    """
    with tempfile.TemporaryDirectory(prefix="place-") as scratch:
        copy(place, job_status.call_named(place, fingerprint), Path(scratch))
        place_decisions.take(place, Path(scratch))
        if lines:
            with store.reading(Path(scratch)) as ledger:
                result_files.lines(ledger, Path(scratch))
        yield Path(scratch)


def copy(place: ObjectFolder, call: JobCall, directory: Path) -> None:
    """Writes the ledger of a place into a folder of the disk."""
    with store.writing(directory) as ledger:
        store.begin(ledger, call.fingerprint, call.engine, call.schemas, call.settings, call.version, ())
        heads = shards.heads(place)
        finished = True
        for number, head in reversed(list(enumerate(heads))):
            for place_in_head, block in enumerate(head.blocks):
                base = (number * BLOCKS_IN_PLAN + place_in_head) * DOCUMENTS_IN_BLOCK
                for state in job_status.unit_states(place, call.fingerprint, [block]):
                    finished = finished and state.marker is not None
                    with transaction(ledger):
                        _add(ledger, place, call, state, base + int(state.unit.shard) * DOCUMENTS_IN_SHARD, directory)
        if finished:
            store.finish(ledger)


def _add(ledger: Ledger, place: ObjectFolder, call: JobCall, state: UnitState, base: int, scratch: Path) -> None:
    results: dict[int, int] = {}
    for document in _documents(place, state, scratch):
        placed = document._replace(position=base + document.position)
        result = copies.add_document(ledger, call.fingerprint, placed)
        if result is not None:
            results[document.position] = result
    if state.marker is not None and results:
        for record in shard_parts.rows(place, state.marker, shard_parts.RECORDS, scratch):
            if record.position in results:
                copies.add_record(ledger, results[record.position], record)


def _documents(place: ObjectFolder, state: UnitState, scratch: Path) -> Iterator[Any]:
    """What a unit's part says of its documents; of one that is not done, its inputs, which wait."""
    if state.marker is not None:
        yield from shard_parts.rows(place, state.marker, shard_parts.DOCUMENTS, scratch)
        return
    unit = state.unit
    for number, entry in enumerate(shards.entries(place, unit.block, unit.shard)[unit.first : unit.last], unit.first):
        suffix = PurePosixPath(entry.url).suffix.lower()
        yield CopiedDocument(
            number, entry.name, entry.url, suffix, entry.size, None, "waiting", None, 0.0, 0, False, ""
        )
