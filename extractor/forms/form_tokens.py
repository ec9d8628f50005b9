"""The tokens of a form and the labels among them: computed once, and kept with the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from extractor.document.results import Form
from extractor.forms.labels import Hit, LabelIndex, label_index, row_tokens, spot, unasked
from extractor.forms.misread_labels import with_misread
from extractor.forms.tokens import Token
from schemas.confirmed_labels import widened


@dataclass(frozen=True)
class FormTokens:
    """A form's tokens in reading order, and the labels of its schema among them, by their first token."""

    labels: LabelIndex
    tokens: tuple[Token, ...]
    hits: dict[int, Hit]

    @cached_property
    def unasked(self) -> tuple[int, ...]:
        """The tokens of labels whose values the records do not hold, and of what stands behind them."""
        return tuple(unasked(self.tokens, self.hits, self.labels))


def form_tokens(form: Form) -> FormTokens:
    """The tokens of a form's rows, with its schema's labels. The engine and each part of accounting ask for them."""
    known = form.kept.get(FormTokens)
    if known is None:
        index = label_index(form.schema)
        tokens = tuple(with_misread(row_tokens(form.rows, index), index))
        known = form.kept[FormTokens] = FormTokens(index, tokens, spot(tokens, index))
    return known


def with_confirmed_labels(form: Form) -> Form:
    """The form with its schema's confirmed labels among the declared ones; the same form where there are none."""
    schema = widened(form.schema)
    return form if schema is form.schema else replace(form, schema=schema)
