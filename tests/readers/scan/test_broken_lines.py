"""Walls of which a copier left stubs or nothing: found by ink and by text, and in doubt where neither shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from extractor.document.geometry import Rulings, Segment
from extractor.document.layout import Box
from extractor.readers.scan.broken_lines import Doubt, found_lattices, with_walls

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

POINT = 4.0  # pixels
XS, YS = (40, 440, 840, 1240), (40, 120, 200, 280)
EVERYWHERE = [(x, n) for x in XS for n in range(3)]


def rulings(missing: set[tuple[int, int]]) -> Rulings:
    """The lines of three rows and columns, without the upright pieces that are named by place and row."""
    level = [Segment(y, XS[0], XS[-1]) for y in YS]
    return Rulings(level, [Segment(x, YS[n], YS[n + 1]) for x, n in EVERYWHERE if (x, n) not in missing])


def page(lines: Rulings, *stubs: Box) -> Image:
    marks = np.zeros((400, 1300), np.uint8)
    for at, lo, hi in lines.horizontal:
        marks[int(at) - 1 : int(at) + 2, int(lo) : int(hi)] = 255
    for at, lo, hi in lines.vertical:
        marks[int(lo) : int(hi), int(at) - 1 : int(at) + 2] = 255
    for box in stubs:
        marks[int(box.top) : int(box.bottom), int(box.x0) : int(box.x1)] = 255
    return marks


def written(marks: Image, *texts: Box) -> Image:
    """Ink all over the boxes of text."""
    for box in texts:
        marks[int(box.top) : int(box.bottom), int(box.x0) : int(box.x1) : 3] = 255
    return marks


def cells(lines: Rulings) -> int:
    (lattice,) = found_lattices(lines, POINT)
    return len(lattice.slots)


def test_a_stub_shows_the_wall_that_it_is_left_of() -> None:
    lines = rulings({(440, 1)})
    assert cells(lines) == 8
    found = with_walls(lines, [], page(lines, Box(439, 130, 442, 150)), POINT)
    assert cells(found.rulings) == 9 and not found.doubts


def test_a_stub_of_a_level_line_shows_it() -> None:
    lines = Rulings([s for s in rulings(set()).horizontal if s.at != 120], rulings(set()).vertical)
    lines.horizontal.extend([Segment(120, 40, 440), Segment(120, 840, 1240)])
    assert cells(lines) == 8
    found = with_walls(lines, [], page(lines, Box(500, 119, 580, 122)), POINT)
    assert cells(found.rulings) == 9


def test_texts_on_both_sides_of_a_line_that_goes_on_stand_in_two_cells() -> None:
    lines = rulings({(440, 1)})
    texts = (Box(200, 145, 280, 175), Box(600, 145, 700, 175))
    assert cells(with_walls(lines, texts, written(page(lines), *texts), POINT).rulings) == 9


def test_a_text_that_runs_over_the_line_stands_in_one_cell() -> None:
    lines = rulings({(440, 1)})
    text = Box(300, 145, 600, 175)
    found = with_walls(lines, [text], written(page(lines), text), POINT)
    assert cells(found.rulings) == 8 and not found.doubts


def test_strokes_of_a_text_are_no_stub() -> None:
    lines = rulings({(440, 1)})
    text = Box(425, 130, 455, 190)
    marks = page(lines, Box(439, 130, 442, 190))
    marks[150:152, 425:455] = 255
    assert cells(with_walls(lines, [text], marks, POINT).rulings) == 8


@pytest.mark.parametrize(("gaps", "doubt"), [(set(), False), ({(840, 0), (840, 2)}, True)])
def test_a_line_that_stops_for_one_row_is_in_doubt_where_others_have_gaps(
    gaps: set[tuple[int, int]], doubt: bool
) -> None:
    """The doubt is about the cell that may be two, not about the page."""
    lines = rulings({(440, 1), *gaps})
    stubs = [Box(x - 1, YS[n] + 10, x + 2, YS[n] + 40) for x, n in sorted(gaps)]
    wanted = (Doubt(Box(40, YS[1], 840, YS[2])),) if doubt else ()
    assert with_walls(lines, [], page(lines, *stubs), POINT).doubts == wanted


def test_a_table_that_gaps_cut_in_two_is_one() -> None:
    """All upright lines are broken below the same level line, which itself is in two pieces."""
    upper = Rulings([Segment(40, 40, 840), Segment(120, 40, 840)], [Segment(x, 40, 120) for x in (40, 440, 840)])
    lower = Rulings([Segment(124, 40, 840), Segment(200, 40, 840)], [Segment(x, 138, 200) for x in (40, 840)])
    sides = [Segment(x, 124, 200) for x in (40, 840)]
    lines = Rulings([*upper.horizontal, *lower.horizontal], [*upper.vertical, *sides])
    found = with_walls(lines, [], page(lines, Box(439, 150, 442, 180)), POINT)
    assert cells(found.rulings) == 4
