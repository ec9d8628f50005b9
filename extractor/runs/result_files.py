"""The two files of every run: `records.jsonl` and `documents.jsonl`, written line by line from the ledger."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from extractor.document.decision import REVIEW
from extractor.errors import CallError
from extractor.ledger import decision_log
from extractor.ledger.store import Ledger
from extractor.runs import decided_lines


class Files(NamedTuple):
    """The two files of every run."""

    records: Path
    documents: Path


def lines(ledger: Ledger, directory: Path) -> Files:
    """Writes `records.jsonl` and `documents.jsonl` of the last call into `directory`, with what was decided."""
    files = Files(directory / "records.jsonl", directory / "documents.jsonl")
    decisions = decision_log.by_form(ledger, REVIEW)
    write_lines(files.records, decided_lines.records(ledger, decisions))
    write_lines(files.documents, decided_lines.documents(ledger, decisions))
    return files


def write_lines(path: Path, content: Iterable[str]) -> None:
    """The lines as a file, whole or not at all."""
    with renamed(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for line in content:
            file.write(line + "\n")


@contextlib.contextmanager
def renamed(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`, which takes its place when all went well and goes when not."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise CallError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        temporary.unlink(missing_ok=True)
