"""Which form is which, and which row is which: optimal assignment over what agrees.

Method: scipy's `linear_sum_assignment` (Jonker–Volgenant) over matching cells, with the key's similarity and the
reading order to break ties. Pairs that agree by coincidence alone are not pairs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.scoring.comparators import canonical
from eval.scoring.field_tree import Node, choices, keys, nodes
from schemas.spec import SchemaSpec

Matrix = NDArray[np.float64]

ORDER = 1e-3
"""Weight of the reading order: it decides between equals, and nothing else."""
SPANNING = 0.5
"""Weight of a cell whose label spans rows: neighbours share it anyhow."""
ENOUGH = 0.5
"""Share of what two rows both have, and agree in, that makes them the same row; so does a key this similar."""
DESPITE = 0.65
"""That share where both have a key, and the keys differ."""
SAME_FORM = 0.25
"""Share of equal values that makes two forms the same, where their keys don't."""


class Pair(NamedTuple):
    """Positions in gold and record; None where the one or the other has nothing."""

    gold: int | None
    record: int | None


class Column(NamedTuple):
    """One leaf of a row: the names that lead to it, its comparator, its share of its cell."""

    names: tuple[str, ...]
    comparator: str
    weight: float


def rows(node: Node, gold: Sequence[Any], record: Sequence[Any]) -> list[Pair]:
    """The rows of a list paired: pairs and omitted rows in gold's order, then invented rows in the record's."""
    if not gold or not record or _alike(gold, record):
        return _complete([(i, i) for i in range(min(len(gold), len(record)))], len(gold), len(record))
    return _complete(_assign(_row_weights(node, gold, record)), len(gold), len(record))


def _alike(gold: Sequence[Any], record: Sequence[Any]) -> bool:
    return len(gold) == len(record) and list(gold) == list(record)


def _complete(pairs: Sequence[tuple[int, int]], n: int, m: int) -> list[Pair]:
    by_gold = dict(pairs)
    taken = set(by_gold.values())
    found = [Pair(i, by_gold.get(i)) for i in range(n)]
    return found + [Pair(None, j) for j in range(m) if j not in taken]


def _assign(weights: Matrix) -> list[tuple[int, int]]:
    """The pairs of the best assignment; weights of 0 are no pairs."""
    from scipy.optimize import linear_sum_assignment

    n, m = weights.shape
    places = np.subtract.outer(np.arange(n) / max(n, m), np.arange(m) / max(n, m))
    total = np.where(weights > 0, weights + ORDER * (1.0 - places**2), 0.0)
    left, right = linear_sum_assignment(total, maximize=True)
    return [(int(i), int(j)) for i, j in zip(left, right, strict=True) if weights[i, j] > 0]


def _row_weights(node: Node, gold: Sequence[Any], record: Sequence[Any]) -> Matrix:
    weights = np.zeros((len(gold), len(record)))
    could = np.zeros_like(weights)
    for column in _columns(node):
        left = [_canonicals(row, column) for row in gold]
        right = [_canonicals(row, column) for row in record]
        equal, both = _agreement(left, right)
        weights += column.weight * equal
        could += column.weight * both
    similar, keyed = _similarity([_key(node, row) for row in gold], [_key(node, row) for row in record])
    weights += similar
    needed = np.where(keyed > 0, DESPITE, ENOUGH) * (could + keyed)
    return np.where((weights >= needed) | (similar >= ENOUGH), weights, 0.0)


@cache
def _columns(node: Node) -> tuple[Column, ...]:
    """The leaves of a row; a printed cell weighs 1 however many leaves it has."""
    if not node.children:
        return (Column((), node.comparator, 1.0),)
    out: list[Column] = []
    for child in node.children:
        leaves = list(_below(child))
        weight = SPANNING if child.spans else 1.0
        share = weight / len(leaves) if child.cell else weight
        out += [Column(names, comparator, share) for names, comparator in leaves]
    return tuple(out)


def _below(node: Node) -> Iterator[tuple[tuple[str, ...], str]]:
    if not node.children:
        yield (node.name,), node.comparator
    for child in node.children:
        for names, comparator in _below(child):
            yield (node.name, *names), comparator


def _canonicals(row: Any, column: Column) -> list[Hashable]:
    """What stands in a column of a row, once for each alternative."""
    found = choices(row)
    for name in column.names:
        found = [option for part in found if isinstance(part, Mapping) for option in choices(part.get(name))]
    return [canonical(column.comparator, value) for value in found]


def _agreement(left: Sequence[Sequence[Hashable]], right: Sequence[Sequence[Hashable]]) -> tuple[Matrix, Matrix]:
    """Where two columns are equal, and where both have something."""
    numbers: dict[Hashable, int] = {}
    wide = max((len(options) for options in left), default=1) or 1
    a = np.full((len(left), wide), -1)
    for i, options in enumerate(left):
        for k, value in enumerate(options):
            if value is not None:
                a[i, k] = numbers.setdefault(value, len(numbers))
    b = np.array([-2 if not o or o[0] is None else numbers.setdefault(o[0], len(numbers)) for o in right])
    equal = np.equal(a[:, :, None], b[None, None, :]).any(axis=1)
    both = np.logical_and.outer(a.max(axis=1) >= 0, b >= 0)
    return equal.astype(float), both.astype(float)


def _key(node: Node, row: Any) -> str:
    """What tells a row from its neighbours, as one text: its key fields, or the row itself where it is a text."""
    row = choices(row)[0]
    if not node.children:
        return " ".join(_texts(row))
    if not isinstance(row, Mapping):
        return ""
    parts = [choices(row.get(child.name))[0] for child in node.children if child.key]
    return " ".join(text for part in parts for text in _texts(part))


def _texts(value: Any) -> list[str]:
    """The folded texts of a value, of a list of them cell by cell."""
    parts = value if isinstance(value, list) else [value]
    return [str(folded) for part in parts if (folded := canonical("text", part)) is not None]


def _similarity(left: Sequence[str], right: Sequence[str]) -> tuple[Matrix, Matrix]:
    """How similar keys are (0 to 1), and where both are there."""
    from rapidfuzz import fuzz, process

    both = np.logical_and.outer([bool(key) for key in left], [bool(key) for key in right]).astype(float)
    similar = process.cdist(left, right, scorer=fuzz.ratio, dtype=np.float32).astype(float) / 100.0
    return similar * both, both


def forms(
    gold: Sequence[tuple[SchemaSpec, Mapping[str, Any]]], record: Sequence[tuple[SchemaSpec | None, Mapping[str, Any]]]
) -> list[Pair]:
    """The forms of a document paired, each with a record of its own schema; nothing shifts where one is missing."""
    if not gold or not record:
        return _complete([], len(gold), len(record))
    same = np.array([[g.name == (r.name if r else None) for r, _ in record] for g, _ in gold])
    overlap = _overlap([_tokens(s, v) for s, v in gold], [_tokens(s, v) for s, v in record])
    similar, both = _similarity([_form_key(s, v) for s, v in gold], [_form_key(s, v) for s, v in record])
    kept = same & ((similar >= ENOUGH) | (overlap >= SAME_FORM) | (both == 0))
    return _complete(_assign(np.where(kept, 2.0 * overlap + similar + 1e-6, 0.0)), len(gold), len(record))


def _form_key(spec: SchemaSpec | None, values: Mapping[str, Any]) -> str:
    parts = [choices(values.get(node.name))[0] for node in keys(spec)] if spec else []
    return " ".join(text for part in parts for text in _texts(part))


def _tokens(spec: SchemaSpec | None, values: Mapping[str, Any]) -> set[Hashable]:
    """Every value of a form with its field: what two readings of one form share."""
    return set(_walk(nodes(spec), values)) if spec else set()


def _walk(fields: Sequence[Node], values: Any) -> Iterator[Hashable]:
    if not isinstance(values, Mapping):
        return
    for node in fields:
        for value in choices(values.get(node.name)):
            yield from _token(node, value)


def _token(node: Node, value: Any) -> Iterator[Hashable]:
    if node.structure == "group":
        yield from _walk(node.children, value)
    elif node.structure == "scalar":
        token = canonical(node.comparator, value)
        if token is not None:
            yield node.path, token
    elif isinstance(value, list):
        for item in value:
            for option in choices(item):
                yield from _walk(node.children, option) if node.children else _item_tokens(node, option)


def _item_tokens(node: Node, item: Any) -> Iterator[Hashable]:
    for text in _texts(item):
        yield node.path, text


def _overlap(left: Sequence[set[Hashable]], right: Sequence[set[Hashable]]) -> Matrix:
    """The share of equal values of each two forms, by a sparse product over all values that occur."""
    from scipy.sparse import csr_array

    numbers: dict[Hashable, int] = {}
    for tokens in (*left, *right):
        for token in tokens:
            numbers.setdefault(token, len(numbers))
    if not numbers:
        return np.zeros((len(left), len(right)))

    def incidence(sets: Sequence[set[Hashable]]) -> Any:
        places = [(i, numbers[token]) for i, tokens in enumerate(sets) for token in tokens]
        at = np.array(places, dtype=np.int64).reshape(-1, 2)
        return csr_array((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(sets), len(numbers)))

    common = (incidence(left) @ incidence(right).T).toarray()
    sizes = np.maximum.outer([len(s) for s in left], [len(s) for s in right])
    return np.asarray(common / np.maximum(sizes, 1), dtype=float)
