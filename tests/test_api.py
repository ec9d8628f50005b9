"""The Python API: the same records as the command line, typed, one by one; failures in the stream."""

from __future__ import annotations

import inspect
import json
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

import extractor
from extractor.cli import main
from extractor.errors import CallError, DocumentError, ExtractorError
from schemas.fields import printed
from tests.paths import SAMPLES

SAMPLE = SAMPLES / "linhe-2022-department-targets.txt"


class Permit(BaseModel):
    """A permit, as a user would declare it."""

    holder: str | None = printed("Holder")
    fee: Decimal | None = printed("Fee")
    plot: str | None = printed("Plot")


TEXT = "Holder: Ada Nilsen\nFee: 120.50\nPlot: 7 B\n"


@pytest.fixture
def permits(tmp_path: Path) -> Path:
    folder = tmp_path / "permits"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    return folder


@pytest.mark.parametrize("kept", [False, True])
def test_a_model_of_one_s_own_gives_typed_records_and_failures_in_the_stream(
    permits: Path, tmp_path: Path, kept: bool
) -> None:
    out = tmp_path / "out" if kept else None
    record, failed = extractor.extract(permits, schema=Permit, engine="rules", out=out)
    assert isinstance(record, extractor.Record) and isinstance(failed, extractor.Failed)
    assert isinstance(record.value, Permit)
    assert (record.value.holder, record.value.fee, record.value.plot) == ("Ada Nilsen", Decimal("120.50"), "7 B")
    assert record.evidence["fee"][0]["text"] == "120.50"
    assert (failed.document, failed.settled) == ("empty.txt", False) and "empty" in failed.reason
    assert out is None or (out / "records.jsonl").is_file()


def test_nothing_is_written_where_no_folder_is_named(permits: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert list(extractor.extract(permits, schema=Permit, engine="rules"))
    assert sorted(tmp_path.rglob("*")) == before


def test_strict_raises_where_a_document_cannot_be_read(permits: Path) -> None:
    with pytest.raises(DocumentError, match="empty"):
        list(extractor.extract(permits / "empty.txt", schema=Permit, engine="rules", strict=True))


def test_a_json_schema_gives_plain_dicts(permits: Path) -> None:
    schema = {
        "title": "permit",
        "type": "object",
        "properties": {"holder": {"type": "string"}, "fee": {"type": "number"}},
    }
    record = next(iter(extractor.extract(permits / "a.txt", schema=schema, engine="rules")))
    assert isinstance(record, extractor.Record)
    assert record.value is record.values and record.value["holder"] == "Ada Nilsen"


def test_what_the_model_refuses_is_a_plain_dict_and_a_finding(permits: Path) -> None:
    class Strict(BaseModel):
        holder: int | None = printed("Holder")

    record = next(iter(extractor.extract(permits / "a.txt", schema=Strict, engine="rules")))
    assert isinstance(record, extractor.Record)
    assert not record.settled and {f.path for f in record.findings if f.about == "reading"} >= {"holder"}


def test_the_records_are_those_of_the_command_line(tmp_path: Path) -> None:
    assert main(["run", str(SAMPLE), "--engine", "rules", "--out", str(tmp_path / "cli")]) == 0
    lines = [json.loads(line) for line in (tmp_path / "cli" / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    mine = list(extractor.extract(SAMPLE, engine="rules"))
    assert [r.values for r in mine if isinstance(r, extractor.Record)] == [line["values"] for line in lines]
    again = list(extractor.Run(tmp_path / "cli").records())
    assert [(r.form, r.settled, r.values) for r in again] == [(x["form"], x["settled"], x["values"]) for x in lines]


def test_a_kept_run_goes_on_and_gives_what_is_done(permits: Path, tmp_path: Path) -> None:
    first = list(extractor.extract(permits, schema=Permit, engine="rules", out=tmp_path / "out"))
    again = list(extractor.extract(permits, schema=Permit, engine="rules", out=tmp_path / "out"))
    assert [type(one) for one in again] == [type(one) for one in first]
    documents = {line["document"]: line["status"] for line in extractor.Run(tmp_path / "out").documents()}
    assert documents == {"a.txt": "done", "empty.txt": "failed"}


def test_a_table_of_a_run_is_pyarrow_s(tmp_path: Path) -> None:
    list(extractor.extract(SAMPLE, schema="department_target", engine="rules", out=tmp_path / "out"))
    kept = extractor.Run(tmp_path / "out")
    table, rows = kept.table(), kept.table("department_target.indicators")
    assert table.num_rows >= 1 and "department" in table.column_names
    assert {"document", "form", "row", "target.value"} <= set(rows.column_names) and rows.num_rows > table.num_rows
    with pytest.raises(CallError, match=r"department_target\.indicators"):
        kept.table("no such table")


def test_a_file_is_read_into_pages() -> None:
    document = extractor.read(SAMPLE)
    assert document.name == SAMPLE.name and document.pages


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"engine": "llm"}, "needs a model"),
        ({"engine": "rules", "no_such_setting": 1}, "no_such_setting"),
        ({"engine": "rules", "schema": "no_such_schema"}, "no_such_schema"),
    ],
)
def test_a_wrong_call_raises_an_error_of_the_project_that_names_what_is_wrong(
    call: dict[str, object], says: str
) -> None:
    with pytest.raises(ExtractorError, match=says):
        list(extractor.extract(SAMPLE, **call))  # type: ignore[arg-type]  # wrong on purpose


def test_help_says_all() -> None:
    said = inspect.getdoc(extractor.extract) or ""
    for name in inspect.signature(extractor.extract).parameters:
        assert f"`{name}`" in said or f"`{name}=" in said, name
