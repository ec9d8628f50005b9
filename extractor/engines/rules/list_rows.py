"""Rows of a list from the tokens under its header: how wide its columns are, and the rows that its pieces make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.engines.rules.pieces import Piece, Width
from extractor.engines.rules.reading_costs import NEVER
from extractor.engines.rules.row_decoding import Listing, Reading, decode


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: the pieces that make it, and whether they, or what follows, might belong elsewhere."""

    pieces: tuple[Piece, ...]
    doubtful: bool
    hides_row: bool = False
    """Whether a row of its own may begin inside of the cell."""
    guessed: bool = False
    """Whether nothing but its width says that a line of it goes on with the one above."""


ListRow = dict[int, Cell]
"""One row: column number → cell."""


Widths = dict[str, Width]
"""Field path → how wide its column is, over all forms of a document."""


def learn_widths(listings: Sequence[Listing]) -> Widths:
    """How wide the columns are, from a first reading of lists that stand in lines."""
    seen: dict[str, list[float]] = {}
    wrapped: dict[str, list[float]] = {}
    for one in listings:
        if one.pieces and not one.pieces[0].token.table:
            _observe(one, decode(one, [Width(0.0, False)] * len(one.kinds)), seen, wrapped)
    return {name: _width_of(widths, wrapped.get(name, [])) for name, widths in seen.items()}


def merge_widths(own: Widths, others: Sequence[Widths]) -> Widths:
    """A form's own widths where it shows them beyond doubt, else what the other forms of the document show."""
    out = dict(own)
    for widths in others:
        for name, other in widths.items():
            known = out.get(name, Width(0.0, False))
            if not own.get(name, Width(0.0, False)).sure and other.widest > known.widest:
                out[name] = other
    return out


def _observe(
    one: Listing, readings: Sequence[Reading], seen: dict[str, list[float]], wrapped: dict[str, list[float]]
) -> None:
    """The widths of the lines in each column that stand there beyond doubt, and of those that wrap."""
    for n, (piece, reading) in enumerate(zip(one.pieces, readings, strict=True)):
        if reading.doubtful or piece.token.table:
            continue
        name = one.columns[reading.state >> 1].field.path
        seen.setdefault(name, []).append(piece.token.width)
        after = readings[n + 1] if n + 1 < len(readings) else None
        if after and after.state == reading.state | 1 and not after.doubtful and one.pieces[n + 1].first:
            wrapped.setdefault(name, []).append(piece.token.width)


def _width_of(seen: Sequence[float], wrapped: Sequence[float]) -> Width:
    """Lines that wrap show the width; a wider one, seen once, was put into the column by mistake."""
    full = max(wrapped, default=0.0)
    twice = sum(1 for width in wrapped if width > full - 0.6) > 1
    wider = sum(1 for width in seen if width > full + 0.6)
    if full and wider < 2:
        return Width(full, twice or not wider, full)
    return Width(max(seen), bool(wrapped), sorted(seen)[-2] if len(seen) > 1 else 0.0)


def read_rows(one: Listing, widths: Widths) -> list[ListRow]:
    """The rows that the pieces of a list make."""
    if not one.pieces:
        return []
    known = [widths.get(c.field.path, Width(0.0, False)) for c in one.columns]
    return _rows(one, decode(one, known), known)


def _rows(one: Listing, readings: Sequence[Reading], widths: Sequence[Width]) -> list[ListRow]:
    """The rows of a reading. A piece in doubt puts its own cell in doubt, and the one before, which it might end."""
    rows: list[dict[int, list[int]]] = []
    last = NEVER
    for n, reading in enumerate(readings):
        column, goes_on = reading.state >> 1, reading.state & 1
        if not rows or (not goes_on and column <= last):
            rows.append({})
        rows[-1].setdefault(column, []).append(n)
        last = column
    return [{column: _cell(own, one, readings, widths[column]) for column, own in row.items()} for row in rows]


def _cell(own: Sequence[int], one: Listing, readings: Sequence[Reading], width_here: Width) -> Cell:
    following = readings[own[-1] + 1] if own[-1] + 1 < len(readings) else None
    pieces = tuple(one.pieces[n] for n in own)
    # a line that is wider than its column does not wrap in it: what follows may be a row of its own
    wide = width_here.sure and any(not p.token.table and p.token.width > width_here.widest + 0.5 for p in pieces[:-1])
    # the last line of a cell stands below the middle of its row, where the row's other cells stand
    shares = one.spaced and any(_shares_line(one, n) for n in own[1:])
    cut = any(p.cut for p in pieces)  # what stands behind the page break may as well begin a row
    unsure = wide or shares or cut or any(readings[n].doubtful for n in own)
    guessed = not width_here.sure and any(_is_guessed_wrap(one, readings, n) for n in own[1:])
    ends_elsewhere = following is not None and following.doubtful and bool(following.other & 1)
    hides = wide or shares or cut or any(readings[n].may_begin_row for n in own)
    return Cell(pieces, unsure or ends_elsewhere, hides, guessed)


GUESSED = 2.5
"""Below this margin a line that goes on with a cell is in doubt where no line was seen to wrap in its column."""


def _is_guessed_wrap(one: Listing, readings: Sequence[Reading], n: int) -> bool:
    """Whether a line of page text goes on with the cell above for no better reason than that the line above is wide."""
    return not one.pieces[n].token.table and one.pieces[n].first and readings[n].margin < GUESSED


def _shares_line(one: Listing, n: int) -> bool:
    """Whether a piece begins a line on which more pieces stand."""
    here, after = one.pieces[n], one.pieces[n + 1] if n + 1 < len(one.pieces) else None
    alone = after is None or after.first or (after.token.soft and after.fold[0] not in "≥≤><=0123456789")
    return here.first and bool(here.token.gap) and not here.token.table and not alone
