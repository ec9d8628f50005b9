"""Lines that hold several labels with their values: what wraps below one of them belongs there, as the page shows.

The line below is put behind the words above which it stands, as if the line had not been wrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise

from extractor.document.geometry import overlap
from extractor.document.layout import Box, Line
from extractor.forms.line_labels import wide_gap
from extractor.forms.tokens import Token


def unwrapped(tokens: Sequence[Token], is_label: Callable[[str], bool]) -> list[Token]:
    """The tokens with each line that wraps what stands above it put there; `is_label` knows the labels."""
    out: list[list[Token]] = []
    for _, group in groupby(tokens, key=lambda token: token.row):
        row = list(group)
        joined = None if not out else _joined(out[-1], row, is_label)
        if joined is None:
            out.append(row)
        else:
            out[-1] = joined
    return [token for row in out for token in row]


def _joined(above: Sequence[Token], below: Sequence[Token], is_label: Callable[[str], bool]) -> list[Token] | None:
    """A line with the next one in it; None where not all of that stands below one text each, and below no label.

    A text that becomes a label with what stands below it is a label that was torn.
    """
    if len(above) < 3 or not (_is_line(above[0]) and _is_line(below[0])) or above[0].unit is below[0].unit:
        return None
    parts = _parts(above)
    if len(parts) < 3 or not any(is_label(_text(part)) for part in parts) or not _is_right_below(above[0], below[0]):
        return None
    whole = [list(part) for part in parts]
    for part in _parts(below):
        over = [n for n, upper in enumerate(parts) if _stands_over(upper, part)]
        if len(over) != 1 or is_label(_text(parts[over[0]])) or is_label(_text(part)):
            return None
        whole[over[0]].extend(token._replace(row=above[0].row, first=False) for token in part)
    return [token for part in whole for token in part]


def _is_line(token: Token) -> bool:
    return isinstance(token.unit, Line) and not token.table


def _parts(row: Sequence[Token]) -> list[list[Token]]:
    """The texts of a line that wide gaps part; words of a line above that were put into it end a text."""
    out = [[row[0]]]
    for before, token in pairwise(row):
        if wide_gap(before, token) or before.unit is not token.unit:
            out.append([token])
        else:
            out[-1].append(token)
    return out


def _text(part: Sequence[Token]) -> str:
    return "".join(token.fold for token in part)


def _stands_over(upper: Sequence[Token], lower: Sequence[Token]) -> bool:
    one, other = _box(upper), _box(lower)
    return one is not None and other is not None and overlap(one.x0, one.x1, other.x0, other.x1) > 0


def _is_right_below(above: Token, below: Token) -> bool:
    """Whether a line is the next on its page, with no room for a further one between."""
    upper, lower = _box([above]), _box([below])
    if above.page != below.page or upper is None or lower is None:
        return False
    return lower.top - upper.top >= 0 and lower.top - upper.bottom < upper.bottom - upper.top


def _box(part: Sequence[Token]) -> Box | None:
    """Around the words of a text; None where it is not known where they stand."""
    boxes = [
        word.box
        for token in part
        for word in token.unit.words
        if word.box is not None and word.start < token.end and token.start < word.start + len(word.text)
    ]
    if not boxes:
        return None
    x0, top = min(box.x0 for box in boxes), min(box.top for box in boxes)
    return Box(x0, top, max(box.x1 for box in boxes), max(box.bottom for box in boxes))
