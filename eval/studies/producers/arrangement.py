"""How the statutory tables are arranged: places of labels and units, order of columns, setting of labels."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random

EVALUATION_ORDERS = (
    ("level1", "level2", "level3", "target", "actual", "weight", "score", "deviation"),
    ("level1", "level2", "level3", "weight", "target", "actual", "score", "deviation"),
    ("level1", "level2", "level3", "target", "weight", "actual", "score", "deviation"),
)
SPENDING_ORDERS = (
    ("initial_budget", "annual_budget", "executed", "weight", "execution_rate", "score"),
    ("initial_budget", "annual_budget", "executed", "execution_rate", "weight", "score"),
)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The arrangement of one document's forms.

    `heading`   where the label of the indicator rows stands: beside them, from the row below their header on, in a band
    `currency`  where the currency unit stands: in the label of the amounts, over the table, in a row of the table
    `space`     what stands between the characters of short labels
    `apart`     the indicator rows are a table of their own, whose header can be repeated
    """

    labels_above: bool
    goals_beside: bool
    heading: str
    currency: str
    vertical: bool
    space: str
    note_mark: str
    dates: str
    apart: bool
    year_only: bool
    budget_below: bool
    keys_swapped: bool
    signed: bool
    evaluation: tuple[str, ...]
    spending: tuple[str, ...]
    widths: tuple[float, ...]


def arrange(rng: Random) -> Arrangement:
    """An arrangement; about half of its points are those of the statutory print."""
    return Arrangement(
        labels_above=rng.random() < 0.2,
        goals_beside=rng.random() < 0.2,
        heading=rng.choice(("beside", "beside", "below", "band")),
        currency=rng.choice(("label", "label", "label", "above", "row")),
        vertical=rng.random() < 0.25,
        space=rng.choice(("", "", "", " ", "　")),
        note_mark=rng.choice(("", "", "", "①", "1", "[1]")),
        dates=rng.choice(("{}-{}-{}", "{}-{}-{}", "{}年{}月{}日", "{}/{}/{}")),
        apart=rng.random() < 0.3,
        year_only=rng.random() < 0.3,
        budget_below=rng.random() < 0.3,
        keys_swapped=rng.random() < 0.3,
        signed=rng.random() < 0.3,
        evaluation=rng.choice(EVALUATION_ORDERS),
        spending=rng.choice(SPENDING_ORDERS),
        widths=tuple(rng.uniform(0.8, 1.25) for _ in range(9)),
    )


ORDINARY = {
    "labels_above": False,
    "goals_beside": False,
    "heading": "beside",
    "currency": "label",
    "vertical": False,
    "space": "",
    "note_mark": "",
    "dates": "{}-{}-{}",
    "apart": False,
    "year_only": False,
    "budget_below": False,
    "keys_swapped": False,
    "signed": False,
    "evaluation": EVALUATION_ORDERS[0],
    "spending": SPENDING_ORDERS[0],
}


def features(arrangement: Arrangement) -> list[str]:
    """What is not as in the statutory print, as names for the manifest."""
    named = {field.name: getattr(arrangement, field.name) for field in fields(arrangement)}
    return [
        name if isinstance(named[name], bool | tuple) else f"{name}:{named[name]}"
        for name, usual in ORDINARY.items()
        if named[name] != usual
    ]
