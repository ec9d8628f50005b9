"""Where the value behind a label ends, on a page of which only some fields are asked for.

In a table it is the cell right of the label; in lines the rest of the line up to a wide gap, and lines right below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from extractor.forms.line_labels import wide_gap
from extractor.forms.merged_cells import same_merged_cell
from extractor.forms.tokens import Token

_INNER_LABEL = re.compile(r"[^\W\d_]{2,}:")


def cell_belongs(
    tokens: Sequence[Token], label: int, own: Sequence[int], position: int
) -> Literal["value", "beside", "elsewhere"]:
    """Whether a cell is the value of a label, stands behind that value in its row, or stands in another row."""
    token, here = tokens[position], tokens[label]
    if token.table != here.table or token.row != here.row:
        return "elsewhere"
    if not own or not token.exact or same_merged_cell(tokens[own[-1]], token, numbers=True):
        return "value"
    return "beside"


def line_goes_on(tokens: Sequence[Token], label: int, own: Sequence[int], position: int, *, foreign: bool) -> bool:
    """Whether a token of a line can belong to the value of a label: of another's (`foreign`), only within its line."""
    token, before = tokens[position], tokens[own[-1]] if own else tokens[label]
    beyond = token.row - before.row
    if beyond:
        return beyond == 1 and not token.gap and not (foreign and own)
    return not own or not wide_gap(tokens[position - 1], token)


def inner_label(tokens: Sequence[Token], own: Sequence[int]) -> str:
    """A word of a value that ends like a label, behind others in its line: `Ann Lee Fax: 5`; "" for none."""
    later = (tokens[p] for p in own[1:] if not tokens[p].table)
    return next((token.text for token in later if _INNER_LABEL.fullmatch(token.fold)), "")
