"""How a schema says where a reader finds a field: `printed(...)` beside the field's type.

Everything that the machinery knows of a form it knows from here: labels, columns, vocabularies, what spans.
The declaration is plain data in the field's JSON schema (`"x-labels": [...]`), as a JSON Schema file carries it too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from schemas.expressions import parsed
from schemas.relations import Relation


@dataclass(frozen=True, slots=True)
class Printed:
    """Where and how a field is printed.

    `labels`      its printed label and the label's variants; for a group or a list: the heading it stands under
    `heading`     labels that stand over or beside the field's own label and hold no value themselves
    `column`      labels of the column that it stands in, where `labels` name the row
    `vocabulary`  the usual values of a closed vocabulary (others are kept, and become a finding)
    `pattern`     a regular expression of what it looks like where no label stands beside it
    `suffix_of`   labels behind which it stands in brackets (a currency unit)
    `alone`       of several columns of text, the one that a lone text belongs to
    `spans`       one print serves several rows (a spanning label)
    `long`        a long text: many lines, answered by reference, scored by characters too
    `key`         tells one form, or one row, from another
    """

    labels: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()
    column: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    pattern: str = ""
    suffix_of: tuple[str, ...] = ()
    alone: bool = False
    spans: bool = False
    long: bool = False
    key: bool = False


KEYS = {f"x-{field.name.replace('_', '-')}": field.name for field in fields(Printed)}
"""The names under which a field's JSON schema holds its declaration: `x-labels`, `x-suffix-of`, …"""


def declared(extra: Mapping[str, Any]) -> Printed:
    """The declaration that a field's JSON schema holds; a lone text stands for a list of one. Raises `ValueError`."""
    return Printed(**{name: _checked(key, extra[key]) for key, name in KEYS.items() if key in extra})


def _checked(key: str, value: Any) -> Any:
    wanted = type(getattr(_NOTHING, KEYS[key]))
    if wanted is tuple:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list | tuple) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise ValueError(f"{key} must be a text or a list of texts, none of them empty")
        return tuple(texts)
    if not isinstance(value, wanted):
        raise ValueError(f"{key} must be {'true or false' if wanted is bool else 'a text'}")
    if key == "x-pattern":
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{key} is no regular expression: {error}") from None
    return value


DERIVED, CHECK = "x-derived", "x-check"
"""The rule of a value that is not printed, and the expression that it must be equal to."""


def derivation(extra: Mapping[str, Any]) -> tuple[str, str]:
    """The rule of a derived field and its check, "" for none. Raises `ValueError`."""
    rule, check = (extra.get(key) or "" for key in (DERIVED, CHECK))
    if not isinstance(check, str):
        raise ValueError(f"{CHECK} must be an expression, like sum(items[].amount) + tax")
    if check:
        parsed(check)
    if rule is True or (check and not rule):
        rule = str(extra.get("description") or check or "work it out")
    if not isinstance(rule, str):
        raise ValueError(f"{DERIVED} must be true, or a text that says how the value is worked out")
    return rule, check


_NOTHING = Printed()


def printed(*labels: str, description: str = "", many: bool = False, **where: Any) -> Any:
    """A field printed under `labels`; `where` takes the other names of `Printed`. Empty is `None`, `[]` with `many`."""
    for name in ("heading", "column", "vocabulary", "suffix_of"):
        if isinstance(where.get(name), str):
            where[name] = (where[name],)
    here = asdict(Printed(labels=labels, **where))
    extra: dict[str, Any] = {k: list(v) if isinstance(v, tuple) else v for k, n in KEYS.items() if (v := here[n])}
    if many:
        return Field(default_factory=list, description=description or None, json_schema_extra=extra)
    return Field(default=None, description=description or None, json_schema_extra=extra)


def derived(rule: str, *, check: str = "") -> Any:
    """A field that is not printed: `rule` says how a model works it out, `check` is an expression that proves it."""
    return Field(default=None, json_schema_extra={DERIVED: rule, **({CHECK: check} if check else {})})


class Part(BaseModel):
    """A part of a form: a group of fields, or a row of a list."""

    model_config = ConfigDict(extra="forbid")


class Form(Part):
    """A form: one record comes from each of its kind. `titles` cut a document into forms; `relations` become checks.

    A form begins at its title. One whose letterhead stands above the title has none, and a document is one form of it.

    `unasked` are labels that such forms print and whose values the record does not hold.
    `accounts` is "all" where every printed character of a form must be a label, a value or the like, "asked" where
    only the lists, texts and values that the schema asks for must be whole.
    """

    titles: ClassVar[tuple[str, ...]] = ()
    unasked: ClassVar[tuple[str, ...]] = ()
    relations: ClassVar[tuple[Relation, ...]] = ()
    accounts: ClassVar[str] = "all"
