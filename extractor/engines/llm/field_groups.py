"""A schema of many fields, asked for in groups: each fits into a request, and goes with the text that can hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from extractor.document.results import Chunk, Form
from extractor.engines.llm.prompting import fields_text
from extractor.forms.chunks import chunks
from extractor.forms.form_tokens import form_tokens
from extractor.forms.token_counts import tokens_in
from schemas.spec import FieldSpec, SchemaSpec, every


def asked_chunks(form: Form, language: str, budget: int) -> list[Chunk]:
    """What is asked about a form: its text in parts, and of a schema that is too large its fields in groups."""
    groups = field_groups(form.schema, language, budget)
    return [replace(chunk, schema=group) for chunk in chunks(form, budget) for group in groups_of(form, chunk, groups)]


@cache
def field_groups(schema: SchemaSpec, language: str, budget: int) -> tuple[SchemaSpec, ...]:
    """The schema itself, or schemas of some of its fields each, whose lists of fields take at most `budget` tokens.

    A field of the top level is not cut: one that takes more is a group of its own.
    """
    if tokens_in(fields_text(schema, language)) <= budget:
        return (schema,)
    groups: list[list[FieldSpec]] = [[]]
    used = 0
    for field in schema.fields:
        cost = tokens_in(fields_text(replace(schema, fields=(field,)), language)) + 1
        if groups[-1] and used + cost > budget:
            groups.append([])
            used = 0
        groups[-1].append(field)
        used += cost
    return tuple(replace(schema, fields=tuple(group)) for group in groups)


def groups_of(form: Form, chunk: Chunk, groups: tuple[SchemaSpec, ...]) -> Iterator[SchemaSpec]:
    """The groups that a part of a form can hold: it shows a label of one of its fields, or one has none in the form."""
    if len(groups) == 1:
        yield from groups
        return
    known = form_tokens(form)
    shown = {(unit.page, unit.id) for unit in chunk.units}
    here: set[str] = set()
    anywhere: set[str] = set()
    for hit in known.hits.values():
        own = {target.field.path for target in hit.targets}
        token = known.tokens[hit.first]
        anywhere |= own
        here |= own if (token.page, token.unit.id) in shown else set()
    for group in groups:
        paths = {spec.path for spec in every(group.fields) if not spec.children}
        if paths & here or paths - anywhere:
            yield group
