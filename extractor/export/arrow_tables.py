"""The records of a run as pyarrow tables, in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from extractor.errors import CallError
from extractor.export import record_tables
from extractor.export.record_tables import DOCUMENTS, FINDINGS, Table
from extractor.ledger import run_counts, store
from extractor.ledger.store import Ledger
from schemas.spec import SchemaSpec

if TYPE_CHECKING:
    import pyarrow as pa


def table(ledger: Ledger, specs: Sequence[SchemaSpec], name: str | None) -> pa.Table:
    """The table of a name: a schema, a list of one (`invoice.items`), `documents`, `findings`. Raises `CallError`."""
    import pyarrow as pa

    wanted = _named(ledger, specs, name)
    rows = list(_rows(ledger, wanted))
    arrays = [pa.array([row[n] for row in rows], type=field.type) for n, field in enumerate(arrow_schema(wanted))]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(wanted))


def arrow_schema(table: Table) -> pa.Schema:
    """The types of a table's columns; decimals are strings, as printed: no type of fixed scale holds them all."""
    import pyarrow as pa

    types: dict[str, pa.DataType] = {"integer": pa.int64(), "boolean": pa.bool_(), "float": pa.float64()}
    return pa.schema([(c.name, types.get(c.type, pa.string())) for c in table.columns])


def _named(ledger: Ledger, specs: Sequence[SchemaSpec], name: str | None) -> Table:
    tables = {t.name: t for spec in specs for t in record_tables.of_schema(spec)}
    tables |= {DOCUMENTS.name: DOCUMENTS, FINDINGS.name: FINDINGS}
    if name is None:
        present = [count.schema for count in run_counts.schema_counts(ledger) if count.schema in tables]
        of_forms = [one for one in present if one != "table"] or present
        if len(of_forms) != 1:
            raise CallError(f"the run has records of {len(of_forms)} schemas; name a table: {', '.join(tables)}")
        name = of_forms[0]
    if name not in tables:
        raise CallError(f"no table named {name!r}; there are: {', '.join(tables)}")
    return tables[name]


def _rows(ledger: Ledger, table: Table) -> Iterator[list[Any]]:
    if table is DOCUMENTS:
        yield from (record_tables.document(json.loads(line)) for line in store.document_lines(ledger))
        return
    for record in map(json.loads, store.record_lines(ledger)):
        if table is FINDINGS:
            yield from record_tables.findings(record)
        elif record["schema"] == table.schema:
            yield from record_tables.rows(table, record)
    if table is FINDINGS:
        for line in map(json.loads, store.document_lines(ledger)):
            yield from record_tables.findings(line)
