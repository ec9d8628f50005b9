"""The two files of every run: `records.jsonl` and `documents.jsonl`, written line by line from the ledger."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from extractor.errors import CallError
from extractor.ledger import store
from extractor.ledger.store import Ledger


class Files(NamedTuple):
    """The two files of every run."""

    records: Path
    documents: Path


def lines(ledger: Ledger, directory: Path) -> Files:
    """Writes `records.jsonl` and `documents.jsonl` of the ledger's last call into `directory`."""
    files = Files(directory / "records.jsonl", directory / "documents.jsonl")
    write_lines(files.records, store.record_lines(ledger))
    write_lines(files.documents, store.document_lines(ledger))
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
