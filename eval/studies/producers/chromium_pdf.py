"""Printing through Chromium without a window; collapsed and separate borders by turns."""

from __future__ import annotations

import tempfile
from pathlib import Path

from eval.studies.producers import markup, programs
from eval.studies.producers.printed import Printed
from eval.studies.producers.typefaces import Typeface

SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--no-pdf-header-footer",
)


def produce(printed: Printed, face: Typeface, path: Path) -> None:
    """Print the page; designs without spacing have collapsed borders."""
    browser = programs.found(programs.BROWSERS)
    if browser is None:
        raise OSError("no Chromium is installed")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(markup.page(printed, face, collapsed=printed.design.spacing < 2), encoding="utf-8")
        profile = f"--user-data-dir={folder}/profile"
        programs.call([browser, *SWITCHES, profile, f"--print-to-pdf={path}", source.as_uri()], path)
