"""Speed of scans: `python -m eval.studies.speed_scan`: CPU seconds a page, and what comes on top of the OCR itself.

Made scans of a level; the OCR is the detection and the recognition of text, all else is this project's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.reports.figure_tables import Table, show
from eval.synth.__main__ import write
from eval.synth.content import Options
from eval.synth.degrade import LEVELS, Damage
from eval.synth.formats import case
from extractor.config import Settings
from extractor.readers import read
from extractor.readers.scan import ocr

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


def measured(level: int, count: int) -> tuple[int, float, float]:
    """Pages, CPU seconds of the OCR, and of everything, for made scans of a level."""
    settings = Settings(workers=1)
    clock, detect, recognise = Clock(), ocr.detect, ocr.recognise
    ocr.recognise([], settings)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(SEED, SEED + count):
            write(case(seed, "scan", Options(forms=(1, 1), rows=(3, 12)), Damage(level)), Path(folder))
        files = sorted(Path(folder).glob("*.pdf"))
        read(files[0], files[0].name, settings)  # loads the models
        ocr.detect, ocr.recognise = clock.wrapped(detect), clock.wrapped(recognise)
        started = time.process_time()
        try:
            pages = sum(len(read(file, file.name, settings).pages) for file in files)
        finally:
            ocr.detect, ocr.recognise = detect, recognise
    return pages, clock.seconds, time.process_time() - started


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.speed_scan", description=__doc__)
    parser.add_argument("--count", type=int, default=5, help="documents of each level")
    parser.add_argument("--level", type=int, choices=sorted(LEVELS), nargs="*", default=[0, 3])
    args = parser.parse_args()
    rows = []
    for level in args.level:
        pages, within, whole = measured(level, args.count)
        rows.append((f"{level}", f"{pages}", f"{whole / pages:.2f}", f"{(whole - within) / within:.1%}"))
    show([Table("Scans", ("level", "pages", "CPU seconds a page", "on top of the OCR"), tuple(rows))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
