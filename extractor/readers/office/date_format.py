"""A spreadsheet's date as its cell shows it: `dd/mm/yyyy`, `d mmm yyyy`, `yyyy"年"m"月"d"日"`.

Formats that each machine shows in its own way (the built-in short date, `[$-F800]`), eras, and names of months in
other languages than English give the date as YYYY-MM-DD, which no reader mistakes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$?([^\]]*)\]|(am/pm|a/p|[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?)|(.)', re.S | re.I
)
BUILT_IN = frozenset({"mm-dd-yy", "m/d/yy h:mm"})
"""The formats 14 and 22, which stand for the short date of whatever machine shows them."""
_LOCALE = re.compile(r"-([0-9A-Fa-f]+)$")
_ENGLISH = 0x09
"""The language in the low ten bits of a Windows locale."""
_LANGUAGE_BITS = 0x3FF
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class _Part(NamedTuple):
    """A part of a format: letters that stand for a part of the date, or text."""

    code: str
    text: str


def shown_date(value: dt.datetime, format: str) -> str | None:
    """The date as a format shows it; None for a format of which that is not known."""
    parts = _parts(format.split(";")[0])
    if parts is None or not any(part.code[:1] in ("y", "d") or len(part.code) > 2 for part in parts if part.code):
        return None
    half = any(part.code in ("am/pm", "a/p") for part in parts)
    return "".join(part.text or _of(value, part.code, half) for part in parts).strip()


@lru_cache(maxsize=512)
def _parts(format: str) -> tuple[_Part, ...] | None:
    """The parts of a format, minutes told from months; None for one that is not understood."""
    if format.lower() in BUILT_IN or format.lower() == "general":
        return None
    out: list[_Part] = []
    for quoted, escaped, bracket, code, other in _TOKEN.findall(format):
        if bracket:
            locale = _LOCALE.search(bracket)
            if locale is None or _is_foreign(int(locale[1], 16), format):
                return None
        elif code:
            out.append(_Part(code.lower(), ""))
        elif other and (other.isalnum() or other in "#?@"):
            if other.isascii():
                return None  # an era, a number
            out.append(_Part("", other))
        elif quoted or escaped or other:
            out.append(_Part("", quoted or escaped or other))
    return tuple(
        part._replace(code="n" * len(part.code)) if _is_minutes(out, n) else part for n, part in enumerate(out)
    )


def _is_foreign(locale: int, format: str) -> bool:
    """Whether a locale is none of a country, or writes names of months or days in another language than English."""
    if locale > 0xFFFF or locale & 0xFF00 == 0xF800 or locale in (0xF800, 0xF400):
        return True
    return locale & _LANGUAGE_BITS != _ENGLISH and bool(re.search(r"mmm|ddd|am/pm|a/p", format, re.I))


def _is_minutes(parts: Sequence[_Part], n: int) -> bool:
    """Whether `m` stands behind hours or before seconds."""
    if parts[n].code not in ("m", "mm"):
        return False
    before = next((part.code for part in reversed(parts[:n]) if part.code), "")
    after = next((part.code for part in parts[n + 1 :] if part.code), "")
    return before[:1] == "h" or after[:1] == "s"


def _of(value: dt.datetime, code: str, half: bool) -> str:
    """A part of a date: `yyyy`, `mmm`, `d`, `hh`, `nn` (minutes), `ss`, `am/pm`; `half` says that hours go up to 12."""
    if code in ("am/pm", "a/p"):
        return ("AM" if value.hour < 12 else "PM")[: 2 if code == "am/pm" else 1]
    hour = (value.hour % 12 or 12) if half else value.hour
    numbers = {"y": value.year, "m": value.month, "d": value.day, "h": hour, "n": value.minute, "s": value.second}
    names = {"m": _MONTHS[value.month - 1], "d": _DAYS[value.weekday()]}
    letter, length = code[0], len(code.partition(".")[0])
    if letter == "y":
        return f"{value.year % 100:02d}" if length < 3 else f"{value.year:04d}"
    if letter in names and length > 2:
        return names[letter] if length == 4 else names[letter][: 1 if length > 4 else 3]
    return str(numbers[letter]).rjust(min(length, 2), "0")
