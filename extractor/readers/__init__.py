"""Files to documents: one module a format, each `read(path, name, settings) -> Document`; the content picks it."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from extractor.config import Settings
from extractor.document.layout import Document
from extractor.errors import DocumentError

Reader = Callable[[Path, str, Settings], Document]

# The module that reads each format; imported when a file of the format turns up.
READERS = {
    "pdf": "extractor.readers.pdf.reader",
    "image": "extractor.readers.scan.reader",
    "word": "extractor.readers.office.word",
    "excel": "extractor.readers.office.excel",
    "office": "extractor.readers.office.conversion",
    "html": "extractor.readers.html.reader",
    "markdown": "extractor.readers.text.markdown",
    "delimited": "extractor.readers.text.delimited",
    "structured": "extractor.readers.text.structured_data",
    "text": "extractor.readers.text.reader",
}

MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image",
    b"\xff\xd8\xff": "image",
    b"II*\0": "image",
    b"MM\0*": "image",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "office",
    b"{\\rtf": "office",
}

SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".xml": "structured",
    ".json": "structured",
    ".jsonl": "structured",
    ".ndjson": "structured",
}

# Refused by what they are, since their bytes are no text either.
REFUSED = {
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"7z\xbc\xaf'\x1c": "a 7z archive: unpack it first",
    b"Rar!\x1a\x07": "a RAR archive: unpack it first",
    b"GIF8": "a GIF image: save it as PNG",
    b"BM": "a BMP image: save it as PNG",
    b"%!PS": "a PostScript file: print it to PDF",
}

HEAD = 1024
PDF_START = re.compile(rb"\s*%PDF-|.*?%PDF-\d\.\d[\r\n]", re.S)


def read(path: Path, name: str, settings: Settings) -> Document:
    """The file as a document called `name`. DocumentError: it cannot be read; the message says why, and what to do."""
    try:
        head = _head(path, settings)
        document = reader(kind(path, head))(path, name, settings)
    except OSError as error:
        raise DocumentError(f"the file cannot be opened: {_reason(error)}") from error
    if len(document.pages) > settings.max_pages:
        raise DocumentError(
            f"{len(document.pages)} pages are more than the limit of {settings.max_pages}; "
            "split the file or raise max_pages"
        )
    return document


def reader(kind: str) -> Reader:
    """The function that reads a format."""
    module = READERS[kind]
    try:
        found: Reader = import_module(module).read
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise DocumentError(f"files of the kind {kind!r} cannot be read by this version") from None
    return found


def kind(path: Path, head: bytes) -> str:
    """The format, by the first bytes, then by the suffix; what neither tells is text."""
    for magic, found in MAGIC.items():
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if PDF_START.match(head):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        from extractor.readers.office.zip_package import kind_of_package

        return kind_of_package(path)
    for magic, what in REFUSED.items():
        if head.startswith(magic) and b"\0" in head:
            raise DocumentError(f"this is {what}")
    return SUFFIXES.get(path.suffix.lower(), "text")


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
