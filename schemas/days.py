"""Printed dates: every day of the calendar that a text can be, in the order and the language it is printed in."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from itertools import product

from babel import Locale

from schemas.conventions import Convention

_LANGUAGES = "de fr es it pt nl pl cs sk sv da nb fi hu ro tr ru uk bg el hr sl et lv lt id vi ca"
_ERAS = {
    "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民国": 1911, "民國": 1911, "r": 2018, "h": 1988, "s": 1925,
}  # fmt: skip
"""The year before the first of each era."""
_FIRST, _LAST = 1800, 2199
"""Years of the dates that documents print; eight digits are a date only within them."""
_LIKELY_CENTURY = 36
"""Two-digit years up to this one are of this century where no year is printed in full; above, nobody knows."""

_TIME = re.compile(
    r"(?:[tT,]|\s)\s*\d{1,2}[:h.]\d{2}(?::\d{2})?(?:\.\d+)?\s*(?i:[ap]\.?m\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_TIME_FIRST = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?\s*(?i:[ap]\.?m\.?)?[,\s]+(?:(?:on|um|à)\s+)?")
_WEEKDAY = re.compile(
    r"\(?[^\W\d_]{2,12}\.?\)?,?\s+(?=[^\W_])|\s*[(（]?(?:星期|周|週)?[一二三四五六日天月火水木金土][)）曜]?日?[)）]?$"
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[日일号]?\.?")
_NUMERIC = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_DIGITS = re.compile(r"\d{8}")
_ERA = re.compile(
    r"(令和|平成|昭和|大正|民国|民國|[RHS])\s*(\d{1,3}|元)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?", re.I
)
_DAY_NAME_YEAR = re.compile(
    r"(?:\w+\s+)?(\d{1,2})(?:st|nd|rd|th|er|[.ºªo°])?[\s./-]*(?:(?:de|of|day of)\s+|d['’]\s*)?([^\W\d_]+)\.?"
    r"[\s./,'-]*(?:(?:de|del|of|g|г)\s+)?(\d{4}|\d{2})(?:\s*(?:г|г\.|р|р\.|r\.?|\.))?", re.I
)  # fmt: skip
_NAME_DAY_YEAR = re.compile(r"([^\W\d_]+)\.?[\s/-]*(\d{1,2})(?:st|nd|rd|th)?[\s,/.-]+(\d{4}|\d{2}(?!\d))", re.I)
_YEAR_NAME_DAY = re.compile(r"(\d{4})\.?[\s,/-]*([^\W\d_]+)\.?[\s,/-]*(\d{1,2})\.?")
_NUMERALS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_WRITTEN = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日?"
)


class NotADate(ValueError):
    """A text that is no printed date."""


@lru_cache(maxsize=4096)
def readings(text: str, convention: Convention) -> tuple[str, ...]:
    """Every day (`YYYY-MM-DD`) that a text can be under a convention, the likeliest first.

    A time beside the date and the name of the weekday are left out. Raises `NotADate` for a text that is none.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    plain = plain.replace("‐", "-").replace("–", "-").replace("−", "-")
    shapes = [plain, *_without(_TIME, plain), *_without(_TIME_FIRST, plain)]
    shapes += [short for shape in shapes for short in _without(_WEEKDAY, shape)]
    matched = False
    for shape in shapes:
        for pattern, reader in _READERS:
            match = pattern.fullmatch(shape)
            found = tuple(dict.fromkeys(reader(match, convention))) if match else ()
            matched = matched or (match is not None and pattern not in _NAMED)
            if found:
                return found
    raise NotADate(f"no such day: {text!r}" if matched else f"not a date: {text!r}")


def _without(pattern: re.Pattern[str], text: str) -> list[str]:
    """The text without what a pattern finds at one of its ends."""
    found = [m for m in pattern.finditer(text) if m.start() == 0 or m.end() == len(text)]
    cut = [(text[: m.start()] + text[m.end() :]).strip(" ,") for m in found]
    return [short for short in cut if any(char.isdigit() or char in _NUMERALS for char in short)]


def _day(year: int, month: int, day: int) -> list[str]:
    try:
        return [date(year, month, day).isoformat()]
    except ValueError:
        return []


def _year_first(match: re.Match[str], _: Convention) -> list[str]:
    return _day(int(match[1]), int(match[2]), int(match[3]))


def _digits(match: re.Match[str], convention: Convention) -> list[str]:
    text = match[0]
    whole = _day(int(text[:4]), int(text[4:6]), int(text[6:])) if _FIRST <= int(text[:4]) <= _LAST else []
    years = [int(text[4:])] if _FIRST <= int(text[4:]) <= _LAST else []
    return whole or _ordered(int(text[:2]), int(text[2:4]), years, convention.day_first)


def _numeric(match: re.Match[str], convention: Convention) -> list[str]:
    """Two numbers and a year; behind points the day is first, wherever dates are written so."""
    day_first = True if match[2] == "." else convention.day_first
    years = _years(match[4], convention)
    found = _ordered(int(match[1]), int(match[3]), years, day_first)
    if len(match[4]) == 2 and day_first is None and int(match[1]) > 12:  # `24-03-05`: the year may be first
        found += [d for year in _years(match[1], convention) for d in _day(year, int(match[3]), int(match[4]))]
    return found


def _ordered(first: int, second: int, years: list[int], day_first: bool | None) -> list[str]:
    orders = {True: [(second, first)], False: [(first, second)], None: [(first, second), (second, first)]}[day_first]
    found = [d for year, (month, day) in product(years, orders) for d in _day(year, month, day)]
    if not found and day_first is not None:  # it is printed in the other order, and in no other
        other = (first, second) if day_first else (second, first)
        found = [d for year in years for d in _day(year, *other)]
    return found


def _years(text: str, convention: Convention) -> list[int]:
    """The years that a printed one can be: two digits are of this century, if that is not beyond the latest printed."""
    if len(text) == 4:
        return [int(text)]
    recent, before = 2000 + int(text), 1900 + int(text)
    if convention.latest:
        return [recent] if recent <= convention.latest + 1 else [before, recent]
    return [recent] if int(text) <= _LIKELY_CENTURY else [before, recent]


def _era(match: re.Match[str], _: Convention) -> list[str]:
    year = 1 if match[2] == "元" else int(match[2])
    return _day(_ERAS[match[1].lower()] + year, int(match[3]), int(match[4]))


def _named(day: str, name: str, year: str, convention: Convention) -> list[str]:
    months = months_named(name)
    return [d for y, month in product(_years(year, convention), months) for d in _day(y, month, int(day))]


def _written(match: re.Match[str], _: Convention) -> list[str]:
    year = int("".join(str(_NUMERALS[c]) for c in match[1]))
    return _day(year, _tens(match[2]), _tens(match[3]))


def _tens(text: str) -> int:
    """`二十三` as 23."""
    if "十" not in text:
        return _NUMERALS[text] if len(text) == 1 else 0
    before, _, after = text.partition("十")
    return (_NUMERALS[before] if before else 1) * 10 + (_NUMERALS[after] if after else 0)


_READERS = (
    (_YEAR_FIRST, _year_first),
    (_ERA, _era),
    (_WRITTEN, _written),
    (_NUMERIC, _numeric),
    (_DIGITS, _digits),
    (_DAY_NAME_YEAR, lambda m, c: _named(m[1], m[2], m[3], c)),
    (_NAME_DAY_YEAR, lambda m, c: _named(m[2], m[1], m[3], c)),
    (_YEAR_NAME_DAY, lambda m, c: _named(m[3], m[2], m[1], c)),
)

_NAMED = (_DAY_NAME_YEAR, _NAME_DAY_YEAR, _YEAR_NAME_DAY)


def months_named(name: str) -> tuple[int, ...]:
    """The months that a word can name: `lip` is July in Polish and June in Croatian."""
    word = _bare(name)
    return _names("en").get(word) or _foreign_names().get(word, ())


@cache
def _foreign_names() -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {"sept": {9}}
    for language in _LANGUAGES.split():
        for word, months in _names(language).items():
            found.setdefault(word, set()).update(months)
    return {name: tuple(sorted(months)) for name, months in found.items()}


@cache
def _names(language: str) -> dict[str, tuple[int, ...]]:
    """The names of months in a language, as `babel` has them, and their short forms."""
    found: dict[str, tuple[int, ...]] = {}
    for width, context in product(("wide", "abbreviated"), ("format", "stand-alone")):
        for number, name in Locale.parse(language).months[context][width].items():
            word = _bare(str(name))
            if len(word) > 1 and not any(char.isdigit() for char in word):
                found[word] = (int(number),)
    return found


def _bare(name: str) -> str:
    """A word without case, accents and points."""
    marks = unicodedata.normalize("NFD", name.casefold().strip(" ."))
    return "".join(char for char in marks if not unicodedata.combining(char))
