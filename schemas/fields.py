"""How a schema says where a reader finds a field: `printed(...)` beside the field's type.

Everything that the machinery knows of a form it knows from here: labels, columns, vocabularies, what spans.
The declaration is plain data in the field's JSON schema (`"printed": {...}`), so that a JSON Schema file can
carry it too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

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


def printed(*labels: str, description: str = "", many: bool = False, **where: Any) -> Any:
    """A field printed under `labels`; `where` takes the other names of `Printed`. Empty is `None`, `[]` with `many`."""
    for name in ("heading", "column", "vocabulary", "suffix_of"):
        if isinstance(where.get(name), str):
            where[name] = (where[name],)
    declared = asdict(Printed(labels=labels, **where))
    extra: dict[str, Any] = {"printed": {k: list(v) if isinstance(v, tuple) else v for k, v in declared.items() if v}}
    if many:
        return Field(default_factory=list, description=description or None, json_schema_extra=extra)
    return Field(default=None, description=description or None, json_schema_extra=extra)


class Part(BaseModel):
    """A part of a form: a group of fields, or a row of a list."""

    model_config = ConfigDict(extra="forbid")


class Form(Part):
    """A form: one record comes from each of its kind. `titles` cut a document into forms; `relations` become checks."""

    titles: ClassVar[tuple[str, ...]] = ()
    relations: ClassVar[tuple[Relation, ...]] = ()
