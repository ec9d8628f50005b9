"""Excel workbooks: each sheet a page, its tables as grids with merged ranges as spans, numbers as the cells show them.

Tables are parted by empty rows, but for one that only spaces the rows of a table. A title above a table stays in its
grid, in a cell as wide as it was merged; a block that is a single cell is a line.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Note, Page
from extractor.errors import DocumentError
from extractor.readers.encoding import clean
from extractor.readers.office.formulas import NO_RESULTS, Place, Result, Results, results
from extractor.readers.office.number_format import shown
from extractor.readers.office.sheet_blocks import TALL, blocks_of
from extractor.readers.office.zip_package import damage_named, pictures, refuse_bomb
from extractor.readers.page_blocks import Blocks, Spot

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SHEET = re.compile(r"xl/worksheets/([^/]+)\.xml")
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.S)
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
RESULT = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]")
MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

# openpyxl makes an object of each cell that a merged range covers.
MOST_MERGED = 5_000_000

# A block's empty cells are cells too, unless it is almost empty: two cells far apart make no table.
MOST_EMPTY = 200_000
SHOWN_OF_IT = 80

# A range merged beyond this ends where the other cells of its block end.
WIDE = 64


class Sheet(NamedTuple):
    """What a sheet shows: its cells, counted over visible rows and columns, and remarks on the rest."""

    spots: list[Spot]
    notes: tuple[Note, ...]


class Text(NamedTuple):
    """A cell's place in the sheet, from 1, and what it shows."""

    row: int
    col: int
    text: str


class Hidden(NamedTuple):
    """The hidden rows or columns of a sheet, in order."""

    numbers: list[int]

    def seen(self, first: int, last: int) -> int:
        """How many of a range are visible."""
        return last - first + 1 - (bisect_left(self.numbers, last + 1) - bisect_left(self.numbers, first))

    def place(self, number: int) -> int:
        """A row's or column's place among the visible ones."""
        return number - bisect_left(self.numbers, number)


def read(path: Path, name: str, settings: Settings) -> Document:
    """An .xlsx file, a page a sheet. DocumentError: it is damaged, a zip bomb, or shows no values."""
    with damage_named("Excel"):
        refuse_bomb(path, settings)
        lacks = _checked_parts(path)
        notes = list(pictures(path, "xl/media/"))
    pages: list[Page] = []
    book = _workbook(path)
    missing = results(path, book, settings) if lacks else NO_RESULTS
    if missing.cells:
        notes.append(_formula_note(missing))
    for number, sheet in enumerate(book.worksheets, 1):
        if sheet.sheet_state != "visible":
            notes += _left_out([cell.text for cell in _texts(sheet)], f"the hidden sheet {sheet.title!r}", number)
            continue
        found = _sheet(sheet, number, missing.cells)
        notes += found.notes
        pages.append(_page(found.spots, number))
    if not any(page.blocks for page in pages):
        reason = "".join(f"; {note.message}" for note in notes)
        raise DocumentError(f"the workbook shows no values{reason}: open it in Excel, check it and save it again")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Document(name, sha256, tuple(pages), notes=tuple(dict.fromkeys(notes)))


def _workbook(path: Path) -> Workbook:
    import warnings

    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings(), path.open("rb") as file:  # given a name, it would judge by the suffix
            warnings.simplefilter("ignore")  # about extensions that hold no values
            return load_workbook(file, data_only=True)
    # A damaged part may make openpyxl raise anything; whatever it is, the file could not be read.
    except Exception as error:
        raise DocumentError(f"the Excel file is damaged ({error}); open it in Excel and save it again") from error


def _checked_parts(path: Path) -> bool:
    """Looks at the sheets' XML before it is loaded: refuses merged ranges beyond measure; whether results lack."""
    lacks = False
    with zipfile.ZipFile(path) as package:
        for member in package.namelist():
            match = SHEET.fullmatch(member)
            if match:
                data = package.read(member)
                _refuse_merged(data, match[1])
                lacks = lacks or _lacks_results(data)
    return lacks


def _refuse_merged(data: bytes, sheet: str) -> None:
    from openpyxl.utils import column_index_from_string as index

    merged = 0
    for left, top, right, bottom in MERGE.findall(data):
        width = index(right.decode()) - index(left.decode()) + 1
        merged += width * (int(bottom) - int(top) + 1)
    if merged > MOST_MERGED:
        raise DocumentError(
            f"{sheet} merges {merged} cells (limit: {MOST_MERGED}): unmerge whole rows and columns, and save it again"
        )


def _lacks_results(data: bytes) -> bool:
    """Whether a sheet has formulas whose results the file does not hold."""
    return bool(FORMULA.search(data)) and any(
        FORMULA.search(body) is not None and b't="str"' not in attributes and not RESULT.search(body)
        for attributes, body in CELL.findall(data)
    )


def _formula_note(missing: Results) -> Note:
    from openpyxl.utils import get_column_letter

    first = [f"{get_column_letter(col)}{row}" for _, row, col in missing.cells]
    where = ", ".join(first[:5]) + (", …" if len(first) > 5 else "")
    done = "LibreOffice computed them" if missing.computed else "the formulas stand in their places"
    message = f"{len(first)} formulas have no results in the file ({where}): {done}; open it in Excel and save it"
    return Note(FindingKind.FORMULA, 0, message)


def _sheet(sheet: Worksheet, number: int, missing: Mapping[Place, Result]) -> Sheet:
    rows = Hidden(sorted(r for r, d in sheet.row_dimensions.items() if d.hidden or d.height == 0))
    cols = Hidden(_hidden_columns(sheet))
    ranges = {(m.min_row, m.min_col): (m.max_row, m.max_col) for m in sheet.merged_cells.ranges}
    texts = {(row, col): text for row, col, text in _texts(sheet)}
    doubts = {(row, col): result for (title, row, col), result in missing.items() if title == sheet.title}
    texts |= {place: result.text for place, result in doubts.items()}
    spots: list[Spot] = []
    hidden: list[str] = []
    notes: list[Note] = []
    for row, col in sorted(texts.keys() | ranges.keys()):
        bottom, right = ranges.get((row, col), (row, col))
        down, across = rows.seen(row, bottom), cols.seen(col, right)
        cleaned = clean(texts.get((row, col), ""))
        notes += cleaned.notes
        if down and across:
            doubt = doubts[row, col].confidence if (row, col) in doubts else None
            spots.append(Spot(rows.place(row), cols.place(col), cleaned.text, down, across, doubt))
        else:
            hidden.append(cleaned.text)
    notes += _left_out(hidden, "hidden rows or columns", number)
    return Sheet(spots, tuple(notes))


def _texts(sheet: Worksheet) -> Iterator[Text]:
    """The cells that hold something, as they show it, in no order."""
    # `iter_rows` would make a cell of every place between the first and the last.
    for (row, col), cell in sheet._cells.items():
        if cell.value is not None:
            text = shown(cell.value, cell.number_format or "General")
            text = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
            yield Text(row, col, text.replace("\r\n", "\n").replace("\r", "\n"))


def _hidden_columns(sheet: Worksheet) -> list[int]:
    found: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden or dimension.width == 0:
            found.update(range(dimension.min or 0, (dimension.max or dimension.min or 0) + 1))
    return sorted(found)


def _left_out(texts: list[str], where: str, number: int) -> tuple[Note, ...]:
    words = " ".join(" ".join(texts).split())
    if not words:
        return ()
    shown_words = words if len(words) <= SHOWN_OF_IT else words[:SHOWN_OF_IT] + "…"
    return (
        Note(FindingKind.HIDDEN_TEXT, number, f"{len(words)} characters in {where} were left out: {shown_words!r}"),
    )


def _page(spots: list[Spot], number: int) -> Page:
    blocks = Blocks(number)
    for block in blocks_of(spots):
        filled = [spot for spot in block if spot.text.strip()]
        if len(filled) == 1:
            blocks.lines(filled[0].text)
        else:
            blocks.grid(_framed(block))
    return blocks.finished("excel")


def _framed(block: list[Spot]) -> list[Spot]:
    """A block counted from its own top left corner, with its empty cells; spans end where it ends."""
    top, left = min(spot.row for spot in block), min(spot.col for spot in block if spot.text.strip())
    placed = [s._replace(row=s.row - top, col=s.col - left) for s in block if s.col >= left]
    bottom = max(s.row + (s.row_span if s.row_span <= TALL else 1) for s in placed)
    right = max(s.col + (s.col_span if s.col_span <= WIDE else 1) for s in placed)
    placed = [
        s._replace(row_span=min(s.row_span, bottom - s.row), col_span=min(s.col_span, right - s.col)) for s in placed
    ]
    if bottom * right > max(MOST_EMPTY, 10 * len(placed)):
        return placed
    taken = {(s.row + r, s.col + c) for s in placed for r in range(s.row_span) for c in range(s.col_span)}
    empty = ((row, col) for row in range(bottom) for col in range(right) if (row, col) not in taken)
    return placed + [Spot(row, col, "") for row, col in empty]
