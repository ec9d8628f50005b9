"""Elements of office files by names without namespaces: the strict and the usual format differ in nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element


def local(tag: object) -> str:
    """A tag or attribute without its namespace."""
    return str(tag).rpartition("}")[2]


def child(element: _Element | None, *names: str) -> _Element | None:
    """The first child of that name, of that name, and so on."""
    for name in names:
        element = next((e for e in element if local(e.tag) == name), None) if element is not None else None
    return element


def value(element: _Element | None, name: str = "val") -> str | None:
    """An element's attribute, by its name without namespace."""
    if element is None:
        return None
    return next((str(text) for key, text in element.attrib.items() if local(key) == name), None)


def is_on(element: _Element | None) -> bool:
    """Whether a switch is there and not turned off."""
    return element is not None and (value(element) or "1").lower() not in ("0", "false", "off", "none")


def texts(element: _Element) -> Iterator[str]:
    """All text of an element, a space after each paragraph."""
    for inner in element.iter():
        if local(inner.tag) in ("t", "delText"):
            yield inner.text or ""
        elif local(inner.tag) in ("p", "tab", "br"):
            yield " "
