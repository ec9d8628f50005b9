"""How a document writes numbers and dates: which mark begins the decimals, whether the day stands before the month.

A document tells it by what it prints: numbers and dates that can be read in one way only, currencies, postal codes,
its language. Where that contradicts itself or says nothing, a locale decides; else nothing is decided.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError

Mark = Literal["", ".", ","]


@dataclass(frozen=True, slots=True)
class Convention:
    """How numbers and dates are written.

    `decimal`    the mark before the decimals, "" if nobody knows
    `certain`    that the mark is printed in other numbers, or named; else only the language speaks for it
    `day_first`  whether `03/05/2024` is the third of May, None if nobody knows
    `latest`     the last year that is printed in four digits, 0 for none: two-digit years are read by it
    """

    decimal: Mark = ""
    certain: bool = False
    day_first: bool | None = None
    latest: int = 0


POINT = Convention(".", certain=True)
"""A decimal point, as Chinese and English write numbers; of dates nothing is known."""
UNKNOWN = Convention()
LONGEST = 400_000
"""Characters of a document that are looked at: a longer one has told by then how it writes."""

_NUMBER = re.compile(r"(?<![\w.,/:-])(?:[$€£¥]\s?)?(\d[\d.,]*\d)(?![\w./:]|-\d)")
_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_YEAR = re.compile(r"(?<![\d.,])(19[4-9]\d|20[0-5]\d)(?![\d,]|\.\d)")
_US_ADDRESS = re.compile(
    r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|"
    r"W[AIVY]),? \d{5}(?:-\d{4})?\b"
)
_UK_ADDRESS = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
_WORD = re.compile(r"(?<![^\W\d_])[A-Za-zÀ-ÖØ-öø-ɏ]{2,}(?![^\W\d_])")
_SMALL_WORDS: dict[str, str] = {
    "en": "the of and to for with this by on from your please you are is at our date number amount",
    "de": "der die das und für mit von bei ihre bitte auf ist den zum datum betrag rechnung nummer",
    "nl": "de het een en van voor met uw bij op datum bedrag factuur nummer totaal aan wij btw",
    "fr": "le la les et pour avec du des votre à est sur montant facture numéro vous par aux",
    "es": "el los las y para con del su por fecha importe factura número una cliente pago",
    "it": "il lo gli di per con del della e importo fattura numero data una cliente dal",
    "pt": "o os as e para com do da dos valor fatura número data uma cliente ao não",
    "pl": "i na dla z do faktura numer data kwota oraz razem nie od jest",
    "sv": "och för med av till den det faktura datum belopp summa är på att",
    "da": "og for med af til den det faktura dato beløb er på at moms",
}
"""Words that tell a language: a text is of the one that has by far the most of them."""
_WORDS_OF = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_ENOUGH = 3
"""So many different words of one language, and twice as many as of any other, tell that a text is written in it."""


def told_by(texts: Iterable[str], locale: str = "") -> Convention:
    """What a document's texts tell; what they leave open is what `locale` (`nl`, `en_GB`) says."""
    whole = "\n".join(_up_to(texts, LONGEST))
    found = Convention(*_decimal(whole), _day_first(whole), max((int(y) for y in _YEAR.findall(whole)), default=0))
    if not locale:
        return found
    named = of_locale(locale)
    if not found.certain:
        found = replace(found, decimal=named.decimal, certain=True)
    return found if found.day_first is not None else replace(found, day_first=named.day_first)


@lru_cache(maxsize=64)
def of_locale(name: str) -> Convention:
    """The convention of a locale. Raises `ValueError` for one that is not known."""
    try:
        locale = Locale.parse(name, sep="-" if "-" in name else "_")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"no locale {name!r} is known; name one like en_US, en_GB, de, nl or zh") from error
    mark = locale.number_symbols["latn"]["decimal"]
    pattern = str(locale.date_formats["short"].pattern)
    order = pattern.index("d") < pattern.index("M")
    return Convention("," if mark == "," else ".", certain=True, day_first=order)


def _up_to(texts: Iterable[str], most: int) -> Iterable[str]:
    for text in texts:
        if most <= 0:
            return
        most -= len(text)
        yield text


def _decimal(text: str) -> tuple[Mark, bool]:
    """The decimal mark, and whether printed numbers show it."""
    votes = Counter(mark for match in _NUMBER.finditer(text) if (mark := _mark_of(match[1])))
    if len(votes) == 1:
        return (".", True) if votes["."] else (",", True)
    if votes:
        return "", False
    if _is_east_asian(text) or "£" in text:
        return ".", True
    language = language_of(text)
    if language in ("de", "nl", "fr", "it", "pt", "pl", "sv", "da"):
        return ("", False) if "CHF" in text else (",", False)
    return (".", False) if language == "en" and "€" not in text and "EUR" not in text else ("", False)


def _mark_of(number: str) -> Mark:
    """The decimal mark of a number that can be read in one way only; "" for any other."""
    point, comma = number.count("."), number.count(",")
    if point and comma:
        last: Mark = "." if number.rfind(".") > number.rfind(",") else ","
        return last if number.count(last) == 1 else ""
    mark: Mark = "." if point else "," if comma else ""
    if not mark:
        return ""
    parts = number.split(mark)
    if len(parts) > 2:
        grouped = all(len(part) == 3 for part in parts[1:]) and 1 <= len(parts[0]) <= 3
        return ("," if mark == "." else ".") if grouped else ""
    return mark if len(parts[1]) == 2 else ""


def _day_first(text: str) -> bool | None:
    orders = {int(m[1]) > 12 for m in _SLASHED.finditer(text) if (int(m[1]) > 12) != (int(m[3]) > 12)}
    if orders:
        return orders.pop() if len(orders) == 1 else None
    american, british = bool(_US_ADDRESS.search(text)), bool(_UK_ADDRESS.search(text) or "£" in text)
    if american or british:
        return None if american and british else british
    language = language_of(text)
    return True if language not in ("", "en") else None


def _is_east_asian(text: str) -> bool:
    """Whether half of the letters are Chinese, Japanese or Korean."""
    letters = [char for char in text[:20_000] if char.isalpha()]
    wide = sum(1 for char in letters if "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af")
    return bool(letters) and 2 * wide >= len(letters)


def language_of(text: str) -> str:
    """The language of a text by its small words, "" where they do not tell."""
    words = {word.casefold() for word in _WORD.findall(unicodedata.normalize("NFKC", text))}
    counts = Counter({language: len(words & own) for language, own in _WORDS_OF.items()})
    (best, most), (_, second) = counts.most_common(2)
    return best if most >= _ENOUGH and most >= 2 * second else ""
