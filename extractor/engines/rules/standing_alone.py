"""Rows of a form that are, whole, the value of a field without a label beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.forms.merged_cells import same_merged_cell
from extractor.forms.tokens import Token
from schemas.spec import SchemaSpec


def standing_alone(tokens: Sequence[Token], spec: SchemaSpec) -> frozenset[int]:
    """The rows that are, whole, what a field looks like that stands alone."""
    patterns = [re.compile(f.printed.pattern) for f in spec.fields if f.structure == "scalar" and f.printed.pattern]
    if not patterns:
        return frozenset()
    rows: dict[int, str] = {}
    for before, token in zip((None, *tokens), tokens, strict=False):
        if before is not None and same_merged_cell(before, token, numbers=True):
            continue
        rows[token.row] = rows.get(token.row, "") + token.fold if len(rows.get(token.row, "")) < 40 else ""
    return frozenset(row for row, text in rows.items() if text and any(p.fullmatch(text) for p in patterns))
