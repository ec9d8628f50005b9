"""HTML and Markdown, as converters and OCR services give them: tables with spans, titles above or inside."""

from __future__ import annotations

from html import escape
from random import Random

from eval.synth.content import Content
from eval.synth.forms import sheets
from eval.synth.rendered import Rendered
from eval.synth.sheet import Block, Cell, Heading, Table, slots

_TAGS = {"document": "h1", "title": "h2", "year": "p", "section": "h3"}


def html(content: Content, rng: Random) -> Rendered:
    """The document as an HTML page with true row and column spans."""
    joiner = rng.choice(("<br/>", "</p><p>"))
    cell_tag = rng.choice(("td", "td", "th"))
    body = [f"<h1>{escape(content.title)}</h1>"] if content.title else []
    body += [_block(b, joiner, cell_tag) for sheet in sheets(content) for b in sheet.blocks]
    head = f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"/><title>{content.name}</title></head><body>'
    return Rendered("\n".join((head, *body, "</body></html>\n")).encode(), content.forms)


def _block(block: Block, joiner: str, label_tag: str) -> str:
    if isinstance(block, Heading):
        tag = _TAGS[block.level]
        return f"<{tag}>{escape(block.text)}</{tag}>"
    if isinstance(block, Table):
        rows = "\n".join(f"<tr>{''.join(_cell(c, joiner, label_tag) for c in row)}</tr>" for row in block.rows)
        return f'<table border="1">\n{rows}\n</table>'
    return f"<p>{escape(block.text)}</p>"


def _cell(cell: Cell, joiner: str, label_tag: str) -> str:
    tag = label_tag if cell.role == "label" else "td"
    rows = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    cols = f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    paragraphs = [escape(p) for p in cell.text.split("\n")]
    text = joiner.join(paragraphs)
    return f"<{tag}{rows}{cols}>{f'<p>{text}</p>' if joiner == '</p><p>' and len(paragraphs) > 1 else text}</{tag}>"


def markdown(content: Content, rng: Random) -> Rendered:
    """The document as Markdown: pipe tables (a span prints its text once, or in every cell), or HTML tables inside."""
    kind = rng.choice(("once", "repeated", "html"))
    lines = [f"# {content.title}", ""] if content.title else []
    for sheet in sheets(content):
        for block in sheet.blocks:
            if isinstance(block, Table):
                lines += [_block(block, "<br/>", "td")] if kind == "html" else _pipes(block, kind == "repeated")
            elif isinstance(block, Heading):
                lines.append(block.text if block.level == "year" else f"## {block.text}")
            else:
                lines.append(block.text)
            lines.append("")
    return Rendered("\n".join(lines).encode(), content.forms)


def _pipes(table: Table, repeated: bool) -> list[str]:
    grid = [[""] * len(table.widths) for _ in table.rows]
    for r, c, cell in slots(table):
        text = cell.text.replace("\n", "<br>").replace("|", "\\|")
        for i in range(cell.row_span if repeated else 1):
            for j in range(cell.col_span if repeated else 1):
                grid[r + i][c + j] = text
    rows = [f"| {' | '.join(row)} |" for row in grid]
    return [rows[0], "|" + " --- |" * len(table.widths), *rows[1:]]
