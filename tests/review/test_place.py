"""Review, audit and corrected exports on a place: on a folder of this disk, and on an S3 server where there is one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.studies.review_client import PageClient
from extractor.cli import main
from extractor.runs import object_folders, shard_inputs
from extractor.runs.object_folders import ObjectFolder
from tests.review.browser import Served, served
from tests.review.runs import evaluation
from tests.runs.object_servers import ministack

DOCUMENTS = {"a.txt": evaluation("水闸养护", score="9..50"), "b.txt": evaluation("河道巡查", score="9..50")}
"""The scores cannot be read: three weights of each form could stand in another column."""
pytestmark = pytest.mark.timeout(600)
WEIGHT = "indicators[{}].weight"


@pytest.fixture(params=["disk", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectFolder]:
    pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
    monkeypatch.chdir(tmp_path)
    shard_inputs._store.cache_clear()  # each server has an address of its own
    if request.param == "disk":
        yield filled(str(tmp_path / "place"), str(tmp_path / "in"))
        return
    with ministack() as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield filled(f"{server.url}/job", f"{server.url}/in")


def filled(url: str, inputs: str) -> ObjectFolder:
    """A place on which the documents were read."""
    stored = object_folders.opened(inputs)
    for name, text in DOCUMENTS.items():
        stored.put(name, text.encode())
    assert main(["plan", inputs, "--out", url]) == 0
    assert main(["work", url, "--engine", "rules", "--workers", "1", "--schema", "self_evaluation"]) == 0
    return object_folders.opened(url)


def page(server: Served, who: str) -> PageClient:
    client = PageClient(server.address, who)
    client.next()
    return client


def decided(client: PageClient, action: str, text: str | None = None) -> str:
    """One decision about the doubt that is shown; its path."""
    path = str(client.doubt["path"]) if client.doubt else ""
    client.decide([{"action": action, "path": path} | ({"text": text} if action == "set" else {})])
    return path


def reviewed(url: str, to: Path) -> list[dict[str, str]]:
    assert main(["export", url, "--to", str(to / "tables.csv"), "--reviewed"]) == 0
    with (to / "tables.self_evaluation.indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_two_sittings_on_a_place_lose_no_decision_and_the_export_has_them(place: ObjectFolder, tmp_path: Path) -> None:
    with served(place.url) as one, served(place.url) as other:
        ada, ben = page(one, "ada"), page(other, "ben")
        total = ada.shown["left"]["total"]
        first, second = ada.shown["doubt"]["sha256"], ben.shown["doubt"]["sha256"]
        assert ada.read("units", sha256=first, page=1, unit="")["blocks"], "the source is shown"
        ada.open(first, 0, WEIGHT.format(0))
        by_ada = decided(ada, "set", "12.50")
        ben.open(second, 0, WEIGHT.format(2))
        by_ben = decided(ben, "accept")
        one.kill()  # what was answered is on the place
    with served(place.url) as third:
        assert page(third, "cleo").shown["left"]["total"] == total - 2
    assert len(list(place.objects("decision"))) == 2
    rows = reviewed(place.url, tmp_path)
    said = {row["reviewed"] for row in rows}
    assert said == {"", "weight: corrected", "weight: accepted"}
    assert {by_ada, by_ben} == {WEIGHT.format(0), WEIGHT.format(2)}
    assert sorted({row["weight"] for row in rows}) == ["10.00", "12.50"]


def test_an_audit_of_a_place_ends_with_a_bound(place: ObjectFolder) -> None:
    with served(place.url, "--sample", "3", "--seed", "5", command=("audit",)) as server:
        ada = page(server, "ada")
        while ada.doubt is not None:
            decided(ada, "accept")
        server.process.terminate()
        said, _ = server.process.communicate(timeout=120)
    assert "3 values of 2 documents judged, 0 wrong" in said
    with served(place.url, "--sample", "3", "--seed", "5", command=("audit",)) as again:
        assert page(again, "ada").doubt is None, "what was judged is on the place"


def test_what_the_place_does_not_take_is_not_decided(place: ObjectFolder, tmp_path: Path) -> None:
    from extractor.errors import StopRun
    from extractor.runs.place_decisions import PlaceDecisions

    class Away(ObjectFolder):
        def put(self, key: str, body: Any) -> None:
            raise StopRun("the store is away")

    own = PlaceDecisions(Away(place.url, place.store), tmp_path)
    with pytest.raises(StopRun):
        own.keep([])
    assert own.news() == []
