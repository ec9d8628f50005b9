"""Labels on scans of which an OCR took a character for one like it: found again by the place where they stand.

A cell beside or below labels that is nearly one which is missing there is that label: `项自名称` above `主管部门`.
What is mended is the label that a place is known by; the text of the page, and each value, stay as they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from extractor.forms.labels import LabelIndex, targets_of
from extractor.forms.line_labels import key_of
from extractor.forms.tokens import Token

MOST = 2
"""So many characters of a label may be others, and fewer than half of them."""
AROUND = 2
"""So many cells above, and below, tell whether a column of labels goes on; so many labels make a row of them."""
STRAY = ".·•・"
"""Marks that a speck is read as behind a label."""
_UNIT = re.compile(r"\([^()]*")


def with_misread(tokens: Sequence[Token], index: LabelIndex) -> list[Token]:
    """The tokens of a form; those cells that are labels but for a character or two fold to the label."""
    out = list(tokens)
    if not any(token.table and _by_ocr(token) for token in tokens):
        return out
    while found := dict(_found(out, index)):
        out = [token._replace(fold=found[n]) if n in found else token for n, token in enumerate(out)]
    return out


def _found(tokens: Sequence[Token], index: LabelIndex) -> Iterator[tuple[int, str]]:
    """The cells that are misread labels, each with the label, among cells that are known to be labels."""
    labels = {n: targets_of(token, index) is not None for n, token in enumerate(tokens) if token.table}
    for line in _lines_of_cells(tokens, list(labels)):
        for n in (n for n in line.cells if _by_ocr(tokens[n])):
            if labels[n] and not _says_another(tokens, line.cells, n):
                continue
            near = line.beside(n)
            if sum(labels[m] for m in near) >= max(AROUND, len(near) / 2):
                label = _nearest(_text(tokens[n]), index, {_text(tokens[m]) for m in line.cells if m != n})
                if label:
                    yield n, label


class _Line(NamedTuple):
    """The cells of a row or of a column, by the numbers of their tokens."""

    cells: list[int]
    is_row: bool

    def beside(self, n: int) -> list[int]:
        """The cells that tell whether a cell of it is a label: all of a row, the next ones of a column."""
        at = self.cells.index(n)
        far = len(self.cells) if self.is_row else AROUND
        return [*self.cells[max(0, at - far) : at], *self.cells[at + 1 : at + 1 + far]]


def _lines_of_cells(tokens: Sequence[Token], own: Sequence[int]) -> Iterator[_Line]:
    for is_row in (True, False):

        def place(n: int, is_row: bool = is_row) -> tuple[int, int]:
            return tokens[n].table, tokens[n].row if is_row else tokens[n].col

        for _, group in groupby(sorted(own, key=place), key=place):
            yield _Line(list(group), is_row)


def _by_ocr(token: Token) -> bool:
    return any(word.confidence is not None for word in token.unit.words)


def _says_another(tokens: Sequence[Token], cells: Sequence[int], n: int) -> bool:
    """Whether a surer cell of the row says the same: no row has two cells of one label."""
    own = tokens[n]
    same = [tokens[m] for m in cells if m != n and tokens[m].row == own.row and _text(tokens[m]) == _text(own)]
    return any(_confidence(other) > _confidence(own) for other in same)


def _confidence(token: Token) -> float:
    return min((word.confidence for word in token.unit.words if word.confidence is not None), default=1.0)


def _text(token: Token) -> str:
    return key_of(token.fold)


def _nearest(text: str, index: LabelIndex, there: set[str]) -> str:
    """The one label that differs least from a text, of those that are not there; empty where there is none.

    What stands in brackets is a value, such as a unit: that is the same, or the label is another.
    """
    bare = text.rstrip(STRAY)
    alike = (la for la in index.labels if abs(len(la) - len(bare)) <= MOST and la not in there and _same_unit(la, bare))
    apart = {label: _differing(label, bare) for label in alike}
    least = min(apart.values(), default=len(bare))
    nearest = [label for label, count in apart.items() if count == least]
    is_one = bool(nearest) and all(index.labels[label] == index.labels[nearest[0]] for label in nearest)
    return nearest[0] if is_one and least <= MOST and 2 * least < len(bare) else ""


def _same_unit(label: str, text: str) -> bool:
    unit = _UNIT.search(label)
    return "(" not in text if unit is None else unit[0] in text


def _differing(one: str, other: str) -> int:
    """How many characters must be changed, put in or taken out to make one text of another (Levenshtein's distance)."""
    row = list(range(len(other) + 1))
    for n, a in enumerate(one, 1):
        above, row = row, [n]
        for m, b in enumerate(other, 1):
            row.append(min(above[m] + 1, row[-1] + 1, above[m - 1] + (a != b)))
    return row[-1]
