"""Forms printed to PDF by one of three programs, and the PDF's pages as pixels by one of three others."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from eval.studies.damage.handwriting import Word
from eval.studies.damage.imaging import Page
from eval.studies.damage.levels import FORM, PRINTERS, STYLES
from eval.synth.__main__ import write
from eval.synth.formats import case
from eval.synth.reprint import by_browser, by_office, with_gold
from eval.synth.seeds import seeded
from extractor.errors import MissingPackage

FORMATS = {"reportlab": "pdf", "libreoffice": "docx", "chromium": "html"}
"""The format of `eval.synth` that a printer starts from."""
SECONDS = 120.0
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</word>')


def print_forms(seeds: Sequence[int], forms: int, out: Path) -> dict[int, Path]:
    """The document of each seed as a PDF in `out`, with its gold beside it: by seed, the PDF.

    The seed picks the printer. MissingPackage: one of the three is not installed.
    """
    options = replace(FORM, forms=(forms, forms))
    printed: dict[int, Path] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        files: dict[str, list[Path]] = {printer: [] for printer in PRINTERS}
        for seed in seeds:
            printer = printer_of(seed)
            made = case(seed, FORMATS[printer], options)
            write(made, folder)
            files[printer].append(folder / made.name)
            printed[seed] = out / f"{Path(made.name).stem}.pdf"
        by_office(folder, files["libreoffice"], out)
        for file in files["chromium"]:
            by_browser([file], out, [style_of(int(file.stem.rsplit("-", 1)[1]))])
        for file in files["reportlab"]:
            shutil.copy(file, out)
        for file in (file for group in files.values() for file in group):
            if not with_gold(file, out):
                raise MissingPackage(f"{file.name}: was not printed; see that LibreOffice and Chromium work")
    return printed


def printer_of(seed: int) -> str:
    """The printer of a seed."""
    return seeded("damage printer", seed).choice(PRINTERS)


def style_of(seed: int) -> str:
    """The style in which Chromium prints the document of a seed."""
    return seeded("damage style", seed).choice(STYLES)


def _poppler(pdf: Path, dpi: int, out: Path) -> list[str]:
    return ["pdftoppm", "-r", str(dpi), "-png", str(pdf), str(out / "page")]


def _cairo(pdf: Path, dpi: int, out: Path) -> list[str]:
    return ["pdftocairo", "-r", str(dpi), "-png", str(pdf), str(out / "page")]


def _ghostscript(pdf: Path, dpi: int, out: Path) -> list[str]:
    smooth = ["-dTextAlphaBits=4", "-dGraphicsAlphaBits=4"]
    return ["gs", "-q", "-dSAFER", "-sDEVICE=png16m", *smooth, f"-r{dpi}", "-o", f"{out}/page-%03d.png", str(pdf)]


COMMANDS: dict[str, Callable[[Path, int, Path], list[str]]] = {
    "poppler": _poppler,
    "cairo": _cairo,
    "ghostscript": _ghostscript,
}


def rasterised(pdf: Path, dpi: int, rasteriser: str) -> list[Page]:
    """The pages of a PDF as pixels. MissingPackage: the program is not installed, or could not read the file."""
    with TemporaryDirectory() as name:
        _called(COMMANDS[rasteriser](pdf, dpi, Path(name)))
        return [np.asarray(Image.open(file).convert("RGB")) for file in sorted(Path(name).glob("*.png"))]


def words_of(pdf: Path, dpi: int) -> list[list[Word]]:
    """The words of each page with their boxes in pixels, as `pdftotext` of poppler gives them."""
    text = _called(["pdftotext", "-bbox", str(pdf), "-"])
    scale = dpi / 72
    pages = text.split("<page ")[1:]
    return [[Word(text, _box(edges, scale)) for *edges, text in _WORD.findall(page)] for page in pages]


def _box(edges: Sequence[str], scale: float) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(edge) * scale for edge in edges)
    return left, top, right, bottom


def _called(command: list[str]) -> str:
    if shutil.which(command[0]) is None:
        package = "ghostscript" if command[0] == "gs" else "poppler-utils"
        raise MissingPackage(f"{command[0]} is not installed (Debian: apt-get install {package})")
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell
    if done.returncode:
        raise MissingPackage(f"{command[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()[:300]}")
    return done.stdout.decode("utf-8", "replace")
