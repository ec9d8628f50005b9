"""A document's result as rows of the ledger: JSON bodies, and beside them what is counted."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from extractor.document.results import DocumentResult
from extractor.ledger.readings import Reading


class RecordRow(NamedTuple):
    """A record as the ledger keeps it; `body` is its line of `records.jsonl` without `document`."""

    form: int
    schema: str
    settled: bool
    findings: int
    residue: int
    body: str


class ResultRow(NamedTuple):
    """A document's result as the ledger keeps it; `body` is its line of `documents.jsonl` without `document`.

    `reading`: the document that OCR read for it, where the ledger did not have that yet.
    """

    status: str
    reason: str | None
    pages: int
    settled: bool
    seconds: float
    body: str
    records: tuple[RecordRow, ...]
    reading: Reading | None = None


def row_of(result: DocumentResult) -> ResultRow:
    """The result as the ledger keeps it: JSON bodies, and beside them what is counted."""
    records = tuple(
        RecordRow(r.form, r.schema, r.settled, len(r.findings), len(r.residue), _body(r.to_json()))
        for r in result.records
    )
    body = _body(result.to_json())
    return ResultRow(result.status, result.reason, result.pages, result.settled, result.seconds, body, records)


def failed(reason: str, seconds: float) -> ResultRow:
    """The row of a document that gave nothing."""
    return ResultRow("failed", reason, 0, False, seconds, "", ())


def _body(line: dict[str, Any]) -> str:
    """The JSON text without `document`, which is the input's: the same content may have several names."""
    del line["document"]
    return dumps(line)


_LINE_END = re.compile("[\x85\u2028\u2029]")
_LINE_ENDS = str.maketrans({char: f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"})


def dumps(value: object) -> str:
    """Compact JSON in plain characters, on what every reader takes for one line.

    What no file can hold (lone surrogates), and what some take for the end of a line, is escaped.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text.translate(_LINE_ENDS) if _LINE_END.search(text) else text
