"""Cuts a document into forms: titles that the schemas declare start one; what no form claims stays outside.

A title that is repeated at the top of a page is no new form, and a line of a table of contents is no title.
A table without a title is still a form where it carries most of a schema's labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Cell, Document, Grid, Line
from extractor.document.results import Finding, Form, Place, Row, finding
from extractor.forms.labels import LabelIndex, label_index, row_tokens, spot
from extractor.forms.line_labels import has_words, key_of, label_key
from extractor.forms.page_breaks import Known, stitched
from extractor.forms.page_furniture import furniture, said_once
from extractor.forms.row_text import row_text
from extractor.forms.untitled_forms import without_titles
from schemas.spec import SchemaSpec
from schemas.values import fold

_LONGEST_PREFIX = 40
_HEAD_ROWS = 40
_COVER_ROWS = 5
PAGE_GAP = 3
"""So many blank lines in a text without page marks stand for a page break."""


@dataclass(frozen=True, slots=True)
class Regions:
    """A document's forms in reading order, and the rows that stand outside of all of them."""

    forms: tuple[Form, ...]
    outside: tuple[Row, ...]
    furniture: frozenset[Place]
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Title:
    row: int
    last: int
    schema: SchemaSpec


def cut(document: Document, schemas: Sequence[SchemaSpec]) -> Regions:
    """The forms of a document, and what is left outside."""
    titled = tuple(s for s in schemas if s.titles)
    marks = furniture(document, lambda text: any(_declared(spec, text) for spec in schemas))
    rows = stitched(_without_furniture(rows_of(document), marks), _known(schemas))
    titles = _starts(_titles(rows, titled), rows)
    forms: list[Form] = []
    outside: list[Row] = []
    notes: list[Finding] = []
    before = rows[: titles[0].row] if titles else rows
    above: Sequence[Row] = ()
    if titles and titles[0].schema.accounts == "asked":
        above = before  # a letterhead
    else:
        notes.extend(without_titles(before, schemas, forms, outside, alone=not titles))
    for n, title in enumerate(titles):
        end = _with_heads_of_table(rows, titles[n + 1].row) if n + 1 < len(titles) else len(rows)
        own = end if title.schema.accounts == "asked" else _own_end(title.schema, rows, title.last + 1, end)
        own = _end_of_markup(document, title.schema, rows[:own], title.last + 1)
        if _announces(rows, title, end, titles[n + 1 :]):
            outside.extend(rows[title.row : end])
            notes.extend(_announced(rows, title, end, titles[n + 1 :]))
            continue
        forms.append(_form(len(forms), title, rows[title.row : own], above))
        above = ()
        outside.extend(rows[own : titles[n + 1].row if n + 1 < len(titles) else end])
    outside.extend(above)
    heads = said_once(document, marks) if any(form.schema.accounts == "asked" for form in forms) else []
    forms = [_with_heads(form, heads) for form in forms]
    marks -= {_whole(line, line.page) for line in heads}
    text = any(unit.text.strip() for row in outside for unit in row.units)
    whole = tuple(replace(numbered(form), alone=not text) for form in forms)
    return Regions(whole, tuple(outside), marks, tuple(notes))


def _with_heads(form: Form, heads: Sequence[Line]) -> Form:
    """A form whose record may ask for what stands at the edges of pages, with that in front of its rows."""
    first = (Row(line.page, (line,)) for line in heads)
    return replace(form, rows=(*first, *form.rows)) if form.schema.accounts == "asked" else form


def _known(schemas: Sequence[SchemaSpec]) -> Known:
    """The labels of schemas, and the words of their spanning labels."""
    indices = [label_index(spec) for spec in schemas]
    return Known(
        lambda text: any(label_key(text) in index.labels for index in indices),
        lambda text: any(fold(text) in index.words for index in indices),
        lambda text: any(fold(text) in index.word_prefixes for index in indices),
    )


def numbered(form: Form) -> Form:
    """The form with its rows numbered from 1, through all pages: those of the title, then the others."""
    title, start = form.title_rows, len(form.title_rows) + 1
    return replace(
        form,
        title_rows=tuple(Row(*row[:5], n) for n, row in enumerate(title, 1)),
        rows=tuple(Row(*row[:5], n) for n, row in enumerate(form.rows, start)),
    )


def _declared(spec: SchemaSpec, text: str) -> bool:
    """Whether a schema knows a line: by a title, a label that it begins with, a word, a field that stands alone."""
    if any(fold(title) in text for title in spec.titles):
        return True
    index = label_index(spec)
    if text in index.words or any(_begins_with_label(text, n, index) for n in range(2, min(len(text), 24) + 1)):
        return True
    patterns = (f.printed.pattern for f in spec.fields if f.structure == "scalar" and f.printed.pattern)
    return any(re.fullmatch(pattern, text) for pattern in patterns)


def _begins_with_label(text: str, end: int, index: LabelIndex) -> bool:
    """Whether the first characters of a folded line are a label; one of words ends with the line or with a colon."""
    key = key_of(text[:end])
    return key in index.labels and (not has_words(key) or text[end - 1 : end + 1].endswith(":") or end == len(text))


def rows_of(document: Document) -> list[Row]:
    """Every printed row of a document in reading order; grids are numbered through the document."""
    out: list[Row] = []
    table, last = 0, None
    for page in document.pages:
        last = None
        for block in page.blocks:
            if isinstance(block, Line):
                gap = 0 if last is None else block.number - last - 1
                out.append(Row(page.number, (block,), gap=gap))
                last = block.number
            else:
                table += 1
                out.extend(_grid_rows(block, table))
    return out


def _grid_rows(grid: Grid, table: int) -> list[Row]:
    by_row: dict[int, list[object]] = {}
    for cell in grid.cells:
        by_row.setdefault(cell.row, []).append(cell)
    return [
        Row(grid.page, tuple(cells), table, not grid.ragged)  # type: ignore[arg-type]  # cells are units
        for _, cells in sorted(by_row.items())
    ]


def _without_furniture(rows: Sequence[Row], marks: frozenset[Place]) -> list[Row]:
    """The rows without page furniture; what stands behind it, or behind many blank lines, is behind a page break."""
    out: list[Row] = []
    lines = [r.gap for r in rows if not r.table]
    spaced = sum(1 for gap in lines if gap) * 3 > len(lines)
    broken = False
    for row in rows:
        if _is_furniture(row, marks):
            broken = True
            continue
        broken = broken or (row.gap == PAGE_GAP - 1 and not spaced)
        out.append(row._replace(gap=max(row.gap, PAGE_GAP)) if broken else row)
        broken = False
    return out


def _is_furniture(row: Row, marks: frozenset[Place]) -> bool:
    return all(Place(row.page, u.id, 0, len(u.text)) in marks for u in row.units if not row.table or u.text.strip())


@cache
def _title_pattern(spec: SchemaSpec) -> re.Pattern[str]:
    names = "|".join(re.escape(fold(t)) for t in sorted(spec.titles, key=len, reverse=True))
    year = r"(?:\(?\d{4}年?度?\)?)?"
    return re.compile(
        rf"(?P<before>[^,.;:!?，。；：！？]{{0,{_LONGEST_PREFIX}}}?[:：]?)(?P<name>{names})[》〉」)\]]*{year}"
    )


def _titles(rows: Sequence[Row], schemas: Sequence[SchemaSpec]) -> list[_Title]:
    out: list[_Title] = []
    words = tuple(fold(t)[-2:] for s in schemas for t in s.titles)
    for n, row in enumerate(rows):
        if row.table and len(row.units) > 12:
            continue
        text = row_text(row)
        if not text or len(text) > 90 or not any(w in text for w in words):
            continue
        found = _named(text, schemas)
        if found is None and not row.table and n and not rows[n - 1].table:
            before = fold(rows[n - 1].units[0].text)
            found = _named(before + text, schemas) if before and len(before) < 40 else None
            if found is not None and (not out or out[-1].last < n - 1):
                out.append(_Title(n - 1, n, found))
            continue
        if found is not None:
            out.append(_Title(n, n, found))
    return out


def _named(text: str, schemas: Sequence[SchemaSpec]) -> SchemaSpec | None:
    """The schema whose title the text is: of several, the one with the longest title."""
    best: tuple[int, SchemaSpec] | None = None
    for spec in schemas:
        match = _title_pattern(spec).fullmatch(text)
        if match and (best is None or len(match["name"]) > best[0]):
            best = (len(match["name"]), spec)
    return best[1] if best else None


def _starts(titles: list[_Title], rows: Sequence[Row]) -> list[_Title]:
    """The titles that start a form: those that another page only repeats are dropped."""
    out: list[_Title] = []
    for n, title in enumerate(titles):
        end = titles[n + 1].row if n + 1 < len(titles) else len(rows)
        if out and out[-1].schema is title.schema and _continues(rows, out[-1], title, end):
            continue
        out.append(title)
    return out


def _continues(rows: Sequence[Row], start: _Title, title: _Title, end: int) -> bool:
    """Whether what follows a repeated title goes on with the form before: its head does not stand there again."""
    if not _may_head_page(rows, start, title):
        return False
    after = _head_values(rows[title.last + 1 : end], title.schema)
    keys = {f.path for f in title.schema.fields if f.printed.key}
    if len(after) > 1 or (not keys & set(after) and _mentions_key(rows[title.last + 1 : end], title.schema)):
        return False
    before = _head_values(rows[start.last + 1 : title.row], title.schema)
    if not after:
        return bool(before) and end - title.last > 1
    return len(before) >= 3 and all(after[p] == before.get(p) for p in after if p in keys)


def _may_head_page(rows: Sequence[Row], start: _Title, title: _Title) -> bool:
    """Whether a title may be one that each page of a form repeats: in a document of pages, no table is above it."""
    page = rows[title.row].page
    paged = rows[0].page != rows[-1].page
    return not paged or not any(row.table and row.page == page for row in rows[start.last + 1 : title.row])


def _mentions_key(rows: Sequence[Row], spec: SchemaSpec) -> bool:
    """Whether the label of a form's key stands in the first rows, be it inside of a cell that was read badly."""
    keys = [fold(label) for f in spec.fields if f.printed.key for label in f.printed.labels]
    text = "".join(fold(u.text) for r in rows[:_HEAD_ROWS] for u in r.units)
    return any(key in text for key in keys)


def _head_values(rows: Sequence[Row], spec: SchemaSpec) -> dict[str, str]:
    """Which labels of a form's head (what stands above its first list) the rows have, with the token behind each."""
    index = label_index(spec)
    above = takewhile(lambda f: f.structure != "rows", spec.fields)
    head = {f.path for f in above if f.structure in ("scalar", "texts")}
    tokens = row_tokens(rows[:_HEAD_ROWS], index)
    out: dict[str, str] = {}
    for hit in spot(tokens, index).values():
        for target in hit.targets:
            if target.field.path in head and not target.column and not target.heading:
                out[target.field.path] = tokens[hit.last + 1].fold if hit.last + 1 < len(tokens) else ""
    return out


def _announces(rows: Sequence[Row], title: _Title, end: int, following: Sequence[_Title]) -> bool:
    """Whether a title only announces a form of its kind (a cover, a table of contents): it has no label below it."""
    if not following:
        return False
    if end - title.last == 1:
        return True  # another title follows at once
    if following[0].schema is not title.schema or end - title.last > _COVER_ROWS:
        return False
    index = label_index(title.schema)
    hits = spot(row_tokens(rows[title.last + 1 : end], index), index).values()
    return not any(hit.targets for hit in hits)  # who filled it in stands on a cover too


def _announced(rows: Sequence[Row], title: _Title, end: int, following: Sequence[_Title]) -> list[Finding]:
    """A finding where a title that announces might be all that is left of a form whose table is lost."""
    if end - title.last == 1 and any(t.schema is title.schema for t in following):
        return []
    row = rows[title.row]
    message = f"a title without a table (page {row.page}, {row.units[0].id}): a cover, or is its table lost?"
    return [finding(FindingKind.TITLE_WITHOUT_TABLE, "", message)]


def _own_end(spec: SchemaSpec, rows: Sequence[Row], start: int, end: int) -> int:
    """Where a form ends that other tables follow: at the heading of the first from which on no label is its own."""
    for n in range(start + 1, end):
        if not rows[n].table or rows[n - 1].table:
            continue
        before = [r for r in rows[start:n] if r.table]
        headed = all(u.text.strip() for u in rows[n].units)  # a row that a page break cut off has empty cells
        following = [r for r in rows[n:end] if r.table == rows[n].table]
        if not before or not headed or _columns(before) == _columns(following) or _related(spec, rows[n:end]):
            continue
        heading = n - 1
        while heading > start and not rows[heading - 1].table and rows[heading].gap < PAGE_GAP - 1:
            heading -= 1
        above = rows[heading:n]
        if not _related(spec, above) and not any(_title_pattern(spec).fullmatch(row_text(r)) for r in above):
            return heading
    return end


def _with_heads_of_table(rows: Sequence[Row], title: int) -> int:
    """The first row of the table that a title stands in, if each row above the title is a single text: `Annex 2`."""
    first = title
    while first and rows[title].table and rows[first - 1].table == rows[title].table:
        first -= 1
    above = rows[first:title]
    return first if all(sum(1 for u in row.units if u.text.strip()) <= 1 for row in above) else title


def _end_of_markup(document: Document, spec: SchemaSpec, rows: Sequence[Row], start: int) -> int:
    """Where a form's last table ends, in a file whose markup says what a table is: no cell stands as a line below.

    What stands behind it (links, the foot of a web page, a signature) is outside, unless a line is one that the schema
    knows.
    """
    end = next((n + 1 for n in range(len(rows) - 1, start - 1, -1) if rows[n].table), len(rows))
    lines = rows[end:]
    readers = {page.number: page.reader for page in document.pages}
    marked_up = bool(lines) and spec.accounts == "all" and readers.get(rows[end - 1].page) in _MARKED_UP
    known = any(_declared(spec, fold(row.units[0].text)) for row in lines)
    return end if marked_up and not known else len(rows)


_MARKED_UP = frozenset({"html", "word", "excel"})


def _columns(rows: Sequence[Row]) -> int:
    """How many columns a form's last table has, or a table that follows it: one that a page break cut has as many."""
    tables = [r for r in rows if r.table]
    cells = [c for r in tables if r.table == tables[-1].table for c in r.units if isinstance(c, Cell)]
    return max((c.col + c.col_span for c in cells), default=0)


def _related(spec: SchemaSpec, rows: Sequence[Row]) -> bool:
    """Whether rows can belong to a form: they hold one of its headings, a word of its vocabularies, or two labels."""
    index = label_index(spec)
    tokens = row_tokens(rows, index)
    hits = spot(tokens, index).values()
    headings = any(t.field.structure == "rows" or t.heading for h in hits for t in h.targets)
    words = any(t.fold in index.words for t in tokens)
    fields = {h.targets[0].field.path if h.targets else "" for h in hits}
    return headings or words or len(fields) > 1 or (bool(fields) and len(rows) < 3)


def _form(index: int, title: _Title, rows: Sequence[Row], above: Sequence[Row] = ()) -> Form:
    """The form that a title starts, with rows `above` it; repeats of the title inside are its furniture."""
    height = title.last - title.row + 1
    places = [_whole(u, r.page) for r in rows[:height] for u in r.units if u.text.strip()]
    body: list[Row] = []
    repeated: list[Place] = []
    broken = False
    for row in rows[height:]:
        text = row_text(row) if len(row.units) <= 12 else ""
        if text and len(text) < 90 and _title_pattern(title.schema).fullmatch(text):
            repeated.extend(_whole(u, row.page) for u in row.units if u.text.strip())
            broken = True
        else:
            body.append(row._replace(gap=max(row.gap, PAGE_GAP)) if broken else row)
            broken = False
    if repeated:
        body = stitched(body, _known([title.schema]))
    return Form(index, title.schema, (*above, *body), tuple(places), tuple(rows[:height]), tuple(repeated))


def _whole(unit: object, page: int) -> Place:
    return Place(page, unit.id, 0, len(unit.text))  # type: ignore[attr-defined]  # lines and cells both have them
