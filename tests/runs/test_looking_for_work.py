"""How a worker looks for work: few blocks at a time, each once, and those that may hold a dead worker's lease again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.config import Settings
from extractor.runs import shards
from extractor.runs.fingerprint import fingerprint
from extractor.runs.leases import FREE, LeaseBook, LeaseState
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.run import load_schemas
from extractor.runs.work import LOOK, again_first
from tests.runs.job_cases import LEASE, Clock, many, memory, planned, without_processes, worked

__all__ = ["without_processes"]
pytestmark = pytest.mark.usefixtures("without_processes")
BLOCK_EACH = shards.ShardSize(pages=1, shards_in_block=1)
BLOCKS = 10 * LOOK


def held_by_the_dead(place: ObjectFolder) -> None:
    """Every shard has a lease whose owner says nothing any more."""
    book = LeaseBook(place, fingerprint(Settings(), load_schemas(()), "rules"), LEASE)
    for block in shards.blocks(place):
        assert book.take(block.name, shards.shard_name(0), FREE)


def test_a_dead_workers_lease_is_found_without_going_round_all_blocks(tmp_path: Path) -> None:
    place, clock = memory(), Clock()
    planned(place, many(tmp_path / "in", BLOCKS), size=BLOCK_EACH)
    held_by_the_dead(place)
    assert worked(place, tmp_path / "w", clock, units=1).units == 1
    assert LEASE <= clock.now <= 5 * LEASE


def test_all_that_dead_workers_held_is_done(tmp_path: Path) -> None:
    place = memory()
    planned(place, many(tmp_path / "in", 3 * LOOK), size=BLOCK_EACH)
    held_by_the_dead(place)
    did = worked(place, tmp_path / "w")
    assert (did.units, did.left) == (3 * LOOK, 0)


@pytest.mark.parametrize("blocks", [1, LOOK, LOOK + 3])
def test_a_look_asks_for_each_block_once_and_for_few_blocks(
    blocks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = memory()
    planned(place, many(tmp_path / "in", blocks), size=BLOCK_EACH)
    held_by_the_dead(place)
    asked: list[str] = []
    states = LeaseBook.states

    def noted(self: LeaseBook, block: str) -> Mapping[str, LeaseState]:
        asked.append(block)
        return states(self, block)

    monkeypatch.setattr(LeaseBook, "states", noted)
    assert worked(place, tmp_path / "w", wait=False).left == blocks
    assert len(asked) == len(set(asked)) == min(blocks, LOOK)


@given(st.integers(1, 5 * LOOK))
def test_looks_that_find_nothing_go_round_all_blocks_and_see_each_twice(count: int) -> None:
    blocks, seen = list(range(count)), list[set[int]]()
    for _ in range(count):
        look = blocks[:LOOK]
        seen.append(set(look))
        blocks = again_first(blocks[len(look) :] + look)
    assert set().union(*seen) == set(range(count))
    for first, second in pairwise(seen):
        assert len(first & second) >= min(LOOK, count) // 2
