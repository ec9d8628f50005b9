"""The mistakes that OCR makes with the lines of a page: characters misread or lost, lines lost or joined, boxes merged.

Each takes the lines of a text, tabs between the boxes of one line, and alters one place of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

OcrMistake = Callable[[list[str], Random], bool]
"""Alters lines; False where they hold nothing that could be mistaken so."""

LOOK_ALIKE = {"3": "8", "8": "3", "1": "7", "7": "1", "0": "6", "6": "0", "5": "6", "2": "7", "4": "9", "9": "4"}
ALIKE = ("日曰", "未末", "己已", "土士", "人入", "大太", "元兀", "微徵", "0O", "1l", "5S", "8B", "工エ", "口囗")


def _one_place(lines: list[str], rng: Random, pattern: str, other: Callable[[str], str]) -> bool:
    """Replaces one match of a pattern, anywhere."""
    found = [(n, m.start(), m.end()) for n, line in enumerate(lines) for m in re.finditer(pattern, line)]
    if not found:
        return False
    n, start, end = rng.choice(found)
    lines[n] = lines[n][:start] + other(lines[n][start:end]) + lines[n][end:]
    return True


def similar_character(lines: list[str], rng: Random) -> bool:
    """A character is read as one that looks like it."""
    alike = {pair[n]: pair[1 - n] for pair in ALIKE for n in (0, 1)}
    return _one_place(lines, rng, f"[{''.join(alike)}]", lambda c: alike[c])


def digit_misread(lines: list[str], rng: Random) -> bool:
    """A digit is read as one that looks like it."""
    return _one_place(lines, rng, f"[{''.join(LOOK_ALIKE)}]", lambda c: LOOK_ALIKE[c])


def point_lost(lines: list[str], rng: Random) -> bool:
    """The decimal point of a number is not read."""
    return _one_place(lines, rng, r"(?<=\d)\.(?=\d)", lambda c: "")


def sign_lost(lines: list[str], rng: Random) -> bool:
    """A sign of comparison, a minus or a percent sign is not read."""
    return _one_place(lines, rng, r"[≥≤><＞＜%％]|(?<=[\t ])-(?=\d)", lambda c: "")


def character_lost(lines: list[str], rng: Random) -> bool:
    """A character inside of a word is not read."""
    return _one_place(lines, rng, r"(?<=[一-鿿])[一-鿿](?=[一-鿿])", lambda c: "")


def digit_lost(lines: list[str], rng: Random) -> bool:
    """A digit of a number is not read."""
    return _one_place(lines, rng, r"(?<=\d)\d", lambda c: "")


def _any_line(lines: Sequence[str], rng: Random, last: int = 0) -> int | None:
    """Any line that holds text and has so many lines behind it."""
    able = [n for n, line in enumerate(lines[: len(lines) - last]) if line.strip()]
    return rng.choice(able) if able else None


def line_lost(lines: list[str], rng: Random) -> bool:
    """A line is not read."""
    n = _any_line(lines, rng)
    if n is None:
        return False
    del lines[n]
    return True


def line_read_twice(lines: list[str], rng: Random) -> bool:
    """A line is read twice."""
    n = _any_line(lines, rng)
    if n is None:
        return False
    lines.insert(n, lines[n])
    return True


def lines_exchanged(lines: list[str], rng: Random) -> bool:
    """Two lines are read in the wrong order."""
    n = _any_line(lines, rng, 1)
    if n is None or lines[n] == lines[n + 1]:
        return False
    lines[n], lines[n + 1] = lines[n + 1], lines[n]
    return True


def lines_joined(lines: list[str], rng: Random) -> bool:
    """Two lines are read as one, as boxes beside each other."""
    n = _any_line(lines, rng, 1)
    if n is None or not lines[n + 1].strip():
        return False
    lines[n : n + 2] = [f"{lines[n]}\t{lines[n + 1]}"]
    return True


def boxes_merged(lines: list[str], rng: Random) -> bool:
    """Two boxes of a line are read as one."""
    return _one_place(lines, rng, r"(?<=[^\t])\t+(?=[^\t])", lambda c: "")


def box_split(lines: list[str], rng: Random) -> bool:
    """A box is read as two."""
    return _one_place(lines, rng, r"(?<=[^\t\s])(?=[^\t\s])", lambda c: "\t")


def _boxes(lines: Sequence[str], last: int = 0) -> list[tuple[int, int]]:
    return [(n, k) for n, line in enumerate(lines[: len(lines) - last]) for k, b in enumerate(line.split("\t")) if b]


def box_lost(lines: list[str], rng: Random) -> bool:
    """A box is not read, and no place is kept for it."""
    able = [(n, k) for n, k in _boxes(lines) if "\t" in lines[n]]
    if not able:
        return False
    n, k = rng.choice(able)
    own = lines[n].split("\t")
    lines[n] = "\t".join(own[:k] + own[k + 1 :])
    return True


def box_in_next_line(lines: list[str], rng: Random) -> bool:
    """A box is read at the end of the line below its own."""
    able = [(n, k) for n, k in _boxes(lines, 1) if "\t" in lines[n]]
    if not able:
        return False
    n, k = rng.choice(able)
    own = lines[n].split("\t")
    lines[n + 1] = f"{lines[n + 1]}\t{own[k]}"
    lines[n] = "\t".join(own[:k] + own[k + 1 :])
    return True


def boxes_exchanged(lines: list[str], rng: Random) -> bool:
    """Two boxes of a line are read in the wrong order."""
    able = [(n, k) for n, k in _boxes(lines) if k + 1 < len(lines[n].split("\t"))]
    if not able:
        return False
    n, k = rng.choice(able)
    own = lines[n].split("\t")
    changed = own[k] != own[k + 1]
    own[k], own[k + 1] = own[k + 1], own[k]
    lines[n] = "\t".join(own)
    return changed


MISREAD: dict[str, OcrMistake] = {
    mistake.__name__: mistake
    for mistake in (similar_character, digit_misread, point_lost, sign_lost, character_lost, digit_lost)
}
"""Mistakes with one character: a model copies it as it stands, so that a recorded answer can be altered alike."""
OCR_KINDS: dict[str, OcrMistake] = {
    **MISREAD,
    **{
        mistake.__name__: mistake
        for mistake in (
            line_lost, line_read_twice, lines_exchanged, lines_joined, boxes_merged, box_split, box_lost,
            box_in_next_line, boxes_exchanged,
        )
    },
}  # fmt: skip
"""All kinds by name."""
