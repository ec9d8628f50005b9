"""The programs that print, by name: what they can draw, what they need, what they leave out of a design."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from eval.studies.producers import (
    calc_pdf,
    chromium_pdf,
    fpdf_pdf,
    platypus_pdf,
    programs,
    typst_pdf,
    weasyprint_pdf,
    writer_pdf,
)
from eval.studies.producers.design import BORDERS
from eval.studies.producers.printed import Printed
from eval.studies.producers.typefaces import Typeface, installed

SINGLE = tuple(border for border in BORDERS if border != "double")


class Producer(NamedTuple):
    """A way to print: the function, the Python package or the programs it needs, what it can and cannot draw.

    `truetype`: it embeds only outlines of TrueType. `ignores`: features of a design that it does not draw.
    """

    produce: Callable[[Printed, Typeface, Path], None]
    package: str | None = None
    commands: tuple[str, ...] = ()
    borders: tuple[str, ...] = BORDERS
    truetype: bool = False
    ignores: frozenset[str] = frozenset()


OWN_BREAKS = frozenset({"broken_rows", "overflow"})
OFFICE = frozenset({"watermark", "overflow"})

PRODUCERS: dict[str, Producer] = {
    "weasyprint-collapsed": Producer(weasyprint_pdf.produce_collapsed, "weasyprint"),
    "weasyprint-separate": Producer(weasyprint_pdf.produce_separate, "weasyprint"),
    "platypus": Producer(platypus_pdf.produce, "reportlab", truetype=True, ignores=OWN_BREAKS),
    "typst": Producer(typst_pdf.produce, "typst", borders=SINGLE, ignores=frozenset({"overflow"})),
    "fpdf2": Producer(fpdf_pdf.produce, "fpdf", borders=SINGLE, truetype=True, ignores=OWN_BREAKS),
    "writer": Producer(writer_pdf.produce, "docx", programs.OFFICES, ignores=OFFICE),
    "calc": Producer(
        calc_pdf.produce, "openpyxl", programs.OFFICES, ignores=OFFICE | {"broken_rows", "starts_down_the_page"}
    ),
    "chromium": Producer(chromium_pdf.produce, commands=programs.BROWSERS),
}


def missing(name: str) -> str | None:
    """What a producer lacks on this machine, as a sentence; `None` where it can print. Raises `KeyError`."""
    producer = PRODUCERS[name]
    if producer.package and find_spec(producer.package) is None:
        return f"the Python package {producer.package} is not installed"
    if producer.commands and programs.found(producer.commands) is None:
        return f"none of these programs is installed: {', '.join(producer.commands)}"
    if find_spec("fontTools") is None:
        return "the Python package fonttools is not installed"
    if not installed(producer.truetype):
        return "no known Chinese typeface is installed"
    return None
