"""Printing through the tables of fpdf2. It breaks no merged cell: tables are cut before, at estimated heights."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from eval.studies.producers.design import Design
from eval.studies.producers.page_cuts import breaks, cut
from eval.studies.producers.printed import Printed
from eval.studies.producers.raised import circled
from eval.studies.producers.row_heights import row_heights
from eval.studies.producers.typefaces import Typeface
from eval.synth.sheet import Block, Heading, Paragraph, Table, slots

SIZES = {"document": 1.4, "title": 1.35}
FONT = "text"
ALIGN = {"left": "L", "center": "C", "right": "R"}
VALIGN = {"top": "T", "middle": "M", "bottom": "B"}
DASHES = {"dotted": (0.8, 1.6), "dashed": (4.0, 2.0)}


def produce(printed: Printed, face: Typeface, path: Path) -> None:
    """Draw the document, form by form."""
    design = printed.design
    pdf = _paper(design, face)
    pdf.add_page()
    pdf.set_y(min(pdf.get_y() + design.lead_in, design.extent[1] - design.margins[2] - 60))
    if printed.title:
        _block(pdf, Heading(printed.title, "document"), design)
    for i, form in enumerate(printed.forms):
        if i and design.break_forms:
            pdf.add_page()
        for block in form:
            _block(pdf, block, design)
    pdf.output(str(path))


def _paper(design: Design, face: Typeface) -> Any:
    around = {"header": lambda pdf: _above(pdf, design), "footer": lambda pdf: _below(pdf, design)}
    paper = type("Paper", (import_module("fpdf").FPDF,), around)
    pdf: Any = paper(unit="pt", format=design.extent)
    top, right, bottom, left = design.margins
    pdf.set_margins(left, top, right)
    pdf.set_auto_page_break(True, bottom)
    pdf.add_font(FONT, fname=str(face.file), collection_font_number=face.index)
    pdf.set_font(FONT, size=design.size)
    return pdf


def _above(pdf: Any, design: Design) -> None:
    width, height = design.extent
    if design.watermark:
        with pdf.local_context(text_color=(228, 228, 228)), pdf.rotation(35, width / 2, height / 2):
            pdf.set_font(FONT, size=60)
            pdf.text(width / 2 - 30 * len(design.watermark), height / 2, design.watermark)
    pdf.set_font(FONT, size=8)
    if design.running_head:
        pdf.text(design.margins[3], 28, design.running_head)
    pdf.set_font(FONT, size=design.size)
    pdf.set_y(design.margins[0])


def _below(pdf: Any, design: Design) -> None:
    if not design.stamp:
        return
    pdf.set_y(-30)
    pdf.set_font(FONT, size=8)
    text = design.stamp.format(page=pdf.page_no(), pages="{nb}")
    pdf.cell(0, 10, text, align=ALIGN[design.stamp_side])
    pdf.set_font(FONT, size=design.size)


def _block(pdf: Any, block: Block, design: Design) -> None:
    if isinstance(block, Table):
        _table(pdf, block, design)
        return
    size = design.size * (SIZES.get(block.level, 1.0) if isinstance(block, Heading) else 1.0)
    if isinstance(block, Heading) and pdf.will_page_break(8 * design.size):
        pdf.add_page()
    pdf.set_font(FONT, size=size)
    align = "L" if isinstance(block, Paragraph) else "C"
    pdf.multi_cell(
        0, size * design.leading, circled(block.text), align=align, new_x="LMARGIN", new_y="NEXT", wrapmode="CHAR"
    )
    pdf.set_font(FONT, size=design.size)
    pdf.ln(4)


def _table(pdf: Any, table: Table, design: Design) -> None:
    room = design.inner_height
    heights = row_heights(table, design, design.inner_width)
    at = breaks(heights, design.extent[1] - design.margins[2] - pdf.get_y(), room)
    if at and at[0] == 0:
        pdf.add_page()
        at = at[1:]
    for i, part in enumerate(cut(table, at, design.cut_label)):
        if i:
            pdf.add_page()
        if i and table.head and design.repeat_head:
            part = Table(part.widths, (*table.rows[:1], *part.rows))
        _draw(pdf, part, design)
    pdf.ln(4)


def _draw(pdf: Any, table: Table, design: Design) -> None:
    stroke = design.stroke
    if stroke is not None:
        pdf.set_line_width(stroke.width)
        pdf.set_draw_color(stroke.colour)
        pdf.set_dash_pattern(*DASHES.get(stroke.kind, (0, 0)))
    borders = {"horizontal": "HORIZONTAL_LINES", "shaded": "NONE", "borderless": "NONE"}.get(design.border, "ALL")
    places: list[list[Any]] = [[] for _ in table.rows]
    for row, _, cell in slots(table):
        places[row].append(cell)
    vertical, horizontal = design.padding
    with pdf.table(
        col_widths=table.widths, width=design.inner_width, borders_layout=borders, first_row_as_headings=False,
        line_height=design.size * design.leading, padding=(vertical, horizontal), v_align=VALIGN[design.valign],
        wrapmode="CHAR", text_align="LEFT",
    ) as drawn:  # fmt: skip
        for i, cells in enumerate(places):
            line = drawn.row()
            for cell in cells:
                label = cell.role == "label"
                fill = design.stripe if design.border == "shaded" and i % 2 else design.shade if label else None
                style = import_module("fpdf").FontFace(fill_color=fill) if fill else None
                side = "CENTER" if label and design.centred else "LEFT"
                line.cell(circled(cell.text), style=style, align=side, colspan=cell.col_span, rowspan=cell.row_span)
    pdf.set_dash_pattern()
