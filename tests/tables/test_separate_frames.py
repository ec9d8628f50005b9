"""Cells that are frames of their own, with white between them, are cells of one table."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractor.document.geometry import Rulings, Segment
from extractor.document.layout import Box
from extractor.tables.ruled.lattice import Lattice, find_lattices
from extractor.tables.ruled.separate_frames import with_frames_joined
from tests.readers.pdf.test_reader import document, grids, shape

WIDE, HIGH = 60.0, 20.0


def frames(*boxes: Box, without: str = "") -> Rulings:
    """The lines of frames; those of the last one lack their `top` or their `bottom`."""
    horizontal, vertical = [], []
    for n, box in enumerate(boxes):
        sides = {"top": box.top, "bottom": box.bottom}
        lacks = without if n == len(boxes) - 1 else ""
        horizontal += [Segment(y, box.x0, box.x1) for side, y in sides.items() if side != lacks]
        vertical += [Segment(x, box.top, box.bottom) for x in (box.x0, box.x1)]
    return Rulings(sorted(horizontal), sorted(vertical))


def found(rulings: Rulings) -> list[Lattice]:
    return with_frames_joined(find_lattices(rulings), rulings)


def at(row: int, col: int, white: float, wide: int = 1, high: int = 1) -> Box:
    x, y = 50 + col * (WIDE + white), 50 + row * (HIGH + white)
    return Box(x, y, x + wide * WIDE + (wide - 1) * white, y + high * HIGH + (high - 1) * white)


@pytest.mark.parametrize("white", [3.5, 7.0, 11.5])
def test_frames_with_white_between_them_are_cells_of_one_table(white: float) -> None:
    spans = [at(0, 0, white, 2), at(0, 2, white), at(1, 0, white, 1, 2), at(1, 1, white), at(1, 2, white)]
    (lattice,) = found(frames(*spans, at(2, 1, white), at(2, 2, white)))
    assert [slot[:4] for slot in lattice.slots] == [
        (0, 0, 1, 2), (0, 2, 1, 1), (1, 0, 2, 1), (1, 1, 1, 1), (1, 2, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("white", [12.5, 14.5])
def test_frames_far_from_each_other_are_no_table(white: float) -> None:
    boxes = [at(row, col, white) for row in range(2) for col in range(2)]
    assert len(found(frames(*boxes))) == 4


def test_two_boxes_side_by_side_are_no_table_and_three_are_a_row() -> None:
    assert len(found(frames(at(0, 0, 5), at(0, 1, 5)))) == 2
    assert len(found(frames(at(0, 0, 5), at(0, 1, 5), at(0, 2, 5)))) == 1


def test_two_rows_of_frames_that_are_as_far_as_a_row_is_high_are_two_tables() -> None:
    high = [at(0, col, 5) for col in range(3)]
    low = [Box(b.x0, b.bottom + 9, b.x1, b.bottom + 9 + 12) for b in high]
    assert len(found(frames(*high, *low))) == 2


@pytest.mark.parametrize("side", ["top", "bottom"])
def test_a_frame_that_a_page_break_left_open_is_a_cell(side: str) -> None:
    boxes = [at(row, col, 5) for row in range(2) for col in range(3)]
    boxes = boxes[::-1] if side == "top" else boxes
    (lattice,) = found(frames(*boxes, without=side))
    assert len(lattice.slots) == 6


def test_the_table_of_a_page_with_separate_borders(tmp_path: Path) -> None:
    texts = [["Region", "Budget"], ["North", "1,200.00"], ["South", "800.50"]]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for row, line in enumerate(texts):
            for col, text in enumerate(line):
                canvas.rect(60 + 105 * col, 700 - 25 * row, 100, 20)
                canvas.drawString(64 + 105 * col, 706 - 25 * row, text)

    (grid,) = grids(document(tmp_path, page))
    assert shape(grid) == [(r, c, 1, 1, text) for r, line in enumerate(texts) for c, text in enumerate(line)]
