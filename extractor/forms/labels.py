"""Finds a schema's printed labels in a form's tokens: in a cell, in a line, cut into stacks, glued to a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

from extractor.document.results import Row
from extractor.forms.label_decorations import is_number, may_be_decorated, numberless, undecorated, without_number
from extractor.forms.line_labels import (
    foreign_labels,
    has_words,
    is_header_line,
    is_set_off,
    key_of,
    label_key,
    splits_at_colon,
    with_suffix,
    without_suffix,
)
from extractor.forms.merged_cells import same_merged_cell
from extractor.forms.note_marks import is_note, without_mark
from extractor.forms.tokens import Token, split_token, tokenize
from extractor.forms.wrapped_lines import unwrapped
from schemas.spec import FieldSpec, SchemaSpec
from schemas.values import fold


class Target(NamedTuple):
    """What a label may stand for: a field, as its own label or as its column's; `unit` is the bracketed suffix."""

    field: FieldSpec
    column: bool = False
    unit: str = ""
    heading: bool = False


class Hit(NamedTuple):
    """Tokens `first` to `last` (inclusive) read as a label that may stand for any of `targets`."""

    first: int
    last: int
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class LabelIndex:
    """The labels of a schema by their folded text, with every prefix that a stack may pass through.

    Labels without a target are those whose values its records do not hold. `cells` are the labels without the number
    of a section that they are declared with: a cell of its own is one with that number, another one, or none.
    `loose` says that a percentage or a bracket may stand behind a label, and that others' labels are told from values.
    """

    labels: dict[str, tuple[Target, ...]]
    cells: dict[str, tuple[Target, ...]]
    prefixes: frozenset[str]
    words: dict[str, tuple[FieldSpec, ...]]
    word_prefixes: frozenset[str]
    loose: bool = False

    @cached_property
    def worded(self) -> bool:
        """Whether a label is of a script that parts words by spaces: such labels must be told from prose."""
        return any(map(has_words, self.labels))


@cache
def label_index(spec: SchemaSpec) -> LabelIndex:
    """The index of a schema's labels and vocabularies."""
    labels: dict[str, list[Target]] = {}
    words: dict[str, list[FieldSpec]] = {}

    def walk(fields: Sequence[FieldSpec]) -> None:
        for field in fields:
            for label in field.printed.labels:
                # with a column beside it, the label names the row
                labels.setdefault(label_key(label), []).append(Target(field))
            for label in field.printed.heading:
                labels.setdefault(label_key(label), []).append(Target(field, heading=True))
            if not field.printed.labels:
                for label in field.printed.column:
                    labels.setdefault(label_key(label), []).append(Target(field, column=True))
            for word in field.printed.vocabulary if field.printed.spans else ():
                words.setdefault(fold(word), []).append(field)
            walk(field.children)

    walk(spec.fields)
    _add_units(spec, labels)
    for label in spec.unasked:
        labels.setdefault(label_key(label), [])
    labels |= {key[:-1]: labels[key] for key in labels if key.endswith(")") and key[:-1] not in labels}  # easily lost
    keys = {key: tuple(dict.fromkeys(targets)) for key, targets in labels.items()}
    return LabelIndex(
        keys, _numberless(keys), _prefixes(keys), {w: tuple(f) for w, f in words.items()}, _prefixes(words),
        spec.accounts == "asked",
    )  # fmt: skip


def _numberless(keys: dict[str, tuple[Target, ...]]) -> dict[str, tuple[Target, ...]]:
    out: dict[str, list[Target]] = {}
    for key, targets in keys.items():
        out.setdefault(without_number(key), []).extend(targets)
        if key.endswith(")") and not key.startswith("("):  # brackets that an OCR lost
            out.setdefault(without_number(key.replace("(", "")[:-1]), []).extend(targets)
    return {key: tuple(dict.fromkeys(targets)) for key, targets in out.items()}


def _add_units(spec: SchemaSpec, labels: dict[str, list[Target]]) -> None:
    """A label with a unit in brackets behind it is that label, and says the unit: `造价(元)`."""
    for field in spec.leaves():
        for base in field.printed.suffix_of:
            for unit in field.printed.vocabulary:
                key = label_key(f"{base}({unit})")
                plain = labels.get(label_key(base), [])
                labels.setdefault(key, []).extend(t._replace(unit=unit) for t in plain)
                labels[key].append(Target(field, unit=unit))
                alone = labels.setdefault(label_key(f"({unit})"), [])  # cut off from its label by a line end
                alone.append(Target(field, unit=unit))


def _prefixes(keys: dict[str, object] | dict[str, list[FieldSpec]] | dict[str, tuple[Target, ...]]) -> frozenset[str]:
    return frozenset(key[:n] for key in keys for n in range(1, len(key) + 1))


def row_tokens(rows: Sequence[Row], index: LabelIndex) -> list[Token]:
    """The tokens of some rows as labels are looked for in them: `label:value` is cut in two, a wrapped line whole."""
    own = unwrapped(tokenize(rows), lambda text: any(not t.column for t in index.labels.get(key_of(text), ())))
    return unglue(own, index)


def unglue(tokens: Sequence[Token], index: LabelIndex) -> list[Token]:
    """The tokens with `label:value` cut in two; below a column's header its label is text, as other words are."""
    out: list[Token] = []
    headed: set[str] = set()
    for token in tokens:
        token = _unmarked(token, index)
        named_whole = _named_whole(token.fold, index)
        whole = named_whole is not None
        headed.update(t.field.path for t in named_whole or () if t.column)
        inner = 0 < token.fold.find(":") < len(token.fold) - 1 and not whole
        colons, named = _named_before_colon(token, index) if inner else (0, None)
        if token.exact and named and all(t.column and t.field.path in headed for t in named):
            out.append(token)
            continue
        at = (
            _behind_colon(token, colons)
            if named is not None
            else splits_at_colon(token)
            if index.loose and inner
            else -1
        )
        if at >= 0 and (named is not None or not token.table):
            out.extend(split_token(token, at))
            continue
        out.extend(_cell_parts(token, index) if token.table and not whole else (token,))
    return out


def _unmarked(token: Token, index: LabelIndex) -> Token:
    """A label with the mark of a footnote behind it as that label; other tokens as they are."""
    text = token.text
    bare = without_mark(text)
    if bare == text:
        return token
    folded = fold(bare)
    return token if folded == token.fold or _named_whole(folded, index) is None else token._replace(fold=folded)


def _named_whole(folded: str, index: LabelIndex) -> tuple[Target, ...] | None:
    """What a folded text may be the label of, with what may stand before and behind a label."""
    key = key_of(folded)
    found = index.labels.get(key)
    if found is None and index.loose:
        return index.labels.get(without_suffix(key))
    return index.labels.get(undecorated(key, index.labels)) if found is None else found


def _named_before_colon(token: Token, index: LabelIndex) -> tuple[int, tuple[Target, ...] | None]:
    """How many colons the longest label before a colon ends with, and what it may stand for: a label may hold some."""
    parts = token.fold.split(":")
    for count in range(min(len(parts) - 1, _MOST_COLONS), 0, -1):
        named = _named_whole(":".join(parts[:count]), index)
        if named is not None and any(parts[count:]):
            return count, named
    return 0, None


_MOST_COLONS = 3


def _behind_colon(token: Token, count: int) -> int:
    """Where the text behind a token's n-th colon begins; -1 if it has fewer."""
    colons = [match.end() for match in _COLON.finditer(token.text)]
    return token.start + colons[count - 1] if len(colons) >= count else -1


_COLON = re.compile("[:：﹕]")


def _cell_parts(token: Token, index: LabelIndex) -> Sequence[Token]:
    """A cell that holds two spanning labels, or a label and its value, with white space between: cut there."""
    match = _FIRST_WORD.match(token.unit.text, token.start, token.end)
    if match is None or match.end() >= token.end or token.end - token.start > 200:
        return (token,)
    head = fold(match[1])
    rest = token.unit.text[match.end() : token.end]
    if head in index.words and fold(rest) in index.words:
        return split_token(token, match.end(1))
    if index.loose:
        return _label_and_figure(token, index)
    return split_token(token, match.end(1)) if label_key(head) in index.labels else (token,)


def _label_and_figure(token: Token, index: LabelIndex) -> Sequence[Token]:
    """A cell with a label and a value that begins with a figure, parted by a space: `Receipt No 0093-22`."""
    text = token.unit.text
    for match in reversed(list(_WORD_END.finditer(text, token.start, token.end))):
        rest = text[match.end() : token.end]
        if _FIGURE.match(rest) and index.labels.get(label_key(text[token.start : match.start()])):
            return split_token(token, match.start())
    return (token,)


_WORD_END = re.compile(r"\s+")
_FIGURE = re.compile(r"[$€£¥#(-]{0,2}\d")
_FIRST_WORD = re.compile(r"(\S+)\s+")


def spot(tokens: Sequence[Token], index: LabelIndex) -> dict[int, Hit]:
    """The label hits by the index of their first token; longest first, none overlapping.

    Cells side by side that say the same are one merged cell, as some converters write it out: one hit.
    """
    hits: dict[int, Hit] = {}
    position, count = 0, len(tokens)
    header = _header_rows(tokens, index) if index.worded else frozenset[int]()
    while position < count:
        hit = _label_at(tokens, position, index, header)
        if hit is None:
            position += 1
            continue
        last = hit.last
        if len(hit.targets) <= 1:
            while last + 1 < len(tokens) and same_merged_cell(tokens[last], tokens[last + 1]):
                last += 1
        hits[position] = hit._replace(last=last)
        position = last + 1
    return hits


def _label_at(tokens: Sequence[Token], position: int, index: LabelIndex, header: frozenset[int]) -> Hit | None:
    """The longest label that begins at a token; a cell is one as a whole. `header` has the rows that are all labels."""
    if tokens[position].table:
        targets = targets_of(tokens[position], index)
        return None if targets is None else Hit(position, position, targets)
    for last, key in reversed(_matches(tokens, position, index.labels, index.prefixes)):
        end = with_suffix(tokens, last) if index.loose else last
        if not has_words(key) or tokens[position].row in header or is_set_off(tokens, position, end):
            return Hit(position, end, index.labels[key])
    return None


def _header_rows(tokens: Sequence[Token], index: LabelIndex) -> frozenset[int]:
    """The lines that consist of labels, whatever parts them."""
    out: set[int] = set()
    for row, group in groupby(range(len(tokens)), key=lambda p: tokens[p].row):
        own = list(group)
        if tokens[own[0]].table:
            continue
        hits: list[tuple[int, int]] = []
        position = own[0]
        while position <= own[-1]:
            found = _matches(tokens, position, index.labels, index.prefixes)
            if not found or found[-1][0] > own[-1]:
                break
            hits.append((position, found[-1][0]))
            position = found[-1][0] + 1
        if is_header_line(tokens, hits):
            out.add(row)
    return frozenset(out)


def targets_of(cell: Token, index: LabelIndex) -> tuple[Target, ...] | None:
    """What a cell may be the label of; None for one that is no label."""
    found = _named_whole(cell.fold, index)
    return index.cells.get(numberless(key_of(cell.fold), index.cells)) if found is None else found


def stacked_word(tokens: Sequence[Token], position: int, index: LabelIndex) -> tuple[int, str] | None:
    """The last token and the word where tokens from `position` on spell a word of a spanning vocabulary."""
    return _longest(tokens, position, index.words, index.word_prefixes)


Keys = dict[str, tuple[Target, ...]] | dict[str, tuple[FieldSpec, ...]]


def _longest(tokens: Sequence[Token], position: int, keys: Keys, prefixes: frozenset[str]) -> tuple[int, str] | None:
    found = _matches(tokens, position, keys, prefixes, fold_case=False)
    return found[-1] if found else None


def _matches(
    tokens: Sequence[Token], position: int, keys: Keys, prefixes: frozenset[str], *, fold_case: bool = True
) -> list[tuple[int, str]]:
    """The keys that tokens from `position` on spell, shortest first, each with its last token."""
    joined = ""
    found: list[tuple[int, str]] = []
    whole = bool(tokens[position].table)
    for last in range(position, len(tokens)):
        token = tokens[last]
        if last > position and (whole or (token.table and not _goes_on_in_cell(tokens[last - 1], token))):
            break  # a cell is whole
        whole = bool(token.table)
        if last == position + 1 and token.first and is_number(joined) and not tokens[position].first:
            break  # a number that ends a line is that line's: `closed on July 4.`
        joined += key_of(token.fold) if fold_case else token.fold.replace(":", "")
        key = undecorated(joined, prefixes) if fold_case else joined
        if key in keys:
            found.append((last, key))
        if key not in prefixes and not (fold_case and may_be_decorated(joined, keys)):
            break
    return found


def _goes_on_in_cell(line: Token, cell: Token) -> bool:
    """Whether a stack of lines may end in a cell: the first of a row of text with tabs, right below the line."""
    return not line.table and not cell.exact and cell.first and line.row + 1 == cell.row


def foreign(tokens: Sequence[Token], hits: dict[int, Hit], index: LabelIndex) -> dict[int, Hit]:
    """Labels that the schema does not know, as hits without a target: what stands behind them is another's value."""
    if not index.loose:
        return {}
    taken = {p for hit in hits.values() for p in range(hit.first, hit.last + 1)}
    return {first: Hit(first, last, ()) for first, last in foreign_labels(tokens, taken).items()}


def unasked(tokens: Sequence[Token], hits: dict[int, Hit], index: LabelIndex) -> list[int]:
    """The positions of labels whose values the records do not hold, and of what stands behind them in their rows.

    A label counts where it can be none but that: in a cell, as the first of its row or behind the value of another
    label, with no word of a list beside it; in a line, beside a table or, with a colon, above or below all the rest.
    """
    rows = [list(own) for _, own in groupby(range(len(tokens)), key=lambda p: tokens[p].row)]
    told = [_tells_unasked(tokens, row, hits, index) for row in rows]
    notes = [_is_note(tokens, row, hits) for row in rows]
    head = next((n for n, row in enumerate(rows) if any(p in hits and hits[p].targets for p in row)), len(rows))
    tail = next((n for n in range(len(rows), 0, -1) if not (told[n - 1] or notes[n - 1])), 0)
    out: list[int] = []
    for n, row in enumerate(rows):
        near = [tokens[rows[m][0]].table for m in (n - 1, n, n + 1) if 0 <= m < len(rows)]
        edge = (n < head or n >= tail) and _has_colon(tokens, row)
        if told[n] and (any(near) or edge):
            starts = [*(p for p in row if p in hits), row[-1] + 1]
            out.extend(
                p for a, b in pairwise(starts) if not hits[a].targets for p in range(a, _behind(tokens, hits[a], b))
            )
        elif notes[n] and n >= tail:
            out.extend(row)
    return out


def _is_note(tokens: Sequence[Token], row: Sequence[int], hits: dict[int, Hit]) -> bool:
    """Whether a row of a table is a note, and no value of a field that is labelled so."""
    first = tokens[row[0]]
    asked = any(p in hits and hits[p].targets for p in row)
    return bool(first.table) and all(tokens[p].unit is first.unit for p in row) and not asked and is_note(first.fold)


def _behind(tokens: Sequence[Token], hit: Hit, end: int) -> int:
    """Where the value behind a label ends: with the next cell, in a line before a word that ends like a label."""
    start, label = hit.last + 1, tokens[hit.last]
    if label.table:
        here = start < end and tokens[start].unit is label.unit
        beside = here or (start < end and (not label.exact or tokens[start].col == label.col + label.span))
        return start + 1 if beside else start
    return next((p for p in range(start, end) if tokens[p].fold.endswith(":") and p > start), end)


def _tells_unasked(tokens: Sequence[Token], row: Sequence[int], hits: dict[int, Hit], index: LabelIndex) -> bool:
    """Whether a row begins with a label, has one of those whose values are not asked for, and is no row of a list."""
    if row[0] not in hits:
        return False
    own = [hits[p] for p in row if p in hits]
    words = any(tokens[p].fold in index.words for p in row)
    header = sum(any(t.column for t in hit.targets) for hit in own) > 1
    return not words and not header and any(not hit.targets for hit in own)


def _has_colon(tokens: Sequence[Token], row: Sequence[int]) -> bool:
    """Whether a colon stands behind the label that a line begins with."""
    return tokens[row[0]].fold.endswith(":") or (len(row) > 1 and tokens[row[1]].fold.startswith(":"))
