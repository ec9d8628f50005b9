"""Does a value stand in its source? The share that does not, with gold's own share as the floor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from eval.comparators import NUMBER
from eval.fields import Node, choices, nodes
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
    """What a document says: its folded text, its numbers, its dates."""

    text: str
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
    return Source(folded, frozenset(numbers), frozenset(dates))


def read(path: Path) -> Source:
    """A source from its file; raises `DocumentError` where it cannot be read."""
    from extractor import sources
    from extractor.config import Settings

    document = sources.read(path, path.name, Settings.load())
    return source_of("\n".join(unit.text for unit in document.units()))


def find(document: str, gold: Path, folders: Sequence[Path]) -> Path:
    """The file of a gold's document, in the folders named or beside the gold; raises `CallError` where it is not."""
    name = Path(document).name
    for folder in (*folders, gold.parent):
        for path in (folder / document, folder / name):
            if path.is_file():
                return path
    raise CallError(f"{gold}: its document {document} is not beside it; name its folder with --sources")


def stated(spec: SchemaSpec, values: Mapping[str, Any], source: Source) -> Stated:
    """Which values of a form stand in the source; of alternatives in gold one is enough."""
    found = [(path, any(_stands(kind, option, source) for option in options)) for path, kind, options in _leaves(
        nodes(spec), values, ""
    )]  # fmt: skip
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


def _stands(comparator: str, value: Any, source: Source) -> bool:
    text = fold(str(value))
    if comparator == "date":
        return text in source.dates
    if comparator in ("amount", "integer") and NUMBER.fullmatch(text):
        if Decimal(text).copy_abs() in source.numbers:
            return True
        return len(text) >= LONG and text in source.text.replace(",", "")
    return text in source.text or _nearly(text, source)


def _nearly(text: str, source: Source) -> bool:
    from rapidfuzz import fuzz

    return len(text) >= LONG and fuzz.partial_ratio(text, source.text, score_cutoff=CLOSE) > 0
