"""Whether a form is one form: the label of its key stands once, and so do the labels of its other single values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractor.accounting.proof.printed_labels import Lack, PrintedLabels
from extractor.forms.labels import Hit
from schemas.spec import FieldSpec, SchemaSpec


def keys_lacking(labels: PrintedLabels, schema: SchemaSpec) -> Iterator[Lack]:
    """A lack of the whole record where two forms may be read as one.

    The label of a key is printed with several values; or the labels of two other fields are that have one value each,
    for the key's own may be too torn to be found. One alone may go on with its value behind a page break.
    """
    for spec in schema.fields:
        if spec.structure == "scalar" and spec.printed.key and (count := len(_behind(labels, spec, labels.hits))) > 1:
            yield Lack("", f"the label of {spec.name} stands {count} times: two forms may be read as one")
    if schema.accounts == "asked":
        return  # of all that is printed there only a part is known: two addresses have the same labels
    single = (f for f in labels.own_of if f.structure in ("scalar", "texts") and "[]" not in f.path)
    again = [spec.name for spec in single if len(_behind(labels, spec, labels.own_of[spec])) > 1]
    if len(again) > 1:
        yield Lack("", f"the labels of {', '.join(again[:3])} stand here again: two forms may be read as one")


def _behind(labels: PrintedLabels, spec: FieldSpec, hits: Sequence[Hit]) -> set[str]:
    """The different texts that stand behind those labels that name a field's one value; another label is none."""
    found: set[str] = set()
    for hit in hits:
        token = labels.tokens[hit.first]
        begins = token.table or token.first
        if begins and any(t.field is spec and not (t.column or t.heading) for t in hit.targets):
            behind = hit.last + 1
            following = labels.tokens[behind : behind + 1] if behind not in labels.hit_of else ()
            found.update(t.fold for t in following if t.row == token.row)
    return found
