"""Programs of this machine that print: where they are, and how they are called."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OFFICES = ("soffice", "libreoffice")
SECONDS = 120


def found(names: tuple[str, ...]) -> str | None:
    """The path of the first of the programs that is installed."""
    return next((path for name in names if (path := shutil.which(name))), None)


def call(command: list[str], made: Path) -> None:
    """Run a program that must have made a file; raises `OSError` with what it said where it has not."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - ours
    if not made.is_file():
        raise OSError(f"{command[0]} made no {made.name}: {done.stderr.strip()[-500:]}")


def to_pdf(document: Path, path: Path) -> None:
    """Print an office document to `path` through LibreOffice, with a profile of its own."""
    office = found(OFFICES)
    if office is None:
        raise OSError("LibreOffice is not installed")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / document.with_suffix(".pdf").name
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        call([office, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(document)], made)
        shutil.copyfile(made, path)
