"""What a plan makes of inputs: shards by content, further plans that change none, lists, and what is refused."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from extractor.errors import CallError
from extractor.runs import planning, shards
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.shards import Entry, ShardSize, cut
from tests.runs.job_cases import inputs, many, memory, planned


def entry(name: str, size: int = 100) -> Entry:
    return Entry(name, f"/{name}", "e", size)


def names(place: ObjectFolder) -> list[list[str]]:
    return [
        [one.name for one in shards.entries(place, block.name, shards.shard_name(number))]
        for block in shards.blocks(place)
        for number in range(block.shards)
    ]


def test_shards_are_cut_by_pages_bytes_and_kind() -> None:
    found = [
        entry("a.txt"),
        entry("b.pdf", 150_000),
        entry("c.txt"),
        entry("d.pdf", 100_000),
        entry("e.txt"),
        entry("f.png"),
    ]
    cut_ = [(kind, [one.name for one in shard]) for kind, shard in cut(found, ShardSize(pages=3))]
    assert cut_ == [("pdf", ["b.pdf"]), ("text", ["a.txt", "c.txt", "e.txt"]), ("pdf", ["d.pdf"]), ("image", ["f.png"])]
    by_bytes = [len(shard) for _, shard in cut([entry(f"{n}.txt", 40) for n in range(5)], ShardSize(bytes=100))]
    assert by_bytes == [2, 2, 1]


def test_a_document_that_is_larger_than_a_shard_has_one_of_its_own() -> None:
    found = [entry("a.pdf", 10), entry("b.pdf", 10**9), entry("c.pdf", 10)]
    assert [len(shard) for _, shard in cut(found)] == [1, 1, 1]


def test_a_further_plan_adds_shards_and_changes_none(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 10)
    assert planned(place, folder) == (10, 0, 3, 0)
    before = {item.key: item.etag for item in place.objects()}
    assert planned(place, folder) == (0, 0, 0, 10)
    assert {item.key: item.etag for item in place.objects()} == before
    inputs(folder, {"new.txt": "new"})
    assert planned(place, folder) == (1, 0, 1, 10)
    after = {item.key: item.etag for item in place.objects()}
    assert before.items() <= after.items()
    assert names(place)[-1] == ["new.txt"]


def test_an_input_that_changed_is_planned_again_under_its_name(tmp_path: Path) -> None:
    place, folder = memory(), many(tmp_path / "in", 2)
    planned(place, folder)
    inputs(folder, {"001.txt": "another text"})
    assert planned(place, folder) == (1, 1, 1, 1)
    assert names(place) == [["000.txt", "001.txt"], ["001.txt"]]


def test_names_are_unique_over_folders_and_plans(tmp_path: Path) -> None:
    place = memory()
    first, second = inputs(tmp_path / "a", {"x.txt": "1"}), inputs(tmp_path / "b", {"x.txt": "2"})
    planned(place, first)
    planned(place, second)
    found = [name for shard in names(place) for name in shard]
    assert found == ["x.txt", f"{second}/x.txt"]


def test_of_two_plans_at_once_one_is_told_to_come_again(tmp_path: Path) -> None:
    place = memory()
    shards.write(place, [entry("a.txt")], 1)
    with pytest.raises(CallError, match="another plan was made at the same time"):
        shards.write(place, [entry("b.txt")], 1)
    assert names(place) == [["a.txt"]]


def test_blocks_hold_a_thousand_shards_at_most() -> None:
    place = memory()
    head = shards.write(place, [entry(f"{n}.txt") for n in range(7)], 1, ShardSize(pages=1, shards_in_block=3))
    assert [(block.shards, block.documents) for block in head.blocks] == [(3, 3), (3, 3), (1, 1)]
    assert len(names(place)) == 7


def test_stores_are_inputs_too(tmp_path: Path) -> None:
    place = memory()
    inputs(tmp_path / "store", {"in/a.txt": "a", "in/b/c.pdf": "c", "in/.hidden/x": "x", "in/a.gold.json": "{}"})
    (tmp_path / "one.txt").write_text("one")
    url = f"file://{tmp_path}/store/in"
    assert planning.plan([url], place).documents == 2
    assert sorted(name for shard in names(place) for name in shard) == ["a.txt", "b/c.pdf"]


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".jsonl", ".parquet"])
def test_inputs_are_named_by_a_list(tmp_path: Path, suffix: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    place, folder = memory(), many(tmp_path / "in", 3)
    urls = [str(path) for path in sorted(folder.iterdir())]
    listed = tmp_path / f"list{suffix}"
    if suffix == ".parquet":
        parquet.write_table(pa.table({"path": urls}), listed)
    elif suffix == ".csv":
        listed.write_text("id,url\n" + "".join(f"1,{url}\n" for url in urls))
    else:
        listed.write_text("".join((json.dumps({"url": url}) if suffix == ".jsonl" else url) + "\n" for url in urls))
    assert planning.plan([], place, [str(listed)]).documents == 3
    assert names(place) == [["000.txt", "001.txt", "002.txt"]]


def test_inputs_are_named_on_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, folder = memory(), many(tmp_path / "in", 2)
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{path}\n" for path in sorted(folder.iterdir()))))
    assert planning.plan([], place, ["-"]).documents == 2


def test_a_list_gives_etag_and_size_so_that_no_store_is_asked(tmp_path: Path) -> None:
    place = memory()
    (tmp_path / "list.csv").write_text('url,etag,size\ns3://nowhere/a/b.txt,"""abc""",12\n')
    assert planning.plan([], place, [str(tmp_path / "list.csv")]).documents == 1
    (block,) = shards.blocks(place)
    assert shards.entries(place, block.name, "0000") == [Entry("b.txt", "s3://nowhere/a/b.txt", "abc", 12)]


def test_a_table_without_addresses_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("id\n1\n")
    with pytest.raises(CallError, match="needs a column url or path"):
        planning.plan([], memory(), [str(tmp_path / "list.csv")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(CallError, match="no documents"):
        planned(memory(), tmp_path / "empty")
    with pytest.raises(CallError, match="nothing is planned here"):
        shards.blocks(memory())
