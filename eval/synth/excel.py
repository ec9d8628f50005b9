"""Excel workbooks: merged ranges, forms on one sheet or one each, numbers as numbers or as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

from eval.synth.content import Content
from eval.synth.forms import sheets
from eval.synth.rendered import Rendered
from eval.synth.sheet import Block, Cell, Table, slots
from eval.synth.word import inside_titles
from eval.synth.zips import steady
from extractor.errors import MissingPackage

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_NUMBER = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a workbook was filled in: figures as numbers, dates as dates, all forms on one sheet, titles merged."""

    numbers: bool
    dates: bool
    one_sheet: bool


def xlsx(content: Content, rng: Random) -> Rendered:
    """The document as `.xlsx`."""
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingPackage("writing workbooks needs openpyxl: pip install openpyxl") from error
    habits = _Habits(rng.random() < 0.5, rng.random() < 0.3, rng.random() < 0.4)
    book = Workbook()
    first = book.worksheets[0]
    first.title = "Sheet1"
    row = 1
    if content.title:
        first.cell(1, 1, content.title)
        row = 3
    for sheet in sheets(content):
        if sheet.form and not habits.one_sheet:
            first, row = book.create_sheet(f"Sheet{sheet.form + 1}"), 1
        row = _fill(first, inside_titles(sheet.blocks), row, habits)
    out = BytesIO()
    book.save(out)
    return Rendered(steady(out.getvalue()), content.forms)


def _fill(sheet: Worksheet, blocks: tuple[Block, ...], row: int, habits: _Habits) -> int:
    """Write blocks from a row on; returns the first free row, with an empty one between forms."""
    for block in blocks:
        if not isinstance(block, Table):
            sheet.cell(row, 1, block.text)
            row += 1
            continue
        for r, c, cell in slots(block):
            _write(sheet, row + r, c + 1, cell, habits)
        row += len(block.rows)
    return row + 1


def _write(sheet: Worksheet, row: int, col: int, cell: Cell, habits: _Habits) -> None:
    if cell.text:
        at = sheet.cell(row, col)
        if habits.numbers and cell.role == "value" and _is_figure(cell):
            at.value = float(cell.text.replace(",", "")) if "." in cell.text else int(cell.text.replace(",", ""))
            at.number_format = _format(cell.text)
        elif habits.dates and (found := _DATE.fullmatch(cell.text)):
            at.value = date(int(found[1]), int(found[2]), int(found[3]))
            at.number_format = "yyyy-mm-dd"
        else:
            at.value = cell.text
            at.data_type = "s"
    if cell.row_span > 1 or cell.col_span > 1:
        sheet.merge_cells(
            start_row=row, start_column=col, end_row=row + cell.row_span - 1, end_column=col + cell.col_span - 1
        )


def _is_figure(cell: Cell) -> bool:
    """Whether a person would type the value as a number: amounts and counts, not targets."""
    return bool(_NUMBER.fullmatch(cell.text)) and not cell.path.endswith((".target", ".actual", ".level3"))


def _format(text: str) -> str:
    decimals = len(text.partition(".")[2])
    return ("#,##0" if "," in text else "0") + ("." + "0" * decimals if decimals else "")
