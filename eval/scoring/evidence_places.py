"""Does the evidence of a value stand where gold says that it is printed? Word F1 and page F1, where gold has places.

A word is a Chinese character, or other characters up to white space. A word of the evidence counts as found where the
middle of its span's box lies in a box of the gold, or where its line is a line of the gold, and the gold prints that
word there (`text`, else the gold's value). Pages are compared as sets, value by value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from eval.scoring.field_tree import choices
from eval.scoring.gold_places import Places
from eval.scoring.verdicts import FormVerdicts
from extractor.accounting import value_tree
from extractor.accounting.value_doubt import nearest
from schemas.values import fold


class Hits(NamedTuple):
    """What evidence and gold both have, what the evidence alone has, what gold alone has."""

    both: int = 0
    extra: int = 0
    missed: int = 0


class Grounded(NamedTuple):
    """How many values have a place in gold, and the words and pages of their evidence against it."""

    values: int = 0
    words: Hits = Hits()
    pages: Hits = Hits()


NOT_GROUNDED = Grounded()


def added(some: Iterable[Grounded]) -> Grounded:
    """Several together."""
    out = NOT_GROUNDED
    for one in some:
        words, pages = (Hits(*map(sum, zip(a, b, strict=True))) for a, b in zip(out[1:], one[1:], strict=True))
        out = Grounded(out.values + one.values, words, pages)
    return out


def grounded(form: FormVerdicts, places: Places, values: Mapping[str, Any], evidence: Mapping[str, Any]) -> Grounded:
    """The evidence of one record against the places of its gold form."""
    read = {nearest(leaf.gold_path, places): nearest(leaf.path, evidence) for leaf in form.leaves}
    printed = ((path, own, _text(values, path)) for path, own in places.items())  # a mark for nothing is no value
    return added(_value(own, text, evidence.get(read.get(path, ""), ())) for path, own, text in printed if text)


def _value(places: Sequence[Mapping[str, Any]], text: str, spans: Sequence[Mapping[str, Any]]) -> Grounded:
    wanted, seen = {p["page"] for p in places}, {s["page"] for s in spans}
    pages = Hits(len(wanted & seen), len(seen - wanted), len(wanted - seen))
    if not any("box" in p or "line" in p for p in places):
        return Grounded(1, pages=pages)
    printed = Counter(w for p in places for w in words(p.get("text", ""))) or Counter(words(text))
    every = Counter(w for s in spans for w in words(s["text"]))
    inside = Counter(w for s in spans if any(_stands(s, p) for p in places) for w in words(s["text"]))
    both = (inside & printed).total()
    return Grounded(1, Hits(both, every.total() - both, printed.total() - both), pages)


def _stands(span: Mapping[str, Any], place: Mapping[str, Any]) -> bool:
    if span["page"] != place["page"]:
        return False
    if "line" in place:
        return bool(span.get("line") == place["line"])
    box = span.get("box")
    if box is None or "box" not in place:
        return False
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    x0, top, x1, bottom = place["box"]
    return bool(x0 <= x <= x1 and top <= y <= bottom)


_WORD = re.compile(r"[一-鿿]|[^\s一-鿿]+")


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return [fold(word) for word in _WORD.findall(text)]


def _text(values: Mapping[str, Any], path: str) -> str:
    """The gold's value at a path as text; of alternatives the first."""
    try:
        value = choices(value_tree.at(values, path))[0]
    except KeyError:
        return ""
    return str(value["text"] if isinstance(value, Mapping) and "text" in value else value or "")


def f1(hits: Hits) -> float | None:
    """2·both ÷ (2·both + extra + missed); None of nothing."""
    below = 2 * hits.both + hits.extra + hits.missed
    return 2 * hits.both / below if below else None
