"""Labels of public sets are found by the layout of their folder, and scored like gold of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import labelling, public_run
from eval.scoring import public_sets
from eval.scoring.gold import load_all
from eval.scoring.predictions import load as load_run
from extractor.config import Settings
from extractor.errors import CallError, SchemaError
from tests.eval_cases import gold_file, self_evaluation

SCHEMA = {
    "type": "object",
    "properties": {
        "ferry": {"type": "string", "title": "Ferry"},
        "berths": {"type": "integer", "title": "Berths", "evaluation_config": "integer_exact"},
        "crew": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
    },
}
VALUES: dict[str, Any] = {"ferry": "Marrow Bay", "berths": 12, "crew": []}
DOCUMENT = "Ferry: Marrow Bay\nBerths: 12\n"


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def docubench(folder: Path) -> None:
    for name in ("Kq7", "Zt2"):
        write(folder / "documents" / f"{name}.txt", DOCUMENT)
        write(folder / "schemas" / f"{name}.json", SCHEMA)
        write(folder / "labels" / f"{name}.json", VALUES)


def extract_bench(folder: Path) -> None:
    write(folder / "dataset" / "sea" / "ferry" / "ferry-schema.json", SCHEMA)
    for name in ("Kq7", "Zt2"):
        write(folder / "dataset" / "sea" / "ferry" / "pdf+gold" / f"{name}.txt", DOCUMENT)
        write(folder / "dataset" / "sea" / "ferry" / "pdf+gold" / f"{name}.gold.json", VALUES)


def extractbench(folder: Path) -> None:
    for name in ("Kq7", "Zt2"):
        write(folder / "short" / f"{name}.txt", DOCUMENT)
        write(folder / "short" / f"{name}.test.json", {"data_schema": SCHEMA, "expected_output": VALUES, "tags": []})


LAYOUTS = {"DocuBench": docubench, "extract-bench": extract_bench, "ExtractBench": extractbench}


def test_every_layout_has_a_case() -> None:
    assert LAYOUTS.keys() == public_sets.LAYOUTS.keys()


@pytest.mark.parametrize(("layout", "make"), LAYOUTS.items())
def test_labels_are_gold_tagged_with_the_layout(tmp_path: Path, layout: str, make: Callable[[Path], None]) -> None:
    make(tmp_path)
    golds = load_all([tmp_path])
    assert [(gold.document, gold.shape) for gold in golds] == [("Kq7.txt", (layout,)), ("Zt2.txt", (layout,))]
    for gold in golds:
        (form,) = gold.forms
        assert dict(form.values) == VALUES
        assert [field.path for field in form.schema.fields] == ["ferry", "berths", "crew"]


@pytest.mark.parametrize(("layout", "make"), LAYOUTS.items())
def test_a_document_that_the_set_does_not_hold_has_labels_all_the_same(
    tmp_path: Path, layout: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path)
    for path in tmp_path.rglob("Kq7.txt"):
        path.unlink()
    assert [gold.document for gold in load_all([tmp_path])] == ["Kq7", "Zt2.txt"], layout


def test_gold_of_ones_own_beside_a_schema_is_no_public_set(tmp_path: Path) -> None:
    write(tmp_path / "ferry-schema.json", SCHEMA)
    gold_file(tmp_path, self_evaluation([]))
    assert public_sets.read(tmp_path) is None
    assert [form.schema.name for gold in load_all([tmp_path]) for form in gold.forms] == ["self_evaluation"]


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    docubench(tmp_path)
    write(tmp_path / "schemas" / "Kq7.json", {"type": "array"})
    with pytest.raises(SchemaError, match=r"Kq7\.json"):
        load_all([tmp_path])
    write(tmp_path / "labels" / "Kq7.json", [])
    with pytest.raises(CallError, match=r"Kq7\.json: labels are a JSON object"):
        load_all([tmp_path])
    (tmp_path / "other").mkdir()
    with pytest.raises(CallError, match="no public set; there are: DocuBench"):
        public_run.read_and_score(tmp_path / "other", tmp_path / "out", Settings(), "rules")


@pytest.mark.parametrize("make", LAYOUTS.values())
def test_labels_of_a_set_are_held_against_its_documents(
    tmp_path: Path, make: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path)
    assert labelling.check([tmp_path]) == 0
    assert "2 gold files: valid" in capsys.readouterr().out
    for path in tmp_path.rglob("Zt2.txt"):
        path.write_text(DOCUMENT.replace("12", "21"), encoding="utf-8")
    assert labelling.check([tmp_path]) == 1
    assert "berths" in capsys.readouterr().out


def test_a_set_is_read_and_scored_by_one_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docubench(tmp_path / "set")
    out = tmp_path / "out"
    assert public_run.read_and_score(tmp_path / "set", out, Settings(workers=1), "rules") == 0
    assert "2 documents, 2 schemas (DocuBench)" in capsys.readouterr().out
    run = load_run(out)
    assert sorted(run) == ["Kq7.txt", "Zt2.txt"]
    assert {name: run[name].records[0].values["berths"] for name in run} == {"Kq7.txt": 12, "Zt2.txt": 12}


def test_a_document_in_several_runs_of_a_folder_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name / "records.jsonl", json.dumps({"document": "x.txt", "form": 0}) + "\n")
    with pytest.raises(CallError, match=r"x\.txt stands in several"):
        load_run(tmp_path)
