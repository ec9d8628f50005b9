"""XML and JSON: values beside their names as grids of two columns, records of one kind as tables with a header.

Names and values are printed text alike; numbers keep their digits as written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Note
from extractor.errors import DocumentError
from extractor.readers.page_blocks import Blocks
from extractor.readers.text.reader import pages
from extractor.readers.text_file import Loaded

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


def document(loaded: Loaded, name: str) -> Document:
    """An XML or JSON text as one page."""
    try:
        node = _xml(loaded.text) if loaded.text.lstrip().startswith("<") else _json(loaded.text)
        blocks = Blocks(1)
        _add_root(node, blocks)
    except ValueError as error:
        note = Note(FindingKind.STRUCTURE, 0, f"neither well-formed XML nor JSON ({error}): it was read as text")
        return Document(name, loaded.sha256, pages(loaded.text), notes=(*loaded.notes, note))
    except RecursionError:
        raise DocumentError(
            f"values are nested too deeply to be tables (over {DEEPEST}); give a flatter file"
        ) from None
    if not blocks.blocks:
        raise DocumentError("the file holds no values, only structure; check that it was exported in full")
    return Document(name, loaded.sha256, (blocks.finished("structured"),), notes=loaded.notes)


def _json(text: str) -> Node:
    """The values of a JSON text, or of a file of one JSON value a line. ValueError: it is neither."""
    parser = json.JSONDecoder(object_pairs_hook=_fields, parse_float=str, parse_int=str, parse_constant=str)
    try:
        return _node(parser.decode(text))
    except ValueError:
        lines = [line for line in text.split("\n") if line.strip()]
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


def _add_root(node: Node, blocks: Blocks) -> None:
    """Adds the whole: the name of the one element that holds all stands above, and in no path."""
    if isinstance(node, Fields) and len(node.members) == 1 and not isinstance(node.members[0].node, str):
        name, node = node.members[0]
        if name and not isinstance(node, list):
            blocks.line(name)
            name = ""
        _add(name, node, blocks, 1)
        return
    _add("", node, blocks, 0)


def _add(name: str, node: Node, blocks: Blocks, depth: int) -> None:
    """Adds a value under its name; below the first level the name is a path (`orders[2].lines`)."""
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
        _add_fields(name, node, blocks, depth)
    else:
        _add_list(name, node, blocks, depth)


def _add_fields(path: str, fields: Fields, blocks: Blocks, depth: int) -> None:
    """Adds an object: plain members in a row are a grid of names and values, the others stand under their paths."""
    plain: list[list[str]] = []
    for member in fields.members:
        if isinstance(member.node, str) and member.name:
            plain.append([member.name, member.node])
            continue
        if plain:
            blocks.rows(plain, ragged=False)
            plain = []
        _add(_below(path, member.name), member.node, blocks, depth + 1)
    if plain:
        blocks.rows(plain, ragged=False)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else name


def _add_list(path: str, items: list[Node], blocks: Blocks, depth: int) -> None:
    """Adds a list: records and lists of plain values are a table, anything else stands one after the other."""
    records = [_record(item, depth) for item in items]
    if records and all(records):
        _add_records(path, [record for record in records if record], blocks, depth)
    elif items and all(isinstance(item, list) and all(isinstance(v, str) for v in item) for item in items):
        rows = [[_plain(value) for value in item] for item in items if isinstance(item, list)]
        blocks.rows(rows, ragged=len(set(map(len, rows))) > 1)
    else:
        for item in items:
            _add("", item, blocks, depth + 1)


class Record(NamedTuple):
    """An object as a row: the texts of its columns, and the lists of records that it holds, by their paths."""

    cells: dict[str, str]
    lists: dict[str, list[Node]]


def _record(item: Node, depth: int) -> Record | None:
    """The object as a row; parts of it are columns with a path (`author.name`). None: it cannot be one row."""
    if not isinstance(item, Fields) or not item.members:
        return None
    found = Record({}, {})
    return found if _gather(item, "", found, depth) else None


def _gather(fields: Fields, path: str, found: Record, depth: int) -> bool:
    """Puts the members of an object into the row; False where a name is missing or stands twice."""
    if depth > DEEPEST:
        raise RecursionError
    for name, node in fields.members:
        place = _below(path, name)
        if not name or place in found.cells or place in found.lists:
            return False
        if _is_plain(node):
            found.cells[place] = _plain(node)
        elif isinstance(node, list):
            found.lists[place] = node
        elif isinstance(node, Fields) and not _gather(node, place, found, depth + 1):
            return False
    return True


def _add_records(path: str, records: list[Record], blocks: Blocks, depth: int) -> None:
    """Adds records as one table, and below it the lists that they hold, each under its path."""
    header = list(dict.fromkeys(name for record in records for name in record.cells))
    if header:
        blocks.rows([header] + [[record.cells.get(name, "") for name in header] for record in records], ragged=False)
    for number, record in enumerate(records, 1):
        for name, items in record.lists.items():
            _add(_below(f"{path}[{number}]", name), items, blocks, depth + 1)


def _is_plain(node: Node) -> bool:
    return isinstance(node, str) or (isinstance(node, list) and all(isinstance(item, str) for item in node))


def _plain(node: Node) -> str:
    return node if isinstance(node, str) else "\n".join(item for item in node if isinstance(item, str))
