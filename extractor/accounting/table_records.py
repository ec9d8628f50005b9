"""A table that no other schema claims, as a record of the schema `table`: rectangular, its header told from its data.

Every row is as wide as the table. A place that a cell covers holds its text where the cell runs down, and nothing where
it runs across. The rows at the top that label columns make one header, the texts of a column joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.accounting.grounding import located, unsure
from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import clusters
from extractor.document.layout import Cell, Document, Unit
from extractor.document.results import Finding, Record, Row, Span, finding, placed
from schemas.values import fold

EDGE = 5.0  # points by which an edge of a column may differ from page to page

Places = list[list[Cell | None]]
"""For each row and each column, the cell that covers the place."""

_FIGURE = re.compile(r"[-+~≥≤><=≈(\[]*[¥$€£]?\d[\d.,:/-]*(?:[)\]%‰年]|[a-zµ°²³]{1,4}|[(\[][^()\[\]]{1,8}[)\]])*", re.I)
_UNIT = re.compile(r"[(\[][^()\[\]]{1,12}[)\]]|[%‰]")
_NOTHING = re.compile(r"n/?a", re.I)


def is_data(text: str) -> bool:
    """Whether a folded text is data and no label: a figure with its unit, a unit, a year, a mark for nothing."""
    plain = bool(text) and not any(char.isalpha() for char in text)
    return plain or any(pattern.fullmatch(text) for pattern in (_FIGURE, _UNIT, _NOTHING))


def table_record(
    document: Document, rows: Sequence[Row], title: Row | None, index: int, doubts: tuple[Finding, ...]
) -> Record:
    """The record of the rows of one table, whose title may stand on a line above it."""
    places = _places(rows)
    top = 0 if title is not None or len(places) < 3 else _titles(places)
    head = Header(places[top : top + _depth(places[top:])])
    body = _without_header(places, head.rows, top + len(head.rows))
    evidence: dict[str, tuple[Span, ...]] = {}
    titles = [title.units[0]] if title is not None else [row[0] for row in places[:top]]
    name = _put(evidence, "title", [unit for unit in titles if unit is not None])
    header = [_put(evidence, f"header[{col}]", head.of(col)) for col in range(head.width)]
    values = [
        [
            _put(evidence, f"rows[{n}][{col}]", [cell] if cell is not None else [])
            for col, cell in enumerate(_shown(row))
        ]
        for n, row in enumerate(body)
    ]
    low = (doubt for path, own in evidence.items() for doubt in unsure(path, own))
    findings = (*doubts, *_column_doubt(rows), *_header_doubt(head, body), *low)
    shown = {"title": name, "header": header, "rows": values}
    return Record(document.name, document.sha256, index, "table", shown, evidence, findings, (), "rules")


def _put(evidence: dict[str, tuple[Span, ...]], path: str, units: Sequence[Unit]) -> str | None:
    """The text of some units, joined; puts where it stands into the evidence."""
    filled = [unit for unit in units if unit.text.strip()]
    if not filled:
        return None
    evidence[path] = tuple(span for unit in filled for span in spans(unit))
    return " ".join(unit.text.strip() for unit in filled)


def spans(unit: Unit) -> Iterator[Span]:
    """Where the text of a unit stands, part by part."""
    text = unit.text
    for part, place in placed(unit, len(text) - len(text.lstrip()), len(text.rstrip())):
        yield Span(place, part.text[place.start : place.end], *located(part, place))


# Places


def _places(rows: Sequence[Row]) -> Places:
    """The cells of a table in its rows and columns, those that a page break cut in all of their rows."""
    keys = [(row.page, max(u.row for u in row.units if isinstance(u, Cell))) for row in rows]
    at: dict[tuple[int, int], int] = {key: n for n, key in enumerate(keys)}
    columns = _columns(rows)
    width = max(end for _, end in columns.values())
    out: Places = [[None] * width for _ in rows]
    for n, row in enumerate(rows):
        for cell in (u for u in row.units if isinstance(u, Cell)):
            first, end = columns[cell.page, cell.id]
            below = (at.get((p.page, p.row + k)) for p in cell.parts or (cell,) for k in range(p.row_span))
            for m in {n, *(m for m in below if m is not None and m >= n)}:
                for col in range(first, end):
                    out[m][col] = out[m][col] or cell
    return out


def _columns(rows: Sequence[Row]) -> dict[tuple[int, str], tuple[int, int]]:
    """The first column of each cell and one past its last; of pages with different ones, told from where they stand."""
    cells = [u for row in rows for u in row.units if isinstance(u, Cell)]
    pages = {cell.page for cell in cells}
    counts = {max(c.col + c.col_span for c in cells if c.page == page) for page in pages}
    boxes = [cell.box for cell in cells if cell.box is not None]
    if len(counts) == 1 or len(boxes) < len(cells):
        return {(c.page, c.id): (c.col, c.col + c.col_span) for c in cells}
    left = {page: min(c.box.x0 for c in cells if c.box is not None and c.page == page) for page in pages}
    edges = clusters({x - left[c.page] for c in cells if c.box is not None for x in (c.box.x0, c.box.x1)}, EDGE)

    def number(x: float) -> int:
        return next(n for n, group in enumerate(edges) if x <= group[-1])

    return {
        (c.page, c.id): (number(c.box.x0 - left[c.page]), number(c.box.x1 - left[c.page]))
        for c in cells
        if c.box is not None
    }


def _shown(row: Sequence[Cell | None]) -> Iterator[Cell | None]:
    """The cells of a row, each in the first of its columns."""
    before: Cell | None = None
    for cell in row:
        yield cell if cell is not before else None
        before = cell


# Header


class Header:
    """The rows that label the columns of a table."""

    def __init__(self, rows: Places) -> None:
        self.rows = rows
        self.width = len(rows[0]) if rows else 0

    def of(self, col: int) -> list[Cell]:
        """The cells that label a column, from top to bottom."""
        found = [cell for row in self.rows if (cell := row[col]) is not None and cell.text.strip()]
        return list({(cell.page, cell.id): cell for cell in found}.values())

    @property
    def labels(self) -> list[list[str]]:
        """The folded texts of each column that has any."""
        return [own for col in range(self.width) if (own := [fold(cell.text) for cell in self.of(col)])]


def _titles(places: Places) -> int:
    """How many rows at the top are one cell over all columns: titles."""
    count = 0
    while count < len(places) - 1 and len(places[count]) > 1 and len({id(cell) for cell in places[count]}) == 1:
        if places[count][0] is None:
            break
        count += 1
    return count


def _depth(places: Places) -> int:
    """How many rows at the top make the header: those under cells that label several columns, and units below them."""
    depth = 1
    while depth + 1 < len(places):
        above, row = places[depth - 1], places[depth]
        own = [cell for cell in _own(row, above) if cell.text.strip()]
        stub = row[0] is None or not row[0].text.strip() or row[0] is above[0]
        several = any(a is b is not None for a, b in pairwise(above))
        open_below = any(cell is not None and cell is under for cell, under in zip(above, row, strict=True))
        labels = not any(is_data(fold(cell.text)) for cell in own)
        units = all(_UNIT.fullmatch(fold(cell.text)) for cell in own)
        if not own or not stub or not (units or (several and (open_below or labels))):
            break
        depth += 1
    return depth if places else 0


def _own(row: Sequence[Cell | None], above: Sequence[Cell | None]) -> list[Cell]:
    """The cells that begin in a row."""
    return [cell for cell, over in zip(_shown(row), above, strict=True) if cell is not None and cell is not over]


def _without_header(places: Places, head: Places, start: int) -> Places:
    """The rows below the header without its copies on top of other pages."""
    texts = [_texts(row) for row in head]
    out: Places = []
    n = start
    while n < len(places):
        page = next((cell.page for cell in places[n] if cell is not None), 0)
        anew = page > next((cell.page for cell in places[n - 1] if cell is not None), 0)
        if anew and any(texts) and [_texts(row) for row in places[n : n + len(head)]] == texts:
            n += len(head)
            continue
        out.append(places[n])
        n += 1
    return out


def _texts(row: Sequence[Cell | None]) -> list[str]:
    return [fold(cell.text) if cell is not None else "" for cell in row]


# Doubts


def _column_doubt(rows: Sequence[Row]) -> Iterator[Finding]:
    """Columns that are only the order of cells are proved where every row has as many."""
    loose = [[u for u in row.units if isinstance(u, Cell)] for row in rows if not row.exact_columns]
    ends = {max(cell.col + cell.col_span for cell in cells) for cells in loose}
    if len(ends) > 1:
        why = "the rows have different numbers of cells; each may stand in another column"
        yield finding(FindingKind.COLUMNS_UNCLEAR, "", why)


def _header_doubt(head: Header, body: Places) -> Iterator[Finding]:
    """No schema says which row is the header: one of data, or with few cells filled, may be none."""
    labels = head.labels
    if not labels:
        return
    widest = max((sum(cell is not None and bool(cell.text.strip()) for cell in row) for row in body), default=0)
    data = any(all(is_data(text) for text in own) for own in labels)
    if data or 2 * len(labels) <= widest:
        why = "holds data" if data else "is half empty"
        yield finding(FindingKind.NO_HEADER, "header", f"the first row {why}; it may be no header")
