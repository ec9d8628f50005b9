"""Text as it flows: pieces become lines, cells become tables laid out by HTML's table model."""

from __future__ import annotations

from dataclasses import dataclass, field

from extractor.errors import DocumentError
from extractor.readers.page_blocks import Spot, collapsed

Item = str | list[Spot]

# HTML's own limits are 1,000 and 65,534. A column span beyond this is capped at what the other rows make up.
WIDE_SPAN = 64
MOST_COLUMNS = 16_384


@dataclass(slots=True)
class Flow:
    """Lines and tables in reading order, and the line that is being written."""

    items: list[Item] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    inner: list[Item] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    raw: bool = False

    def add(self, text: str, preformatted: bool = False) -> None:
        """Adds text to the line; a line break ends it only where text is preformatted."""
        if not preformatted:
            self.pieces.append(text)
            return
        self.raw = True
        first, *rest = text.split("\n")
        self.pieces.append(first)
        for line in rest:
            self.end_line()
            self.raw = True
            self.pieces.append(line)

    def end_line(self) -> None:
        """Ends the line; an empty one is dropped."""
        if not self.pieces:
            return
        text = "".join(self.pieces)
        text = text.rstrip() if self.raw else collapsed(text)
        if text:
            self.items.append(text)
            self.own.append(text)
        self.pieces, self.raw = [], False

    def embed(self, items: list[Item]) -> None:
        """Adds what an inner table gave, after the text so far."""
        self.end_line()
        self.items.extend(items)
        self.inner.extend(items)

    def finished(self) -> list[Item]:
        """All items, the line being written among them."""
        self.end_line()
        return self.items


@dataclass(slots=True)
class Slot:
    """One cell of a table before its place is known; a row span of 0 goes on to the end of its section."""

    flow: Flow
    row_span: int
    col_span: int


@dataclass(slots=True)
class Table:
    """A table while it is being read: sections of rows of cells, captions, and text that stands in no cell."""

    body: list[list[list[Slot]]] = field(default_factory=list)
    foot: list[list[list[Slot]]] = field(default_factory=list)
    rows: list[list[Slot]] | None = None
    captions: list[Flow] = field(default_factory=list)
    stray: Flow = field(default_factory=Flow)

    def section(self, tag: str) -> None:
        """Starts a row, or a section of rows; spans end with their section."""
        if tag != "tr":
            self.rows = []
            (self.foot if tag == "tfoot" else self.body).append(self.rows)
            return
        self._open_rows().append([])

    def cell(self, row_span: str | None, col_span: str | None) -> Flow:
        """Starts a cell in the current row."""
        rows = self._open_rows()
        if not rows:
            rows.append([])
        flow = Flow()
        rows[-1].append(Slot(flow, _number(row_span, 0), _number(col_span, 1)))
        return flow

    def caption(self) -> Flow:
        """Starts a caption, which is shown above the table."""
        self.captions.append(Flow())
        return self.captions[-1]

    def _open_rows(self) -> list[list[Slot]]:
        if self.rows is None:
            self.rows = []
            self.body.append(self.rows)
        return self.rows

    def finished(self) -> list[Item]:
        """Captions and stray text, the grid, then the tables in its cells; a table used as a frame is its contents."""
        items = [item for flow in (*self.captions, self.stray) for item in flow.finished()]
        sections = self.body + self.foot
        slots = [slot for rows in sections for row in rows for slot in row]
        contents = [slot.flow.finished() for slot in slots]
        if any(slot.flow.inner for slot in slots) and all(len(row) <= 1 for rows in sections for row in rows):
            return items + [item for content in contents for item in content]
        items.append(spots(sections))
        for slot in slots:
            items.extend(slot.flow.inner)
        return items


def _number(text: str | None, least: int) -> int:
    digits = (text or "").strip()[:9]
    return max(least, int(digits)) if digits.isascii() and digits.isdigit() else 1


def spots(sections: list[list[list[Slot]]]) -> list[Spot]:
    """Cells by HTML's table model. A column span ends where a cell from above stands; a row span, with its section."""
    widest = _widest(sections)
    out: list[Spot] = []
    busy: list[int] = []  # by column: the first row that no cell from above covers
    covered = Covered()
    at = 0
    for rows in sections:
        end = at + len(rows)
        for row in rows:
            col = covered.start(busy, at) if row else 0
            for slot in row:
                col = _free(busy, col, at)
                spot = _placed(slot, at, col, busy, end, widest)
                out.append(spot)
                col += spot.col_span
            at += 1
        if len(busy) > MOST_COLUMNS:
            raise DocumentError(f"a table has more than {MOST_COLUMNS} columns: its spans are wrong; print it to PDF")
    return out


@dataclass(slots=True)
class Covered:
    """The columns on the left that cells from above cover: a tall table isn't searched from the left each time."""

    cols: int = 0
    until: int = 0

    def start(self, busy: list[int], row: int) -> int:
        """The first column of the row that is free."""
        if row >= self.until:
            self.cols = 0
        col = _free(busy, self.cols, row)
        if col > self.cols:
            fresh = min(busy[self.cols : col])
            self.until = fresh if self.cols == 0 else min(self.until, fresh)
            self.cols = col
        return col


def _free(busy: list[int], col: int, row: int) -> int:
    while col < len(busy) and busy[col] > row:
        col += 1
    return col


def _placed(slot: Slot, row: int, col: int, busy: list[int], end: int, widest: int) -> Spot:
    wanted = slot.col_span if slot.col_span <= WIDE_SPAN else max(1, min(slot.col_span, widest - col))
    bottom = end if slot.row_span == 0 else min(row + slot.row_span, end)
    span = 0
    while span < wanted and not (col + span < len(busy) and busy[col + span] > row):
        if col + span >= len(busy):
            busy.append(0)
        busy[col + span] = bottom
        span += 1
    return Spot(row, col, "\n".join(slot.flow.own), bottom - row, span)


def _widest(sections: list[list[list[Slot]]]) -> int:
    """The columns that the rows make up, cells with absurd spans counted as one."""
    sums = (sum(s.col_span if s.col_span <= WIDE_SPAN else 1 for s in row) for rows in sections for row in rows)
    return min(MOST_COLUMNS, max(sums, default=1))
