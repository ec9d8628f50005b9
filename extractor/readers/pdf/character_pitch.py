"""Characters that a program wrote one by one at one pitch: their boxes reach to the next, so no gap parts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token

LEAST = 8  # pairs of characters; fewer do not show a pitch


def with_pitch(tokens: list[Token], sizes: Mapping[int, float], runs: Counter[int]) -> list[Token]:
    """The characters of a page, those written one by one at the page's pitch as wide as the pitch.

    `runs` counts the characters of each text object, `sizes` has its type size in points.
    """
    if len(runs) < LEAST or len(runs) * 2 < len(tokens):
        return tokens
    steps = [_step(one, other, runs, sizes) for one, other in pairwise(tokens)]
    known = [step for step in steps if step is not None]
    pitch = _usual(known)
    if pitch is None:
        return tokens
    out = list(tokens)
    for n, step in enumerate(steps):
        if step is not None and abs(step - pitch) < LIMITS.pitch and tokens[n + 1].x0 > tokens[n].x1:
            out[n] = tokens[n]._replace(x1=tokens[n + 1].x0)
    return out


def _step(one: Token, other: Token, runs: Counter[int], sizes: Mapping[int, float]) -> float | None:
    """How far a character that is written by itself is from the one before, in type sizes."""
    alone = runs[one.run] == 1 and runs[other.run] == 1 and one.baseline is not None
    if not alone or one.baseline != other.baseline or one.text.isspace() or other.text.isspace():
        return None
    size = sizes.get(one.run, 0.0)
    step = (other.x0 - one.x0) / size if size > 0 else 0.0
    return step if 0 < step < 2 else None


def _usual(steps: Sequence[float]) -> float | None:
    """The step of most characters, if there is one."""
    if len(steps) < LEAST:
        return None
    votes = Counter(round(step / LIMITS.pitch) for step in steps)
    best, count = votes.most_common(1)[0]
    return best * LIMITS.pitch if count * 2 > len(steps) else None
