"""Rows of a table that has no ruling lines: which printed lines make one row, by the cheapest reading.

A row is a band of lines. In each column of it stands one cell: its lines overlap across, all but the last are full
(what follows would not have fitted), and cells stand around the middle of their row, or all begin at its top. What
belongs to a merged cell may stand in a band, or between two, without being a cell of it: it floats.
Method: dynamic programming over the cuts between lines (minimum description length: every row costs something).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from extractor.tables.unruled.line_segments import Segment

NEVER = 1e6
ROW = 1.0
FLOAT = 0.5
OVERHANG = 0.6
LACKS = 1.0
"""What a row costs in which nothing stands so far to the right as in the rows around."""
NOT_FULL = 4.0
BLANK = 1.2
COMPLETE = 2.0
"""What it costs that a line has as many entries as the row it goes on with: it may be a row of its own."""
LONG = 12.0
"""From this width on (in full-width characters) a column holds long texts, which have paragraphs."""
ALIKE = 8.0
"""Columns whose neighbours begin this near, in half-width characters, may be one."""
NEAR = 1
FEWEST_RIGHT = 2
"""So many entries stand to the right of a merged cell: what it is a heading of, and the value of that."""
TOO_MUCH = 14.0
UNSURE = 0.8
"""Readings whose costs differ by less are both possible."""


@dataclass(frozen=True, slots=True)
class Part:
    """Segments of a band that overlap across: a cell, or what of a merged cell stands in the band."""

    segments: tuple[Segment, ...]

    @property
    def x0(self) -> float:
        """The left edge."""
        return min(s.x0 for s in self.segments)

    @property
    def x1(self) -> float:
        """The right edge."""
        return max(s.x1 for s in self.segments)

    @property
    def top(self) -> float:
        """The first line's place."""
        return self.segments[0].y

    @property
    def bottom(self) -> float:
        """The last line's place."""
        return self.segments[-1].y


@dataclass(frozen=True, slots=True)
class Band:
    """Lines `first` to `last` (inclusive) as one row; of its parts, from left to right, the first `floats` float.

    A band of floats alone is no row.
    """

    first: int
    last: int
    parts: tuple[Part, ...]
    floats: int
    cost: float

    @property
    def is_row(self) -> bool:
        """Whether a cell of its own stands in it."""
        return self.floats < len(self.parts)

    @property
    def top(self) -> float:
        """Where its cells begin."""
        return min(p.top for p in self.parts[self.floats :])

    @property
    def bottom(self) -> float:
        """Where its cells end."""
        return max(p.bottom for p in self.parts[self.floats :])


class Reading(NamedTuple):
    """The bands of a table, whether cells stand around the middles of rows, and what the reading costs."""

    bands: tuple[Band, ...]
    centred: bool
    cost: float
    unsure: frozenset[int]
    """Lines at which a band may as well begin as not."""


def with_band(clusters: Sequence[tuple[float, float]], band: Sequence[Part | Segment]
              ) -> list[tuple[float, float]] | None:  # fmt: skip
    """Columns (left, right) with one more band in them; None where a part stands in two of them, or two in one."""
    out = list(clusters)
    taken: set[int] = set()
    for part in band:
        over = [n for n, (a, b) in enumerate(out) if a < part.x1 and part.x0 < b]
        if len(over) > 1 or (over and over[0] in taken):
            return None
        if over:
            n = over[0]
            out[n] = (min(out[n][0], part.x0), max(out[n][1], part.x1))
        else:
            n = len(out)
            out.append((part.x0, part.x1))
        taken.add(n)
    inner = [new for new in out[len(clusters) :] if any(c < new for c in clusters) and any(c > new for c in clusters)]
    if len(clusters) >= max(len(band), 4) and inner:
        return None
    ordered = sorted(out)
    return ordered if all(a[1] <= b[0] for a, b in pairwise(ordered)) else None


_OPERATOR = "≥≤＞＜><=＝≧≦⩾⩽"
_UNIT = re.compile(rf"[“‘《〈（(「『【\[{_OPERATOR}]*(?:[A-Za-z0-9.,%]+|.)[，。；：、！？）》”’】〉」』%,.;:!?)\]]*")
_NUMBER = re.compile(r"[-+−¥￥]?[\d,]+(?:\.\d+)?[%％]?|\d{4}(?:[-/.年]\d{1,2}){1,2}[月日]?|[-—/]+")
ITEM = re.compile(
    r"(?:\d{1,2}[、.．)）]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|[①-⑳])(?!\d)"
)
_ENDS = frozenset("。！？；：.!?;:")


def unit_width(text: str) -> float:
    """The width of what a printer keeps on one line at the start of a text."""
    match = _UNIT.match(text)
    return at_most(match[0]) if match else 0.0


_WIDE = re.compile("[\u2e80-\U0010ffff“”‘’…—·]")
_NARROW = re.compile(r"[ .,:;'!|()\[\]/-]")


def surely(text: str) -> float:
    """The least width that a text may have: how wide Latin characters are differs from font to font."""
    wide, narrow = len(_WIDE.findall(text)), len(_NARROW.findall(text))
    return wide + 0.25 * narrow + 0.48 * (len(text) - wide - narrow)


def at_most(text: str) -> float:
    """The greatest width that a text may have."""
    wide, narrow = len(_WIDE.findall(text)), len(_NARROW.findall(text))
    return wide + 0.4 * narrow + 0.62 * (len(text) - wide - narrow)


def is_open(text: str) -> bool:
    """Whether a text opens a bracket that it does not close."""
    return sum(text.count(c) for c in "(（") > sum(text.count(c) for c in ")）")


class Rows:
    """The segments of a table, line by line, with what they show of the widths of its columns."""

    def __init__(self, lines: Sequence[Sequence[Segment]]) -> None:
        self.lines = lines
        every = [s for line in lines for s in line]
        self.section = self._sections()
        rooms = {s: self._room(s) for s in every}
        self.widest = {s: self._widest(s, rooms) for s in every}
        self.right = {s: self._right_of(s) for s in every}
        self.last = self._last_columns()
        self.may_float = {s: self.right[s] >= FEWEST_RIGHT and self._is_free(s) for s in every}

    def _sections(self) -> list[int]:
        """For each line, in which run of lines it is that have the same columns."""
        out: list[int] = []
        clusters: list[tuple[float, float]] = []
        for line in self.lines:
            merged = with_band(clusters, line)
            out.append((out[-1] if out else 0) + (merged is None))
            clusters = merged if merged is not None else [(s.x0, s.x1) for s in line]
        return out

    def _room(self, segment: Segment) -> tuple[float, float]:
        """How far to the left and to the right a segment's column may reach, by what stands beside it."""
        near = [s for line in self.lines if line and abs(line[0].y - segment.y) <= 2.0 for s in line]
        left = max((s.x1 for s in near if s.x1 <= segment.x0), default=0.0)
        right = min((s.x0 for s in near if s.x0 >= segment.x1), default=NEVER)
        return left, right

    def _widest(self, segment: Segment, rooms: dict[Segment, tuple[float, float]]) -> float:
        """The width of the widest line that is seen in the segment's column."""
        left, right = rooms[segment]
        middle = segment.x0 + segment.x1
        return max(
            surely(s.text)
            for s, (a, b) in rooms.items()
            if left <= s.x0 and s.x1 <= right and a >= left - ALIKE and b <= right + ALIKE
            and (self.section[s.line] == self.section[segment.line] or abs(s.line - segment.line) <= NEAR)
            and (abs(s.x0 - segment.x0) <= 1 or abs(s.x0 + s.x1 - middle) <= 3)
        )  # fmt: skip

    def _right_of(self, segment: Segment) -> int:
        """How many entries stand to the right of a segment, on the line near it that has most."""
        near = [line for line in self.lines if line and abs(line[0].y - segment.y) <= 12]
        reach = 12 if all(s.x1 > segment.x0 for line in near for s in line) else 3
        counts = [
            sum(s.x0 >= segment.x1 for s in line)
            for line in near
            if abs(line[0].y - segment.y) <= reach and any(s.x0 >= segment.x1 for s in line)
        ]
        return max(counts, default=0)

    def _is_free(self, segment: Segment) -> bool:
        """Whether the line above or below has nothing in the segment's column, or what it may go on with."""
        return any(
            0 <= n < len(self.lines) and not any(self._foreign(segment, other) for other in self.lines[n])
            for n in (segment.line - 1, segment.line + 1)
        )

    def _foreign(self, one: Segment, other: Segment) -> bool:
        """Whether another segment stands in the same column and is not of the same cell."""
        if other.x0 >= one.x1 or one.x0 >= other.x1:
            return False
        first, second = sorted((one, other), key=lambda s: s.y)
        return self.join(first, second) >= BLANK

    def _last_columns(self) -> list[tuple[float, float]]:
        """For each line, where the last entry begins on the nearest lines of several above and below it."""
        starts = [line[-1].x0 if len(line) > 1 else None for line in self.lines]
        above, below = [0.0] * len(starts), [0.0] * len(starts)
        seen = NEVER
        for n, start in enumerate(starts):
            above[n], seen = seen, seen if start is None else start
        seen = NEVER
        for n in range(len(starts) - 1, -1, -1):
            start = starts[n]
            below[n], seen = seen, seen if start is None else start
        return list(zip(above, below, strict=True))

    def lacks(self, first: int, last: int, parts: Sequence[Part]) -> float:
        """What it costs that a row ends before the last column of the rows around."""
        start = min(self.last[first][0], self.last[last][1])
        return LACKS if start < NEVER and max(p.x1 for p in parts) <= start else 0.0

    def join(self, above: Segment, below: Segment) -> float:
        """What it costs to read one line as going on with another."""
        if is_open(above.text):
            return 0.0
        if _NUMBER.fullmatch(above.text) and _NUMBER.fullmatch(below.text):
            return NOT_FULL
        room = max(surely(above.text), surely(below.text), min(self.widest[above], self.widest[below]))
        blank = BLANK if self._blank_between(above, below) else 0.0
        if at_most(above.text) + unit_width(below.text) > room:
            return blank + (NOT_FULL if below.text[0] in _OPERATOR else 0.0)
        if room > LONG and above.text[-1] in _ENDS:
            return 0.3 + blank / 2
        if room > LONG and ITEM.match(below.text):
            return 0.8 + blank / 2
        paragraph = room > LONG and _WIDE.search(above.text)  # words of other scripts are short: the next had room
        return (NOT_FULL / 2 if paragraph else NOT_FULL) + blank

    def _blank_between(self, above: Segment, below: Segment) -> bool:
        """Whether an empty line stands between two lines."""
        ys = sorted({line[0].y for line in self.lines[above.line : below.line + 1] if line})
        return any(b - a > 1.6 for a, b in pairwise(ys))


def read_bands(lines: Sequence[Sequence[Segment]]) -> tuple[Reading, Reading]:
    """The rows of a table: with cells centred in them, and with cells at their tops."""
    rows = Rows(lines)
    return _read(rows, True), _read(rows, False)


def _read(rows: Rows, centred: bool) -> Reading:
    count = len(rows.lines)
    every = [_bands_from(rows, first, centred) for first in range(count)]
    forward: list[tuple[float, Band | None]] = [(0.0, None), *((NEVER * 10, None) for _ in range(count))]
    for first in range(count):
        for band in every[first]:
            total = forward[first][0] + band.cost
            if total < forward[band.last + 1][0]:
                forward[band.last + 1] = (total, band)
    out: list[Band] = []
    at = count
    while (found := forward[at][1]) is not None:  # every line alone is a band
        out.append(found)
        at = found.first
    unsure = _unsure(every, [cost for cost, _ in forward])
    return Reading(tuple(reversed(out)), centred, forward[count][0], unsure)


def _unsure(every: Sequence[Sequence[Band]], forward: Sequence[float]) -> frozenset[int]:
    """The cuts between lines that cost about as much as to leave them out."""
    count = len(every)
    backward = [0.0] * (count + 1)
    uncut = [NEVER] * (count + 1)
    for first in range(count - 1, -1, -1):
        backward[first] = min(band.cost + backward[band.last + 1] for band in every[first])
    for first, bands in enumerate(every):
        for band in bands:
            total = forward[first] + band.cost + backward[band.last + 1]
            for at in range(first + 1, band.last + 1):
                uncut[at] = min(uncut[at], total)
    return frozenset(at for at in range(1, count) if abs(forward[at] + backward[at] - uncut[at]) < UNSURE)


def _bands_from(rows: Rows, first: int, centred: bool) -> list[Band]:
    """The bands that begin with a line, as long as they are worth a try."""
    out: list[Band] = []
    parts: list[list[Segment]] = []
    joins: dict[int, float] = {}
    blanks = 0.0
    for last in range(first, len(rows.lines)):
        line = rows.lines[last]
        if last > first and line[0].y - rows.lines[last - 1][0].y > 1.6:
            blanks += BLANK
        if not _take(rows, parts, joins, line):
            break
        ordered = sorted(range(len(parts)), key=lambda n: parts[n][0].x0)
        found = _band(rows, first, last, [(parts[n], joins.get(id(parts[n]), 0.0)) for n in ordered], centred)
        whole = blanks + joins.get(0, 0.0)
        out.append(Band(found.first, found.last, found.parts, found.floats, found.cost + whole))
        if sum(joins.values()) > TOO_MUCH:
            break
    return out


def _take(rows: Rows, parts: list[list[Segment]], joins: dict[int, float], line: Sequence[Segment]) -> bool:
    """Adds a line to the parts of a band; False where it cannot belong to it."""
    taken: set[int] = set()
    count = len(parts)
    for segment in line:
        over = [p for p in parts if min(s.x0 for s in p) < segment.x1 and segment.x0 < max(s.x1 for s in p)]
        if len(over) > 1 or (over and id(over[0]) in taken):
            return False
        if over:
            joins[id(over[0])] = joins.get(id(over[0]), 0.0) + rows.join(over[0][-1], segment)
            over[0].append(segment)
            taken.add(id(over[0]))
        else:
            parts.append([segment])
            taken.add(id(parts[-1]))
    if count == len(parts) == len(line) > 1 and any(rows.widest[s] <= LONG for s in line):
        joins[0] = joins.get(0, 0.0) + COMPLETE
    ordered = sorted((min(s.x0 for s in p), max(s.x1 for s in p)) for p in parts)
    return all(a[1] <= b[0] for a, b in pairwise(ordered))


def _band(rows: Rows, first: int, last: int, parts: Sequence[tuple[list[Segment], float]], centred: bool) -> Band:
    """The cheapest reading of the parts: which of them, from the left, float."""
    own = tuple(Part(tuple(segments)) for segments, _ in parts)
    best = (NEVER, 0)
    floating = 0.0
    for floats in range(len(own) + 1):
        if floats:
            part = own[floats - 1]
            if not all(rows.may_float[s] for s in part.segments):
                break
            floating += (FLOAT if centred else OVERHANG) * len(part.segments)
        cost = floating
        if floats < len(own):
            cost += ROW + _row_cost(parts[floats:], own[floats:], centred) + rows.lacks(first, last, own[floats:])
        if floats == len(own) and first != last:
            cost = NEVER
        best = min(best, (cost, floats))
    return Band(first, last, own, best[1], best[0])


def _row_cost(parts: Sequence[tuple[list[Segment], float]], own: Sequence[Part], centred: bool) -> float:
    top, bottom = min(p.top for p in own), max(p.bottom for p in own)
    cost = sum(joins for _, joins in parts)
    for part in own:
        below = abs(part.top - top)
        off = abs(part.top + part.bottom - top - bottom) / 2
        around = min(0.6 * off if off <= 0.5 else 3.0 * off - 1.2, 4.0)
        cost += min(around, 0.6 + 3.0 * below) if centred else min(1.5 * below, 3.0)
    return cost
