"""Joins what a page break cut: a table that goes on overleaf, a row, a cell.

The two halves of a cut row stand below each other: what goes on fills its half before the break, and what ended is
empty behind it. A label or a word of a closed vocabulary that only both halves make is cut for certain. What is joined
is one cell whose `parts` stand on their pages; where neither is certain, nothing is joined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.document.layout import Cell, Unit, Word
from extractor.document.results import Row
from extractor.forms.parted_cells import Pair, are_halves, last_part, same_columns
from extractor.forms.table_placing import aligned, follows, lowest_cells, placing_of
from extractor.forms.tokens import first_unit, width
from extractor.tables.wrapped_numbers import is_one_number
from schemas.values import fold

BACK = 2  # pages before the last that tell how a table is set, and that labels over several pages begin on
LEAST = 0.25  # of a character; so little room more or less tells nothing
LINES = (
    2.5  # lines; with more room below its last line a cell did not end at the break (one more may be kept from its end)
)


UNSURE = 0.9  # the confidence of a label that may be another (results.LOW_CONFIDENCE is 0.93)


class Known(NamedTuple):
    """What schemas declare: whether a text is a label, a word of a spanning label, or the beginning of such a word."""

    label: Callable[[str], bool]
    word: Callable[[str], bool]
    begun: Callable[[str], bool]


def stitched(rows: Sequence[Row], known: Known) -> list[Row]:
    """The rows with those joined that page breaks cut; the parts of one table share its number."""
    out: list[Row] = []
    start = 0
    for n in range(1, len(rows) + 1):
        if n == len(rows) or rows[n].table != rows[start].table or not rows[n].table:
            _append(out, list(rows[start:n]), known)
            start = n
    return out


def joined(above: Cell, below: Cell) -> Cell:
    """Both cells as one, in the place of the first."""
    glue = "" if is_one_number([*above.text.splitlines(), *below.text.splitlines()]) else "\n"
    start = len(above.text) + len(glue)
    words = (*above.words, *(Word(w.start + start, w.text, w.box, w.confidence) for w in below.words))
    parts = (*(above.parts or (above,)), *(below.parts or (below,)))
    return replace(above, text=f"{above.text}{glue}{below.text}", words=words, parts=parts)


def _append(out: list[Row], rows: list[Row], known: Known) -> None:
    """Puts the rows of a table, or a line, behind what is there; joined to the table before, if they go on with it."""
    start = _last_pages(out)
    before = out[start:]
    if not follows(before, rows):
        out.extend(rows)
        return
    rows = aligned(rows, placing_of(before, rows))
    repeated = _repeated(before, rows)
    if repeated < len(rows):
        _join(before, rows, repeated, known)
    out[start:] = before
    out.extend(row._replace(table=before[-1].table) for row in rows)


def _last_pages(out: Sequence[Row]) -> int:
    """Where the last pages of the last table begin: a table of many pages is not gone over again at each break."""
    start = len(out)
    while (
        start and out[-1].table and out[start - 1].table == out[-1].table and out[start - 1].page >= out[-1].page - BACK
    ):
        start -= 1
    return start


def _repeated(above: Sequence[Row], below: Sequence[Row]) -> int:
    """How many rows at the start of a table only repeat rows of the part before: its header."""
    said = [_said(row) for row in above]
    head = [_said(row) for row in below]
    alone = len(head[0]) < 2  # such a row is the start of a header only where a table begins
    for start, row in enumerate(said[:1] if alone else said):
        count = 0
        while row == head[0] and start + count < len(said) and count < len(head) and said[start + count] == head[count]:
            count += 1
        if count:
            return count
    return 0


def _said(row: Row) -> tuple[str, ...]:
    """The texts of a row; a page without texts in some columns shows fewer of them."""
    return tuple(text for unit in row.units if (text := fold(unit.text)))


def _pairs(above: Sequence[Row], below: Sequence[Row], first: int) -> list[Pair]:
    """The cells of the first row below that stand under a cell in the same columns, with that."""
    placing = placing_of(above, below)
    lowest = lowest_cells(above)
    out: list[Pair] = []
    for unit in (u for u in below[first].units if isinstance(u, Cell)):
        over = next((c for c in lowest if same_columns(last_part(c), unit, placing)), None)
        if over is not None:
            out.append(Pair(over, unit))
    return out


def _join(above: list[Row], below: list[Row], first: int, known: Known) -> None:
    """Joins the cells that go on, and takes them from the row below; a row of which nothing is left goes."""
    pairs = _pairs(above, below, first)
    paired = {pair.below.id for pair in pairs}
    alone = [u for u in below[first].units if u.text.strip() and u.id not in paired and isinstance(u, Cell)]
    halves = all(u.row_span > 1 for u in alone) and are_halves([*above, *below[first:]], pairs)
    cut = halves or (not alone and _is_cut(above, pairs, known))
    padding = _padding(row.units for row in above)
    unclear = _open_labels(above, pairs, known)
    doubtful = [pair for pair, _ in unclear]
    going = [p for p in pairs if p not in doubtful and _is_one(above, p, cut, halves, padding, known)]
    for pair in going:
        _replace_unit(above, pair.above, joined(pair.above, pair.below))
    for pair, label in unclear:
        _replace_unit(above, pair.above, label)
    done = {pair.below.id for pair in going}
    rest = tuple(u for u in below[first].units if u.id not in done)
    if not cut:
        below[first] = below[first]._replace(units=rest)
        if not rest:
            del below[first]
        return
    del below[first]
    if halves:
        begun = tuple(u for u in rest if isinstance(u, Cell) and u.text.strip())
        above[-1] = _with_labels(above[-1], begun)
        rest = tuple(u for u in rest if u not in begun)
    later = tuple(u for u in rest if isinstance(u, Cell) and u.row_span > 1)
    if later and first < len(below):  # labels that stand beside the rows that follow too
        units = sorted((*later, *below[first].units), key=lambda u: u.col if isinstance(u, Cell) else 0)
        below[first] = below[first]._replace(units=tuple(units))


def _with_labels(row: Row, labels: Sequence[Cell]) -> Row:
    """A row with cells that are printed behind the break, where nothing of its own stands above it."""
    first = next((unit for unit in row.units if isinstance(unit, Cell)), None)
    if first is None:
        return row
    own = [replace(cell, page=first.page, table=first.table, row=first.row, parts=(cell,)) for cell in labels]
    units = sorted((*row.units, *own), key=lambda u: u.col if isinstance(u, Cell) else 0)
    return row._replace(units=tuple(units))


def _is_one(above: Sequence[Row], pair: Pair, cut: bool, halves: bool, padding: float, known: Known) -> bool:
    """Whether both halves are one cell: of a cut row, of a cut label, or a label that is printed below the break."""
    if not pair.below.text.strip():
        return False
    if not pair.above.text.strip():
        return halves or _is_label_of_both(above, pair, known)
    return _completes(pair, known) or (cut and (not pair.spanning or _goes_on(pair, padding)))


def _is_label_of_both(above: Sequence[Row], pair: Pair, known: Known) -> bool:
    """Whether a blank cell has its label behind the break: where labels are merged, and lines show that it spans rows,
    or each cell of its column but this one, below the column's label, has its own.

    Printers set a label in the middle of its merged cell, be that on the next page.
    """
    beside = _column_of(above, pair.above, known)
    merged = pair.spanning or any(cell.row_span > 1 for cell in beside)
    if not merged or not known.word(pair.below.text):
        return False
    return _is_centred(pair) or (bool(beside) and all(cell.text.strip() for cell in beside))


def _open_labels(above: Sequence[Row], pairs: Sequence[Pair], known: Known) -> list[tuple[Pair, Cell]]:
    """The blank cells of labels that begin their page and end it, with the label of the page before, in doubt: either
    that goes on, or the label overleaf begins there."""
    out: list[tuple[Pair, Cell]] = []
    for pair in pairs:
        own = pair.above
        if own.text.strip() or own.parts or own.row_span < 2 or not known.word(pair.below.text):
            continue
        column = [
            u
            for row in above
            for u in row.units
            if isinstance(u, Cell) and u is not own and same_columns(u, own) and not known.label(u.text)
        ]
        if column and last_part(column[-1]).page == own.page - 1 and known.word(column[-1].text):
            label = column[-1]
            words = tuple(replace(word, confidence=UNSURE) for word in label.words or (Word(0, label.text),))
            unsure = replace(label, words=words)
            out.append((pair, replace(own, text=label.text, words=words, parts=(unsure,))))
    return out


def _column_of(rows: Sequence[Row], own: Cell, known: Known) -> list[Cell]:
    """The other cells of a cell's column, from the label over it on."""
    out: list[Cell] = []
    for unit in (u for row in rows for u in row.units if isinstance(u, Cell) and u is not own):
        if same_columns(unit, own):
            out = [unit] if known.label(unit.text) else [*out, unit]
    return out


def _is_centred(pair: Pair) -> bool:
    """Whether a cell over several rows above the break has its middle below it, where its label then stands."""
    one, other = last_part(pair.above), pair.below
    if one.row_span < 2 or one.box is None or other.box is None:
        return False
    line = min((w.box.bottom - w.box.top for w in other.words if w.box is not None), default=0.0)
    return other.box.bottom - other.box.top > one.box.bottom - one.box.top - line


def _replace_unit(rows: list[Row], old: Unit, new: Unit) -> None:
    for n, row in enumerate(rows):
        if any(unit is old for unit in row.units):
            rows[n] = row._replace(units=tuple(new if unit is old else unit for unit in row.units))
            return


def _is_cut(above: Sequence[Row], pairs: Sequence[Pair], known: Known) -> bool:
    """Whether the first row below is the end of the last row above.

    Each of its cells goes on with the one above, and one thing more tells that it is no row of its own: a cell that
    is empty where the row above has text, or a text that cannot begin a cell.
    """
    own = [pair for pair in pairs if not pair.spanning]
    filled = [pair for pair in own if pair.below.text.strip()]
    if not filled or not all(pair.above.text.strip() for pair in filled) or any(map(_are_two_figures, filled)):
        return False
    padding = _padding(row.units for row in above)
    broken = [_completes(pair, known) or _is_fragment(above, pair) for pair in filled]
    if not all(sure or _goes_on(pair, padding) for sure, pair in zip(broken, filled, strict=True)):
        return False
    ended = any(pair.above.text.strip() and not pair.below.text.strip() for pair in own)
    return ended or any(broken)


def _completes(pair: Pair, known: Known) -> bool:
    """Whether both halves together are a label or a word, or the start of one, and neither ends where the page does."""
    above, below = pair.above.text, pair.below.text

    def whole(text: str) -> bool:
        return known.label(text) or known.word(text)

    if not above.strip() or not below.strip() or (whole(above) and whole(below)):
        return False
    return whole(above + below) or (not whole(above) and known.begun(above + below))


def _is_fragment(rows: Sequence[Row], pair: Pair) -> bool:
    """Whether the half below cannot begin a cell, or the half above cannot end one."""
    above, below = fold(pair.above.text), fold(pair.below.text)
    if _OPEN.search(above) or _CLOSING.match(below) or (above[-1].isdigit() and _UNIT.fullmatch(below)):
        return True
    decimals = _decimals(rows, pair.above)
    one, both = _FIGURE.fullmatch(above), _FIGURE.match(above + below)
    if one is None or both is None or not below[0].isdigit():
        return False
    return len(one[1] or "") < decimals == len(both[1] or "")


def _are_two_figures(pair: Pair) -> bool:
    """Whether both halves are figures, and together none."""
    above, below = fold(pair.above.text), fold(pair.below.text)
    each = bool(_AMOUNT.fullmatch(above) and _AMOUNT.fullmatch(below))
    return each and not _AMOUNT.fullmatch(above + below)


_OPEN = re.compile(r"[(\[【《“‘][^)\]】》”’]*$|[≥≤><=]$|\d[.,]$")
_CLOSING = re.compile(r"[)\]】》”’%,.;:、。，；：！？!?]")
_UNIT = re.compile(r"[(][^()]{1,8}[)]|%")
_AMOUNT = re.compile(r"[-+≥≤><=]*[\d,]+(?:\.\d+)?(?:%|[(][^()]{1,8}[)])?")
_FIGURE = re.compile(r"[-+≥≤><=]*[\d,]+(?:\.(\d*))?")


def _decimals(rows: Sequence[Row], cell: Cell) -> int:
    """How many decimals most of the figures above a cell have, in its columns."""
    found = Counter[int]()
    for row in rows:
        for unit in row.units:
            if isinstance(unit, Cell) and unit is not cell and same_columns(unit, cell):
                match = _FIGURE.match(fold(unit.text))
                found.update([len(match[1] or "")] if match else [])
    return found.most_common(1)[0][0] if found else 0


def may_go_on(above: Unit, below: Unit) -> bool | None:
    """Whether the text of a cell that ends a page may go on in one that begins the next; None where places are unknown:
    it does not where a further word had room, or a further line."""
    if not (isinstance(above, Cell) and isinstance(below, Cell)):
        return None
    if last_part(above).box is None or not any(word.box is not None for word in above.words):
        return None
    return _goes_on(Pair(above, below), min(_padding([[above]]), _padding([[below]])))


def _goes_on(pair: Pair, padding: float) -> bool:
    """Whether the last line above has no room for what stands below, in a cell that has no room for another line."""
    above = last_part(pair.above)
    start = len(pair.above.text) - len(above.text)
    line = pair.above.text.rfind("\n", start) + 1
    words = [w for w in pair.above.words if w.start >= max(start, line) and w.box is not None]
    if above.box is None or not words:
        return False
    boxes = [w.box for w in words if w.box is not None]
    left, right = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
    character = (right - left) / max(0.5, width(pair.above.text[words[0].start :]))
    room = (above.box.x1 - above.box.x0) - (right - left) - 2 * min(padding, character)  # a centred text has more
    full = room < (first_unit(pair.below.text.strip()) + LEAST) * character
    return full and above.box.bottom - bottom < LINES * (bottom - top)


def _padding(rows: Iterable[Sequence[Unit]]) -> float:
    """How far text begins from the left side of its cell, but for what is centred there."""
    gaps = [
        word.box.x0 - part.box.x0
        for row in rows
        for unit in row
        if isinstance(unit, Cell)
        for part in unit.parts or (unit,)
        for word in part.words
        if part.box is not None and word.box is not None
    ]
    return max(0.0, sorted(gaps)[len(gaps) // 10]) if gaps else 0.0
