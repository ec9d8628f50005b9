"""What areas of colour show of a table: cells where they adjoin, edges of rows and columns where they end.

A fill is what it paints: where colour ends, a cell ends. Two cells of one colour have no edge between them.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.document.geometry import Rulings, Segment, covered
from extractor.document.layout import Box
from extractor.tables.ruled.lattice import SNAP, Lattice, find_lattices
from extractor.tables.words import Token

WITHIN = 0.3  # of an area: so much of it inside of a ruled table is colour behind that table's cells or lines of text
GROUND = 0.9  # of an area: so much of it on another one is painted on that


def free_shades(shades: Sequence[Box], ruled: Sequence[Lattice]) -> list[Box]:
    """The areas of colour outside of ruled tables, each once, without the ground that others are painted on.

    Inside a ruled table, colour lies behind lines of text as often as behind cells.
    """
    free = [box for box in dict.fromkeys(shades) if not any(covered(box, lattice.box) > WITHIN for lattice in ruled)]
    return [box for box in free if not any(other != box and covered(other, box) > GROUND for other in free)]


def shaded_lattices(shades: Sequence[Box], ruled: Sequence[Lattice], tokens: Sequence[Token]) -> list[Lattice]:
    """Lattices of adjoining areas of colour outside of ruled tables, with at least two rows and two columns.

    Where every other row has a colour, nothing shows the cells of the others.
    """
    free = [box for box in shades if not any(covered(box, lattice.box) > WITHIN for lattice in ruled)]
    if len(free) < 4:
        return []
    found = find_lattices(Rulings(level_edges(free), upright_edges(free)))
    large = [lattice for lattice in found if len(lattice.xs) > 2 and len(lattice.ys) > 2]
    return [lattice for lattice in large if not _has_plain_text(lattice, free, tokens)]


def level_edges(shades: Sequence[Box], drawn: Sequence[Segment] = ()) -> list[Segment]:
    """The upper and lower edges of areas of colour where no line is drawn."""
    edges = (Segment(y, box.x0, box.x1) for box in shades for y in (box.top, box.bottom))
    return [e for e in edges if not any(abs(e.at - s.at) < SNAP and s.lo < e.hi and e.lo < s.hi for s in drawn)]


def upright_edges(shades: Sequence[Box]) -> list[Segment]:
    """The left and right edges of areas of colour."""
    return [Segment(x, box.top, box.bottom) for box in shades for x in (box.x0, box.x1)]


def _has_plain_text(lattice: Lattice, shades: Sequence[Box], tokens: Sequence[Token]) -> bool:
    """Whether text stands in a cell of a lattice that has no colour."""
    held = {lattice.slot_at((t.x0 + t.x1) / 2, (t.top + t.bottom) / 2) for t in tokens if not t.text.isspace()}
    boxes = [lattice.slot_box(lattice.slots[index]) for index in held if index >= 0]
    return any(not any(covered(box, shade) > 0.5 for shade in shades) for box in boxes)
