"""Which horizontal lines make a table, and from where to where it reaches: lines with the same ends, and shorter ones
between and beyond them that end where those do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import Segment, overlap
from extractor.document.layout import Box
from extractor.tables.column_gaps import ALIGNED, parts_of_row
from extractor.tables.proved_columns import Going
from extractor.tables.text_runs import Row, Run, may_go_on, middle, row_box

SAME = 4.0  # points; lines that end this near each other end together
SHORTEST = 100.0  # points; a line that is no longer makes no table
WIDEST_MARGIN = 1.6  # of the type size: more white beside a line over its row is a gap between two tables
EMPTY = 40.0  # points; lines that are farther apart without any text between them are not of one table
TITLE = 1.2  # of the usual type size; a title is set larger
LINES = 0.5  # of the type size: less white between two lines is white between lines of one row
LEAST_CELLS = 3  # in a row that is all that tells that it is one
SLACK = 0.1  # of the type size by which white between lines of one row differs
EVEN = 1.0  # points by which the white around a row may differ from that around another


def extents_of(
    rows: Sequence[Row], rules: Sequence[Segment], going: Going | None, areas: Sequence[Box] = ()
) -> list[Box]:
    """The places of tables that have lines between their rows, from top to bottom; edges of `areas` are lines, too."""
    out: list[Box] = []
    for full in _full_rules(rows, rules, going):
        left, right = median(s.lo for s in full), median(s.hi for s in full)
        for ys in _split(full, rows, rules):
            extent = _around_areas(_grown(Box(left, ys[0], right, ys[-1]), rows, rules), areas)
            if len(ys) > 1 and not any(_is_in(extent, other) for other in out):
                out = [other for other in out if not _is_in(other, extent)] + [extent]
    return sorted(out, key=lambda box: box.top)


def opened(
    rows: Sequence[Row], extent: Box, going: Going | None, rules: Sequence[Segment], shaded: bool = False
) -> list[Box]:
    """An extent as far as it may be open above its first line and below its last, by a page break or because lines are
    drawn between rows only; then with what is sure to belong to it alone. `shaded`: lines are edges of colour, which
    a row without colour above the first one or below the last one does not have."""
    margins = _margins(rows, extent, rules)
    top = min(_open_top(rows, extent, going), _first_row(rows, extent, margins, shaded))
    bottom = max(_open_bottom(rows, extent), _last_row(rows, extent, margins, shaded))
    places = [Box(extent.x0, y0, extent.x1, y1) for y1 in (bottom, extent.bottom) for y0 in (top, extent.top)]
    return [place for n, place in enumerate(places) if place not in places[:n]]


def _around_areas(extent: Box, areas: Sequence[Box]) -> Box:
    """An extent with the areas of colour that reach out of it: each of them is in a cell."""
    own = [a for a in areas if extent.x0 - SAME <= a.x0 and a.x1 <= extent.x1 + SAME]
    reach = [a for a in own if overlap(a.top, a.bottom, extent.top, extent.bottom) > SAME]
    top = min([extent.top, *(a.top for a in reach)])
    return extent._replace(top=top, bottom=max([extent.bottom, *(a.bottom for a in reach)]))


class Margins(NamedTuple):
    """The white above and below the texts of rows, between lines of a table; and that between the lines of a row that
    follow each other closest, in type sizes."""

    above: list[float]
    below: list[float]
    lines: float


def _margins(rows: Sequence[Row], extent: Box, rules: Sequence[Segment]) -> Margins:
    ys = sorted({s.at for s in rules if extent.top - 1 <= s.at <= extent.bottom + 1})
    above, below, lines = [], [], []
    for top, bottom in pairwise(ys):
        boxes = [row_box(row) for row in rows if top < middle(row[0]) < bottom]
        if boxes:
            above.append(boxes[0].top - top)
            below.append(bottom - boxes[-1].bottom)
            lines += [(b.top - a.bottom) / (b.bottom - b.top) for a, b in pairwise(boxes) if b.top > a.bottom]
    return Margins(above, below, min(lines, default=0.0))


def _first_row(rows: Sequence[Row], extent: Box, margins: Margins, shaded: bool) -> float:
    """Where the first row begins, where no line is drawn above it: one of several texts as near as rows inside are."""
    above = [row for row in rows if middle(row[0]) < extent.top]
    own = _close_lines(above[::-1], margins.lines)
    if not any(_is_row(row, extent) for row in own) or not _is_near(
        own, extent.top - row_box(own[0]).bottom, margins.below, shaded
    ):
        return extent.top
    return row_box(own[-1]).top - 1


def _last_row(rows: Sequence[Row], extent: Box, margins: Margins, shaded: bool) -> float:
    """Where the last row ends, where no line is drawn below it."""
    below = [row for row in rows if middle(row[0]) > extent.bottom]
    own = _close_lines(below, margins.lines)
    if not any(_is_row(row, extent) for row in own) or not _is_near(
        own, row_box(own[0]).top - extent.bottom, margins.above, shaded
    ):
        return extent.bottom
    return row_box(own[-1]).bottom + 1


def _close_lines(rows: Sequence[Row], white: float) -> list[Row]:
    """The lines that follow each other as closely as lines of one row do, from the first; `white` is what some have."""
    least = max(LINES, white + SLACK)
    out = list(rows[:1])
    for row in rows[1:]:
        one, other = row_box(out[-1]), row_box(row)
        if max(other.top - one.bottom, one.top - other.bottom) > least * (one.bottom - one.top):
            break
        out.append(row)
    return out


def _is_row(row: Row, extent: Box) -> bool:
    """Whether a line holds several texts, within a table's sides."""
    if any(run.grid is not None for run in row) or len(parts_of_row(row)) < 2:
        return False
    return extent.x0 - SAME <= row_box(row).x0 and row_box(row).x1 <= extent.x1 + SAME


def _is_near(lines: Sequence[Row], white: float, margins: Sequence[float], shaded: bool) -> bool:
    """Whether lines are as far from the nearest edge as rows are: at most so far, where colour is what is missing
    there and the lines have texts in several columns."""
    if shaded and margins and any(len(parts_of_row(row)) >= LEAST_CELLS for row in lines):
        return white <= max(margins) + EVEN
    return _is_even(white, margins)


def _is_even(white: float, margins: Sequence[float]) -> bool:
    """Whether white is what most rows have."""
    return sum(abs(white - other) <= EVEN for other in margins) > len(margins) / 2


def _open_top(rows: Sequence[Row], extent: Box, going: Going | None) -> float:
    """Where a cell begins whose first lines the page before holds: what stands above the first line of a table that
    goes on there, in its columns."""
    above = [row for row in rows if middle(row[0]) < extent.top]
    if going is None or not above or not _goes_on(Segment(extent.top, extent.x0, extent.x1), going):
        return extent.top
    places = [(text.lo, text.lo + text.hi) for row in going.rows for text in row]
    own = list(takewhile(lambda row: _is_in_line(row, places, extent), reversed(above)))
    close = bool(own) and extent.top - row_box(own[0]).bottom < WIDEST_MARGIN * _size(own)
    return row_box(own[-1]).top - 1 if close and may_go_on(rows, len(above) - len(own)) else extent.top


def _open_bottom(rows: Sequence[Row], extent: Box) -> float:
    """Where the page ends in a row whose last line the next page holds: it has several texts, which stand in the
    columns of the rows above, and only a page number is below it."""
    inside = [row for row in rows if extent.top < middle(row[0]) < extent.bottom]
    below = [row for row in rows if middle(row[0]) > extent.bottom]
    places = [(run.box.x0, run.box.x0 + run.box.x1) for row in inside for run in parts_of_row(row)]
    own = list(takewhile(lambda row: _is_in_line(row, places, extent), below))
    rest = below[len(own) :]
    several = any(len(parts_of_row(row)) > 1 for row in own)
    if not several or not _are_numbers(rest):
        return extent.bottom
    close = row_box(own[0]).top - extent.bottom < WIDEST_MARGIN * _size(own)
    return row_box(own[-1]).bottom + 1 if close else extent.bottom


def _is_in_line(row: Row, places: Sequence[tuple[float, float]], extent: Box) -> bool:
    """Whether all texts of a row begin or have their middles where others do: one that stands alone as no text outside
    of tables does, from their very ends or in their middle."""
    parts = parts_of_row(row)
    if any(run.grid is not None for run in row) or (
        len(parts) == 1 and _is_free([row], Segment(0, extent.x0, extent.x1))
    ):
        return False
    return all(
        any(
            abs(run.box.x0 - lo) <= ALIGNED or abs(run.box.x0 + run.box.x1 - twice) <= 2 * ALIGNED
            for lo, twice in places
        )
        for run in parts
    )


def _size(rows: Sequence[Row]) -> float:
    return median(run.box.bottom - run.box.top for row in rows for run in row)


def _has_digit(run: Run) -> bool:
    return any(char.isdigit() for char in run.text)


def _is_in(inner: Box, outer: Box) -> bool:
    wide = outer.x0 - SAME <= inner.x0 and inner.x1 <= outer.x1 + SAME
    return wide and outer.top <= inner.top and inner.bottom <= outer.bottom


def _grown(extent: Box, rows: Sequence[Row], rules: Sequence[Segment]) -> Box:
    """An extent with the lines next to it that end where it ends: a cell that spans rows breaks them off, and a page
    break leaves some of its rows on the other page."""
    above = sorted((s for s in rules if s.at < extent.top), reverse=True)
    below = sorted(s for s in rules if s.at > extent.bottom)
    return _extended(_extended(extent, above, rows, rules), below, rows, rules)


def _extended(extent: Box, nearest: Sequence[Segment], rows: Sequence[Row], rules: Sequence[Segment]) -> Box:
    out = extent
    for rule in nearest:
        if not _belongs(rule, out, rows, rules):
            break
        out = _around(out, rule)
    return out


def _around(box: Box, rule: Segment) -> Box:
    return Box(min(box.x0, rule.lo), min(box.top, rule.at), max(box.x1, rule.hi), max(box.bottom, rule.at))


def _belongs(rule: Segment, extent: Box, rows: Sequence[Row], rules: Sequence[Segment]) -> bool:
    """Whether a line above or below an extent is one of its table."""
    one_end = abs(rule.lo - extent.x0) <= SAME or abs(rule.hi - extent.x1) <= SAME
    within = extent.x0 - SAME <= rule.lo and rule.hi <= extent.x1 + SAME
    around = rule.lo <= extent.x0 + SAME and extent.x1 - SAME <= rule.hi
    if rule.hi - rule.lo <= SHORTEST or not one_end or not (within or around):
        return False
    top, bottom = (rule.at, extent.top) if rule.at < extent.top else (extent.bottom, rule.at)
    above = Segment(top, min(rule.lo, extent.x0), max(rule.hi, extent.x1))
    return not _is_parted(above, bottom, rows, rules) and (
        bottom - top < EMPTY or any(top < middle(row[0]) < bottom for row in rows)
    )


def _full_rules(rows: Sequence[Row], rules: Sequence[Segment], going: Going | None) -> list[list[Segment]]:
    """Groups of lines with the same two ends, from top to bottom: of two lines, where a table may go on in them."""
    groups: list[list[Segment]] = []
    for rule in sorted(rules):
        same = next((g for g in groups if abs(g[0].lo - rule.lo) <= SAME and abs(g[0].hi - rule.hi) <= SAME), None)
        if same is not None:
            same.append(rule)
        elif rule.hi - rule.lo > SHORTEST:
            groups.append([rule])
    groups = [g for g in groups if len(g) >= 3 or (len(g) == 2 and _may_be_table(g, rows, rules, going))]
    # Lines within longer ones are the partial rules of that table.
    return [g for g in groups if not any(_holds(other, g) for other in groups if other is not g)]


def _may_be_table(pair: list[Segment], rows: Sequence[Row], rules: Sequence[Segment], going: Going | None) -> bool:
    """Whether a table may stand between two lines: one that goes on there, has shorter lines, or is cut by the end of
    the page."""
    rest = [row for row in rows if middle(row[0]) > pair[1].at]
    return _goes_on(pair[0], going) or _has_partial(pair, rules) or _are_numbers(rest)


def _are_numbers(rows: Sequence[Row]) -> bool:
    """Whether there is at most a page number."""
    return len(rows) < 2 and all(len(row) == 1 and _has_digit(row[0]) for row in rows)


def _goes_on(rule: Segment, going: Going | None) -> bool:
    """Whether a line is as wide as the table that the page before ends with."""
    return (
        going is not None
        and bool(going.rows)
        and abs(rule.lo - going.left) <= SAME
        and abs(rule.hi - going.right) <= SAME
    )


def _has_partial(group: list[Segment], rules: Sequence[Segment]) -> bool:
    """Whether lines that end with these two, but begin later, stand between them."""
    top, bottom = group
    return any(top.at < s.at < bottom.at and abs(s.hi - top.hi) <= SAME < s.lo - top.lo for s in rules)


def _holds(outer: list[Segment], inner: list[Segment]) -> bool:
    wider = outer[0].lo - SAME <= inner[0].lo and inner[0].hi <= outer[0].hi + SAME
    return wider and outer[0].at <= inner[0].at and inner[-1].at <= outer[-1].at


def _split(full: list[Segment], rows: Sequence[Row], rules: Sequence[Segment]) -> list[list[float]]:
    """The places of the full lines, table by table: cut where free-standing lines of text come between."""
    out: list[list[float]] = [[full[0].at]]
    for above, below in pairwise(full):
        wider = [s for s in sorted(rules) if above.at < s.at < below.at and _is_around(s, above)]
        pairs = [(above, below), *pairwise(wider)]
        if any(_is_parted(one, other.at, rows, rules) for one, other in pairs):
            out.append([])
        out[-1].append(below.at)
    return out


def _is_around(rule: Segment, other: Segment) -> bool:
    """Whether a line reaches farther than another."""
    return rule.lo <= other.lo + SAME and other.hi - SAME <= rule.hi and rule.hi - rule.lo > other.hi - other.lo + SAME


def _is_parted(above: Segment, bottom: float, rows: Sequence[Row], rules: Sequence[Segment]) -> bool:
    """Whether what stands between two lines of a table are free-standing lines of text."""
    inside = [row for row in rows if above.at < middle(row[0]) < bottom]
    ruled = any(above.at + SAME < rule.at < bottom - SAME for rule in rules)
    if not inside or ruled:
        return False
    usual = _size(rows)
    titled = any(_is_title(row, above, usual) for row in inside)
    return titled or _is_gap(inside, above.at, bottom) or _is_free(inside, above)


def _is_title(row: Row, rule: Segment, usual: float) -> bool:
    """Whether a line stands alone in the middle, in larger type than most."""
    box = row[0].box
    alone = len(row) == 1 and row[0].grid is None
    return alone and abs(box.x0 + box.x1 - rule.lo - rule.hi) < 2 * SAME and box.bottom - box.top > TITLE * usual


def _is_gap(rows: Sequence[Row], top: float, bottom: float) -> bool:
    """Whether what stands between two lines stands between two tables: single lines with much white around."""
    if any(len(row) > 1 or row[0].grid is not None for row in rows):
        return any(row[0].grid is not None for row in rows)
    size = median(row[0].box.bottom - row[0].box.top for row in rows)
    return max(rows[0][0].box.top - top, bottom - rows[-1][0].box.bottom) > WIDEST_MARGIN * size


def _is_free(rows: Sequence[Row], rule: Segment) -> bool:
    """Whether all lines of text between two lines stand as text outside of tables does: from their very ends, or in
    their middle, as a title."""
    if any(len(row) > 1 or row[0].grid is not None for row in rows):
        return False
    boxes = [row[0].box for row in rows]
    return all(b.x0 < rule.lo + 1 or abs(b.x0 + b.x1 - rule.lo - rule.hi) < SAME for b in boxes)
