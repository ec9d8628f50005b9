"""All parameters of all levels, fixed before anything was measured.

Levels 1 to 4 have the dpi, skew, noise, blur, JPEG quality, fading, shadow and stamp of the levels of `eval.synth`
with the same number (a test compares them); other tools apply them. The other levels say what users send in.
"""

from __future__ import annotations

from dataclasses import dataclass

from eval.synth.content import Options

PRINTERS = ("reportlab", "libreoffice", "chromium")
"""What turns a form into a PDF: reportlab as `eval.synth` does, LibreOffice from Word, Chromium from HTML."""
STYLES = ("lines", "landscape", "double", "grey", "stacks")
"""The styles of `eval.synth.reprint` that Chromium prints in: all have ruling lines."""
RASTERISERS = ("poppler", "cairo", "ghostscript")
"""What turns a PDF page into pixels; pdfium, which the reader of PDFs uses, is not among them."""
CONTAINERS = ("pdf", "tiff", "jpeg", "png")
"""Files that hold the pages. JPEG and PNG hold one page; a document with more pages becomes a PDF."""
FORM = Options(forms=(1, 1), rows=(3, 12))
"""What a document holds: one form of 3 to 12 indicator rows, as in `eval/scans.toml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What is done to a page. Lengths are shares of the page's width unless a unit is given; 0 is "not at all".

    `dpi`; `skew` in degrees, up to; `noise`: σ of brightness, of 255; `blur`: σ in pixels; `quality` of JPEG;
    `fade`: the strength that is left of the print.
    """

    dpi: int
    skew: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    quality: int = 85
    fade: float = 1.0
    shadow: float = 0.0
    """Share of the light that a shadow takes at one side of the page."""
    seal: bool = False
    """A round red seal with Chinese characters on its rim, over figures of the table."""
    perspective: float = 0.0
    """How far each corner of a photographed page moves, up to."""
    curl: float = 0.0
    """How far the text lines bend up or down between the edges of the page."""
    light: float = 0.0
    """Share of the light that is lost in the darkest corner, and in the shadow of a hand."""
    copies: int = 0
    """Generations of a photocopier: each one blurs, and cuts grey into black and white."""
    specks: float = 0.0
    """Specks of toner, in each million of pixels."""
    gaps: int = 0
    """Gaps in level and in upright ruling lines, each; as long as 6 to 30 of 1200 parts of the page's width."""
    streaks: int = 0
    """Black streaks of a copier's scratched drum, up to."""
    lost_lines: int = 0
    """Places where a fax loses one or two lines of pixels, up to."""
    marks: bool = False
    """Punch holes, a staple with its shadow, a fold, a pen's mark in the margin."""
    pins: int = 0
    """Pins of a dot matrix printer, in dots an inch."""
    carbon: bool = False
    """The blue copy under carbon paper: soft, uneven, smudged."""
    handwritten: float = 0.0
    """Share of the figures in the table that are written by hand."""
    two_up: bool = False
    """Two pages beside each other on one sheet; the document holds two forms."""
    turn: int = 0
    """Right angles in degrees, clockwise, by which each page is turned."""
    black_white: bool = False
    """The file holds one bit a pixel."""


LEVELS: dict[str, Level] = {
    "1": Level(dpi=250, skew=0.5, noise=4, quality=85),
    "2": Level(dpi=200, skew=1.2, noise=10, quality=70, shadow=0.35),
    "3": Level(dpi=200, skew=2.0, noise=16, blur=0.5, quality=55, seal=True),
    "4": Level(dpi=150, skew=3.0, noise=24, blur=0.8, quality=40, fade=0.65),
    "photograph": Level(
        dpi=230, skew=2.0, noise=5, blur=0.7, quality=80, perspective=0.03, curl=0.008, light=0.4, marks=True
    ),
    "photocopy": Level(
        dpi=300, skew=1.0, blur=0.8, quality=85, copies=2, specks=60, gaps=60, streaks=1, marks=True, black_white=True
    ),
    "fax": Level(dpi=200, skew=0.8, copies=1, specks=90, lost_lines=6, black_white=True),
    "handwriting": Level(dpi=250, skew=0.5, noise=4, quality=85, handwritten=0.4),
    "dot_matrix": Level(dpi=300, skew=0.5, noise=6, quality=75, pins=180),
    "carbon": Level(dpi=300, skew=1.0, noise=6, blur=0.5, quality=75, carbon=True),
    "two_up": Level(dpi=300, skew=0.5, noise=4, quality=85, two_up=True),
    "upside_down": Level(dpi=250, skew=0.5, noise=4, quality=85, turn=180),
}
