"""From an answer to candidates: where each value stands, what is wrong with the answer, what it leaves unread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from extractor.accounting.asked_residue import rows_passed_over
from extractor.accounting.grounding import container, ground
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Finding, Form, Place, Quoted, Words, finding
from extractor.engines.llm.answer_places import Found, end_of, locate, prints_anew, words_of
from extractor.engines.llm.answer_schema import Leaf, leaves, quoted_labels
from extractor.engines.llm.column_texts import run_on
from extractor.engines.llm.printed_characters import Sheet
from extractor.engines.llm.prompting import labels_key
from extractor.forms.form_tokens import form_tokens
from extractor.forms.tokens import NULLS
from schemas.spec import SchemaSpec, generic
from schemas.values import fold

MOST_UNUSED = 12  # lines of unread text that are shown to the model again
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer held against the source: its values with their places, what is wrong with them, what they leave."""

    answer: Answer
    problems: tuple[str, ...]
    unused: tuple[str, ...]


class Labels(NamedTuple):
    """The labels of a form: all their places, and by field the places of its own."""

    places: tuple[Place, ...]
    own: dict[str, tuple[Place, ...]]


def labels_of(form: Form) -> Labels:
    """Where the labels of a form's schema stand in it; its furniture is as good as a label."""
    known = form_tokens(form)
    tokens, hits = known.tokens, known.hits
    places: list[Place] = [*form.furniture]
    own: dict[str, list[Place]] = {}
    for hit in (hit for hit in hits.values() if hit.targets):
        places.extend(tokens[p].place for p in range(hit.first, hit.last + 1))
        for target in hit.targets:
            own.setdefault(target.field.path, []).append(tokens[hit.last].place)
    return Labels(tuple(places), {path: tuple(at) for path, at in own.items()})


def read(form: Form, values: dict[str, Any], labels: Labels, say: dict[str, str]) -> Reading:
    """Every value of an answer about a form, or about some rows of one, with its place; `say` words what is wrong."""
    sheet = Sheet((*form.title_rows, *form.rows), labels.places)
    answered = leaves(form.schema, values)
    located = _located(sheet, answered, labels, form.schema.accounts == "asked")
    rows = _invented_rows(located)
    candidates, findings, problems = [], [], []
    for leaf, found in located:
        if found.how not in ("found", "again") or (found.how == "again" and _row_of(leaf.path) in rows):
            problems.append(f"{leaf.path} = {leaf.text[:80]!r} ({leaf.at}): {say['missing']}")
            findings.append(_doubt(leaf, found))
        if found.how != "nowhere" and _row_of(leaf.path) not in rows:
            reasons, lost = _reasons(form, leaf)
            problems.extend(f"{leaf.path} = {text[:80]!r}: {say['missing']}" for text in lost)
            findings.extend(_reason_lost(leaf, text) for text in lost)
            candidates.append(Candidate(leaf.path, found.text, found.places, meaning=leaf.meaning, reasons=reasons))
    findings.extend(run_on(sheet, located))
    nulls = (*sheet.repeats(), *_nulls(sheet))
    quoted = tuple(_quoted(form, values, answered))
    known = (*sheet.labelled(), *(place for one in quoted for place in one.places))
    answer = Answer(tuple(candidates), known, nulls, tuple(findings), quoted=quoted)
    return Reading(answer, tuple(problems), _unused(form, answer))


def _quoted(form: Form, values: dict[str, Any], answered: Sequence[Leaf]) -> Iterator[Quoted]:
    """The labels that an answer names, where each stands; one that stands nowhere is none."""
    named = [(path, text, "") for path, text in quoted_labels(form.schema, values).items()]
    named.extend((leaf.path, leaf.key, leaf.at) for leaf in answered if leaf.key)
    for path, text, at in named:
        found = _anywhere(form, text, at) if text else None
        if found is None or found.how == "found":
            yield Quoted(path, found.text if found else "", found.places if found else ())


def _reasons(form: Form, leaf: Leaf) -> tuple[tuple[Words, ...], list[str]]:
    """The words elsewhere that say a value too, with their places, and those that stand nowhere."""
    found = [_anywhere(form, text, leaf.at) for text in leaf.reasons]
    placed = tuple(Words(one.text, one.places) for one in found if one.how == "found")
    return placed, [text for text, one in zip(leaf.reasons, found, strict=True) if one.how != "found"]


def _anywhere(form: Form, text: str, at: str) -> Found:
    """Where words stand that may serve any number of values, and may be a value themselves."""
    return locate(Sheet((*form.title_rows, *form.rows)), text, at)


def _reason_lost(leaf: Leaf, text: str) -> Finding:
    message = f"the words that the model gives for it, {text[:60]!r}, do not stand there"
    return finding(FindingKind.NO_EVIDENCE, leaf.path, message)


def _located(sheet: Sheet, answered: Sequence[Leaf], labels: Labels, shared: bool) -> list[tuple[Leaf, Found]]:
    """The leaves with their places; what is `shared` may be printed once and stand for several."""
    out: list[tuple[Leaf, Found]] = []
    spanning: dict[str, int] = {}
    above: dict[str, tuple[Leaf, Found]] = {}
    before: dict[tuple[str, str], tuple[Place, ...]] = {}
    for leaf in answered:
        if leaf.spec.derived:
            out.append((leaf, Found((), leaf.text, "found")))
            continue
        if not leaf.spec.printed.spans:
            same = (generic(leaf.path) if _row_of(leaf.path) else "", fold(words_of(sheet, leaf.text)))
            once = before.get(same, ()) if shared and not leaf.path.endswith("]") else ()
            found = _value(sheet, leaf, labels, once)
            if leaf.meaning is not None and found.how not in ("found", "again"):
                found = _shared(sheet, leaf) or found
            before.setdefault(same, found.places)
            out.append((leaf, found))
            continue
        number = spanning.setdefault(leaf.spec.path, len(spanning) + 1)
        found = _spanning(sheet, leaf, number, above.get(leaf.spec.path))
        above[leaf.spec.path] = (leaf, found)
        out.append((leaf, found))
    return out


def _value(sheet: Sheet, leaf: Leaf, labels: Labels, again: Sequence[Place]) -> Found:
    here = leaf.spec.printed
    runs = sheet.matches(here.pattern) if here.pattern and not leaf.at else []
    places = () if leaf.at else labels.own.get(leaf.spec.path, ())
    near = [i for i in map(sheet.behind, places) if i is not None] or [start for start, _ in runs]
    nearest = bool(here.suffix_of or runs)
    found = locate(sheet, leaf.text, leaf.at, long=here.long, near=near, nearest=nearest, again=again)
    for start, end in runs:
        sheet.as_label_of(start, end, found.places)
    return found


def _shared(sheet: Sheet, leaf: Leaf) -> Found | None:
    """Words that mean a value, where they stand for another value too."""
    taken, sheet.taken = sheet.taken, bytearray(len(sheet.taken))
    found = locate(sheet, leaf.text, leaf.at)
    sheet.taken = taken
    return found if found.how == "found" else None


def _spanning(sheet: Sheet, leaf: Leaf, number: int, above: tuple[Leaf, Found] | None) -> Found:
    """The place of a spanning label: the one of the row above where it is only said again, else the next that is free.

    Labels are printed in the order of their columns, between the row above and their own, or beside their own.
    """
    if above is None:
        return locate(sheet, leaf.text, leaf.at, number, near=(0,))
    before, found = above
    said_again = bool(found.places) and before.text == leaf.text
    if said_again and (before.at == leaf.at or not prints_anew(sheet, leaf.text, leaf.at)):
        return found
    return locate(sheet, leaf.text, leaf.at, number, near=end_of(sheet, before.at))


def _row_of(path: str) -> str:
    """`items[3]` of `items[3].name`; nothing for what is in no list of rows."""
    return path[: path.index("]") + 1] if "]." in path else ""


def _invented_rows(located: Sequence[tuple[Leaf, Found]]) -> set[str]:
    """Rows none of whose own values stand anywhere: only what they share with others does."""
    rows: dict[str, bool] = {}
    for leaf, found in located:
        row = _row_of(leaf.path)
        if row:
            own = not (leaf.spec.printed.spans or leaf.spec.derived) and found.how not in ("nowhere", "again")
            rows[row] = rows.get(row, False) or own
    spanning_only = {row for row, own in rows.items() if not own}
    # A row of labels alone is printed in some forms: it is invented only where it has a value that stands nowhere, or
    # where another row's does.
    nowhere = {_row_of(leaf.path) for leaf, found in located if found.how in ("nowhere", "again")}
    return spanning_only & nowhere


def _doubt(leaf: Leaf, found: Found) -> Finding:
    text = found.text[:60]
    if found.how in ("nowhere", "again"):  # the second: in a row that has no place of its own
        message = f"the model gave {text!r}, which stands nowhere in the form; left out"
        path = container(leaf.path) if _row_of(leaf.path) else leaf.path
        return finding(FindingKind.NO_EVIDENCE, path, message)
    if found.how == "elsewhere":
        message = f"{text!r} does not stand where the model says ({leaf.text[:20]})"
        return finding(FindingKind.WRONG_PLACE, leaf.path, message)
    return finding(FindingKind.REWORDED, leaf.path, f"the source does not read exactly {text!r}")


def _nulls(sheet: Sheet) -> Iterator[Place]:
    for text, places in sheet.free_tokens():
        if text in NULLS:
            yield from places


def _unused(form: Form, answer: Answer) -> tuple[str, ...]:
    """The lines of text that nothing accounts for; of a schema that asks for some of a page, rows that may be lost."""
    asked = rows_passed_over(form, answer.candidates) if form.schema.accounts == "asked" else None
    numbers = {(r.page, u.id): r.number for r in (*form.title_rows, *form.rows) for u in r.units}
    out: dict[int, list[str]] = {}
    for residue in ground(form, answer).residue:
        lost = asked is None or (residue.place.page, residue.place.unit) in asked
        if lost and _WORD.search(residue.text):
            out.setdefault(numbers[residue.place.page, residue.place.unit], []).append(residue.text)
    return tuple(f"[{number}] {' '.join(texts)}" for number, texts in out.items())


def merged(form: Form, parts: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The answers about the parts of one form as one: lists joined, single values from the first part that has them."""
    out: dict[str, Any] = {}
    findings: list[Finding] = []
    sheet = Sheet((*form.title_rows, *form.rows))
    key = labels_key(form.schema)
    labels = {name: label for part in reversed(parts) for name, label in (part.get(key) or {}).items()}
    for part in parts:
        for path, *texts in _merged(form.schema, out, part):
            first, second = (words_of(sheet, text) for text in texts)
            if first != second:
                message = f"read as {first[:40]!r} and, further on, as {second[:40]!r}"
                findings.append(finding(FindingKind.TWO_READINGS, path, message, others=(second,)))
    return ({**out, key: labels} if labels else out), tuple(findings)


def _merged(
    schema: SchemaSpec, out: dict[str, Any], part: dict[str, Any], parent: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Puts a part's values in; yields the path of each that was there before, with both texts."""
    for name, value in part.items():
        path = f"{parent}.{name}" if parent else name
        spec = schema.field(path)
        if value is None or value == "" or spec is None:
            continue
        if out.get(name) is None:
            out[name] = value
        elif isinstance(value, dict):
            yield from _merged(schema, out[name], value, path)
        elif spec.pairs or spec.structure in ("rows", "texts"):
            out[name] = [*out[name], *(v for v in value if v not in out[name])]
        elif spec.structure == "group":
            continue  # a row that both parts show
        elif spec.printed.long and value not in out[name]:
            out[name] = out[name] + value
        else:
            yield path, out[name], value


def unused_shown(reading: Reading) -> tuple[str, ...]:
    """What of the unread text is shown to the model again."""
    return reading.unused[:MOST_UNUSED]
