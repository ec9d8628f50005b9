"""What forms print around a label: the number of a section before it, a note in brackets behind it.

All texts are folded. A note that names a period, a unit or a number is none: it tells one label from another.
"""

from __future__ import annotations

import re
from collections.abc import Container

_NUMBER = r"(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|\d{1,2}[、.](?!\d)|\(\d{1,2}\))"
_SECTION = re.compile(rf"{_NUMBER}(?=.)")
_SECTION_ALONE = re.compile(_NUMBER)
_UNMARKED = re.compile(r"[一二三四五六七八九十]{1,3}(?=.)")
_NOTE = re.compile(r"(?<=.)\([^()\d年月期元%‰]{1,16}\)$")
_OPEN_NOTE = re.compile(r"(?<=.)\([^()\d年月期元%‰]{0,16}$")


def is_number(text: str) -> bool:
    """Whether a text is the number of a section, and nothing else."""
    return _SECTION_ALONE.fullmatch(text) is not None


def without_number(text: str) -> str:
    """A label without the number of a section before it: `一、`, `(二)`, `3.`."""
    return _SECTION.sub("", text, count=1) if _SECTION.match(text) else text


def without_note(text: str) -> str:
    """A label without the note in brackets behind it: `(必填)`."""
    return _NOTE.sub("", text)


def numberless(text: str, known: Container[str]) -> str:
    """A label without note and number, be it one that has lost its mark: `一部门预算` for `一、部门预算`."""
    bare = without_number(without_note(text))
    return bare if bare in known else _UNMARKED.sub("", bare, count=1)


def undecorated(text: str, known: Container[str]) -> str:
    """The text as it is known: as it stands, else without number, note, or both; as it stands if it is not known."""
    bare = without_number(text)
    return next((own for own in (text, bare, without_note(text), without_note(bare)) if own in known), text)


def may_be_decorated(text: str, known: Container[str]) -> bool:
    """Whether a label may go on in what follows: the text is a number alone, or a label with a bracket still open."""
    if is_number(text):
        return True
    match = _OPEN_NOTE.search(text)
    return match is not None and undecorated(text[: match.start()], known) in known
