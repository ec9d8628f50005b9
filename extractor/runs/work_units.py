"""What there is to do: shards, and where a shard kills its workers, halves of it, down to one document.

A unit is a shard (`0007`) or a range of its documents (`0007.0-250`). `done/FINGERPRINT/BLOCK/UNIT` is its commit;
`split/FINGERPRINT/BLOCK/UNIT`, made only if absent, says that its halves are done instead. Where a unit has both, the
commit counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from extractor.runs.object_folders import Object, ObjectFolder
from extractor.runs.shards import Block, shard_name

DEATHS = 3
"""Generations of a shard, or of one document, that may die: a machine that is taken away kills at random."""
DEATHS_OF_HALF = 1
"""Of a part of a shard that is known to kill: one more, and it is halved again."""


class Unit(NamedTuple):
    """A shard, or the documents `first` to `last` (exclusive) of one; `last` is None for all of it."""

    block: str
    shard: str
    first: int = 0
    last: int | None = None

    @property
    def name(self) -> str:
        """Its name in the block."""
        return self.shard if self.last is None else f"{self.shard}.{self.first}-{self.last}"

    def halves(self, documents: int) -> tuple[Unit, Unit]:
        """The two parts of a unit that has so many documents, two or more."""
        middle = self.first + documents // 2
        return self._replace(last=middle), self._replace(first=middle, last=self.first + documents)

    def may_die(self) -> int:
        """How many generations may die before it is halved, or set aside."""
        return DEATHS if self.last is None or self.last - self.first == 1 else DEATHS_OF_HALF


class BlockState(NamedTuple):
    """What is done of a block (markers by unit), and which units were halved (with their numbers of documents)."""

    done: Mapping[str, Object]
    halved: Mapping[str, int]

    def units(self, block: Block) -> Iterator[Unit]:
        """The units that together are the block: committed ones, and those that are open."""
        for number in range(block.shards):
            yield from self._parts(Unit(block.name, shard_name(number)))

    def _parts(self, unit: Unit) -> Iterator[Unit]:
        if unit.name in self.done or unit.name not in self.halved:
            yield unit
            return
        for half in unit.halves(self.halved[unit.name]):
            yield from self._parts(half)

    def open(self, block: Block) -> list[Unit]:
        """The units that are to be done."""
        if len(self.done) >= block.shards and not self.halved:
            return []
        return [unit for unit in self.units(block) if unit.name not in self.done]


def state(folder: ObjectFolder, fingerprint: str, block: str) -> BlockState:
    """The state of a block: two LISTs, and a GET for each unit that was halved."""
    done = {_last(item): item for item in folder.objects(f"done/{fingerprint}/{block}")}
    halved = {
        _last(item): int((folder.get(item.key) or b"").split()[0])
        for item in folder.objects(f"split/{fingerprint}/{block}")
    }
    return BlockState(done, halved)


def finished(folder: ObjectFolder, fingerprint: str) -> set[str]:
    """The blocks that somebody has found done. One LIST."""
    return {_last(item) for item in folder.objects(f"finished/{fingerprint}")}


def finish(folder: ObjectFolder, fingerprint: str, block: str, owner: str) -> None:
    """Tells all workers that a block is done, so that each need not look for itself."""
    folder.put_if_absent(f"finished/{fingerprint}/{block}", owner.encode())


def halve(folder: ObjectFolder, fingerprint: str, unit: Unit, documents: int, owner: str) -> None:
    """Says that the halves of a unit are to be done instead of it."""
    folder.put_if_absent(f"split/{fingerprint}/{unit.block}/{unit.name}", f"{documents} {owner}".encode())


def done_key(fingerprint: str, unit: Unit) -> str:
    """Where the commit of a unit is."""
    return f"done/{fingerprint}/{unit.block}/{unit.name}"


def _last(item: Object) -> str:
    return item.key.rsplit("/", 1)[1]
