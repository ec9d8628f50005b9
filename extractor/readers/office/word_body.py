"""The body of a Word document: its elements in order, as lines and laid-out tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Note
from extractor.readers.flow_layout import Flow
from extractor.readers.office.ooxml import child, is_on, local, texts, value
from extractor.readers.office.word_numbers import Numbering
from extractor.readers.page_blocks import Spot

if TYPE_CHECKING:
    from lxml.etree import _Element

# Word's own limit on the columns of a table.
MOST_COLUMNS = 63
SHOWN_OF_IT = 80

TRANSPARENT = frozenset(
    ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "hyperlink", "fldSimple", "body")
)
DELETED = frozenset(("del", "moveFrom"))
PROPERTIES = frozenset(("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr", "instrText", "delText"))

# Ticked and empty boxes, as symbol fonts draw them.
SYMBOLS = {
    ("wingdings", 0xFE): "☑",
    ("wingdings", 0xFD): "☒",
    ("wingdings", 0xA8): "☐",
    ("wingdings", 0x6F): "☐",
    ("wingdings", 0xFC): "✓",
    ("wingdings 2", 0x52): "☑",
    ("wingdings 2", 0x54): "☒",
    ("wingdings 2", 0xA3): "☐",
    ("wingdings 2", 0x50): "✓",
}


class Styles:
    """What the styles say that changes what is read: which of them hide text, and which number paragraphs."""

    def __init__(self, root: _Element | None) -> None:
        self.hiding: set[str] = set()
        self.numbering: dict[str, _Element] = {}
        for style in () if root is None else root:
            name = value(style, "styleId")
            if name and is_on(child(style, "rPr", "vanish")):
                self.hiding.add(name)
            numbering = child(style, "pPr", "numPr")
            if name and numbering is not None:
                self.numbering[name] = numbering


class Body:
    """Collects the lines and tables of a document, and what it hides."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.styles = styles
        self.numbering = numbering
        self.flow = Flow()
        self.left_out: dict[str, list[str]] = defaultdict(list)

    def notes(self) -> tuple[Note, ...]:
        """One remark on each kind of text that was left out."""
        found = ((kind, " ".join("".join(words).split())) for kind, words in self.left_out.items())
        return tuple(_note(kind, words) for kind, words in found if words)

    def container(self, element: _Element) -> None:
        """Reads paragraphs, tables and what wraps them."""
        for inner in _alternatives(element):
            name = local(inner.tag)
            if name == "p":
                self._paragraph(inner)
            elif name == "tbl":
                self._table(inner)
            elif name in DELETED:
                self._leave_out("a tracked deletion", inner)
            elif name == "altChunk":
                self.left_out["a file within the file"].append("altChunk")
            elif name not in PROPERTIES:
                self.container(inner)

    def _paragraph(self, paragraph: _Element) -> None:
        style = value(child(paragraph, "pPr", "pStyle")) or ""
        numbering = child(paragraph, "pPr", "numPr")
        label = self.numbering.label(numbering if numbering is not None else self.styles.numbering.get(style), style)
        boxes: list[_Element] = []
        self.flow.end_line()
        if label and any(text.strip() for text in texts(paragraph)):
            self.flow.add(label + " ", True)
        self._runs(paragraph, boxes, hidden=style in self.styles.hiding)
        self.flow.end_line()
        for box in boxes:
            self.container(box)

    def _runs(self, element: _Element, boxes: list[_Element], hidden: bool) -> None:
        """Adds the text of a paragraph's runs; text boxes are kept for after the paragraph."""
        for inner in _alternatives(element):
            name = local(inner.tag)
            if name in PROPERTIES:
                continue
            if name in DELETED:
                self._leave_out("a tracked deletion", inner)
            elif name == "txbxContent":
                boxes.append(inner)
            elif name == "r" and (hidden or self._vanishes(inner)):
                self._leave_out("hidden text", inner)
            elif not self._piece(name, inner):
                self._runs(inner, boxes, hidden)

    def _piece(self, name: str, element: _Element) -> bool:
        """Adds a piece of a run; says whether the element was one."""
        if name == "t":
            self.flow.add(element.text or "", True)
        elif name in ("br", "cr"):
            self.flow.end_line()
        elif name in ("tab", "ptab"):
            self.flow.add(" ", True)
        elif name == "noBreakHyphen":
            self.flow.add("-", True)
        elif name == "checkBox":
            checked = child(element, "checked")
            self.flow.add("☑" if is_on(child(element, "default") if checked is None else checked) else "☐", True)
        elif name == "sym":
            self.flow.add(_symbol(element), True)
        else:
            return False
        return True

    def _vanishes(self, run: _Element) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return False
        return is_on(child(properties, "vanish")) or value(child(properties, "rStyle")) in self.styles.hiding

    def _leave_out(self, kind: str, element: _Element) -> None:
        self.left_out[kind].extend((*texts(element), " "))

    def _table(self, table: _Element) -> None:
        """Reads a table; the tables inside of its cells stand after it."""
        cells = Cells()
        inner: list[Flow] = []
        for row in _wrapped(table, "tr"):
            properties = child(row, "trPr")
            if child(properties, "del") is not None:
                self._leave_out("a tracked deletion", row)
            elif is_on(child(properties, "hidden")):
                self._leave_out("hidden text", row)
            else:
                cells.start_row(_number(child(properties, "gridBefore"), 0))
                inner.extend(self._cell(cell, cells) for cell in _wrapped(row, "tc"))
        self.flow.embed([cells.spots(), *(item for flow in inner for item in flow.inner)])

    def _cell(self, cell: _Element, cells: Cells) -> Flow:
        outer, self.flow = self.flow, Flow()
        self.container(cell)
        self.flow.end_line()
        flow, self.flow = self.flow, outer
        properties = child(cell, "tcPr")
        span = min(MOST_COLUMNS, max(1, _number(child(properties, "gridSpan"), 1)))
        text = "\n".join(flow.own)
        covered = cells.add(text, span, _merge(properties, "vMerge"), _merge(properties, "hMerge"))
        if covered and text:
            self.left_out["merged cells that Word does not show"].append(text + " ")
        return flow


class Cells:
    """The cells of one table while it is being read."""

    def __init__(self) -> None:
        self.row = -1
        self.col = 0
        self.found: list[Spot] = []
        self.above: dict[int, int] = {}  # by column: the cell that a continued merge in the next row belongs to
        self.current: dict[int, int] = {}

    def start_row(self, skipped: int) -> None:
        """Starts a row, some columns in."""
        self.row += 1
        self.col = min(MOST_COLUMNS, skipped)
        self.above, self.current = self.current, {}

    def add(self, text: str, span: int, down: str | None, across: str | None) -> bool:
        """Adds a cell, or lengthens the one that it continues; says whether it did the latter."""
        col, self.col = self.col, self.col + span
        owner = self.above.get(col)
        if down == "continue" and owner is not None and self.found[owner].col_span == span:
            spot = self.found[owner]
            self.found[owner] = spot._replace(row_span=self.row - spot.row + 1)
            self.current[col] = owner
            return True
        if across == "continue" and self.found and self.found[-1].row == self.row:
            self.found[-1] = self.found[-1]._replace(col_span=self.found[-1].col_span + span)
            return True
        if down is not None:
            self.current[col] = len(self.found)
        self.found.append(Spot(self.row, col, text, 1, span))
        return False

    def spots(self) -> list[Spot]:
        """The cells, placed."""
        return self.found


def _note(kind: str, words: str) -> Note:
    if kind == "a file within the file":
        return Note(
            FindingKind.INCLUDED_FILE,
            0,
            "the file includes other files, which were not read: save it in Word as .docx again",
        )
    shown = words if len(words) <= SHOWN_OF_IT else words[:SHOWN_OF_IT] + "…"
    if kind == "a tracked deletion":
        return Note(
            FindingKind.DELETED_TEXT, 0, f"{len(words)} characters of tracked deletions were left out: {shown!r}"
        )
    return Note(FindingKind.HIDDEN_TEXT, 0, f"{len(words)} characters of {kind} were left out: {shown!r}")


def _alternatives(element: _Element) -> Iterator[_Element]:
    """The children; of alternatives for the same content, the first one."""
    for inner in element:
        if local(inner.tag) == "AlternateContent":
            yield from list(inner)[:1]
        elif isinstance(inner.tag, str):
            yield inner


def _wrapped(element: _Element, name: str) -> Iterator[_Element]:
    """The rows of a table, or the cells of a row, whatever wraps them."""
    for inner in element:
        if local(inner.tag) == name:
            yield inner
        elif local(inner.tag) in TRANSPARENT:
            yield from _wrapped(inner, name)


def _merge(properties: _Element | None, name: str) -> str | None:
    """`restart` or `continue`, None where a cell is not merged."""
    merge = child(properties, name)
    return None if merge is None else value(merge) or "continue"


def _number(element: _Element | None, default: int) -> int:
    text = (value(element) or "").strip()[:9]
    return int(text) if text.isascii() and text.isdigit() else default


def _symbol(element: _Element) -> str:
    code = int(value(element, "char") or "20", 16)
    font = (value(element, "font") or "").lower()
    return SYMBOLS.get((font, code & 0xFF), chr(code & 0xFF if 0xF000 <= code <= 0xF0FF else code))
