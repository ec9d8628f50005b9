"""Columns of a list that no field declares: cells of its header that are no label of the schema.

They are columns like the others while the list is read, so that what stands in them is not taken for another's; their
texts become no values. Where columns are facts, `label_zones` leaves their cells out by their places alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.engines.rules.header_columns import heads_units
from extractor.engines.rules.label_zones import group_of
from extractor.forms.labels import Hit, LabelIndex, Target
from extractor.forms.tokens import Token, in_column
from schemas.fields import Printed
from schemas.spec import FieldSpec, SchemaSpec

LONGEST = 12
"""Characters of a label that a header may have and no schema knows; longer text is no label."""
MOST = 4
"""So many unknown labels may stand one behind the other."""
_MARK = "?"
_SIGN = re.compile(r"[≥≤><=≧≦⩾⩽]")
_FIGURE = re.compile(r"[\d≥≤><=≧≦%]|^[-—/\\–□]+$")


def states_units(field: FieldSpec) -> bool:
    """Whether an unknown column is one of units, by its label: `度量单位`."""
    return is_unknown(field) and heads_units(field.name.removeprefix(_MARK))


def is_unknown(field: FieldSpec) -> bool:
    """Whether a column's field is none of the schema's."""
    return field.name.startswith(_MARK)


def unknown_columns(tokens: Sequence[Token], hits: dict[int, Hit], schema: SchemaSpec, index: LabelIndex) -> list[Hit]:
    """The labels of unknown columns in the headers of a form's lists; where columns are facts, those of units alone."""
    out: list[Hit] = []
    for spec in schema.fields:
        if spec.structure == "rows":
            own = [hit for hit in hits.values() if _is_column(hit, spec.path)]
            in_lines = [hit for hit in own if not in_column(tokens[hit.first])]
            labels = [
                label
                for header in _headers(in_lines, tokens, hits, index)
                for label in _labels(header, tokens, hits, index)
            ]
            out.extend(_hit(spec, tokens, label) for label in (*labels, *_unit_columns(own, tokens, hits)))
    return out


def _unit_columns(own: Sequence[Hit], tokens: Sequence[Token], hits: dict[int, Hit]) -> Iterator[list[int]]:
    """The headers of units in the row of a list's labels, where columns are facts."""
    heads = [tokens[hit.first] for hit in own]
    rows = {t.row for t, after in pairwise(heads) if in_column(t) and t.row == after.row}
    yield from ([p] for p, t in enumerate(tokens) if t.row in rows and p not in hits and heads_units(t.fold))


def _is_column(hit: Hit, path: str) -> bool:
    return any(t.column and group_of(t.field.path) == path for t in hit.targets)


def _headers(
    own: Sequence[Hit], tokens: Sequence[Token], hits: dict[int, Hit], index: LabelIndex
) -> Iterator[list[Hit]]:
    """The column labels of a list that stand near each other, with nothing between but what may be labels too."""
    header: list[Hit] = []
    for hit in sorted(own, key=lambda h: h.first):
        if header:
            between = range(header[-1].last + 1, hit.first)
            near = len(between) <= MOST and tokens[hit.first].table == tokens[header[0].first].table
            if not near or any(p in hits or not _may_be_label(tokens[p], index) for p in between):
                if len(header) > 1:
                    yield header
                header = []
        header.append(hit)
    if len(header) > 1:
        yield header


def _labels(
    header: Sequence[Hit], tokens: Sequence[Token], hits: dict[int, Hit], index: LabelIndex
) -> Iterator[list[int]]:
    """The tokens of each unknown label of a header; one that wraps stands in lines of its own."""
    labelled = {p for hit in hits.values() for p in range(hit.first, hit.last + 1)}
    first, last = header[0].first, header[-1].last
    start = first
    while start and tokens[start - 1].row == tokens[first].row and _is_free(start - 1, tokens, labelled, index):
        start -= 1
    end = last + 1
    while end < len(tokens) and _is_free(end, tokens, labelled, index) and _is_behind(header, tokens, end):
        end += 1
    if end < len(tokens) and tokens[end].row == tokens[end - 1].row:
        while end > last + 1 and tokens[end - 1].row == tokens[end].row:
            end -= 1  # a line that goes on with something else is no part of the header
    label: list[int] = []
    for p in (p for p in range(start, end) if p not in labelled):
        wrapped = label and label[-1] == p - 1 and tokens[p].first and not tokens[p].table and tokens[label[0]].first
        if label and not wrapped:
            yield label
            label = []
        label.append(p)
    if label:
        yield label


def _is_free(position: int, tokens: Sequence[Token], labelled: set[int], index: LabelIndex) -> bool:
    return position not in labelled and _may_be_label(tokens[position], index)


def _is_behind(header: Sequence[Hit], tokens: Sequence[Token], position: int) -> bool:
    """Whether a token behind the last known label may be one of the header's: in its row, or in lines before the words
    that rows begin with.
    """
    last = tokens[header[-1].last]
    if tokens[position].row == last.row:
        return True
    spans = any(t.field.printed.spans and t.field.printed.vocabulary for hit in header for t in hit.targets)
    return not last.table and spans and position - header[-1].last <= MOST


def _may_be_label(token: Token, index: LabelIndex) -> bool:
    return len(token.fold) <= LONGEST and not _FIGURE.search(token.fold) and token.fold not in index.word_prefixes


def _hit(spec: FieldSpec, tokens: Sequence[Token], label: Sequence[int]) -> Hit:
    name = _MARK + "".join(tokens[p].fold for p in label)
    head = tokens[label[0]]
    if in_column(head) and any(t.table == head.table and in_column(t) and _SIGN.fullmatch(t.fold) for t in tokens):
        name += _MARK  # signs stand in a column of their own: a number with its unit alone is another quantity
    field = FieldSpec(name, f"{spec.path}[].{name}", "scalar", "text", Printed())
    return Hit(label[0], label[-1], (Target(field, column=True),))
