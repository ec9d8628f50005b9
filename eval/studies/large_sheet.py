"""Time and memory of a sheet of many rows: `python -m eval.studies.large_sheet [--rows 100000]`.

A workbook of one sheet (number, text, amount, date, share; no schema) is read by `extractor run`, and its record is
exported as CSV. Each step is a process of its own; its CPU seconds are those of all its workers.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from eval.reports.figure_tables import Table, show


class Step(NamedTuple):
    """What a command took: seconds of CPU and on the wall, MB of its largest process."""

    cpu: float
    wall: float
    megabytes: float


def main(arguments: list[str] | None = None) -> int:
    """Make the sheet, read it, export it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.large_sheet", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the sheet (default: 100000)")
    rows = parser.parse_args(arguments).rows
    with TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "sheet.xlsx", rows)
        read = _timed("run", str(folder / "sheet.xlsx"), "--out", str(folder / "out"), "--engine", "rules")
        export = _timed("export", str(folder / "out"), "--to", str(folder / "tables.csv"))
        found = _exported(folder)
    named = (("run", read), ("export", export))
    lines = tuple((what, f"{s.cpu:.1f}", f"{s.wall:.1f}", f"{s.megabytes:.0f}") for what, s in named)
    show([Table(f"{rows} rows, {found} exported", ("step", "CPU seconds", "seconds", "MB"), lines)])
    return 0 if found >= rows else 1


def make(path: Path, rows: int) -> None:
    """A workbook with one table of so many rows below its header."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Items")
    sheet.append(["No", "Item", "Amount", "Date", "Share"])
    for number in range(1, rows + 1):
        sheet.append([number, f"Item {number}", number * 1.25, "2026-01-02", 0.5])
    book.save(path)


def _timed(*call: str) -> Step:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "extractor", *call]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Step(cpu, time.monotonic() - start, after.ru_maxrss / 1024)


def _exported(folder: Path) -> int:
    """The rows of the longest file that the export wrote."""
    counts = [sum(1 for _ in path.open(encoding="utf-8")) - 1 for path in folder.glob("*.csv")]
    return max(counts, default=0)


if __name__ == "__main__":
    sys.exit(main())
