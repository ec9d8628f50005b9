"""Where an answered value stands: the characters it was copied from, looked for where the answer says, then around.

A character is evidence of one value only, spanning labels excepted. A match is to the letter once white space and
full-width forms are folded away; a near match is kept apart, so that someone looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from extractor.document.results import Place
from extractor.engines.llm.character_search import LONGEST_GAP, alike, find, pieces, whole_units, with_currency
from extractor.engines.llm.printed_characters import Sheet
from schemas.values import fold

How = Literal["found", "again", "elsewhere", "near", "nowhere"]
"""Where it should stand; where it stands for another value too; to the letter, but far from where the answer says;
nearly; not at all."""

_ROWS = r"(\d{1,6})(?:\s*[-–—~至]\s*(\d{1,6}))?"
_REF = re.compile(rf"\[{_ROWS}\]")
_BARE = re.compile(rf"\[?{_ROWS}\]?")
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


def rows_named_by(sheet: Sheet, named: re.Match[str]) -> tuple[int, int] | None:
    """The characters from one row to another, both named by number; None where there are no such rows."""
    begin, end = sheet.numbered.get(int(named[1])), sheet.numbered.get(int(named[2] or named[1]))
    return (begin[0], end[1]) if begin and end and begin[0] <= end[0] else None


def spans_of(sheet: Sheet, text: str) -> list[Span]:
    """An answered string cut at the rows that it names: `[3] a[5-7]` has two spans.

    What does not begin with a row's number is text as a whole.
    """
    refs = [
        (ref, rows) for ref in _REF.finditer(text) if (rows := rows_named_by(sheet, ref)) and not _prints(sheet, ref)
    ]
    if not refs or text[: refs[0][0].start()].strip():
        return [Span(None, text.strip())]
    ends = [*(ref.start() for ref, _ in refs[1:]), len(text)]
    return [Span(rows, text[ref.end() : end].strip()) for (ref, rows), end in zip(refs, ends, strict=True)]


def _prints(sheet: Sheet, ref: re.Match[str]) -> bool:
    """Whether a number in brackets is printed so, before or behind the character beside it: `[2023]12号`."""
    before, own, after = (fold(t) for t in (ref.string[: ref.start()], ref[0], ref.string[ref.end() :]))
    joined = [own + after[:1]] if after else []
    joined += [before[-1] + own] if before and before[-1] != "]" else []
    return any(text in sheet.text for text in joined)


def end_of(sheet: Sheet, at: str) -> tuple[int, ...]:
    """The first character behind a row."""
    row = row_of(sheet, at)
    return (row[1],) if row else ()


def prints_anew(sheet: Sheet, text: str, at: str) -> bool:
    """Whether a label stands once more, free, in the row that it is said of."""
    row = row_of(sheet, at)
    return bool(row and find(sheet, fold(words_of(sheet, text)), row, (), -1))


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
    for span in spans_of(sheet, text):
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
    return "".join(s.words for s in spans_of(sheet, text))


def _locate(
    sheet: Sheet, span: Span, at: str, field: int, near: Sequence[int], nearest: bool, close: bool
) -> tuple[list[int], How]:
    named = span.rows or row_of(sheet, at)
    words = fold(span.words)
    if not words:
        return (whole_units(sheet, named), "found") if named else ([], "nowhere")
    if field:
        hit = _label(sheet, words, named, near, field)
        return hit, "found" if hit else "nowhere"
    for within, how in _around(sheet, named):
        behind = near if near or named is None else named[:1]
        hit = find(sheet, words, within, behind, 0, nearest) or pieces(sheet, words, within)
        hit = hit or find(sheet, with_currency(sheet, words, within), within, behind, 0, nearest)
        hit = hit or _elided(sheet, span.words, within)
        if hit and not (close and how == "elsewhere"):
            return hit, how
    if close:
        return [], "nowhere"
    return alike(sheet, words, named or (0, len(sheet.text))), "near"


def _label(sheet: Sheet, words: str, row: tuple[int, int] | None, behind: Sequence[int], field: int) -> list[int]:
    """A spanning label: the first behind the row above, in one piece or in a stack, else the nearest to its row."""
    start = behind[0] if behind else 0
    for within in ((start, len(sheet.text)), (0, len(sheet.text))):
        whole, stack = find(sheet, words, within, (start,), field), pieces(sheet, words, within, field)
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
    return rows_named_by(sheet, match) if match else None


def _elided(sheet: Sheet, words: str, within: tuple[int, int]) -> list[int]:
    """`first words…last words`: all from the ones to the others."""
    first, *rest = _ELISION.split(words)
    head, tail = fold(first), fold(rest[-1]) if rest else ""
    if not (rest and head and tail):
        return []
    start = find(sheet, head, within, whole_numbers=False)
    if not start:
        return []
    end = find(sheet, tail, (start[-1] + 1, within[1]), (start[-1],), whole_numbers=False)
    return [i for i in range(start[0], end[-1] + 1) if not sheet.taken[i]] if end else []
