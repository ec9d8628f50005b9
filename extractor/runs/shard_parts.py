"""What a shard gave, as objects: Parquet parts under names that nobody else has, and the marker that commits them.

`part/FINGERPRINT/BLOCK/UNIT-OWNER/{records,documents,calls}.parquet`, then `done/FINGERPRINT/BLOCK/UNIT`, made only if
absent, which names the part. Readers open what markers name, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints
from uuid import uuid4

from extractor.ledger import copies
from extractor.ledger.copies import CopiedCall, CopiedDocument, CopiedRecord
from extractor.ledger.store import Ledger
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.shards import Entry
from extractor.runs.work_units import Unit, done_key

if TYPE_CHECKING:
    import pyarrow as pa

RECORDS, DOCUMENTS, CALLS = "records.parquet", "documents.parquet", "calls.parquet"
BATCH = 2_000  # rows that are held before they are written
REASONS = 20
"""Failures that a marker tells itself; all of them are in the documents of the part."""


class Marker(NamedTuple):
    """The commit of a unit: its part, and what it holds, summed up."""

    part: str
    documents: int
    done: int
    failed: int
    pages: int
    forms: int
    settled: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    set_aside: int = 0
    reasons: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, body: bytes) -> Marker:
        """The marker of an object's bytes."""
        told = json.loads(body)
        return cls(**told | {"reasons": tuple((name, reason) for name, reason in told["reasons"])})


class ReadUnit(NamedTuple):
    """A unit that was read: its inputs, its ledger, the ledger of the calls that were made for it, the fingerprint."""

    unit: Unit
    entries: Sequence[Entry]
    ledger: Ledger
    calls: Ledger
    fingerprint: str

    def records(self) -> Iterator[CopiedRecord]:
        """The records, with the positions that their documents have in the reading."""
        for row in copies.records(self.ledger, self.fingerprint):
            yield row._replace(position=self.unit.first + row.position)

    def documents(self) -> Iterator[CopiedDocument]:
        """The documents, with their positions in the shard and their own addresses."""
        for row in copies.documents(self.ledger, self.fingerprint):
            yield row._replace(position=self.unit.first + row.position, address=self.entries[row.position].url)


def commit(folder: ObjectFolder, reading: ReadUnit, scratch: Path, set_aside: int = 0) -> bool:
    """Writes the part of a unit and its marker; False where another worker has committed it (the part is removed)."""
    prefix = f"part/{reading.fingerprint}/{reading.unit.block}/{reading.unit.name}-{uuid4().hex}"
    rows = list(_without_bodies(reading.documents()))
    calls = list(copies.calls(reading.calls, sorted({row.sha256 for row in rows if row.sha256})))
    parts: dict[str, Iterable[Any]] = {
        RECORDS: reading.records(),
        DOCUMENTS: reading.documents(),
        CALLS: calls,
    }
    for name, content in parts.items():
        path = scratch / name
        _write(path, KINDS[name], content)
        folder.put(f"{prefix}/{name}", path)
        path.unlink()
    marker = _marker(prefix, reading, rows, calls, set_aside)
    if folder.put_if_absent(done_key(reading.fingerprint, reading.unit), json.dumps(marker._asdict()).encode()):
        return True
    for name in parts:
        folder.delete(f"{prefix}/{name}")
    return False


def _without_bodies(documents: Iterable[CopiedDocument]) -> Iterator[CopiedDocument]:
    return (document._replace(body="") for document in documents)


def _marker(
    part: str, reading: ReadUnit, rows: list[CopiedDocument], calls: list[CopiedCall], set_aside: int
) -> Marker:
    done = [row for row in rows if row.status == "done"]
    failed = [(row.document, row.reason or "") for row in rows if row.status == "failed"]
    forms, settled = reading.ledger.execute(
        "SELECT count(*), coalesce(sum(c.settled), 0) FROM inputs i JOIN results r ON r.sha256 = i.sha256"
        " AND r.suffix = i.suffix AND r.fingerprint = ? JOIN records c ON c.result = r.id",
        (reading.fingerprint,),
    ).fetchone()
    made = list({call.key: call for call in calls}.values())  # whoever paid for them: this worker, or one that died
    return Marker(
        part, len(rows), len(done), len(failed), sum(row.pages for row in done), forms, settled, len(made),
        sum(call.prompt_tokens for call in made), sum(call.completion_tokens for call in made),
        round(sum(row.seconds for row in rows), 3), set_aside, tuple(failed[:REASONS]),
    )  # fmt: skip


KINDS: dict[str, type] = {RECORDS: CopiedRecord, DOCUMENTS: CopiedDocument, CALLS: CopiedCall}


def _schema(kind: type) -> pa.Schema:
    """Columns by the annotations of a row's class."""
    import pyarrow as pa

    types: dict[Any, pa.DataType] = {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    return pa.schema([(name, types.get(told, pa.string())) for name, told in get_type_hints(kind).items()])


def _write(path: Path, kind: type, rows: Iterable[Any]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema(kind)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        batch: list[Any] = []

        def flush() -> None:
            columns = [
                pa.array([_cell(row[place], field.type) for row in batch], type=field.type)
                for place, field in enumerate(schema)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            batch.clear()

        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                flush()
        if batch:
            flush()


def _cell(value: Any, wanted: pa.DataType) -> Any:
    """SQLite knows no booleans; text that no file can hold (lone surrogates) is shown by replacement characters."""
    if str(wanted) == "bool":
        return bool(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value


def rows(folder: ObjectFolder, marker: Marker, name: str, scratch: Path) -> Iterator[Any]:
    """The rows of one of a part's files, block by block."""
    from pyarrow import parquet

    path = scratch / f"{uuid4().hex}.parquet"
    if folder.fetch(f"{marker.part}/{name}", path) is None:
        raise FileNotFoundError(f"{folder.url}/{marker.part}/{name}")
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH):
                yield from (KINDS[name](**row) for row in batch.to_pylist())
    finally:
        path.unlink()
