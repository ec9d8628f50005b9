"""Pieces of lines that stand in one column each: told from runs of spaces, or given with their boxes.

In text a column of characters is as wide as one character (as `pdftotext` counts) or as its display width (a wide
character takes two): of both measures, the one is used by which more pieces stand below each other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractor.document.geometry import union
from extractor.document.layout import Box, Line, Word
from extractor.tables.text_runs import Row, is_spread
from extractor.tables.words import Piece, passage

BOX_GAP = 0.75
"""A gap between words, in type sizes, that parts columns."""


class Segment(NamedTuple):
    """A piece of a line that stands in one column. `x` counts half-width columns, `y` lines; `start` is in the line."""

    text: str
    x0: float
    x1: float
    y: float
    line: int
    start: int
    words: tuple[Word, ...] = ()


_RUN = re.compile(r"\S(?:\S| (?=\S))*")


def segmented(lines: Sequence[Line]) -> list[list[Segment]]:
    """The segments of each line."""
    return min((_spaced(lines, measure) for measure in (display_width, len)), key=_disorder)


def display_width(text: str) -> int:
    """The width of a text in half-width columns."""
    return sum(2 if c > "\u2e7f" else 1 for c in text)


def _spaced(lines: Sequence[Line], measure: Callable[[str], int]) -> list[list[Segment]]:
    out: list[list[Segment]] = []
    for index, line in enumerate(lines):
        row: list[Segment] = []
        for match in _RUN.finditer(line.text):
            x0 = measure(line.text[: match.start()])
            x1 = x0 + measure(match[0])
            row.append(Segment(match[0], x0, x1, line.number, index, match.start()))
        out.append(row)
    return [[part for s in row for part in _parted(s, out, n, measure)] for n, row in enumerate(out)]


def _parted(segment: Segment, rows: Sequence[Sequence[Segment]], n: int, measure: Callable[[str], int]
            ) -> list[Segment]:  # fmt: skip
    """The segment, cut at single spaces that stand between two columns."""
    for match in re.finditer(" ", segment.text):
        at = match.start()
        left, right = segment.text[:at], segment.text[at + 1 :]
        x1, x0 = segment.x0 + measure(left), segment.x0 + measure(left) + 1
        near = [s for row in rows[max(0, n - 4) : n + 5] if row is not rows[n] for s in row]
        crossed = any(
            s.x0 <= x1 - 2 and s.x1 >= x0 + 2 and not _has_space(s, x1, measure)
            for s in near
            if abs(s.y - segment.y) <= 2
        )
        aligned = sum(s.x0 == x0 for s in near) > 1
        wide = is_cjk(left[-1]) and is_cjk(right[0]) and min(len(left), len(right)) > 1
        if not crossed and (aligned or wide):
            first = Segment(left, segment.x0, x1, segment.y, segment.line, segment.start)
            rest = Segment(right, x0, segment.x1, segment.y, segment.line, segment.start + at + 1)
            return [first, *_parted(rest, rows, n, measure)]
    return [segment]


def _has_space(segment: Segment, x: float, measure: Callable[[str], int]) -> bool:
    """Whether a segment has a space at a column."""
    return any(segment.x0 + measure(segment.text[: m.start()]) == x for m in re.finditer(" ", segment.text))


def is_cjk(char: str) -> bool:
    """Whether a character is an ideograph or full-width punctuation."""
    return char > "\u2e7f"


def _disorder(rows: Sequence[Sequence[Segment]]) -> float:
    """How badly segments of different lines stand below each other: those that share neither an edge nor a middle."""
    segments = [s for row in rows if len(row) > 1 for s in row]
    edges = Counter(s.x0 for s in segments)
    middles = Counter(s.x0 + s.x1 for s in segments)
    return sum(1.0 / max(edges[s.x0], middles[s.x0 + s.x1]) for s in segments)


def segments_of(rows: Sequence[Row]) -> list[list[Segment]]:
    """The segments of printed lines; `x` in half type sizes, `y` in lines of the usual distance."""
    size = median(run.box.bottom - run.box.top for row in rows for run in row)
    return [[_segment(own, n, size) for run in row for own in _apart(run.pieces, size)] for n, row in enumerate(rows)]


def _apart(pieces: Sequence[Piece], size: float) -> list[list[Piece]]:
    """Words, cut where columns part."""
    out = [list(pieces[:1])]
    for before, piece in pairwise(pieces):
        if piece.box.x0 - before.box.x1 > BOX_GAP * size and not is_spread(before, piece):
            out.append([])
        out[-1].append(piece)
    return out


def _segment(pieces: Sequence[Piece], index: int, size: float) -> Segment:
    text, words = passage([pieces])
    box = union(piece.box for piece in pieces) or Box(0, 0, 0, 0)
    y = (box.top + box.bottom) / 2 / (1.25 * size)
    return Segment(text, 2 * box.x0 / size, 2 * box.x1 / size, y, index, 0, words)
