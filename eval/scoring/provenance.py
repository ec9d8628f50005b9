"""Does a value stand in its source? The share that does not, with gold's own share as the floor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from eval.scoring.comparators import NUMBER
from eval.scoring.field_tree import Node, choices, nodes
from extractor.errors import CallError
from schemas.spec import SchemaSpec
from schemas.values import fold

DERIVED = frozenset({"operator"})
"""Leaves that are read out of another one, and need not stand by themselves."""
CLOSE = 95.0
"""Similarity (0 to 100) of a long text with the best passage of the source that counts as standing there."""
LONG = 8
"""From this many characters a text may stand there nearly, or a number inside of other text."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a document says: its folded text, the runs of it between wide gaps by first character, numbers, dates."""

    text: str
    runs: Mapping[str, frozenset[str]]
    numbers: frozenset[Decimal]
    dates: frozenset[str]


class Stated(NamedTuple):
    """How many values there are, and the paths of those that the source does not have."""

    values: int
    absent: tuple[str, ...]


def source_of(text: str) -> Source:
    """A source from its text."""
    flat = unicodedata.normalize("NFKC", text)
    numbers = {Decimal(found.replace(",", "")) for found in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", flat)}
    folded = fold(text)
    found = re.findall(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", folded)
    dates = {f"{year}-{int(month):02d}-{int(day):02d}" for year, month, day in found}
    return Source(folded, _runs(text), frozenset(numbers), frozenset(dates))


def _runs(text: str) -> dict[str, frozenset[str]]:
    """Each line's runs of text between tabs and wide gaps: the pieces that a wrapped value is made of."""
    out: dict[str, set[str]] = {}
    for piece in re.split(r"[\t\n\r\f]|\s{2,}|<[^<>]{1,40}>", text):
        folded = fold(piece)
        if folded:
            out.setdefault(folded[0], set()).add(folded)
    return {first: frozenset(runs) for first, runs in out.items()}


def read(path: Path) -> Source:
    """A source from its file; raises `DocumentError` where it cannot be read."""
    from extractor import readers
    from extractor.config import Settings

    document = readers.read(path, path.name, Settings.load())
    return source_of("\n".join(unit.text for unit in document.units()))


def find(document: str, gold: Path, folders: Sequence[Path]) -> Path:
    """The file of a gold's document, in the folders named or beside the gold; raises `CallError` where it is not."""
    name = Path(document).name
    for folder in (*folders, gold.parent):
        for path in (folder / document, folder / name):
            if path.is_file():
                return path
    raise CallError(f"{gold}: its document {document} is not beside it; name its folder with --sources")


def stated(spec: SchemaSpec, values: Mapping[str, Any], source: Source, *, nearly: bool = True) -> Stated:
    """Which values of a form stand in the source (long texts: `nearly`); of alternatives in gold one is enough."""
    found = [
        (path, any(_stands(comparator, option, source, nearly) for option in options))
        for path, comparator, options in _leaves(nodes(spec), values, "")
    ]
    return Stated(len(found), tuple(path for path, stands in found if not stands))


def _leaves(fields: Sequence[Node], values: Any, at: str) -> Iterator[tuple[str, str, list[Any]]]:
    if not isinstance(values, Mapping):
        return
    for node in fields:
        path = f"{at}.{node.name}" if at else node.name
        yield from _leaf(node, values.get(node.name), path)


def _leaf(node: Node, value: Any, path: str) -> Iterator[tuple[str, str, list[Any]]]:
    options = [option for option in choices(value) if option is not None]
    if not options or node.name in DERIVED:
        return
    if node.structure == "group":
        yield from _leaves(node.children, options[0], path)
    elif node.structure == "scalar":
        yield path, node.comparator, options
    elif isinstance(options[0], list):
        for i, item in enumerate(options[0]):
            yield from _item(node, item, f"{path}[{i}]")


def _item(node: Node, item: Any, path: str) -> Iterator[tuple[str, str, list[Any]]]:
    if node.children:
        yield from _leaves(node.children, choices(item)[0], path)
    elif isinstance(item, list):
        yield from ((f"{path}[{k}]", node.comparator, [cell]) for k, cell in enumerate(item) if cell is not None)
    elif item is not None:
        yield path, node.comparator, choices(item)


def _stands(comparator: str, value: Any, source: Source, nearly: bool) -> bool:
    text = fold(str(value))
    if comparator == "boolean":
        return True  # printed in one of many ways
    if comparator == "date":
        return text in source.dates
    if comparator in ("amount", "integer") and NUMBER.fullmatch(text):
        if Decimal(text).copy_abs() in source.numbers:
            return True
        return len(text) >= LONG and text in source.text.replace(",", "")
    return text in source.text or _in_pieces(text, source.runs) or (nearly and _nearly(text, source))


def _in_pieces(text: str, runs: Mapping[str, frozenset[str]]) -> bool:
    """Whether the text is made of whole runs: a value that was wrapped, or cut in two by a page."""
    reached = {0}
    for at in range(len(text)):
        if at in reached:
            reached |= {at + len(run) for run in runs.get(text[at], ()) if text.startswith(run, at)}
    return len(text) in reached


def _nearly(text: str, source: Source) -> bool:
    from rapidfuzz import fuzz

    return len(text) >= LONG and fuzz.partial_ratio(text, source.text, score_cutoff=CLOSE) > 0
