"""Source errors: breaks the relations of a form at a stated rate, and lists every relation that a form breaks.

`broken` is written from `schemas/relations.py` alone, apart from the checks of the system that it serves to test.
A finding's path is the value that is not what the others say: the total of a sum, the list of parts that sum to a
fixed number, the share, the value above its limit, the later date, the level-2 label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from eval.synth.content import Form
from eval.synth.indicators import Values, indicator_value
from extractor.document.finding_kinds import FindingKind
from schemas import load
from schemas.relations import AtMost, InOrder, Owns, PercentAtMost100, Present, Relation, Share, Sums, SumsTo


class Broken(NamedTuple):
    """A relation that does not hold: the path it is about, its kind."""

    path: str
    kind: FindingKind


def broken(form: Form) -> list[Broken]:
    """Every relation of the form's schema that its values break."""
    relations = load(form.type).relations
    return [hit for relation in relations for hit in CHECKS[type(relation)](form.values, relation)]


def at(values: Values, path: str) -> Any:
    """The value at a path, None where something on the way is missing."""
    here: Any = values
    for name in re.findall(r"[^.\[\]]+", path):
        if here is None:
            return None
        here = here[int(name)] if name.isdigit() else here.get(name)
    return here


def expand(values: Values, path: str) -> list[str]:
    """The paths of every row that a path with `[]` stands for; the path itself without."""
    if "[]" not in path:
        return [path]
    head, tail = path.split("[]", 1)
    return [f"{head}[{i}]{tail}" for i in range(len(at(values, head) or []))]


def numbers(values: Values, paths: tuple[str, ...]) -> list[Decimal]:
    """The numbers that are printed at the paths."""
    found = (at(values, each) for path in paths for each in expand(values, path))
    return [Decimal(v) for v in found if v is not None]


def _sums(values: Values, relation: Sums) -> Iterator[Broken]:
    total, parts = at(values, relation.total), numbers(values, relation.parts)
    if total is not None and parts and abs(Decimal(total) - sum(parts)) > Decimal(relation.tolerance):
        yield Broken(relation.total, FindingKind.SUMS)


def _sums_to(values: Values, relation: SumsTo) -> Iterator[Broken]:
    parts, tolerance = numbers(values, relation.parts), Decimal(relation.tolerance)
    excess = sum(parts) - Decimal(relation.total)
    if parts and abs(excess) > tolerance:
        by_row = excess < 0 or any(abs(part - excess) <= tolerance for part in parts)
        yield Broken(relation.parts[0].split("[")[0] if by_row else relation.parts[0], FindingKind.SUMS_TO)


def _at_most(values: Values, relation: AtMost) -> Iterator[Broken]:
    for path, limit in zip(expand(values, relation.value), expand(values, relation.limit), strict=True):
        pair = numbers(values, (path, limit))
        if len(pair) == 2 and pair[0] > pair[1]:
            yield Broken(path, FindingKind.AT_MOST)


def _share(values: Values, relation: Share) -> Iterator[Broken]:
    three = numbers(values, (relation.percent, relation.part, relation.whole))
    if len(three) == 3 and three[2] and abs(three[0] - 100 * three[1] / three[2]) > Decimal(relation.tolerance):
        yield Broken(relation.percent, FindingKind.SHARE)


def _in_order(values: Values, relation: InOrder) -> Iterator[Broken]:
    first, then = at(values, relation.first), at(values, relation.then)
    if first and then and first > then:
        yield Broken(relation.then, FindingKind.IN_ORDER)


def _percent(values: Values, relation: PercentAtMost100) -> Iterator[Broken]:
    for path in expand(values, relation.value):
        found = at(values, path)
        if found and found["unit"] == "%" and Decimal(found["value"]) > 100:
            yield Broken(path, FindingKind.PERCENT_AT_MOST_100)


def _present(values: Values, relation: Present) -> Iterator[Broken]:
    besides = expand(values, relation.beside) if relation.beside else [""]
    for path, beside in zip(expand(values, relation.value), besides, strict=True):
        if at(values, path) is None and (not beside or at(values, beside) is not None):
            yield Broken(path, FindingKind.PRESENT)


def _owns(values: Values, relation: Owns) -> Iterator[Broken]:
    allowed = dict(relation.allowed)
    for upper, lower in zip(expand(values, relation.upper), expand(values, relation.lower), strict=True):
        found = at(values, lower)
        if found is not None and found not in allowed.get(at(values, upper), (found,)):
            yield Broken(lower, FindingKind.OWNS)


CHECKS: dict[type[Relation], Callable[[Values, Any], Iterator[Broken]]] = {
    Sums: _sums,
    SumsTo: _sums_to,
    AtMost: _at_most,
    Share: _share,
    InOrder: _in_order,
    PercentAtMost100: _percent,
    Present: _present,
    Owns: _owns,
}


def plant(form: Form, rate: float, rng: Random) -> Form:
    """The form with each kind of error that it can have planted with probability `rate`."""
    import copy

    values = copy.deepcopy(form.values)
    for error in ERRORS.get(form.type, ()):
        if rng.random() < rate:
            error(values, rng)
    return Form(form.type, values)


def _wrong_digit(text: str, rng: Random) -> str:
    """The number with one digit before the point changed, never to a leading zero."""
    where = rng.randrange(len(text.split(".")[0]))
    other = rng.choice([d for d in "123456789" if d != text[where]])
    return text[:where] + other + text[where + 1 :]


def _wrong_total(group: str, name: str) -> Callable[[Values, Random], None]:
    def change(values: Values, rng: Random) -> None:
        values[group][name] = _wrong_digit(values[group][name], rng)

    return change


def _wrong_order(values: Values, rng: Random) -> None:
    values["start_date"], values["end_date"] = values["end_date"], values["start_date"]


def _row(values: Values, rng: Random) -> Values:
    row: Values = rng.choice([r for r in values["indicators"] if r["level3"] and r["target"]] or values["indicators"])
    return row


def _no_target(values: Values, rng: Random) -> None:
    _row(values, rng)["target"] = None


def _over_100(values: Values, rng: Random) -> None:
    _row(values, rng)["target"] = indicator_value("=1000.00(%)", "=", "1000.00", "%")


def _wrong_branch(values: Values, rng: Random) -> None:
    rows = values["indicators"]
    first = next((i for i, r in enumerate(rows) if r["level2"] == "时效指标"), None)
    for row in rows[first:] if first is not None else ():
        if row["level2"] == "时效指标":
            row["level2"] = "可持续影响指标"


def _score_above(values: Values, rng: Random) -> None:
    row = rng.choice(values["indicators"])
    row["score"] = f"{Decimal(row['weight']) + rng.randint(1, 5):.2f}"


def _wrong_rate(values: Values, rng: Random) -> None:
    row = values["funding"]["appropriation"]
    row["execution_rate"] = f"{abs(Decimal(row['execution_rate']) - rng.randint(2, 30)):.2f}"


def _wrong_weight(values: Values, rng: Random) -> None:
    row = rng.choice(values["indicators"])
    row["weight"] = f"{Decimal(row['weight']) + rng.choice((5, 10)):.2f}"


def _wrong_score(values: Values, rng: Random) -> None:
    values["total_score"] = f"{Decimal(values['total_score']) - rng.randint(1, 9):.2f}"


ERRORS: dict[str, tuple[Callable[[Values, Random], None], ...]] = {
    "project_target": (
        _wrong_total("funding", "annual_total"), _wrong_order, _no_target, _over_100, _wrong_branch,
    ),
    "self_evaluation": (_wrong_rate, _score_above, _wrong_weight, _wrong_score, _over_100, _wrong_branch),
    "department_target": (_wrong_total("budget", "total"), _no_target, _over_100, _wrong_branch),
}  # fmt: skip
