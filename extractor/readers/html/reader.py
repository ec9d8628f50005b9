"""HTML: what a browser shows, as lines and grids with true spans; what it hides is left out and noted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractor.document.layout import Document, Note
from extractor.errors import DocumentError
from extractor.readers.flow_layout import Flow, Table
from extractor.readers.html.hidden_content import Hidden
from extractor.readers.page_blocks import Blocks
from extractor.readers.text_file import Loaded

if TYPE_CHECKING:
    from lxml.etree import _Element

# fmt: off
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre",
    "search", "section", "summary", "td", "th", "tr", "ul",
))
# fmt: on
PREFORMATTED = ("pre", "textarea", "xmp", "listing")
# libxml2 drops what follows them; a browser shows it.
END_TAGS = re.compile(r"</(?:html|body)\s*>", re.I)
TOO_DEEP = "ERR_RESOURCE_LIMIT"


def document(loaded: Loaded, name: str) -> Document:
    """An HTML text as one page."""
    blocks = Blocks(1)
    notes = add(loaded.text, blocks)
    if not blocks.blocks:
        raise DocumentError(
            "the page shows no text: it is drawn by a script or by images; print it to PDF in a browser, and give that"
        )
    return Document(name, loaded.sha256, (blocks.finished("html"),), notes=(*loaded.notes, *notes))


def add(html: str, blocks: Blocks, at: int = 0) -> tuple[Note, ...]:
    """Adds what a piece of HTML shows; its first line is number `at`. Gives notes on what it hides."""
    root = _tree(html)
    if root is None:
        return ()
    walk = _Walk(Hidden(root))
    walk.over(root)
    for item in walk.page.finished():
        if isinstance(item, str):
            blocks.line(item, at)
        else:
            blocks.grid(item)
    return walk.hidden.notes(blocks.page)


def _tree(html: str) -> _Element | None:
    from lxml import etree

    # libxml2 stops at a depth of 2048 and drops the rest: that must be an error, not a loss.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root: _Element | None = etree.fromstring(END_TAGS.sub("", html).encode(), parser)
    except etree.LxmlError as error:
        if "empty" in str(error).lower():
            return None
        raise DocumentError(f"the HTML cannot be parsed ({error}); open it in a browser and print it to PDF") from None
    if any(entry.type_name == TOO_DEEP for entry in parser.error_log):
        raise DocumentError("the HTML is nested too deeply to be read (over 2,000 tags); print it to PDF in a browser")
    return root


class _Walk:
    """One pass over a tree, without recursion: `open` are the flows and tables that hold the current element."""

    def __init__(self, hidden: Hidden) -> None:
        self.hidden = hidden
        self.page = Flow()
        self.open: list[Flow | Table] = [self.page]
        self.owners: list[_Element] = []
        self.preformatted = 0

    def over(self, root: _Element) -> None:
        """Visits every element that is shown."""
        from lxml.etree import iterwalk

        for outside in (*root.itersiblings(preceding=True), *root.itersiblings()):
            self.hidden.comment(outside)
        walk = iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event in ("comment", "pi"):
                self.hidden.comment(element)
            elif event == "end":
                self._end(element)
            elif self.hidden.hides(element):
                walk.skip_subtree()
                continue
            else:
                self._start(element)
                self._text(element.text)
                continue
            if element is not root:
                self._text(element.tail)

    def _start(self, element: _Element) -> None:
        tag = str(element.tag)
        holder = self._holder(element, tag)
        if holder is not None:
            self.open.append(holder)
            self.owners.append(element)
        elif tag == "br" or tag in BLOCKS:
            self._flow().end_line()
        elif tag == "input":
            self._flow().add(shown_value(element))
        self.preformatted += tag in PREFORMATTED

    def _holder(self, element: _Element, tag: str) -> Flow | Table | None:
        """What holds the contents of a table, cell or caption that starts; a row only starts."""
        top = self.open[-1]
        if tag == "table":
            return Table()
        if not isinstance(top, Table):
            return None
        if tag in ("td", "th"):
            return top.cell(element.get("rowspan"), element.get("colspan"))
        if tag in ("tr", "thead", "tbody", "tfoot"):
            top.section(tag)
        return top.caption() if tag == "caption" else None

    def _end(self, element: _Element) -> None:
        tag = element.tag
        if self.hidden.is_hidden(element):
            return
        self.preformatted -= tag in PREFORMATTED
        if self.owners and self.owners[-1] is element:
            self.owners.pop()
            closed = self.open.pop()
            if isinstance(closed, Table):
                self._flow().embed(closed.finished())
        elif tag in BLOCKS:
            self._flow().end_line()

    def _flow(self) -> Flow:
        top = self.open[-1]
        return top.stray if isinstance(top, Table) else top

    def _text(self, text: str | None) -> None:
        if text:
            self._flow().add(text, bool(self.preformatted))


def shown_value(element: _Element) -> str:
    """What a form control shows: its value, or a ticked or empty box."""
    kind = (element.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return "☐" if element.get("checked") is None else "☑"
    return "" if kind in ("hidden", "password", "file", "image") else element.get("value") or ""
