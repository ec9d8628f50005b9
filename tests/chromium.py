"""The browser of the tests: Debian's Chromium, with a font to draw with. Tests are skipped where either is missing."""

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
    if not any(_has_font(Path(folder).expanduser()) for folder in FONT_FOLDERS):
        pytest.skip("the browser has no font to draw with: apt-get install fonts-dejavu-core")


def _has_font(folder: Path) -> bool:
    return any(path.suffix.lower() in (".ttf", ".otf", ".ttc") for path in folder.rglob("*"))
