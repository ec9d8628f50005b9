"""One document before a program prints it: its forms as blocks, its look, its gold; all from a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from eval.studies.producers import arrangement, design
from eval.studies.producers.design import Design
from eval.studies.producers.statutory import blocks
from eval.synth.content import FORM_TYPES, Content, Form, Options, make
from eval.synth.gold import gold
from eval.synth.indicators import Values
from eval.synth.seeds import seeded
from eval.synth.sheet import Block, Table, slots

OPTIONAL = {
    "project_target": ("project_nature", "project_category", "end_date"),
    "self_evaluation": ("rating",),
    "department_target": ("subordinate_units",),
}
"""Fields that some documents leave blank."""

FREE_TABLES = 0.15
"""Share of documents that hold tables of no schema."""

SQUARE_METRES = "平方米"


@dataclass(frozen=True, slots=True)
class Printed:
    """A document: name, gold, look, the blocks of each form, what is unusual about it."""

    name: str
    gold: dict[str, Any]
    design: Design
    forms: tuple[tuple[Block, ...], ...]
    features: tuple[str, ...]

    @property
    def type(self) -> str:
        """The type of its forms, or `mixed`."""
        types = {str(form["form_type"]) for form in self.gold["forms"]}
        return types.pop() if len(types) == 1 else "mixed"

    @property
    def title(self) -> str | None:
        """The line over the first form."""
        title: str | None = self.gold["title"]
        return title


def print_out(name: str, seed: int, index: int, borders: tuple[str, ...]) -> Printed:
    """The document number `index` of a seed; `borders` are the kinds of borders that its program can draw."""
    rng = seeded("producers", seed, index)
    types = ("table",) if rng.random() < FREE_TABLES else FORM_TYPES
    options = Options(types, forms=(1, 3), rows=(3, 40), errors=0, mixed=rng.random() < 0.2)
    content = _varied(rng, make(rng.randrange(10**9), options, name))
    to = arrangement.arrange(rng)
    forms = tuple(blocks(form, content.style, to) for form in content.forms)
    for table in (block for form in forms for block in form if isinstance(block, Table)):
        slots(table)
    columns = max(len(block.widths) for form in forms for block in form if isinstance(block, Table))
    head = content.title or "部门预算公开附表"
    look = design.draw(rng, borders, head, columns)
    arranged = [name for name in arrangement.features(to) if types == FORM_TYPES or name.startswith("space")]
    named = (*design.features(look), *arranged, *_blanks(content))
    return Printed(name, gold(f"{name}.pdf", content.title, content.forms), look, forms, named)


def _blanks(content: Content) -> list[str]:
    blank = any(form.values[name] is None for form in content.forms for name in OPTIONAL.get(form.type, ()))
    superscripts = any("m²" in str(form.values) for form in content.forms)
    return ["blank_values"] * blank + ["square_metres"] * superscripts


def _varied(rng: Random, content: Content) -> Content:
    """The content with some values left blank, and square metres as `m²` in some documents."""
    blank, square = rng.random() < 0.25, rng.random() < 0.3
    forms = []
    for form in content.forms:
        values = _with_square_metres(form.values) if square else form.values
        if blank:
            values = values | {name: None for name in OPTIONAL.get(form.type, ()) if rng.random() < 0.5}
        forms.append(Form(form.type, values))
    return replace(content, forms=tuple(forms))


def _with_square_metres(values: Values) -> Values:
    def over(found: Any) -> Any:
        if isinstance(found, dict):
            return {name: over(inner) for name, inner in found.items()}
        if isinstance(found, list):
            return [over(inner) for inner in found]
        return found.replace(SQUARE_METRES, "m²") if isinstance(found, str) else found

    out: Values = over(values)
    return out
