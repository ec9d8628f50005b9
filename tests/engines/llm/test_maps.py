"""A JSON Schema's map (`additionalProperties`): printed names with their values, each under its name."""

from __future__ import annotations

import json
from pathlib import Path

import schemas
from extractor.config import Settings
from extractor.document.layout import Document, Line, Page
from extractor.document.results import Record
from extractor.engines.llm import prompting
from extractor.engines.llm.answer_reading import labels_of, read
from extractor.engines.llm.answer_schema import answer_model
from extractor.forms.regions import cut
from extractor.pipeline import facts_of, record_of

TEXT = """Order No: K-17
Draught: 1.20
Beam (max.): 3.45
Sail no.: GBR 7"""
SCHEMA = {
    "type": "object",
    "properties": {
        "order_no": {"type": "string"},
        "measures": {"type": "object", "additionalProperties": {"type": "number"}, "description": "All measures."},
    },
}


def record(tmp_path: Path, *rows: list[str]) -> Record:
    path = tmp_path / "boat.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    spec = schemas.load(str(path))
    lines = tuple(Line(1, n, text) for n, text in enumerate(TEXT.splitlines(), 1))
    document = Document("d.txt", "0" * 64, (Page(1, lines),))
    (form,) = cut(document, [spec]).forms
    own = Settings(model="m")
    values = answer_model(spec).model_validate({"order_no": "K-17", "measures": [*rows]}).model_dump(exclude_none=True)
    told = read(form, values, labels_of(form), prompting.words("en"))
    return record_of(document, form, told.answer, "llm", own, facts_of(document, own)).record


def test_each_value_stands_under_its_printed_name(tmp_path: Path) -> None:
    found = record(tmp_path, ["2", "Draught", "1.20"], ["3", "Beam (max.):", "3.45"])
    assert found.values["measures"] == {"Draught": 1.2, "Beam (max )": 3.45}
    assert found.evidence["measures.Draught"][0].text == "1.20"
    doubts = {f.path for f in found.findings if f.about == "reading"}
    assert "measures.Draught" not in doubts


def test_a_value_under_another_name_is_in_doubt(tmp_path: Path) -> None:
    found = record(tmp_path, ["2", "Beam", "1.20"])
    assert "measures.Beam" in {f.path for f in found.findings if f.about == "reading"}


def test_a_map_without_values_is_empty(tmp_path: Path) -> None:
    assert record(tmp_path).values["measures"] == {}


def test_the_prompt_asks_for_pairs(tmp_path: Path) -> None:
    path = tmp_path / "boat.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    text = prompting.system_text(schemas.load(str(path)), "en")
    assert "measures (rows [at, key, value], pairs): All measures." in text
    assert 'Of fields marked "pairs"' in text
