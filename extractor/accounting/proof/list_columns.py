"""Whether the values of a list stand under the headers of their columns, each in its own row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.accounting.proof.printed_labels import Lack, PrintedLabels, without_note
from extractor.accounting.value_paths import field_of, row_of
from extractor.document.results import Candidate
from extractor.forms.labels import Hit
from extractor.forms.tokens import Token
from schemas.spec import FieldSpec, SchemaSpec, generic
from schemas.values import fold


class Header(NamedTuple):
    """The printed header of a list: its label hits, its rows, and the tokens of those rows that are no label of it."""

    hits: tuple[Hit, ...]
    rows: frozenset[int]
    foreign: tuple[int, ...]


def header_of(labels: PrintedLabels, spec: FieldSpec, valued: frozenset[int] = frozenset()) -> Header | None:
    """The first header of a list: the row with most labels of its columns, and those right next to it.

    `valued` are rows that hold values of the list: they are none, nor is what stands below all of them, or in another
    table than the header.
    """
    by_row: dict[int, list[Hit]] = {}
    for hit in labels.hits:
        row = labels.tokens[hit.first].row
        if row in valued or (valued and row > max(valued)):
            continue
        if any(t.column and t.field.path.startswith(f"{spec.path}[]") for t in hit.targets):
            by_row.setdefault(row, []).append(hit)
    if not by_row:
        return None
    best = max(by_row, key=lambda row: (len(by_row[row]), -row))
    table = labels.tokens[by_row[best][0].first].table
    if valued:
        by_row = {row: hits for row, hits in by_row.items() if labels.tokens[hits[0].first].table == table}
    rows = {best}
    # one foreign line may stand among headers that are printed one a line
    for step in (1, -1):
        edge = best
        while ahead := next((n for n in (1, 2) if edge + n * step in by_row), 0):
            rows.update(range(edge, edge + (ahead + 1) * step, step))
            edge += ahead * step
    hits = tuple(hit for row in sorted(rows) for hit in by_row.get(row, ()))
    labelled = {n for hit in labels.hits for n in range(hit.first, hit.last + 1) if hit.targets}
    foreign = tuple(n for row in sorted(rows) for n in labels.rows.get(row, ()) if n not in labelled)
    return Header(hits, frozenset(rows), foreign)


def lists_lacking(
    labels: PrintedLabels, schema: SchemaSpec, candidates: Sequence[Candidate], read: frozenset[int]
) -> Iterator[Lack]:
    """What of the lists of a form cannot be shown to stand in its column; `read` are tokens taken for labels."""
    for spec in schema.fields:
        if spec.structure != "rows":
            continue
        own = [c for c in candidates if field_of(c.path) == spec.name and row_of(c.path) is not None]
        rows = (labels.tokens[n].row for c in own for n in labels.of(c.places))
        header = header_of(labels, spec, frozenset(rows) if labels.index.loose else frozenset()) if own else None
        if header is not None:
            yield from _columns_unknown(labels, spec, header, own, read)
            yield from _header_in_values(labels, spec, header, candidates)
            yield from _labels_missing(spec, header, own)
            yield from _under_another_label(labels, spec, header, own)
        yield from _words_unknown(labels, schema, own)
        yield from _figures_in_names(spec, own)


def _columns_unknown(
    labels: PrintedLabels, spec: FieldSpec, header: Header, own: Sequence[Candidate], read: frozenset[int]
) -> Iterator[Lack]:
    """A header with a label that the schema does not know: where columns are no facts, any value may be that one's.

    An engine that read it as the label of a column has kept what stands there apart.
    """
    unread = [n for n in header.foreign if n not in read]
    if not unread or not any(c.printed.column for c in spec.children):
        return
    text = labels.tokens[unread[0]].fold
    if not all(labels.tokens[n].exact for c in own for n in labels.of(c.places)):
        yield Lack(spec.name, f"the header has a column {text[:20]!r} that no field knows")


def _under_another_label(
    labels: PrintedLabels, spec: FieldSpec, header: Header, own: Sequence[Candidate]
) -> Iterator[Lack]:
    """A cell in the column of one label that is read as the value of another: its text did not look like the one's."""
    heads = [(t.field.path, labels.tokens[hit.first]) for hit in header.hits for t in hit.targets if t.column]
    headed = {path for path, _ in heads}
    for candidate in own:
        path = generic(candidate.path)
        for token in (labels.tokens[n] for n in labels.of(candidate.places) if path in headed):
            over = {at for at, head in heads if token.exact and head.table == token.table and _is_over(head, token)}
            if over and path not in over:
                yield Lack(candidate.path, f"it stands in the column of {min(over)}")


def _is_over(head: Token, token: Token) -> bool:
    return head.col < token.col + token.span and token.col < head.col + head.span


def _header_in_values(
    labels: PrintedLabels, spec: FieldSpec, header: Header, candidates: Sequence[Candidate]
) -> Iterator[Lack]:
    """A value that holds a cell of the list's header."""
    cells = frozenset(header.foreign)
    for candidate in candidates if cells else ():
        for n in cells.intersection(labels.of(candidate.places)):
            message = f"{labels.tokens[n].fold[:20]!r} in it stands in the header of {spec.name}"
            yield Lack(candidate.path, message)


def _labels_missing(spec: FieldSpec, header: Header, own: Sequence[Candidate]) -> Iterator[Lack]:
    """A row without a spanning label where the header has the label's column, and other rows have one."""
    headed = {t.field.path for hit in header.hits for t in hit.targets}
    given = {c.path for c in own}
    for child in spec.children:
        if child.printed.spans and child.path in headed:
            for row in sorted({row_of(c.path) or 0 for c in own}):
                path = f"{spec.name}[{row}].{child.name}"
                if path not in given:
                    yield Lack(path, "no label is read for this row, and its column is there")


def _words_unknown(labels: PrintedLabels, schema: SchemaSpec, own: Sequence[Candidate]) -> Iterator[Lack]:
    """A spanning label that is none of its column's words, where columns are no facts."""
    for candidate in own:
        spec = schema.field(candidate.path)
        if spec is None or not spec.printed.spans or not spec.printed.vocabulary:
            continue
        known = without_note(fold(candidate.text)) in map(fold, spec.printed.vocabulary)
        if not known and not all(labels.tokens[n].exact for n in labels.of(candidate.places)):
            yield Lack(candidate.path, f"none of the words of its column: {candidate.text[:20]!r}")


_COMPARISON_AT_END = re.compile(r"[^≥≤><=≧≦][≥≤><=≧≦][-+−]?\d[\d,.]*[^\d≥≤><=≧≦]{0,6}$")


def _figures_in_names(spec: FieldSpec, own: Sequence[Candidate]) -> Iterator[Lack]:
    """A text that ends in a comparison, in a row that lacks its first quantity: two boxes may have been read as one."""
    quantities = [child.name for child in spec.children if child.kind == "indicator"][:1]
    given = {candidate.path for candidate in own}
    for candidate in own:
        row, _, name = candidate.path.rpartition("].")
        lacks = [other for other in quantities if f"{row}].{other}" not in given]
        found = _COMPARISON_AT_END.search(fold(candidate.text))
        if found and lacks and name not in quantities:
            yield Lack(f"{row}]", f"{found[0][1:][:20]!r} at the end of {name} may be its {lacks[0]}")
