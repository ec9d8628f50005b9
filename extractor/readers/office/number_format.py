"""A spreadsheet's number as its cell shows it: `0.00`, `#,##0`, `0%`."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from extractor.readers.office.date_format import shown_date

# Quoted and escaped text, padding and fill, colours and conditions, then what stands for digits.
TOKEN = re.compile(r'"([^"]*)"|\\(.)|_(.)|\*(.)|\[(?:\$([^\]-]*)[^\]]*|[^\]]*)\]|([0#?.,%]+)|(.)', re.S)
NOT_SIMPLE = re.compile(r"[eE][+-]|/|@")
MOST_DECIMALS = 30

# Of the largest binary number, with its decimals.
MOST_DIGITS = 400


class Pattern(NamedTuple):
    """One section of a number format: text before and after the digits, and how these are written."""

    before: str
    after: str
    decimals: int
    optional: int
    digits: int
    grouped: bool
    scale: int


def shown(value: object, format: str) -> str:
    """A cell's value as text. Texts are themselves; formats not understood give the plain number."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number(value, format)
    if isinstance(value, dt.datetime):
        return shown_date(value, format) or _moment(value, format)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.timedelta):
        return _duration(value)
    return "" if value is None else str(value)


def number(value: int | float, format: str) -> str:
    """A number in a number format."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    sections = _sections(format)
    section, magnitude = _section(sections, exact)
    pattern = _pattern(section)
    if pattern is None:
        return _general(value)
    text = _digits(magnitude, pattern)
    minus = "-" if magnitude < 0 and text.strip("0.,") else ""
    return minus + pattern.before + text + pattern.after


def _section(sections: tuple[str, ...], exact: Decimal) -> tuple[str, Decimal]:
    """The section for a number's sign; sections of their own say how a negative number is marked."""
    if exact < 0 and len(sections) > 1:
        return sections[1], -exact
    if exact == 0 and len(sections) > 2:
        return sections[2], exact
    return sections[0], exact


@lru_cache(maxsize=512)
def _sections(format: str) -> tuple[str, ...]:
    """The format's sections, parted by semicolons that are not quoted."""
    return tuple(re.findall(r'(?:^|;)((?:"[^"]*"|\\.|[^;"])*)', format)) or ("General",)


@lru_cache(maxsize=512)
def _pattern(section: str) -> Pattern | None:
    """What a section says, or None where it says `General`, a fraction, an exponent."""
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].', "", section)
    if "general" in plain.lower() or NOT_SIMPLE.search(plain):
        return None
    texts, digits = ["", ""], ""
    for quoted, escaped, pad, fill, currency, mark, other in TOKEN.findall(section):
        if mark and mark.strip("%"):
            digits += mark.replace("%", "")
        text = quoted or escaped or currency or other or ("%" if "%" in mark else "")
        texts[bool(digits)] += " " if pad and not text else "" if fill else text
    if not digits:
        return Pattern(texts[0].rstrip(), "", -1, 0, 0, False, 0)
    return _measured(digits, texts[0].lstrip(), texts[1].rstrip(), plain.count("%"))


def _measured(digits: str, before: str, after: str, percents: int) -> Pattern:
    whole, _, fraction = digits.partition(".")
    bare = digits.rstrip(",")
    thousands = len(digits) - len(bare)
    grouped = "," in whole.rstrip(",")
    decimals = min(MOST_DECIMALS, sum(c in "0#?" for c in fraction))
    optional = len(fraction.rstrip(",")) - len(fraction.rstrip(",").rstrip("#?"))
    return Pattern(before, after, decimals, optional, whole.count("0"), grouped, 2 * percents - 3 * thousands)


def _digits(value: Decimal, pattern: Pattern) -> str:
    if pattern.decimals < 0:
        return ""
    exact = Context(prec=MOST_DIGITS, rounding=ROUND_HALF_UP)
    scaled = exact.scaleb(exact.abs(value), pattern.scale)
    rounded = exact.quantize(scaled, Decimal((0, (1,), -pattern.decimals)))
    text = f"{rounded:,f}" if pattern.grouped else f"{rounded:f}"
    whole, _, fraction = text.partition(".")
    least = len(fraction) - pattern.optional
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    whole = whole.rjust(pattern.digits, "0")
    if pattern.digits == 0 and whole == "0":
        whole = ""  # `#` and `?` show no zero: an accountant's dash stands alone
    return f"{whole}.{fraction}" if fraction else whole


def _general(value: int | float) -> str:
    """A number as `General` shows it, with all its digits but without the noise of binary fractions."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if 1e-9 < abs(value) < 1e15 else text


def _moment(value: dt.datetime, format: str) -> str:
    """A date, with its time where the format or the value has one."""
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", format).lower()
    has_date, has_time = bool(re.search(r"[yde]|mmm", plain)), "h" in plain or "s" in plain
    clock = value.time().isoformat(timespec="seconds")
    if has_time and not has_date:
        return clock
    return f"{value:%Y-%m-%d} {clock}" if has_time and value.time() != dt.time() else f"{value:%Y-%m-%d}"


def _duration(value: dt.timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
