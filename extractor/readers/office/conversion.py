"""Older and other office files (.doc, .xls, .rtf, .odt, .pptx, …): LibreOffice converts them, where it is installed."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from extractor.config import Settings
from extractor.errors import DocumentError
from extractor.readers.office.zip_package import damage_named, refuse_bomb

PROGRAMS = ("soffice", "libreoffice")
OPENDOCUMENT = {"text": "docx", "spreadsheet": "xlsx", "presentation": "pdf"}
MEMBERS = {"xl/workbook.bin": "xlsx", "ppt/presentation.xml": "pdf"}


class Target(NamedTuple):
    """What a file is converted to, and the suffix by which LibreOffice knows what it was."""

    format: str
    suffix: str


# Streams of the old container, by which its kind is told: their names stand in its directory in UTF-16.
STREAMS = {
    "WordDocument": Target("docx", ".doc"),
    "Workbook": Target("xlsx", ".xls"),
    "Book": Target("xlsx", ".xls"),
    "PowerPoint Document": Target("pdf", ".ppt"),
}


@contextlib.contextmanager
def converted(path: Path, settings: Settings) -> Iterator[Path]:
    """The file as LibreOffice converts it, for as long as the block runs.

    DocumentError: it is encrypted, of no kind known, or LibreOffice is missing.
    """
    with damage_named("office"):
        target = _target(path, settings)
    with TemporaryDirectory() as folder:
        yield _converted(path, target, _program(target), Path(folder), settings)


def recalculated(path: Path, folder: Path, settings: Settings) -> Path:
    """A workbook as LibreOffice saves it in a folder, with the results of its formulas.

    DocumentError: LibreOffice is missing or fails.
    """
    target = Target("xlsx", ".xlsx")
    return _converted(path, target, _program(target), folder, settings)


def _program(target: Target) -> str:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise DocumentError(
            f"{target.suffix} files need LibreOffice, which is not installed: install it, "
            f"or save the file as .{target.format}"
        )
    return program


def _target(path: Path, settings: Settings) -> Target:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK"):
        refuse_bomb(path, settings)
        return _packaged(path)
    if head.startswith(b"{\\rtf"):
        return Target("docx", ".rtf")
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise DocumentError("the file is protected by a password: open it, save a copy without one, and give that")
    # One kind may be embedded in another: the one that the suffix names comes first.
    for stream, target in sorted(STREAMS.items(), key=lambda item: item[1].suffix != path.suffix.lower()):
        if stream.encode("utf-16-le") + b"\0\0" in data:
            return target
    raise DocumentError("an office file of no kind known: save it as .docx, .xlsx or PDF, and give that")


def _packaged(path: Path) -> Target:
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        kind = (
            package.read("mimetype")[:80].decode("ascii", "replace").rpartition(".")[2] if "mimetype" in names else ""
        )
    for member, format in MEMBERS.items():
        if member in names:
            return Target(format, ".xlsb" if format == "xlsx" else ".pptx")
    if kind not in OPENDOCUMENT:
        raise DocumentError("an office file of no kind known: save it as .docx, .xlsx or PDF, and give that")
    return Target(OPENDOCUMENT[kind], {"docx": ".odt", "xlsx": ".ods", "pdf": ".odp"}[OPENDOCUMENT[kind]])


def _converted(path: Path, target: Target, program: str, folder: Path, settings: Settings) -> Path:
    """Converts the file in a folder of its own, with a profile of its own: calls at the same time do not meet."""
    given = folder / f"input{target.suffix}"
    shutil.copyfile(path, given)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        program,
        profile,
        "--headless",
        "--convert-to",
        target.format,
        "--outdir",
        str(folder / "out"),
        str(given),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - the program found on the path, arguments of our own making
            command, capture_output=True, timeout=settings.seconds_per_document, check=False
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(
            f"LibreOffice did not convert the file within {settings.seconds_per_document:g} seconds: save it as "
            f".{target.format}, or raise seconds_per_document"
        ) from None
    result = folder / "out" / f"input.{target.format}"
    if not result.is_file():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise DocumentError(
            f"LibreOffice could not convert the file ({''.join(said) or 'it says nothing'}): save it as PDF"
        )
    return result
