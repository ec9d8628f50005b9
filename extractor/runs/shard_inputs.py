"""The documents of a shard, brought to the local disk and hashed. Files of this machine's disks are read in place."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path, PurePosixPath

from extractor.errors import StopRun
from extractor.ledger.store import Input
from extractor.runs import object_folders
from extractor.runs.object_folders import ObjectFolder, Refused, is_remote
from extractor.runs.planning import file_etag
from extractor.runs.shards import Entry

THREADS = 8
"""Documents that are fetched at once: a request waits some 20 ms for a store, and takes 1 ms of CPU."""
CHANGED = "changed since it was planned; run plan again"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def fetch(entries: Sequence[Entry], folder: Path, max_bytes: int) -> list[Input]:
    """The inputs, in order, each with the content that was planned or with the reason why not.

    Raises `StopRun` where the disk is full, and where no document at all may be read.
    """
    refused = 0

    def one(numbered: tuple[int, Entry]) -> Input | Refused:
        number, entry = numbered
        try:
            return _copied(entry, folder / f"{number:06d}{_suffix(entry.url)}", max_bytes)
        except Refused as error:
            return error
        except OSError as error:
            if error.errno in NO_SPACE:
                raise StopRun(f"{folder}: no space is left for the documents of a shard; make room") from None
            return _failed(entry, f"cannot be opened: {(error.strerror or str(error)).lower()}")

    inputs: list[Input] = []
    with ThreadPoolExecutor(THREADS) as threads:
        for entry, got in zip(entries, threads.map(one, enumerate(entries)), strict=True):
            refused += isinstance(got, Refused)
            if refused and refused == len(entries):
                raise StopRun(str(got))
            inputs.append(_failed(entry, "the store gives no right to read it") if isinstance(got, Refused) else got)
    return inputs


def _copied(entry: Entry, target: Path, max_bytes: int) -> Input:
    if entry.size > max_bytes:
        return _failed(entry, f"{entry.size:,} bytes are more than the {max_bytes:,} that setting max_bytes allows")
    if not is_remote(entry.url):
        return _in_place(entry)
    scheme, _, rest = entry.url.partition("://")
    bucket, _, key = rest.partition("/")
    got = _store(f"{scheme}://{bucket}").fetch(key, target)
    if got is None:
        return _failed(entry, "not there any more")
    if entry.etag and got.etag != entry.etag:
        return _failed(entry, CHANGED)
    return Input(entry.name, target, got.size, got.sha256, None)


def _in_place(entry: Entry) -> Input:
    path = Path(entry.url)
    if file_etag(path) != entry.etag:
        return _failed(entry, CHANGED)
    with path.open("rb") as file:
        return Input(entry.name, path, entry.size, hashlib.file_digest(file, "sha256").hexdigest(), None)


def _failed(entry: Entry, reason: str) -> Input:
    return Input(entry.name, Path(entry.url), entry.size, None, reason)


def _suffix(url: str) -> str:
    return PurePosixPath(url).suffix.lower()


@lru_cache(64)
def _store(base: str) -> ObjectFolder:
    return object_folders.opened(base)
