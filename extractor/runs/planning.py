"""`plan`: finds inputs on disks, in object stores and in lists, and cuts what is new into shards of a place.

Nothing is opened: an input is its name, its address, its ETag and its bytes. What a place has is passed over, by
address and ETag; an input that changed is planned again under its name, and counts instead of the earlier one.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from extractor.errors import CallError
from extractor.runs import discovery, key_ranges, object_folders, shards
from extractor.runs.at_once import at_once
from extractor.runs.discovery import COMPANIONS
from extractor.runs.object_folders import ObjectFolder, is_remote
from extractor.runs.shards import SIZE, Entry, ShardSize

ADDRESSES = ("url", "path")
"""The columns of a table of inputs that may hold their addresses."""


class Planned(NamedTuple):
    """What a plan added to a place: inputs (some of them instead of earlier ones), shards; what was there already."""

    documents: int
    changed: int
    shards: int
    known: int


class _Input(NamedTuple):
    """An input as it was found: the names that it may have, the wanted one first, its address, ETag, bytes."""

    name: Callable[[Callable[[str], bool]], str]
    url: str
    etag: str
    size: int


def plan(paths: Sequence[str], folder: ObjectFolder, lists: Sequence[str] = (), size: ShardSize = SIZE) -> Planned:
    """Adds the inputs of `paths` and `lists` to a place. Raises `CallError` where there is none."""
    object_folders.refuse_careless(folder)
    before = shards.heads(folder)
    with _Known.filled(folder, before) as known:
        added = known.new(_found(paths, lists, folder, known))
        head = shards.write(folder, added, 1 + max((h.number for h in before), default=0), size)
        if not known.seen:
            raise CallError(f"no documents in {', '.join([*paths, *lists])}: give files, folders, or stores with some")
        return Planned(head.documents, known.changed, sum(b.shards for b in head.blocks), known.seen - head.documents)


class _Known:
    """The inputs of a place, in a temporary file: memory must not grow with them."""

    def __init__(self, ledger: sqlite3.Connection) -> None:
        self.ledger = ledger
        self.seen = self.changed = 0
        ledger.execute("CREATE TABLE inputs (name TEXT PRIMARY KEY, url TEXT UNIQUE, etag TEXT) WITHOUT ROWID")

    @classmethod
    @contextlib.contextmanager
    def filled(cls, folder: ObjectFolder, heads: Sequence[shards.Head]) -> Iterator[_Known]:
        with contextlib.ExitStack() as stack:
            scratch = stack.enter_context(tempfile.TemporaryDirectory())
            known = cls(stack.enter_context(contextlib.closing(sqlite3.connect(Path(scratch) / "known.sqlite"))))
            names = (
                (block.name, shards.shard_name(number))
                for head in heads
                for block in head.blocks
                for number in range(block.shards)
            )
            for entries in at_once(lambda name: shards.entries(folder, *name), names):
                known._add(entries)
            yield known

    def _add(self, entries: Iterable[Entry]) -> None:
        rows = ((_text(e.name), _text(e.url), e.etag) for e in entries)
        self.ledger.executemany("INSERT OR REPLACE INTO inputs VALUES (?, ?, ?)", rows)

    def new(self, found: Iterable[_Input]) -> Iterator[Entry]:
        """Those that the place has not, or has otherwise."""
        for one in found:
            self.seen += 1
            row = self.ledger.execute("SELECT name, etag FROM inputs WHERE url = ?", (_text(one.url),)).fetchone()
            if row is not None and row[1] == one.etag:
                continue
            self.changed += row is not None
            entry = Entry(row[0] if row else one.name(self._taken), one.url, one.etag, one.size)
            self._add([entry])
            yield entry

    def cuts(self, url: str) -> list[str]:
        """Keys below a URL, in order, with `key_ranges.KEYS` known ones from one to the next."""
        base = f"{url.rstrip('/')}/"
        rows = self.ledger.execute(
            "SELECT url FROM (SELECT url, row_number() OVER (ORDER BY url) AS number FROM inputs"
            " WHERE url > ? AND url < ?) WHERE number % ? = 0 ORDER BY url",
            (base, f"{base[:-1]}0", key_ranges.KEYS),  # 0 is the character behind /
        )
        return [found.removeprefix(base) for (found,) in rows]

    def _taken(self, name: str) -> bool:
        return self.ledger.execute("SELECT 1 FROM inputs WHERE name = ?", (_text(name),)).fetchone() is not None


def _text(name: str) -> str:
    return name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _found(paths: Sequence[str], lists: Sequence[str], out: ObjectFolder, known: _Known) -> Iterator[_Input]:
    for path in paths:
        if is_remote(path) and not path.startswith("file://"):
            yield from _stored(path, known)
        else:
            yield from _on_disk(Path(path.removeprefix("file://")), out)
    for listed in lists:
        yield from _listed(listed)


def _on_disk(path: Path, out: ObjectFolder) -> Iterator[_Input]:
    own = Path(out.url) if not is_remote(out.url) else Path(os.devnull) / "none"
    discovery.check([path], own)
    for found in discovery.walk_all([path], own):
        with contextlib.suppress(OSError):  # gone since it was listed
            url = os.path.abspath(found.path)  # noqa: PTH100  # a link to a file is an input of its own
            size = found.path.stat().st_size
            yield _Input(partial(discovery.free_name, found), url, file_etag(found.path), size)


def file_etag(path: Path) -> str:
    """What changes when a file of a disk is written: bytes and time."""
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def _stored(url: str, known: _Known) -> Iterator[_Input]:
    """The objects below a URL, hidden ones and companions left out; or the one object that it names."""
    folder = object_folders.opened(url)
    count = 0
    for item in key_ranges.objects(folder, known.cuts(url)):
        parts = item.key.split("/")
        count += 1
        if any(p.startswith((".", "~$")) for p in parts) or item.key.endswith(COMPANIONS):
            continue
        yield _Input(_names(item.key, url), f"{url.rstrip('/')}/{item.key}", item.etag, item.size)
    if not count:
        yield _one(url, None)


def _names(name: str, url: str) -> Callable[[Callable[[str], bool]], str]:
    """`name`, or where it is taken, with its URL in front."""
    return lambda taken: name if not taken(name) else f"{url.rstrip('/').partition('://')[2]}/{name}"


def _one(url: str, name: str | None) -> _Input:
    base, _, last = url.rstrip("/").rpartition("/")
    item = object_folders.opened(base).head(last)
    if item is None:
        raise CallError(f"{url}: no object, and none below it")
    return _Input(_names(name or last, base), url, item.etag, item.size)


def _listed(where: str) -> Iterator[_Input]:
    """The inputs that a list names: `-` and text, an address a line; CSV and Parquet, a column `url` or `path`."""
    for row in _rows(where):
        url = next((row[column] for column in ADDRESSES if row.get(column)), None)
        if url is None:
            raise CallError(f"{where}: a table of inputs needs a column {' or '.join(ADDRESSES)} without gaps")
        url = str(url).removeprefix("file://")
        if not is_remote(url):
            path = Path(url).absolute()
            if not path.is_file():
                raise CallError(f"{where}: {url}: no such file")
            found = discovery.Found(path, path, str(row.get("name") or path.name))
            yield _Input(partial(discovery.free_name, found), str(path), file_etag(path), path.stat().st_size)
        elif row.get("etag") and row.get("size"):
            base, _, last = url.rpartition("/")
            etag = object_folders.plain_etag(row["etag"])
            yield _Input(_names(str(row.get("name") or last), base), url, etag, int(row["size"]))
        else:
            yield _one(url, str(row["name"]) if row.get("name") else None)


def _rows(where: str) -> Iterator[dict[str, Any]]:
    if where == "-":
        yield from ({"url": line.strip()} for line in sys.stdin if line.strip())
        return
    path = Path(where)
    if not path.is_file():
        raise CallError(f"{where}: no such list of inputs")
    if path.suffix.lower() == ".parquet":
        from pyarrow import parquet

        for batch in parquet.ParquetFile(path).iter_batches(1_000):
            yield from batch.to_pylist()
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            yield from csv.DictReader(file)
        elif path.suffix.lower() == ".jsonl":
            yield from map(json.loads, file)
        else:
            yield from ({"url": line.strip()} for line in file if line.strip())
