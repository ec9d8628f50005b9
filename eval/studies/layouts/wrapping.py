"""Text cut into lines as printers cut it: anywhere between Chinese characters, never inside of a number."""

from __future__ import annotations

import re
from random import Random

from eval.reports.figure_tables import width_of

_TOKEN = re.compile(r"[A-Za-z0-9.,%≥≤=<>+-]+|.", re.DOTALL)


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, each at most `width` characters of double width unless one number is longer."""
    out = []
    for paragraph in text.split("\n"):
        line = ""
        for token in _TOKEN.findall(paragraph):
            if line and width_of(line + token) > 2 * width:
                out.append(line.rstrip())
                line = ""
            line += token
        out.append(line.rstrip())
    return [line for line in out if line.strip()]


def longest(text: str) -> int:
    """The display width of the longest piece that is never cut."""
    return max((width_of(token) for token in _TOKEN.findall(text)), default=0)


def stack(rng: Random, text: str) -> list[str]:
    """A label cut into pieces of one or two characters."""
    size = rng.choice((1, 2, 2))
    return [text[k : k + size] for k in range(0, len(text), size)]
