"""PDF: the printed forms on pages of many templates, the font embedded."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, Any

from eval.synth.content import Content
from eval.synth.fonts import register, width
from eval.synth.forms import sheets
from eval.synth.paginate import Piece, lay
from eval.synth.rendered import Rendered
from eval.synth.sheet import Block, Heading, Paragraph, Sheet, Table
from eval.synth.template import RULED, UNRULED, Ruling, Template, make_template
from eval.synth.wrap import wrap

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


@dataclass(slots=True)
class _Page:
    """What one page shows: pieces of tables by form, lines of text (x, baseline, size, text, bold), the title again."""

    tables: list[tuple[int, list[Piece]]] = field(default_factory=list)
    texts: list[tuple[float, float, float, str, bool]] = field(default_factory=list)
    title: str = ""


@dataclass(slots=True)
class _Flow:
    """The state of a document being laid out: its pages, and how far the last is filled."""

    template: Template
    pages: list[_Page]
    y: float

    def need(self, height: float) -> None:
        """Begin a new page where `height` does not fit."""
        if self.y + height > self.template.paper[1] - self.template.margin:
            self.turn()

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append(_Page())
        self.y = self.template.margin

    def line(self, text: str, size: float, centred: bool, bold: bool = False) -> None:
        """Set one line outside of tables."""
        self.need(size * 1.5)
        left = self.template.margin
        if centred:
            left = max((self.template.paper[0] - width(text, size)) / 2, 4.0)
        self.pages[-1].texts.append((left, self.y + size, size, text, bold))
        self.y += size * 1.5


def pdf(content: Content, rng: Random) -> Rendered:
    """The document as a born-digital PDF, in a ruled template of its own."""
    return _in_template(content, rng, RULED)


def unruled_pdf(content: Content, rng: Random) -> Rendered:
    """The document as a born-digital PDF with lines between rows only, or with none."""
    return _in_template(content, rng, UNRULED)


def _in_template(content: Content, rng: Random, rulings: tuple[Ruling, ...]) -> Rendered:
    year = content.forms[0].values.get("year") or ""
    running = f"{year}{rng.choice(('年度绩效目标公开', '年绩效管理资料汇编'))}"
    template = make_template(rng, running, rulings)
    pages = _pages(content, template)
    return Rendered(_drawn(pages, template, content.name), content.forms, _places(pages, len(content.forms)))


def printed(content: Content, template: Template) -> bytes:
    """The document's PDF in a given template."""
    return _drawn(_pages(content, template), template, content.name)


def _places(pages: list[_Page], forms: int) -> tuple[dict[str, list[dict[str, Any]]], ...]:
    """Of each form the cells that values are printed in; a label that is printed again overleaf stands where it was."""
    out: tuple[dict[str, list[dict[str, Any]]], ...] = tuple({} for _ in range(forms))
    for number, page in enumerate(pages, 1):
        for form, piece in ((form, piece) for form, pieces in page.tables for piece in pieces):
            if piece.cell.path and piece.lines and (piece.first or ".level" not in piece.cell.path):
                box = [round(edge, 1) for edge in (piece.x0, piece.top, piece.x1, piece.bottom)]
                place = {"page": number, "box": box, "text": " ".join(piece.lines)}
                out[form].setdefault(piece.cell.path, []).append(place)
    return out


def _pages(content: Content, template: Template) -> list[_Page]:
    flow = _Flow(template, [_Page()], template.margin)
    if content.title:
        for line in wrap(content.title, (template.paper[0] - 2 * template.margin) / (template.size + 6), width):
            flow.line(line, template.size + 6, centred=True, bold=template.bold_twice)
        flow.y += template.size
    for sheet in sheets(content):
        _sheet(flow, sheet)
    return flow.pages


def _sheet(flow: _Flow, sheet: Sheet) -> None:
    template = flow.template
    room = template.paper[1] - 2 * template.margin
    if sheet.form and (template.new_page or flow.y > template.margin + room * 0.7):
        flow.turn()
    elif sheet.form:
        flow.y += 2 * template.size
    title = next(b.text for b in sheet.blocks if isinstance(b, Heading))
    for block in sheet.blocks:
        before = len(flow.pages)
        _block(flow, block, sheet.form)
        if template.title_again:
            for page in flow.pages[before:]:
                page.title = title


def _block(flow: _Flow, block: Block, form: int) -> None:
    size = flow.template.size
    if isinstance(block, Table):
        _table(flow, block, form)
    elif isinstance(block, Heading):
        if block.level == "title":
            flow.need(10 * size)
        extra = {"title": 5.0, "year": 1.0}.get(block.level, 2.0)
        flow.line(block.text, size + extra, centred=True, bold=flow.template.bold_twice and block.level == "title")
        flow.y += 0.3 * size
    elif isinstance(block, Paragraph):
        for line in wrap(block.text, (flow.template.paper[0] - 2 * flow.template.margin) / size - 1, width):
            flow.line(line, size, centred=False)


def _table(flow: _Flow, table: Table, form: int) -> None:
    flow.need(4 * flow.template.leading)
    laid = lay(table, flow.template, flow.y)
    for i, pieces in enumerate(laid.pages):
        if i:
            flow.turn()
        flow.pages[-1].tables.append((form, pieces))
    flow.y = laid.end + flow.template.size


def _drawn(pages: list[_Page], template: Template, name: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=template.paper, invariant=1, pageCompression=1)
    canvas.setTitle(name)
    for number, page in enumerate(pages, 1):
        if template.rotated:
            canvas.setPageRotation(90)
            canvas.transform(0, 1, -1, 0, template.paper[1], 0)  # reportlab swaps the sides of a turned page
        for x, y, size, text, bold in page.texts:
            _write(canvas, template, x, y, size, text, bold)
        for _, pieces in page.tables:
            _draw_table(canvas, pieces, template)
        _draw_margins(canvas, page, template, number, len(pages))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, template: Template, x: float, y: float, size: float, text: str, bold: bool) -> None:
    """One line of text with its baseline `y` from the top; bold is the same text drawn twice."""
    canvas.setFont(register(), size)
    canvas.drawString(x, template.paper[1] - y, text)
    if bold:
        canvas.drawString(x + 0.3, template.paper[1] - y, text)


def _draw_margins(canvas: Canvas, page: _Page, template: Template, number: int, pages: int) -> None:
    """The running head, a title that is repeated, the page number."""
    size = 8.0
    head = page.title or template.running
    if head:
        _write(canvas, template, (template.paper[0] - width(head, size)) / 2, template.margin - 16, size, head, False)
    if template.running and not page.title:
        canvas.setLineWidth(0.4)
        y = template.paper[1] - template.margin + 12
        canvas.line(template.margin, y, template.paper[0] - template.margin, y)
    text = template.number.format(page=number, pages=pages)
    if text:
        y = template.paper[1] - template.margin + 24
        _write(canvas, template, (template.paper[0] - width(text, size)) / 2, y, size, text, False)


def _draw_table(canvas: Canvas, pieces: list[Piece], template: Template) -> None:
    if template.shaded:
        canvas.setFillGray(0.9)
        for p in pieces:
            if p.cell.role == "label":
                canvas.rect(p.x0, template.paper[1] - p.bottom, p.x1 - p.x0, p.bottom - p.top, stroke=0, fill=1)
        canvas.setFillGray(0)
    _draw_rulings(canvas, pieces, template)
    for p in pieces:
        _draw_lines(canvas, p, template)


def _draw_lines(canvas: Canvas, piece: Piece, template: Template) -> None:
    height = len(piece.lines) * template.leading
    slack = piece.bottom - piece.top - 2 * template.padding - height
    text = piece.cell.role == "text"
    y = piece.top + template.padding + (slack / 2 if template.centred and not text and slack > 0 else 0)
    middle = piece.cell.role == "label" or (template.centred and not text)
    for i, line in enumerate(piece.lines):
        x = piece.x0 + template.padding
        if middle:
            x = max((piece.x0 + piece.x1 - width(line, template.size)) / 2, piece.x0 + 0.5)
        baseline = y + i * template.leading + template.size * 0.86 + (template.leading - template.size) / 2
        _write(canvas, template, x, baseline, template.size, line, False)


Edge = tuple[float, float, float, float]


def _edges(pieces: list[Piece], sides: bool) -> list[Edge]:
    """The edges of all cells, each once."""
    out: dict[Edge, None] = {}
    for p in pieces:
        x0, top, x1, bottom = (round(v, 2) for v in p[1:5])
        out[(x0, top, x1, top)] = None
        out[(x0, bottom, x1, bottom)] = None
        if sides:
            out[(x0, top, x0, bottom)] = None
            out[(x1, top, x1, bottom)] = None
    return list(out)


def _draw_rulings(canvas: Canvas, pieces: list[Piece], template: Template) -> None:
    if template.ruling == "none":
        return
    canvas.setLineWidth(template.thickness)
    high = template.paper[1]
    if template.ruling == "boxes":
        for p in pieces:
            canvas.rect(p.x0, high - p.bottom, p.x1 - p.x0, p.bottom - p.top)
        return
    half = template.thickness / 2
    for x0, top, x1, bottom in _edges(pieces, sides=template.ruling != "rows"):
        if template.ruling == "fills":
            canvas.rect(x0 - half, high - bottom - half, x1 - x0 + 2 * half, bottom - top + 2 * half, stroke=0, fill=1)
        else:
            canvas.line(x0, high - top, x1, high - bottom)
