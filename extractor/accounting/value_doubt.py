"""How doubtful each value of a record is, from 0 to 1: a pure function of what a line of `records.jsonl` holds.

Each sign that speaks against a value (a finding, a weak proof, an unsure OCR) has a weight: about the share of errors
where it stands alone. Signs are joined as if they were independent: doubt = 1 − product of (1 − strength × weight).
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Any, NamedTuple

from extractor.document.finding_kinds import FindingKind

DIGITS = 5
"""Decimals of a doubt: so many that a threshold in a file is met exactly."""


@dataclass(frozen=True, slots=True)
class DoubtWeights:
    """The weight of each sign, a share of errors.

    Fitted by `python -m eval.studies.doubt_weights` to documents that were looked at before: 110 texts of the study of
    layouts (seed 20261129), 20 pages and 20 OCR texts of `eval.synth` (seed 86500), the samples as `rules` and as
    recorded answers of a model read them. Three signs were not seen there (`unplaced`, `folded`, `fuzzy`), and are
    guesses.
    """

    base: float = 0.0001
    """Every value has it."""
    error: float = 0.05
    """A finding about the reading on the value itself, of the severity `error`; one for each kind."""
    warning: float = 0.23
    """The same of another severity."""
    above: float = 0.077
    """A finding about the reading on a row, a list or a group."""
    on_record: float = 0.052
    """A finding about the reading on the whole record."""
    source: float = 0.0059
    """A finding about the source on the value, or on what holds it: what is odd may be misread, or a row missing."""
    neighbours: float = 0.011
    """The strength is the share of the record's values that a finding below the record doubts."""
    empty: float = 0.00049
    """No value was read."""
    unplaced: float = 0.2
    """There is a value, and no place of it."""
    unproven: float = 0.0095
    """A value with places, and no proof."""
    layout: float = 0.0012
    """Proofs that say less than a label, a heading or a unit does."""
    agreed: float = 0.00054
    order: float = 0.00016
    column: float = 0.0018
    pattern: float = 0.0015
    folded: float = 0.002
    """The value is the printed text but for white space and the width of characters."""
    fuzzy: float = 0.3
    """It is nearly the printed text."""
    pieces: float = 0.0025
    """It was put together from several places."""
    confidence: float = 0.021
    """The strength is 1 − the OCR's confidence."""


WEIGHTS = DoubtWeights()
MARK = hashlib.sha256(repr(WEIGHTS).encode()).hexdigest()[:12]
"""Of these weights: a rule of settling that was made with others compares numbers of another meaning."""


class Sign(NamedTuple):
    """A sign that speaks against a value: the name of its weight, and its strength from 0 to 1."""

    weight: str
    strength: float = 1.0


class Node(NamedTuple):
    """A part of a record's values: its path, the paths that hold it (outermost first), whether it is a value."""

    path: str
    above: tuple[str, ...]
    is_value: bool
    value: Any


Line = Mapping[str, Any]
"""A line of `records.jsonl`."""


def doubts(record: Line, weights: DoubtWeights = WEIGHTS) -> dict[str, float]:
    """Path → doubt of each value, of all that holds values, and of the whole record (`""`).

    What holds others is never more doubtful than what it holds: its doubt is that something of it is missing.
    """
    weight = asdict(weights)
    nodes = list(parts(record["values"]))
    own = signs(record, nodes)
    sure = {path: prod(1.0 - sign.strength * weight[sign.weight] for sign in found) for path, found in own.items()}
    return {n.path: round(1.0 - prod(sure[path] for path in (*n.above, n.path)), DIGITS) for n in nodes}


def parts(value: Any, path: str = "", above: tuple[str, ...] = ()) -> Iterator[Node]:
    """Every part of a record's values, what holds others first; a quantity with its unit is one value."""
    inner: list[tuple[str, Any]] = []
    if isinstance(value, Mapping) and not ("operator" in value and "text" in value):
        inner = [(f"{path}.{name}" if path else name, part) for name, part in value.items()]
    elif isinstance(value, list):
        inner = [(f"{path}[{n}]", part) for n, part in enumerate(value)]
    yield Node(path, above, not inner and not isinstance(value, list), value)
    for at, part in inner:
        yield from parts(part, at, (*above, path))


def nearest(path: str, known: Container[str]) -> str:
    """The path itself, or the nearest that holds it, among some paths; `""` where none does."""
    while path and path not in known:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return path


def signs(record: Line, nodes: Sequence[Node]) -> dict[str, list[Sign]]:
    """The signs on each part of a record; those on what holds it count for it, too, and are not repeated."""
    on = _findings_by_node(record, {node.path for node in nodes})
    out = {node.path: [_of_finding(found, node) for found in on.get(node.path, ())] for node in nodes}
    out[""].append(Sign("neighbours", _share_in_doubt(nodes, on)))
    for node in nodes:
        if node.is_value:
            out[node.path].extend((Sign("base"), *_of_place(node, record["evidence"].get(node.path) or ())))
    for path, values in _listed(nodes).items():
        of_values = sorted((out[value] for value in values), key=_weighed)
        out[path].extend(of_values[(len(values) - 1) // 2] if values else [Sign("base"), Sign("empty")])
    return out


def _listed(nodes: Iterable[Node]) -> dict[str, list[str]]:
    """The outermost lists, each with the values in it.

    A list has the signs of its middle value: where what was read is weak, a row may be missing.
    """
    out: dict[str, list[str]] = {}
    for node in nodes:
        holder = next((path for path in node.above if path in out), None)
        if holder is None and isinstance(node.value, list):
            out[node.path] = []
        elif holder is not None and node.is_value:
            out[holder].append(node.path)
    return out


def _weighed(signs: Iterable[Sign]) -> float:
    return sum((sign.strength * float(getattr(WEIGHTS, sign.weight)) for sign in signs), 0.0)


def _findings_by_node(record: Line, known: Container[str]) -> dict[str, list[Line]]:
    """The findings on each node, one of a kind and a bearing each; those of a rule of settling say nothing new."""
    out: dict[str, dict[tuple[str, str], Line]] = {}
    for found in record["findings"]:
        if found["kind"] != FindingKind.BELOW_SETTLING_RULE:
            out.setdefault(nearest(found["path"], known), {}).setdefault((found["kind"], found["about"]), found)
    return {path: list(kinds.values()) for path, kinds in out.items()}


def _of_finding(found: Line, node: Node) -> Sign:
    if found["about"] != "reading":
        return Sign("source", 1.0 if node.path else 0.0)
    if not node.path:
        return Sign("on_record")
    if not node.is_value:
        return Sign("above")
    return Sign("error" if found.get("severity") == "error" else "warning")


def _share_in_doubt(nodes: Iterable[Node], on: Mapping[str, list[Line]]) -> float:
    """The share of the values that a finding about the reading names, or something below the record that holds them."""
    named = {path for path, found in on.items() if path and any(f["about"] == "reading" for f in found)}
    values = [node for node in nodes if node.is_value]
    return sum(not named.isdisjoint((*node.above, node.path)) for node in values) / max(1, len(values))


_PROOFS = frozenset({"unproven", "layout", "agreed", "order", "column", "pattern"})
_MATCHES = frozenset({"folded", "fuzzy"})


def _of_place(node: Node, spans: Sequence[Line]) -> Iterator[Sign]:
    """The signs of where a value stands."""
    if node.value is None or not spans:
        yield Sign("empty" if node.value is None else "unplaced")
        return
    proofs = {span.get("proof") or "unproven" for span in spans}
    matches = {span.get("match") or "exact" for span in spans}
    yield from map(Sign, sorted((proofs & _PROOFS) | (matches & _MATCHES)))
    if len(spans) > 1:
        yield Sign("pieces")
    sure = [span["confidence"] for span in spans if span.get("confidence") is not None]
    if sure:
        yield Sign("confidence", 1.0 - min(sure))
