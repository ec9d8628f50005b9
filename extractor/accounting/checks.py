"""Looks whether what a schema says of its values holds. A failed check is a finding; the value stays as printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from extractor.document.finding_kinds import About, FindingKind
from extractor.document.results import Finding, finding
from schemas.relations import AtMost, InOrder, Owns, PercentAtMost100, Present, Relation, Share, Sums, SumsTo
from schemas.spec import SchemaSpec


class At(NamedTuple):
    """A value of a record with its path."""

    path: str
    value: Any


def check(schema: SchemaSpec, values: dict[str, Any], about: About) -> tuple[Finding, ...]:
    """The findings of all relations of a schema on a record's values.

    Where a schema asks for some of a page, a sum that fails is a finding on the list too: nothing else tells of a row
    that is missing.
    """
    out: list[Finding] = []
    for relation in schema.relations:
        kind, failures = _CHECKS[type(relation)]
        summed = lists_in(relation) if isinstance(relation, Sums) and schema.accounts == "asked" else ()
        for path, message in failures(relation, values):
            out.extend(finding(kind, one, message, about) for one in (path, *summed))
    return tuple(out)


def outcomes(schema: SchemaSpec, values: dict[str, Any]) -> tuple[int, int]:
    """How many relations between single amounts hold, and how many fail; one that lacks an amount does neither."""
    held = failed = 0
    for relation in schema.relations:
        paths = _amount_paths(relation)
        if not paths or any("[]" in path for path in paths):
            continue
        if any(_CHECKS[type(relation)][1](relation, values)):
            failed += 1
        elif all(_lookup(values, path) is not None for path in paths):
            held += 1
    return held, failed


def _amount_paths(relation: Relation) -> tuple[str, ...]:
    """The amounts that a relation compares; nothing for one that compares something else."""
    match relation:
        case Sums(total, parts):
            return (total, *parts)
        case Share(percent, part, whole):
            return (percent, part, whole)
        case AtMost(value, limit):
            return (value, limit)
    return ()


def _lookup(values: Any, path: str) -> Any:
    for name in path.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values


def _at(values: Any, path: str, prefix: str = "") -> list[At]:
    """All values that a path names, `[]` standing for every row."""
    head, _, rest = path.partition(".")
    many = head.endswith("[]")
    name = head.removesuffix("[]")
    here = None if values is None else values.get(name)
    where = f"{prefix}.{name}" if prefix else name
    if many:
        found: list[At] = []
        for n, item in enumerate(here or []):
            found.extend(_at(item, rest, f"{where}[{n}]") if rest else [At(f"{where}[{n}]", item)])
        return found
    return _at(here, rest, where) if rest else [At(where, here)]


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _amounts(values: dict[str, Any], paths: Iterable[str]) -> list[tuple[str, Decimal]]:
    found = [(at.path, _number(at.value)) for path in paths for at in _at(values, path)]
    return [(path, number) for path, number in found if number is not None]


Failures = Iterable[tuple[str, str]]


def _sums(relation: Sums, values: dict[str, Any]) -> Failures:
    total = _number(_at(values, relation.total)[0].value)
    parts = _amounts(values, relation.parts)
    if total is None or not parts:
        return
    added = sum((number for _, number in parts), Decimal(0))
    if abs(total - added) > Decimal(relation.tolerance):
        shown = " + ".join(str(number) for _, number in parts[:8]) + (" + …" if len(parts) > 8 else "")
        yield relation.total, f"printed {total}, but its parts add up to {added} ({shown}); check both in the source"


def lists_in(relation: Sums) -> tuple[str, ...]:
    """The lists whose rows a sum adds up."""
    return tuple(dict.fromkeys(part.split("[")[0] for part in relation.parts if "[]" in part))


def sum_holds(relation: Sums, values: dict[str, Any]) -> bool:
    """Whether a total and parts of it are there, and are the same."""
    there = _number(_at(values, relation.total)[0].value) is not None and bool(_amounts(values, relation.parts))
    return there and not any(_sums(relation, values))


def _sums_to(relation: SumsTo, values: dict[str, Any]) -> Failures:
    parts = _amounts(values, relation.parts)
    if not parts:
        return
    excess = sum((number for _, number in parts), Decimal(0)) - Decimal(relation.total)
    if abs(excess) <= Decimal(relation.tolerance):
        return
    message = f"{len(parts)} values add up to {excess + Decimal(relation.total)}, not to {relation.total}"
    if excess < 0 or any(abs(number - excess) <= Decimal(relation.tolerance) for _, number in parts):
        yield parts[0][0].split("[")[0], f"{message}; a row may be missing, or odd"
    else:  # neither a row that is missing nor one too many explains it: one of the values is odd
        yield from ((path, f"{message}; is it {number}?") for path, number in parts)


def falls_short(relation: SumsTo, values: dict[str, Any]) -> bool:
    """Whether the parts add up to less than they should: one of them may be missing."""
    parts = [number for _, number in _amounts(values, relation.parts)]
    return bool(parts) and Decimal(relation.total) - sum(parts, Decimal(0)) > Decimal(relation.tolerance)


def adds_up(relation: SumsTo, values: dict[str, Any]) -> tuple[str, ...]:
    """The lists of which each row has its part of a sum that is as it should be: no row of theirs is missing."""
    parts = [number for _, number in _amounts(values, relation.parts)]
    if abs(sum(parts, Decimal(0)) - Decimal(relation.total)) > Decimal(relation.tolerance):
        return ()
    lists = [path for path in relation.parts if "[]" in path]
    return tuple(
        path.split("[]")[0]
        for path in lists
        if len(rows := _at(values, path)) > 1 and all(_number(row.value) is not None for row in rows)
    )


def _at_most(relation: AtMost, values: dict[str, Any]) -> Failures:
    for value, limit in zip(_at(values, relation.value), _at(values, relation.limit), strict=True):
        number, most = _number(value.value), _number(limit.value)
        if number is not None and most is not None and number > most:
            yield value.path, f"{number} is above {most} ({limit.path})"


def _share(relation: Share, values: dict[str, Any]) -> Failures:
    percents, parts, wholes = (_at(values, p) for p in (relation.percent, relation.part, relation.whole))
    for percent, part, whole in zip(percents, parts, wholes, strict=True):
        stated, above, below = _number(percent.value), _number(part.value), _number(whole.value)
        if stated is None or above is None or not below:
            continue
        counted = 100 * above / below
        if abs(stated - counted) > Decimal(relation.tolerance):
            yield percent.path, f"printed {stated} %, but {above} ÷ {below} is {counted:.2f} %"


def _in_order(relation: InOrder, values: dict[str, Any]) -> Failures:
    for first, then in zip(_at(values, relation.first), _at(values, relation.then), strict=True):
        if first.value is not None and then.value is not None and then.value < first.value:
            yield then.path, f"{then.value} lies before {first.value} ({first.path})"


def _percent(relation: PercentAtMost100, values: dict[str, Any]) -> Failures:
    for at in _at(values, relation.value):
        if at.value and at.value["unit"] in ("%", "％") and Decimal(at.value["value"]) > 100:
            yield at.path, f"above 100 %: {at.value['text']}"


def _present(relation: Present, values: dict[str, Any]) -> Failures:
    wanted = _at(values, relation.value)
    beside: Sequence[At | None] = _at(values, relation.beside) if relation.beside else [None] * len(wanted)
    for at, other in zip(wanted, beside, strict=True):
        if at.value is None and (other is None or other.value is not None):
            what = f" (beside {str(other.value)[:30]!r})" if other is not None else ""
            yield at.path, f"no value is printed here{what}"


def _owns(relation: Owns, values: dict[str, Any]) -> Failures:
    allowed = dict(relation.allowed)
    known = {label for labels in allowed.values() for label in labels}
    for upper, lower in zip(_at(values, relation.upper), _at(values, relation.lower), strict=True):
        if upper.value in allowed and lower.value in known and lower.value not in allowed[upper.value]:
            yield lower.path, f"{lower.value} cannot stand under {upper.value}; a label may be lost above it"


_CHECKS: dict[type[Relation], tuple[FindingKind, Callable[[Any, dict[str, Any]], Failures]]] = {
    Sums: (FindingKind.SUMS, _sums),
    SumsTo: (FindingKind.SUMS_TO, _sums_to),
    AtMost: (FindingKind.AT_MOST, _at_most),
    Share: (FindingKind.SHARE, _share),
    InOrder: (FindingKind.IN_ORDER, _in_order),
    PercentAtMost100: (FindingKind.PERCENT_AT_MOST_100, _percent),
    Present: (FindingKind.PRESENT, _present),
    Owns: (FindingKind.OWNS, _owns),
}
