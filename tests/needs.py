"""What some tests need: a browser, LibreOffice, a font to draw with; else they are skipped."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


def needs_browser() -> None:
    """Skips the test, with a reason that says what to install."""
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is not installed: apt-get install chromium")
    _needs_font("the browser")


def needs_libreoffice() -> None:
    """Skips the test, with a reason that says what to install."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc libreoffice-writer")
    _needs_font("LibreOffice")


def _needs_font(program: str) -> None:
    if not any(_has_font(Path(folder).expanduser()) for folder in FONT_FOLDERS):
        pytest.skip(f"{program} has no font to draw with: apt-get install fonts-dejavu-core")


def _has_font(folder: Path) -> bool:
    return any(path.suffix.lower() in (".ttf", ".otf", ".ttc") for path in folder.rglob("*"))
