"""The characters of a form, or of a part of one, as one string: what stands where, and what has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from extractor.document.layout import Cell, Unit
from extractor.document.results import Place, Row
from schemas.values import fold

_LETTERS = re.compile(r"[^\W\d_]")


class Sheet:
    """The characters of a chunk, folded into one string; which of them are taken; which are labels."""

    def __init__(self, rows: Sequence[Row], labels: Iterable[Place] = ()) -> None:
        self.units: tuple[Unit, ...] = tuple(u for row in rows for u in row.units)
        self.at: list[tuple[int, int]] = []
        self.starts: list[int] = []
        parts: list[str] = []
        for n, unit in enumerate(self.units):
            self.starts.append(len(self.at))
            for position, char in enumerate(unit.text):
                folded = fold(char)
                self.at.extend((n, position) for _ in folded)
                parts.append(folded)
        self.starts.append(len(self.at))
        self.text = "".join(parts)
        self.taken = bytearray(len(self.text))
        self.label = bytearray(len(self.text))
        self.spanned = bytearray(len(self.text))
        ends = list(accumulate(len(row.units) for row in rows))
        self.numbered = {
            r.number: (self.starts[e - len(r.units)], self.starts[e]) for r, e in zip(rows, ends, strict=True)
        }
        self.by_place = {(u.page, u.id): n for n, u in enumerate(self.units)}
        for place in labels:
            self._mark(self.label, place)

    def _mark(self, marks: bytearray, place: Place) -> None:
        unit = self.by_place.get((place.page, place.unit))
        if unit is None:
            return
        for i in range(self.starts[unit], self.starts[unit + 1]):
            if place.start <= self.at[i][1] < place.end:
                marks[i] = 1

    def take(self, where: Iterable[int], field: int = 0) -> None:
        """Mark characters as evidence of a value, or of the spanning field with this number."""
        for i in where:
            if field:
                self.spanned[i] = field
            else:
                self.taken[i] = 1

    def matches(self, pattern: str) -> list[tuple[int, int]]:
        """The runs of characters that look like a pattern: those that fill a unit, else the first."""
        compiled = re.compile(pattern)
        found: list[tuple[int, int]] = []
        filling: list[tuple[int, int]] = []
        for start, end in self.units_in(0, len(self.text)):
            for match in compiled.finditer(self.text[start:end]):
                run = (start + match.start(), start + match.end())
                if run[0] < run[1]:
                    (filling if run == (start, end) else found).append(run)
        return filling or found[:1]

    def as_label_of(self, start: int, end: int, places: Sequence[Place]) -> None:
        """Mark the rest of a run of characters as a label, if a value stands in it."""
        unit, first = self.at[start]
        own = self.units[unit]
        last = self.at[end - 1][1]
        here = any((p.page, p.unit) == (own.page, own.id) and first <= p.start <= last for p in places)
        alone = end - start == self.starts[unit + 1] - self.starts[unit]
        if here or alone:  # a running head says it again
            for i in range(start, end):
                self.label[i] = not self.taken[i]

    def repeats(self) -> Iterator[Place]:
        """Cells with nothing but the words of the cell to their left: a merged cell, written once a column."""
        for n in range(1, len(self.units)):
            own, left = self.units[n], self.units[n - 1]
            if not (isinstance(own, Cell) and isinstance(left, Cell)) or (own.row, own.table) != (left.row, left.table):
                continue
            text = self.text[self.starts[n] : self.starts[n + 1]]
            same = text == self.text[self.starts[n - 1] : self.starts[n]] and own.col == left.col + left.col_span
            free = not any(self._accounted(i) for i in range(self.starts[n], self.starts[n + 1]))
            if text and same and free and _LETTERS.search(text):
                yield Place(own.page, own.id, 0, len(own.text))

    def behind(self, place: Place) -> int | None:
        """The first character behind a place."""
        unit = self.by_place.get((place.page, place.unit))
        if unit is None:
            return None
        inside = (i for i in range(self.starts[unit], self.starts[unit + 1]) if self.at[i][1] >= place.end)
        return next(inside, self.starts[unit + 1])

    def labelled(self) -> tuple[Place, ...]:
        """The places of all labels."""
        return self.places([i for i in range(len(self.text)) if self.label[i] and not self.taken[i]])

    def _accounted(self, i: int) -> bool:
        return bool(self.taken[i] or self.spanned[i] or self.label[i])

    def extent(self, places: Sequence[Place]) -> tuple[int, int]:
        """The first character of some places, and one past the last."""
        inside: list[int] = []
        for place in places:
            unit = self.by_place[place.page, place.unit]
            own = range(self.starts[unit], self.starts[unit + 1])
            inside.extend(i for i in own if place.start <= self.at[i][1] < place.end)
        return (min(inside), max(inside) + 1) if inside else (0, 0)

    def parted(self, end: int, start: int) -> bool:
        """Whether something printed parts two characters: a label between them, the walls of cells, a gap in a line."""
        (left, last), (right, first) = self.at[end - 1], self.at[start]
        before, after = self.units[left], self.units[right]
        walled = left != right and isinstance(before, Cell) and isinstance(after, Cell)
        gap = left == right and first > last + 1
        return walled or gap or any(self.label[end:start])

    def free_tokens(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """The words no character of which is of a value, a spanning label or a label, with their places."""
        for start, end in self.tokens(0, len(self.text)):
            if not any(self._accounted(i) for i in range(start, end)):
                yield self.text[start:end], self.places(range(start, end))

    def free(self, where: Iterable[int]) -> None:
        """Take the marks back."""
        for i in where:
            self.taken[i] = 0

    def wider(self, within: tuple[int, int], units: int) -> tuple[int, int]:
        """The characters of some units and of those around them."""
        if not self.at:
            return within
        first = self.at[min(within[0], len(self.at) - 1)][0]
        last = self.at[max(within[1] - 1, 0)][0]
        return self.starts[max(first - units, 0)], self.starts[min(last + 1 + units, len(self.units))]

    def blocked(self, where: Iterable[int], field: int) -> bool:
        """Whether a value, or another spanning field, has any of the characters."""
        return any(self.taken[i] or (self.spanned[i] and self.spanned[i] != field) for i in where)

    def tokens(self, lo: int, hi: int) -> Iterator[tuple[int, int]]:
        """The first character of each word between two, and one past its last."""
        start = lo
        for i in range(lo, hi):
            last = i + 1 == hi or self.gap(i)
            if last:
                yield start, i + 1
                start = i + 1

    def gap(self, i: int) -> bool:
        """Whether white space or the end of a unit follows the character."""
        (unit, position), (next_unit, following) = self.at[i], self.at[i + 1]
        return unit != next_unit or following > position + 1

    def units_in(self, lo: int, hi: int) -> Iterator[tuple[int, int]]:
        """The first character of each unit that lies whole between two, and one past its last."""
        for n in range(len(self.units)):
            if lo <= self.starts[n] and self.starts[n + 1] <= hi:
                yield self.starts[n], self.starts[n + 1]

    def places(self, where: Sequence[int]) -> tuple[Place, ...]:
        """The characters as places: one for each run in a unit; white space between two of a run belongs to it."""
        out: list[Place] = []
        previous = None
        for i in where:
            unit, position = self.at[i]
            own = self.units[unit]
            if previous is not None and i in (previous, previous + 1) and self.at[previous][0] == unit:
                out[-1] = out[-1]._replace(end=position + 1)
            else:
                out.append(Place(own.page, own.id, position, position + 1))
            previous = i
        return tuple(out)

    def printed(self, places: Sequence[Place], long: bool = False) -> str:
        """The text of some places, wrapped lines joined; a long text keeps the line ends of its cells."""
        out = ""
        for place in places:
            part = self.units[self.by_place[place.page, place.unit]].text[place.start : place.end]
            for piece in (part,) if long else (line.strip() for line in part.splitlines()):
                out += (" " if out and piece and _latin(out[-1]) and _latin(piece[0]) else "") + piece
        return out


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
