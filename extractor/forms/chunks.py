"""Renders a form as text for an engine: one line a row, each with its number; cut at rows to keep a token budget.

A part carries the title and the header rows of the table that it goes on with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from extractor.document.layout import Cell, Unit
from extractor.document.results import Chunk, Form, Row
from extractor.forms.cell_columns import cell_columns
from extractor.forms.form_tokens import form_tokens
from extractor.forms.token_counts import tokens_in

LINE_END = 1
"""Tokens that the end of a line takes."""


def chunks(form: Form, budget: int) -> tuple[Chunk, ...]:
    """The form as one chunk, or as several of at most `budget` tokens each where it is larger."""
    columns = cell_columns(form.rows)
    title = [(r, render(r)) for r in form.title_rows]
    body = [(r, render(r, columns)) for r in form.rows if any(u.text.strip() for u in r.units)]
    headers = header_rows(form)
    parts: list[list[tuple[Row, str]]] = [[*title]]
    used = estimate(parts[0])
    header: list[tuple[Row, str]] = []
    for n, (row, text) in enumerate(body):
        cost = tokens_in(text) + LINE_END
        if used + cost > budget and len(parts[-1]) > len(title) + len(header):
            parts.append([*title, *header])
            used = estimate(parts[-1])
        parts[-1].append((row, text))
        used += cost
        if id(row) in headers:
            header = [*header, (row, text)] if n and id(body[n - 1][0]) in headers else [(row, text)]
    return tuple(_chunk(form, part) for part in parts)


def _chunk(form: Form, part: Sequence[tuple[Row, str]]) -> Chunk:
    units: tuple[Unit, ...] = tuple(u for row, _ in part for u in row.units)
    text = "\n".join(line for _, line in part)
    return Chunk(form.index, form.schema, text, units, tokens_in(text) + LINE_END, form.hint)


def estimate(part: Sequence[tuple[Row, str]]) -> int:
    """The tokens of some rendered rows."""
    return sum(tokens_in(text) + LINE_END for _, text in part)


def render(row: Row, columns: Mapping[int, int] = MappingProxyType({})) -> str:
    """A row as one line: `[7] text` or `[8] cell ┆ cell`; `columns` are those of cells whose own number is none."""
    text = " ┆ ".join(_shown(row, columns)) if row.table else row.units[0].text.strip()
    return f"[{row.number}] {text}".rstrip(" ┆")


def _shown(row: Row, columns: Mapping[int, int]) -> list[str]:
    """The texts of a row's cells, each as the n-th of its row that its column is, as far as columns are known."""
    out: list[str] = []
    for cell in row.units:
        column = cell.col if row.exact_columns and isinstance(cell, Cell) else columns.get(id(cell), len(out))
        out.extend("" for _ in range(len(out), column))
        out.append(" ⏎ ".join(cell.text.strip().splitlines()))
    return out


def header_rows(form: Form) -> set[int]:
    """The identities of the rows that hold a header: two labels of columns or more."""
    known = form_tokens(form)
    counts: dict[int, int] = {}
    for hit in known.hits.values():
        if any(t.column for t in hit.targets):
            row = known.tokens[hit.first].row
            counts[row] = counts.get(row, 0) + 1
    return {id(form.rows[n]) for n, count in counts.items() if count >= 2}
