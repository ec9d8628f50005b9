"""Rows of the grid as text, one function for each separator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from eval.studies.layouts.aligned import aligned
from eval.studies.layouts.cells import Cell, GridLine, once
from eval.studies.layouts.drawing import Drawing
from eval.studies.layouts.dropped import note_adjacent, with_losses, without_blanks
from eval.studies.layouts.look import Look, lines_of, one_line, shown

Printer = Callable[[Look, Drawing, Sequence[GridLine]], list[str]]


def rows_with_blanks(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[str]:
    """Tabs or bars: each row one line (a long text may wrap), blank cells kept unless they get lost."""
    out = []
    for line in lines:
        cells = with_losses(drawing, line, shown(look, drawing, line))
        text = look.gap.join("" if cell is None else one_line(look, drawing, cell) for cell in cells)
        out.append(f"| {text} |" if look.separator == "sep_pipe" and look.title_in_grid else text)
    return out


def rows_without_blanks(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[str]:
    """Runs of spaces: each row one line, blank cells gone."""
    out = []
    for line in lines:
        cells = without_blanks(drawing, line, shown(look, drawing, line))
        if cells:
            out.append(look.gap.join(one_line(look, drawing, cell) for cell in cells))
    return out


def cell_lines(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[str]:
    """One cell a line, blank cells gone; a blank line after each row where the document has them."""
    out = []
    for line in lines:
        sizes = []
        for cell in without_blanks(drawing, line, shown(look, drawing, line)):
            pieces = lines_of(look, drawing, cell)
            sizes.append((cell, len(pieces)))
            out += pieces
        note_adjacent(drawing, sizes)
        if look.blank_lines:
            out.append("")
    return out


def page_text(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[str]:
    """Cells one after the other: neighbours of one line share a line, wrapped cells have lines of their own."""
    out = []
    for line in lines:
        cells = without_blanks(drawing, line, shown(look, drawing, line))
        run: list[str] = []
        sizes = []
        for cell in cells:
            pieces = lines_of(look, drawing, cell)
            sizes.append((cell, len(pieces)))
            if len(pieces) == 1 and cell.kind != "long":
                run += pieces
                continue
            out += [" ".join(run)] if run else []
            run = []
            out += _spaced(look, pieces)
        out += [" ".join(run)] if run else []
        out += [""] if look.blank_lines else []
        note_adjacent(drawing, sizes)
    return out


def _spaced(look: Look, pieces: list[str]) -> list[str]:
    if not look.blank_lines:
        return pieces
    return [text for piece in pieces for text in (piece, "")][:-1]


def markdown(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[str]:
    """A Markdown table; its first row is the header, whatever stands in it."""
    out = []
    for k, line in enumerate(lines):
        cells = with_losses(drawing, line, shown(look, drawing, line))
        texts = ["" if cell is None else one_line(look, drawing, cell).replace("|", "\\|") for cell in cells]
        out.append("| " + " | ".join(texts) + " |")
        if k == 0:
            out.append("|" + " --- |" * len(texts))
    return ["", *out, ""]


def html(look: Look, drawing: Drawing, lines: Sequence[GridLine]) -> list[str]:
    """An HTML table with spans, or with merged cells written out where that was drawn."""
    out = ["<table>"]
    printed: set[Cell] = set()
    for k, line in enumerate(lines):
        tags = []
        lost = _lost(drawing, line)
        for cell in once(line):
            if "merged_repeated" in drawing.features:
                tags += [_td(look, drawing, cell, 1, 1)] * line.cells.count(cell)
            elif cell not in printed and cell not in lost:
                tags.append(_td(look, drawing, cell, line.cells.count(cell), _rows(lines[k:], cell, drawing)))
        if "merged_repeated" in drawing.features:
            drawing.effects.add("merged_repeated")
        repeated = drawing.has("levels_repeated")
        printed.update(cell for cell in line.cells if not (repeated and cell.kind == "level"))
        out.append("<tr>" + "".join(tags) + "</tr>")
    look.seen.update(printed)
    return [*out, "</table>"]


def _lost(drawing: Drawing, line: GridLine) -> set[Cell]:
    """Blank cells of an HTML row that are not written, later cells move left."""
    cells = once(line)
    kept = with_losses(drawing, line, cells)
    return {cell for cell in cells if cell not in kept}


def _rows(lines: Sequence[GridLine], cell: Cell, drawing: Drawing) -> int:
    if cell.kind == "level" and "levels_repeated" in drawing.features:
        return 1
    count = 0
    for line in lines:
        if cell not in line.cells:
            break
        count += 1
    return count


def _td(look: Look, drawing: Drawing, cell: Cell, columns: int, rows: int) -> str:
    spans = f' colspan="{columns}"' * (columns > 1) + f' rowspan="{rows}"' * (rows > 1)
    text = one_line(look, drawing, cell)
    if cell.kind != "long":
        text = escape(text, quote=False)
    return f"<td{spans}>{text}</td>"


PRINTERS: dict[str, Printer] = {
    "sep_tab": rows_with_blanks,
    "sep_pipe": rows_with_blanks,
    "sep_spaces": rows_without_blanks,
    "sep_wide_spaces": rows_without_blanks,
    "sep_cell_lines": cell_lines,
    "sep_page": page_text,
    "sep_aligned": aligned,
    "sep_markdown": markdown,
    "sep_html": html,
}
