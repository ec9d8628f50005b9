"""Large folders, listed in ranges: the same objects in the same order, whatever the ranges and whoever changes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.runs import at_once, key_ranges, object_folders
from extractor.runs.object_folders import Object, ObjectFolder
from tests.runs.job_cases import inputs, memory, planned

KEYS = ["a.txt", "b/1.txt", "b/2.txt", "b0.txt", "c.txt", "d.txt", "报告.txt"]


def filled() -> ObjectFolder:
    place = memory()
    for key in KEYS:
        place.put(key, key.encode())
    return place


@pytest.mark.parametrize("cuts", [[], ["b/2.txt"], ["a.txt", "b0.txt", "报告.txt"], ["b/15.txt", "gone.txt"], KEYS])
def test_ranges_give_what_one_list_gives(cuts: list[str]) -> None:
    place = filled()
    assert list(key_ranges.objects(place, cuts)) == list(place.objects())


class Listing(ObjectFolder):
    """A folder that counts its lists, and may ignore where one is to begin, or list in another order."""

    lists = 0
    heeds = True
    step = 1

    def objects(self, prefix: str = "", after: str = "") -> Iterator[Object]:
        self.lists += 1
        return iter(list(super().objects(prefix, after if self.heeds else ""))[:: self.step])


def listing() -> Listing:
    return Listing("memory://place", filled().store)


def test_a_store_that_ignores_where_a_list_begins_gives_each_object_once() -> None:
    place = listing()
    place.heeds = False
    assert [item.key for item in key_ranges.objects(place, ["b/2.txt", "c.txt"])] == KEYS


def test_a_store_without_an_order_is_listed_as_a_whole() -> None:
    place = listing()
    place.step = -1
    assert [item.key for item in key_ranges.objects(place, ["b/2.txt", "c.txt"])] == KEYS[::-1]
    assert place.lists == 2


def test_a_second_plan_lists_behind_what_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New, changed and removed inputs of a store are found in ranges as in one list."""
    store = listing()
    monkeypatch.setattr(object_folders, "opened", lambda url: store)
    monkeypatch.setattr(key_ranges, "KEYS", 2)
    job = memory()
    assert _plan(job) == (7, 0)
    store.put("b/3.txt", b"new")
    store.put("d.txt", b"changed")
    store.delete("b0.txt")
    store.lists = 0
    assert _plan(job) == (2, 1)
    assert store.lists == 1 + 4, "a first page, and four ranges of the seven keys that were known"
    assert _plan(job) == (0, 0)
    assert planned(job, inputs(tmp_path / "in", {"z.txt": "z"})).documents == 1


def _plan(job: ObjectFolder) -> tuple[int, int]:
    from extractor.runs import planning

    made = planning.plan(["s3://box/in"], job)
    return made.documents, made.changed


def test_results_come_in_order_and_no_more_are_begun_than_threads() -> None:
    begun: list[int] = []
    lock = threading.Lock()

    def do(number: int) -> int:
        with lock:
            begun.append(number)
        return number * number

    results = at_once.at_once(do, range(100))
    assert next(results) == 0
    assert max(begun) < at_once.THREADS
    assert list(results) == [number * number for number in range(1, 100)]
