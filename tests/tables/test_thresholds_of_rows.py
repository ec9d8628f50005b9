"""Thresholds of rows without ruling lines, held on both sides by cells drawn by hand."""

from __future__ import annotations

import pytest

from extractor.document.layout import Box
from extractor.tables import column_gaps, merged_rows
from extractor.tables.column_gaps import Block
from extractor.tables.row_rules import rule_extents
from extractor.tables.text_runs import Run

SIZE = 10.0


def cell(x: float, *tops: float) -> Block:
    """A cell of lines that fill it from edge to edge, ten points high."""
    runs = tuple(Run(Box(x, top, x + 60.0, top + SIZE)) for top in tops)
    return Block(runs, Box(x, tops[0], x + 60.0, tops[-1] + SIZE))


@pytest.mark.parametrize(("white", "hidden"), [(0.3, False), (0.5, True)])
def test_lines_of_cells_side_by_side_that_are_far_apart_may_be_rows(white: float, hidden: bool) -> None:
    below = SIZE + white * SIZE
    assert merged_rows.hides_rows([cell(0.0, 0.0, below), cell(100.0, 0.0, below)], least=0.0) is hidden


@pytest.mark.parametrize(("off", "alike"), [(1.2, True), (2.0, False)])
def test_texts_that_begin_nearly_at_one_place_are_set_alike(off: float, alike: bool) -> None:
    one, other = (10.0, 60.0, 50.0), (10.0 + off, 90.0, 80.0)
    assert column_gaps._alike(one, other) is alike


@pytest.mark.parametrize(("white", "together"), [(0.4, 2), (0.6, 1)])
def test_lines_with_little_white_between_them_are_lines_of_one_row(white: float, together: int) -> None:
    rows = [[Run(Box(0.0, top, 60.0, top + SIZE))] for top in (0.0, SIZE + white * SIZE)]
    assert len(rule_extents._close_lines(rows, 0.0)) == together
