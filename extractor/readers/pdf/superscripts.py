"""Superscripts and subscripts: digits and signs set smaller and higher or lower than the character before them.

They are given as the Unicode characters that look so, `10⁴` and not `104`; a note mark behind a number is a word of
its own, `1,250 ¹`, because nothing but its meaning tells it from a power.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token

RAISED = dict(zip("0123456789+-−=()ni*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ*", strict=True))
LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
NOTE_SIGNS = frozenset("[]［］【】†‡§¶※①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
"""Signs of note marks that have no raised form: they stay as they are, in the line of the character before."""


def marked(tokens: list[Token], sizes: Mapping[int, float], lengths: Mapping[int, int]) -> list[Token]:
    """The characters of a page, raised and lowered ones as such; `lengths` counts the characters of each run."""
    small = _small_runs(sizes, lengths)
    runs: dict[int, list[Token]] = {run: [] for run in small}
    for token in tokens if small else ():
        if token.run in small and token.baseline is not None and not token.text.isspace():
            runs[token.run].append(token)
    marks = [run for run in runs.values() if run and all(t.text in RAISED or t.text in NOTE_SIGNS for t in run)]
    if not marks:
        return tokens
    upright = [t for t in tokens if t.baseline is not None and not t.text.isspace()]
    found: dict[int, list[Token]] = {}
    for run in marks:
        least = sizes[run[0].run] / LIMITS.script_size
        base = next((t for t in _before(run[0], upright) if sizes.get(t.run, 0.0) >= least), None)
        meant = base and _meant(run, base, sizes[base.run])
        if not base or not meant:
            continue
        # A mark as high as its line does not become a line of its own.
        made = [
            t._replace(text=text, top=base.top, bottom=base.bottom, baseline=base.baseline)
            for t, text in zip(run, meant, strict=True)
        ]
        if base.text.isdigit() and not _is_power(base, upright):
            made.insert(0, made[0]._replace(text=" ", x0=base.x1, x1=max(run[0].x0, base.x1)))
        found[run[0].run] = made
    return _replaced(tokens, found) if found else tokens


def _replaced(tokens: Sequence[Token], found: Mapping[int, list[Token]]) -> list[Token]:
    """The characters of a page with some runs exchanged."""
    out: list[Token] = []
    done: set[int] = set()
    for token in tokens:
        if token.run not in found:
            out.append(token)
        elif token.run not in done:
            done.add(token.run)
            out += found[token.run]
    return out


def _small_runs(sizes: Mapping[int, float], lengths: Mapping[int, int]) -> set[int]:
    """Runs of a few characters that are smaller than the usual type of the page."""
    usual = _usual(sizes, lengths)
    limit, longest = LIMITS.script_size * usual, LIMITS.script_length
    return {run for run, length in lengths.items() if length <= longest and sizes.get(run, usual) <= limit}


def _usual(sizes: Mapping[int, float], lengths: Mapping[int, int]) -> float:
    """The type size of the middle character of a page."""
    half, so_far = sum(lengths.values()) / 2, 0
    for size, length in sorted((sizes.get(run, 0.0), length) for run, length in lengths.items()):
        so_far += length
        if so_far >= half:
            return size
    return 0.0


def _before(token: Token, upright: Sequence[Token]) -> list[Token]:
    """The characters that end right where another begins, on about the same line, the nearest first."""
    height = 2 * (token.bottom - token.top)
    near = [t for t in upright if -0.15 * height < token.x0 - t.x1 < LIMITS.script_gap * height / 2 and t.x0 < token.x0]
    middle = (token.top + token.bottom) / 2
    level = [t for t in near if t.top - 0.2 * (t.bottom - t.top) < middle < t.bottom + 0.2 * (t.bottom - t.top)]
    return sorted(level, key=lambda t: -t.x1)


def _meant(run: Sequence[Token], base: Token, size: float) -> list[str] | None:
    """The raised or lowered forms of characters, by how far their baseline is from that of their base."""
    baseline = run[0].baseline
    if baseline is None or base.baseline is None:
        return None
    up = base.baseline - baseline
    if LIMITS.raised * size <= up <= size:
        texts = [t.text for t in run]
        return texts if NOTE_SIGNS.intersection(texts) else [RAISED[text] for text in texts]
    if LIMITS.lowered * size <= -up <= 0.5 * size and all(t.text in LOWERED for t in run):
        return [LOWERED[t.text] for t in run]
    return None


def _is_power(base: Token, upright: Sequence[Token]) -> bool:
    """Whether the number that ends with a character is ten, the one number that is printed with powers."""
    ones = [t for t in _before(base, upright) if t.text == "1"] if base.text == "0" else []
    return bool(ones) and not any(t.text in "0123456789.," for t in _before(ones[0], upright))
