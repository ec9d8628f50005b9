"""The same form asked a second time, its fields in another order: what is answered by habit comes out otherwise."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from extractor.document.results import Answer, Form
from schemas.spec import SchemaSpec


def turned(form: Form) -> Form:
    """The form with the fields of its schema from the last to the first."""
    return replace(form, schema=_turned(form.schema))


@cache
def _turned(schema: SchemaSpec) -> SchemaSpec:
    """Always the same schema for the same one: schemas are keys of caches."""
    return replace(schema, fields=schema.fields[::-1])


def beside(first: Answer, second: Answer) -> Answer:
    """The first answer with the second as another reader's, and the usage of both."""
    names = dict.fromkeys((*first.usage, *second.usage))
    usage = {name: first.usage.get(name, 0) + second.usage.get(name, 0) for name in names}
    return replace(first, others=(*first.others, second), usage=usage)
