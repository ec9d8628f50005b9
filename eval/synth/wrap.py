"""Breaks text into lines as a page does: by width in ems, runs of Latin letters and digits kept whole."""

from __future__ import annotations

import re

CLOSING = "，。；：、）)》”,;:.!?！？%"
OPENING = "（(《“"
_TOKEN = re.compile(r"[A-Za-z0-9.,%/\-]+| |.", re.DOTALL)


def ems(text: str) -> float:
    """The width of a text: 1 for a CJK character, a half for a Latin one."""
    return sum(0.5 if ord(char) < 0x2000 else 1.0 for char in text)


def wrap(text: str, width: float) -> list[str]:
    """The lines of a text (paragraphs split at `\\n`) in a column of `width` ems; at least two ems are used."""
    width = max(width, 2.0)
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, width)] if text else []


def _paragraph(text: str, width: float) -> list[str]:
    lines, line = [], ""
    for token in _TOKEN.findall(text):
        if line and ems(line + token) > width and token not in CLOSING:
            held = line[-1:] if line[-1:] in OPENING and len(line) > 1 else ""
            lines.append(line[: len(line) - len(held)].rstrip())
            line = held + token.lstrip()
        elif token in CLOSING and ems(line + token) > width + 1:
            lines.append(line[:-1].rstrip())
            line = line[-1:] + token
        else:
            line += token
        while ems(line) > width + 1 and len(line) > 1:
            cut = _fits(line, width)
            lines.append(line[:cut])
            line = line[cut:]
    return [kept for kept in (*lines, line.rstrip()) if kept]


def _fits(line: str, width: float) -> int:
    """How many characters of a line fit the width; at least one."""
    used = 0.0
    for i, char in enumerate(line):
        used += ems(char)
        if used > width:
            return max(i, 1)
    return len(line)
