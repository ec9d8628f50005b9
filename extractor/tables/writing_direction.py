"""Right-to-left text in logical order: lines are read from left to right, and turned where their letters run back.

The rules are those of the Unicode bidirectional algorithm (UAX #9) the other way round, as far as one printed line
needs them: numbers and Latin words keep their order, brackets are mirrored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LEFT_TO_RIGHT = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]")
# Arabic digits run from left to right, too.
KEPT = re.compile("[0-9\u0660-\u0669\u06f0-\u06f9A-Za-z\u00c0-\u052f](?:[-.,:/%+A-Za-z\u00c0-\u052f]*"
                  "[0-9\u0660-\u0669\u06f0-\u06f9A-Za-z\u00c0-\u052f%])*")  # fmt: skip
MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")

Item = TypeVar("Item")


def is_right_to_left(text: str) -> bool:
    """Whether a text has letters that are written from right to left."""
    return RIGHT_TO_LEFT.search(text) is not None


def logical_word(text: str) -> str:
    """A word that was read from left to right in the order in which it is written."""
    if not is_right_to_left(text):
        return text
    out: list[str] = []
    end = len(text)
    for kept in reversed(list(KEPT.finditer(text))):
        out += [text[kept.end() : end][::-1].translate(MIRRORED), kept[0]]
        end = kept.start()
    return "".join([*out, text[:end][::-1].translate(MIRRORED)])


def logical_order(words: Sequence[Item], text_of: Callable[[Item], str]) -> list[Item]:
    """The words of a printed line, given from left to right, in the order in which they are written."""
    back = [is_right_to_left(text_of(word)) for word in words]
    letters = "".join(text_of(word) for word in words)
    if len(RIGHT_TO_LEFT.findall(letters)) >= len(LEFT_TO_RIGHT.findall(letters)):
        forth = [LEFT_TO_RIGHT.search(text_of(word)) is not None and not b for word, b in zip(words, back, strict=True)]
        return _turned(list(words), forth)[::-1]
    return _turned(list(words), back)


def _turned(words: list[Item], marked: Sequence[bool]) -> list[Item]:
    """Words with each stretch of marked ones turned round."""
    out: list[Item] = []
    start = 0
    while start < len(words):
        end = start + 1
        if marked[start]:
            while end < len(words) and marked[end]:
                end += 1
        out += words[start:end][::-1]
        start = end
    return out
