"""The Chinese font that documents are printed with: found on this machine, embedded as a subset in every file."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from extractor.errors import MissingPackage

PLACES = (
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
"""Fonts with TrueType outlines, which the PDF writer can embed; Noto CJK has others and can't be."""

NAME = "synth"


@cache
def font_file() -> Path:
    """The font's file: `SYNTH_FONT` where it is set, else the first of the known places that is there."""
    asked = os.environ.get("SYNTH_FONT")
    for place in (asked,) if asked else PLACES:
        if Path(place).is_file():
            return Path(place)
    raise MissingPackage(
        f"no Chinese font with TrueType outlines ({asked or 'none of the known places'}): "
        "install one (Debian: apt-get install fonts-wqy-zenhei) or name one in SYNTH_FONT"
    )


@cache
def register() -> str:
    """Make the font known to reportlab; returns the name to use."""
    try:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
    except ImportError as error:
        raise MissingPackage("printing PDFs needs reportlab: pip install reportlab") from error
    pdfmetrics.registerFont(TTFont(NAME, str(font_file()), subfontIndex=0))
    return NAME


def width(text: str, size: float = 1.0) -> float:
    """The printed width of a text, in points (in ems with size 1)."""
    from reportlab.pdfbase import pdfmetrics

    return float(pdfmetrics.stringWidth(text, register(), size))
