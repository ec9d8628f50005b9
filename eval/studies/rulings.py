"""Cells from the ruling lines of scans, beside img2table: `python -m eval.studies.rulings`.

Made scans; what is there are the cells that the PDF reader finds in the same document before it was scanned. A cell is
found when a box overlaps it with an IoU of 0.6 or more. Each way sets the page straight itself, about its middle, so
boxes are compared by their distance from the middle; what is left of the skew is an error of the way. CPU seconds are
those of one page without the OCR.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

from eval.reports.figure_tables import Table, percent, show
from eval.studies.real_tables import Score
from eval.studies.speed_scan import Clock
from eval.studies.spending import imported
from eval.synth.content import Options, make
from eval.synth.degrade import LEVELS, Damage, level_of, scan
from eval.synth.pdf import pdf
from eval.synth.seeds import seeded
from extractor.config import Settings
from extractor.document.geometry import area, overlap
from extractor.document.layout import Box, Grid, Page
from extractor.errors import MissingPackage
from extractor.readers import read
from extractor.readers.scan import ocr
from extractor.readers.scan.pixels import rotated, skew
from extractor.readers.scan.reader import read_image

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

SEED = 59000
SAME = 0.6  # IoU from which on two boxes are one cell


class Sample(NamedTuple):
    """A page as scanned, how many points its pixels are wide, and the cells that are on it."""

    jpeg: bytes
    points: float
    cells: list[Box]

    def image(self) -> Image:
        """Its RGB pixels."""
        import numpy as np
        from PIL import Image as Pictures

        return np.asarray(Pictures.open(BytesIO(self.jpeg)).convert("RGB"))


class Found(NamedTuple):
    """The cells that a way finds on a page, and the CPU seconds that it took."""

    cells: list[Box]
    seconds: float


def samples(seed: int, damage: Damage) -> Iterator[Sample]:
    """The pages of a made document, the same as `--format scan` makes of the seed."""
    rng = seeded("scan", seed)
    data = pdf(make(seed, Options(forms=(1, 1), rows=(3, 8))), rng).data
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "printed.pdf"
        path.write_bytes(data)
        pages = read(path, path.name, Settings(workers=1)).pages
    for page, jpeg in zip(pages, scan(data, damage, rng), strict=True):
        yield Sample(jpeg, 72 / level_of(damage).dpi, cells_of(page))


def cells_of(page: Page) -> list[Box]:
    """The boxes of the cells of all tables, from the middle of the page."""
    boxes = [cell.box for block in page.blocks if isinstance(block, Grid) for cell in block.cells if cell.box]
    return from_middle(boxes, page.width, page.height)


def from_middle(boxes: Iterable[Box], width: float, height: float, points: float = 1.0) -> list[Box]:
    """Boxes in points from the middle of a page of this size."""
    x, y = width / 2, height / 2
    return [Box(*((b[i] - (x, y)[i % 2]) * points for i in range(4))) for b in boxes]


def own(sample: Sample) -> Found:
    """This project's reading of a page, all of it; the OCR's seconds are taken off."""
    clock, detect, recognise = Clock(), ocr.detect, ocr.recognise
    image = sample.image()
    ocr.detect, ocr.recognise = clock.wrapped(detect), clock.wrapped(recognise)
    started = process_time()
    try:
        page = read_image(image, 1, sample.points, Settings(workers=1)).page
    finally:
        ocr.detect, ocr.recognise = detect, recognise
    return Found(cells_of(page), process_time() - started - clock.seconds)


def img2table(sample: Sample) -> Found:
    """The lines that img2table finds, which sets the page straight itself."""
    return _img2table(sample.jpeg, sample.points, turns=True)


def img2table_straight(sample: Sample) -> Found:
    """The lines that img2table finds on a page that this project has set straight (whose seconds are not counted)."""
    from PIL import Image as Pictures

    out, image = BytesIO(), sample.image()
    Pictures.fromarray(rotated(image, skew(image))).save(out, "PNG")
    return _img2table(out.getvalue(), sample.points, turns=False)


def _img2table(data: bytes, points: float, *, turns: bool) -> Found:
    document = imported("img2table.document")
    started = process_time()
    picture = document.Image(src=data, detect_rotation=turns)
    tables = picture.extract_tables(implicit_rows=False, borderless_tables=False)
    seconds = process_time() - started
    # A merged cell is given once for each row and column that it spans.
    cells = [cell.bbox for table in tables for row in table.content.values() for cell in row]
    boxes = {Box(b.x1, b.y1, b.x2, b.y2) for b in cells}
    high, wide = picture.images[0].shape[:2]
    return Found(from_middle(boxes, wide, high, points), seconds)


WAYS: dict[str, Callable[[Sample], Found]] = {
    "own": own,
    "img2table": img2table,
    "img2table, page straight": img2table_straight,
}


def score(said: Sequence[Box], there: Sequence[Box]) -> Score:
    """Cells found; a box stands for one cell alone."""
    left = list(said)
    for cell in there:
        best = max(left, key=lambda box: iou(box, cell), default=None)
        if best is not None and iou(best, cell) >= SAME:
            left.remove(best)
    return Score(len(said) - len(left), len(said), len(there))


def iou(one: Box, other: Box) -> float:
    """What two boxes share of what they cover together."""
    shared = overlap(one.x0, one.x1, other.x0, other.x1) * overlap(one.top, one.bottom, other.top, other.bottom)
    covered = area(one) + area(other) - shared
    return shared / covered if covered else 0.0


def rows(pages: Sequence[Sample], ways: Iterable[str], name: str) -> Iterator[tuple[str | int | float | None, ...]]:
    """A line of the table for each way over the same pages."""
    for way in ways:
        found = [WAYS[way](page) for page in pages]
        total = sum((score(one.cells, page.cells) for one, page in zip(found, pages, strict=True)), Score())
        seconds = sum(one.seconds for one in found) / len(pages)
        shares = (percent(total.f1), percent(total.precision), percent(total.recall))
        yield way, name, len(pages), total.gold, *shares, seconds


def available() -> list[str]:
    """The ways that can be gone; says what is to be installed for the others."""
    try:
        imported("img2table.document")
    except MissingPackage as error:
        print(error, file=sys.stderr)
        return ["own"]
    return list(WAYS)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.rulings", description=__doc__)
    parser.add_argument("--count", type=int, default=4, help="documents of each level")
    parser.add_argument("--level", type=int, choices=sorted(LEVELS), nargs="*", default=[1, 3])
    parser.add_argument("--gaps", action="store_true", help="with gaps in the ruling lines")
    args = parser.parse_args()
    ways = available()
    lines: list[tuple[str | int | float | None, ...]] = []
    first = next(samples(SEED, Damage()))
    for way in ways:
        WAYS[way](first)  # what is loaded once counts for no page
    for level in args.level:
        damage = Damage(level, gaps=args.gaps)
        pages = [page for seed in range(SEED, SEED + args.count) for page in samples(seed, damage)]
        lines += rows(pages, ways, damage.tag)
    columns = ("way", "level", "pages", "cells", "F1", "precision", "recall", "CPU seconds a page")
    show([Table("Cells from ruling lines", columns, tuple(lines))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
