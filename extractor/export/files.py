"""Records as tables in CSV, Parquet or XLSX.

They are written line by line from the ledger, to a temporary file that is renamed when it is whole.

A spreadsheet takes text that starts with `=`, `+`, `-` or `@` for a formula. In CSV such text gets an apostrophe in
front (a number, and a sign that stands alone, stay as they are); in XLSX the cell is marked as text instead.
"""

from __future__ import annotations

import contextlib
import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from extractor.document.decision import REVIEW
from extractor.errors import CallError
from extractor.export import record_tables
from extractor.export.arrow_tables import arrow_schema
from extractor.export.record_tables import Column, Table
from extractor.ledger import decision_log, run_counts
from extractor.ledger.store import Ledger
from extractor.runs import decided_lines
from extractor.runs.result_files import renamed, write_lines
from schemas.spec import SchemaSpec

BATCH = 2_000  # rows that a Parquet table gathers before it writes them
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767


class Exported(NamedTuple):
    """The files that an export made, and what a person should know about them."""

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


class Sink(Protocol):
    """Takes the rows of one table."""

    def add(self, row: list[Any]) -> None:
        """One row, in the order of the table's columns."""

    def close(self) -> None:
        """Nothing more comes."""


class Contents(NamedTuple):
    """What an export writes: its tables, the lines of `records.jsonl`, those of `documents.jsonl`."""

    tables: tuple[Table, ...]
    records: Iterator[str]
    documents: Iterator[str]


def export(ledger: Ledger, specs: Sequence[SchemaSpec], target: Path, reviewed: bool = False) -> Exported:
    """Writes the records of the ledger's last call to `target`, in the format that its suffix names.

    `reviewed`: with the values as people corrected them, and a column that says which; else with the values as read.
    """
    write = FORMATS.get(target.suffix.lower())
    if write is None:
        raise CallError(f"{target}: no format has the suffix {target.suffix!r}; there are: {', '.join(FORMATS)}")
    if not target.parent.is_dir():
        raise CallError(f"{target.parent}: no such folder; make it first")
    decisions = decision_log.by_form(ledger, REVIEW)
    records = decided_lines.reviewed if reviewed else decided_lines.records
    documents = decided_lines.documents(ledger, decisions, corrected=reviewed)
    return write(Contents(_tables(ledger, specs, reviewed), records(ledger, decisions), documents), target)


def _jsonl(contents: Contents, target: Path) -> Exported:
    write_lines(target, contents.records)
    return Exported((target,))


def _csv(contents: Contents, target: Path) -> Exported:
    return _one_file_a_table(contents, target, _CsvSink)


def _parquet(contents: Contents, target: Path) -> Exported:
    return _one_file_a_table(contents, target, _ParquetSink)


def _one_file_a_table(contents: Contents, target: Path, sink: Callable[[Table, Path], Sink]) -> Exported:
    wanted = contents.tables
    paths = {t.name: target.with_name(f"{target.stem}.{t.name}{target.suffix}") for t in wanted}
    with contextlib.ExitStack() as stack:
        sinks: dict[str, Sink] = {}
        for table in wanted:
            temporary = stack.enter_context(renamed(paths[table.name]))
            sinks[table.name] = stack.enter_context(contextlib.closing(sink(table, temporary)))
        _fill(contents, sinks)
    return Exported(tuple(paths.values()))


def _xlsx(contents: Contents, target: Path) -> Exported:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sinks = {table.name: _XlsxSink(book, table) for table in contents.tables}
    with renamed(target) as temporary:
        _fill(contents, sinks)
        book.save(temporary)
    cut = sum(sink.cut for sink in sinks.values())
    note = f"{target}: {cut} texts are longer than the {CELL_CHARACTERS} characters that a cell can hold, and were cut"
    return Exported((target,), (note,) if cut else ())


Writer = Callable[[Contents, Path], Exported]
FORMATS: dict[str, Writer] = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx}


def _tables(ledger: Ledger, specs: Sequence[SchemaSpec], reviewed: bool) -> tuple[Table, ...]:
    """The tables of the schemas that have records, then documents and findings."""
    present = {count.schema for count in run_counts.schema_counts(ledger)}
    chosen = [spec for spec in specs if spec.name in present]
    of_forms = [table for spec in chosen for table in record_tables.of_schema(spec)]
    if reviewed:
        of_forms = [record_tables.with_reviewed(table) for table in of_forms]
    return (*of_forms, record_tables.DOCUMENTS, record_tables.FINDINGS)


def _fill(contents: Contents, sinks: dict[str, Any]) -> None:
    by_schema: dict[str, list[Table]] = {}
    for table in contents.tables:
        by_schema.setdefault(table.schema or "", []).append(table)
    for record in map(json.loads, contents.records):
        for table in by_schema.get(record["schema"], ()):
            for row in record_tables.rows(table, record):
                sinks[table.name].add(row)
        for row in record_tables.findings(record):
            sinks[record_tables.FINDINGS.name].add(row)
    for line in map(json.loads, contents.documents):
        sinks[record_tables.DOCUMENTS.name].add(record_tables.document(line))
        for row in record_tables.findings(line):
            sinks[record_tables.FINDINGS.name].add(row)


class _CsvSink:
    """UTF-8 with a byte order mark, without which Excel misreads Chinese."""

    def __init__(self, table: Table, path: Path) -> None:
        self.file: IO[str] = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerow([column.name for column in table.columns])

    def add(self, row: list[Any]) -> None:
        self.writer.writerow([guarded(cell) for cell in row])

    def close(self) -> None:
        self.file.close()


_FORMULA = re.compile(r"[=+\-@\t\r](?!\Z)")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def guarded(cell: Any) -> Any:
    """The cell, with an apostrophe in front where a spreadsheet would take its text for a formula."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


class _ParquetSink:
    """Numbers stay decimal strings, as printed: no type of fixed scale holds them all."""

    def __init__(self, table: Table, path: Path) -> None:
        from pyarrow import parquet

        self.schema = arrow_schema(table)
        self.writer = parquet.ParquetWriter(path, self.schema)
        self.rows: list[list[Any]] = []

    def add(self, row: list[Any]) -> None:
        self.rows.append(row)
        if len(self.rows) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        columns = [
            pa.array([row[place] for row in self.rows], type=field.type) for place, field in enumerate(self.schema)
        ]
        self.writer.write_table(pa.Table.from_arrays(columns, schema=self.schema))
        self.rows = []

    def close(self) -> None:
        if self.rows:
            self._flush()
        self.writer.close()


class _XlsxSink:
    """A sheet, and further ones where it is full. Numbers of up to 15 digits, which Excel keeps, become numbers."""

    def __init__(self, book: Any, table: Table) -> None:
        self.book, self.table = book, table
        self.cut = 0
        self.sheets = 0
        self._open()

    def _open(self) -> None:
        self.sheets += 1
        self.sheet = self.book.create_sheet(_sheet_name(self.table.name, self.sheets, self.book.sheetnames))
        self.sheet.freeze_panes = "A2"
        self.sheet.append([column.name for column in self.table.columns])
        self.count = 1

    def add(self, row: list[Any]) -> None:
        if self.count == SHEET_ROWS:
            self._open()
        self.sheet.append([self._cell(cell, column) for cell, column in zip(row, self.table.columns, strict=True)])
        self.count += 1

    def close(self) -> None:
        """The book is saved as a whole."""

    def _cell(self, value: Any, column: Column) -> Any:
        if not isinstance(value, str):
            return value
        if column.type == "decimal" and _NUMBER.fullmatch(value) and sum(c.isdigit() for c in value) <= 15:
            return _number_cell(self.sheet, value)
        self.cut += len(value) > CELL_CHARACTERS
        return _text_cell(self.sheet, value[:CELL_CHARACTERS])


def _sheet_name(table: str, number: int, taken: Sequence[str]) -> str:
    """At most 31 characters, unlike the others."""
    tail = "" if number == 1 else f" ({number})"
    name = table[: 31 - len(tail)] + tail
    while name in taken:
        number += 1
        tail = f" ({number})"
        name = table[: 31 - len(tail)] + tail
    return name


def _number_cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=float(text) if "." in text else int(text))
    decimals = len(text.partition(".")[2])
    cell.number_format = "0" + ("." + "0" * decimals if decimals else "")
    return cell


_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell that stays text whatever it starts with; characters that XLSX cannot hold become U+FFFD."""
    from openpyxl.cell import WriteOnlyCell

    text = _ILLEGAL.sub("\ufffd", text)
    if not _FORMULA.match(text):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
