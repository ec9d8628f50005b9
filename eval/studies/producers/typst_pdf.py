"""Printing through typst: the document as typst markup, its texts as string literals."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from eval.studies.producers.design import Design
from eval.studies.producers.printed import Printed
from eval.studies.producers.raised import runs
from eval.studies.producers.typefaces import Typeface
from eval.synth.sheet import Block, Cell, Heading, Paragraph, Table, slots

EDGE = 0.17
"""What Chinese characters reach beyond the edges of a line of text, in ems: typst measures it by Latin capitals."""

ALIGN = {"top": "top", "middle": "horizon", "bottom": "bottom"}
DASHES = {"dotted": "dotted", "dashed": "dashed"}
SIDES = {"left": "left", "center": "center", "right": "right"}


def produce(printed: Printed, face: Typeface, path: Path) -> None:
    """Compile the document."""
    typst = import_module("typst")

    path.write_bytes(typst.compile(source(printed, face).encode("utf-8"), font_paths=[str(face.file.parent)]))


def source(printed: Printed, face: Typeface) -> str:
    """The whole document as typst markup."""
    design = printed.design
    parts = [_settings(design, face), f"#v({design.lead_in:.0f}pt)"]
    if printed.title:
        parts.append(f"#align(center, text(size: 1.4em, {_literal(printed.title)}))")
    for i, form in enumerate(printed.forms):
        if i and design.break_forms:
            parts.append("#pagebreak()")
        parts += [_block(block, design) for block in form]
    return "\n".join(parts)


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _content(text: str) -> str:
    """A text as typst content; lines are parted by line breaks."""
    out = ""
    for run in runs(text):
        pieces = [f"#text({_literal(piece)})" for piece in run.text.split("\n")]
        joined = "#linebreak()".join(pieces)
        out += f"#super[{joined}]" if run.raised else joined
    return out


def _settings(design: Design, face: Typeface) -> str:
    width, height = design.extent
    top, right, bottom, left = design.margins
    head = f"header: text(size: 8pt, {_literal(design.running_head)})," if design.running_head else ""
    foot = _stamp(design) if design.stamp else ""
    mark = (
        f'background: rotate(-35deg, text(size: 60pt, fill: rgb("#e4e4e4"), {_literal(design.watermark)})),'
        if design.watermark
        else ""
    )
    return (
        f"#set page(width: {width}pt, height: {height}pt, "
        f"margin: (top: {top:.1f}pt, right: {right:.1f}pt, bottom: {bottom:.1f}pt, left: {left:.1f}pt), "
        f"{head} {foot} {mark})\n"
        f'#set text(font: {_literal(face.family)}, size: {design.size}pt, lang: "zh")\n'
        f"#set par(leading: {design.leading - 0.8:.2f}em)"
    )


def _stamp(design: Design) -> str:
    text = _literal(design.stamp or "")
    counted = text.replace("{page}", '" + str(counter(page).get().first()) + "')
    counted = counted.replace("{pages}", '" + str(counter(page).final().first()) + "')
    return f"footer: context align({SIDES[design.stamp_side]}, text(size: 8pt, {counted})),"


def _block(block: Block, design: Design) -> str:
    if isinstance(block, Heading):
        size = {"title": "1.35em", "document": "1.4em"}.get(block.level, "1em")
        return f"#block(sticky: true, width: 100%, align(center, text(size: {size}, {_literal(block.text)})))"
    if isinstance(block, Paragraph):
        return f"#par[{_content(block.text)}]"
    return _table(block, design)


def _table(table: Table, design: Design) -> str:
    rows: list[list[str]] = [[] for _ in table.rows]
    for row, _, cell in slots(table):
        rows[row].append(_cell(cell, design))
    lines = [", ".join(cells) + "," for cells in rows if cells]
    if table.head == (0,):
        lines[0] = f"table.header(repeat: {str(design.repeat_head).lower()}, {lines[0]}),"
    columns = ", ".join(f"{width:.2f}fr" for width in table.widths)
    vertical, horizontal = design.padding
    fill = f'fill: (x, y) => if calc.odd(y) {{ rgb("{design.stripe}") }},' if design.border == "shaded" else ""
    body = "\n".join(lines)
    return (
        f"#table(columns: ({columns}), inset: (x: {horizontal}pt, y: {vertical + EDGE * design.size:.2f}pt), "
        f"stroke: {_stroke(design)}, {fill} align: {ALIGN[design.valign]},\n{body}\n)"
    )


def _stroke(design: Design) -> str:
    stroke = design.stroke
    if stroke is None:
        return "none"
    dash = f', dash: "{DASHES[stroke.kind]}"' if stroke.kind in DASHES else ""
    line = f'(paint: rgb("{stroke.colour}"), thickness: {stroke.width}pt{dash})'
    return f"(top: {line}, bottom: {line})" if design.border == "horizontal" else line


def _cell(cell: Cell, design: Design) -> str:
    spans = f"rowspan: {cell.row_span}, " * (cell.row_span > 1) + f"colspan: {cell.col_span}, " * (cell.col_span > 1)
    label = cell.role == "label"
    fill = f'fill: rgb("{design.shade}"), ' if label and design.shade else ""
    side = "center" if label and design.centred else "left"
    broken = f"breakable: {str(design.break_rows).lower()}, " if cell.row_span == 1 else ""
    weight = 'weight: "bold", ' if label and design.bold_labels else ""
    text = f"text({weight}[{_content(cell.text)}])" if cell.text else "[]"
    return f"table.cell({spans}{fill}{broken}align: {side} + {ALIGN[design.valign]}, {text})"
