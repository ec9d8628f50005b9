"""Printing through reportlab Platypus. It breaks no merged cell: tables are cut before, at the heights it measures."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from eval.studies.producers.design import Design
from eval.studies.producers.page_cuts import breaks, cut
from eval.studies.producers.printed import Printed
from eval.studies.producers.raised import runs
from eval.studies.producers.typefaces import Typeface
from eval.synth.sheet import Block, Cell, Heading, Paragraph, Table, slots

SIZES = {"document": 1.4, "title": 1.35}
VALIGN = {"top": "TOP", "middle": "MIDDLE", "bottom": "BOTTOM"}
DASHES = {"dotted": (1, 2), "dashed": (4, 2)}
ALIGN: dict[str, Any] = {"left": 0, "center": 1, "right": 2}


def produce(printed: Printed, face: Typeface, path: Path) -> None:
    """Build the document, twice where its page stamp tells the number of pages."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(face.family, str(face.file), subfontIndex=face.index))
    pages = Flow(printed.design, face.family, 0).build(printed, path)
    if "{pages}" in (printed.design.stamp or ""):
        Flow(printed.design, face.family, pages).build(printed, path)


class Flow:
    """The blocks of a document laid down a page after the other."""

    def __init__(self, design: Design, font: str, pages: int) -> None:
        self.design, self.font, self.pages = design, font, pages
        self.story: list[Any] = []
        self.room = design.inner_height - 12
        self.left = self.room

    def build(self, printed: Printed, path: Path) -> int:
        """Write the file; returns its number of pages."""
        from reportlab.platypus import SimpleDocTemplate, Spacer

        top, right, bottom, left = self.design.margins
        self._add(Spacer(0, self.design.lead_in), self.design.lead_in)
        if printed.title:
            self._heading(Heading(printed.title, "document"))
        for i, form in enumerate(printed.forms):
            if i and self.design.break_forms:
                self._break()
            for block in form:
                self._block(block)
        document = SimpleDocTemplate(
            str(path),
            pagesize=self.design.extent,
            topMargin=top,
            rightMargin=right,
            bottomMargin=bottom,
            leftMargin=left,
        )
        document.build(self.story, onFirstPage=self._around, onLaterPages=self._around)
        return int(document.page)

    def _add(self, flowable: Any, height: float) -> None:
        self.story.append(flowable)
        self.left -= height

    def _break(self) -> None:
        from reportlab.platypus import PageBreak

        if self.left < self.room:
            self.story.append(PageBreak())
            self.left = self.room

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            self._text(block.text, 1.0, "left")
        else:
            self._table(block)

    def _heading(self, block: Heading) -> None:
        if self.left < 8 * self.design.size:
            self._break()
        self._text(block.text, SIZES.get(block.level, 1.0), "center")

    def _text(self, text: str, size: float, side: str) -> None:
        paragraph = self._paragraph(text, size, side)
        _, height = paragraph.wrap(self.design.inner_width - 12, 10_000)
        if height + 6 > self.left:
            self._break()
        paragraph.spaceAfter = 6
        self._add(paragraph, height + 6)

    def _paragraph(self, text: str, size: float, side: str, bold: bool = False) -> Any:
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph as Written

        design = self.design
        points = design.size * size
        leading, align = points * design.leading, ALIGN[side]
        style = ParagraphStyle(
            "cell", fontName=self.font, fontSize=points, leading=leading, alignment=align, wordWrap="CJK"
        )
        parts = (f"<super>{escape(run.text)}</super>" if run.raised else escape(run.text) for run in runs(text))
        return Written("".join(parts).replace("\n", "<br/>"), style)

    def _table(self, table: Table) -> None:
        from reportlab.platypus import Spacer

        made = self._made(table, repeat=False)
        made.wrap(self.design.inner_width - 12, 10_000)
        at = breaks(made._rowHeights, self.left, self.room)
        if at and at[0] == 0:
            self._break()
            at = at[1:]
        repeat = bool(table.head) and self.design.repeat_head
        for i, part in enumerate(cut(table, at, self.design.cut_label)):
            if i:
                self._break()
            if i and repeat and part.rows != table.rows[:1]:
                part = Table(part.widths, (*table.rows[:1], *part.rows))
            drawn = self._made(part, repeat)
            _, height = drawn.wrap(self.design.inner_width - 12, 10_000)
            self._add(drawn, height)
        self._add(Spacer(0, 4), 4)

    def _made(self, table: Table, repeat: bool) -> Any:
        from reportlab.platypus import Table as Drawn

        whole = sum(table.widths)
        widths = [(self.design.inner_width - 12) * width / whole for width in table.widths]
        data: list[list[Any]] = [[""] * len(widths) for _ in table.rows]
        commands: list[tuple[Any, ...]] = self._lines()
        for row, col, cell in slots(table):
            data[row][col] = self._content(cell)
            end = (col + cell.col_span - 1, row + cell.row_span - 1)
            commands.append(("SPAN", (col, row), end))
            fill = self._fill(cell, row)
            if fill:
                commands.append(("BACKGROUND", (col, row), end, fill))
        return Drawn(data, colWidths=widths, style=commands, splitInRow=1)

    def _content(self, cell: Cell) -> Any:
        side = "center" if cell.role == "label" and self.design.centred else "left"
        return self._paragraph(cell.text, 1.0, side)

    def _fill(self, cell: Cell, row: int) -> str | None:
        if self.design.border == "shaded":
            return self.design.stripe if row % 2 else None
        return self.design.shade if cell.role == "label" else None

    def _lines(self) -> list[tuple[Any, ...]]:
        from reportlab.lib.colors import HexColor

        vertical, horizontal = self.design.padding
        all_ = ((0, 0), (-1, -1))
        out: list[tuple[Any, ...]] = [
            ("VALIGN", *all_, VALIGN[self.design.valign]),
            *(("TOPPADDING", *all_, vertical), ("BOTTOMPADDING", *all_, vertical)),
            *(("LEFTPADDING", *all_, horizontal), ("RIGHTPADDING", *all_, horizontal)),
        ]
        stroke = self.design.stroke
        if stroke is None:
            return out
        names = ("LINEABOVE", "LINEBELOW") if self.design.border == "horizontal" else ("GRID",)
        double = stroke.kind == "double"
        look = (stroke.width / 3 if double else stroke.width, HexColor(stroke.colour), 0, DASHES.get(stroke.kind), 0)
        lines = (2, stroke.width * 2 / 3) if double else ()
        return [*out, *((name, *all_, *look, *lines) for name in names)]

    def _around(self, canvas: Any, document: Any) -> None:
        design = self.design
        width, height = design.extent
        canvas.saveState()
        if design.watermark:
            self._watermark(canvas, width, height)
        canvas.setFont(self.font, 8)
        if design.running_head:
            canvas.drawString(design.margins[3], height - 28, design.running_head)
        if design.stamp:
            text = design.stamp.format(page=document.page, pages=self.pages)
            place = {"left": canvas.drawString, "center": canvas.drawCentredString, "right": canvas.drawRightString}
            x = {"left": design.margins[3], "center": width / 2, "right": width - design.margins[1]}
            place[design.stamp_side](x[design.stamp_side], 24, text)
        canvas.restoreState()

    def _watermark(self, canvas: Any, width: float, height: float) -> None:
        canvas.saveState()
        canvas.setFillGray(0.9)
        canvas.setFont(self.font, 60)
        canvas.translate(width / 2, height / 2)
        canvas.rotate(35)
        canvas.drawCentredString(0, 0, self.design.watermark)
        canvas.restoreState()
