"""XML and JSON: values beside their names as grids of two columns, records of one kind as tables with a header.

Names and values are printed text alike; numbers keep their digits as written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Note
from extractor.errors import DocumentError
from extractor.readers.html import reader
from extractor.readers.page_blocks import Blocks
from extractor.readers.text import reader as text_source
from extractor.readers.text.encoding import decode

if TYPE_CHECKING:
    from lxml.etree import _Element


class Named(NamedTuple):
    """A member of an object: its name and what it holds."""

    name: str
    node: Node


class Fields(NamedTuple):
    """An object: its members in the order of the file, names possibly repeated."""

    members: list[Named]


# A JSON array is a list; text in XML that stands between elements is a member without a name.
Node = str | list["Node"] | Fields

DEEPEST = 200


def read(path: Path, name: str, settings: Settings) -> Document:
    """An .xml or .json file as one page; what is not well-formed is read as text, with a remark."""
    return document(text_source.load(path, _declared(path)), name)


def document(loaded: text_source.Loaded, name: str) -> Document:
    """An XML or JSON text as one page."""
    if reader.is_html(loaded.text):
        return reader.document(loaded, name)
    try:
        node = _xml(loaded.text) if loaded.text.lstrip().startswith("<") else _json(loaded.text)
        blocks = Blocks(1)
        _add("", node, blocks, 0)
    except ValueError as error:
        note = Note(FindingKind.STRUCTURE, 0, f"neither well-formed XML nor JSON ({error}): it was read as text")
        return Document(name, loaded.sha256, text_source.pages(loaded.text), notes=(*loaded.notes, note))
    except RecursionError:
        raise DocumentError(
            f"values are nested too deeply to be tables (over {DEEPEST}); give a flatter file"
        ) from None
    if not blocks.blocks:
        raise DocumentError("the file holds no values, only structure; check that it was exported in full")
    return Document(name, loaded.sha256, (blocks.finished("structured"),), notes=loaded.notes)


def _declared(path: Path) -> str | None:
    """The encoding that an XML declaration names."""
    with path.open("rb") as file:
        head = file.read(200)
    if not head.lstrip().startswith(b"<?xml") or b"encoding=" not in head:
        return None
    quoted = head.split(b"encoding=", 1)[1].split(b"?>", 1)[0].strip()
    return decode(quoted).text.strip("\"' ").split('"')[0].split("'")[0]


def _json(text: str) -> Node:
    """The values of a JSON text, or of a file of one JSON value a line. ValueError: it is neither."""
    parser = json.JSONDecoder(object_pairs_hook=_fields, parse_float=str, parse_int=str, parse_constant=str)
    try:
        return _node(parser.decode(text))
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        return [_node(parser.decode(line)) for line in lines]


def _fields(pairs: list[tuple[str, object]]) -> Fields:
    return Fields([Named(name, _node(value)) for name, value in pairs])


def _node(value: object) -> Node:
    if isinstance(value, Fields | str):
        return value
    if isinstance(value, list):
        return [_node(item) for item in value]
    return {None: "", True: "true", False: "false"}[bool(value) if value is not None else None]


def _xml(text: str) -> Node:
    """The values of an XML text: attributes, then children. ValueError: it is not well-formed."""
    from lxml import etree

    # No network, no files: entities come from the text alone, and libxml2 bounds their growth and the depth.
    parser = etree.XMLParser(no_network=True, remove_pis=True, remove_comments=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    return Fields([Named(_local(root.tag), _element(root))])


def _element(element: _Element) -> Node:
    members = [Named(_local(name), str(value)) for name, value in element.attrib.items() if not _is_schema(name)]
    if not members and len(element) == 0:
        return (element.text or "").strip()
    members += _children(element)
    return Fields(_gathered(members))


def _children(element: _Element) -> Iterator[Named]:
    if element.text and element.text.strip():
        yield Named("", element.text.strip())
    for child in element:
        if isinstance(child.tag, str):
            yield Named(_local(child.tag), _element(child))
        elif child.text:  # an entity that was not resolved stays visible
            yield Named("", child.text.strip())
        if child.tail and child.tail.strip():
            yield Named("", child.tail.strip())


def _gathered(members: list[Named]) -> list[Named]:
    """Members, with runs of the same name as one list."""
    out: list[Named] = []
    run: list[Node] = []
    for at, member in enumerate(members):
        run.append(member.node)
        following = members[at + 1].name if at + 1 < len(members) else None
        if not member.name or member.name != following:
            out.append(Named(member.name, run if len(run) > 1 else run[0]))
            run = []
    return out


def _local(tag: str | bytes | object) -> str:
    return str(tag).rpartition("}")[2]


def _is_schema(name: object) -> bool:
    return str(name).startswith("{http://www.w3.org/2001/XMLSchema-instance}")


def _add(name: str, node: Node, blocks: Blocks, depth: int) -> None:
    """Adds a value under its name."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(node, str):
        if name:
            blocks.rows([[name, node]], ragged=False)
        else:
            blocks.lines(node)
        return
    if name:
        blocks.line(name)
    if isinstance(node, Fields):
        _add_fields(node, blocks, depth)
    else:
        _add_list(node, blocks, depth)


def _add_fields(fields: Fields, blocks: Blocks, depth: int) -> None:
    """Adds an object: plain members in a row are a grid of names and values, the others stand under their names."""
    plain: list[list[str]] = []
    for member in fields.members:
        if isinstance(member.node, str) and member.name:
            plain.append([member.name, member.node])
            continue
        if plain:
            blocks.rows(plain, ragged=False)
            plain = []
        _add(member.name, member.node, blocks, depth + 1)
    if plain:
        blocks.rows(plain, ragged=False)


def _add_list(items: list[Node], blocks: Blocks, depth: int) -> None:
    """Adds a list: records and lists of plain values are a table, anything else stands one after the other."""
    header = _header(items)
    if header:
        records = [{m.name: m.node for m in item.members} for item in items if isinstance(item, Fields)]
        blocks.rows([header] + [[_plain(record.get(name, "")) for name in header] for record in records], ragged=False)
    elif items and all(isinstance(item, list) and all(isinstance(v, str) for v in item) for item in items):
        rows = [[_plain(value) for value in item] for item in items if isinstance(item, list)]
        blocks.rows(rows, ragged=len(set(map(len, rows))) > 1)
    else:
        for item in items:
            _add("", item, blocks, depth + 1)


def _header(items: list[Node]) -> list[str]:
    """The names of the columns, where all items are objects of plain values (or lists of such) under distinct names."""
    names: dict[str, None] = {}
    for item in items:
        if not isinstance(item, Fields) or not item.members:
            return []
        own = [member.name for member in item.members]
        if len(set(own)) < len(own) or "" in own or not all(_is_plain(member.node) for member in item.members):
            return []
        names.update(dict.fromkeys(own))
    return list(names)


def _is_plain(node: Node) -> bool:
    return isinstance(node, str) or (isinstance(node, list) and all(isinstance(item, str) for item in node))


def _plain(node: Node) -> str:
    return node if isinstance(node, str) else "\n".join(item for item in node if isinstance(item, str))
