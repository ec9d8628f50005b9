"""The built-in engine: reads a form by its schema's labels alone, without a model and without a network.

It gives values as they are printed and abstains rather than guess: what it cannot place becomes residue and a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from extractor.accounting.grounding import container
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Form, Place
from extractor.engines.rules import labelled_values
from extractor.engines.rules.amount_units import set_apart, units_of
from extractor.engines.rules.drafts import Draft
from extractor.engines.rules.label_zones import read_zones
from extractor.engines.rules.labels_above import beside_their_labels
from extractor.engines.rules.list_rows import Widths, learn_widths, merge_widths
from extractor.engines.rules.row_candidates import list_rows
from extractor.engines.rules.row_decoding import Listing, listing
from extractor.engines.rules.stacked_labels import pieces
from extractor.engines.rules.table_headers import leaves_in_order
from extractor.engines.rules.unknown_columns import unknown_columns
from extractor.engines.rules.value_matrix import read_matrix
from extractor.engines.rules.zones import Bucket, Zones
from extractor.forms.form_tokens import FormTokens, form_tokens
from extractor.forms.labels import Hit, foreign, spot, unasked
from extractor.forms.merged_cells import same_merged_cell
from extractor.forms.tokens import Token, width
from schemas.spec import FieldSpec, SchemaSpec
from schemas.values import fold

WIDEST_LINE = 60.0
"""Full-width characters; a wider line fits on no page, so the text's lines are not those of a page and not wrapped."""

_HANDLERS: dict[str, Callable[[Draft, Bucket, SchemaSpec], None]] = {
    "value": lambda draft, bucket, _: labelled_values.value(draft, bucket),
    "row": lambda draft, bucket, _: labelled_values.labelled_row(draft, bucket),
    "columns": lambda draft, bucket, _: labelled_values.text_columns(draft, bucket),
    "list": list_rows,
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """A form whose tokens are sorted into zones; `listings` are its lists by their header's first token.

    `headings` only stand over the labels of a header.
    """

    form: Form
    tokens: list[Token]
    zones: Zones
    listings: dict[int, Listing]
    headings: list[Token]


def extract(forms: Sequence[Form]) -> list[Answer]:
    """The values of a document's forms: what one shows of the page, such as how wide its columns are, serves all."""
    readings = [_read(form) for form in forms]
    own = [learn_widths(list(reading.listings.values())) for reading in readings]
    return [_answer(reading, merge_widths(widths, own)) for reading, widths in zip(readings, own, strict=True)]


def _from_first_label(form: Form) -> Form:
    """The form without what stands above its first label: of a page that is asked for in part, a letterhead."""
    if form.schema.accounts == "all":
        return form
    printed = form_tokens(form)
    first = min((printed.tokens[hit.first].row for hit in printed.hits.values() if hit.targets), default=0)
    return replace(form, rows=form.rows[first:], alone=False) if first else form


def _read(form: Form) -> _Reading:
    form = _from_first_label(form)
    printed = form_tokens(form)
    index = printed.labels
    tokens, headings = leaves_in_order(printed.tokens, index)
    tokens = beside_their_labels(tokens, index)
    tokens = tokens if index.loose else _without_unasked(tokens, printed)
    hits = {n: hit for n, hit in _hits(tokens, printed).items() if hit.targets or index.loose}
    hits = {n: hit for n, hit in hits.items() if not _lacks_unit(tokens, hit)}
    hits |= foreign(tokens, hits, index)
    hits |= {hit.first: hit for hit in unknown_columns(tokens, hits, form.schema, index)}
    zones = read_zones(tokens, hits, form.schema)
    listings: dict[int, Listing] = {}
    unwrapped = any(width(row.units[0].text) > WIDEST_LINE for row in form.rows if not row.table)
    for bucket in zones.buckets:
        if bucket.kind == "list":
            own = pieces(tokens, bucket, index, form.rows)
            listings[bucket.label] = listing(own, bucket.columns, unwrapped=unwrapped)
    return _Reading(form, tokens, zones, listings, headings)


def _without_unasked(tokens: list[Token], printed: FormTokens) -> list[Token]:
    """The tokens without those of labels whose values are not asked for, and of what stands behind these."""
    same = tuple(tokens) == printed.tokens
    aside = set(printed.unasked if same else unasked(tokens, spot(tokens, printed.labels), printed.labels))
    return [token for n, token in enumerate(tokens) if n not in aside] if aside else tokens


def _hits(tokens: Sequence[Token], printed: FormTokens) -> dict[int, Hit]:
    """The labels among the tokens: those that are known, unless the tokens are in another order than printed."""
    return printed.hits if tuple(tokens) == printed.tokens else spot(tokens, printed.labels)


def _lacks_unit(tokens: Sequence[Token], hit: Hit) -> bool:
    """Whether a label of a unit has no unit behind it: it is a word of another label, as in a stack of `度量/单位`."""
    field = hit.targets[0].field if len(hit.targets) == 1 and not hit.targets[0].unit else None
    if field is None or not field.printed.suffix_of or tokens[hit.first].table:
        return False
    behind = tokens[hit.last + 1].fold if hit.last + 1 < len(tokens) else ""
    return behind not in field.printed.vocabulary


def _answer(reading: _Reading, widths: Widths) -> Answer:
    form, tokens, zones = reading.form, reading.tokens, reading.zones
    draft = Draft(tokens, reading.listings, widths, form.schema.accounts == "asked", units_of(form.schema))
    if _spaced_columns(form):
        draft.doubt(
            "",
            FindingKind.SPACED_COLUMNS,
            "columns are held apart by spaces alone; every value may stand in another column",
        )
    _units(draft, zones)
    _around_labels(draft, zones)
    for bucket in zones.buckets:
        handler = _HANDLERS.get(bucket.kind)
        if handler is not None:
            handler(draft, bucket, form.schema)
    read_matrix(draft, [b for b in zones.buckets if b.kind == "matrix" and b.fields], form)
    set_apart(draft, form.schema)
    for path, text in zones.cut:
        draft.doubt(path, FindingKind.LABEL_IN_TEXT, f"it ends before what looks like a label: {text[:40]}")
    for path in zones.stray:
        draft.doubt(path, FindingKind.HEADER_UNCLEAR, "the label of a column stands apart from the header")
    labels = [tokens[p].place for hit in zones.labels for p in range(hit.first, hit.last + 1)]
    labels += [heading.place for heading in reading.headings]
    loose = [p for b in zones.buckets if b.kind == "loose" for p in b.tokens]
    _standing_alone(draft, form, loose, labels)
    strange = draft.loose or any(b.tokens for b in zones.buckets if b.kind in ("loose", "foreign"))
    if draft.asked and (strange or not form.alone):
        _not_found(draft, form.schema)
    if not zones.labels:
        draft.doubt("", FindingKind.EMPTY_FORM, "no label of this form stands below its title; is its table lost?")
    read = tuple(Candidate(one.path, one.text, one.places, "layout") for one in draft.candidates)
    strangers = tuple(tokens[p].place for p in draft.foreign)
    return Answer(read, tuple(labels), tuple(draft.nulls), tuple(draft.findings), foreign=strangers)


def _not_found(draft: Draft, schema: SchemaSpec) -> None:
    """Doubts about what has no value and no mark for none, while text of the form is nobody's: one may be in there."""
    given = {container(candidate.path) for candidate in draft.candidates}
    for field in schema.fields:
        if field.name not in given and field.path not in draft.empty:
            message = "no value of it was found; it may be printed without a label, or under another"
            draft.doubt(field.path, FindingKind.NOT_FOUND, message)


_ROWS_LOST = 3
_GAP = re.compile(r"\S {3,}\S")


def _spaced_columns(form: Form) -> bool:
    """Whether the lines of a form are laid out by spaces, so that reading order is not the order of its cells.

    On a page with places, white inside of a line is measured: a few such lines are the rows of a table that was lost.
    """
    lines = [r.units[0] for r in form.rows if not r.table]
    apart = [line for line in lines if _GAP.search(line.text)]
    placed = sum(line.box is not None for line in apart)
    return placed >= _ROWS_LOST or len(apart) > max(4, len(lines) * 0.15)


def _units(draft: Draft, zones: Zones) -> None:
    """Values that stand in brackets behind a label: the unit of the amounts below it."""
    for spec, hit, unit in zones.units:
        if any(c.path == spec.path for c in draft.candidates):
            continue
        places = _ending(draft.tokens[hit.first : hit.last + 1], unit)
        if places:
            draft.candidates.append(Candidate(spec.path, unit, places))


def _ending(tokens: Sequence[Token], unit: str) -> tuple[Place, ...]:
    """The places of the last occurrence of `unit` in the tokens, which may be cut over several of them."""
    characters = [(t, t.start + n) for t in tokens for n, c in enumerate(t.text) if not c.isspace()]
    at = "".join(t.unit.text[n] for t, n in characters).rfind(unit)
    if at < 0:
        return ()
    own = characters[at : at + len(unit)]
    parts = [list(group) for _, group in groupby(own, key=lambda pair: pair[0].place)]
    return tuple(Place(p[0][0].page, p[0][0].unit.id, p[0][1], p[-1][1] + 1) for p in parts)


def _around_labels(draft: Draft, zones: Zones) -> None:
    """Text that stands right before a label and belongs to nothing: the value was wrapped around its label.

    In a table with cells a value stands in a cell of its own, so a line above it is no part of one.
    """
    buckets = zones.buckets
    for before, bucket in pairwise(buckets):
        near = bool(before.tokens) and before.tokens[-1] + 1 == bucket.label and not draft.tokens[bucket.label].exact
        if before.kind != "loose" or bucket.kind != "value" or not near or bucket.fields[0].kind != "text":
            continue
        head = [p for p in before.tokens if not _is_year(draft.tokens[p])]
        if head and bucket.tokens and not draft.tokens[head[0]].table:
            bucket.tokens[:0] = head
            before.tokens = [p for p in before.tokens if p not in head]
            draft.doubt(
                bucket.fields[0].path,
                FindingKind.AROUND_LABEL,
                f"read around its label: {draft.join(bucket.tokens)[:40]}",
            )


_YEAR = re.compile(r"[(]?\d{4}年?度?[)]?")


def _is_year(token: Token) -> bool:
    return bool(_YEAR.fullmatch(token.fold))


def _standing_alone(draft: Draft, form: Form, loose: list[int], labels: list[Place]) -> None:
    """Fields known by what they look like, with no label beside them: above the form, or in its title."""
    for spec in _patterned(form.schema):
        pattern = re.compile(spec.printed.pattern)
        if not (_alone_in_rows(draft, spec, pattern, loose, labels)):
            _alone_in_title(draft, spec, pattern, form)


def _patterned(schema: SchemaSpec) -> list[FieldSpec]:
    return [f for f in schema.fields if f.structure == "scalar" and f.printed.pattern]


def _alone_in_rows(
    draft: Draft, spec: FieldSpec, pattern: re.Pattern[str], loose: list[int], labels: list[Place]
) -> bool:
    """The first row that is what the field looks like; later ones that say the same are repeats on later pages."""
    by_row: dict[int, list[int]] = {}
    for p in loose:
        if p and same_merged_cell(draft.tokens[p - 1], draft.tokens[p], numbers=True):
            labels.append(draft.tokens[p].place)
            continue
        by_row.setdefault(draft.tokens[p].row, []).append(p)
    said = ""
    for row in by_row.values():
        match = pattern.fullmatch("".join(draft.tokens[p].fold for p in row))
        wanted = "" if match is None else match[1] if match.groups() else match[0]
        if not wanted or said not in ("", wanted):
            continue
        labels.extend(draft.tokens[p].place for p in row)
        if not said:
            said = _give_part(draft, spec, row, wanted)
    return bool(said)


def _give_part(draft: Draft, spec: FieldSpec, row: Sequence[int], wanted: str) -> str:
    for p in row:
        token = draft.tokens[p]
        at = token.text.find(wanted)
        if at >= 0:
            start = token.start + at
            place = Place(token.page, token.unit.id, start, start + len(wanted))
            draft.candidates.append(Candidate(spec.path, wanted, (place,)))
            return wanted
    return ""


def _alone_in_title(draft: Draft, spec: FieldSpec, pattern: re.Pattern[str], form: Form) -> None:
    units = {(r.page, u.id): u for r in form.title_rows for u in r.units}
    for place in form.title:
        text = units[place.page, place.unit].text[place.start : place.end]
        match = pattern.search(fold(text))
        if match is None:
            continue
        wanted = match[1] if match.groups() else match[0]
        at = text.find(wanted)
        if at >= 0:
            own = Place(place.page, place.unit, place.start + at, place.start + at + len(wanted))
            draft.candidates.append(Candidate(spec.path, wanted, (own,)))
            return
