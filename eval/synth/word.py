"""Word documents: tables with merged cells, titles between them or in their first row."""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, Any

from eval.synth.content import Content
from eval.synth.forms import sheets
from eval.synth.rendered import Rendered
from eval.synth.sheet import Block, Cell, Heading, Sheet, Table, label, slots
from eval.synth.zips import steady
from extractor.errors import MissingPackage

if TYPE_CHECKING:
    from docx.document import Document


def docx(content: Content, rng: Random) -> Rendered:
    """The document as `.docx`."""
    try:
        import docx as package
        from docx.enum.text import WD_BREAK
    except ImportError as error:
        raise MissingPackage("writing Word documents needs python-docx: pip install python-docx") from error
    document = package.Document()
    inside = rng.random() < 0.3
    breaks = rng.random() < 0.5
    if content.title:
        document.add_heading(content.title, level=0)
    for sheet in sheets(content):
        if sheet.form and breaks:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for block in _titled(sheet, inside):
            _add(document, block)
    out = BytesIO()
    document.save(out)
    return Rendered(steady(out.getvalue()), content.forms)


def _titled(sheet: Sheet, inside: bool) -> tuple[Block, ...]:
    """The blocks of a form, its title and year as the first rows of its first table where they stand inside."""
    return inside_titles(sheet.blocks) if inside else sheet.blocks


def inside_titles(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Titles that stand above a table become its first rows."""
    first = next(i for i, b in enumerate(blocks) if isinstance(b, Table))
    table = blocks[first]
    if not isinstance(table, Table):
        return blocks
    cols = len(table.widths)
    rows = tuple((label(b.text, cols=cols),) for b in blocks[:first] if isinstance(b, Heading))
    head = tuple(r + len(rows) for r in table.head)
    return (Table(table.widths, (*rows, *table.rows), head), *blocks[first + 1 :])


def _add(document: Document, block: Block) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if isinstance(block, Table):
        document.element.body.insert(len(document.element.body) - 1, _table(block))
        document.add_paragraph()
        return
    paragraph = document.add_paragraph(block.text)
    if isinstance(block, Heading):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.runs[0].bold = block.level == "title"


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, text in attributes.items():
        element.set(qn(f"w:{name}"), text)
    return element


def _table(table: Table) -> Any:
    """The table's XML, with `gridSpan` and `vMerge` as Word writes them."""
    whole = _element("w:tbl")
    properties = _element("w:tblPr")
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", color="000000"))
    properties.append(_element("w:tblW", w="9000", type="dxa"))
    properties.append(borders)
    whole.append(properties)
    widths = [round(9000 * w / sum(table.widths)) for w in table.widths]
    grid = _element("w:tblGrid")
    for each in widths:
        grid.append(_element("w:gridCol", w=str(each)))
    whole.append(grid)
    for row in _rows(table):
        whole.append(_row(row, widths))
    return whole


Covered = tuple[int, Cell, bool]


def _rows(table: Table) -> list[list[Covered]]:
    """Each row's cells from left to right: column, cell, and whether it only goes on from above."""
    rows: list[list[Covered]] = [[] for _ in table.rows]
    for r, c, cell in slots(table):
        for i in range(cell.row_span):
            rows[r + i].append((c, cell, i > 0))
    return [sorted(row, key=lambda at: at[0]) for row in rows]


def _row(row: list[Covered], widths: list[int]) -> Any:
    out = _element("w:tr")
    for col, cell, goes_on in row:
        out.append(_cell(cell, sum(widths[col : col + cell.col_span]), goes_on))
    return out


def _cell(cell: Cell, width: int, goes_on: bool) -> Any:
    out, properties = _element("w:tc"), _element("w:tcPr")
    properties.append(_element("w:tcW", w=str(width), type="dxa"))
    if cell.col_span > 1:
        properties.append(_element("w:gridSpan", val=str(cell.col_span)))
    if cell.row_span > 1:
        properties.append(_element("w:vMerge") if goes_on else _element("w:vMerge", val="restart"))
    out.append(properties)
    for text in [""] if goes_on else cell.text.split("\n"):
        paragraph, run, content = _element("w:p"), _element("w:r"), _element("w:t")
        content.text = text
        run.append(content)
        if text:
            paragraph.append(run)
        out.append(paragraph)
    return out
