"""Tables of real PDFs against the ICDAR-2013 gold, beside pdfplumber: `python -m eval.studies.real_tables FOLDER`.

Two figures for each reader, blank cells left out:
cells: a cell is right when a gold cell with the same text (white space apart) has its middle in the cell's box;
neighbours: the pairs of adjacent cells (Göbel et al., “A Methodology for Evaluating Algorithms for Table
Understanding in PDF Documents”, DocEng 2012): a cell, the next one to the right or below, and the direction.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from extractor.config import Settings
from extractor.document.geometry import displayed, inside
from extractor.document.layout import Box, Document, Grid
from extractor.readers.pdf.reader import read


class Spot(NamedTuple):
    """A cell with text: its page, its table, rows and columns from first to last, and its box."""

    page: int
    table: int
    row: int
    row_end: int
    col: int
    col_end: int
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of what is there: right, said, and in the gold."""

    right: int = 0
    said: int = 0
    gold: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.said + other.said, self.gold + other.gold)

    @property
    def precision(self) -> float:
        """Right of said."""
        return self.right / self.said if self.said else float(not self.gold)

    @property
    def recall(self) -> float:
        """Right of gold."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Scores(NamedTuple):
    """The two figures of one reader on one document."""

    cells: Score
    neighbours: Score


def plain(text: str) -> str:
    """A cell's text without white space, in one form of each character."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_gold(paths: Iterable[Path], heights: Sequence[float]) -> list[Spot]:
    """The cells of the gold of one document; each region is a table of its own."""
    from lxml import etree

    out: list[Spot] = []
    table = 0
    for path in paths:
        for region in etree.parse(path).iter("region"):
            table += 1
            page = int(region.get("page", "1"))
            out += [_gold_cell(cell, page, table, heights[page - 1]) for cell in region.iter("cell")]
    return [spot for spot in out if spot.text]


def _gold_cell(cell: object, page: int, table: int, height: float) -> Spot:
    from lxml.etree import _Element

    assert isinstance(cell, _Element), "iter gives elements"  # noqa: S101 - narrows the type
    number = {key: int(str(value)) for key, value in cell.attrib.items() if str(key).startswith(("start", "end"))}
    row, col = number["start-row"], number["start-col"]
    found = cell.find("bounding-box")
    x0, y0, x1, y1 = (_figure(found.get(key, "0")) if found is not None else 0.0 for key in ("x1", "y1", "x2", "y2"))
    text = plain(cell.findtext("content") or "")
    box = Box(x0, height - y1, x1, height - y0)
    return Spot(page, table, row, number.get("end-row", row), col, number.get("end-col", col), text, box)


def _figure(text: str) -> float:
    """A coordinate; one in the gold has a slip of the pen in it (`26ß`)."""
    return float(re.sub(r"[^\d.-]", "0", text))


def own_cells(document: Document) -> list[Spot]:
    """The cells that this project reads."""
    out: list[Spot] = []
    for page in document.pages:
        for grid in displayed(page).blocks:
            if isinstance(grid, Grid):
                out += [
                    Spot(
                        page.number,
                        grid.number,
                        c.row,
                        c.row + c.row_span - 1,
                        c.col,
                        c.col + c.col_span - 1,
                        text,
                        c.box,
                    )
                    for c in grid.cells
                    if c.box is not None and (text := plain(c.text))
                ]
    return out


def _end(start: int, span: int) -> int:
    return start + span - 1


def plumber_cells(path: Path) -> list[Spot]:
    """The cells that plain pdfplumber reads."""
    import pdfplumber

    out: list[Spot] = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            for number, table in enumerate(page.find_tables()):
                for row, (texts, boxes) in enumerate(zip(table.extract(), table.rows, strict=True)):
                    for col, (text, box) in enumerate(zip(texts, boxes.cells, strict=True)):
                        if box is not None and plain(text or ""):
                            out.append(Spot(page.page_number, number, row, row, col, col, plain(text or ""), Box(*box)))
            page.close()
    return out


def score_cells(said: Sequence[Spot], gold: Sequence[Spot]) -> Score:
    """Cells with the right text in the right place."""
    by_text: dict[tuple[int, str], list[Spot]] = defaultdict(list)
    for spot in said:
        by_text[spot.page, spot.text].append(spot)
    right = 0
    for want in gold:
        x, y = (want.box.x0 + want.box.x1) / 2, (want.box.top + want.box.bottom) / 2
        same = by_text[want.page, want.text]
        hit = next((spot for spot in same if inside(x, y, spot.box)), None)
        if hit is not None:
            same.remove(hit)
            right += 1
    return Score(right, len(said), len(gold))


def neighbours(spots: Sequence[Spot]) -> Counter[tuple[int, str, str, str]]:
    """Each cell with the next cell to its right in one of its rows, and the next one below in one of its columns."""
    tables: dict[tuple[int, int], list[Spot]] = defaultdict(list)
    for spot in spots:
        tables[spot.page, spot.table].append(spot)
    out: Counter[tuple[int, str, str, str]] = Counter()
    for (page, _), cells in tables.items():
        for across, way in ((True, "right"), (False, "below")):
            pairs = {pair for line in _lines(cells, across) for pair in pairwise(line)}
            out.update((page, a.text, b.text, way) for a, b in pairs)
    return out


def _lines(cells: Sequence[Spot], across: bool) -> list[list[Spot]]:
    """The cells of each row from left to right, or of each column from top to bottom."""
    lines: dict[int, list[Spot]] = defaultdict(list)
    for cell in cells:
        first, last = (cell.row, cell.row_end) if across else (cell.col, cell.col_end)
        for index in range(first, last + 1):
            lines[index].append(cell)
    return [sorted(line, key=lambda c: c.col if across else c.row) for line in lines.values()]


def score(said: Sequence[Spot], gold: Sequence[Spot]) -> Scores:
    """Both figures of one document."""
    ours, theirs = neighbours(said), neighbours(gold)
    shared = sum((ours & theirs).values())
    return Scores(score_cells(said, gold), Score(shared, sum(ours.values()), sum(theirs.values())))


def measure(folder: Path) -> dict[str, dict[str, Scores]]:
    """Document → reader → scores, for all PDFs of a folder that have gold."""
    out: dict[str, dict[str, Scores]] = {}
    for path in sorted(folder.glob("*.pdf")):
        golds = sorted(folder.glob(f"{path.stem.rstrip('ab')}*-str.xml"))
        if not golds:
            continue
        document = read(path, path.name, Settings())
        gold = read_gold(golds, [page.height for page in document.pages])
        out[path.stem] = {"own": score(own_cells(document), gold), "pdfplumber": score(plumber_cells(path), gold)}
    return out


def total(measured: dict[str, dict[str, Scores]], reader: str) -> Scores:
    """The scores of a reader over all documents."""
    cells = sum((scores[reader].cells for scores in measured.values()), Score())
    return Scores(cells, sum((scores[reader].neighbours for scores in measured.values()), Score()))


def line(name: str, of: Callable[[str], Scores]) -> str:
    """One line of the report: F1 of cells and neighbours of both readers."""
    own, other = of("own"), of("pdfplumber")
    figures = (own.cells.f1, other.cells.f1, own.neighbours.f1, other.neighbours.f1)
    return f"{name:12}" + "".join(f"{100 * value:12.1f}" for value in figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="PDFs, each with its NAME-str.xml")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args(arguments)
    measured = measure(options.folder)
    if not measured:
        print(f"{options.folder}: no PDF with gold there", file=sys.stderr)
        return 2
    print(f"{'F1 %':12}{'cells':>12}{'pdfplumber':>12}{'neighbours':>12}{'pdfplumber':>12}")
    for name, scores in measured.items():
        print(line(name, scores.__getitem__))
    print(line("all", lambda reader: total(measured, reader)))
    for reader in ("own", "pdfplumber"):
        for figure, value in total(measured, reader)._asdict().items():
            print(
                f"{reader:10} {figure:10} precision {value.precision:.3f} recall {value.recall:.3f} F1 {value.f1:.3f}"
            )
    if options.json:
        rows = {name: {reader: _plain(scores) for reader, scores in both.items()} for name, both in measured.items()}
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


def _plain(scores: Scores) -> dict[str, dict[str, int]]:
    return {name: {"right": s.right, "said": s.said, "gold": s.gold} for name, s in scores._asdict().items()}


if __name__ == "__main__":
    sys.exit(main())
