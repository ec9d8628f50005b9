"""The labels of a form where they are printed: those that the schema knows, and text that looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from extractor.accounting.proof.proof_settings import LIMITS
from extractor.document.results import Form, Place
from extractor.forms.form_tokens import form_tokens
from extractor.forms.labels import Hit, LabelIndex
from extractor.forms.line_labels import key_of
from extractor.forms.tokens import Token
from schemas.spec import FieldSpec

_NUMBER = re.compile(r"^(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．](?!\d))")
_NOTE = re.compile(r"[(（][^()（）]{1,16}[)）]$")


_WORD_AND_COLON = re.compile(r"([^\W\d_][^:,;。，；]*):(?!//)")


def without_note(text: str) -> str:
    """A folded text without the note in brackets behind it."""
    return _NOTE.sub("", text)


@dataclass(frozen=True)
class PrintedLabels:
    """A form's tokens in reading order, and which of them are labels of its schema."""

    index: LabelIndex
    tokens: tuple[Token, ...]
    hits: tuple[Hit, ...]

    @cached_property
    def by_unit(self) -> dict[tuple[int, str], list[int]]:
        """The numbers of the tokens of each unit."""
        out: dict[tuple[int, str], list[int]] = {}
        for n, token in enumerate(self.tokens):
            out.setdefault((token.page, token.unit.id), []).append(n)
        return out

    @cached_property
    def rows(self) -> dict[int, list[int]]:
        """The numbers of the tokens of each printed row."""
        out: dict[int, list[int]] = {}
        for n, token in enumerate(self.tokens):
            out.setdefault(token.row, []).append(n)
        return out

    @cached_property
    def hit_of(self) -> dict[int, Hit]:
        """The label that each token is part of."""
        return {n: hit for hit in self.hits for n in range(hit.first, hit.last + 1)}

    @cached_property
    def own_of(self) -> dict[FieldSpec, tuple[Hit, ...]]:
        """The labels that are one field's alone, but for headings and for the unit that a label states."""
        out: dict[FieldSpec, list[Hit]] = {}
        for hit in self.hits:
            fields = {t.field for t in hit.targets if not t.heading and not (t.unit and t.field.printed.suffix_of)}
            if len(fields) == 1:
                out.setdefault(fields.pop(), []).append(hit)
        return {field: tuple(hits) for field, hits in out.items()}

    @cached_property
    def headers_of(self) -> dict[str, tuple[Hit, ...]]:
        """The labels of each column, by its path."""
        out: dict[str, list[Hit]] = {}
        for hit in self.hits:
            for path in dict.fromkeys(t.field.path for t in hit.targets if t.column):
                out.setdefault(path, []).append(hit)
        return {path: tuple(hits) for path, hits in out.items()}

    @cached_property
    def _touched(self) -> dict[tuple[Place, ...], tuple[int, ...]]:
        return {}

    def of(self, places: tuple[Place, ...]) -> tuple[int, ...]:
        """The numbers of the tokens that some places touch, in reading order."""
        known = self._touched.get(places)
        if known is None:
            found = {
                n
                for place in places
                for n in self.by_unit.get((place.page, place.unit), ())
                if self.tokens[n].start < place.end and place.start < self.tokens[n].end
            }
            known = self._touched[places] = tuple(sorted(found))
        return known

    def whole(self, places: tuple[Place, ...]) -> list[int]:
        """The numbers of the tokens that lie in one of some places from their first character to their last."""
        spans: dict[tuple[int, str], list[Place]] = {}
        for place in places:
            spans.setdefault((place.page, place.unit), []).append(place)
        return [
            n
            for n in self.of(places)
            for token in (self.tokens[n],)
            if any(p.start <= token.start and token.end <= p.end for p in spans[token.page, token.unit.id])
        ]

    def label_of(self, token: Token) -> str:
        """The label that a token is but for a section's number before it and a note in brackets behind; '' for none."""
        text = key_of(token.fold)
        for short in (text, _NUMBER.sub("", text), without_note(text), without_note(_NUMBER.sub("", text))):
            if short in self.index.labels or short in self.index.cells:
                return short
        return ""

    def looks_like_label(self, token: Token) -> bool:
        """Whether a token begins with a word and a colon, as labels do that no schema knows."""
        match = _WORD_AND_COLON.match(token.fold)
        return match is not None and 1 < len(match[1]) <= LIMITS.longest_unknown_label


def labels_in(form: Form) -> PrintedLabels:
    """The labels of a form."""
    known = form_tokens(form)
    return PrintedLabels(known.labels, known.tokens, tuple(known.hits.values()))


class Lack(NamedTuple):
    """What cannot be shown of a path."""

    path: str
    message: str


def inside(labels: PrintedLabels, tokens: Sequence[int]) -> Iterator[Hit]:
    """The labels of the schema that stand inside of some tokens."""
    own = set(tokens)
    for first in tokens:
        hit = labels.hit_of.get(first)
        if hit is None or hit.first != first or not hit.targets:
            continue
        whole = range(hit.first, hit.last + 1)
        if own.issuperset(whole) and len("".join(labels.tokens[n].fold for n in whole)) >= LIMITS.shortest_label_inside:
            yield hit
