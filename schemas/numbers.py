"""Printed numbers: every decimal that a text can be, whatever its separators, signs, currencies and units.

A multiplier (`5万元`, `3 million`, `2K`) is part of a number that is not printed in digits: such a text is refused.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from schemas.conventions import Convention
from schemas.number_words import without_words

_MINUS = str.maketrans("−–﹣－٫٬’´`", "----.,'''")
CURRENCY = (
    r"(?:[\$€£¥￥₹₩₽₺₪₫₱₴฿¢]|(?:US|CA|AU|NZ|HK|SG|NT|C|A|R)\$|"
    r"(?i:USD|EUR|GBP|CNY|RMB|JPY|CHF|CAD|AUD|NZD|HKD|SGD|TWD|INR|KRW|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ILS|"
    r"ZAR|BRL|MXN|ARS|CLP|COP|PEN|THB|MYR|IDR|PHP|VND|AED|SAR|QAR|KWD|EGP|NGN|KES|Kč|zł|kr|Fr|Rs|Rp|лв|руб|Ft|lei)\.?)"
)
UNIT = (
    r"[^\W\d_]{1,12}\.?(?:/[^\W\d_]{1,12})?|(?:[kcdm]?m|ft|in|yd)[23]|[%‰°′″]C?F?|pct\.?|per ?cent|"
    r"[μµ]?[^\W\d_]{1,4}/[^\W\d_]{1,4}"
)
_DIGITS = r"\d[\d.,' ]*|[.,]\d+"
_PRINTED = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])?\s*(?:{CURRENCY}\s*)?(?P<late>[-+])?\s*(?P<digits>{_DIGITS})"
    rf"\s*(?P<behind>[-+])?\s*(?:{CURRENCY}|(?P<unit>{UNIT}))?\s*(?P<close>\))?(?P<percent>\s*[%‰])?"
)
_MULTIPLIER_WORDS = (
    "k m bn b t tn mio mrd mia mln mill thousand thousands hundred hundreds million millions billion billions trillion "
    "lakh lakhs lac crore crores tausend millionen milliarden mille milliers milliards dozen doz duizend miljoen "
    "miljard mil millones milioni mila th st nd rd"
)
MULTIPLIERS = frozenset(_MULTIPLIER_WORDS.split())
_DEBIT = ("dr", "debit", "od", "debet", "soll", "af")
_DEBIT_LETTERS = ("D", "S")
"""As statements print them: in small letters these are units."""
_SIGNS = "d c s h k t cr db credit debet kredit haben soll af bij b a avoir doit debe haber minus"
SIGN_MARKS = frozenset((*_DEBIT, *_SIGNS.split()))
"""Words beside a number that may be its sign, in the statements of several countries."""
_EAST_ASIAN_MULTIPLIER = re.compile("[百千万萬亿億兆만억]")


_SCRIPTS = re.compile("[⁰¹²³⁴-⁾₀-₎①-⑳❶-❿]+")
"""Superscripts, subscripts, numbers in circles: compatibility normalisation would make digits of the line of them."""
_NOTE_MARK = re.compile(r"^[⁰¹²³⁴-⁹①-⑳❶-❿]+[⁾]?\s*(?=\S)|(?<=[\d)%])\s*[⁰¹²³⁴-⁹①-⑳❶-❿]+[⁾]?$")


class NotANumber(ValueError):
    """A text that is no printed number."""


@lru_cache(maxsize=4096)
def readings(text: str, convention: Convention) -> tuple[str, ...]:
    """Every decimal (`-1234.50`, digits as printed) that a text can be under a convention, the likeliest first.

    Raises `NotANumber` for a text that is none.
    """
    plain = " ".join(unicodedata.normalize("NFKC", _without_scripts(text)).translate(_MINUS).split())
    match = _PRINTED.fullmatch(without_words(_ascii_digits(plain)))
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise NotANumber(f"not a number: {text!r}")
    unit = (match["unit"] or "").rstrip(".").casefold()
    signs = [s for s in (match["sign"], match["late"], match["behind"]) if s]
    if unit in MULTIPLIERS or _EAST_ASIAN_MULTIPLIER.search(unit) or len(signs) > 1 or (signs and match["open"]):
        raise NotANumber(f"not a number: {text!r}")
    digits = _digit_readings(match["digits"].strip(), convention)
    if not digits:
        raise NotANumber(f"not a number: {text!r}")
    if unit in _DEBIT or match["unit"] in _DEBIT_LETTERS:
        return tuple(sign + d for d in digits for sign in ("-", ""))
    negative = "-" in signs or bool(match["open"])
    return tuple(("-" if negative else "") + d for d in digits)


def folded(text: str) -> str:
    """The text in compatibility form, marks and powers as they are: `10⁴` is not `104`."""
    if _SCRIPTS.search(text) is None:
        return unicodedata.normalize("NFKC", text)
    out, end = [], 0
    for script in _SCRIPTS.finditer(text):
        out += [unicodedata.normalize("NFKC", text[end : script.start()]), script[0]]
        end = script.end()
    return "".join([*out, unicodedata.normalize("NFKC", text[end:])])


def _without_scripts(text: str) -> str:
    """A printed number without its note mark. Raises `NotANumber` where a power is printed: `10⁴` is none in digits."""
    if _SCRIPTS.search(text) is None:
        return text
    power = re.search(r"(?<![\d.,])10[⁺⁻]?[⁰¹²³⁴-⁹]", text)
    bare = text if power else _NOTE_MARK.sub("", text.strip())
    if _SCRIPTS.search(re.sub(r"(?<=m)[²³]", "", bare)):
        raise NotANumber(f"not a number in digits: {text!r}")
    return bare


def _ascii_digits(text: str) -> str:
    return text if text.isascii() else "".join(str(unicodedata.digit(c, c)) for c in text)


_GROUPED = {
    ",": re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.(\d+))?"),
    ".": re.compile(r"(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?"),
    " ": re.compile(r"(\d{1,3}(?: \d{3})+)(?:[.,](\d+))?"),
    "'": re.compile(r"(\d{1,3}(?:'\d{3})+)(?:[.,](\d+))?"),
}
_PLAIN = re.compile(r"(\d*)(?:([.,])(\d+))?")


def _digit_readings(digits: str, convention: Convention) -> tuple[str, ...]:
    """What digits with separators can be: separators of thousands dropped, decimals behind a point."""
    found: list[str] = []
    plain = _PLAIN.fullmatch(digits)
    if plain is not None and digits:
        if not plain[2]:
            return (plain[1],)
        decimal = f"{plain[1] or '0'}.{plain[3]}"
        grouped = _GROUPED[plain[2]].fullmatch(digits)
        if grouped is None or plain[1].startswith("0") or not plain[1]:
            foreign = convention.certain and convention.decimal != plain[2]
            return () if foreign else (decimal,)
        whole = plain[1] + plain[3]
        return _decided(plain[2], decimal, whole, convention)
    for mark, pattern in _GROUPED.items():
        match = pattern.fullmatch(digits)
        if match is not None and not match[1].startswith("0"):
            found.append(match[1].replace(mark, "") + (f".{match[2]}" if match[2] else ""))
    return tuple(dict.fromkeys(found))


def _decided(mark: str, decimal: str, whole: str, convention: Convention) -> tuple[str, ...]:
    """`1.250` or `1,250`: decimals, or thousands?"""
    if convention.decimal == mark:
        # Only the language says so: three decimals are rarer than a foreigner's thousands.
        return (decimal,) if convention.certain else (decimal, whole)
    if convention.decimal:
        return (whole,)
    return (decimal, whole) if mark == "." else (whole, decimal)
