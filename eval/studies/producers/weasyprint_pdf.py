"""Printing through WeasyPrint, with collapsed or separate borders."""

from __future__ import annotations

import logging
from importlib import import_module
from pathlib import Path

from eval.studies.producers import markup
from eval.studies.producers.printed import Printed
from eval.studies.producers.typefaces import Typeface


def produce_collapsed(printed: Printed, face: Typeface, path: Path) -> None:
    """Print with collapsed borders."""
    _produce(printed, face, path, collapsed=True)


def produce_separate(printed: Printed, face: Typeface, path: Path) -> None:
    """Print with separate borders."""
    _produce(printed, face, path, collapsed=False)


def _produce(printed: Printed, face: Typeface, path: Path, collapsed: bool) -> None:
    weasyprint = import_module("weasyprint")

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    weasyprint.HTML(string=markup.page(printed, face, collapsed)).write_pdf(path)
