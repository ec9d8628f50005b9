"""`extractor labels`: printed labels not known to be a field's, words not known to mean a value; confirming them."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from extractor.accounting.interpretation import MEANT
from extractor.accounting.proof.own_labels import QUOTED
from extractor.document.finding_kinds import FindingKind
from extractor.errors import CallError
from schemas import confirmed_labels
from schemas.meanings import Meaning
from schemas.spec import generic

EXAMPLES = 3
"""So many values are shown for each label."""
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


_QUOTES = {FindingKind.LABEL_UNCONFIRMED: QUOTED, FindingKind.MEANING_UNCONFIRMED: MEANT}


class Met(NamedTuple):
    """A field, as `SCHEMA.FIELD`, and a printed label that is not known to be the field's.

    Or printed words, in `label`, that are not known to mean a `value` of the field.
    """

    schema: str
    field: str
    label: str
    value: str | None = None

    def __str__(self) -> str:
        means = "" if self.value is None else f" => {self.value}"
        return f"{self.schema}.{self.field}={self.label}{means}"


@dataclass(slots=True)
class Count:
    """How often a label was met, and the first values that stand under it."""

    times: int = 0
    examples: list[str] = field(default_factory=list)


def add_labels(adder: Any) -> None:
    """The command's arguments."""
    this = adder.add_parser("labels", help="list printed labels that a run met for a field; confirm them")
    this.add_argument("directory", type=Path, metavar="DIR", help="the folder of a run")
    this.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="SCHEMA.FIELD=LABEL",
        help="this label is the field's, or, with `WORDS => VALUE`, these words mean that value (may be repeated)",
    )
    this.add_argument(
        "--labels", type=Path, metavar="FILE", help="the file of confirmed labels; by default SCHEMA.labels.toml"
    )
    this.set_defaults(run=labels)


def labels(call: argparse.Namespace) -> int:
    """`extractor labels`."""
    found = met(call.directory)
    if call.confirm:
        _confirm([_parsed(text, found) for text in call.confirm], call.labels)
        return 0
    if not found:
        print("no value stands under a label that is not known to be its field's")
    for one, count in sorted(found.items(), key=lambda pair: (pair[0].schema, pair[0].field, -pair[1].times)):
        shown = " · ".join(count.examples)
        print(f"{one}  ({count.times}×: {shown})")
    return 0


def met(directory: Path) -> dict[Met, Count]:
    """The labels of a run that no person confirmed, with how often each was met. Raises `CallError`."""
    path = directory / "records.jsonl"
    if not path.is_file():
        raise CallError(f"{directory}: holds no records.jsonl; name the folder of a run")
    out: dict[Met, Count] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            for one, value in _of_record(json.loads(line)):
                count = out.setdefault(one, Count())
                count.times += 1
                if len(count.examples) < EXAMPLES and value not in count.examples:
                    count.examples.append(value)
    return out


def _of_record(record: dict[str, Any]) -> Iterator[tuple[Met, str]]:
    for found in record["findings"]:
        pattern = _QUOTES.get(found["kind"])
        quote = pattern.search(found["message"]) if pattern is not None else None
        if quote is not None:
            path = found["path"]
            told = (json.loads(text) for text in quote.groups())
            yield (
                Met(record["schema"], generic(path).removesuffix("[]"), *told),
                _text_at(record["values"], path),
            )


def _text_at(values: Any, path: str) -> str:
    for name, number in _STEP.findall(path):
        values = values[int(number)] if number else values.get(name)
        if values is None:
            return ""
    return " ".join(str(values).split())[:40]


def _parsed(text: str, found: dict[Met, Count]) -> Met:
    """`SCHEMA.FIELD=LABEL` or `SCHEMA.FIELD=WORDS => VALUE`, of those that the run met."""
    name, equals, _ = text.partition("=")
    path = name.partition(".")[2]
    if not equals or not path:
        raise CallError(f"--confirm {text}: must be SCHEMA.FIELD=LABEL, as `extractor labels DIR` lists them")
    one = next((m for m in found if str(m) == text), None)
    if one is None:
        there = {str(m): None for m in found if m.field == path}
        hint = f"it met {', '.join(there)}" if there else "it met no label for that field that is not known"
        raise CallError(f"--confirm {text}: the run did not meet this; {hint}")
    return one


def _confirm(chosen: Sequence[Met], named: Path | None) -> None:
    for schema in dict.fromkeys(one.schema for one in chosen):
        path = named or confirmed_labels.file_of(schema)
        own = [one for one in chosen if one.schema == schema]
        labels = confirmed_labels.added(
            confirmed_labels.read(path), [(one.field, one.label) for one in own if one.value is None]
        )
        meanings = dict(confirmed_labels.read_meanings(path))
        for one in (one for one in own if one.value is not None):
            kept = (m for m in meanings.get(one.field, ()) if m.words != one.label)
            meanings[one.field] = (*kept, Meaning(one.label, str(one.value)))
        confirmed_labels.write(path, labels, meanings)
        print(f"{path}: {len(own)} confirmed; run again to settle what stands under them")
