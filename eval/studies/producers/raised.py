"""Raised characters in a cell's text: between two marks of the private use area, so that texts stay plain."""

from __future__ import annotations

from typing import NamedTuple

UP = "\ue000"
DOWN = "\ue001"
CIRCLED = {"1": "①"}


class Run(NamedTuple):
    """A piece of text that is raised or not."""

    text: str
    raised: bool


def raise_(text: str) -> str:
    """The text as raised characters."""
    return f"{UP}{text}{DOWN}"


def runs(text: str) -> list[Run]:
    """The pieces of a text in reading order, none of them empty."""
    out = []
    for i, piece in enumerate(text.split(UP)):
        up, down, after = piece.partition(DOWN) if i else ("", "", piece)
        out += [Run(up, True), Run(after, False)] if down else [Run(piece, False)]
    return [run for run in out if run.text]


def circled(text: str) -> str:
    """The text for programs that raise nothing: a raised digit is circled, other raised characters are as they are."""
    return "".join(CIRCLED.get(run.text, run.text) if run.raised else run.text for run in runs(text))


def flat(text: str) -> str:
    """The text without the marks."""
    return text.replace(UP, "").replace(DOWN, "")
