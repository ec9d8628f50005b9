"""Numbers in English words, and figures in brackets behind them, as contracts print them: `twelve (12) months`."""

from __future__ import annotations

import re

_UNIT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: n for n, word in enumerate(_UNIT_WORDS.split())} | {
    word: 10 * n for n, word in enumerate(_TEN_WORDS.split(), 2)
}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_IN_BRACKETS = re.compile(r"(?P<words>[A-Za-z][A-Za-z -]*?)\s*\(\s*(?P<digits>\d[\d,]*)\s*\)(?P<rest>.*)", re.DOTALL)


def number_of(text: str) -> int | None:
    """The whole number that English words say (`one hundred and five`), None where they say none."""
    words = [word for word in re.split(r"[\s-]+", text.strip().casefold()) if word != "and"]
    total = part = 0
    for word in words:
        if word in _SMALL and (part % 100 == 0 or (part % 10 == 0 and _SMALL[word] < 10)):
            part += _SMALL[word]
        elif word == "hundred" and part:
            part *= 100
        elif word in _LARGE and part:
            total, part = total + part * _LARGE[word], 0
        else:
            return None
    return total + part if words else None


def without_words(text: str) -> str:
    """A number's figures without the words before them that say the same; any other text as it is."""
    found = _IN_BRACKETS.fullmatch(text.strip())
    if found is None or number_of(found["words"]) != int(found["digits"].replace(",", "")):
        return text
    return f"{found['digits']}{found['rest']}"
