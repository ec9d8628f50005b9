"""Whether a form is one form: the label of its key stands once."""

from __future__ import annotations

from collections.abc import Iterator

from extractor.accounting.proof.printed_labels import Lack, PrintedLabels
from schemas.spec import SchemaSpec


def keys_lacking(labels: PrintedLabels, schema: SchemaSpec) -> Iterator[Lack]:
    """A lack of the whole record for each key whose label is printed with several values: two forms may be one."""
    for spec in schema.fields:
        if spec.structure != "scalar" or not spec.printed.key:
            continue
        behind: set[str] = set()
        for hit in labels.hits:
            token = labels.tokens[hit.first]
            begins = token.table or token.first
            if begins and any(t.field is spec and not t.column for t in hit.targets):
                following = labels.tokens[hit.last + 1 : hit.last + 2]
                behind.update(t.fold for t in following if t.row == token.row)
        if len(behind) > 1:
            yield Lack("", f"the label of {spec.name} stands {len(behind)} times: two forms may be read as one")
