"""The documents of a call: its files and folders, walked in order, each document with a name of its own.

A name is the path relative to the argument under which the document was found (a file's own name where the
argument is the file). Where two arguments give the same name, the later one carries its argument in front.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from extractor.errors import CallError
from extractor.ledger.store import Input

COMPANIONS = (".gold.json",)  # what stands beside documents and is none


class Found(NamedTuple):
    """A file: the argument under which it was found, its path, and its path relative to the argument."""

    argument: Path
    path: Path
    relative: str


class Known(NamedTuple):
    """What was found so far, asked of whoever keeps it: is this name, is this path there?"""

    name: Callable[[str], bool]
    path: Callable[[Path], bool]


def inputs(paths: Sequence[Path], out: Path, max_bytes: int, known: Known) -> Iterator[Input]:
    """The documents under `paths`, hashed, in order; each file once; `check` has let them pass.

    Each is to be `known` before the next is asked for: nothing is remembered here, so that memory does not grow.
    """
    for found in walk_all(paths, out):
        path = Path(os.path.abspath(found.path))  # noqa: PTH100  # a link to a file is an input of its own
        if not known.path(path):
            yield _read(free_name(found, known.name), path, max_bytes)


def check(paths: Sequence[Path], out: Path) -> None:
    """Raises `CallError` for a path that isn't there or is the output folder, and where there is no document."""
    for path in paths:
        try:
            path.stat()
        except OSError as error:
            raise CallError(f"{path}: {(error.strerror or str(error)).lower()}") from None
        if path.is_dir() and out.exists() and path.samefile(out):
            raise CallError(f"{path}: is the output folder too; give --out a folder of its own")
        if path.is_dir():
            _list(path)
    if not any(True for _ in walk_all(paths, out)):
        raise CallError(f"no documents in {', '.join(map(str, paths))}: give files, or folders that hold some")


def _list(folder: Path) -> None:
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise CallError(f"{folder}: cannot be listed: {(error.strerror or str(error)).lower()}") from None


def walk_all(paths: Sequence[Path], out: Path) -> Iterator[Found]:
    """The files under `paths`, in order, those below `out` left out."""
    visited = {_identity(out)} if out.exists() else set()
    for path in paths:
        if not path.is_dir():
            yield Found(path, path, path.name)
            continue
        for found in _walk(path, visited):
            yield Found(path, found, found.relative_to(path).as_posix())


def _walk(folder: Path, visited: set[tuple[int, int]]) -> Iterator[Path]:
    """The files below a folder, sorted; links are followed, and each real folder is entered once."""
    if _identity(folder) in visited:
        return
    visited.add(_identity(folder))
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder  # it becomes an input that failed, with its reason
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.name.endswith(COMPANIONS):
            continue
        path = folder / entry.name
        if path.is_dir():
            yield from _walk(path, visited)
        else:
            yield path


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def free_name(found: Found, taken: Callable[[str], bool]) -> str:
    """The name of a document: what is relative to the argument, or more of the path where that is taken."""
    plain = _printable(found.relative)
    if not taken(plain):
        return plain
    owner = found.argument.parent if found.path == found.argument else found.argument
    name = wanted = f"{_printable(owner.as_posix())}/{plain}"
    number = 2
    while taken(name):
        name, number = f"{wanted} ({number})", number + 1
    return name


def _printable(name: str) -> str:
    """File names are bytes: what is no UTF-8 is shown by a replacement character."""
    return os.fsencode(name).decode("utf-8", "replace")


def _read(name: str, path: Path, max_bytes: int) -> Input:
    size = 0
    try:
        size = path.stat().st_size
        reason = _unreadable(path, size, max_bytes)
        return Input(name, path, size, None if reason else _sha256(path), reason)
    except OSError as error:
        return Input(name, path, size, None, f"cannot be opened: {(error.strerror or str(error)).lower()}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(path: Path, size: int, max_bytes: int) -> str | None:
    if path.is_dir():
        return "a folder that cannot be listed: no permission"
    if not path.is_file():
        return "not a regular file"
    if size > max_bytes:
        return f"{size:,} bytes are more than the {max_bytes:,} that setting max_bytes allows"
    return None
