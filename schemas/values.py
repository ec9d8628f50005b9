"""What values are, and how printed text becomes one: amounts, dates, years, counts, indicator values.

Nothing is corrected. Text that is not of its kind raises `ValueError` with the reason; the caller makes that a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from schemas import days, numbers
from schemas.conventions import POINT, UNKNOWN, Convention

Operator = Literal["=", "≥", "≤", ">", "<"]
Kind = Literal["text", "amount", "date", "integer", "indicator"]


@dataclass(frozen=True, slots=True)
class Is:
    """Marks an annotated type with its kind, for whoever reads the model."""

    kind: Kind


Amount = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$"), Is("amount")]
"""A number as a decimal string, digits as printed, no separators: `2317000.00`."""

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), Is("date")]
"""A date, `YYYY-MM-DD`."""


class IndicatorValue(BaseModel):
    """A target or an actual value: the whole cell, and its operator, number and unit where it has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    operator: Operator | None = None
    value: Amount | None = None
    unit: str | None = None


# NFKC does not fold these: radicals that some printers write instead of the characters, and look-alikes.
_RADICALS = str.maketrans(
    "⼾戶⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⺒⺓⺩⺻⺼⺎",
    "户户母民虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙巳幺王聿肉兀",
)
"""Radicals that look like characters and that NFKC leaves as they are: PDF programs write the one for the other (as in
EquivalentUnifiedIdeograph.txt of Unicode)."""


def fold(text: str) -> str:
    """The text with white space dropped, full-width forms and radicals folded: what two spellings are compared by."""
    length = len(text)
    return _fold_short(text) if length <= _SHORT else _fold_line(text) if length <= _LINE else _fold(text)


def _fold(text: str) -> str:
    return "".join(numbers.folded(text.translate(_RADICALS)).split())


_SHORT, _LINE = 24, 200
_fold_short = lru_cache(maxsize=8192)(_fold)
_fold_line = lru_cache(maxsize=1024)(_fold)
"""Labels and words come again and again; lines while their document is read; long texts would only fill the memory."""


def parse_amount(text: str, convention: Convention = POINT) -> str:
    """A printed number, or percentage, as a decimal string without separators; digits and sign stay as printed."""
    return numbers.readings(text, convention)[0]


def parse_integer(text: str) -> int:
    """A printed count, with or without a measure word or a unit behind it (`12人`, `3 pcs`)."""
    return integer_readings(text, POINT)[0]


def integer_readings(text: str, convention: Convention) -> tuple[int, ...]:
    """Every count that a printed text can be. Raises `ValueError` for a text that is none."""
    try:
        found = numbers.readings(text, convention)
    except ValueError:
        raise ValueError(f"not a count: {text!r}") from None
    whole = tuple(dict.fromkeys(digits for digits in found if "." not in digits))
    if not whole or whole[0].startswith("-") or text.strip()[-1:] in "%‰％":
        raise ValueError(f"not a count: {text!r}")
    return tuple(int(d) for d in whole)


def parse_date(text: str, convention: Convention = POINT) -> str:
    """A printed date as `YYYY-MM-DD`; month and day must exist in the calendar's range."""
    return days.readings(text, convention)[0]


_OPERATORS = {
    "≥": "≥", ">=": "≥", "≧": "≥", "⩾": "≥", "≤": "≤", "<=": "≤", "≦": "≤", "⩽": "≤", ">": ">", "<": "<", "=": "=",
}  # fmt: skip
_INDICATOR = re.compile(
    r"(?P<op>>=|<=|[≥≧⩾≤≦⩽><=])?(?P<value>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<unit>[^\d,.;:。；，]*)"
)


_CALENDAR = re.compile(r"月|日|号|年(?!$)")
"""What follows a number that is a date (`6月底前`) and no quantity (as `4.00日` is, by its decimals)."""


_COLUMNS = re.compile(r"(?:[^\d\t]+\t)?(?P<number>[^\d\t]*[\d,]+(?:\.\d+)?)(?:\t[^\d\t]+)?")


def parse_indicator(text: str) -> IndicatorValue:
    """A printed indicator value: `≥1300.00(小时)` has operator, number and unit, `提升` has only its text.

    One that is printed in several columns (`≥`, `1300.00`, `小时`) has a tab between them; its text is that of the
    number's column.
    """
    whole = " ".join(text.split())
    match = _INDICATOR.fullmatch(fold(text))
    if match is None:
        return IndicatorValue(text=whole)
    unit = match["unit"]
    if unit.startswith("(") and unit.endswith(")"):
        unit = unit[1:-1]
    elif match["op"] is None and _CALENDAR.match(unit) and not ("." in match["value"] and len(unit) == 1):
        return IndicatorValue(text=whole)
    if len(unit) > 8:
        return IndicatorValue(text=whole)
    columns = _COLUMNS.fullmatch(text)
    return IndicatorValue.model_validate(
        {
            "text": " ".join(columns["number"].split()) if columns else whole,
            "operator": _OPERATORS.get(match["op"] or ""),
            "value": match["value"].replace(",", ""),
            "unit": unit or None,
        }
    )


READINGS: dict[Kind, Callable[[str, Convention], tuple[object, ...]]] = {
    "text": lambda text, _: (text,),
    "amount": numbers.readings,
    "date": days.readings,
    "integer": integer_readings,
    "indicator": lambda text, _: (parse_indicator(text),),
}
"""Every value of a kind that a printed text can be, the likeliest first. They raise `ValueError` where it is none."""


def is_of(kind: Kind, text: str) -> bool:
    """Whether a printed text can be a value of a kind, whatever the document's way of writing it."""
    try:
        return bool(READINGS[kind](text, UNKNOWN))
    except ValueError:
        return False
