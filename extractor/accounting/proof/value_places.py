"""The kind of proof that a value's place is its field's own, from the labels and headers around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from extractor.accounting.proof.printed_labels import PrintedLabels
from extractor.accounting.value_paths import field_of, row_of
from extractor.document.layout import Cell
from extractor.document.results import Candidate, Form, Proof
from extractor.forms.labels import Hit
from extractor.forms.tokens import Token
from schemas.spec import FieldSpec, SchemaSpec, generic
from schemas.values import fold


def proofs(labels: PrintedLabels, form: Form, candidates: Sequence[Candidate]) -> dict[str, Proof]:
    """Path → the kind of proof; a path without one is not there."""
    out: dict[str, Proof] = {}
    for candidate in candidates:
        spec = form.schema.field(candidate.path)
        kind = None if spec is None else _proof(labels, form, spec, candidate)
        if kind is not None:
            out[candidate.path] = kind
    out.update(dict.fromkeys(_rows_in_order(labels, form.schema, candidates), "order"))
    return out


def _proof(labels: PrintedLabels, form: Form, spec: FieldSpec, candidate: Candidate) -> Proof | None:
    own = labels.of(candidate.places)
    if _is_unit(labels, spec, candidate, own):
        return "unit"
    if _fits_pattern(labels, form, spec, candidate, own):
        return "pattern"
    if not own:
        return None
    if any(_is_behind(labels, hit, own[0]) or _is_below(labels, hit, own[0]) for hit in _own_labels(labels, spec)):
        return "heading" if spec.printed.long else "label"
    if all(labels.tokens[n].exact for n in own) and _is_under_header(labels, spec, own):
        return "column"
    return None


def _own_labels(labels: PrintedLabels, spec: FieldSpec) -> tuple[Hit, ...]:
    """The labels of a field that lies in no list; one that several fields share proves none of them."""
    return () if "[]" in spec.path and spec.structure != "texts" else labels.own_of.get(spec, ())


def _is_behind(labels: PrintedLabels, hit: Hit, first: int) -> bool:
    """Whether a value begins right behind a label, in its row or, where nothing else is in it, in the next."""
    label, value = labels.tokens[hit.last], labels.tokens[first]
    if first != hit.last + 1 or any(target.column for target in hit.targets):
        return False  # what stands behind the last of several headers may be another one's
    alone = not label.table and labels.tokens[hit.first].first
    return value.row == label.row or (alone and value.row == label.row + 1)


def _is_below(labels: PrintedLabels, hit: Hit, first: int) -> bool:
    """Whether a cell stands right below the cell of a label, in its columns."""
    label, value = labels.tokens[hit.last].unit, labels.tokens[first].unit
    if not (isinstance(label, Cell) and isinstance(value, Cell)) or not labels.tokens[first].exact:
        return False
    same = (label.page, label.table) == (value.page, value.table)
    return same and label.row + label.row_span == value.row and _share_columns(label, value)


def _share_columns(one: Cell, other: Cell) -> bool:
    return one.col < other.col + other.col_span and other.col < one.col + one.col_span


def _is_under_header(labels: PrintedLabels, spec: FieldSpec, own: Sequence[int]) -> bool:
    """Whether all cells of a value stand below the header of the field's column, in a table whose columns are facts."""
    heads = [labels.tokens[h.last] for h in labels.headers_of.get(spec.path, ())]
    return all(any(_heads(head, labels.tokens[n]) for head in heads) for n in own)


def _heads(head: Token, value: Token) -> bool:
    if head.table != value.table or head.row >= value.row or not head.exact:
        return False
    return head.col < value.col + value.span and value.col < head.col + head.span


def _is_unit(labels: PrintedLabels, spec: FieldSpec, candidate: Candidate, own: Sequence[int]) -> bool:
    """Whether a unit stands whole in the brackets of a label that it is the suffix of: not 元 of 万元."""
    targets = (t for n in own if n in labels.hit_of for t in labels.hit_of[n].targets)
    return any(t.field is spec and t.unit and fold(t.unit) == fold(candidate.text) for t in targets)


def _fits_pattern(labels: PrintedLabels, form: Form, spec: FieldSpec, candidate: Candidate, own: Sequence[int]) -> bool:
    """Whether the row of a value, or the title that it stands in, is whole what the field looks like."""
    if not spec.printed.pattern or "[]" in spec.path:
        return False
    if not own:
        return any((p.page, p.unit) == (t.page, t.unit) for p in candidate.places for t in form.title)
    row = "".join(labels.tokens[n].fold for n in labels.rows[labels.tokens[own[0]].row][:1])
    return re.fullmatch(spec.printed.pattern, row) is not None


def _rows_in_order(labels: PrintedLabels, schema: SchemaSpec, candidates: Sequence[Candidate]) -> Iterator[str]:
    """The own values of rows that stand in one printed line each, in the order of the list's columns, with no gap."""
    rows: dict[tuple[str, int], dict[str, Candidate]] = {}
    for candidate in candidates:
        row = row_of(candidate.path)
        if row is not None and not candidate.path.endswith("]"):
            rows.setdefault((field_of(candidate.path), row), {})[generic(candidate.path)] = candidate
    for (name, _), own in rows.items():
        spec = schema.field(name)
        if spec is not None and spec.children and _is_in_order(labels, spec, own):
            yield from (c.path for path, c in own.items() if not _spans(spec, path))


def _spans(spec: FieldSpec, path: str) -> bool:
    return any(child.path == path and child.printed.spans for child in spec.children)


def _is_in_order(labels: PrintedLabels, spec: FieldSpec, own: Mapping[str, Candidate]) -> bool:
    heads = {path: hits[-1].first for path, hits in labels.headers_of.items()}
    columns = [c for c in spec.children if not c.printed.spans and c.path in heads]
    columns.sort(key=lambda c: heads[c.path])
    filled = [c for c in columns if c.path in own]
    if len(filled) < 2 or columns[: len(filled)] != filled:
        return False
    missing = columns[len(filled) :]
    if any(c.kind != "text" for c in missing) or (missing and filled[-1].kind == "text"):
        return False
    tokens = [labels.of(own[c.path].places) for c in filled]
    flat = [n for part in tokens for n in part]
    if not flat or flat != list(range(flat[0], flat[-1] + 1)) or flat[-1] not in _ends(labels, flat):
        return False
    return all(len(part) == 1 and _parses(c, own[c.path].text) for c, part in zip(filled, tokens, strict=True))


def _ends(labels: PrintedLabels, flat: Sequence[int]) -> Sequence[int]:
    """The last token of the printed row, if all the tokens stand in one."""
    rows = {labels.tokens[n].row for n in flat}
    return labels.rows[rows.pop()][-1:] if len(rows) == 1 else ()


def _parses(spec: FieldSpec, text: str) -> bool:
    if spec.kind in ("text", "indicator"):
        return True
    try:
        spec.readings(text)
    except ValueError:
        return False
    return True
