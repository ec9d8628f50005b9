"""Rows of a matrix: values by their order, by the column they stand under, or by what must hold between them.

A row that lost some of its values (null marks that were never printed) is read in the one way in which the schema's
relations hold best; where two ways are as good, it is not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from extractor.accounting.checks import outcomes
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Form
from extractor.engines.rules.drafts import Draft
from extractor.engines.rules.header_columns import Column, column_under, is_foreign
from extractor.engines.rules.stacked_labels import repeats
from extractor.engines.rules.value_kinds import is_amount, is_null, parses
from extractor.engines.rules.zones import Bucket
from extractor.forms.tokens import Token
from schemas.spec import SchemaSpec
from schemas.values import parse_amount

_PROOF = 3
"""So many relations must hold, and two more than in any other way, before a row that lost values is read."""


def read_matrix(draft: Draft, buckets: Sequence[Bucket], form: Form) -> None:
    """All rows of a form's matrices."""
    short: list[Bucket] = []
    for bucket in buckets:
        _merge(draft, bucket)
    full = _full_rows(draft, buckets, form)
    for bucket in buckets:
        placed = _placed(draft, bucket)
        if placed is None:
            placed = _as_full_row(draft, bucket, form, full)
        if placed is None:
            short.append(bucket)
        else:
            _give(draft, bucket, placed)
    for count in sorted({len(b.tokens) for b in short}):
        _read_short(draft, [b for b in short if len(b.tokens) == count], form.schema)


def _merge(draft: Draft, bucket: Bucket) -> None:
    repeated = [p for n, p in enumerate(bucket.tokens) if n and repeats(draft.tokens, p, bucket.columns)]
    draft.null(repeated)
    foreign = [p for p in bucket.tokens if is_foreign(draft.tokens[p], bucket.columns, bucket.foreign)]
    draft.loose.extend(foreign)
    bucket.tokens[:] = [p for p in bucket.tokens if p not in repeated and p not in foreign]


def _placed(draft: Draft, bucket: Bucket) -> dict[int, int] | None:
    """Column → token, where the row says it: by its count, or because cells have true columns."""
    tokens = bucket.tokens
    if len(tokens) == len(bucket.columns) and not bucket.foreign:
        return dict(enumerate(tokens))
    if all(is_null("amount", draft.tokens[p].fold) for p in tokens):
        draft.null(tokens)
        return {}
    if not all(draft.tokens[p].exact for p in tokens):
        return None
    under = [column_under(draft.tokens[p], bucket.columns) for p in tokens]
    if min(under) < 0 or len(set(under)) < len(under):
        return None
    return dict(zip(under, tokens, strict=True))


Places = dict[tuple[int, int], list[int]]
"""By the table of a row and its number of cells, the cells in which its values stand where none is missing."""


def _full_rows(draft: Draft, buckets: Sequence[Bucket], form: Form) -> Places:
    """The cells of the values of rows in which no value is missing, where all such rows have the same."""
    out: dict[tuple[int, int], set[tuple[int, ...]]] = {}
    for bucket in buckets:
        tokens = [draft.tokens[p] for p in bucket.tokens]
        if len(tokens) == len(bucket.columns) and tokens and tokens[0].table:
            out.setdefault(_shape(tokens[0], form), set()).add(tuple(token.col for token in tokens))
    return {shape: list(*found) for shape, found in out.items() if len(found) == 1}


def _as_full_row(draft: Draft, bucket: Bucket, form: Form, full: Places) -> dict[int, int] | None:
    """Column → token, in a row with as many cells as one of its table in which no value is missing."""
    tokens = [draft.tokens[p] for p in bucket.tokens]
    cells = full.get(_shape(tokens[0], form)) if tokens and tokens[0].table else None
    if cells is None or len(cells) != len(bucket.columns) or not all(token.col in cells for token in tokens):
        return None
    return {cells.index(token.col): p for token, p in zip(tokens, bucket.tokens, strict=True)}


def _shape(token: Token, form: Form) -> tuple[int, int]:
    return token.table, len(form.rows[token.row].units)


def _path(bucket: Bucket, column: Column) -> str:
    return f"{bucket.fields[0].path}.{column.field.name}"


def _give(draft: Draft, bucket: Bucket, placed: dict[int, int]) -> None:
    for n, p in placed.items():
        text = draft.tokens[p].fold
        column = bucket.columns[n]
        if is_null(column.field.kind, text):
            draft.null([p])
        elif parses(column.field.kind, text) or (column.field.kind == "amount" and is_amount(text, draft.units)):
            draft.give(_path(bucket, column), [p])
        else:
            draft.doubt(_path(bucket, column), FindingKind.NOT_A_VALUE, f"not a number: {text[:40]}")
            draft.loose.append(p)


def _read_short(draft: Draft, rows: Sequence[Bucket], schema: SchemaSpec) -> None:
    """Rows that all lack values in the same columns: the columns for which most relations hold, and none fails."""
    columns = rows[0].columns
    scored = []
    for chosen in combinations(range(len(columns)), len(rows[0].tokens)):
        values = _hypothesis(draft, rows, chosen)
        held, failed = outcomes(schema, values) if values is not None else (0, 1)
        scored.append((1 if failed else -held, chosen))
    if not scored:
        scored = [(1, ())]
    scored.sort()
    held, runner_up = -scored[0][0], -scored[1][0] if len(scored) > 1 else 0
    sure = held >= _PROOF and held - runner_up > 1
    for bucket in rows:
        zeros = all(not draft.tokens[p].fold.strip("0.") for p in bucket.tokens)  # any relation holds between them
        if sure and not zeros and bucket.columns == columns:
            _give(draft, bucket, dict(zip(scored[0][1], bucket.tokens, strict=True)))
            continue
        count = f"{len(bucket.tokens)} values for {len(columns)} columns: which is which?"
        draft.doubt(bucket.fields[0].path, FindingKind.COLUMNS_LOST, count)
        draft.loose.extend(bucket.tokens)


def _hypothesis(draft: Draft, rows: Sequence[Bucket], chosen: Sequence[int]) -> dict[str, Any] | None:
    """The form's amounts, were the rows' values those of the chosen columns; None where one is no number."""
    values: dict[str, Any] = {}
    for candidate in draft.candidates:
        _put(values, candidate.path, candidate.text)
    for bucket in rows:
        for n, p in zip(chosen, bucket.tokens, strict=True):
            text = draft.tokens[p].fold
            if not is_null("amount", text) and not _put(values, _path(bucket, bucket.columns[n]), text):
                return None
    return values


def _put(values: dict[str, Any], path: str, text: str) -> bool:
    """Sets an amount; False where the text is none."""
    if "[" in path:
        return False
    try:
        amount = str(Decimal(parse_amount(text)))
    except ValueError:
        return False
    *groups, name = path.split(".")
    here = values
    for group in groups:
        here = here.setdefault(group, {})
    here[name] = amount
    return True
