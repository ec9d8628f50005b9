"""Speed of scans: `python -m eval.studies.speed_scan`: CPU seconds a page, beside RapidOCR alone on the same pages.

Made scans of a level. The OCR is the detection and the recognition of text, all else is this project's. RapidOCR alone
reads the same pictures as wholes, with one thread too; each document is a pair, and the median of their ratios counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pypdfium2  # type: ignore[import-untyped]  # it has no types

from eval.reports.figure_tables import Table, show
from eval.synth.__main__ import write
from eval.synth.content import Options
from eval.synth.degrade import LEVELS, Damage
from eval.synth.formats import case
from extractor.config import Settings
from extractor.readers import read
from extractor.readers.scan import ocr
from extractor.readers.scan.reader import rendered

SEED = 58000


class Clock:
    """CPU seconds spent in the functions that it wraps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its CPU seconds counted."""

        def timed(*args: Any) -> Any:
            started = time.process_time()
            try:
                return function(*args)
            finally:
                self.seconds += time.process_time() - started

        return timed


class Measured(NamedTuple):
    """Pages, CPU seconds of the OCR and of everything, and the ratios of the pairs: everything to RapidOCR alone."""

    pages: int
    within: float
    whole: float
    ratios: tuple[float, ...]


def measured(level: int, count: int) -> Measured:
    """The figures for made scans of a level."""
    settings = Settings(workers=os.cpu_count())  # one thread
    clock, detect, recognise = Clock(), ocr.detect, ocr.recognise
    pages, whole, ratios = 0, 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(SEED, SEED + count):
            write(case(seed, "scan", Options(forms=(1, 1), rows=(3, 12)), Damage(level)), Path(folder))
        files = sorted(Path(folder).glob("*.pdf"))
        read(files[0], files[0].name, settings)  # loads the models
        alone = _alone()
        ocr.detect, ocr.recognise = clock.wrapped(detect), clock.wrapped(recognise)
        try:
            for file in files:
                started = time.process_time()
                pages += len(read(file, file.name, settings).pages)
                taken = time.process_time() - started
                whole += taken
                ratios.append(taken / _seconds_alone(alone, file, settings))
        finally:
            ocr.detect, ocr.recognise = detect, recognise
    return Measured(pages, clock.seconds, whole, tuple(ratios))


def _alone() -> Any:
    """RapidOCR as it comes, without the classifier of directions, with one thread and its models loaded."""
    import numpy as np
    from rapidocr import RapidOCR

    threads = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    engine = RapidOCR(params={"Global.use_cls": False, "Global.log_level": "critical", **threads})
    engine(np.full((400, 400, 3), 255, np.uint8))
    return engine


def _seconds_alone(engine: Any, file: Path, settings: Settings) -> float:
    """CPU seconds of RapidOCR for the pages of a PDF, drawn as the reader draws them."""
    seconds = 0.0
    with pypdfium2.PdfDocument(file) as pdf:
        for index in range(len(pdf)):
            with rendered(pdf, index, settings) as (image, _):
                started = time.process_time()
                engine(image[:, :, ::-1])
                seconds += time.process_time() - started
    return seconds


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.speed_scan", description=__doc__)
    parser.add_argument("--count", type=int, default=5, help="documents of each level")
    parser.add_argument("--level", type=int, choices=sorted(LEVELS), nargs="*", default=[0, 3])
    args = parser.parse_args()
    rows = []
    for level in args.level:
        found = measured(level, args.count)
        top = (found.whole - found.within) / found.within
        ratio = f"{median(found.ratios):.2f}"
        rows.append((f"{level}", f"{found.pages}", f"{found.whole / found.pages:.2f}", f"{top:.1%}", ratio))
    head = ("level", "pages", "CPU seconds a page", "on top of the OCR", "to RapidOCR alone, median of pairs")
    show([Table("Scans", head, tuple(rows))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
