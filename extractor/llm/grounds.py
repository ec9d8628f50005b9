"""Where an answered value stands: the characters it was copied from, looked for where the answer says, then around.

A character is evidence of one value only, spanning labels excepted. A match is to the letter once white space and
full-width forms are folded away; a near match is kept apart, so that someone looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from extractor.layout import Unit
from extractor.results import Place
from schemas.values import fold

How = Literal["found", "elsewhere", "near", "nowhere"]
"""Where it should stand; to the letter, but far from where the answer says; nearly; not at all."""
NEAR = 88.0  # of 100; below this two texts are not the same text misspelt
LONGEST_GAP = 14  # units over which the pieces of one value may be strewn

_ID = r"(?:p\d+\.)?(?:L\d+|T\d+R\d+(?:C\d+)?)"
_REF = re.compile(rf"\[({_ID})(?:\s*[-–—~至]\s*({_ID}))?\]")
_BARE = re.compile(rf"\[?({_ID})(?:\s*[-–—~至]\s*({_ID}))?\]?")
_NUMBER_BEGUN = re.compile(r"\d[.,．，]?$")
_NUMBER_GOES_ON = re.compile(r"[.,．，]?\d")
_ELISION = re.compile(r"…+|\.{3,}")


class Span(NamedTuple):
    """A part of an answer: the units that it names (first and last, or nothing), and the words."""

    first: str
    last: str
    words: str


class Found(NamedTuple):
    """The places of a value, its text as the source has it, and how sure that is."""

    places: tuple[Place, ...]
    text: str
    how: How


def spans(text: str) -> list[Span]:
    """An answered string cut at its ids: `[L3] a[L5-L7]` has two spans; one without ids has none named."""
    refs = list(_REF.finditer(text))
    out = (
        []
        if refs and not text[: refs[0].start()].strip()
        else [Span("", "", text[: refs[0].start()] if refs else text)]
    )
    for n, ref in enumerate(refs):
        end = refs[n + 1].start() if n + 1 < len(refs) else len(text)
        out.append(Span(ref[1], ref[2] or ref[1], text[ref.end() : end].strip()))
    return [Span(s.first, s.last, s.words.strip()) for s in out]


class Sheet:
    """The characters of a chunk, folded into one string; which of them are taken; which are labels."""

    def __init__(self, units: Sequence[Unit], labels: Iterable[Place] = ()) -> None:
        self.units = tuple(units)
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
        self._ids = _index(self.units)
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

    def range(self, first: str, last: str) -> tuple[int, int] | None:
        """The characters from the first unit of one id to the last of another; None for an id that isn't there."""
        begin, end = self._ids.get(first), self._ids.get(last)
        if not begin or not end or begin[0] > end[-1]:
            return None
        return self._start[begin[0]], self._start[end[-1] + 1]

    def take(self, where: Iterable[int]) -> None:
        """Mark characters as evidence of a value."""
        for i in where:
            self.taken[i] = 1

    def span(self, places: Iterable[Place]) -> None:
        """Mark places as those of a spanning label: accounted for, and still free for others."""
        for place in places:
            self._mark(self.spanned, place)

    def free_tokens(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """The words that are neither value, spanning label nor label, with their places."""
        for start, end in self._tokens(0, len(self.text)):
            left = [i for i in range(start, end) if not (self.taken[i] or self.spanned[i] or self.label[i])]
            if left:
                yield "".join(self.text[i] for i in left), self.places(left)

    def free(self, where: Iterable[int]) -> None:
        """Take the marks back."""
        for i in where:
            self.taken[i] = 0

    def wider(self, within: tuple[int, int], units: int) -> tuple[int, int]:
        """The characters of some units and of those around them."""
        first = self._at[min(within[0], len(self._at) - 1)][0]
        last = self._at[max(within[1] - 1, 0)][0]
        return self._start[max(first - units, 0)], self._start[min(last + 1 + units, len(self.units))]

    def find(self, words: str, within: tuple[int, int], near: int | None = None, share: bool = False) -> list[int]:
        """The characters of `words`, folded and in one piece: the best place that no value has taken yet."""
        lo, hi = within
        hits = list(_occurrences(self.text, words, lo, hi))
        hits = [h for h in hits if not self._cuts_number(h, h + len(words))]
        free = [h for h in hits if share or not any(self.taken[h : h + len(words)])]
        if not free:
            return []
        best = min(free, key=lambda h: (self._looseness(h, h + len(words)), 0 if near is None else abs(h - near)))
        return list(range(best, best + len(words)))

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

    def pieces(self, words: str, within: tuple[int, int], share: bool = False) -> list[int]:
        """The characters of `words` where they are strewn over several tokens, with others in between."""
        reach: dict[int, list[tuple[int, int]]] = {0: []}
        for start, end in self._tokens(*within):
            if not share and any(self.taken[start:end]):
                continue
            piece = self.text[start:end]
            for length in sorted(reach, reverse=True):
                longer = length + len(piece)
                if words.startswith(piece, length) and (length == 0 or longer not in reach):
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
        return [] if any(self.taken[i] for i in found) else list(found)

    def whole(self, within: tuple[int, int]) -> list[int]:
        """All characters of some units that no value has taken, without labels that fill a unit or begin it."""
        out: list[int] = []
        for start, end in self._units_in(*within):
            begin = self._behind_label(start, end)
            out.extend(i for i in range(begin, end) if not self.taken[i])
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

    def position(self, place: Place) -> int | None:
        """The first character of a place's unit."""
        unit = self._by_place.get((place.page, place.unit))
        return None if unit is None else self._start[unit]

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


def _occurrences(text: str, words: str, lo: int, hi: int) -> Iterator[int]:
    at = text.find(words, lo, hi) if words else -1
    while at >= 0:
        yield at
        at = text.find(words, at + 1, hi)


def _index(units: Sequence[Unit]) -> dict[str, list[int]]:
    """Rendered id → units: lines, cells and rows, each with and without its page in front."""
    out: dict[str, list[int]] = {}
    for n, unit in enumerate(units):
        for ident in dict.fromkeys((unit.id, unit.id.split("C")[0])):
            out.setdefault(ident, []).append(n)
            out.setdefault(f"p{unit.page}.{ident}", []).append(n)
    return out


def locate(sheet: Sheet, text: str, at: str = "", share: bool = False, long: bool = False) -> Found:
    """Where an answered string stands. `at` is its row's id, `share` is for spanning labels."""
    where: list[int] = []
    how: How = "found"
    for span in spans(text):
        part, sure = _locate(sheet, span, at, share)
        if not part:
            sheet.free(where)
            return Found((), words_of(text), "nowhere")
        how = sure if how == "found" else how
        where.extend(part)
        if not share:
            sheet.take(part)
    places = sheet.places(where)
    return Found(places, words_of(text) if how == "near" else sheet.printed(places, long), how)


def words_of(text: str) -> str:
    """An answered string without its ids."""
    return "".join(s.words for s in spans(text))


def _locate(sheet: Sheet, span: Span, at: str, share: bool) -> tuple[list[int], How]:
    named = sheet.range(span.first, span.last) if span.first else _row(sheet, at)
    words = fold(span.words)
    if not words:
        return (sheet.whole(named), "found") if named else ([], "nowhere")
    for within, how in _around(sheet, named, share):
        near = None if named is None else named[0]
        hit = sheet.find(words, within, near, share) or sheet.pieces(words, within, share)
        hit = hit or _elided(sheet, span.words, within)
        if hit:
            return hit, how
    hit = [] if share else sheet.near(words, named or (0, len(sheet.text)))
    return hit, "near"


def _around(sheet: Sheet, named: tuple[int, int] | None, share: bool) -> Iterator[tuple[tuple[int, int], How]]:
    """Where to look, and what a hit there is worth: the named units, those around them, the whole chunk."""
    if named is not None:
        yield named, "found"
        yield sheet.wider(named, LONGEST_GAP), "found"
    # A value that names no place is looked for everywhere; one that names another place is in doubt.
    yield (0, len(sheet.text)), "found" if named is None or share else "elsewhere"


def _row(sheet: Sheet, at: str) -> tuple[int, int] | None:
    """The characters of a row's id, `T1R3` or `L12-L14`, with or without brackets."""
    match = _BARE.fullmatch(at.strip()) if at else None
    return sheet.range(match[1], match[2] or match[1]) if match else None


def _elided(sheet: Sheet, words: str, within: tuple[int, int]) -> list[int]:
    """`first words…last words`: all from the ones to the others."""
    first, *rest = _ELISION.split(words)
    head, tail = fold(first), fold(rest[-1]) if rest else ""
    if not (rest and head and tail):
        return []
    start = sheet.find(head, within)
    if not start:
        return []
    end = sheet.find(tail, (start[-1] + 1, within[1]), start[-1])
    return [i for i in range(start[0], end[-1] + 1) if not sheet.taken[i]] if end else []
