"""Whether a value ends where another begins: no label stands inside of it, known or unknown, and no other cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.accounting.proof.printed_labels import Lack, PrintedLabels, inside
from extractor.accounting.proof.proof_settings import LIMITS
from extractor.accounting.value_paths import doubted, field_of
from extractor.document.results import Candidate
from extractor.forms.line_labels import has_words
from extractor.forms.tokens import NULLS
from schemas.spec import SchemaSpec
from schemas.values import fold

_FIGURE = re.compile(r"[≥≤><=≧≦]|[≥≤><=≧≦]?[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:%|‰|\([^()]{1,8}\))?")
"""A token that is a number, a comparison, or a number with its unit: a cell of its own wherever a column holds one."""


SEPARATORS = frozenset("|｜¦┆\t")
"""Marks that part cells where a table is written as plain text."""


def heads_lacking(
    labels: PrintedLabels, schema: SchemaSpec, candidates: Sequence[Candidate], repeated: frozenset[str]
) -> Iterator[Lack]:
    """A line of a value that stands in the document again, at the head of a page: it may be the head of another."""
    long = {head for head in repeated if len(head) >= LIMITS.shortest_running_head}
    lines = (own[0] for own in labels.by_unit.values() if long and not labels.tokens[own[0]].table)
    heads = {labels.tokens[n].unit.id for n in lines if fold(labels.tokens[n].unit.text) in long}
    for candidate in candidates if heads else ():
        for n in labels.of(candidate.places):
            token = labels.tokens[n]
            whole = fold(token.unit.text) if token.unit.id in heads else ""
            if whole in long:
                yield Lack(doubted(schema, candidate.path), f"the line {whole[:30]!r} in it may be the head of a page")
                yield Lack(field_of(candidate.path), f"the head of a page may stand in {candidate.path}")


def ends_lacking(labels: PrintedLabels, schema: SchemaSpec, candidate: Candidate) -> Iterator[Lack]:
    """What speaks against the value being one value: on the value, and on what may be lost in it."""
    spec = schema.field(candidate.path)
    if spec is None or spec.printed.spans:
        return
    own, path = labels.of(candidate.places), doubted(schema, candidate.path)
    for hit in inside(labels, labels.whole(candidate.places)):
        text = "".join(labels.tokens[n].fold for n in range(hit.first, hit.last + 1))
        yield Lack(path, f"the label {text[:20]!r} stands inside of it")
        for target in hit.targets:
            lost = field_of(target.field.path) if "[]" in target.field.path else target.field.path
            yield Lack(lost, f"its label {text[:20]!r} stands inside of the value of {candidate.path}")
    if spec.printed.long or spec.structure == "texts":
        head = _label_at_start(labels, candidate.text)
        if head:
            yield Lack(path, f"it begins with the label {head[:20]!r}")
        yield from _labels_at_later_lines(labels, own, path)
        return
    yield from _further_lacking(labels, schema, candidate, own, path)


def _further_lacking(
    labels: PrintedLabels, schema: SchemaSpec, candidate: Candidate, own: Sequence[int], path: str
) -> Iterator[Lack]:
    """What speaks against a value that is no long text being one cell."""
    spec = schema.field(candidate.path)
    if spec is None:
        return
    for unknown in _unknown_labels(labels, own):
        yield Lack(path, f"{unknown[:20]!r} inside of it looks like a label")
    if candidate.text[:1] in SEPARATORS or candidate.text[-1:] in SEPARATORS:
        yield Lack(path, f"the mark {candidate.text[:1]!r} at its edge may part it from another cell")
    threefold = candidate.proof == "layout" and spec.kind == "indicator"  # sign, number and unit in three cells
    for cell in () if threefold else _further_cells(labels, own):
        yield Lack(path, f"it holds a further cell, {cell[:20]!r}: that may be a label that no field knows")
        yield from _rows_off(path, candidate.path)
    if spec.kind == "indicator":
        for text in _behind_quantity(labels, own):
            yield Lack(path, f"{text[:20]!r} behind its figure and unit looks like a cell of its own")
            yield Lack(field_of(path), f"a column that no field knows may stand behind {candidate.path}: {text[:20]!r}")
    if spec.kind == "text":
        for word in _words_apart(labels, own) if "[]" not in spec.path and schema.accounts == "all" else ():
            yield Lack(path, f"white stands before {word[:20]!r} in it: that may be an unknown label with its value")
        for figure in _cells_inside(labels, own) if "[]" in spec.path else ():
            yield Lack(path, f"{figure[:20]!r} inside of it looks like a cell of its own")
            yield Lack(field_of(path), f"a row may be lost in {candidate.path}: {figure[:20]!r} looks like its cell")


def wraps_lacking(labels: PrintedLabels, schema: SchemaSpec, candidates: Sequence[Candidate]) -> Iterator[Lack]:
    """A line of a value below a line of several: it may be the end of any of them."""
    single = [(c.path, labels.of(c.places)) for c in candidates if _is_single(schema, c.path)]
    for path, own in single:
        for n in own:
            above = _several_above(labels, n)
            for other, theirs in single if above else ():
                if other == path or not above.isdisjoint(theirs):
                    yield Lack(other, f"{labels.tokens[n].fold[:20]!r} below several values may belong to each of them")


def _is_single(schema: SchemaSpec, path: str) -> bool:
    spec = schema.field(path)
    return spec is not None and spec.structure == "scalar" and "[]" not in spec.path and not spec.printed.long


def _several_above(labels: PrintedLabels, n: int) -> frozenset[int]:
    """The tokens of the line above that which a token begins, where a label stands in it behind other text."""
    token, before = labels.tokens[n], labels.tokens[n - 1]
    if n == 0 or not token.first or token.table or before.table or before.row != token.row - 1:
        return frozenset()
    row = labels.rows[before.row]
    inside = (m for m in row[1:] if m in labels.hit_of and labels.hit_of[m].first == m)
    several = any(not t.column for m in inside for t in labels.hit_of[m].targets)
    return frozenset(row) if several else frozenset()


def _rows_off(doubt: str, path: str) -> Iterator[Lack]:
    """What a row is known by holds two cells: the rows of its list may stand a column off."""
    if doubt != path:
        yield Lack(field_of(path), f"its rows may stand a column off: {path} holds two cells")


def _labels_at_later_lines(labels: PrintedLabels, own: Sequence[int], path: str) -> Iterator[Lack]:
    for n in own[1:]:
        token = labels.tokens[n]
        text = labels.label_of(token) if token.first or token.table else ""
        words = labels.index.words.get(token.fold, ()) if token.table else ()
        for list_path in dict.fromkeys(field_of(word.path) for word in words):
            yield Lack(path, f"the cell {token.fold[:20]!r} in it is a label of {list_path}")
            yield Lack(list_path, f"its label {token.fold[:20]!r} is a cell of the text {path}")
        if len(text) >= LIMITS.shortest_wrapped_label:
            yield Lack(path, f"the label {text[:20]!r} begins one of its lines")
            for target in (*labels.index.labels.get(text, ()), *labels.index.cells.get(text, ())):
                yield Lack(field_of(target.field.path), f"its label {text[:20]!r} begins a line of {path}")


def _unknown_labels(labels: PrintedLabels, own: Sequence[int]) -> Iterator[str]:
    """Words with a colon, labels but for a number or a note, and at the end the number of a label that follows."""
    if len(own) > 1 and _SECTION.fullmatch(labels.tokens[own[-1]].fold):
        yield labels.tokens[own[-1]].fold
    for n in own:
        token = labels.tokens[n]
        word = labels.index.loose and has_words(token.fold)  # such a label is set off from a text, or is a word of it
        named = not token.table and _names_value(token.fold)
        if n != own[0] and (named or labels.looks_like_label(token) or (len(labels.label_of(token)) > 1 and not word)):
            yield token.fold


def _names_value(text: str) -> bool:
    """Whether a piece of a line is a label with its value: `项目性质:经常性`."""
    label, colon, behind = text.partition(":")
    return bool(colon and behind) and 1 < len(label) <= LIMITS.longest_unknown_label and not label.isascii()


def _cells_inside(labels: PrintedLabels, own: Sequence[int]) -> Iterator[str]:
    """Tokens of a line behind the first of a text that are a figure or a null mark as they stand."""
    for n in own[1:]:
        token = labels.tokens[n]
        cell = _FIGURE.fullmatch(token.fold) or token.fold in NULLS
        if not token.table and (_AMOUNT.fullmatch(token.fold) or (cell and not token.soft)):
            yield token.fold


_AMOUNT = re.compile(r"\d[\d,]*\.\d\d")
"""Money: no text goes on with it, whatever white stands before it."""
_SECTION = re.compile(r"\d{1,2}[.、]|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)")


def _further_cells(labels: PrintedLabels, own: Sequence[int]) -> Iterator[str]:
    """The second of several cells of one row that a value is made of, copies of a merged cell excepted."""
    for before, here in pairwise(labels.tokens[n] for n in own):
        beside = (
            bool(here.table) and (before.page, before.row) == (here.page, here.row) and before.unit is not here.unit
        )
        if beside and before.fold != here.fold:
            yield here.fold
            return


def _label_at_start(labels: PrintedLabels, text: str) -> str:
    """The label that a text begins with, where it goes on behind it without a mark."""
    start = fold(text)
    long = (label for label in labels.index.labels if len(label) >= LIMITS.shortest_wrapped_label)
    return max((label for label in long if start.startswith(label)), key=len, default="")


def _words_apart(labels: PrintedLabels, own: Sequence[int]) -> Iterator[str]:
    """Words of a line that white parts from others before and behind them: a label and its value stand so."""
    line = [labels.tokens[n] for n in own if not labels.tokens[n].table]
    for before, here, behind in zip(line, line[1:], line[2:], strict=False):
        if before.unit is here.unit is behind.unit and not (here.soft or behind.soft):
            yield here.fold


_WHOLE_QUANTITY = re.compile(r"[≥≤><=≧≦]?[-+−]?[\d,]+(?:\.\d+)?(?:%|‰|\([^()]{1,8}\))")


_GLUED_QUANTITY = re.compile(_WHOLE_QUANTITY.pattern + r"(?=[\d≥≤><=≧≦])")
"""A quantity that another begins behind, without white space: two boxes that were read as one."""


def _behind_quantity(labels: PrintedLabels, own: Sequence[int]) -> Iterator[str]:
    """What stands in further tokens behind a figure with its unit."""
    glued = _GLUED_QUANTITY.match(labels.tokens[own[0]].fold) if own else None
    if glued:
        yield labels.tokens[own[0]].fold[glued.end() :]
    elif len(own) > 1 and _WHOLE_QUANTITY.fullmatch(labels.tokens[own[0]].fold):
        yield labels.tokens[own[1]].fold


def values_lost(labels: PrintedLabels, schema: SchemaSpec, candidates: Sequence[Candidate]) -> Iterator[Lack]:
    """Single values that are not given and whose label stands nowhere: where other values hold labels, one may be
    theirs.
    """
    given = {candidate.path for candidate in candidates}
    labelled = {target.field.path for hit in labels.hits for target in hit.targets if not target.heading}
    for spec in schema.leaves():
        single = "[]" not in spec.path
        given_too = spec.path in given or f"{spec.path}[0]" in given
        if single and not given_too and spec.path not in labelled:
            yield Lack(spec.path, "no value is given and no label of it is found; it may stand inside of another value")
