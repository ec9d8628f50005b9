"""Merged cells that were written out once a column, as some converters do."""

from __future__ import annotations

from extractor.forms.tokens import Token


def same_merged_cell(before: Token, after: Token, numbers: bool = False) -> bool:
    """Whether two cells side by side say the same words: a merged cell that was written out once a column.

    What is printed on a page is printed once.
    """
    same = _side_by_side(before, after) and before.fold == after.fold
    return same and (numbers or not after.fold.replace(".", "").isdigit())


def same_merged_unit(before: Token, after: Token) -> bool:
    """Whether the cells that two tokens stand in are a merged cell that was written out once a column."""
    return _side_by_side(before, after) and before.unit.text == after.unit.text


def _side_by_side(before: Token, after: Token) -> bool:
    beside = bool(before.table) and before.row == after.row and after.col == before.col + before.span
    return beside and after.unit.box is None
