"""Documents that OCR has read, kept in a place: a takeover and another engine need not spend seconds a page again.

`reading/MARK/SHA256SUFFIX`, made only if absent: MARK is the fingerprint of all that can change a reading. A reading is
put there as soon as its document is done, though the shard is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from extractor.ledger import readings
from extractor.ledger.migrations import transaction
from extractor.ledger.readings import Reading
from extractor.ledger.store import Input, Ledger
from extractor.runs.object_folders import ObjectFolder

THREADS = 8
"""Readings that are asked for at once: each costs some 20 ms of waiting."""


def keep(folder: ObjectFolder, sha256: str, suffix: str, reading: Reading) -> None:
    """Puts a reading into the place; the first one of a content stays."""
    folder.put_if_absent(_key(sha256, suffix, reading.mark), reading.body)


def recall(folder: ObjectFolder, inputs: Iterable[Input], mark: str, ledger: Ledger) -> int:
    """Brings the readings of some inputs into the ledger that the reading processes ask; gives their number."""
    wanted = [(one.sha256, one.path.suffix.lower()) for one in inputs if one.sha256 is not None]
    with ThreadPoolExecutor(THREADS) as threads:
        bodies = list(threads.map(lambda one: folder.get(_key(one[0], one[1], mark)), wanted))
    found = [(one, body) for one, body in zip(wanted, bodies, strict=True) if body is not None]
    with transaction(ledger):
        for (sha256, suffix), body in found:
            readings.keep(ledger, sha256, suffix, Reading(mark, body))
    return len(found)


def _key(sha256: str, suffix: str, mark: str) -> str:
    return f"reading/{mark}/{sha256}{suffix}"
