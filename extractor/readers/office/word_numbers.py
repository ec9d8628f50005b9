"""The numbers that Word prints before paragraphs of a list: they stand in no text, yet on the page."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from extractor.readers.office.ooxml import child, local, value

if TYPE_CHECKING:
    from lxml.etree import _Element

DIGITS = "〇一二三四五六七八九"
LEVEL = re.compile(r"%([1-9])")
LEVELS = 9


class Level(NamedTuple):
    """How one level of a list is numbered: its format, the text around the number, the first number, its own style."""

    format: str
    text: str
    start: int
    style: str = ""


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: _Element | None) -> None:
        abstract: dict[str, dict[int, Level]] = {}
        self.lists: dict[str, dict[int, Level]] = {}
        self.groups: dict[str, str] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        for element in () if root is None else root:
            if local(element.tag) == "abstractNum":
                abstract[value(element, "abstractNumId") or ""] = _levels(element)
            elif local(element.tag) == "num":
                name = value(element, "numId") or ""
                group = value(child(element, "abstractNumId")) or ""
                restarts = child(element, "lvlOverride", "startOverride") is not None
                self.lists[name] = abstract.get(group, {})
                self.groups[name] = name if restarts else f"abstract {group}"

    def label(self, properties: _Element | None, style: str = "") -> str:
        """The number before a paragraph of a style; nothing where it has none, or a bullet."""
        name = value(child(properties, "numId")) or ""
        levels = self.lists.get(name, {})
        own = next((depth for depth, level in levels.items() if style and level.style == style), 0)
        stated = value(child(properties, "ilvl"))
        depth = int(stated) if stated and stated.isdigit() else own
        level = levels.get(depth)
        if level is None or level.format in ("bullet", "none"):
            return ""
        counts = self.counts[self.groups[name]]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in range(depth + 1, LEVELS):
            counts.pop(deeper, None)
        return LEVEL.sub(lambda match: self._number(name, counts, int(match[1]) - 1), level.text)

    def _number(self, name: str, counts: dict[int, int], depth: int) -> str:
        level = self.lists[name].get(depth)
        if level is None:
            return ""
        return numeral(counts.get(depth, level.start), level.format)


def _levels(abstract: _Element) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for element in abstract:
        if local(element.tag) == "lvl":
            start = value(child(element, "start")) or "1"
            text = value(child(element, "lvlText")) or ""
            kind = value(child(element, "numFmt")) or "decimal"
            style = value(child(element, "pStyle")) or ""
            found[int(value(element, "ilvl") or "0")] = Level(kind, text, int(start), style)
    return found


def numeral(number: int, format: str) -> str:
    """A number as Word prints it in a list; formats not known are printed as decimals."""
    if format in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if format == "upperLetter" else letter.lower()
    if format in ("upperRoman", "lowerRoman"):
        return roman(number) if format == "upperRoman" else roman(number).lower()
    if format in ("chineseCounting", "chineseCountingThousand", "taiwaneseCountingThousand", "japaneseCounting"):
        return chinese(number)
    if format == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if format == "decimalZero":
        return f"{number:02d}"
    return str(number)


def roman(number: int) -> str:
    """A number in Roman numerals."""
    steps = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"))
    out = ""
    for size, letters in (*steps, (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        out += letters * (number // size)
        number %= size
    return out


def chinese(number: int) -> str:
    """A number below a hundred in Chinese numerals; larger ones digit by digit."""
    tens, ones = divmod(number, 10)
    if tens > 9:
        return "".join(DIGITS[int(digit)] for digit in str(number))
    if tens == 0:
        return DIGITS[ones] if ones else "零"
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")
