"""Where an answered value stands: the characters it was copied from, looked for where the answer says, then around.

A character is evidence of one value only, spanning labels excepted. A match is to the letter once white space and
full-width forms are folded away; a near match is kept apart, so that someone looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from extractor.document.layout import Cell, Unit
from extractor.document.results import Place, Row
from schemas.values import fold

How = Literal["found", "again", "elsewhere", "near", "nowhere"]
"""Where it should stand; where it stands for another value too; to the letter, but far from where the answer says;
nearly; not at all."""
NEAR = 88.0  # of 100; below this two texts are not the same text misspelt
LONGEST_GAP = 14  # units over which the pieces of one value may be strewn

_ROWS = r"(\d{1,6})(?:\s*[-–—~至]\s*(\d{1,6}))?"
_REF = re.compile(rf"\[{_ROWS}\]")
_BARE = re.compile(rf"\[?{_ROWS}\]?")
_NUMBER_BEGUN = re.compile(r"\d[.,．，]?$")
_NUMBER_GOES_ON = re.compile(r"[.,．，]?\d")
_LETTERS = re.compile(r"[^\W\d_]")
_ELISION = re.compile(r"…+|\.{3,}")


class Span(NamedTuple):
    """A part of an answer: the characters of the rows that it names (None: it names none), and its words."""

    rows: tuple[int, int] | None
    words: str


class Found(NamedTuple):
    """The places of a value, its text as the source has it, and how sure that is."""

    places: tuple[Place, ...]
    text: str
    how: How


class Sheet:
    """The characters of a chunk, folded into one string; which of them are taken; which are labels."""

    def __init__(self, rows: Sequence[Row], labels: Iterable[Place] = ()) -> None:
        self.units: tuple[Unit, ...] = tuple(u for row in rows for u in row.units)
        self._at: list[tuple[int, int]] = []
        self._start: list[int] = []
        parts: list[str] = []
        for n, unit in enumerate(self.units):
            self._start.append(len(self._at))
            for position, char in enumerate(unit.text):
                folded = fold(char)
                self._at.extend((n, position) for _ in folded)
                parts.append(folded)
        self._start.append(len(self._at))
        self.text = "".join(parts)
        self.taken = bytearray(len(self.text))
        self.label = bytearray(len(self.text))
        self.spanned = bytearray(len(self.text))
        ends = list(accumulate(len(row.units) for row in rows))
        self._rows = {
            r.number: (self._start[e - len(r.units)], self._start[e]) for r, e in zip(rows, ends, strict=True)
        }
        self._by_place = {(u.page, u.id): n for n, u in enumerate(self.units)}
        for place in labels:
            self._mark(self.label, place)

    def _mark(self, marks: bytearray, place: Place) -> None:
        unit = self._by_place.get((place.page, place.unit))
        if unit is None:
            return
        for i in range(self._start[unit], self._start[unit + 1]):
            if place.start <= self._at[i][1] < place.end:
                marks[i] = 1

    def rows(self, named: re.Match[str]) -> tuple[int, int] | None:
        """The characters from one row to another, both named by number; None where there are no such rows."""
        begin, end = self._rows.get(int(named[1])), self._rows.get(int(named[2] or named[1]))
        return (begin[0], end[1]) if begin and end and begin[0] <= end[0] else None

    def spans(self, text: str) -> list[Span]:
        """An answered string cut at the rows that it names: `[3] a[5-7]` has two spans.

        What does not begin with a row's number is text as a whole.
        """
        refs = [(ref, rows) for ref in _REF.finditer(text) if (rows := self.rows(ref)) and not self._prints(ref)]
        if not refs or text[: refs[0][0].start()].strip():
            return [Span(None, text.strip())]
        ends = [*(ref.start() for ref, _ in refs[1:]), len(text)]
        return [Span(rows, text[ref.end() : end].strip()) for (ref, rows), end in zip(refs, ends, strict=True)]

    def _prints(self, ref: re.Match[str]) -> bool:
        """Whether a number in brackets is printed so, before or behind the character beside it: `[2023]12号`."""
        before, own, after = (fold(t) for t in (ref.string[: ref.start()], ref[0], ref.string[ref.end() :]))
        joined = [own + after[:1]] if after else []
        joined += [before[-1] + own] if before and before[-1] != "]" else []
        return any(text in self.text for text in joined)

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
        for start, end in self._units_in(0, len(self.text)):
            for match in compiled.finditer(self.text[start:end]):
                run = (start + match.start(), start + match.end())
                if run[0] < run[1]:
                    (filling if run == (start, end) else found).append(run)
        return filling or found[:1]

    def as_label_of(self, start: int, end: int, places: Sequence[Place]) -> None:
        """Mark the rest of a run of characters as a label, if a value stands in it."""
        unit, first = self._at[start]
        own = self.units[unit]
        last = self._at[end - 1][1]
        here = any((p.page, p.unit) == (own.page, own.id) and first <= p.start <= last for p in places)
        alone = end - start == self._start[unit + 1] - self._start[unit]
        if here or alone:  # a running head says it again
            for i in range(start, end):
                self.label[i] = not self.taken[i]

    def end_of(self, at: str) -> tuple[int, ...]:
        """The first character behind a row."""
        row = row_of(self, at)
        return (row[1],) if row else ()

    def prints_anew(self, text: str, at: str) -> bool:
        """Whether a label stands once more, free, in the row that it is said of."""
        row = row_of(self, at)
        return bool(row and self.find(fold(words_of(self, text)), row, (), -1))

    def repeats(self) -> Iterator[Place]:
        """Cells with nothing but the words of the cell to their left: a merged cell, written once a column."""
        for n in range(1, len(self.units)):
            own, left = self.units[n], self.units[n - 1]
            if not (isinstance(own, Cell) and isinstance(left, Cell)) or (own.row, own.table) != (left.row, left.table):
                continue
            text = self.text[self._start[n] : self._start[n + 1]]
            same = text == self.text[self._start[n - 1] : self._start[n]] and own.col == left.col + left.col_span
            free = not any(self._accounted(i) for i in range(self._start[n], self._start[n + 1]))
            if text and same and free and _LETTERS.search(text):
                yield Place(own.page, own.id, 0, len(own.text))

    def behind(self, place: Place) -> int | None:
        """The first character behind a place."""
        unit = self._by_place.get((place.page, place.unit))
        if unit is None:
            return None
        inside = (i for i in range(self._start[unit], self._start[unit + 1]) if self._at[i][1] >= place.end)
        return next(inside, self._start[unit + 1])

    def labelled(self) -> tuple[Place, ...]:
        """The places of all labels."""
        return self.places([i for i in range(len(self.text)) if self.label[i] and not self.taken[i]])

    def _accounted(self, i: int) -> bool:
        return bool(self.taken[i] or self.spanned[i] or self.label[i])

    def extent(self, places: Sequence[Place]) -> tuple[int, int]:
        """The first character of some places, and one past the last."""
        inside: list[int] = []
        for place in places:
            unit = self._by_place[place.page, place.unit]
            own = range(self._start[unit], self._start[unit + 1])
            inside.extend(i for i in own if place.start <= self._at[i][1] < place.end)
        return (min(inside), max(inside) + 1) if inside else (0, 0)

    def parted(self, end: int, start: int) -> bool:
        """Whether something printed parts two characters: a label between them, the walls of cells, a gap in a line."""
        (left, last), (right, first) = self._at[end - 1], self._at[start]
        before, after = self.units[left], self.units[right]
        walled = left != right and isinstance(before, Cell) and isinstance(after, Cell)
        gap = left == right and first > last + 1
        return walled or gap or any(self.label[end:start])

    def free_tokens(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """The words no character of which is of a value, a spanning label or a label, with their places."""
        for start, end in self._tokens(0, len(self.text)):
            if not any(self._accounted(i) for i in range(start, end)):
                yield self.text[start:end], self.places(range(start, end))

    def free(self, where: Iterable[int]) -> None:
        """Take the marks back."""
        for i in where:
            self.taken[i] = 0

    def wider(self, within: tuple[int, int], units: int) -> tuple[int, int]:
        """The characters of some units and of those around them."""
        if not self._at:
            return within
        first = self._at[min(within[0], len(self._at) - 1)][0]
        last = self._at[max(within[1] - 1, 0)][0]
        return self._start[max(first - units, 0)], self._start[min(last + 1 + units, len(self.units))]

    def find(
        self,
        words: str,
        within: tuple[int, int],
        near: Sequence[int] = (),
        field: int = 0,
        nearest: bool = False,
        whole_numbers: bool = True,
    ) -> list[int]:
        """The characters of `words`, folded and in one piece: the best place that is free for the field.

        `near` are characters that it stands behind, best the nearest; `field` is the number of a spanning field.
        """
        hits = _occurrences(self.text, words, *within)
        whole = (h for h in hits if not (whole_numbers and self._cuts_number(h, h + len(words))))
        free = [h for h in whole if not self._blocked(range(h, h + len(words)), field)]
        if not free:
            return []

        def rank(hit: int) -> tuple[int, ...]:
            loose, again = self._looseness(hit, hit + len(words)), int(self.spanned[hit] > 0)
            return (_distance(hit, near), loose) if nearest else (loose, again, _distance(hit, near))

        best = min(free, key=rank)
        return list(range(best, best + len(words)))

    def _blocked(self, where: Iterable[int], field: int) -> bool:
        """Whether a value, or another spanning field, has any of the characters."""
        return any(self.taken[i] or (self.spanned[i] and self.spanned[i] != field) for i in where)

    def _cuts_number(self, start: int, end: int) -> bool:
        """Whether a number begins before the characters or goes on behind them: `5.0` does not stand in `15.00`."""
        unit, position = self._at[start]
        last_unit, last = self._at[end - 1]
        before, after = self.units[unit].text[:position], self.units[last_unit].text[last + 1 :]
        begun = self.text[start].isdigit() and _NUMBER_BEGUN.search(before)
        goes_on = self.text[end - 1] in "0123456789.," and _NUMBER_GOES_ON.match(after)
        return bool(begun or goes_on)

    def _looseness(self, start: int, end: int) -> int:
        """0 for words that stand by themselves, more for words cut out of others or out of a label."""
        unit, position = self._at[start]
        last_unit, last = self._at[end - 1]
        before, after = self.units[unit].text[:position], self.units[last_unit].text[last + 1 :]
        loose = bool(before) and not _edge(before[-1]), bool(after) and not _edge(after[0])
        return sum(loose) + (2 if all(self.label[start:end]) else 0)

    def pieces(self, words: str, within: tuple[int, int], field: int = 0) -> list[int]:
        """The characters of `words` where they are strewn over several tokens, with others in between."""
        reach: dict[int, list[tuple[int, int]]] = {0: []}
        for start, end in self._tokens(*within):
            if self._blocked(range(start, end), field):
                continue
            piece = self.text[start:end]
            for length in sorted(reach, reverse=True):
                longer = length + len(piece)
                # A value's pieces stand close to its end; a label's begin as early as they can.
                again = length == 0 and not field
                if words.startswith(piece, length) and (again or longer not in reach):
                    path = [*reach[length], (start, end)]
                    if self._at[start][0] - self._at[path[0][0]][0] <= LONGEST_GAP:
                        reach[longer] = path
            if len(words) in reach:
                return [i for a, b in reach[len(words)] for i in range(a, b)]
        return []

    def _tokens(self, lo: int, hi: int) -> Iterator[tuple[int, int]]:
        start = lo
        for i in range(lo, hi):
            last = i + 1 == hi or self._gap(i)
            if last:
                yield start, i + 1
                start = i + 1

    def _gap(self, i: int) -> bool:
        """Whether white space or the end of a unit follows the character."""
        (unit, position), (next_unit, following) = self._at[i], self._at[i + 1]
        return unit != next_unit or following > position + 1

    def near(self, words: str, within: tuple[int, int]) -> list[int]:
        """The characters most like `words`, or nothing where none are alike enough."""
        from rapidfuzz.fuzz import partial_ratio_alignment

        lo, hi = within
        if len(words) < 4 or not any(c.isalpha() for c in words) or hi - lo < len(words) // 2:
            return []
        best = partial_ratio_alignment(words, self.text[lo:hi], score_cutoff=NEAR)
        if best is None or best.dest_end - best.dest_start < len(words) * 0.8:
            return []
        found = range(lo + best.dest_start, lo + best.dest_end)
        return [] if self._blocked(found, 0) else list(found)

    def whole(self, within: tuple[int, int]) -> list[int]:
        """All characters of some units that no value has taken, without labels that fill a unit or begin it."""
        out: list[int] = []
        for start, end in self._units_in(*within):
            begin = self._behind_label(start, end)
            out.extend(i for i in range(begin, end) if not self._blocked((i,), 0))
        return out

    def _behind_label(self, start: int, end: int) -> int:
        """The first character behind a label that begins a unit and is set apart from what follows."""
        i = start
        while i < end and self.label[i]:
            i += 1
        if i in (start, end):
            return i
        if self.text[i] == ":":
            return i + 1
        return i if self._gap(i - 1) else start

    def _units_in(self, lo: int, hi: int) -> Iterator[tuple[int, int]]:
        for n in range(len(self.units)):
            if lo <= self._start[n] and self._start[n + 1] <= hi:
                yield self._start[n], self._start[n + 1]

    def places(self, where: Sequence[int]) -> tuple[Place, ...]:
        """The characters as places: one for each run in a unit; white space between two of a run belongs to it."""
        out: list[Place] = []
        previous = None
        for i in where:
            unit, position = self._at[i]
            own = self.units[unit]
            if previous is not None and i in (previous, previous + 1) and self._at[previous][0] == unit:
                out[-1] = out[-1]._replace(end=position + 1)
            else:
                out.append(Place(own.page, own.id, position, position + 1))
            previous = i
        return tuple(out)

    def printed(self, places: Sequence[Place], long: bool = False) -> str:
        """The text of some places, wrapped lines joined; a long text keeps the line ends of its cells."""
        out = ""
        for place in places:
            part = self.units[self._by_place[place.page, place.unit]].text[place.start : place.end]
            for piece in (part,) if long else (line.strip() for line in part.splitlines()):
                out += (" " if out and piece and _latin(out[-1]) and _latin(piece[0]) else "") + piece
        return out


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _edge(char: str) -> bool:
    return char.isspace() or char in ":：()（）;；,，、。|"


def _distance(start: int, near: Sequence[int]) -> int:
    """How far behind the nearest of some characters; what stands before one is thrice as far."""
    return min((start - n if start >= n else 3 * (n - start) for n in near), default=0)


def _occurrences(text: str, words: str, lo: int, hi: int) -> Iterator[int]:
    at = text.find(words, lo, hi) if words else -1
    while at >= 0:
        yield at
        at = text.find(words, at + 1, hi)


def locate(
    sheet: Sheet,
    text: str,
    at: str = "",
    field: int = 0,
    long: bool = False,
    near: Sequence[int] = (),
    nearest: bool = False,
    again: Sequence[Place] = (),
) -> Found:
    """Where an answered string stands.

    `at` names its rows; `field` the number of a spanning field, whose labels serve many rows; `near` the characters
    that it stands behind; `nearest` says that this counts more than that it stands by itself; `again` is where the same
    text stands for another value, which is its place too if it is printed nowhere else near by.
    """
    where: list[int] = []
    how: How = "found"
    for span in sheet.spans(text):
        part, sure = _locate(sheet, span, at, field, near, nearest, bool(again))
        if not part and again:
            return Found(tuple(again), sheet.printed(again, long), "again")
        if not part:
            sheet.free([] if field else where)
            return Found((), words_of(sheet, text), "nowhere")
        how = sure if how == "found" else how
        where.extend(part)
        sheet.take(part, field)
    places = sheet.places(where)
    return Found(places, words_of(sheet, text) if how == "near" else sheet.printed(places, long), how)


def words_of(sheet: Sheet, text: str) -> str:
    """An answered string without the numbers of its rows."""
    return "".join(s.words for s in sheet.spans(text))


def _locate(
    sheet: Sheet, span: Span, at: str, field: int, near: Sequence[int], nearest: bool, close: bool
) -> tuple[list[int], How]:
    named = span.rows or row_of(sheet, at)
    words = fold(span.words)
    if not words:
        return (sheet.whole(named), "found") if named else ([], "nowhere")
    if field:
        hit = _label(sheet, words, named, near, field)
        return hit, "found" if hit else "nowhere"
    for within, how in _around(sheet, named):
        behind = near if near or named is None else named[:1]
        hit = sheet.find(words, within, behind, 0, nearest) or sheet.pieces(words, within)
        hit = hit or _elided(sheet, span.words, within)
        if hit and not (close and how == "elsewhere"):
            return hit, how
    if close:
        return [], "nowhere"
    return sheet.near(words, named or (0, len(sheet.text))), "near"


def _label(sheet: Sheet, words: str, row: tuple[int, int] | None, behind: Sequence[int], field: int) -> list[int]:
    """A spanning label: the first behind the row above, in one piece or in a stack, else the nearest to its row."""
    start = behind[0] if behind else 0
    for within in ((start, len(sheet.text)), (0, len(sheet.text))):
        whole, stack = sheet.find(words, within, (start,), field), sheet.pieces(words, within, field)
        hits = [hit for hit in (whole, stack) if hit]
        if hits:
            return min(hits, key=lambda hit: hit[0])
    return []


def _around(sheet: Sheet, named: tuple[int, int] | None) -> Iterator[tuple[tuple[int, int], How]]:
    """Where to look, and what a hit there is worth: the named units, those around them, the whole chunk."""
    if named is not None:
        yield named, "found"
        yield sheet.wider(named, LONGEST_GAP), "found"
    # A value that names no place is looked for everywhere; one that names another place is in doubt.
    yield (0, len(sheet.text)), "found" if named is None else "elsewhere"


def row_of(sheet: Sheet, at: str) -> tuple[int, int] | None:
    """The characters of the rows that `13` or `12-14` names, with or without brackets."""
    match = _BARE.fullmatch(at.strip()) if at else None
    return sheet.rows(match) if match else None


def _elided(sheet: Sheet, words: str, within: tuple[int, int]) -> list[int]:
    """`first words…last words`: all from the ones to the others."""
    first, *rest = _ELISION.split(words)
    head, tail = fold(first), fold(rest[-1]) if rest else ""
    if not (rest and head and tail):
        return []
    start = sheet.find(head, within, whole_numbers=False)
    if not start:
        return []
    end = sheet.find(tail, (start[-1] + 1, within[1]), (start[-1],), whole_numbers=False)
    return [i for i in range(start[0], end[-1] + 1) if not sheet.taken[i]] if end else []
