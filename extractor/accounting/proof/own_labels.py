"""Whether a value stands under a label of its own field, where a schema is a stranger's: declared, or confirmed.

The label of a value is what is printed before it in its line, in the cell left of it, or above it; of a column, the
cell of its header. What is no known label is quoted, so that a person can confirm it once for all documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from extractor.accounting.proof.printed_labels import PrintedLabels
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, Finding, finding
from extractor.forms.labels import Hit
from extractor.forms.line_labels import label_key, wide_gap
from extractor.forms.tokens import Token
from schemas.spec import FieldSpec, SchemaSpec, generic

QUOTED = re.compile(r'printed under ("(?:[^"\\]|\\.)*")')
"""The label in the message of a finding, as JSON."""
LONGEST_QUOTED = 40
"""Characters of a label that are quoted: longer text before a value is a sentence, and tells no more."""


class _Label(NamedTuple):
    """What a value stands under: the printed text, and whether it is a declared label of the field."""

    text: str
    own: bool = False


_OWN = _Label("", own=True)
_NONE = _Label("")


def unconfirmed(
    labels: PrintedLabels, schema: SchemaSpec, candidates: Sequence[Candidate], proven: Container[str]
) -> Iterator[Finding]:
    """A finding on each value that stands under no label that is known to be its field's, and has no other proof."""
    if schema.accounts == "all":
        return
    known = {path: {label_key(text) for text in texts} for path, texts in schema.confirmed}
    valued = {n for candidate in candidates for n in labels.of(candidate.places)}
    for candidate in candidates:
        spec, tokens = schema.field(candidate.path), labels.of(candidate.places)
        if (
            candidate.path in proven
            or spec is None
            or not tokens
            or spec.printed.pattern
            or spec.printed.suffix_of
            or spec.printed.spans
        ):
            continue
        label = _label_of(labels, spec, tokens[0], valued)
        if label.own or label_key(label.text) in known.get(generic(candidate.path).removesuffix("[]"), ()):
            continue
        quote = json.dumps(label.text, ensure_ascii=False)
        message = f"printed under {quote}, which is not known to be a label of the field"
        yield finding(FindingKind.LABEL_UNCONFIRMED, candidate.path, message)


def _label_of(labels: PrintedLabels, spec: FieldSpec, first: int, valued: set[int]) -> _Label:
    """The label of the value that begins at a token."""
    here = labels.tokens[first]
    if "[]" in spec.path:
        return _header(labels, spec, here, valued) if here.table and here.exact else _OWN
    before = [n for n in labels.rows[here.row] if n < first]
    hit = _last_hit(labels, before)
    if hit is not None and _is_own(hit, spec) and _leads_to(labels.tokens, hit.last, first, valued):
        return _OWN
    text = _text_before(labels.tokens, before, here, valued)
    return _Label(text) if text else _above(labels, spec, here, valued)


def _is_own(hit: Hit, spec: FieldSpec) -> bool:
    """Whether a label is the field's, or that of the group which the field is a part of."""
    return any(t.field.path == spec.path or spec.path.startswith(f"{t.field.path}.") for t in hit.targets)


def _leads_to(tokens: Sequence[Token], last: int, first: int, valued: set[int]) -> bool:
    """Whether nothing but words of its own line stands between a label and a value."""
    between = range(last + 1, first)
    if tokens[first].table:
        return not between
    return not any(n in valued or wide_gap(tokens[n - 1], tokens[n]) for n in between)


def _last_hit(labels: PrintedLabels, numbers: Sequence[int]) -> Hit | None:
    within = set(numbers)
    return next((hit for hit in reversed(labels.hits) if hit.last in within and hit.targets), None)


def _text_before(tokens: Sequence[Token], before: Sequence[int], here: Token, valued: set[int]) -> str:
    """What is printed right before a value and is none: the cell left of it, or its line back to a gap."""
    if not before or before[-1] in valued:
        return ""
    start = before[-1]
    while not here.table and start - 1 in before and start - 1 not in valued:
        if wide_gap(tokens[start - 1], tokens[start]):
            break
        start -= 1
    return _shown(tokens[start].unit.text[tokens[start].start : tokens[before[-1]].end])


def _above(labels: PrintedLabels, spec: FieldSpec, here: Token, valued: set[int]) -> _Label:
    """The label above a value: the nearest cell over it that holds no value, or a line right above that is a label."""
    for row in reversed([r for r in labels.rows if r < here.row]):
        over = [n for n in labels.rows[row] if _is_over(labels.tokens[n], here)]
        if not here.table and labels.tokens[labels.rows[row][0]].row < here.row - 1:
            break
        if not over or any(n in valued for n in over):
            continue
        hit = _last_hit(labels, over)
        if hit is not None and _is_own(hit, spec):
            return _OWN
        text = " ".join(labels.tokens[n].text for n in over)
        return _Label(_shown(text)) if hit is not None or here.table or text.endswith((":", "：")) else _NONE
    return _NONE


def _header(labels: PrintedLabels, spec: FieldSpec, here: Token, valued: set[int]) -> _Label:
    """The cell over a value of a list in the nearest row above that holds none of the values."""
    for row in reversed([r for r in labels.rows if r < here.row]):
        numbers = labels.rows[row]
        over = [n for n in numbers if _is_over(labels.tokens[n], here)]
        if not over or len(numbers) < 2 or any(n in valued for n in numbers):
            continue
        hit = _last_hit(labels, over)
        return _OWN if hit is not None and _is_own(hit, spec) else _Label(_shown(labels.tokens[over[-1]].text))
    return _NONE


def _is_over(token: Token, here: Token) -> bool:
    """Whether a token may stand over another: in a cell of its columns, or in a line."""
    if not here.table:
        return not token.table
    return token.table == here.table and token.col < here.col + here.span and here.col < token.col + token.span


def _shown(text: str) -> str:
    """A label as it is quoted: on one line, without its colon, cut where it is a sentence."""
    return " ".join(text.split()).rstrip(":： ")[:LONGEST_QUOTED]
