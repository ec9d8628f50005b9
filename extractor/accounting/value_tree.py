"""A record's values with named rows: every row of a list keeps its name while rows above it come and go.

A list is a dict from the name of a row to the row, in order: rows that were read are named by their number, inserted
ones by what the reviewer's page called them (`+k1`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

STEP = re.compile(r"([^.\[\]]+)|\[([^\[\]]+)\]")
"""A step of a path: a name, or the name of a row in brackets."""


class Rows(dict[str, Any]):
    """A list whose rows have names; `deleted` rows keep their place, so that what stands below them is found."""

    def __init__(self, rows: dict[str, Any]) -> None:
        super().__init__(rows)
        self.deleted: set[str] = set()


class Numbered(NamedTuple):
    """A value of the finished record: its path by named rows, its path by the numbers of rows, itself."""

    named: str
    path: str
    value: Any


def steps(path: str) -> list[str]:
    """The names and row names of a path: `indicators[3].target` → `indicators`, `3`, `target`."""
    return [name or row for name, row in STEP.findall(path)]


def tree(values: Any) -> Any:
    """The values with every list as `Rows`; nothing of the original is shared."""
    if isinstance(values, dict):
        return {name: tree(value) for name, value in values.items()}
    if isinstance(values, list):
        return Rows({str(number): tree(value) for number, value in enumerate(values)})
    return values


def plain(node: Any) -> Any:
    """The values with lists as lists, without the deleted rows."""
    if isinstance(node, Rows):
        return [plain(value) for name, value in node.items() if name not in node.deleted]
    if isinstance(node, dict):
        return {name: plain(value) for name, value in node.items()}
    return node


def at(node: Any, path: str) -> Any:
    """The part of the tree (or of plain values) at a path. Raises `KeyError` where there is none."""
    for step in steps(path):
        if isinstance(node, list):
            if not step.isdigit() or int(step) >= len(node):
                raise KeyError(path)
            node = node[int(step)]
        elif isinstance(node, dict) and step in node:
            node = node[step]
        else:
            raise KeyError(path)
    return node


def put(node: Any, path: str, value: Any) -> None:
    """Sets the value at a path. Raises `KeyError` where what holds it is missing."""
    *above, last = steps(path)
    for step in above:
        node = _below(node, step, path)
    if not isinstance(node, dict) or (isinstance(node, Rows) and last not in node):
        raise KeyError(path)
    node[last] = tree(value)


def insert(node: Any, path: str, value: Any, after: str) -> None:
    """Inserts the row of a path below the one named `after`, "" above all. Raises `KeyError` where no list is."""
    *above, name = steps(path)
    for step in above:
        node = _below(node, step, path)
    if not isinstance(node, Rows) or name in node or (after and after not in node):
        raise KeyError(path)
    items = list(node.items())
    place = 1 + list(node).index(after) if after else 0
    items.insert(place, (name, tree(value)))
    node.clear()
    node.update(items)


def delete(node: Any, path: str) -> None:
    """Deletes the row of a path. Raises `KeyError` where there is none."""
    *above, name = steps(path)
    for step in above:
        node = _below(node, step, path)
    if not isinstance(node, Rows) or name not in node:
        raise KeyError(path)
    node.deleted.add(name)


def _below(node: Any, step: str, path: str) -> Any:
    if not isinstance(node, dict) or step not in node:
        raise KeyError(path)
    return node[step]


def numbered(node: Any, named: str = "", path: str = "") -> Iterator[Numbered]:
    """Every part of the tree below the root, deleted rows left out, with its two paths; what holds others first."""
    if named:
        yield Numbered(named, path, node)
    if isinstance(node, Rows):
        alive = [name for name in node if name not in node.deleted]
        for number, name in enumerate(alive):
            yield from numbered(node[name], f"{named}[{name}]", f"{path}[{number}]")
    elif isinstance(node, dict):
        dot = "." if named else ""
        for name, value in node.items():
            yield from numbered(value, f"{named}{dot}{name}", f"{path}{dot}{name}")


def holds(outer: str, inner: str) -> bool:
    """Whether a path is another or holds it; "" holds all."""
    return not outer or inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def generic(path: str) -> str:
    """The path without the names of rows: `indicators[+k1].target` → `indicators[].target`."""
    return _NAMES.sub("[]", path)


_NAMES = re.compile(r"\[[^\[\]]*\]")
