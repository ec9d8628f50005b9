"""A document as one HTML page with print styles, for the programs that print HTML."""

from __future__ import annotations

from html import escape

from eval.studies.producers.design import Design, Stroke
from eval.studies.producers.printed import Printed
from eval.studies.producers.raised import runs
from eval.studies.producers.typefaces import Typeface
from eval.synth.sheet import Block, Cell, Heading, Paragraph, Table, slots

COUNTERS = {"{page}": "counter(page)", "{pages}": "counter(pages)"}


def page(printed: Printed, face: Typeface, collapsed: bool) -> str:
    """The whole page; `collapsed` is the table model of CSS, else borders are separate."""
    design = printed.design
    mark = f'<div class="mark">{escape(design.watermark)}</div>' if design.watermark else ""
    title = f"<h1>{escape(printed.title)}</h1>" if printed.title else ""
    forms = "".join(f"<section>{''.join(_block(b, design) for b in form)}</section>" for form in printed.forms)
    styles = _styles(design, face, collapsed)
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{printed.name}</title>'
        f'<style>{styles}</style></head><body>{mark}<div class="lead"></div>{title}{forms}</body></html>'
    )


def text(raw: str) -> str:
    """A cell's text as HTML."""
    parts = (f"<sup>{escape(run.text)}</sup>" if run.raised else escape(run.text) for run in runs(raw))
    return "".join(parts).replace("\n", "<br>")


def _block(block: Block, design: Design) -> str:
    if isinstance(block, Heading):
        return f'<p class="{block.level}">{text(block.text)}</p>'
    if isinstance(block, Paragraph):
        return f'<p class="note">{text(block.text)}</p>'
    return _table(block, design)


def _table(table: Table, design: Design) -> str:
    whole = sum(table.widths)
    columns = "".join(f'<col style="width:{width / whole * 100:.3f}%">' for width in table.widths)
    rows: list[list[str]] = [[] for _ in table.rows]
    for row, _, cell in slots(table):
        rows[row].append(_cell(cell))
    lines = [f'<tr class="{"odd" if i % 2 else "even"}">{"".join(cells)}</tr>' for i, cells in enumerate(rows)]
    head = lines[:1] if table.head == (0,) and design.repeat_head else []
    top = f"<thead>{head[0]}</thead>" if head else ""
    return f"<table><colgroup>{columns}</colgroup>{top}<tbody>{''.join(lines[len(head) :])}</tbody></table>"


def _cell(cell: Cell) -> str:
    spans = f' rowspan="{cell.row_span}"' * (cell.row_span > 1) + f' colspan="{cell.col_span}"' * (cell.col_span > 1)
    amount = "funding" in cell.path or "budget" in cell.path
    kind = "amount" if amount else cell.role
    return f'<td class="{kind}"{spans}>{text(cell.text)}</td>'


def border_styles(border: str, stroke: Stroke | None) -> str:
    """The CSS of the borders of a table and its cells."""
    if stroke is None:
        return "tr.odd > td { background: var(--stripe) }" if border == "shaded" else ""
    line = f"{stroke.width}pt {stroke.kind} {stroke.colour}"
    if border == "horizontal":
        return f"td {{ border-top: {line}; border-bottom: {line} }}"
    return f"table, td {{ border: {line} }}"


def _styles(design: Design, face: Typeface, collapsed: bool) -> str:
    width, height = design.extent
    top, right, bottom, left = design.margins
    across = 0 if design.border == "horizontal" else design.spacing
    down = 0 if design.border == "shaded" else design.spacing
    model = "collapse" if collapsed else f"separate; border-spacing: {across}pt {down}pt"
    vertical, horizontal = design.padding
    return f"""
@page {{ size: {width}pt {height}pt; margin: {top:.1f}pt {right:.1f}pt {bottom:.1f}pt {left:.1f}pt;
  {_margin_boxes(design)} }}
body {{ margin: 0; font: {design.size}pt/{design.leading} "{face.family}"; --stripe: {design.stripe} }}
h1 {{ font-size: 1.4em; text-align: center; font-weight: normal }}
p {{ margin: 0.5em 0 }}
.title {{ font-size: 1.35em; text-align: center; margin-top: 1.2em; break-after: avoid }}
.year, .section {{ text-align: center; break-after: avoid }}
.lead {{ height: {design.lead_in:.0f}pt }}
section + section {{ break-before: {"page" if design.break_forms else "auto"} }}
table {{ width: 100%; table-layout: fixed; border-collapse: {model} }}
td {{ padding: {vertical}pt {horizontal}pt; vertical-align: {design.valign}; overflow-wrap: anywhere }}
tr {{ break-inside: {"auto" if design.break_rows else "avoid"} }}
.label {{ text-align: {"center" if design.centred else "left"};
  font-weight: {"bold" if design.bold_labels else "normal"}; background: {design.shade or "transparent"} }}
.amount {{ text-align: right; {"white-space: nowrap; overflow-wrap: normal" if design.overflow else ""} }}
.mark {{ position: fixed; top: 40%; left: 15%; font-size: 60pt; color: #e4e4e4;
  transform: rotate(-35deg); z-index: -1 }}
sup {{ font-size: 0.65em; line-height: 0 }}
{border_styles(design.border, design.stroke)}
"""


def _margin_boxes(design: Design) -> str:
    boxes = ""
    if design.running_head:
        boxes += f'@top-left {{ content: "{design.running_head}"; font-size: 8pt }} '
    if design.stamp:
        boxes += f"@bottom-{design.stamp_side} {{ content: {_counted(design.stamp)}; font-size: 8pt }}"
    return boxes


def _counted(stamp: str) -> str:
    """A page stamp as CSS content: `第 {page} 页` is `"第 " counter(page) " 页"`."""
    out = f'"{stamp}"'
    for slot, counter in COUNTERS.items():
        out = out.replace(slot, f'" {counter} "')
    return out
