"""Marks of footnotes behind printed labels, as in `年度资金总额：¹` or `Total [1]`."""

from __future__ import annotations

import re

_MARK = re.compile(
    r"(?<=\S)\s*(?:[⁰¹²³⁴-⁹]{1,2}⁾?|[①-⑳]|[\[［【]\d{1,2}[\]］】]|[*＊]{1,3}|[†‡§※]|[(（]?注\s*[\d①-⑳¹²³⁴-⁹][)）]?)\s*$"
)
_ENDS = frozenset("⁾]］】*＊†‡§※)）")
"""What a mark ends with where it does not end with a number."""


def without_mark(text: str) -> str:
    """A label without the mark of a footnote behind it."""
    last = text.rstrip()[-1:]
    return _MARK.sub("", text) if last.isnumeric() or last in _ENDS else text


_NOTE = re.compile(r"(?:备?注|附注|说明)\d?[:：]|notes?\d?:", re.I)


def is_note(folded: str) -> bool:
    """Whether a folded text begins as a note below a table does."""
    return _NOTE.match(folded) is not None
