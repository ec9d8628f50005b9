"""File permissions that hold, also where the tests run as root, whom no permission stops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """As somebody who may go to `folder` (a temporary one) and has no rights beyond those of everybody."""
    for place in (folder, *folder.parents):
        if place.name.startswith("pytest") or place == folder:
            place.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """`folder` and its files can be read, not written."""
    with without_rights(folder):
        mine = folder.stat().st_uid == os.geteuid()
        if mine:
            folder.chmod(0o555)
        try:
            yield
        finally:
            if mine:
                folder.chmod(0o755)
