"""Files to documents: `detect` says what a file is, a module for each kind reads it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Note
from extractor.errors import DocumentError
from extractor.readers.detect import HEAD, NO_TEXT, Kind, kind_of_bytes, kind_of_text
from extractor.readers.file_hash import sha256
from extractor.readers.text_file import Loaded, load

__all__ = ["read", "sha256"]

Reader = Callable[[Path, str, Settings], Document]
TextReader = Callable[[Loaded, str], Document]

FILES: dict[Kind, str] = {
    "pdf": "extractor.readers.pdf.reader",
    "image": "extractor.readers.scan.reader",
    "word": "extractor.readers.office.word",
    "excel": "extractor.readers.office.excel",
}
"""The modules that read files of bytes, by `read(path, name, settings)`; imported when such a file turns up."""

TEXTS: dict[Kind, str] = {
    "html": "extractor.readers.html.reader",
    "markdown": "extractor.readers.text.markdown",
    "delimited": "extractor.readers.text.delimited",
    "structured": "extractor.readers.text.structured_data",
    "text": "extractor.readers.text.reader",
}
"""The modules that read texts, by `document(loaded, name)`."""


def read(path: Path, name: str, settings: Settings) -> Document:
    """The file as a document called `name`. DocumentError: it cannot be read; the message says why, and what to do."""
    try:
        document = _read(path, name, settings)
    except OSError as error:
        raise DocumentError(f"the file cannot be opened: {_reason(error)}") from error
    if len(document.pages) > settings.max_pages:
        raise DocumentError(
            f"{len(document.pages)} pages are more than the limit of {settings.max_pages}; "
            "split the file or raise max_pages"
        )
    return document


def _read(path: Path, name: str, settings: Settings) -> Document:
    kind = kind_of_bytes(path, _head(path, settings))
    if kind == "office":
        from extractor.readers.office.conversion import converted

        with converted(path, settings) as other:
            return replace(_read(other, name, settings), sha256=sha256(path))
    if kind in FILES:
        reader: Reader = import_module(FILES[kind]).read
        return reader(path, name, settings)
    loaded = load(path)
    of_text: TextReader = import_module(TEXTS[kind_of_text(loaded.text, path.suffix)]).document
    document = of_text(loaded, name)
    if path.suffix.lower() not in NO_TEXT:
        return document
    note = Note(
        FindingKind.STRUCTURE, 0, f"the file is named {path.suffix.lower()}, and holds text: it was read as text"
    )
    return replace(document, notes=(*document.notes, note))


def _head(path: Path, settings: Settings) -> bytes:
    """The first bytes of a file that is neither empty, too large, nor something else than a file."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("not a file; give a file, or a directory of files")
    if status.st_size == 0:
        raise DocumentError("the file is empty (0 bytes); save or download it again")
    if status.st_size > settings.max_bytes:
        raise DocumentError(
            f"{status.st_size} bytes are more than the limit of {settings.max_bytes}; split the file or raise max_bytes"
        )
    with path.open("rb") as file:
        return file.read(HEAD)


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "permission denied; make it readable for the user who runs this"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return error.strerror or str(error)
