"""Long texts: lines that a page wrapped, paragraphs, numbered items, and columns of text printed one after the other.

The fill of a line tells what a line end is: a printer breaks a line where the next character does not fit. So with a
column's width known, a line that leaves room for what follows ends a paragraph, and a run of lines of another width is
another column. Widths are in full-width characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, islice, pairwise, product
from typing import NamedTuple

from extractor.forms.tokens import Token, first_unit, width

_ITEM = re.compile(
    r"(?:\d{1,2}[、.．)）]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|[①-⑳])(?!\d)"
)
_FIRST_ITEM = re.compile(r"[(（]?[1一①](?!\d)")
_SENTENCE_END = frozenset("。！？；：.!?;:")
_ITEM_END = frozenset("。！？；!?;")
_WHOLE_END = frozenset("。！？.!?")
_CLAUSE = re.compile("[，,；;]")


class TextLine(NamedTuple):
    """One printed line of a text: its tokens and their positions, its text, and how it fills the column.

    `width` counts full-width characters, indent included, `slack` is how inexact that is, `unit` the width of what
    stands first and would have had to fit on the line before.
    """

    positions: tuple[int, ...]
    tokens: tuple[Token, ...]
    text: str
    width: float
    slack: float
    unit: float
    indented: bool = False


class Split(NamedTuple):
    """Texts of two columns, as lines, and why one may doubt it."""

    left: list[TextLine]
    right: list[TextLine]
    doubt: str


def lines_of(tokens: Sequence[Token], positions: Sequence[int]) -> list[TextLine]:
    """The tokens by printed line."""
    out: list[list[int]] = []
    for p in positions:
        if not out or tokens[p].row != tokens[out[-1][-1]].row or tokens[p].table:
            out.append([])
        out[-1].append(p)
    return [text_line(tokens, line) for line in out]


def text_line(tokens: Sequence[Token], positions: Sequence[int]) -> TextLine:
    """One line of the given tokens; what indents it belongs to its width."""
    own = tuple(tokens[p] for p in positions)
    first, whole = own[0], own[0].unit.text
    text = whole[first.start : own[-1].end]
    indent = 0.5 * (first.start - len(whole[: first.start].rstrip())) if first.first and not first.table else 0.0
    wide = indent + width(text)
    # full-width characters are exact, Latin ones and the spaces beside them are not
    slack = 0.0 if wide == len(text) else 0.5 + 0.5 * text.count(" ") + 1.0 * (indent > 0)
    return TextLine(tuple(positions), own, text, wide, slack, first_unit(first.text), indent > 0)


def starts_item(line: TextLine) -> bool:
    """Whether the line begins with an item's number."""
    return is_item(line.text)


def is_item(text: str) -> bool:
    """Whether a text begins with an item's number."""
    return bool(_ITEM.match(text.lstrip()))


def wraps(line: TextLine, following: TextLine, column: float) -> bool:
    """Whether the line end is only a wrap: what follows would not have fitted any more."""
    return line.width + following.unit > column - max(line.slack, following.slack)


def column_width(lines: Sequence[TextLine]) -> float:
    """The width of the column that the lines fill best."""
    return min(_widths(lines), key=lambda w: (sum(_fill_costs(lines, w)), w))


def _widths(lines: Sequence[TextLine]) -> list[float]:
    """Column widths worth a try."""
    widest = max(line.width for line in lines)
    return sorted({float(round(line.width)) for line in lines if line.width > widest - 4 and line.width > 4}) or [
        widest
    ]


def paragraphs(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """The lines of one column by paragraph."""
    if not lines:
        return []
    column = column_width(lines)
    out = [[lines[0]]]
    for before, line in pairwise(lines):
        whole = bool(line.tokens[0].table) or (line.tokens[0].table != before.tokens[0].table)
        if whole or line.indented or not wraps(before, line, column) or (starts_item(line) and _ends(before)):
            out.append([])
        out[-1].append(line)
    return out


def cuts_cell(before: TextLine, line: TextLine) -> bool:
    """Whether a page break cut a cell amid a sentence: Chinese text, of which no line ends there."""
    last, first = before.tokens[-1], line.tokens[0]
    cells = bool(last.table and first.table) and last.unit is not first.unit
    return cells and not _ends(before) and not starts_item(line) and not (before.text + line.text).isascii()


def _ends(line: TextLine) -> bool:
    return line.text.rstrip()[-1:] in _SENTENCE_END


def items(parts: Sequence[list[TextLine]]) -> list[list[list[TextLine]]]:
    """Paragraphs by item: a paragraph that begins with the next number of the list begins an item."""
    if not any(starts_item(p[0]) for p in parts):
        return [[p] for p in parts]
    style = next(_style(p[0]) for p in parts if starts_item(p[0]))
    out: list[list[list[TextLine]]] = []
    for part in parts:
        if not out or (starts_item(part[0]) and _style(part[0]) == style):
            out.append([])
        out[-1].append(part)
    return out


def _style(line: TextLine) -> str:
    match = _ITEM.match(line.text)
    return re.sub(r"[\d一二三四五六七八九十①-⑳]+", "#", match[0]) if match else ""


def side_by_side(lines: Sequence[TextLine], tokens: Sequence[Token]) -> Split | None:
    """Two columns on the same lines: a line with a gap that is too wide for one column, or a lone line with a gap."""
    widest = max((line.width for line in lines[1:]), default=0.0)
    cut = _gap(lines[0])
    if cut is None or (len(lines) > 1 and lines[0].width < widest + 1.5):
        return None
    left = [text_line(tokens, lines[0].positions[:cut])]
    right = [text_line(tokens, lines[0].positions[cut:])]
    if lines[1:] and max(left[0].width, right[0].width) > 1.5 * widest and len(lines) > 2:
        return None  # neither part is a line of the column that goes on
    goes_on = right if right[0].width >= left[0].width else left
    for line in lines[1:]:
        gap = _gap(line)
        if gap is not None and line.width > 1.4 * max(left[0].width, right[0].width):
            left.append(text_line(tokens, line.positions[:gap]))
            right.append(text_line(tokens, line.positions[gap:]))
        else:
            goes_on.append(line)
    return Split(left, right, "")


def _gap(line: TextLine) -> int | None:
    """Where a line falls into two columns: at its only hard gap, at a first item, else behind its only sentence."""
    starts = range(1, len(line.tokens))
    hard = [n for n in starts if not line.tokens[n].soft]
    first = [n for n in starts if _FIRST_ITEM.match(line.tokens[n].fold) and is_item(line.tokens[n].fold)]
    ends = [n for n in starts if line.tokens[n - 1].fold[-1] in _WHOLE_END]
    for places in (hard, first, ends):
        if places:
            return places[0] if len(places) == 1 else None
    return None


def one_after_the_other(segments: Sequence[Sequence[TextLine]], alone: bool) -> tuple[list[int], str]:
    """Where in each segment (the lines of one page) the second column begins, and the doubt about it.

    Each pair of column widths is tried; a line that is wider than its column, or that leaves room for what follows
    without ending a paragraph, costs. Both columns begin on the first page, unless one may be empty (`alone`: then no
    split is the default); a left column that has ended does not begin again. Numbered items must go on counting.
    """
    every = [line for segment in segments for line in segment]
    last = len(segments) - 1
    pairs = [
        [_splits(segment, left, right, alone, n == 0, n == last) for n, segment in enumerate(segments)]
        for left in _running_widths(every)
        for right in _running_widths(every[::-1])
    ]
    totals = [_totals(fits) for fits in pairs]
    best = min(min(total[0].values()) for total in totals)
    near = [n for n, total in enumerate(totals) if min(total[0].values()) < best + _LIKELY]
    pairs, totals = [pairs[n] for n in near], [totals[n] for n in near]
    likely = [
        [k for k in pairs[0][n] if min(t[n].get(k, float("inf")) for t in totals) < best + _LIKELY]
        for n in range(len(segments))
    ]
    numbers = [[_item_number(line) for line in segment] for segment in segments]
    scored = sorted(
        (
            min(sum(f[k] for f, k in zip(fits, splits, strict=True)) for fits in pairs) + _count_cost(numbers, splits),
            splits,
        )
        for splits in islice(product(*likely), _MOST_READINGS)
        if all(before or not after for before, after in pairwise(splits))
    )
    chosen = scored[0][1]
    doubtful = len(scored) > 1 and scored[1][0] < scored[0][0] + _CLOSE
    return list(chosen), "the two columns could also part elsewhere" if doubtful else ""


def cut_amid(left: Sequence[TextLine], right: Sequence[TextLine]) -> str:
    """Why one may doubt where a first text ends: amid a sentence where others end, or nothing tells two from one."""
    lines = [*left, *right]
    if not (left and right):
        column = column_width(lines)
        breaks = [line for before, line in pairwise(lines) if _ends(before) or not wraps(before, line, column)]
        begins = [line for line in breaks if not _goes_on(line)]
        return f"a text of its own may begin here: {begins[0].text[:30]}" if begins else ""
    if left[-1].text.rstrip()[-1:] in _WHOLE_END or not any(map(_ends, lines)):
        return ""
    written = len(left) > 1 or _CLAUSE.search(left[-1].text)
    return "the first of the two texts ends amid a sentence" if written else ""


def parted(lines: Sequence[TextLine]) -> str:
    """Why one may doubt the columns of lines that were not split: white parts one of them as it parts columns."""
    wide = next((line.text for line in lines if not line.tokens[0].table and _APART.search(line.text)), "")
    return f"white parts a line of it: {wide[:30]}" if wide else ""


_APART = re.compile(r"\S {3,}\S")


def _goes_on(line: TextLine) -> bool:
    """Whether a line begins an item that is not the first of a list: what stands above goes on in it."""
    number = _item_number(line)
    return number is not None and number[1] > 1


def _running_widths(lines: Sequence[TextLine]) -> list[float]:
    """Widths that a column may have that holds the first lines: the widest of them, however many they are."""
    exact = [line.width for line in lines if not line.slack]
    running = sorted(set(accumulate(exact, max)) | set(accumulate((line.width for line in lines), max)))
    return running[-_MOST_WIDTHS:]


_MOST_WIDTHS = 8
_LIKELY = 2.5
"""Readings that cost so much more than the best are not looked at again."""
_MOST_READINGS = 3000


def _item_number(line: TextLine) -> tuple[str, int] | None:
    """The style and the number of the item that begins with a line."""
    match = _ITEM.match(line.text)
    return None if match is None else _counted(match)


def run_on(text: str) -> list[int]:
    """Where in a text the items behind the first begin: behind a sentence or a line end, counting up in its style."""
    last: tuple[str, int] | None = None
    out: list[int] = []
    for match in _ITEM.finditer(text):
        number, before = _counted(match), text[: match.start()]
        if last is None:
            last = number
        elif (before[-1:] == "\n" or before.rstrip()[-1:] in _ITEM_END) and number == (last[0], last[1] + 1):
            out.append(match.start())
            last = number
    return out


def _counted(match: re.Match[str]) -> tuple[str, int] | None:
    digits = re.search(r"\d+|[一二三四五六七八九十]+|[①-⑳]", match[0])
    if digits is None:
        return None
    value = digits[0]
    number = int(value) if value.isdecimal() else _CHINESE.get(value, 0) or ord(value[0]) - ord("①") + 1
    return re.sub(re.escape(value), "#", match[0], count=1), number


_TENS = {"": 0, "十": 10, "二十": 20}
_CHINESE = {
    tens + digit: value + n for tens, value in _TENS.items() for n, digit in enumerate(["", *"一二三四五六七八九"])
}


def _count_cost(numbers: Sequence[Sequence[tuple[str, int] | None]], splits: Sequence[int]) -> float:
    """What it costs that items of a column do not count from one, up by one."""
    left = [n for own, k in zip(numbers, splits, strict=True) for n in own[:k] if n]
    right = [n for own, k in zip(numbers, splits, strict=True) for n in own[k:] if n]
    return sum(_breaks(column) for column in (left, right))


def _breaks(column: Sequence[tuple[str, int]]) -> float:
    cost, last = 0.0, dict[str, int]()
    for style, number in column:
        expected = last.get(style, 0) + 1
        if number != expected and number != 1:
            cost += 1.0
        elif number == 1 and style in last:
            cost += 0.6  # a list may begin again below a heading of another style
        last[style] = number
    return cost


_CLOSE = 0.5
"""Readings whose costs differ by less are both possible."""


def _totals(fits: Sequence[dict[int, float]]) -> list[dict[int, float]]:
    """For each split of each segment: the cost of the whole text with it; once 0 (no left column), always 0."""
    alive, dead = [0.0], [float("inf")]
    for costs in fits:
        goes_on = min((c for split, c in costs.items() if split), default=float("inf"))
        ends = costs.get(0, float("inf"))
        dead.append(min(alive[-1], dead[-1]) + ends)
        alive.append(alive[-1] + goes_on)
    behind_alive, behind_dead = [0.0], [0.0]
    for costs in reversed(fits):
        ends = costs.get(0, float("inf"))
        goes_on = min((c for split, c in costs.items() if split), default=float("inf"))
        behind_alive.append(min(goes_on + behind_alive[-1], ends + behind_dead[-1]))
        behind_dead.append(ends + behind_dead[-1])
    count = len(fits)
    out = []
    for n, costs in enumerate(fits):
        before_zero = min(alive[n], dead[n])
        out.append(
            {
                split: (alive[n] + cost + behind_alive[count - n - 1])
                if split
                else (before_zero + cost + behind_dead[count - n - 1])
                for split, cost in costs.items()
            }
        )
    return out


def _splits(
    lines: Sequence[TextLine], left: float, right: float, alone: bool, first: bool, last: bool
) -> dict[int, float]:
    """The cost of each place where the second column may begin in one segment, for two column widths.

    A column begins with a paragraph on the first page only, and ends with one on the last.
    """
    count = len(lines)
    if count == 1 and first and not alone:
        return {1: 0.0}
    before = [0.0, *accumulate(_fill_costs(lines, left))]
    after = [0.0, *accumulate(reversed(_fill_costs(lines, right)))]
    out = {}
    for split in range(0 if alone or not first else 1, count + (0 if first else 1)):
        # the line end at the split is the end of a column, not a wrap: it costs nothing there
        own = before[split] - (_wrap_cost(lines, split - 1, left) if 0 < split < count else 0.0)
        out[split] = own + after[count - split]
        if 0 < split < count:
            out[split] += 0.4 * alone + first * _begin_cost(lines[split], alone) + last * _end_cost(lines, split, left)
    return out


def _fill_costs(lines: Sequence[TextLine], column: float) -> list[float]:
    return [_over_cost(line, column) + _wrap_cost(lines, n, column) for n, line in enumerate(lines)]


def _over_cost(line: TextLine, column: float) -> float:
    hanging = 1.0 if line.text[-1] in "，。、；：,.;:" else 0.0  # printers let punctuation stand beyond the edge
    return 2.0 if line.width - hanging > column + line.slack else 0.0


def _wrap_cost(lines: Sequence[TextLine], n: int, column: float) -> float:
    """What it costs that line `n` ends where it does."""
    if n + 1 >= len(lines) or (wraps(lines[n], lines[n + 1], column) and not lines[n + 1].indented):
        return 0.0
    if _ends(lines[n]):
        return 0.3
    return 1.0 if lines[n].text.isascii() else 1.5


def _begin_cost(line: TextLine, alone: bool) -> float:
    """A column may begin with the first item of a list, hardly with a later one."""
    number = _ITEM.match(line.text)
    if number is None:
        return 0.0
    return (0.0 if alone else -0.3) if _FIRST_ITEM.match(number[0]) else 1.0


def _end_cost(lines: Sequence[TextLine], split: int, column: float) -> float:
    """A column ends with a sentence, and its last line is rarely full."""
    cost = 0.0 if _ends(lines[split - 1]) else 0.6
    return cost + (0.6 if wraps(lines[split - 1], lines[split], column) else 0.0)
