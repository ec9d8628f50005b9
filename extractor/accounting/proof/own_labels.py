"""Whether a value stands under a label of its own field, where a schema is a stranger's: declared, or confirmed.

The label of a value is what is printed before it in its line, in the cell left of it, or above it; of a column, the
cell of its header. What is no known label is quoted, so that a person can confirm it once for all documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from extractor.accounting.proof.printed_labels import PrintedLabels
from extractor.accounting.value_paths import field_of
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Finding, Proof, finding
from extractor.forms.labels import Hit
from extractor.forms.line_labels import label_key, wide_gap, without_suffix
from extractor.forms.tokens import Token
from schemas.spec import ANY_NAME, FieldSpec, SchemaSpec

QUOTED = re.compile(r'printed under ("(?:[^"\\]|\\.)*")')
"""The label in the message of a finding, as JSON."""
LONGEST_BELOW = 3
"""Rows by which a value may stand below the label that an engine names for it: a name, with a line between."""
LONGEST_QUOTED = 40
"""Characters of a label that are quoted: longer text before a value is a sentence, and tells no more."""


class _Label(NamedTuple):
    """What a value stands under: the printed text, whether it is a label of the field, or of another column."""

    text: str
    own: bool = False
    other: bool = False


_OWN = _Label("", own=True)
_NONE = _Label("")


class OwnLabels(NamedTuple):
    """The values that stand under a label of their field, and a finding on each that does not."""

    proofs: dict[str, Proof]
    findings: tuple[Finding, ...]


def own_labels(labels: PrintedLabels, schema: SchemaSpec, answer: Answer, proven: Mapping[str, Proof]) -> OwnLabels:
    """What stands under a label that is known to be its field's: where print shows it, or where the engine names it.

    Schemas that account for all of a form have proofs of their own.
    """
    if schema.accounts == "all":
        return OwnLabels({}, ())
    page = _Page(labels, schema, answer)
    proofs: dict[str, Proof] = {}
    findings = []
    for candidate in answer.candidates:
        spec, tokens = schema.field(candidate.path), labels.of(candidate.places)
        if spec is not None and tokens and spec.printed.spans and not page.is_heading(spec, candidate, tokens[0]):
            message = "another label of the column is printed between it and its row"
            findings.append(finding(FindingKind.UNPROVEN, candidate.path, message))
        if spec is not None and "[]" not in spec.path and page.is_label(candidate):
            message = "it is a label of the schema, or a part of one"
            findings.append(finding(FindingKind.UNPROVEN, candidate.path, message))
        if candidate.path in proven or spec is None or not tokens:
            continue
        label = page.label_of(spec, candidate, tokens[0])
        before = f"{candidate.path.rpartition('[')[0]}[0]" if candidate.path.endswith("]") else ""
        if label.own or before in proofs or before in proven:
            proofs[candidate.path] = "column" if "[]" in spec.path else "label"
        else:
            quote = json.dumps(label.text, ensure_ascii=False)
            message = f"printed under {quote}, which is not known to be a label of the field"
            findings.append(finding(FindingKind.LABEL_UNCONFIRMED, candidate.path, message))
            if label.other:
                message = f"{candidate.path} stands in the column {quote} of another field: a row may be misread"
                findings.append(finding(FindingKind.UNPROVEN, field_of(candidate.path), message))
    return OwnLabels(proofs, (*findings, *_without_value(labels, schema, answer)))


def _without_value(labels: PrintedLabels, schema: SchemaSpec, answer: Answer) -> Iterator[Finding]:
    """A finding on each field that has no value although its label is printed."""
    given = {candidate.path.split("[")[0] for candidate in answer.candidates}
    for spec, hits in labels.own_of.items():
        if spec.structure == "scalar" and "[]" not in spec.path and spec.path not in given and hits:
            text = _shown(" ".join(labels.tokens[n].text for n in range(hits[0].first, hits[0].last + 1)))
            yield finding(FindingKind.NOT_FOUND, spec.path, f"its label {text!r} is printed, and no value is given")


class _Page:
    """The labels of a form's values: as they stand, and as the engine names them."""

    def __init__(self, labels: PrintedLabels, schema: SchemaSpec, answer: Answer) -> None:
        self.labels = labels
        self.valued = {n for candidate in answer.candidates for n in labels.of(candidate.places)}
        self.quoted = {quoted.field: quoted for quoted in answer.quoted}
        self.confirmed = {path: {_key(text) for text in texts} for path, texts in schema.confirmed}
        self.spanning = _spanning_order(schema, answer.candidates, labels)

    def label_of(self, spec: FieldSpec, candidate: Candidate, first: int) -> _Label:
        """The label of the value that begins at a token."""
        if spec.printed.spans and self.is_heading(spec, candidate, first):
            return _OWN
        label = _label_of(self.labels, spec, first, self.valued)
        if label.own or self._knows(spec, label.text, candidate.path):
            return _OWN
        quoted = self.quoted.get(candidate.path, self.quoted.get(spec.path))
        if quoted is None or (not quoted.text and label.text):
            return label
        known = bool(quoted.text) and self._knows(spec, quoted.text, candidate.path)
        if known and _names(self.labels, self.labels.of(quoted.places), spec, first, self.valued):
            return _OWN
        return _Label(_shown(quoted.text)) if not known else label

    def is_label(self, candidate: Candidate) -> bool:
        """Whether a value is a label, or a part of one."""
        hits = [self.labels.hit_of.get(n) for n in self.labels.of(candidate.places)]
        return any(hit is not None and hit.targets for hit in hits)

    def _knows(self, spec: FieldSpec, text: str, name: str) -> bool:
        """Whether a printed text is a label of the field: declared, confirmed, or the name of a map's value."""
        declared = {_key(label) for label in (*spec.printed.labels, *spec.printed.column)}
        if spec.name == ANY_NAME:
            declared.add(_key(name.rpartition(".")[2]))
        key = _key(text)
        return (bool(key) and key in declared) or key in self.confirmed.get(spec.path, ())

    def is_heading(self, spec: FieldSpec, candidate: Candidate, first: int) -> bool:
        """Whether the value of a spanning field is the last of its field before its row, or the first of the row."""
        row = candidate.path.rpartition(".")[0]
        starts, own = self.spanning.get(spec.path, ([], {}))
        begin = own.get(row)
        return begin is not None and max((n for n in starts if n <= begin), default=-1) == first


def _spanning_order(
    schema: SchemaSpec, candidates: Sequence[Candidate], labels: PrintedLabels
) -> dict[str, tuple[list[int], dict[str, int]]]:
    """By spanning field: the first tokens of its values, and by row the last token of the row's other values."""
    out: dict[str, tuple[list[int], dict[str, int]]] = {}
    rows: dict[str, int] = {}
    for candidate in candidates:
        spec, tokens = schema.field(candidate.path), labels.of(candidate.places)
        if spec is None or not tokens:
            continue
        if spec.printed.spans:
            out.setdefault(spec.path, ([], rows))[0].append(tokens[0])
        else:
            row = candidate.path.rpartition(".")[0]
            rows[row] = max(rows.get(row, -1), tokens[0])
    return out


def _key(text: str) -> str:
    """What labels are compared by: without a percentage or a bracket behind."""
    return without_suffix(label_key(text))


def _label_of(labels: PrintedLabels, spec: FieldSpec, first: int, valued: set[int]) -> _Label:
    """The label that stands before or above the value which begins at a token."""
    here = labels.tokens[first]
    if "[]" in spec.path and not spec.path.endswith("[]"):
        return _header(labels, spec, here, valued)
    before = [n for n in labels.rows[here.row] if n < first]
    hit = _last_hit(labels, before)
    if hit is not None and _is_own(hit, spec) and _leads_to(labels.tokens, hit.last, first, valued):
        return _OWN
    text = _text_before(labels.tokens, before, here, valued)
    return _Label(text) if text else _above(labels, spec, here, valued)


def _names(labels: PrintedLabels, quoted: Sequence[int], spec: FieldSpec, first: int, valued: set[int]) -> bool:
    """Whether printed words can be the label of a value: they lead to it, and no label of another field is nearer."""
    if not quoted:
        return False
    last, here = labels.tokens[quoted[-1]], labels.tokens[first]
    if last.row == here.row:
        between = range(quoted[-1] + 1, first)
        return quoted[-1] < first and not any(n in valued or _is_foreign(labels, n, spec) for n in between)
    if last.row > here.row or ("[]" not in spec.path and here.row - last.row > LONGEST_BELOW):
        return False
    if not (last.table or here.table):
        return "[]" not in spec.path and not any(
            _is_foreign(labels, n, spec) for row in range(last.row + 1, here.row + 1) for n in labels.rows.get(row, ())
        )
    over = [n for row in range(last.row + 1, here.row) for n in labels.rows.get(row, ())]
    nearer = any(_is_foreign(labels, n, spec) and _is_over(labels.tokens[n], here) for n in over)
    return _is_over(last, here) and not nearer


def _is_foreign(labels: PrintedLabels, n: int, spec: FieldSpec) -> bool:
    """Whether a token is of a label that is not the field's."""
    hit = labels.hit_of.get(n)
    return hit is not None and bool(hit.targets) and not _is_own(hit, spec)


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
    """The cell over a value of a list: in the nearest row above with headers of it, else without values."""
    parent = spec.path.rpartition(".")[0]
    nearest = _NONE
    for row in reversed([r for r in labels.rows if r < here.row]):
        numbers = labels.rows[row]
        over = [n for n in numbers if _is_over(labels.tokens[n], here)]
        if not over or len(numbers) < 2 or any(n in valued for n in numbers):
            continue
        hits = [labels.hit_of[n] for n in numbers if n in labels.hit_of]
        if any(t.column and t.field.path.startswith(f"{parent}.") for hit in hits for t in hit.targets):
            one = len({labels.tokens[n].unit.id for n in over}) == 1
            named = [hit for n in over if (hit := labels.hit_of.get(n)) is not None and hit.targets]
            if one and any(_is_own(hit, spec) for hit in named):
                return _OWN
            return _Label(_shown(" ".join(labels.tokens[n].text for n in over)), other=one and bool(named))
        nearest = nearest if nearest.text else _Label(_shown(labels.tokens[over[-1]].text))
    return nearest


def _is_over(token: Token, here: Token) -> bool:
    """Whether a token may stand over another: in a cell of its columns, in a box over its own, or both in lines."""
    if not (token.table or here.table):
        return True
    if token.exact and here.exact and token.table == here.table:
        return token.col < here.col + here.span and here.col < token.col + token.span
    one, other = token.unit.box, here.unit.box
    if one is None or other is None or token.page != here.page or (token.exact and token.table == here.table):
        return False
    return bool(token.table and here.table) and one.x0 < other.x1 and other.x0 < one.x1


def _shown(text: str) -> str:
    """A label as it is quoted: on one line, without its colon, cut where it is a sentence."""
    return " ".join(text.split()).rstrip(":： ")[:LONGEST_QUOTED]
