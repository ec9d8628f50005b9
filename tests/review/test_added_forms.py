"""A form that the run missed: added on the page, it is in the corrected export and in the gold."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.labelling import problems_of
from eval.studies.review_client import PageClient
from extractor.cli import main
from tests.review.browser import served
from tests.review.runs import evaluation, make_run, records

DOCUMENTS = {"a.txt": evaluation("水闸养护") + "附：河道巡查\n"}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
    yield make_run(tmp_path / "out", DOCUMENTS)


def add(client: PageClient, sha256: str, name: str) -> int:
    """An added form with a name in it, accepted as a whole; its number."""
    client.shown = client.write("add_form", sha256=sha256, schema="self_evaluation")
    form = int(client.record["form"])
    client.decide([{"action": "set", "path": "project_name", "text": name}], stay=True)
    client.decide([{"action": "accept", "path": ""}])
    return form


def accept_all(client: PageClient) -> None:
    client.next()
    while client.doubt is not None:
        client.decide([{"action": "accept", "path": client.doubt["path"]}])


def exported(run: Path) -> list[str]:
    assert main(["export", str(run), "--to", str(run / "tables.csv"), "--reviewed"]) == 0
    with (run / "tables.self_evaluation.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["project_name"] for row in csv.DictReader(file)]


def test_an_added_form_is_exported_and_becomes_gold(run: Path, tmp_path: Path) -> None:
    (read,) = records(run)
    with served(run, "--gold", str(tmp_path / "out-documents")) as server:
        client = PageClient(server.address, "ada")
        assert [add(client, read["sha256"], name) for name in ("河道巡查", "附")] == [-2, -3]
        client.open(read["sha256"], 0, "")
        client.decide([{"action": "accept", "path": ""}])
        accept_all(client)
    assert exported(run) == ["水闸养护", "河道巡查", "附"]
    assert records(run)[0]["values"] == read["values"] and len(records(run)) == 1, "what was read stays"
    gold = tmp_path / "out-documents" / "a.gold.json"
    forms = json.loads(gold.read_text(encoding="utf-8"))["forms"]
    assert [form["project_name"] for form in forms] == ["水闸养护", "河道巡查", "附"]
    assert problems_of(gold) == []


def test_an_addition_is_taken_back_and_survives_another_run(run: Path) -> None:
    (read,) = records(run)
    with served(run) as server:
        client = PageClient(server.address, "ada")
        client.next()
        before = client.read("left")["total"]
        add(client, read["sha256"], "河道巡查")
        client.write("add_form", sha256=read["sha256"], schema="self_evaluation")
        assert client.read("left")["total"] == before + 1, "its values are to be filled in"
        client.write("undo")
        assert client.read("left")["total"] == before
    make_run(run, DOCUMENTS, change=lambda result: result)
    assert exported(run) == ["水闸养护", "河道巡查"]
