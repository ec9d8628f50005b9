"""What an HTML page holds and does not show: scripts, styles, comments, elements that are not displayed."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Note

if TYPE_CHECKING:
    from lxml.etree import _Element

NEVER_SHOWN = frozenset(("script", "style", "template", "noscript", "noframes", "iframe", "title", "datalist"))
NOT_DISPLAYED = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity)\s*:\s*0*\.?0+\s*(?:[a-z%]+\s*)?(?:;|!|$)",
    re.I,
)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SIMPLE = re.compile(r"[a-z0-9]*([.#])([\w-]+)", re.I)
WORD = re.compile(r"\w")
SHOWN_OF_IT = 80


class Hidden:
    """Says of an element whether it is shown, and keeps what is not."""

    def __init__(self, root: _Element) -> None:
        self.names = _hidden_names(root)
        self.kept: dict[str, list[str]] = defaultdict(list)
        self.last: _Element | None = None

    def hides(self, element: _Element) -> bool:
        """Whether the element is not shown; its words are kept for a note."""
        kind = self._kind(element)
        if kind is None:
            return False
        self.last = element
        if kind:
            self.kept[kind].append(" ".join("".join(map(str, element.itertext())).split()))
        return True

    def is_hidden(self, element: _Element) -> bool:
        """Whether the element is the one that was last hidden: its end has come."""
        return element is self.last

    def comment(self, element: _Element) -> None:
        """Keeps a comment's words."""
        self.kept["a comment"].append(" ".join((element.text or "").split()))

    def notes(self, page: int) -> tuple[Note, ...]:
        """One note a kind, where it held words."""
        return tuple(_note(kind, texts, page) for kind, texts in self.kept.items() if WORD.search("".join(texts)))

    def _kind(self, element: _Element) -> str | None:
        """What hides the element: a name for the note, nothing where it needs none, None where it is shown."""
        tag = str(element.tag)
        if tag in NEVER_SHOWN:
            return "" if tag == "title" else f"<{tag}>"
        if tag == "option":
            return None if _is_selected(element) else ""
        if element.get("hidden") is not None or NOT_DISPLAYED.search(element.get("style") or ""):
            return "an element that is not displayed"
        if self.names and not self.names.isdisjoint(_own_names(element)):
            return "an element that is not displayed"
        return None


def _note(kind: str, texts: list[str], page: int) -> Note:
    words = " ".join(text for text in texts if text)
    shown = words if len(words) <= SHOWN_OF_IT else words[:SHOWN_OF_IT] + "…"
    return Note(FindingKind.HIDDEN_TEXT, page, f"{len(words)} characters in {kind} were left out: {shown!r}")


def _is_selected(option: _Element) -> bool:
    parent = option.getparent()
    if parent is None or parent.tag not in ("select", "optgroup"):
        return True
    if option.get("selected") is not None:
        return True
    select = parent if parent.tag == "select" else parent.getparent()
    if select is None:
        return True
    return select.find(".//option[@selected]") is None and select.find(".//option") is option


def _own_names(element: _Element) -> set[str]:
    names = {"." + name for name in (element.get("class") or "").split()}
    return names | {"#" + (element.get("id") or "")}


def _hidden_names(root: _Element) -> frozenset[str]:
    """Classes and ids that a style sheet hides by a plain rule; sheets with conditions are not judged."""
    names: set[str] = set()
    for style in root.iter("style"):
        sheet = re.sub(r"/\*.*?\*/", "", style.text or "", flags=re.S)
        if "@" in sheet:
            continue
        for selectors, rules in RULE.findall(sheet):
            if NOT_DISPLAYED.search(rules):
                found = (SIMPLE.fullmatch(selector.strip()) for selector in selectors.split(","))
                names |= {match[1] + match[2] for match in found if match}
    return frozenset(names)
