"""Page furniture: page numbers and running heads, which belong to the page and not to what is printed on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from itertools import pairwise

from extractor.document.geometry import size_as_read
from extractor.document.layout import Block, Cell, Document, Grid, Line, Page, Unit
from extractor.document.results import Place
from extractor.forms.tokens import HEADING
from schemas.values import fold

_PAGE_NUMBER = re.compile(
    r"(?:[-—–·~]*\d{1,4}[-—–·~]+|第\d{1,4}页(?:[,/，]?共\d{1,4}页)?|[Pp]age\d{1,4}(?:of\d{1,4})?|\d{1,4}/\d{1,4})"
)
_EDGE_LINES = 2
_SAME_HEIGHT = 12.0
"""Points by which a running head may stand higher or lower on another page, as on scans."""
_REPEATS = 3
"""A line at the edge of so many pages, or of all, is a running head."""


def furniture(document: Document, is_own: Callable[[str], bool]) -> frozenset[Place]:
    """The places of all furniture lines; what a schema declares (`is_own`, of folded text) is never a running head."""
    titles = _titles(document)

    def own(text: str) -> bool:
        return text in titles or is_own(text)

    edges = [_edge_lines(page.blocks) for page in document.pages]
    counts = _repeated(edges)
    few = len(edges) < _REPEATS  # on two pages, only words may be a head: figures may be print that happens to be equal
    heads = {
        t
        for t, n in counts.items()
        if n >= min(_REPEATS, max(2, len(edges))) and not own(t) and not (few and t.replace(".", "").isdigit())
    }
    placed = {t for t in _same_place(document) if not own(t) and not t.replace(".", "").isdigit()}
    heads |= placed
    cells = (unit for page in document.pages if isinstance(unit := _first(page), Cell))
    out: set[Place] = {Place(c.page, c.id, 0, len(c.text)) for c in cells if fold(c.text) in placed}
    for page, lines in zip(document.pages, edges, strict=True):
        for block in page.blocks:
            if isinstance(block, Line) and _PAGE_NUMBER.fullmatch(fold(block.text)):
                out.add(_whole(block))
        for line in lines:
            several = len(edges) > 1 and (fold(line.text) in heads or fold(line.text) == str(page.number))
            if several or _is_foot(line, page):
                out.add(_whole(line))
    out.update(_whole(line) for line in _numbered_breaks(document))
    between = (*_heads_between(document), *_breaks_between_tables(document), *_beside_numbers(document, out))
    out.update(_whole(line) for line in between if not own(fold(line.text)))
    out.update(_whole(line) for line in _repeated_titles(document, out) if not own(fold(line.text)))
    return frozenset(out)


def said_once(document: Document, marks: Set[Place]) -> list[Line]:
    """The running heads and feet among the furniture, each where it stands first; page numbers are none."""
    lines: dict[str, Line] = {}
    for unit in document.units():
        number = any(pattern.fullmatch(fold(unit.text)) for pattern in (_PAGE_NUMBER, _FOOT_NUMBER))
        if isinstance(unit, Line) and not number and _whole(unit) in marks:
            lines.setdefault(fold(unit.text), unit)
    return list(lines.values())


def _repeated_titles(document: Document, known: Set[Place]) -> list[Line]:
    """Titles that are printed again above tables that go on: they repeat the line above the last table of the page
    before. A table of its own under the same title begins with the same labels as that."""
    out: list[Line] = []
    for before, page in pairwise(document.pages):
        above, below = (_without(p, known) for p in (before, page))
        tables = [n for n, block in enumerate(above) if isinstance(block, Grid)]
        if not tables or tables[-1] != len(above) - 1 or len(below) < 2 or tables[-1] == 0:
            continue
        (title, table), (again, goes_on) = above[-2:], below[:2]
        if (
            isinstance(title, Line)
            and isinstance(again, Line)
            and isinstance(goes_on, Grid)
            and isinstance(table, Grid)
        ):
            same = fold(title.text) == fold(again.text) and _first_row(table) != _first_row(goes_on)
            out += [again] if same else []
    return out


def _titles(document: Document) -> set[str]:
    """What stands right above several tables whose rows are numbered from 1: the title of each of them."""
    pairs = (pair for page in document.pages for pair in pairwise(page.blocks))
    found = Counter(
        fold(line.text)
        for line, table in pairs
        if isinstance(line, Line) and isinstance(table, Grid) and _begins_with_one(table)
    )
    return {text for text, count in found.items() if count > 1}


def _begins_with_one(grid: Grid) -> bool:
    return any(cell.row == 1 and cell.col == 0 and fold(cell.text) == "1" for cell in grid.cells)


def _without(page: Page, known: Set[Place]) -> list[Block]:
    return [b for b in page.blocks if not (isinstance(b, Line) and _whole(b) in known)]


def _first_row(grid: Grid) -> list[str]:
    return [fold(cell.text) for cell in grid.cells if cell.row == 0]


def _is_foot(line: Line, page: Page) -> bool:
    """Whether a bare number stands at the foot of a page: the page's number, or in its middle, whatever it is."""
    if line.box is None or not page.height or not _FOOT_NUMBER.fullmatch(fold(line.text)):
        return False
    width, height = size_as_read(page)
    across = (line.box.x0 + line.box.x1) / 2 / width
    own = fold(line.text).strip("-—–·~_一") == str(page.number)
    return line.box.top > _FOOT * height and (own or 0.4 < across < 0.6)


def _repeated(edges: Sequence[Sequence[Line]]) -> dict[str, int]:
    """On how many pages each line stands at the edge; where places are known, at the same height."""
    heights: dict[str, list[float]] = {}
    for lines in edges:
        for text, line in {fold(line.text): line for line in lines}.items():
            heights.setdefault(text, []).append(line.box.top if line.box is not None else 0.0)
    return {text: max(sum(abs(y - x) <= _SAME_HEIGHT for x in tops) for y in tops) for text, tops in heights.items()}


def _same_place(document: Document) -> set[str]:
    """What stands first on several pages, at the very same place: a running head, be it on few pages of many."""
    first = [unit for page in document.pages if (unit := _first(page)) is not None]
    places = Counter(map(_at, first))
    lines = {_at(unit) for unit in first if isinstance(unit, Line)}  # titles of tables stand in cells on all pages
    return {place[0] for place, count in places.items() if count > 1 and place in lines and place[1] >= 0}


def _first(page: Page) -> Unit | None:
    """What stands first on a page: a line, or the only text of a table's first row, which is none of it then."""
    block = page.blocks[0] if page.blocks else None
    if not isinstance(block, Grid):
        return block
    own = [cell for cell in block.cells if cell.row == 0 and cell.text.strip()]
    return own[0] if len(own) == 1 and own[0].row_span == 1 else None


def _at(unit: Unit) -> tuple[str, int, int]:
    """A unit's folded text and where it begins, in points; -1 where that is unknown."""
    box = unit.box if isinstance(unit, Line) else next((word.box for word in unit.words), None)
    return (fold(unit.text), round(box.x0), round(box.top)) if box is not None else (fold(unit.text), -1, -1)


def _numbered_breaks(document: Document) -> list[Line]:
    """Bare page numbers in a text without page marks, each one more than the last, and the head that stands with them.

    They stand alone among blank lines, or in a paragraph of their own with a line that stands so again.
    """
    found: list[tuple[Line, Line | None]] = []
    heads: Counter[str] = Counter()
    for page in document.pages:
        for paragraph, above, below in _paragraphs(page):
            numbers = [line for line in paragraph if _BARE.fullmatch(line.text.strip())]
            if len(numbers) == 1 and len(paragraph) == 1 and max(above, below) >= _FAR:
                found.append((numbers[0], None))
            elif len(numbers) == 1 and len(paragraph) == _EDGE_LINES:
                head = next(line for line in paragraph if line is not numbers[0])
                heads[fold(head.text)] += 1
                found.append((numbers[0], head))
    counting: list[tuple[Line, Line | None]] = []
    for number, other in found:
        follows = not counting or int(number.text) == int(counting[-1][0].text) + 1
        if follows and (other is None or heads[fold(other.text)] > 1):
            counting.append((number, other))
    return [line for own in counting for line in own if line is not None] if len(counting) > 1 else []


def _paragraphs(page: Page) -> Iterator[tuple[list[Line], int, int]]:
    """The lines of a page that no blank line parts, with how far away the lines above and below them are."""
    own: list[Line] = []
    above = _FAR
    for block in (*page.blocks, None):
        distance = block.number - own[-1].number if own and isinstance(block, Line) else _FAR
        if own and (distance > 1 or not isinstance(block, Line)):
            yield own, above, distance
            own, above = [], distance
        if isinstance(block, Line):
            own.append(block)
        else:
            above = _FAR


def _heads_between(document: Document) -> list[Line]:
    """Running heads in a text without page marks: its first line, wherever it stands again among blank lines."""
    out: list[Line] = []
    for page in document.pages:
        first = page.blocks[0] if page.blocks else None
        if not isinstance(first, Line) or first.box is not None or len(fold(first.text)) < _SHORTEST_HEAD:
            continue
        again = [
            block
            for before, block, after in zip(page.blocks, page.blocks[1:], [*page.blocks[2:], None], strict=False)
            if isinstance(block, Line) and fold(block.text) == fold(first.text) and _is_apart(before, block, after)
        ]
        out += [first, *again] if again else []
    return out


def _beside_numbers(document: Document, numbers: Set[Place]) -> list[Line]:
    """Running heads in a text without page marks: lines that stand right above or below page numbers more than once."""
    beside: dict[str, list[Line]] = {}
    for page in document.pages:
        for before, after in pairwise(page.blocks):
            if isinstance(before, Line) and isinstance(after, Line) and before.box is None:
                one, other = (_whole(line) in numbers for line in (before, after))
                line = after if one else before
                if one != other and len(fold(line.text)) >= _SHORTEST_HEAD:
                    beside.setdefault(fold(line.text), []).append(line)
    return [line for lines in beside.values() if len({line.number for line in lines}) > 1 for line in lines]


def _breaks_between_tables(document: Document) -> list[Line]:
    """A page's foot and head in a text without page marks: between two tables a bare number, alone or with one line."""
    out: list[Line] = []
    for page in document.pages:
        tables = [n for n, block in enumerate(page.blocks) if isinstance(block, Grid)]
        for first, last in pairwise(tables):
            lines = [block for block in page.blocks[first + 1 : last] if isinstance(block, Line) and block.box is None]
            numbers = [line for line in lines if _BARE.fullmatch(line.text.strip())]
            if len(numbers) == 1 and len(lines) <= _EDGE_LINES:
                out += [line for line in lines if not HEADING.match(line.text.strip())]
    return out


def _is_apart(before: Block, line: Line, after: Block | None) -> bool:
    """Whether nothing stands on the lines right above and below a line."""
    above = isinstance(before, Grid) or line.number - before.number > 1
    return above and (not isinstance(after, Line) or after.number - line.number > 1)


_SHORTEST_HEAD = 6
"""Characters of a running head; shorter lines are cells."""
_BARE = re.compile(r"\d{1,4}")
_FOOT_NUMBER = re.compile(r"[-—–·~_一]*\d{1,4}[-—–·~_一]*")
_FOOT = 0.88
"""Of a page's height; below it stand page numbers."""
_FAR = 3
"""A line this far from its neighbour has two blank lines or more between."""


def _edge_lines(blocks: tuple[object, ...]) -> list[Line]:
    """The first and last lines of a page, as far as they stand outside of its tables."""
    head = [b for b in blocks[:_EDGE_LINES] if isinstance(b, Line)]
    tail = [b for b in blocks[-_EDGE_LINES:] if isinstance(b, Line)]
    return [*head, *(line for line in tail if line not in head)]


def _whole(line: Line) -> Place:
    return Place(line.page, line.id, 0, len(line.text))
