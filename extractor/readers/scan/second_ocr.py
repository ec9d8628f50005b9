"""A second recogniser for single lines of print: Tesseract, which shares no model with the first.

It confirms what the first reads, and never corrects it.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.config import Settings
from extractor.errors import StopRun
from extractor.readers.scan.line_pictures import DOTS, LinePicture, scaled
from extractor.readers.scan.ocr import LANGUAGES
from extractor.readers.scan.pixels import grey, vision

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

NAME = "tesseract"
INSTALL = "install Tesseract with its language data (Debian: apt install tesseract-ocr tesseract-ocr-chi-sim)"
BORDER = 10  # pixels of paper around a line, without which Tesseract loses the first and last character
TRIES = 3  # a machine under load may not start a program at once
SMOOTH = 1.5  # pixels; on noisy pages Tesseract agrees with half as many lines again, on clean ones with as many
SECONDS = 60.0  # for all lines of a document, and one more for each
ONE_LINE = "7"  # the page segmentation mode that takes a picture for one line of text


@lru_cache(maxsize=1)
def program() -> str | None:
    """The program and its version, as a fingerprint wants it; None where it is not installed.

    Raises `StopRun` where it is, and does not tell its version: the fingerprint would be that of a machine without it.
    """
    path = shutil.which("tesseract")
    if path is None:
        return None
    why = "it says nothing"
    for _ in range(TRIES):
        try:
            told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            why = str(error)
            continue
        if version := told.stdout.split("\n", 1)[0].strip():
            return version
    raise StopRun(f"{path} is installed and does not tell its version ({why}); mend it, or set second_reader = off")


def reads(settings: Settings) -> bool:
    """Whether it is to read after the first OCR: it is installed, and is not itself the first."""
    return settings.second_reader == NAME != settings.ocr and program() is not None


def missing(settings: Settings) -> str:
    """What is to be installed before Tesseract can read the language of the settings; empty where nothing is."""
    path = shutil.which("tesseract")
    if path is None or program() is None:
        return INSTALL
    try:
        told = subprocess.run([path, "--list-langs"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return INSTALL
    lacking = set(_language(settings).split("+")) - set(told.stdout.split())
    return f"Tesseract lacks the language data {', '.join(sorted(lacking))}; {INSTALL}" if lacking else ""


def _language(settings: Settings) -> str:
    return LANGUAGES.get(settings.language, settings.language)


def read_lines(lines: Sequence[LinePicture], settings: Settings) -> list[str]:
    """What Tesseract reads in each line; empty where it reads nothing, fails or is not installed."""
    return _read([_prepared(line) for line in lines], _language(settings))


def _prepared(line: LinePicture) -> Image:
    """The line in grey, smooth, at the resolution that Tesseract knows, with paper around it."""
    import numpy as np

    cv2 = vision()
    shade = cv2.GaussianBlur(grey(scaled(line)), (0, 0), SMOOTH)
    sides = (BORDER,) * 4
    out: Image = cv2.copyMakeBorder(shade, *sides, cv2.BORDER_CONSTANT, value=int(np.percentile(shade, 90)))
    return out


def _read(pictures: Sequence[Image], language: str) -> list[str]:
    """One call of the program for all pictures: most of its time is the loading of the model."""
    path = shutil.which("tesseract")
    if path is None or not pictures:
        return [""] * len(pictures)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{n}.png" for n in range(len(pictures))]
        for file, picture in zip(files, pictures, strict=True):
            vision().imwrite(str(file), picture)
        listed = Path(folder) / "lines.txt"
        listed.write_text("".join(f"{file}\n" for file in files), encoding="utf-8")
        command = [path, str(listed), "stdout", "--dpi", str(round(DOTS)), "--psm", ONE_LINE, "-l", language]
        try:
            ran = subprocess.run(  # noqa: S603 - a program found on the path, no shell
                [*command, "tsv"],
                capture_output=True,
                timeout=SECONDS + len(pictures),
                check=False,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except (OSError, subprocess.TimeoutExpired):
            return [""] * len(pictures)
    return _texts(ran.stdout.decode("utf-8", "replace"), len(pictures))


def _texts(table: str, count: int) -> list[str]:
    """The words of each picture (`page_num`, from 1), joined."""
    out: list[list[str]] = [[] for _ in range(count)]
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        page = row.get("page_num") or ""
        if row.get("level") == "5" and page.isdigit() and 1 <= int(page) <= count:
            out[int(page) - 1].append((row.get("text") or "").strip())
    return [" ".join(filter(None, words)) for words in out]
