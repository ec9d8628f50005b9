"""Is what was printed what the gold says? By the characters of the PDF, their boxes, and the picture of its pages."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from eval.studies.producers.printed import Printed
from eval.studies.producers.raised import flat
from eval.synth.sheet import Table, slots
from schemas.values import fold


@dataclass(frozen=True, slots=True)
class Limits:
    """`pale`: mean of a colour from which on a character is a watermark (0 black, 1 white).
    `shared`: share of a character's width, and of its size, within which another one stands on it.
    `contrast`: difference of grey levels that is ink. `scale`: pixels per point of the picture.
    """

    pale: float = 0.8
    shared: float = 0.4
    contrast: int = 40
    scale: float = 1.5


LIMITS = Limits()

Char = dict[str, Any]
"""A character as pdfplumber gives it: its text, box, size, colour."""


def plain(text: str) -> str:
    """A text in one form of each character, without white space and separators of thousands."""
    folded = "".join(fold(flat(text)).split())
    return re.sub(r"(?<=\d),(?=\d{3})", "", folded)


class Inspection(NamedTuple):
    """What a print shows: why it cannot be judged by its gold, and characters of its file that no page shows."""

    problems: list[str]
    hidden: int


def inspect(path: Path, printed: Printed) -> Inspection:
    """Whether a printed document shows what its gold says.

    Characters off the page or under a clip are not seen (Calc writes a merged cell on each of its pages); all that the
    gold says must be seen somewhere, and nothing may stand on something else.
    """
    import pdfplumber

    for name in ("pdfminer", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with pdfplumber.open(path) as pdf:
        there = [[char for char in page.chars if char["upright"] and not _pale(char)] for page in pdf.pages]
    pages = seen(path, there)
    text = plain("".join(char["text"] for page in pages for char in page))
    found = [f"no text: {string[:40]}" for string in strings(printed.gold) if not stands(string, text, len(pages) + 2)]
    lost = Counter(plain("".join(printed_texts(printed)))) - Counter(text)
    found += [f"characters lost: {''.join(sorted(lost.elements()))[:40]}"] if lost else []
    found += [f"page {number}: {what}" for number, chars in enumerate(pages, 1) for what in overprinted(chars)]
    return Inspection(found, sum(map(len, there)) - sum(map(len, pages)))


def strings(gold: dict[str, Any]) -> Iterator[str]:
    """The texts of a gold file as they may be printed, without white space; alternatives are parted by `|`."""
    for form in gold["forms"]:
        yield from _leaves({name: value for name, value in form.items() if name != "form_type"})


def _leaves(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        inner = [found["text"]] if "text" in found else found.values()
        for value in inner:
            yield from _leaves(value)
    elif isinstance(found, list):
        for value in found:
            yield from _leaves(value)
    elif found is not None:
        yield _dated(str(found))


def _dated(text: str) -> str:
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    if match is None:
        return plain(text)
    year, month, day = match.groups()
    return f"{text}|{year}年{month}月{day}日|{year}/{month}/{day}"


def stands(string: str, text: str, pieces: int) -> bool:
    """Whether one of the alternatives stands in a text, in at most so many pieces: page breaks cut texts."""
    return any(_in_pieces(plain(one), text, pieces) for one in string.split("|"))


def _in_pieces(string: str, text: str, pieces: int) -> bool:
    for _ in range(pieces):
        if string in text:
            return True
        size = next((n for n in range(len(string) - 1, 0, -1) if string[:n] in text), 0)
        string = string[size:]
        if not size:
            return False
    return not string


def printed_texts(printed: Printed) -> Iterator[str]:
    """All texts of the forms, labels included."""
    for form in printed.forms:
        for block in form:
            if isinstance(block, Table):
                yield from (slot.cell.text for slot in slots(block))
            else:
                yield block.text


def _pale(char: Char) -> bool:
    colour = char["non_stroking_color"] or (0,)
    levels = colour if isinstance(colour, tuple | list) else (colour,)
    return len(levels) in (1, 3) and all(isinstance(x, int | float) for x in levels) and min(levels) > LIMITS.pale


def overprinted(chars: list[Char]) -> list[str]:
    """Characters that stand on others: the same line nearly, and much of the width shared."""
    buckets: dict[tuple[int, int], list[Char]] = defaultdict(list)
    hits = []
    for char in chars:
        if char["text"].isspace():
            continue
        x, y = int(char["x0"] // 20), int(char["bottom"] // 20)
        near = (other for i in (-1, 0, 1) for j in (-1, 0, 1) for other in buckets[x + i, y + j])
        hits += [other["text"] + char["text"] for other in near if _covers(other, char)]
        buckets[x, y].append(char)
    return [f"overprinted: {' '.join(hits)[:40]}"] if hits else []


def _covers(one: Char, two: Char) -> bool:
    if one["text"] == two["text"] and abs(one["x0"] - two["x0"]) < 1:
        return False
    if unicodedata.category(one["text"][0])[0] == "P" or unicodedata.category(two["text"][0])[0] == "P":
        return False  # full-width marks are set closer than their boxes
    wide = min(one["x1"], two["x1"]) - max(one["x0"], two["x0"])
    narrow = min(one["x1"] - one["x0"], two["x1"] - two["x0"])
    near = abs(one["bottom"] - two["bottom"]) < LIMITS.shared * min(one["size"], two["size"])
    return bool(near and wide > LIMITS.shared * narrow)


def seen(path: Path, pages: list[list[Char]]) -> list[list[Char]]:
    """The characters that the picture of their page shows, by page; white space is kept."""
    pypdfium2 = import_module("pypdfium2")
    with pypdfium2.PdfDocument(path) as pdf:
        pictures = (pdf[i].render(scale=LIMITS.scale, grayscale=True).to_numpy() for i in range(len(pages)))
        return [
            [char for char in chars if char["text"].isspace() or _inked(picture, char)]
            for picture, chars in zip(pictures, pages, strict=True)
        ]


def _inked(picture: Any, char: Char) -> bool:
    left, right = (max(0, int(char[side] * LIMITS.scale)) for side in ("x0", "x1"))
    top, bottom = (max(0, int(char[side] * LIMITS.scale)) for side in ("top", "bottom"))
    part = np.asarray(picture)[top : bottom + 1, left : right + 1]
    return bool(part.size) and int(part.max()) - int(part.min()) > LIMITS.contrast
