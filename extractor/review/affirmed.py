"""What accepting a path affirms, in words, and which doubts it closes besides its own."""

from __future__ import annotations

from typing import Any, NamedTuple

from extractor.accounting.settled import DOCUMENT
from extractor.accounting.value_tree import Rows, at, holds
from extractor.review.doubts import Doubt
from extractor.review.form_view import is_leaf
from extractor.review.service import Opened


class Affirmed(NamedTuple):
    """The sentence that follows "Enter:", and the other doubts that the decision closes."""

    text: str
    closes: tuple[Doubt, ...]


def affirmed(opened: Opened, path: str, doubts: list[Doubt]) -> Affirmed:
    """What a decision that a path is right says."""
    closes = tuple(d for d in doubts if d.path != path and holds(path, d.path))
    return Affirmed(_text(opened, path), closes)


def _text(opened: Opened, path: str) -> str:
    if opened.record["form"] == DOCUMENT:
        also = ", also in the text that nothing accounts for" if opened.record["residue"] else ""
        return f"each form of the document is one form, and none is missing{also}"
    node = _node(opened.reviewed.tree, path)
    if not path:
        left = len(opened.record["residue"])
        also = f", and that none of the {left} texts left over belongs to it" if left else ""
        return f"the whole form: {_values(node)} values{also}"
    if isinstance(node, Rows) and not path.endswith("]"):
        return f"the list has these {len(node) - len(node.deleted)} rows and no other"
    if _values(node) != 1 or path.endswith("]"):
        return "it is right as it stands, its empty values too"
    return "nothing is printed for it" if node is None else "the value is right as it was read"


def _node(tree: Any, path: str) -> Any:
    try:
        return at(tree, path)
    except KeyError:
        return None


def _values(node: Any) -> int:
    """How many values stand below a node; an empty one counts."""
    if not isinstance(node, dict) or is_leaf(node):
        return 1
    parts = (part for name, part in node.items() if not isinstance(node, Rows) or name not in node.deleted)
    return sum(map(_values, parts))
