"""Breaks text into lines as a page does: by width in ems, runs of Latin letters and digits kept whole."""

from __future__ import annotations

import re
from collections.abc import Callable

CLOSING = "，。；：、）)》”,;:.!?！？%"
OPENING = "（(《“"
_TOKEN = re.compile(r"[A-Za-z0-9.,%/\-]+| |.", re.DOTALL)


def ems(text: str) -> float:
    """The width of a text: 1 for a CJK character, a half for a Latin one."""
    return sum(0.5 if ord(char) < 0x2000 else 1.0 for char in text)


def wrap(text: str, width: float, measure: Callable[[str], float] = ems) -> list[str]:
    r"""The lines of a text (paragraphs split at `\n`) in a column of `width` ems; a closing mark may hang over."""
    width = max(width, 1.0)
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, width, measure)] if text else []


def _paragraph(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines, line = [], ""
    for token in _TOKEN.findall(text):
        if line and measure(line + token) > width + (0.5 if token in CLOSING else 0.0):
            held = _held(line, token)
            if held < len(line):
                lines.append(line[: len(line) - held].rstrip())
                line = line[len(line) - held :]
            line = line + token if line and held else token.lstrip()
        else:
            line += token
        while measure(line) > width + (0.5 if line[-1:] in CLOSING else 0.0) and len(line) > 1:
            cut = _fits(line, width, measure)
            lines.append(line[:cut])
            line = line[cut:]
    return [kept for kept in (*lines, line.rstrip()) if kept]


def _held(line: str, token: str) -> int:
    """How many last characters go to the next line: one before a closing mark, an opening mark itself."""
    return 1 if len(line) > 1 and (token in CLOSING or line[-1] in OPENING) else 0


def _fits(line: str, width: float, measure: Callable[[str], float]) -> int:
    """How many characters of a line fit the width; at least one."""
    used = 0.0
    for i, char in enumerate(line):
        used += measure(char)
        if used > width:
            return max(i, 1)
    return len(line)
