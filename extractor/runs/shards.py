"""Inputs in shards: cut by what they hold, never by who will work on them.

A place holds `job/NUMBER.json` (a plan's head, written last, made only if absent), which names blocks of up to 1,000
shards; each shard is a manifest, `manifest/BLOCK/SHARD.jsonl`, a line an input. A further plan adds blocks and
changes none. Where two plans have an input of the same name, the later one counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal, NamedTuple
from uuid import uuid4

from extractor.errors import CallError
from extractor.runs.object_folders import ObjectFolder

Kind = Literal["text", "pdf", "image"]
HEADS = "job"


class ShardSize(NamedTuple):
    """The most that a shard holds. Pages are estimated from bytes: a plan opens no file.

    500 pages are some seconds of text, some minutes of scans: little is lost with a worker, and a shard's own costs
    (five objects, a dozen requests) stay below a thousandth of reading it. 256 MiB fit the disk of the smallest worker.
    """

    pages: int = 500
    bytes: int = 256 * 1024 * 1024
    shards_in_block: int = 1_000  # one LIST request tells the state of a block


SIZE = ShardSize()
BYTES_PER_PAGE: dict[Kind, int] = {"text": 4_000, "pdf": 50_000, "image": 2_000_000}
"""What a page of each kind takes on average in the samples; a document counts as one page at least."""
IMAGES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")


class Entry(NamedTuple):
    """An input: the name of its document, where it is (a path, or a URL of a store), its ETag and bytes."""

    name: str
    url: str
    etag: str
    size: int


class Block(NamedTuple):
    """Up to 1,000 shards of one kind, `0000` and on, with what they hold together."""

    name: str
    kind: Kind
    shards: int
    documents: int
    bytes: int


class Head(NamedTuple):
    """What one plan added."""

    number: int
    blocks: tuple[Block, ...]

    @property
    def documents(self) -> int:
        """The inputs of all blocks."""
        return sum(block.documents for block in self.blocks)


def kind_of(url: str) -> Kind:
    """Whether an input is text, PDF or image, told from its suffix."""
    suffix = PurePosixPath(url).suffix.lower()
    return "pdf" if suffix == ".pdf" else "image" if suffix in IMAGES else "text"


def pages_of(entry: Entry) -> int:
    """An estimate of an input's pages."""
    return max(1, entry.size // BYTES_PER_PAGE[kind_of(entry.url)])


@dataclass
class _Open:
    """The shard of one kind that is being filled."""

    entries: list[Entry] = field(default_factory=list)
    pages: int = 0
    bytes: int = 0


def cut(entries: Iterable[Entry], size: ShardSize = SIZE) -> Iterator[tuple[Kind, list[Entry]]]:
    """The inputs in shards of one kind each, in their order. Memory: one open shard a kind."""
    open_: dict[Kind, _Open] = {}
    for entry in entries:
        kind = kind_of(entry.url)
        shard = open_.setdefault(kind, _Open())
        pages = pages_of(entry)
        if shard.entries and (shard.pages + pages > size.pages or shard.bytes + entry.size > size.bytes):
            yield kind, shard.entries
            shard = open_[kind] = _Open()
        shard.entries.append(entry)
        shard.pages, shard.bytes = shard.pages + pages, shard.bytes + entry.size
    for kind, shard in open_.items():
        if shard.entries:
            yield kind, shard.entries


def write(folder: ObjectFolder, entries: Iterable[Entry], number: int, size: ShardSize = SIZE) -> Head:
    """Writes the manifests of new shards, then the head that names them. Without inputs nothing is written."""
    filling: dict[Kind, Block] = {}
    full: list[Block] = []
    for kind, shard in cut(entries, size):
        block = filling.get(kind) or Block(uuid4().hex[:12], kind, 0, 0, 0)
        lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in shard)
        folder.put(manifest_key(block.name, shard_name(block.shards)), lines.encode("utf-8", "surrogatepass"))
        content = sum(entry.size for entry in shard)
        block = Block(block.name, kind, block.shards + 1, block.documents + len(shard), block.bytes + content)
        filling[kind] = block
        if block.shards == size.shards_in_block:
            full.append(filling.pop(kind))
    head = Head(number, (*full, *filling.values()))
    if head.blocks:
        body = json.dumps({"number": number, "plan": uuid4().hex, "blocks": [b._asdict() for b in head.blocks]})
        if not folder.put_if_absent(f"{HEADS}/{number:08d}.json", body.encode()):
            raise CallError(f"{folder.url}: another plan was made at the same time; run the same command again")
    return head


def heads(folder: ObjectFolder) -> list[Head]:
    """All plans of a place, in the order in which they were made."""
    found = []
    for key in sorted(item.key for item in folder.objects(HEADS)):
        told = json.loads(folder.get(key) or b"{}")
        found.append(Head(told["number"], tuple(Block(**block) for block in told["blocks"])))
    return found


def blocks(folder: ObjectFolder) -> list[Block]:
    """All blocks of a place; raises `CallError` where nothing was planned."""
    found = [block for head in heads(folder) for block in head.blocks]
    if not found:
        raise CallError(f"{folder.url}: nothing is planned here; make a plan with: extractor plan PATH --out PLACE")
    return found


def manifest_key(block: str, shard: str) -> str:
    """Where the manifest of a shard is."""
    return f"manifest/{block}/{shard}.jsonl"


def shard_name(number: int) -> str:
    """The name of a block's shard."""
    return f"{number:04d}"


def entries(folder: ObjectFolder, block: str, shard: str) -> Sequence[Entry]:
    """The inputs of a shard, in order."""
    body = folder.get(manifest_key(block, shard))
    if body is None:
        raise CallError(f"{folder.url}: {manifest_key(block, shard)} is missing, and the plan names it")
    return [Entry(*json.loads(line)) for line in body.decode("utf-8", "surrogatepass").splitlines()]
