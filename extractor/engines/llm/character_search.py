"""Words looked for among the characters of a form: in one piece, strewn over tokens, nearly alike, or a whole unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.engines.llm.printed_characters import Sheet
from schemas.numbers import CURRENCY

NEAR = 88.0  # of 100; below this two texts are not the same text misspelt
LONGEST_GAP = 14  # units over which the pieces of one value may be strewn

_NUMBER_BEGUN = re.compile(r"\d[.,．，]?$")
_NUMBER_GOES_ON = re.compile(r"[.,．，]?\d")
_SIGNED = re.compile(r"([-+(−–])([\d.,' ]+\)?)")


def find(
    sheet: Sheet,
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
    hits = _occurrences(sheet.text, words, *within)
    whole = (h for h in hits if not (whole_numbers and _cuts_number(sheet, h, h + len(words))))
    free = [h for h in whole if not sheet.blocked(range(h, h + len(words)), field)]
    if not free:
        return []

    def rank(hit: int) -> tuple[int, ...]:
        loose, again = _looseness(sheet, hit, hit + len(words)), int(sheet.spanned[hit] > 0)
        return (_distance(hit, near), loose) if nearest else (loose, again, _distance(hit, near))

    best = min(free, key=rank)
    return list(range(best, best + len(words)))


def _cuts_number(sheet: Sheet, start: int, end: int) -> bool:
    """Whether a number begins before the characters or goes on behind them: `5.0` does not stand in `15.00`."""
    unit, position = sheet.at[start]
    last_unit, last = sheet.at[end - 1]
    before, after = sheet.units[unit].text[:position], sheet.units[last_unit].text[last + 1 :]
    begun = sheet.text[start].isdigit() and _NUMBER_BEGUN.search(before)
    goes_on = sheet.text[end - 1] in "0123456789.," and _NUMBER_GOES_ON.match(after)
    return bool(begun or goes_on)


def _looseness(sheet: Sheet, start: int, end: int) -> int:
    """0 for words that stand by themselves, more for words cut out of others or out of a label."""
    unit, position = sheet.at[start]
    last_unit, last = sheet.at[end - 1]
    before, after = sheet.units[unit].text[:position], sheet.units[last_unit].text[last + 1 :]
    loose = bool(before) and not _edge(before[-1]), bool(after) and not _edge(after[0])
    return sum(loose) + (2 if all(sheet.label[start:end]) else 0)


def with_currency(sheet: Sheet, words: str, within: tuple[int, int]) -> str:
    """A signed number as it is printed with a currency behind its sign: `(5.00)` is `($5.00)`; else the words."""
    signed = _SIGNED.fullmatch(words)
    if signed is None:
        return words
    printed = re.compile(rf"{re.escape(signed[1])}{CURRENCY}{re.escape(signed[2])}").search(sheet.text, *within)
    return printed[0] if printed else words


def pieces(sheet: Sheet, words: str, within: tuple[int, int], field: int = 0) -> list[int]:
    """The characters of `words` where they are strewn over several tokens, with others in between."""
    reach: dict[int, list[tuple[int, int]]] = {0: []}
    for start, end in sheet.tokens(*within):
        if sheet.blocked(range(start, end), field):
            continue
        piece = sheet.text[start:end]
        for length in sorted(reach, reverse=True):
            longer = length + len(piece)
            # A value's pieces stand close to its end; a label's begin as early as they can.
            again = length == 0 and not field
            if words.startswith(piece, length) and (again or longer not in reach):
                path = [*reach[length], (start, end)]
                if sheet.at[start][0] - sheet.at[path[0][0]][0] <= LONGEST_GAP:
                    reach[longer] = path
        if len(words) in reach:
            return [i for a, b in reach[len(words)] for i in range(a, b)]
    return []


def alike(sheet: Sheet, words: str, within: tuple[int, int]) -> list[int]:
    """The characters most like `words`, or nothing where none are alike enough."""
    from rapidfuzz.fuzz import partial_ratio_alignment

    lo, hi = within
    if len(words) < 4 or not any(c.isalpha() for c in words) or hi - lo < len(words) // 2:
        return []
    best = partial_ratio_alignment(words, sheet.text[lo:hi], score_cutoff=NEAR)
    if best is None or best.dest_end - best.dest_start < len(words) * 0.8:
        return []
    found = range(lo + best.dest_start, lo + best.dest_end)
    return [] if sheet.blocked(found, 0) else list(found)


def whole_units(sheet: Sheet, within: tuple[int, int]) -> list[int]:
    """All characters of some units that no value has taken, without labels that fill a unit or begin it."""
    out: list[int] = []
    for start, end in sheet.units_in(*within):
        begin = _behind_label(sheet, start, end)
        out.extend(i for i in range(begin, end) if not sheet.blocked((i,), 0))
    return out


def _behind_label(sheet: Sheet, start: int, end: int) -> int:
    """The first character behind a label that begins a unit and is set apart from what follows."""
    i = start
    while i < end and sheet.label[i]:
        i += 1
    if i in (start, end):
        return i
    if sheet.text[i] == ":":
        return i + 1
    return i if sheet.gap(i - 1) else start


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
