"""From an answer to candidates: where each value stands, what is wrong with the answer, what it leaves unread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from extractor.grounding import container
from extractor.layout import Unit
from extractor.llm.answers import Leaf, leaves
from extractor.llm.grounds import Found, Sheet, locate, words_of
from extractor.prompting import words
from extractor.results import Candidate, Finding, Place
from schemas.spec import SchemaSpec

NULLS = frozenset({"-", "--", "—", "——", "/", "\\", "–", "□"})
MOST_UNUSED = 12  # lines of unread text that are shown to the model again
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer held against the source: its values with places, null marks, findings, and what to tell the model."""

    candidates: tuple[Candidate, ...]
    nulls: tuple[Place, ...]
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    unused: tuple[str, ...]


def read(
    schema: SchemaSpec, values: dict[str, Any], units: Sequence[Unit], labels: Iterable[Place], language: str
) -> Reading:
    """Every value of an answer with the place where it stands."""
    sheet = Sheet(units, labels)
    located = _located(sheet, leaves(schema, values))
    rows = _invented_rows(located)
    candidates, findings, problems = [], [], []
    say = words(language)
    for leaf, found in located:
        if found.how == "found" and _row_of(leaf.path) not in rows:
            candidates.append(Candidate(leaf.path, found.text, found.places))
        elif found.how == "found":
            continue
        else:
            problems.append(f"{leaf.path} = {leaf.text[:80]!r} ({leaf.at}): {say['missing']}")
            findings.append(_doubt(leaf, found))
            if found.how != "nowhere" and _row_of(leaf.path) not in rows:
                candidates.append(Candidate(leaf.path, found.text, found.places))
    nulls, unused = _rest(sheet)
    return Reading(tuple(candidates), nulls, tuple(findings), tuple(problems), unused)


def _located(sheet: Sheet, answered: Sequence[Leaf]) -> list[tuple[Leaf, Found]]:
    """Values first, spanning labels after them: those may share characters, and must not take them away."""
    out: dict[int, Found] = {}
    for share in (False, True):
        for n, leaf in enumerate(answered):
            if leaf.spec.printed.spans == share:
                out[n] = locate(sheet, leaf.text, leaf.at, share, leaf.spec.printed.long)
                if share:
                    sheet.span(out[n].places)
    return [(leaf, out[n]) for n, leaf in enumerate(answered)]


def _row_of(path: str) -> str:
    """`items[3]` of `items[3].name`; nothing for what is in no list of rows."""
    return path[: path.index("]") + 1] if "]." in path else ""


def _invented_rows(located: Sequence[tuple[Leaf, Found]]) -> set[str]:
    """Rows none of whose own values stand anywhere: only what they share with others does."""
    rows: dict[str, bool] = {}
    for leaf, found in located:
        row = _row_of(leaf.path)
        if row:
            rows[row] = rows.get(row, False) or (not leaf.spec.printed.spans and found.how != "nowhere")
    spanning_only = {row for row, own in rows.items() if not own}
    # A row of labels alone is printed in some forms: it is invented only where it has a value that stands nowhere.
    nowhere = {_row_of(leaf.path) for leaf, found in located if found.how == "nowhere"}
    return spanning_only & nowhere


def _doubt(leaf: Leaf, found: Found) -> Finding:
    text = words_of(leaf.text)[:60]
    if found.how == "nowhere":
        message = f"the model gave {text!r}, which stands nowhere in the form; left out"
        path = container(leaf.path) if _row_of(leaf.path) else leaf.path
        return Finding(path, "reading", "no_evidence", "error", message)
    if found.how == "elsewhere":
        message = f"{text!r} does not stand where the model says ({leaf.text[:20]})"
        return Finding(leaf.path, "reading", "wrong_place", "warning", message)
    return Finding(leaf.path, "reading", "reworded", "warning", f"the source does not read exactly {text!r}")


def _rest(sheet: Sheet) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    """Null marks, and the lines of text that nothing accounts for."""
    nulls: list[Place] = []
    unused: dict[str, list[str]] = {}
    for text, places in sheet.free_tokens():
        if text in NULLS:
            nulls.extend(places)
        elif _WORD.search(text):
            unused.setdefault(places[0].unit.split("C")[0], []).append(text)
    return tuple(nulls), tuple(f"[{unit}] {' '.join(texts)}" for unit, texts in unused.items())


def merged(schema: SchemaSpec, parts: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The answers about the parts of one form as one: lists joined, single values from the first part that has them."""
    out: dict[str, Any] = {}
    findings: list[Finding] = []
    for part in parts:
        for path, value in _merged(schema, out, part):
            message = f"read as {words_of(str(value[0]))[:40]!r} and, further on, as {words_of(str(value[1]))[:40]!r}"
            findings.append(Finding(path, "reading", "two_readings", "error", message))
    return out, tuple(findings)


def _merged(
    schema: SchemaSpec, out: dict[str, Any], part: dict[str, Any], parent: str = ""
) -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        path = f"{parent}.{name}" if parent else name
        spec = schema.field(path)
        if value is None or value == "" or spec is None:
            continue
        if out.get(name) is None:
            out[name] = value
        elif isinstance(value, dict):
            yield from _merged(schema, out[name], value, path)
        elif spec.structure in ("rows", "texts"):
            out[name] = [*out[name], *(v for v in value if v not in out[name])]
        elif spec.structure == "group":
            continue  # a row that both parts show
        elif spec.printed.long and value not in out[name]:
            out[name] = out[name] + value
        elif words_of(value) != words_of(out[name]):
            yield path, (out[name], value)


def unused_shown(reading: Reading) -> tuple[str, ...]:
    """What of the unread text is shown to the model again."""
    return reading.unused[:MOST_UNUSED]
