"""Whether a long text is whole: it begins and ends with its sentences, and each of its lines is one of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from extractor.accounting.proof.printed_labels import Lack
from extractor.accounting.value_paths import doubted
from extractor.document.results import Candidate
from schemas.spec import SchemaSpec

_ENDS = re.compile(r"[。！？；：.!?;:…][”’」』）)\]】\"']*\s*$")
_SENTENCE = re.compile("[。！？]")
_CLOSES = re.compile("[，。；：、！？）》”’】〉」』,.;:!?)]")
_ITEM = re.compile(r"\s*(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.．)）]|[①-⑳●■◆·—–\-*])")
_APART = re.compile(r"\S {3,}\S")


def sentences_lacking(schema: SchemaSpec, candidate: Candidate) -> Iterator[Lack]:
    """What speaks against a long text being whole; one without a full stop tells nothing of its ends.

    The ends of its lines are judged where a line end is kept in the text: there a paragraph ends, or a wrap was not
    seen.
    """
    spec = schema.field(candidate.path)
    if spec is None or not spec.printed.long:
        return
    path, text = doubted(schema, candidate.path), candidate.text
    apart = _APART.search(text)
    if apart:
        yield Lack(path, f"white parts it as it parts columns: {text[apart.start() - 8 : apart.end() + 8]!r}")
    if not _SENTENCE.search(text):
        return
    if _CLOSES.match(text):
        yield Lack(path, f"it begins amid a sentence: {text[:20]!r}")
    lines = [line for line in text.split("\n") if line.strip()]
    for before, line in pairwise(lines):
        if _CLOSES.match(line) or not (_ENDS.search(before) or _ITEM.match(line)):
            yield Lack(path, f"one of its lines ends amid a sentence: {before[-20:]!r}")
    if not _ENDS.search(text):
        yield Lack(path, f"it ends amid a sentence: {text[-20:]!r}")
