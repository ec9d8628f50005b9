"""Files as other programs read them: csv, pyarrow, openpyxl."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import schemas
from extractor.accounting.settled import settle
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import DocumentResult, Finding, Record, finding
from extractor.errors import CallError
from extractor.export import files as exports
from extractor.export import record_tables
from extractor.ledger import result_rows, store
from extractor.ledger.store import Input, Ledger
from extractor.runs.result_files import lines as result_lines
from schemas.spec import spec_of

SPECS = schemas.builtin()

TARGET = {"text": "≥1300.00(小时)", "operator": "≥", "value": "1300.00", "unit": "小时"}
ODD = {"text": "=1000.00(%)", "operator": "=", "value": "1000.00", "unit": "%"}
PROJECT = {
    "year": 2031,
    "project_name": "=cmd|' /C calc'!A0",
    "start_date": "2031-01-02",
    "funding": {"currency_unit": "元", "project_total": "-2317000.50", "annual_total": "12345678901234567.89"},
    "annual_goal": "第一行\n第二行",
    "indicators": [
        {"level1": "产出指标", "level2": None, "level3": "@名", "target": TARGET},
        {"level1": "产出指标", "level2": "-", "level3": "乙", "target": ODD},
        {"level1": "产出指标", "level2": "+8", "level3": "丙", "target": None},
    ],
}
LOOSE = {"title": "表", "header": ["甲", None], "rows": [["1", "2"], ["3", "=4"]]}


def record(name: str, form: int, schema: str, values: dict[str, Any], *findings: Finding) -> Record:
    return Record(name, "c", form, schema, values, {}, findings, (), "rules")


def fill(ledger: Ledger, *documents: tuple[Record, ...]) -> None:
    names = [f"{number}.txt" for number in range(len(documents))]
    inputs = [Input(name, Path("/docs") / name, 1, name, None) for name in names]
    broken = Input("broken.txt", Path("/docs/broken.txt"), 1, None, "cannot be opened")
    store.begin(ledger, "f", "rules", (), {}, "0", [*inputs, broken])
    for task in store.waiting(ledger):
        result = settle(
            DocumentResult(task.name, task.name, "done", pages=2, records=documents[task.position], seconds=0.125)
        )
        store.record(ledger, "f", task, result_rows.row_of(result))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    doubt = finding(FindingKind.PERCENT_AT_MOST_100, "indicators[1].target", "1000 % is above 100 %")
    with store.writing(tmp_path) as opened:
        fill(
            opened,
            (record("0.txt", 0, "project_target", PROJECT, doubt), record("0.txt", 1, "table", LOOSE)),
            (record("1.txt", 0, "project_target", {}),),
        )
        yield opened


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def stems(made: exports.Exported) -> list[str]:
    return [path.name for path in made.files]


def test_csv_has_a_file_for_each_table_with_its_keys(ledger: Ledger, tmp_path: Path) -> None:
    made = exports.export(ledger, SPECS, tmp_path / "out.csv")
    assert stems(made) == [
        "out.project_target.csv", "out.project_target.indicators.csv", "out.table.csv", "out.table.header.csv",
        "out.table.rows.csv", "out.documents.csv", "out.findings.csv",
    ]  # fmt: skip
    assert all(path.is_file() for path in made.files)
    first, second = rows(tmp_path / "out.project_target.csv")
    assert (first["document"], first["form"], first["year"], first["settled"]) == ("0.txt", "0", "2031", "true")
    assert first["funding.project_total"] == "-2317000.50", "a number stays a number"
    assert first["project_name"] == "'=cmd|' /C calc'!A0"
    assert first["annual_goal"] == "第一行\n第二行"
    assert (second["document"], second["year"]) == ("1.txt", "")
    indicators = rows(tmp_path / "out.project_target.indicators.csv")
    assert [(r["document"], r["form"], r["row"]) for r in indicators] == [("0.txt", "0", str(n)) for n in range(3)]
    assert [r["level3"] for r in indicators] == ["'@名", "乙", "丙"]
    assert [r["level2"] for r in indicators] == ["", "-", "+8"]
    assert [r["target.text"] for r in indicators] == ["≥1300.00(小时)", "'=1000.00(%)", ""]
    assert [r["target.operator"] for r in indicators] == ["≥", "=", ""]
    assert [r["target.value"] for r in indicators] == ["1300.00", "1000.00", ""]
    assert [r["target.unit"] for r in indicators] == ["小时", "%", ""]


def test_lists_of_texts_and_of_lists_are_tables_too(ledger: Ledger, tmp_path: Path) -> None:
    exports.export(ledger, SPECS, tmp_path / "out.csv")
    assert rows(tmp_path / "out.table.header.csv") == [
        {"document": "0.txt", "form": "1", "row": "0", "text": "甲"},
        {"document": "0.txt", "form": "1", "row": "1", "text": ""},
    ]
    cells = rows(tmp_path / "out.table.rows.csv")
    assert [(c["row"], c["column"], c["text"]) for c in cells] == [
        ("0", "0", "1"), ("0", "1", "2"), ("1", "0", "3"), ("1", "1", "'=4"),
    ]  # fmt: skip


def test_documents_and_findings_are_tables_too(ledger: Ledger, tmp_path: Path) -> None:
    exports.export(ledger, SPECS, tmp_path / "out.csv")
    documents = rows(tmp_path / "out.documents.csv")
    assert [(d["document"], d["status"], d["reason"], d["forms"]) for d in documents] == [
        ("0.txt", "done", "", "2"), ("1.txt", "done", "", "1"), ("broken.txt", "failed", "cannot be opened", "0"),
    ]  # fmt: skip
    (found,) = rows(tmp_path / "out.findings.csv")
    assert (found["document"], found["form"], found["path"]) == ("0.txt", "0", "indicators[1].target")
    assert found["message"] == "1000 % is above 100 %"


def test_parquet_keeps_types_and_the_digits_as_printed(ledger: Ledger, tmp_path: Path) -> None:
    exports.export(ledger, SPECS, tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.project_target.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["form"], types["year"], types["settled"]) == ("int64", "int64", "bool")
    assert types["funding.annual_total"] == types["start_date"] == "string"
    first, second = table.to_pylist()
    assert first["project_name"] == PROJECT["project_name"]
    assert first["funding.annual_total"] == "12345678901234567.89"
    assert (second["year"], second["project_name"]) == (None, None)
    assert pq.read_table(tmp_path / "out.project_target.indicators.parquet").num_rows == 3


def test_xlsx_has_a_sheet_for_each_table_and_no_formula(ledger: Ledger, tmp_path: Path) -> None:
    made = exports.export(ledger, SPECS, tmp_path / "out.xlsx")
    assert stems(made) == ["out.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == [
        "project_target", "project_target.indicators", "table", "table.header", "table.rows", "documents", "findings",
    ]  # fmt: skip
    assert "f" not in {cell.data_type for sheet in book for row in sheet for cell in row}
    sheet = book["project_target"]
    cells = dict(zip([c.value for c in sheet[1]], sheet[2], strict=True))
    assert cells["project_name"].value == PROJECT["project_name"]
    assert cells["project_name"].quotePrefix
    total = cells["funding.project_total"]
    assert (total.value, total.number_format) == (-2317000.5, "0.00")
    assert cells["funding.annual_total"].value == "12345678901234567.89", "too many digits for Excel stay text"
    assert cells["year"].value == 2031


def test_xlsx_says_what_it_had_to_cut_and_replaces_what_it_cannot_hold(tmp_path: Path) -> None:
    with store.writing(tmp_path) as ledger:
        fill(ledger, (record("0.txt", 0, "table", {"title": "x" * 40_000, "header": ["a\x00\x0bb"], "rows": []}),))
        made = exports.export(ledger, SPECS, tmp_path / "out.xlsx")
    (note,) = made.notes
    assert "1 texts are longer than the 32767 characters" in note
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book["table.header"]["D2"].value == "a\ufffd\ufffdb"


def test_a_full_sheet_goes_on_in_another(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS", 3)
    exports.export(ledger, SPECS, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert "project_target.indicators (2)" in book.sheetnames
    assert [book[f"project_target.indicators{tail}"].max_row for tail in ("", " (2)")] == [3, 2]


@given(st.lists(st.text("ab.", min_size=1, max_size=40), min_size=1, max_size=12), st.integers(1, 12))
def test_sheet_names_are_short_and_unlike(names: list[str], number: int) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(exports._sheet_name(name, number, taken))
    assert len({name.lower() for name in taken}) == len(taken)
    assert all(0 < len(name) <= 31 for name in taken)


def test_jsonl_is_the_runs_own(ledger: Ledger, tmp_path: Path) -> None:
    files = result_lines(ledger, tmp_path)
    exports.export(ledger, SPECS, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == files.records.read_bytes()
    assert [json.loads(line)["form"] for line in files.records.read_text(encoding="utf-8").splitlines()] == [0, 1, 0]


def test_a_file_is_whole_or_as_it_was(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = result_lines(ledger, tmp_path).records.read_bytes()

    def breaks_off(_: Ledger) -> Iterator[str]:
        yield "{}"
        raise RuntimeError("killed")

    monkeypatch.setattr(store, "record_lines", breaks_off)
    with pytest.raises(RuntimeError):
        result_lines(ledger, tmp_path)
    assert (tmp_path / "records.jsonl").read_bytes() == before
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.parametrize(
    ("target", "says"),
    [("out.doc", "there are: .jsonl, .csv, .parquet, .xlsx"), ("out", "no format has the suffix ''"),
     ("absent/out.csv", "no such folder")],
)  # fmt: skip
def test_a_wrong_target_is_refused(ledger: Ledger, tmp_path: Path, target: str, says: str) -> None:
    with pytest.raises(CallError) as caught:
        exports.export(ledger, SPECS, tmp_path / target)
    assert says in str(caught.value)


def test_a_target_that_cannot_be_written_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "out.documents.csv").mkdir()
    with pytest.raises(CallError, match=r"out\.documents\.csv: cannot be written"):
        exports.export(ledger, SPECS, tmp_path / "out.csv")


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-x", "@a", "\t=1", "\r=1", "=1000.00(%)", "--", "-1-1", "=\n"])
def test_what_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert exports.guarded(text) == "'" + text


@pytest.mark.parametrize("cell", ["-12.50", "+7", "-", "=", "1-1", "", "甲", "≥5", None, 5, 1.5])
def test_numbers_and_plain_texts_stay(cell: Any) -> None:
    assert exports.guarded(cell) == cell


class Line(BaseModel):
    amount: int | None = None


class Nested(BaseModel):
    head: Line | None = None
    grid: list[list[str]] = []
    lines: list[Line] = []


def test_columns_come_from_the_schema_alone() -> None:
    own, grid, lines = record_tables.of_schema(spec_of(Nested, "nested"))
    assert [c.name for c in own.columns] == ["document", "form", "settled", "head.amount"]
    assert [c.name for c in grid.columns] == ["document", "form", "row", "column", "text"]
    assert [c.name for c in lines.columns] == ["document", "form", "row", "amount"]
    for spec in SPECS:
        for table in record_tables.of_schema(spec):
            columns = [c.name for c in table.columns]
            assert len(set(columns)) == len(columns), table.name


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_memory_does_not_grow_with_the_number_of_records(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 100)
    peaks = []
    for count in (300, 1_500):
        folder = tmp_path / f"{count}{suffix}"
        with store.writing(folder) as ledger:
            fill(ledger, *((record("x", 0, "project_target", PROJECT),) for _ in range(count)))
            exports.export(ledger, SPECS, folder / f"warm{suffix}")
            tracemalloc.start()
            exports.export(ledger, SPECS, folder / f"out{suffix}")
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] + 100_000
