"""Speed of the PDF source beside plain pdfplumber on one synthetic document: `python -m eval.speed_pdf`.

Each of the paired runs reads the same file twice: once with pdfplumber's `extract_words()` and `extract_tables()`,
once with the whole PDF source; the ratio of their CPU seconds is reported as the median over the pairs.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, NamedTuple

FONT = "STSong-Light"
COLUMNS = (70.0, 75.0, 130.0, 95.0, 65.0, 80.0)
ROW_HEIGHT = 36.0
WORDS = "项目年度绩效目标完成情况指标数量质量时效成本社会效益满意度资金预算执行率单位服务对象综合评价建设维护"


class Pair(NamedTuple):
    """One paired run: CPU seconds of each reader, cells seen by pdfplumber, and those among them that differ."""

    plain: float
    own: float
    cells: int
    worse: int


def phrase(rng: random.Random, length: int) -> str:
    """A made-up phrase of `length` characters."""
    return "".join(rng.choice(WORDS) for _ in range(length))


def form_rows(rng: random.Random) -> list[list[str]]:
    """The rows of one form, six columns, about 105 cells once its spans are merged."""
    rows = [
        ["项目名称", phrase(rng, 12), "", "", "", ""],
        ["主管部门", phrase(rng, 8), "", "实施单位", phrase(rng, 9), ""],
        ["一级指标", "二级指标", "三级指标", "指标值", "单位", "得分"],
    ]
    for index in range(16):
        first = phrase(rng, 4) if index % 4 == 0 else ""
        second = phrase(rng, 4)
        value = f"≥{rng.randint(1, 999)}.{rng.randint(0, 99):02d}"
        rows.append([first, second, phrase(rng, rng.randint(8, 22)), value, "万元", str(rng.randint(1, 10))])
    return rows


def form_spans() -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """The merged cells of a form, in reportlab's (column, row) notation."""
    spans = [("SPAN", (1, 0), (5, 0)), ("SPAN", (1, 1), (2, 1)), ("SPAN", (4, 1), (5, 1))]
    return spans + [("SPAN", (0, row), (0, row + 3)) for row in range(3, 19, 4)]


def make_pdf(path: Path, pages: int, seed: int = 1) -> None:
    """Write a document with one form a page."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    rng = random.Random(seed)  # noqa: S311 - test data, not a secret
    body = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=12, wordWrap="CJK")
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
