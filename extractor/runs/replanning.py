"""`plan --failed`: documents that failed are planned again, under their names and as they are now.

A local run tries them again by itself. On a place a shard is done once for a fingerprint, also where documents of it
failed (an endpoint that gave no answer, a file that changed since); a new shard holds them, and counts instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extractor.ledger import copies, run_counts, store
from extractor.runs import object_folders, place_copies, shards
from extractor.runs.job_status import JobCall
from extractor.runs.object_folders import ObjectFolder, is_remote
from extractor.runs.planning import Planned, file_etag
from extractor.runs.shards import Entry


def plan_failed(folder: ObjectFolder, call: JobCall) -> Planned:
    """Adds shards of the documents that failed for a call and are still there."""
    object_folders.refuse_careless(folder)
    number = 1 + max(head.number for head in shards.heads(folder))
    with place_copies.folder_of(folder, call.fingerprint) as copy, store.reading(copy) as ledger:
        entries = (entry for name, address in copies.failed(ledger) for entry in _now(name, address))
        head = shards.write(folder, entries, number)
        known = run_counts.counts(ledger).documents - head.documents
    return Planned(head.documents, 0, sum(block.shards for block in head.blocks), known)


def _now(name: str, address: str) -> Iterator[Entry]:
    """The input as it is now; nothing where it is gone."""
    if is_remote(address):
        base, _, last = address.rpartition("/")
        item = object_folders.opened(base).head(last)
        if item is not None:
            yield Entry(name, address, item.etag, item.size)
    elif Path(address).is_file():
        yield Entry(name, address, file_etag(Path(address)), Path(address).stat().st_size)
