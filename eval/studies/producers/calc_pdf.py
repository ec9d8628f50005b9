"""Printing through LibreOffice Calc: a workbook, made with openpyxl, as PDF; all forms on a sheet, or one on each."""

from __future__ import annotations

import tempfile
from itertools import accumulate
from pathlib import Path
from typing import Any

from eval.studies.producers import programs
from eval.studies.producers.design import Design, Stroke
from eval.studies.producers.printed import Printed
from eval.studies.producers.raised import circled
from eval.studies.producers.row_heights import row_heights
from eval.studies.producers.typefaces import Typeface
from eval.synth.sheet import Block, Cell, Heading, Paragraph, Table, slots

PAPERS = {"Letter": 1, "A3": 8, "A4": 9, "A5": 11, "B5": 13}
"""Numbers of paper sizes in workbooks."""

BORDERS = {"double": "double", "dotted": "dotted", "dashed": "dashed"}
WEIGHTS = ((0.3, "hair"), (1.2, "thin"), (2.0, "medium"), (9.0, "thick"))
VALIGN = {"top": "top", "middle": "center", "bottom": "bottom"}
CHARACTER = 5.6
"""Points of a column of width 1 in the default type."""


def produce(printed: Printed, face: Typeface, path: Path) -> None:
    """Write the workbook and print it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{printed.name}.xlsx"
        _workbook(printed, face).save(source)
        programs.to_pdf(source, path)


def _workbook(printed: Printed, face: Typeface) -> Any:
    import openpyxl

    book = openpyxl.Workbook()
    del book["Sheet"]
    design = printed.design
    title: tuple[Block, ...] = (Heading(printed.title, "document"),) if printed.title else ()
    groups: list[tuple[Block, ...]] = [(*title, *printed.forms[0]), *printed.forms[1:]]
    if not design.break_forms:
        groups = [tuple(block for group in groups for block in group)]
    for i, group in enumerate(groups, 1):
        sheet = book.create_sheet(f"表{i}")
        _page(sheet, design)
        Filling(sheet, design, face).fill(group)
    return book


def _page(sheet: Any, design: Design) -> None:
    sheet.page_setup.paperSize = PAPERS[design.page]
    sheet.page_setup.orientation = "landscape" if design.landscape else "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.top, margins.right, margins.bottom, margins.left = (length / 72 for length in design.margins)
    margins.header = margins.footer = 0.3
    if design.running_head:
        sheet.oddHeader.left.text = design.running_head
    if design.stamp:
        part = getattr(sheet.oddFooter, design.stamp_side)
        part.text = design.stamp.replace("{pages}", "&N").replace("{page}", "&P")


def grid(tables: list[Table], inner_width: float) -> list[float]:
    """The right edges of the columns of a sheet on which all the tables stand, each over columns of its own widths."""
    edges: set[float] = set()
    for table in tables:
        whole = sum(table.widths)
        edges.update(round(edge / whole * inner_width, 1) for edge in accumulate(table.widths))
    return sorted(edges)


class Filling:
    """A sheet that is filled from the top."""

    def __init__(self, sheet: Any, design: Design, face: Typeface) -> None:
        self.sheet, self.design, self.face = sheet, design, face
        self.row = 1
        self.edges: list[float] = []

    def fill(self, group: tuple[Block, ...]) -> None:
        """Write all blocks."""
        from openpyxl.utils import get_column_letter

        self.edges = grid([block for block in group if isinstance(block, Table)], self.design.inner_width)
        for i, (left, right) in enumerate(zip([0.0, *self.edges], self.edges, strict=False), 1):
            self.sheet.column_dimensions[get_column_letter(i)].width = (right - left) / CHARACTER
        for block in group:
            if isinstance(block, Table):
                self._table(block)
            else:
                self._line(block)

    def _line(self, block: Heading | Paragraph) -> None:
        heading = isinstance(block, Heading)
        size = self.design.size * (1.35 if isinstance(block, Heading) and block.level in ("title", "document") else 1)
        as_table = Table((1.0,), ((Cell(block.text),),))
        height = row_heights(as_table, self.design, self.design.inner_width)[0] * size / self.design.size
        self._write(self.row, 0, len(self.edges), 1, block.text, size, "center" if heading else "left")
        self.sheet.row_dimensions[self.row].height = height + 4
        self.row += 1

    def _table(self, table: Table) -> None:
        whole, width = sum(table.widths), self.design.inner_width
        ends = [round(edge / whole * width, 1) for edge in accumulate(table.widths)]
        at = [0, *(self.edges.index(end) + 1 for end in ends)]
        for row, col, cell in slots(table):
            side = "center" if cell.role == "label" and self.design.centred else "left"
            first, last = at[col], at[col + cell.col_span]
            self._write(self.row + row, first, last, cell.row_span, cell.text, self.design.size, side, cell, row)
        for i, height in enumerate(row_heights(table, self.design, width * 0.94)):
            self.sheet.row_dimensions[self.row + i].height = height
        if table.head == (0,) and self.design.repeat_head and self.design.break_forms:
            self.sheet.print_title_rows = f"{self.row}:{self.row}"
        self.row += len(table.rows)

    def _write(
        self, row: int, first: int, last: int, rows: int, text: str, size: float, side: str,
        cell: Cell | None = None, index: int = 0,
    ) -> None:  # fmt: skip
        """Write a text over the columns `first` to `last` (exclusive, from 0); borders where it is a table's cell."""
        from openpyxl.styles import Alignment, Font, PatternFill

        design = self.design
        place = self.sheet.cell(row, first + 1, circled(text))
        place.number_format, place.data_type = "@", "s"
        label = cell is not None and cell.role == "label"
        place.font = Font(name=self.face.family, size=size, bold=label and design.bold_labels)
        place.alignment = Alignment(side, VALIGN[design.valign] if cell else "center", wrap_text=True)
        fill = design.stripe if design.border == "shaded" and index % 2 else design.shade if label else None
        for i in range(row, row + rows):
            for j in range(first + 1, last + 1):
                if cell is not None:
                    self.sheet.cell(i, j).border = _border(design.border, design.stroke)
                if cell is not None and fill:
                    self.sheet.cell(i, j).fill = PatternFill("solid", fgColor=fill[1:])
        if rows > 1 or last > first + 1:
            self.sheet.merge_cells(start_row=row, end_row=row + rows - 1, start_column=first + 1, end_column=last)


def _border(border: str, stroke: Stroke | None) -> Any:
    from openpyxl.styles import Border, Side

    if stroke is None:
        return Border()
    kind: Any = BORDERS.get(stroke.kind) or next(name for width, name in WEIGHTS if stroke.width <= width)
    side = Side(kind, color=stroke.colour[1:])
    return Border(top=side, bottom=side) if border == "horizontal" else Border(side, side, side, side)
