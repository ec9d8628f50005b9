"""Zip packages: which format one is, and whether it is safe to unpack."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Note
from extractor.errors import DocumentError

# Some programs number the main part.
WORD_MAIN = re.compile(r"word/document\d*\.xml")
MEMBERS = {
    "xl/workbook.xml": "excel",
    "xl/workbook.bin": "office",
    "ppt/presentation.xml": "office",
    "content.xml": "office",
}

# What a document of the largest size allowed may come to when unpacked, and how much denser than text it may be.
GROWTH = 20
RATIO = 200
SMALL = 32 * 1024 * 1024

# A picture of a page or a table is larger than a logo.
LARGE_PICTURE = 40_000


# What reading a damaged package raises, in its directory, its compressed data or its parts.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, KeyError, ValueError)


@contextmanager
def damage_named(program: str) -> Iterator[None]:
    """Turns what a damaged package raises into a DocumentError."""
    try:
        yield
    except DAMAGE as error:
        raise DocumentError(
            f"the {program} file is damaged ({error}); open it in {program} and save it again"
        ) from error


def kind_of_package(path: Path) -> str:
    """The format of a zip package, by its members. DocumentError: it is damaged, or an archive of files."""
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except DAMAGE as error:
        raise DocumentError(f"the file is a damaged zip package ({error}); save or download it again") from None
    for member, kind in MEMBERS.items():
        if member in names:
            return kind
    if any(WORD_MAIN.fullmatch(name) for name in names):
        return "word"
    raise DocumentError("this is a zip archive: unpack it first, and give the files in it")


def refuse_bomb(path: Path, settings: Settings) -> None:
    """DocumentError where a package would unpack to far more than a document holds."""
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
    size = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    limit = settings.max_bytes * GROWTH
    if size > limit or (size > SMALL and size > packed * RATIO):
        raise DocumentError(
            f"the package unpacks to {size} bytes, {size // packed} times its size "
            f"(limits: {limit} bytes, {RATIO} times): it looks like a zip bomb; if it is none, save it as PDF"
        )


def pictures(path: Path, folder: str) -> tuple[Note, ...]:
    """A remark on large pictures in a package: what they show was not read."""
    with zipfile.ZipFile(path) as package:
        found = [m for m in package.infolist() if m.filename.startswith(folder) and m.file_size > LARGE_PICTURE]
    if not found:
        return ()
    message = f"{len(found)} pictures were not read; if they show text or tables, print the file to PDF, and give that"
    return (Note(FindingKind.PICTURE, 0, message),)
