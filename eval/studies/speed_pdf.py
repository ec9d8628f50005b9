"""Speed of the PDF source beside plain pdfplumber on one synthetic document: `python -m eval.studies.speed_pdf`.

Each of the paired runs reads the same file twice: once with pdfplumber's `extract_words()` and `extract_tables()`,
once with the whole PDF source; the ratio of their CPU seconds is reported as the median over the pairs.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from extractor.config import Settings
from extractor.document.layout import Grid
from extractor.readers.pdf.reader import opened, read

FONT = "STSong-Light"
COLUMNS = (70.0, 75.0, 130.0, 95.0, 65.0, 80.0)
ROW_HEIGHT = 34.0
WORDS = "项目年度绩效目标完成情况指标数量质量时效成本社会效益满意度资金预算执行率单位服务对象综合评价建设维护"


CHECKED = 20  # pages whose cells are compared


def phrase(rng: random.Random, length: int) -> str:
    """A made-up phrase of `length` characters."""
    return "".join(rng.choice(WORDS) for _ in range(length))


def form_rows(rng: random.Random) -> list[list[str]]:
    """The rows of one form, six columns, 105 cells once its spans are merged."""
    rows = [
        ["项目名称", phrase(rng, 12), "", "", "", ""],
        ["主管部门", phrase(rng, 8), "", "实施单位", phrase(rng, 9), ""],
        ["一级指标", "二级指标", "三级指标", "指标值", "单位", "得分"],
    ]
    for index in range(18):
        first = phrase(rng, 4) if index % 4 == 0 and index < 16 else ""
        second = phrase(rng, 4)
        value = f"≥{rng.randint(1, 999)}.{rng.randint(0, 99):02d}"
        rows.append([first, second, phrase(rng, rng.randint(8, 22)), value, "万元", str(rng.randint(1, 10))])
    return rows


def form_spans() -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """The merged cells of a form, in reportlab's (column, row) notation."""
    spans = [("SPAN", (1, 0), (5, 0)), ("SPAN", (1, 1), (2, 1)), ("SPAN", (4, 1), (5, 1))]
    return spans + [("SPAN", (0, row), (0, row + 3)) for row in range(3, 19, 4)]


def make_pdf(path: Path, pages: int, seed: int = 1, font: Path | None = None) -> None:
    """Write a document with one form a page; its font is embedded when a font file is given, else named."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    face = TTFont("embedded", str(font)) if font else UnicodeCIDFont(FONT)
    pdfmetrics.registerFont(face)
    name = face.fontName
    rng = random.Random(seed)  # noqa: S311 - test data, not a secret
    body = ParagraphStyle("body", fontName=name, fontSize=10, leading=12, wordWrap="CJK")
    style = TableStyle(
        [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *form_spans()]
    )
    story: list[Any] = []
    for number in range(pages):
        rows = [[Paragraph(text, body) for text in row] for row in form_rows(rng)]
        story += [
            Paragraph(f"项目支出绩效目标表（{number + 1}）", body),
            Paragraph("（2031 年度）　金额单位：万元", body),
        ]
        story += [Table(rows, colWidths=COLUMNS, rowHeights=[ROW_HEIGHT] * len(rows), style=style), PageBreak()]
    SimpleDocTemplate(str(path), pagesize=A4, leftMargin=40, rightMargin=40, topMargin=40, bottomMargin=30).build(story)


class Cell(NamedTuple):
    """A cell to compare: its text without white space, and its box in whole points."""

    text: str
    box: tuple[int, ...]


def plain_run(path: Path) -> float:
    """CPU seconds of plain pdfplumber: words and tables of all pages, which are closed to keep memory flat."""
    import pdfplumber

    start = time.process_time()
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_words()
            page.extract_tables()
            page.close()
    return time.process_time() - start


def own_run(path: Path) -> float:
    """CPU seconds of the PDF source: words, lines, tables with spans, checks, notes, the file's hash."""
    start = time.process_time()
    read(path, path.name, Settings(max_pages=100_000))
    return time.process_time() - start


def plain_cells(path: Path, pages: int) -> list[set[Cell]]:
    """The cells that plain pdfplumber finds on the first pages."""
    import pdfplumber

    out: list[set[Cell]] = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages[:pages]:
            found: set[Cell] = set()
            for table in page.find_tables():
                for texts, row in zip(table.extract(), table.rows, strict=True):
                    for text, box in zip(texts, row.cells, strict=True):
                        if box is not None:
                            found.add(Cell("".join((text or "").split()), tuple(round(v) for v in box)))
            out.append(found)
            page.close()
    return out


def own_cells(path: Path, pages: int) -> list[set[Cell]]:
    """The cells that the PDF source finds on the first pages."""
    document = read(path, path.name, Settings(max_pages=100_000))
    return [
        {
            Cell("".join(cell.text.split()), tuple(round(v) for v in cell.box))
            for grid in page.blocks
            if isinstance(grid, Grid)
            for cell in grid.cells
            if cell.box is not None
        }
        for page in document.pages[:pages]
    ]


def differing(plain: list[set[Cell]], own: list[set[Cell]]) -> int:
    """Cells of pdfplumber that the PDF source has not, or not with the same text, each box within a point."""
    worse = 0
    for theirs, ours in zip(plain, own, strict=True):
        worse += sum(cell not in ours and not _within_a_point(cell, ours) for cell in theirs)
    return worse


def _within_a_point(cell: Cell, others: set[Cell]) -> bool:
    return any(
        other.text == cell.text and all(abs(a - b) <= 1 for a, b in zip(cell.box, other.box, strict=True))
        for other in others
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the pairs and their median."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a PDF; by default a synthetic one")
    parser.add_argument("--pages", type=int, default=200, help="pages of the synthetic document")
    parser.add_argument("--pairs", type=int, default=5, help="paired runs")
    parser.add_argument("--font", type=Path, help="a TrueType font to embed; by default a Chinese font is only named")
    parser.add_argument("--least", type=float, default=0.0, help="exit with 1 when the median ratio is below this")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "forms.pdf"
        if options.file is None:
            make_pdf(path, options.pages, font=options.font)
        ratio = report(path, options.pairs)
    return int(ratio < options.least)


def report(path: Path, pairs: int) -> float:
    """Print what was measured on a file; the median ratio."""
    own, plain = own_cells(path, CHECKED), plain_cells(path, CHECKED)
    pages = _pages(path)
    print(f"{path.name}: {pages} pages; cells of the first {len(own)} pages: {sum(map(len, own))}")
    print(f"cells of pdfplumber that differ: {differing(plain, own)} of {sum(map(len, plain))}")
    ratios = []
    for number in range(1, pairs + 1):
        slow, quick = plain_run(path), own_run(path)
        ratios.append(slow / quick)
        per_page = f"{1000 * slow / pages:.1f} and {1000 * quick / pages:.1f} ms a page"
        speeds = f"{pages / slow:.1f} and {pages / quick:.1f} pages a CPU-second ({per_page})"
        print(f"pair {number}: {speeds}, {ratios[-1]:.2f} times as fast")
    print(f"median: {statistics.median(ratios):.2f} times as fast")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB, both readers")
    return statistics.median(ratios)


def _pages(path: Path) -> int:
    with opened(path, Settings()) as pdf:
        return len(pdf)


if __name__ == "__main__":
    sys.exit(main())
