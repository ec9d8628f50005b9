"""Damage to text documents, from a seed: what a bench reads beside the documents as they are.

Scans are damaged by levels when they are made (`synth` in a bench); this is for text, whatever it came from. Gold stays
what the undamaged document says: values that the damage has changed are errors of the reading as a whole.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from extractor.errors import CallError
from extractor.readers.encoding import decode

ALIKE = {
    "0": "O",
    "1": "l",
    "5": "S",
    "8": "B",
    "日": "曰",
    "未": "末",
    "己": "已",
    "元": "兀",
    "人": "入",
    "≥": ">",
    ",": "，",
}
"""Characters and what an OCR engine takes them for."""


def misread(text: str, chance: random.Random) -> str:
    """One character in two hundred of those that look like another is read as the other."""
    return "".join(ALIKE[c] if c in ALIKE and chance.random() < 0.005 else c for c in text)


def lost_tabs(text: str, chance: random.Random) -> str:
    """One column border in fifty is lost."""
    return re.sub(r"\t", lambda tab: "" if chance.random() < 0.02 else tab[0], text)


def page_breaks(text: str, chance: random.Random) -> str:
    """A page number and a form feed between lines, once in forty lines."""
    out: list[str] = []
    page = 1
    for line in text.splitlines(keepends=True):
        out.append(line)
        if line.endswith("\n") and chance.random() < 0.025:
            out.append(f"- {page} -\n\f")
            page += 1
    return "".join(out)


def stray_spaces(text: str, chance: random.Random) -> str:
    """A space stands between one pair of Chinese characters in fifty."""
    return re.sub(r"(?<=[一-鿿])(?=[一-鿿])", lambda _: " " if chance.random() < 0.02 else "", text)


DAMAGES: dict[str, Callable[[str, random.Random], str]] = {
    "none": lambda text, chance: text,
    "misread": misread,
    "lost-tabs": lost_tabs,
    "page-breaks": page_breaks,
    "stray-spaces": stray_spaces,
}


def damaged(content: bytes, name: str, seed: int) -> bytes:
    """A text document with this damage, as UTF-8; `CallError`: an unknown damage, `DocumentError`: no text."""
    if name not in DAMAGES:
        raise CallError(f"no damage named {name!r}; there are: {', '.join(DAMAGES)}")
    if name == "none":
        return content
    return DAMAGES[name](decode(content).text, random.Random(f"{name} {seed}")).encode()  # noqa: S311 - no secret, a seed
