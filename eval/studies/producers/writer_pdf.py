"""Printing through LibreOffice Writer: a Word file, made with python-docx, as PDF."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from eval.studies.producers import programs
from eval.studies.producers.design import Design, Stroke
from eval.studies.producers.printed import Printed
from eval.studies.producers.raised import runs
from eval.studies.producers.typefaces import Typeface
from eval.synth.sheet import Block, Cell, Heading, Table, slots

SIZES = {"document": 1.4, "title": 1.35}
BORDERS = {"double": "double", "dotted": "dotted", "dashed": "dashed", "solid": "single"}
SIDES = {"left": 0, "center": 1, "right": 2}
VALIGN = {"top": "top", "middle": "center", "bottom": "bottom"}
FIELDS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}


def produce(printed: Printed, face: Typeface, path: Path) -> None:
    """Write the Word file and print it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{printed.name}.docx"
        _document(printed, face).save(str(source))
        programs.to_pdf(source, path)


def _document(printed: Printed, face: Typeface) -> Any:
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Pt

    design = printed.design
    document = docx.Document()
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = face.family, Pt(design.size)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face.family)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = design.leading
    _page(document, design)
    if design.lead_in:
        document.add_paragraph().paragraph_format.space_before = Pt(min(design.lead_in, design.inner_height * 0.6))
    if printed.title:
        _block(document, Heading(printed.title, "document"), design, False)
    for i, form in enumerate(printed.forms):
        for j, block in enumerate(form):
            _block(document, block, design, bool(i) and not j and design.break_forms)
    return document


def _page(document: Any, design: Design) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if design.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Pt(round(length)) for length in design.extent)
    top, right, bottom, left = (Pt(round(length)) for length in design.margins)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = top, right, bottom, left
    section.header_distance = section.footer_distance = Pt(20)
    if design.running_head:
        section.header.paragraphs[0].add_run(design.running_head)
    if design.stamp:
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = SIDES[design.stamp_side]
        _stamp(paragraph, design.stamp)


def _stamp(paragraph: Any, stamp: str) -> None:
    """The pieces of a page stamp: texts, and fields for the numbers."""
    if not stamp:
        return
    at, slot = min(((stamp.find(slot), slot) for slot in FIELDS if slot in stamp), default=(len(stamp), ""))
    if at:
        paragraph.add_run(stamp[:at])
    if slot:
        paragraph._p.append(_element("w:fldSimple", instr=FIELDS[slot]))
    _stamp(paragraph, stamp[at + len(slot) :])


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _block(document: Any, block: Block, design: Design, new_page: bool) -> None:
    from docx.shared import Pt

    if isinstance(block, Table):
        _table(document, block, design)
        return
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(4)
    paragraph.paragraph_format.page_break_before = new_page
    heading = isinstance(block, Heading)
    paragraph.paragraph_format.keep_with_next = heading
    paragraph.alignment = SIDES["center" if heading else "left"]
    size = design.size * (SIZES.get(block.level, 1.0) if isinstance(block, Heading) else 1.0)
    _write(paragraph, block.text, size)


def _write(paragraph: Any, text: str, size: float, bold: bool = False) -> None:
    from docx.shared import Pt

    for run in runs(text):
        written = paragraph.add_run(run.text)
        written.font.size, written.bold = Pt(size), bold
        written.font.superscript = run.raised


def _table(document: Any, table: Table, design: Design) -> None:
    from docx.shared import Pt

    drawn = document.add_table(len(table.rows), len(table.widths))
    drawn.autofit = False
    properties = drawn._tbl.tblPr
    properties.append(_borders(design.border, design.stroke))
    vertical, horizontal = design.padding
    margins = _element("w:tblCellMar")
    for side, width in (("top", vertical), ("left", horizontal), ("bottom", vertical), ("right", horizontal)):
        margins.append(_element(f"w:{side}", w=str(round(width * 20)), type="dxa"))
    properties.append(margins)
    whole = sum(table.widths)
    widths = [Pt(design.inner_width * width / whole) for width in table.widths]
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = width
    grid = [list(row.cells) for row in drawn.rows]
    for row, col, cell in slots(table):
        _cell(grid, row, col, cell, design)
    for i, row in enumerate(drawn.rows):
        for cell, width in zip(row._tr.tc_lst, _spanned(row._tr.tc_lst, widths), strict=True):
            cell.width = width
        if not design.break_rows:
            row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        if i == 0 and table.head == (0,) and design.repeat_head:
            row._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def _spanned(cells: list[Any], widths: list[Any]) -> list[Any]:
    out, at = [], 0
    for cell in cells:
        out.append(sum(widths[at : at + cell.grid_span]))
        at += cell.grid_span
    return out


def _cell(grid: list[list[Any]], row: int, col: int, cell: Cell, design: Design) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL

    place = grid[row][col]
    if cell.row_span > 1 or cell.col_span > 1:
        place = place.merge(grid[row + cell.row_span - 1][col + cell.col_span - 1])
    label = cell.role == "label"
    fill = design.stripe if design.border == "shaded" and row % 2 else design.shade if label else None
    if fill:
        place._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill[1:]))
    place.vertical_alignment = WD_ALIGN_VERTICAL.from_xml(VALIGN[design.valign])
    for i, text in enumerate(cell.text.split("\n")):
        paragraph = place.paragraphs[0] if i == 0 else place.add_paragraph()
        paragraph.alignment = SIDES["center" if label and design.centred else "left"]
        _write(paragraph, text, design.size, label and design.bold_labels)


def _borders(border: str, stroke: Stroke | None) -> Any:
    out = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        upright = side in ("left", "right", "insideV")
        if stroke is None or (border == "horizontal" and upright):
            out.append(_element(f"w:{side}", val="nil"))
            continue
        size = stroke.width / 3 if stroke.kind == "double" else stroke.width
        kind = BORDERS[stroke.kind]
        out.append(_element(f"w:{side}", val=kind, sz=str(max(1, round(size * 8))), space="0", color=stroke.colour[1:]))
    return out
